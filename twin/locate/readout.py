"""What is read off the posteriors, compiled: position, level, rooms and radii."""

# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# ruff: noqa: ANN001, ANN201, ANN202 - compiled loops: types are inferred, calls cost nothing

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from twin.locate.tiles import CELLS, TALL, WIDE
from twin.model import F32, I32

BINS, BIN_M = 160, 0.2
"""Distance histogram for the radius, up to 32 m."""
MODES_APART = 2.0
SLIGHT = np.float32(1e-5)
"""A tile that holds less is not read."""
ZERO = np.float32(0.0)
FAST = {"contract", "reassoc", "nsz"}


class Reading(NamedTuple):
    """What is read off the posterior, one element a tag of the batch."""

    x: F32
    y: F32
    level: I32
    p_level: F32
    room: I32
    p_room: F32
    second: I32
    p_second: F32
    p_present: F32
    """Probability of the room reported so far."""
    r50: F32
    r90: F32
    residual: F32
    """One a row of the batch: RSSI minus its expectation over the posterior, the offset taken off."""


class _Plane(NamedTuple):
    """The tiles of the likeliest level that hold something."""

    tile: I32
    slot: I32
    row: F32
    column: F32
    """Of its first cell."""


@njit(cache=True, error_model="numpy")
def _list(mass, kept, shape, box, plane):
    """List the likeliest level's tiles in `plane`; returns how many they are, the level and its probability."""
    tile, slot, row, column = plane
    best, p_best = box[0], np.float32(-1.0)
    for level in range(box[0], box[0] + box[3]):
        total = ZERO
        for s in range(level % kept[0] * kept[1] * kept[2], (level % kept[0] + 1) * kept[1] * kept[2]):
            total += mass[s]
        if total > p_best:
            best, p_best = level, total
    n = 0
    for r in range(box[1], box[1] + box[4]):
        first = (best % kept[0] * kept[1] + r % kept[1]) * kept[2]
        for c in range(box[2], box[2] + box[5]):
            s = first + c % kept[2]
            if mass[s] > SLIGHT:
                tile[n], slot[n] = (best * shape[1] + r) * shape[2] + c, s
                row[n], column[n] = np.float32(r * TALL), np.float32(c * WIDE)
                n += 1
    return n, best, p_best


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _mean(p, mass, slot, row, column, n):
    """Mean (row, column) of a level's posterior, and its peak."""
    total, by_row, by_column, peak, at = ZERO, ZERO, ZERO, ZERO, 0
    for j in range(n):
        s, down, aside, most = slot[j], ZERO, ZERO, ZERO
        for c in range(p.shape[1]):
            down += p[s, c] * np.float32(c // WIDE)
            aside += p[s, c] * np.float32(c % WIDE)
        for c in range(p.shape[1]):
            most = max(most, p[s, c])
        # From the first tile on: float32 has no digits to spare.
        by_row += down + mass[s] * (row[j] - row[0])
        by_column += aside + mass[s] * (column[j] - column[0])
        total += mass[s]
        if most > peak:
            peak, at = most, j
    cell = 0
    for c in range(CELLS):
        cell = c if p[slot[at], c] == peak else cell
    mean_row, mean_column = float(row[0] + by_row / total), float(column[0] + by_column / total)
    return mean_row, mean_column, float(row[at] + cell // WIDE), float(column[at] + cell % WIDE)


@njit(cache=True, error_model="numpy")
def _mean_near(p, slot, row, column, n, at_row, at_column, reach):
    """Mean (row, column) of a level's posterior within `reach` cells of a cell."""
    total, by_row, by_column = 0.0, 0.0, 0.0
    for j in range(n):
        for c in range(CELLS):
            down, aside, m = row[j] + c // WIDE, column[j] + c % WIDE, p[slot[j], c]
            if (down - at_row) ** 2 + (aside - at_column) ** 2 <= reach * reach:
                total += m
                by_row += m * down
                by_column += m * aside
    return (by_row / total, by_column / total) if total > 0.0 else (at_row, at_column)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _radii(p, slot, row, column, n, at_row, at_column, step, bins, bin_of):
    """Radii in metres that hold half and 0.9 of one level's posterior around (row, column)."""
    total, per_cell, most = ZERO, np.float32(step / BIN_M), np.float32(BINS - 1)
    bins[:] = ZERO
    for j in range(n):
        s, down, aside = slot[j], row[j] - np.float32(at_row), column[j] - np.float32(at_column)
        for c in range(len(bin_of)):
            r, k = down + np.float32(c // WIDE), aside + np.float32(c % WIDE)
            bin_of[c] = np.int32(min(per_cell * np.sqrt(r * r + k * k), most))
        for c in range(CELLS):
            bins[bin_of[c]] += p[s, c]
            total += p[s, c]
    r50, r90, so_far = 0.0, 0.0, 0.0
    for i in range(BINS):
        after = so_far + bins[i]
        if so_far < 0.5 * total <= after:
            r50 = BIN_M * (i + (0.5 * total - so_far) / bins[i])
        if so_far < 0.9 * total <= after:
            r90 = BIN_M * (i + (0.9 * total - so_far) / bins[i])
            break
        so_far = after
    return r50, r90


@njit(cache=True, error_model="numpy")
def _rooms(p, mass, tile, slot, n, only, room, share, touched):
    """Sum the posterior of one level by room into `share`; returns how many rooms `touched` lists."""
    found = 0
    for j in range(n):
        s, t = slot[j], tile[j]
        if only[t] >= 0:
            if share[only[t]] == ZERO:
                touched[found] = only[t]
                found += 1
            share[only[t]] += mass[s]
            continue
        for c in range(CELLS):
            if p[s, c] > ZERO:
                index = room[t, c]
                if share[index] == ZERO:
                    touched[found] = index
                    found += 1
                share[index] += p[s, c]
    return found


@njit(cache=True, error_model="numpy")
def _two_best(reading, i, share, touched, found, present):
    """Write the rooms of highest share, and empty `share`."""
    one, two, p_one, p_two = -1, -1, ZERO, ZERO
    reading.p_present[i] = share[present] if present >= 0 else ZERO
    for j in range(found):
        value = share[touched[j]]
        if value > p_one:
            two, p_two = one, p_one
            one, p_one = touched[j], value
        elif value > p_two:
            two, p_two = touched[j], value
        share[touched[j]] = ZERO
    reading.room[i], reading.p_room[i], reading.second[i], reading.p_second[i] = one, p_one, two, p_two


@njit(cache=True, error_model="numpy")
def read(state, ground, tags, order, present, rooms, reading):
    """Read off the posteriors of `tags`, taken in `order`, what `reading` holds; moves `state.at` there."""
    kept, step = state.mass.shape[1:], ground.step
    tiles = kept[0] * kept[1] * kept[2]
    ps, masses = state.p.reshape(len(state.p), tiles, CELLS), state.mass.reshape(len(state.p), tiles)
    whole, real = np.zeros((2, tiles), np.int32), np.zeros((2, tiles), np.float32)
    plane = _Plane(whole[0], whole[1], real[0], real[1])
    tile, slot, row, column = plane
    bin_of = np.zeros(CELLS, np.int32)
    bins, share, touched = np.zeros(BINS, np.float32), np.zeros(rooms + 1, np.float32), np.empty(rooms + 1, np.int32)
    for i in order:
        p, mass, at = ps[tags[i]], masses[tags[i]], state.at[tags[i]]
        n, level, reading.p_level[i] = _list(mass, kept, ground.shape, state.box[tags[i]], plane)
        y, x, peak_y, peak_x = _mean(p, mass, slot, row, column, n)
        r50, r90 = _radii(p, slot, row, column, n, y, x, step, bins, bin_of)
        if step * np.sqrt((peak_y - y) ** 2 + (peak_x - x) ** 2) > MODES_APART * r50:
            # Two modes: the mean lies between them, where the tag is not. The heavier one is reported.
            y, x = _mean_near(p, slot, row, column, n, peak_y, peak_x, r50 / step)
            r50, r90 = _radii(p, slot, row, column, n, y, x, step, bins, bin_of)
        r, c = int(y + 0.5), int(x + 0.5)
        here = (level * ground.shape[1] + r // TALL) * ground.shape[2] + c // WIDE
        if ground.room[here, r % TALL * WIDE + c % WIDE] < 0:
            r, c = ground.home[level, 0, r, c], ground.home[level, 1, r, c]
            y, x = float(r), float(c)
        at[0], at[1], at[2] = level, r, c
        reading.level[i] = level
        reading.x[i], reading.y[i] = ground.x0 + (x + 0.5) * step, ground.y0 + (y + 0.5) * step
        reading.r50[i], reading.r90[i] = r50, r90
        found = _rooms(p, mass, tile, slot, n, ground.only, ground.room, share, touched)
        _two_best(reading, i, share, touched, found, present[i])
