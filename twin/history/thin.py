"""Which fixes and samples are worth a row: the ones that say something new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from twin.history.batch import FixColumns
from twin.model import F32, F64, I32, NONE, Fixes, Sample, State

MOVED_M = 1.0
REPEAT_S = 60.0
SAMPLE_STEP = {"temperature_c": 0.3, "humidity_pct": 2.0, "battery_pct": 1.0, "battery_mv": 50.0}
"""A sample that moved by this much since the last stored one is stored at once."""


@dataclass(frozen=True, slots=True)
class LastStored:
    """The last stored fix of every registered tag: element i belongs to tag i, t = -inf for never."""

    t: F64
    level: I32
    room: I32
    x: F32
    y: F32

    @classmethod
    def never(cls, tags: int) -> Self:
        """Nothing stored yet for a register of `tags` tags."""
        none, zero = np.full(tags, NONE, np.int32), np.zeros(tags, np.float32)
        return cls(np.full(tags, -np.inf), none, none, zero, zero)

    def with_stored(self, fixes: FixColumns) -> Self:
        """As it is once `fixes` (at most one a tag) are stored too."""
        after = {name: getattr(self, name).copy() for name in ("t", "level", "room", "x", "y")}
        for name, column in after.items():
            column[fixes.tag] = getattr(fixes, name)
        return replace(self, **after)


def live_fixes(fixes: Fixes) -> FixColumns:
    """Pick the tags that are heard and placed now; a stale position is no news."""
    tag = np.flatnonzero((fixes.state == State.LIVE) & (fixes.level != NONE)).astype(np.int32)
    return FixColumns(
        tag=tag,
        level=fixes.level[tag],
        room=fixes.room[tag],
        x=fixes.x[tag],
        y=fixes.y[tag],
        p=fixes.p[tag],
        r90=fixes.r90[tag],
        t=np.full(len(tag), fixes.t),
    )


def thin(fixes: FixColumns, last: LastStored) -> tuple[FixColumns, LastStored]:
    """Choose the fixes to store; also returns the last stored ones afterwards. At most one fix a tag comes in.

    A fix is kept when the room or level changed, the tag moved by more than 1 m, 60 s passed, or
    time went back (a simulated hospital began again). One without finite coordinates never is.
    """
    i = fixes.tag
    waited = fixes.t - last.t[i]
    moved = np.hypot(fixes.x - last.x[i], fixes.y - last.y[i]) > MOVED_M
    elsewhere = (fixes.room != last.room[i]) | (fixes.level != last.level[i])
    sound = np.isfinite(fixes.x) & np.isfinite(fixes.y) & (fixes.level != NONE)
    kept = fixes.pick(sound & (elsewhere | moved | (waited >= REPEAT_S) | (waited < 0)))
    return kept, last.with_stored(kept)


def thin_samples(samples: Iterable[Sample], last: Mapping[tuple[int, str], Sample]) -> list[Sample]:
    """Choose the samples to store: after 60 s, or at once when the value moved by `SAMPLE_STEP`.

    `last` is the last stored one by (tag, quantity); the caller adds what is kept to it.
    """
    kept: dict[tuple[int, str], Sample] = {}
    rows: list[Sample] = []
    for sample in samples:
        key = (sample.tag, sample.quantity)
        before = kept.get(key) or last.get(key)
        if before is None or _is_news(sample, before):
            kept[key] = sample
            rows.append(sample)
    return rows


def _is_news(sample: Sample, before: Sample) -> bool:
    waited = sample.t - before.t
    step = SAMPLE_STEP.get(sample.quantity, 0.0)
    return waited >= REPEAT_S or waited < 0 or abs(sample.value - before.value) > step
