"""How posteriors move between epochs, compiled: boxes follow the gateways, probability walks and rides lifts."""

# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# ruff: noqa: ANN001, ANN201, ANN202 - compiled loops: types are inferred, calls cost nothing

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from twin.locate.tiles import CELLS, TALL, WIDE
from twin.model import F32, I32

SETTLED = 1e-4
"""A level with less of the posterior is not walked on."""
STIRRED = 1e-4
"""A tile with less is walked on only when it lies near others."""
FAINT = np.float32(1e-7)
"""A tile with less is taken to be empty."""
REACH_SIGMAS = 3.0
"""How far a walk goes beyond the tiles where the tag was, in standard deviations."""
RIDE_MOST = 0.3
ZERO = np.float32(0.0)
FAST = {"contract", "reassoc", "nsz"}
"""What the compiler may do to arithmetic: not take infinities for impossible."""


class _Bench(NamedTuple):
    """Scratch room."""

    tile: I32
    """The tiles of a box in order (levels, rows, columns): their numbers on the map ..."""
    slot: I32
    """... and where the posterior keeps them."""
    here: F32
    there: F32
    """One level, row after row with an empty cell between rows."""
    edge: F32


class _Part(NamedTuple):
    """The tiles of one level that are walked on."""

    first: int
    """Position of the first in the box."""
    rows: int
    columns: int
    across: int
    """Columns of tiles of the box."""
    level: int
    row: int
    column: int
    """Cell on the map that it begins with."""
    stride: int
    """Cells from one row to the next, laid out."""
    margin: int
    """Cells before the first."""


@njit(cache=True, error_model="numpy")
def _bench(kept):
    levels, rows, columns = kept
    tiles, flat = levels * rows * columns, (rows * TALL + 2) * (columns * WIDE + 1) + 2
    return _Bench(
        np.zeros(tiles, np.int32), np.zeros(tiles, np.int32), np.zeros(flat, np.float32), np.zeros(flat, np.float32),
        np.zeros((4, flat), np.float32),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _enter(p, mass, box, wanted, kept):
    """Put the box where it is wanted; what falls outside is forgotten."""
    if box[0] < 0:
        p[:] = ZERO
        mass[:] = ZERO
    else:
        end = wanted[:3] + wanted[3:]
        for level in range(box[0], box[0] + box[3]):
            for r in range(box[1], box[1] + box[4]):
                stays = wanted[0] <= level < end[0] and wanted[1] <= r < end[1]
                first = (level % kept[0] * kept[1] + r % kept[1]) * kept[2]
                for c in range(box[2], box[2] + box[5]):
                    s = first + c % kept[2]
                    if mass[s] > ZERO and not (stays and wanted[2] <= c < end[2]):
                        p[s, :] = ZERO
                        mass[s] = ZERO
    box[:] = wanted


@njit(cache=True, error_model="numpy")
def _list(box, shape, kept, tile, slot):
    """Number the tiles of a box; returns how many they are."""
    n = 0
    for level in range(box[0], box[0] + box[3]):
        for r in range(box[1], box[1] + box[4]):
            on_map, first = (level * shape[1] + r) * shape[2], (level % kept[0] * kept[1] + r % kept[1]) * kept[2]
            wrapped = box[2] % kept[2]
            for c in range(box[2], box[2] + box[5]):
                tile[n], slot[n] = on_map + c, first + wrapped
                wrapped = wrapped + 1 if wrapped + 1 < kept[2] else 0
                n += 1
    return n


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _stir(to, a, edge, margin, stride, n):
    """One explicit step of the walk over `n` cells laid out in rows, from `a` to `to`."""
    # Two loops: the compiler takes many cells at once only while it has few arrays to tell apart.
    now, below, above = a[margin - 1 :], a[margin + stride - 1 :], a[margin - stride - 1 :]
    then = to[margin:]
    east, south, north = edge[0, margin - 1 :], edge[1, margin:], edge[1, margin - stride :]
    for i in range(n):
        here = now[i + 1]
        flow = east[i + 1] * (now[i + 2] - here) + east[i] * (now[i] - here)
        then[i] = here + flow + south[i] * (below[i + 1] - here) + north[i] * (above[i + 1] - here)
    se, nw = edge[2, margin:], edge[2, margin - stride - 1 :]
    sw, ne = edge[3, margin:], edge[3, margin - stride + 1 :]
    for i in range(n):
        here = now[i + 1]
        flow = se[i] * (below[i + 2] - here) + nw[i] * (above[i] - here)
        then[i] += flow + sw[i] * (below[i] - here) + ne[i] * (above[i + 2] - here)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _lay_out(p, mass, slot, here, edge, edges, k, part):
    """Lay tiles out as rows of cells, and their edges times `k`; edges that leave are cut."""
    first, rows, columns, across, level, row, column, stride, margin = part
    last, width = margin + rows * TALL * stride, columns * WIDE
    here[: last + margin] = ZERO
    for r in range(rows):
        for c in range(columns):
            s = slot[first + r * across + c]
            if mass[s] > ZERO:
                for i in range(TALL):
                    at = margin + (r * TALL + i) * stride + c * WIDE
                    for j in range(WIDE):
                        here[at + j] = p[s, i * WIDE + j]
    for e in range(4):
        edge[e, :margin] = ZERO
        edge[e, last : last + margin] = ZERO
        for r in range(rows * TALL):
            # Indices without a sign need no look whether they count from the end.
            at, begin = np.uintp(margin + r * stride), np.uintp(column)
            for i in range(width):
                edge[e, at + np.uintp(i)] = k * edges[e, level, row + r, begin + np.uintp(i)]
            edge[e, margin + r * stride + width] = ZERO
            if e == 3:
                edge[e, margin + r * stride] = ZERO
            elif e != 1:
                edge[e, margin + r * stride + width - 1] = ZERO
        if e:
            edge[e, last - stride : last] = ZERO


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _take_up(p, mass, slot, here, part):
    """Put rows of cells back into their tiles."""
    for r in range(part.rows):
        for c in range(part.columns):
            s, total = slot[part.first + r * part.across + c], ZERO
            for i in range(TALL):
                at = part.margin + (r * TALL + i) * part.stride + c * WIDE
                for j in range(WIDE):
                    total += here[at + j]
            if total > FAINT:
                mass[s] = total
                for i in range(TALL):
                    at = part.margin + (r * TALL + i) * part.stride + c * WIDE
                    for j in range(WIDE):
                        p[s, i * WIDE + j] = here[at + j]
            elif mass[s] > ZERO:
                mass[s] = ZERO
                p[s, :] = ZERO


@njit(cache=True, error_model="numpy")
def _part(mass, slot, box, storey, down, aside):
    """The tiles of one of a box's levels that hold something, and so many more around; and the level's mass."""
    height, width, total = box[4], box[5], ZERO
    top, bottom, left, right = height, -1, width, -1
    for r in range(height):
        for c in range(width):
            m = mass[slot[(storey * height + r) * width + c]]
            total += m
            if m > STIRRED:
                top, bottom, left, right = min(top, r), r, min(left, c), max(right, c)
    top, bottom = max(top - down, 0), min(bottom + down, height - 1)
    left, right = max(left - aside, 0), min(right + aside, width - 1)
    stride = (right - left + 1) * WIDE + 1
    return total, _Part(
        (storey * height + top) * width + left, bottom - top + 1, right - left + 1, width, box[0] + storey,
        (box[1] + top) * TALL, (box[2] + left) * WIDE, stride, stride + 1,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _walk(p, mass, bench, ground, box, spread):
    """Let probability walk for `spread` m^2 (D dt), on the levels where there is much of it."""
    # No cell may lose more than half in a step: its eight weights sum to 6 at most.
    total = spread / (2.0 * ground.step * ground.step)
    steps = int(np.ceil(total * 12.0))
    if steps == 0:
        return
    slot, a, b, edge, edges = bench.slot, bench.here, bench.there, bench.edge, ground.edge
    reach = REACH_SIGMAS * np.sqrt(1.5 * spread) / ground.step
    down, aside = int(np.ceil(reach / TALL)), int(np.ceil(reach / WIDE))
    for storey in range(box[3]):
        level_mass, part = _part(mass, slot, box, storey, down, aside)
        if level_mass < SETTLED or part.rows <= 0:
            continue
        margin, n = part.margin, part.rows * TALL * part.stride
        _lay_out(p, mass, slot, a, edge, edges, np.float32(total / steps), part)
        b[:margin] = ZERO
        b[margin + n : n + 2 * margin] = ZERO
        for _ in range(steps):
            _stir(b, a, edge, margin, part.stride, n)
            a, b = b, a
        _take_up(p, mass, slot, a, part)


@njit(cache=True, error_model="numpy")
def _find(slot, box, level, row, column):
    """Where the posterior keeps a tile, -1 outside of the box."""
    storey, r, c = level - box[0], row - box[1], column - box[2]
    if 0 <= storey < box[3] and 0 <= r < box[4] and 0 <= c < box[5]:
        return slot[(storey * box[4] + r) * box[5] + c]
    return -1


@njit(cache=True, error_model="numpy")
def _ride(p, mass, slot, links, box, share):
    """Exchange probability between the ends of lifts and stairs."""
    for i in range(links.shape[0]):
        a = _find(slot, box, links[i, 0], links[i, 1], links[i, 2])
        b = _find(slot, box, links[i, 4], links[i, 5], links[i, 6]) if a >= 0 else -1
        if b >= 0 and mass[a] + mass[b] > ZERO:
            moved = share * (p[a, links[i, 3]] - p[b, links[i, 7]])
            p[a, links[i, 3]] -= moved
            p[b, links[i, 7]] += moved
            mass[a] -= moved
            mass[b] += moved


@njit(cache=True, error_model="numpy")
def predict(state, ground, batch, order, ride):
    """Move the boxes of a batch's tags and let their posteriors walk; returns which tags are new."""
    kept, new = state.mass.shape[1:], np.zeros(len(batch.tag), np.bool_)
    tiles = kept[0] * kept[1] * kept[2]
    ps, masses = state.p.reshape(len(state.p), tiles, CELLS), state.mass.reshape(len(state.p), tiles)
    bench, links = _bench(kept), ground.links
    for i in order:
        tag = batch.tag[i]
        p, mass, box = ps[tag], masses[tag], state.box[tag]
        new[i] = box[0] < 0
        _enter(p, mass, box, batch.box[i], kept)
        if not new[i]:
            _list(box, ground.shape, kept, bench.tile, bench.slot)
            _walk(p, mass, bench, ground, box, batch.spread[i])
            _ride(p, mass, bench.slot, links, box, np.float32(min(RIDE_MOST, ride * batch.spread[i])))
    return new


@njit(cache=True, error_model="numpy")
def backward(posterior, likelihood, boxes, spread, ground, teleport, ride):
    """Posterior and tile masses of the first of some epochs, given what was heard in the others.

    `posterior` is the first epoch's as filtered; `likelihood`, `boxes` and `spread` are of all epochs.
    """
    kept = posterior.shape[:3]
    tiles = kept[0] * kept[1] * kept[2]
    p, mass, bench = np.ones((tiles, CELLS), np.float32), np.ones(tiles, np.float32), _bench(kept)
    tile, slot, box = bench.tile, bench.slot, boxes[-1].copy()
    n = _list(box, ground.shape, kept, tile, slot)
    for epoch in range(len(boxes) - 1, 0, -1):
        _multiply(p, mass, slot, tile, n, ground.floor, likelihood[epoch].reshape(tiles, CELLS))
        _walk(p, mass, bench, ground, box, spread[epoch])
        for i in range(n):
            p[slot[i]] = (1.0 - teleport) * p[slot[i]] + teleport * ground.even * ground.floor[tile[i]]
            mass[slot[i]] = p[slot[i]].sum()
        _ride(p, mass, slot, ground.links, box, np.float32(min(RIDE_MOST, ride * spread[epoch])))
        _enter(p, mass, box, boxes[epoch - 1], kept)
        n = _list(box, ground.shape, kept, tile, slot)
    _multiply(p, mass, slot, tile, n, ground.floor, posterior.reshape(tiles, CELLS))
    return p.reshape(posterior.shape), mass.reshape(kept)


@njit(cache=True, error_model="numpy")
def _multiply(p, mass, slot, tile, n, floor, factor):
    """Multiply the tiles of a box by others kept alike, and normalise."""
    total = ZERO
    for i in range(n):
        s = slot[i]
        p[s] *= factor[s] * floor[tile[i]]
        mass[s] = p[s].sum()
        total += mass[s]
    if total > ZERO:
        for i in range(n):
            p[slot[i]] /= total
            mass[slot[i]] /= total
