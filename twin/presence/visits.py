"""Stays of tags in rooms: confirmed entries and exits.

The room of a fix may flicker at a door. A visit begins when a room has been the winner for
`CONFIRM_S`, and counts from the moment it first won; the visit before it ends at that moment, so
visits of one tag never overlap. A visit ends without a successor only when the tag is lost; its
end is then the last time the tag was heard. Silence of gateways ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import SupportsInt

import numpy as np

from twin.model import F64, I32, NONE, Fixes, State, Visit

CONFIRM_S = 4.0
"""Reference "alerts-and-safety", section 5: winner for at least 4 s."""
RESTORED_WEIGHT = 60.0
"""Evaluations that the confidence of a visit from history counts for."""


class Visits:
    """The open visit of each tag, and what is known of a change under way."""

    def __init__(self, tags: int) -> None:
        self.room: I32 = np.full(tags, NONE, np.int32)
        """Room of the open visit, NONE for none."""
        self.enter: F64 = np.full(tags, np.nan)
        """When it began, NaN for none."""
        self._candidate = np.full(tags, NONE, np.int32)
        self._since = np.full(tags, np.nan)
        self._heard = np.full(tags, -np.inf)
        self._p_sum = np.zeros(tags)
        self._p_count = np.zeros(tags)
        self._observed_s = np.zeros(tags)
        self._t: float | None = None

    def restore(self, visits: Sequence[Visit], fixes: Fixes | None = None) -> None:
        """Go on with visits that were open when the twin stopped."""
        for visit in visits:
            i = visit.tag
            self.room[i], self.enter[i] = visit.room, visit.enter
            self._p_sum[i], self._p_count[i] = RESTORED_WEIGHT * visit.confidence, RESTORED_WEIGHT
        if fixes is not None:
            self._heard = fixes.heard.copy()
            self._observed_s = np.nan_to_num(np.maximum(fixes.heard - self.enter, 0.0), posinf=0.0, neginf=0.0)
            for visit in visits:
                self._observed_s[visit.tag] *= visit.observed

    def step(self, fixes: Fixes) -> tuple[list[Visit], list[Visit]]:
        """Return the visits that were opened and those that were closed by these fixes."""
        elapsed = 0.0 if self._t is None else max(0.0, fixes.t - self._t)
        self._t = fixes.t
        placed = (fixes.room >= 0) & (fixes.state != State.LOST)
        news = placed & (fixes.heard > self._heard)
        self._accumulate(fixes, news, elapsed)
        confirmed = self._confirm(fixes, news)
        gone = (self.room >= 0) & (fixes.state == State.LOST)
        ends = np.where(gone, np.maximum(fixes.heard, self.enter), self._since)
        closed = [self._visit(i, float(ends[i])) for i in np.flatnonzero((confirmed & (self.room >= 0)) | gone)]
        self._open(np.flatnonzero(confirmed), fixes)
        self.room[gone], self.enter[gone], self._candidate[gone] = NONE, np.nan, NONE
        self._heard = fixes.heard.copy()
        return [self._visit(i, None) for i in np.flatnonzero(confirmed)], closed

    def open_visits(self, tags: Iterable[int]) -> list[Visit]:
        """Return the open visits of some tags as they stand now."""
        return [self._visit(i, None) for i in tags if self.room[i] >= 0]

    def _accumulate(self, fixes: Fixes, news: np.ndarray, elapsed: float) -> None:
        inside = news & (fixes.room == self.room)
        self._p_sum[inside] += fixes.p[inside]
        self._p_count[inside] += 1
        live = (fixes.state == State.LIVE) & (self.room >= 0)
        self._observed_s[live] += elapsed

    def _confirm(self, fixes: Fixes, news: np.ndarray) -> np.ndarray:
        """Follow the candidates; return which tags are now confirmed in another room.

        A slow tag is confirmed by its next reception, however much later than `CONFIRM_S` that is.
        """
        back = news & (fixes.room == self.room)
        self._candidate[back] = NONE
        fresh = news & ~back & (fixes.room != self._candidate)
        self._candidate[fresh] = fixes.room[fresh]
        self._since[fresh] = np.fmax(fixes.heard[fresh], self.enter[fresh])
        return news & ~back & ~fresh & (fixes.heard - self._since >= CONFIRM_S)

    def _open(self, tags: np.ndarray, fixes: Fixes) -> None:
        self.room[tags], self.enter[tags] = self._candidate[tags], self._since[tags]
        self._candidate[tags] = NONE
        self._p_sum[tags], self._p_count[tags] = fixes.p[tags], 1
        self._observed_s[tags] = fixes.heard[tags] - self.enter[tags]

    def _visit(self, tag: SupportsInt, leave: float | None) -> Visit:
        tag = int(tag)
        enter = float(self.enter[tag])
        until = leave if leave is not None else (self._t or enter)
        length = max(until - enter, 1e-9)
        observed = min(1.0, float(self._observed_s[tag]) / length) if until > enter else 1.0
        confidence = float(self._p_sum[tag] / max(self._p_count[tag], 1.0))
        return Visit(tag, int(self.room[tag]), enter, leave, confidence, observed)
