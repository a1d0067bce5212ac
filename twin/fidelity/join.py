"""Truth and conclusions side by side. Pure: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from twin.fidelity.conclusions import Conclusions
from twin.fidelity.truth import GAP_S, Places, Truth
from twin.model import F32, F64, I32, NONE, State

SETTLED_S = 20.0
"""A stay in a room that is shorter than this is a passage: no change that the twin has to notice."""
TOO_LATE_S = 60.0
"""Changes so near the end of the run are left out: there was no time to notice them."""
STEP_S = 2.5
"""Ticks further apart are not neighbours when room changes are counted."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One element a tag and tick at which the tag was on the air and the twin said where it is now.

    `level` is the true one. `error` is horizontal, in metres. `inside` says whether the tag was
    within the stated radius, which nobody is who is on another floor.
    """

    tag: I32
    level: I32
    moving: np.ndarray
    error: F32
    inside: np.ndarray
    room_right: np.ndarray
    level_right: np.ndarray
    r90: F32
    p: F32


class Watched(NamedTuple):
    """One element a tag and pair of neighbouring ticks: the time between, and what changed in it."""

    tag: I32
    level: I32
    moving: np.ndarray
    seconds: F64
    true: np.ndarray
    """The tag went into another room."""
    shown: np.ndarray
    """The twin showed another room."""
    confirmed: np.ndarray
    """The twin began another stay."""


class Moves(NamedTuple):
    """One element a true change of room that lasted. `delay` is in seconds, NaN when the twin missed it."""

    tag: I32
    level: I32
    t: F64
    delay: F64


def comparable(found: Conclusions, places: Places) -> np.ndarray:
    """Where, in ticks by tags, there is something to compare."""
    live = (found.state == State.LIVE) & (found.level != NONE)
    return live & places.on_air & (places.level != NONE) & places.known[:, None]


def compare(found: Conclusions, places: Places) -> Compared:
    """Measure every position of a live tag."""
    chosen = comparable(found, places)
    error = np.hypot(found.x - places.x, found.y - places.y)[chosen]
    level_right = (found.level == places.level)[chosen]
    r90 = found.r90[chosen]
    return Compared(
        tag=np.broadcast_to(np.arange(chosen.shape[1], dtype=np.int32), chosen.shape)[chosen],
        level=places.level[chosen],
        moving=places.moving[chosen],
        error=error,
        inside=(error <= r90) & level_right,
        room_right=(found.room == places.room)[chosen],
        level_right=level_right,
        r90=r90,
        p=found.p[chosen],
    )


def watch(found: Conclusions, places: Places) -> Watched:
    """Look at each pair of neighbouring ticks at both of which there is something to compare."""
    good = comparable(found, places)
    step = np.diff(found.t)
    pairs = good[1:] & good[:-1] & (step <= STEP_S)[:, None]

    def changed(room: I32) -> np.ndarray:
        return (room[1:] != room[:-1])[pairs]

    began = (found.stay[1:] != found.stay[:-1]) & (found.stay[1:] != NONE)
    return Watched(
        tag=np.broadcast_to(np.arange(good.shape[1], dtype=np.int32), pairs.shape)[pairs],
        level=places.level[1:][pairs],
        moving=(places.moving[1:] | places.moving[:-1])[pairs],
        seconds=np.broadcast_to(step[:, None], pairs.shape)[pairs],
        true=changed(places.room),
        shown=changed(found.room),
        confirmed=began[pairs],
    )


def moves(truth: Truth, found: Conclusions) -> Moves:
    """Follow each true change into a room that the tag then stayed in for SETTLED_S.

    Passages on the way do not count, and neither does coming back into the room of before. The
    change is noticed when the twin's stay is in the room; at once if it was there already.
    """
    rows: list[tuple[int, int, float, float]] = []
    begin, end = (found.t[0], found.t[-1]) if len(found.t) else (np.inf, -np.inf)
    for tag in range(truth.room.shape[1]):
        for t, leave, room, level in _settlings(truth, tag):
            if begin <= t <= end - TOO_LATE_S:
                rows.append((tag, level, t, _noticed(found, tag, room, t, leave) - t))
    tags, levels, times, delays = np.array(rows, np.float64).reshape(-1, 4).T
    return Moves(tags.astype(np.int32), levels.astype(np.int32), times, delays)


def _noticed(found: Conclusions, tag: int, room: int, t: float, leave: float) -> float:
    """When the twin had the tag in the room, NaN if not before it left."""
    first, last = np.searchsorted(found.t, (t, leave))
    hits = np.flatnonzero(found.stay[first:last, tag] == room)
    if not len(hits):
        return np.nan
    return t if hits[0] == 0 else float(found.t[first + hits[0]])


def _settlings(truth: Truth, tag: int) -> list[tuple[float, float, int, int]]:
    """When a tag came into each room that it settled in, after settling in another: (t, leave, room, level).

    A change happened between two lines; it counts from the middle between them.
    """
    room, on_air, t = truth.room[:, tag], truth.on_air[:, tag], truth.t
    gap = np.diff(t) > GAP_S
    edge = np.flatnonzero((room[1:] != room[:-1]) | (on_air[1:] != on_air[:-1]) | gap) + 1
    starts = np.append(0, edge)
    begins = np.append(t[0], (t[edge - 1] + t[edge]) / 2)
    ends = np.append(np.where(gap[edge - 1], t[edge - 1], begins[1:]), t[-1])
    broken = np.append(True, gap[edge - 1])
    found: list[tuple[float, float, int, int]] = []
    before = NONE
    for row, begin, end, unknown in zip(starts.tolist(), begins.tolist(), ends.tolist(), broken.tolist(), strict=True):
        if unknown or not on_air[row] or room[row] == NONE:
            before = NONE
        if not on_air[row] or room[row] == NONE or end - begin < SETTLED_S:
            continue
        here = int(room[row])
        if before not in (NONE, here):
            found.append((begin, end, here, int(truth.level[row, tag])))
        before = here
    return found
