"""How much equipment is used, from the stays of equipment and of patients.

Utilisation is time in use divided by time observed. A thing is in use during a stay in a room whose rule says
so, or while a patient is in the same room where the rule asks for one. What was not observed of a stay is left
out of both times, in proportion, because nobody knows when in the stay it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.assets.status import Flags, Statuses
from twin.model import F64, I32


class Stays(NamedTuple):
    """Stays in rooms, one array element each; `leave` is the end of the window for those that last.

    `who` numbers the tags of the asker; `observed` is the share of the stay in which the tag was heard.
    """

    who: I32
    room: I32
    enter: F64
    leave: F64
    observed: F64


class Use(NamedTuple):
    """One element an asset."""

    observed_s: F64
    """Seconds of the window in which it was heard in a room."""
    used_s: F64
    """Of these, seconds in use."""
    last: F64
    """When it was last in use in the window; NaN for not at all."""


def use_of(assets: Stays, patients: Stays, types: Sequence[int], statuses: Statuses, since: float, until: float) -> Use:
    """Use of each asset in [since, until]; `types` has the position of its type for each `who` of `assets`."""
    kind = np.asarray(types, np.int32)
    number, rooms = len(kind), statuses.table.shape[1]
    zero, never = np.zeros(number), np.full(number, np.nan)
    if not number or not len(assets.who):
        return Use(zero, zero, never)
    enter, leave = np.clip(assets.enter, since, until), np.clip(assets.leave, since, until)
    kept = leave > enter
    who, room, enter, leave = assets.who[kept], assets.room[kept], enter[kept], leave[kept]
    observed = assets.observed[kept]
    always, shared = _used(statuses)
    always, shared = always[kind[who], room], shared[kind[who], room]
    cover = Cover(patients, rooms, since, until)
    seconds, last = cover.within(room, enter, leave)
    length = leave - enter
    used = np.where(always, length, np.where(shared, seconds, 0.0))
    when = np.where(always, leave, np.where(shared, last, np.nan))
    observed_s, used_s = zero.copy(), zero.copy()
    np.add.at(observed_s, who, length * observed)
    np.add.at(used_s, who, used * observed)
    newest = np.full(number, -np.inf)
    np.maximum.at(newest, who, np.where(np.isnan(when), -np.inf, when))
    return Use(observed_s, used_s, np.where(np.isinf(newest), np.nan, newest))


def _used(statuses: Statuses) -> tuple[Flags, Flags]:
    both = [statuses.used(kind) for kind in range(len(statuses.types))]
    return np.array([alone for alone, _ in both]), np.array([company for _, company in both])


class Cover:
    """When somebody was in each room: the union of stays, which answers for any interval at once.

    All rooms share one axis, each with a stretch of its own that is longer than the window.
    """

    def __init__(self, stays: Stays, rooms: int, since: float, until: float) -> None:
        self._since, self._stretch = since, until - since + 1.0
        enter, leave = np.clip(stays.enter, since, until), np.clip(stays.leave, since, until)
        inside = (leave > enter) & (stays.room >= 0) & (stays.room < rooms)
        start = self._axis(stays.room[inside], enter[inside])
        end = self._axis(stays.room[inside], leave[inside])
        order = np.argsort(start)
        start, end = start[order], np.maximum.accumulate(end[order]) if len(order) else end
        first = np.append(True, start[1:] > end[:-1]) if len(start) else np.zeros(0, bool)
        self._start = np.append(-1.0, start[first])  # a guard, so that every look-up finds something before it
        self._end = np.append(-1.0, end[np.append(first[1:], True)] if len(end) else end)
        self._before = np.append(0.0, np.cumsum(self._end - self._start))

    def _axis(self, room: I32, t: F64) -> F64:
        return room * self._stretch + (t - self._since)

    def _until(self, at: F64) -> F64:
        """Covered time before `at` on the axis."""
        row = np.searchsorted(self._start, at, "right") - 1
        return self._before[row] + np.minimum(at, self._end[row]) - self._start[row]

    def within(self, room: I32, enter: F64, leave: F64) -> tuple[F64, F64]:
        """Seconds covered in each [enter, leave] of a room, and the last covered moment in it (NaN for none)."""
        a, b = self._axis(room, enter), self._axis(room, leave)
        seconds = self._until(b) - self._until(a)
        row = np.searchsorted(self._start, b, "left") - 1
        last = np.minimum(b, self._end[row]) - b + leave
        return seconds, np.where(seconds > 0.0, last, np.nan)
