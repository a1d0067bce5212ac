"""Recorded readings through the grid filter: many tracks at once, causal or smoothed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.locate import kernel
from twin.locate.cells import Cells
from twin.locate.grid import GridFilter, Tuning, empty_reading
from twin.locate.kernel import Reading
from twin.locate.place import choose_room
from twin.locate.radio_map import Anchors, RadioMap
from twin.model import F32, F64, I32, NONE

TICK_S = 1.0
"""The filter steps at least so often, whatever epochs are asked for."""
CELLS_AT_ONCE = 100_000_000
"""Posterior cells held at once: bounds the memory at about 1 GB."""
STEPS_MAX = 600
"""In a longer gap the steps grow: after ten minutes nothing is left of what was known."""
ROUND_S = 1e-3
Rows = NDArray[np.intp]
SMOOTHING = Tuning(moving_m2_s=0.17, resting_m2_s=0.1, temper_s=1.4, moving_r90=0.9, still_r90=0.03)
"""Constants for smoothed answers: the epochs after it make up for what a stiff walk lags."""


class Readings(NamedTuple):
    """What gateways heard, one row each; a track is one tag with a time of its own."""

    track: I32
    t: F64
    gateway: I32
    rssi: F32


class Asked(NamedTuple):
    """The epochs to answer for, any order."""

    track: I32
    t: F64


class Found(NamedTuple):
    """One answer an epoch asked for; `level` NONE where nothing had been heard."""

    x: F64
    y: F64
    level: I32
    room: I32
    p_room: F64
    r90: F64


class Ways(NamedTuple):
    """Map, radio and gateways."""

    cells: Cells
    radio: RadioMap
    anchors: Anchors


def locate(ways: Ways, readings: Readings, asked: Asked, lag: float = 0.0) -> Found:
    """Where the tag of each track was at each epoch asked for.

    With `lag` 0 nothing later than an epoch is used; else what was heard up to `lag` seconds after it as well.
    A gateway that no track has heard up to that time may be off: its silence says nothing.
    """
    tracks = np.unique(asked.track)
    n = len(asked.t)
    blank, none = np.full(n, np.nan), np.full(n, NONE, np.int32)
    found = Found(blank.copy(), blank.copy(), none.copy(), none.copy(), blank.copy(), blank.copy())
    first_heard = np.full(len(ways.anchors.x), np.inf)
    np.minimum.at(first_heard, readings.gateway, readings.t)
    order = np.lexsort((readings.t, readings.track))
    readings = Readings._make(column[order] for column in readings)
    ticks = [_ticks(asked.t[asked.track == track], _first(readings, track)) for track in tracks]
    longest = max(map(len, ticks), default=1)
    per_track = ways.cells.room.size * (2 * longest if lag else 2)
    at_once = max(1, int(CELLS_AT_ONCE // per_track))
    for first in range(0, len(tracks), at_once):
        part = slice(first, first + at_once)
        _Run(ways, first_heard, lag).over(tracks[part], ticks[part], readings, asked, found)
    return found


def _first(readings: Readings, track: int) -> float:
    rows = np.searchsorted(readings.track, [track, track + 1])
    return float(readings.t[rows[0]]) if rows[1] > rows[0] else np.inf


def _ticks(epochs: F64, first: float) -> F64:
    """The epochs, and steps in between and before so that none is longer than `TICK_S`."""
    epochs = np.unique(np.round(epochs, 6))
    earlier = min(max(0, int(np.ceil((epochs[0] - min(first, epochs[0])) / TICK_S))), STEPS_MAX)
    before = epochs[0] - TICK_S * np.arange(1, earlier + 1)[::-1]
    whole = np.concatenate((before, epochs))
    parts = np.clip(np.ceil(np.diff(whole) / TICK_S - ROUND_S), 1, STEPS_MAX).astype(int)
    steps = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(whole, whole[1:], parts, strict=False)]
    return np.concatenate((*steps, whole[-1:]))


class _Run:
    """One filter over some tracks, in step by position in their lists of ticks."""

    def __init__(self, ways: Ways, first_heard: F64, lag: float) -> None:
        self._ways, self._first_heard, self._lag = ways, first_heard, lag
        # With a lag, an epoch may lie in the middle of what is averaged for it.
        self._ahead = min(TICK_S / 2, lag)

    def over(self, tracks: I32, ticks: list[F64], readings: Readings, asked: Asked, found: Found) -> None:
        n = len(tracks)
        groups = np.arange(n, dtype=np.int32)  # a track must not learn from another, which may be later
        grid = GridFilter(
            *self._ways, groups, SMOOTHING if self._lag else Tuning(),
            reference_tags=True, learn=False, trace=self._lag > 0,
        )  # fmt: skip
        trace = _Trace(grid, ticks, self._lag - self._ahead) if self._lag else None
        room, last = np.full(n, NONE, np.int32), np.full(n, -np.inf)
        answers = [_answers(asked, track, t) for track, t in zip(tracks, ticks, strict=True)]
        for tick in range(max(map(len, ticks))):
            here = np.array([i for i in range(n) if tick < len(ticks[i])], np.int32)
            now = np.array([ticks[i][tick] for i in here])
            since = np.array([ticks[i][tick - 1] if tick else ticks[i][0] - TICK_S for i in here])
            start, gateway, rssi = _heard(readings, tracks[here], since + self._ahead, now + self._ahead)
            heard = np.diff(start) > 0
            known = np.isfinite(last[here]) | heard
            here, now = here[known], now[known]
            start = np.append(0, np.cumsum(np.diff(start)[known])).astype(np.int32)
            if not len(here):
                continue
            elapsed = np.where(np.isfinite(last[here]), now - last[here], TICK_S)
            last[here] = now
            moving = np.full(len(here), grid.tuning.moving_m2_s)
            always = np.zeros(len(here))
            lives = self._first_heard <= (now + self._ahead + ROUND_S)[:, None]
            beat = np.where(lives, np.inf, -np.inf)
            reading = grid.step(here, start, gateway, rssi, elapsed, moving, always, beat, room[here])
            if trace:
                trace.keep(here, tick, np.minimum(moving * elapsed, grid.tuning.spread_max_m2))
            room[here], p_room = choose_room(room[here], reading)
            _write(found, [answers[i].get(tick) for i in here], reading, room[here], p_room)
        if trace:
            trace.smooth(answers, found)


def _heard(readings: Readings, tracks: I32, since: F64, now: F64) -> tuple[I32, I32, F32]:
    """Mean RSSI per track and gateway of what was heard after `since` up to `now`."""
    starts, gateways, rssis = [0], [], []
    for track, a, b in zip(tracks, since, now, strict=True):
        low, high = np.searchsorted(readings.track, [track, track + 1])
        low, high = low + np.searchsorted(readings.t[low:high], [a + ROUND_S, b + ROUND_S])
        gateway, of = np.unique(readings.gateway[low:high], return_inverse=True)
        gateways.append(gateway)
        rssis.append(np.bincount(of, readings.rssi[low:high], len(gateway)) / np.bincount(of, minlength=len(gateway)))
        starts.append(starts[-1] + len(gateway))
    return (
        np.array(starts, np.int32),
        np.concatenate(gateways).astype(np.int32),
        np.concatenate(rssis).astype(np.float32),
    )


def _answers(asked: Asked, track: int, ticks: F64) -> dict[int, Rows]:
    """Which epochs asked for each tick answers."""
    mine = np.flatnonzero(asked.track == track)
    at = np.searchsorted(ticks, asked.t[mine] - ROUND_S)
    return {int(tick): mine[at == tick] for tick in np.unique(at)}


def _write(found: Found, rows: list[Rows | None], reading: Reading, room: I32, p_room: F32) -> None:
    for i, answers in enumerate(rows):
        if answers is not None:
            found.x[answers], found.y[answers] = reading.x[i], reading.y[i]
            found.level[answers], found.room[answers] = reading.level[i], room[i]
            found.p_room[answers], found.r90[answers] = p_room[i], reading.r90[i]


class _Trace:
    """Posteriors, likelihoods and boxes of all ticks, for the backward pass."""

    def __init__(self, grid: GridFilter, ticks: list[F64], lag: float) -> None:
        self._grid, self._ticks, self._lag = grid, ticks, lag
        shape = (len(ticks), max(map(len, ticks)))
        self._p = np.zeros((*shape, *grid.state.p.shape[1:]), np.float32)
        self._likelihood = np.ones_like(self._p)
        self._box = np.full((*shape, 6), NONE, np.int32)
        self._spread = np.zeros(shape, np.float32)
        self._spread2 = np.zeros(shape)

    def keep(self, tags: I32, tick: int, spread: F64) -> None:
        """Remember what the filter holds after this tick."""
        state = self._grid.state
        self._p[tags, tick], self._likelihood[tags, tick] = state.p[tags], state.likelihood[tags]
        self._box[tags, tick], self._spread[tags, tick] = state.box[tags], spread
        self._spread2[tags, tick] = self._grid.travel.spread2[tags]

    def smooth(self, answers: list[dict[int, Rows]], found: Found) -> None:
        """Answer again, with what was heard in the lag after each epoch."""
        grid = self._grid
        t = grid.tuning
        for tag, wanted in enumerate(answers):
            room = np.full(1, NONE, np.int32)
            for tick in sorted(wanted):
                if self._box[tag, tick, 0] < 0:
                    continue
                end = int(np.searchsorted(self._ticks[tag], self._ticks[tag][tick] + self._lag + ROUND_S))
                reading = empty_reading(1, 0)
                kernel.smooth(
                    self._p[tag, tick], self._likelihood[tag, tick:end], self._box[tag, tick:end],
                    self._spread[tag, tick:end], grid.ground, grid.cells.rooms,
                    np.float32(t.teleport), np.float32(t.ride_per_m2), room[0], reading, 0,
                )  # fmt: skip
                r90 = grid.calibrated(reading.r90, self._spread2[tag, tick : tick + 1])
                room, p_room = choose_room(room, reading)
                _write(found, [wanted[tick]], reading._replace(r90=r90), room, p_room)
