"""The grid filter's inner loops, compiled: predict, update and read one tag's posterior after another.

A tag's posterior lives in a box of the raster (levels, rows, columns) around the gateway that hears it best,
so the work does not grow with the building. Arrays are float32, inner loops run along columns.
"""

# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false
# ruff: noqa: ANN001, ANN202, PLR0912 - compiled loops: types are inferred, calls cost nothing

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from twin.model import F32, F64, I32

BINS, BIN_M = 160, 0.2
"""Distance histogram for the radius, up to 32 m."""
FAR = 1e12
"""Odds against beyond which cells are alike: keeps float32 from underflowing."""
HUGE = 1e30
"""What nothing explains is no less likely than that: keeps float32 from overflowing."""
CLIP_DB = 45.0
LEVELS_KEPT = 3
"""The level of the strongest gateway, the one above and the one below."""
MODES_APART = 2.0
STRIDE = 3
RESCALE = 12
SETTLED = 1e-4
"""A level with less of the posterior is not walked on."""


class Ground(NamedTuple):
    """The map as the loops read it."""

    room: I32
    """[level, row, column]"""
    edge: F32
    """[4, level, row + 2, column + 2]: `Cells.edge` with a margin of one cell."""
    out: F32
    """[level, row, column]: sum of the weights of a cell's eight edges."""
    home: I32
    """[level, 2, row, column]"""
    links: I32
    """[n, 6]: level, row, column of both ends of lifts and stairs."""
    audience: I32
    """[level, row, column, n]: gateways that should hear a tag there, -1 padded."""
    even: float
    """1 / number of walkable cells."""
    step: float
    x0: float
    y0: float


class Heard(NamedTuple):
    """A radio map as the loops read it, each [gateway, cell], cells in the order of [level, row, column].

    The Student-t likelihood of difference d is (scale + d^2 * curve)^-3 up to a constant (5 degrees of
    freedom), so a product over gateways and one power replace a logarithm a gateway.
    """

    mean: F32
    scale: F32
    curve: F32
    silence: F32
    """(1 - 0.95 pd)^(-1/3): what a gateway's silence adds to the same product."""


class Batch(NamedTuple):
    """One step of some tags: rows of tag i are start[i] to start[i + 1]."""

    tag: I32
    start: I32
    gateway: I32
    rssi: F32
    heard: F64
    """When each tag's newest reading was received: only gateways that reported later can have missed it."""
    box: I32
    """[n, 6]: wanted first level, row, column and their numbers."""
    spread: F32
    """Diffusion times time: D dt in m^2."""
    power: I32
    """Exponent of the product in sixteenths: 48 times the temper of the likelihood."""
    present: I32
    """Room each tag is reported in now."""


class Posteriors(NamedTuple):
    """What is remembered of each tag."""

    p: F32
    """[tag, level, row, column] of its box; sums to 1 once a tag was heard."""
    box: I32
    """[tag, 6]: first level, row, column, and their numbers; -1 before the first fix."""
    at: I32
    """[tag, 3]: level, row, column of its mean."""
    offset: F32
    """RSSI offset in dB."""
    likelihood: F32
    """Tempered likelihood of the newest epoch, like `p`; no tags when nobody will smooth."""


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


@njit(cache=True)
def _move(p, box, wanted, spare):
    """Put the box where it is wanted; what falls outside is forgotten, what is new gets 0."""
    same = True
    for k in range(6):
        same = same and box[k] == wanted[k]
    if same:
        return
    if box[0] < 0:
        p[:] = 0.0
    else:
        spare[: box[3], : box[4], : box[5]] = p[: box[3], : box[4], : box[5]]
        p[: max(box[3], wanted[3]), : max(box[4], wanted[4]), : max(box[5], wanted[5])] = 0.0
        dl, dr, dc = wanted[0] - box[0], wanted[1] - box[1], wanted[2] - box[2]
        for level in range(max(0, -dl), min(wanted[3], box[3] - dl)):
            for r in range(max(0, -dr), min(wanted[4], box[4] - dr)):
                for c in range(max(0, -dc), min(wanted[5], box[5] - dc)):
                    p[level, r, c] = spare[level + dl, r + dr, c + dc]
    for k in range(6):
        box[k] = wanted[k]


@njit(cache=True, fastmath=True)
def _load(edges, ground, level, r0, c0, height, width):
    """Copy the edges of a box, flat and with a ring of zeros: `edges` [5, cells], the last row the sums.

    Edges that leave the box are 0 while the sums keep them: what walks out is forgotten.
    """
    wide = width + 2
    edges[:, : (height + 2) * wide] = 0.0
    for e in range(4):
        down, right = (0, 1) if e == 0 else (1, 0) if e == 1 else (1, 1) if e == 2 else (1, -1)
        for r in range(height - down):
            row, to = ground.edge[e, level, r0 + r + 1, c0 + 1 :], edges[e, (r + 1) * wide + 1 :]
            for c in range(1 if right < 0 else 0, width - (1 if right > 0 else 0)):
                to[c] = row[c]
    for r in range(height):
        row, to = ground.out[level, r0 + r, c0:], edges[4, (r + 1) * wide + 1 :]
        for c in range(width):
            to[c] = row[c]


@njit(cache=True, fastmath=True)
def _diffuse(p, to, edges, wide, height, k):
    """One explicit step of the walk on one level, from `p` to `to`: flat boxes with a ring of zeros."""
    n = height * wide
    # Each neighbour as the same flat loop, shifted; edges are stored at their upper-left end.
    here, out = p[wide:], edges[4, wide:]
    east, east_to, west, west_to = edges[0, wide:], p[wide + 1 :], edges[0, wide - 1 :], p[wide - 1 :]
    south, south_to, north, north_to = edges[1, wide:], p[2 * wide :], edges[1], p
    se, se_to, nw, nw_to = edges[2, wide:], p[2 * wide + 1 :], edges[2], p
    sw, sw_to, ne, ne_to = edges[3, wide:], p[2 * wide - 1 :], edges[3, 1:], p[1:]
    result = to[wide:]
    first = here[0] * (np.float32(1.0) - k * out[0])
    for i in range(1, n):
        flow = east[i] * east_to[i] + west[i] * west_to[i] + south[i] * south_to[i] + north[i] * north_to[i]
        flow += se[i] * se_to[i] + nw[i - 1] * nw_to[i - 1] + sw[i] * sw_to[i] + ne[i] * ne_to[i]
        result[i] = here[i] * (np.float32(1.0) - k * out[i]) + k * flow
    result[0] = first


@njit(cache=True, fastmath=True)
def _predict(p, walk, ground, box, spread, teleport):
    """Let probability walk, and a little of it be anywhere."""
    l0, r0, c0, levels, height, width = box
    # No cell may lose more than half in a step: its eight weights sum to 6 at most.
    total = spread / (2.0 * ground.step * ground.step)
    steps = int(np.ceil(total * 12.0))
    k = np.float32(total / max(steps, 1))
    wide = width + 2
    size = (height + 2) * wide
    for level in range(levels):
        mass = np.float32(0.0)
        for r in range(height):
            q = p[level, r]
            for c in range(width):
                mass += q[c]
        if mass < SETTLED or steps == 0:
            continue
        _load(walk[2:], ground, l0 + level, r0, c0, height, width)
        a, b = walk[0], walk[1]
        a[:size] = 0.0
        b[:size] = 0.0
        for r in range(height):
            a[(r + 1) * wide + 1 : (r + 1) * wide + 1 + width] = p[level, r, :width]
        for _ in range(steps):
            _diffuse(a, b, walk[2:], wide, height, k)
            a, b = b, a
        for r in range(height):
            p[level, r, :width] = a[(r + 1) * wide + 1 : (r + 1) * wide + 1 + width]
    even, keep = np.float32(teleport * ground.even), np.float32(1.0 - teleport)
    for level in range(levels):
        for r in range(height):
            room, q = ground.room[l0 + level, r0 + r, c0 : c0 + width], p[level, r]
            for c in range(width):
                q[c] = (q[c] * keep + even) if room[c] >= 0 else np.float32(0.0)


@njit(cache=True)
def _ride(p, links, box, share):
    """Exchange probability between the ends of lifts and stairs."""
    l0, r0, c0, levels, height, width = box
    for i in range(links.shape[0]):
        la, ra, ca = links[i, 0] - l0, links[i, 1] - r0, links[i, 2] - c0
        lb, rb, cb = links[i, 3] - l0, links[i, 4] - r0, links[i, 5] - c0
        inside = 0 <= la < levels and 0 <= ra < height and 0 <= ca < width
        if inside and 0 <= lb < levels and 0 <= rb < height and 0 <= cb < width:
            moved = share * (p[la, ra, ca] - p[lb, rb, cb])
            p[la, ra, ca] -= moved
            p[lb, rb, cb] += moved


@njit(cache=True, fastmath=True)
def _weigh(product, heard, g, rssi, box, shape):
    """Multiply one gateway's reading into `product`."""
    l0, r0, c0, levels, height, width = box
    mean, scale, curve = heard.mean[g], heard.scale[g], heard.curve[g]
    for level in range(levels):
        for r in range(height):
            # Unsigned: a signed index is checked for counting from the end, which stops the vectoriser.
            first = np.uintp(((l0 + level) * shape[1] + r0 + r) * shape[2] + c0)
            q = product[level, r]
            for c in range(np.uintp(width)):
                i = first + np.uintp(c)
                d = min(max(rssi - mean[i], np.float32(-CLIP_DB)), np.float32(CLIP_DB))
                q[np.uintp(c)] *= scale[i] + d * d * curve[i]


@njit(cache=True, fastmath=True)
def _weigh_silence(product, heard, g, box, shape):
    """Multiply one gateway's silence into `product`."""
    l0, r0, c0, levels, height, width = box
    silence = heard.silence[g]
    for level in range(levels):
        for r in range(height):
            first = np.uintp(((l0 + level) * shape[1] + r0 + r) * shape[2] + c0)
            q = product[level, r]
            for c in range(np.uintp(width)):
                q[np.uintp(c)] *= silence[first + np.uintp(c)]


@njit(cache=True, fastmath=True)
def _rescale(product, p, box):
    """Divide by the best cell's product, which many contradictory readings would overflow."""
    best = np.float32(np.inf)
    for level in range(box[3]):
        for r in range(box[4]):
            q, prior = product[level, r], p[level, r]
            for c in range(box[5]):
                best = min(best, q[c] if prior[c] > 0.0 else np.float32(np.inf))
    inverse, far = np.float32(1.0) / best, np.float32(FAR)
    for level in range(box[3]):
        for r in range(box[4]):
            q = product[level, r]
            for c in range(box[5]):
                q[c] = min(max(q[c] * inverse, np.float32(1.0)), far)


@njit(cache=True, fastmath=True)
def _power(q, power, width):
    """q^(-power / 16) in place, by square roots, which the compiler does eight at a time."""
    one = np.float32(1.0)
    for c in range(width):
        root2 = np.sqrt(q[c])
        root4 = np.sqrt(root2)
        root8 = np.sqrt(root4)
        value = root2 if power & 8 else one
        value *= root4 if power & 4 else one
        value *= root8 if power & 2 else one
        value *= np.sqrt(root8) if power & 1 else one
        value *= q[c] if power & 16 else one
        value *= q[c] * q[c] if power & 32 else one
        q[c] = one / value


@njit(cache=True, fastmath=True)
def _update(p, product, box, power):
    """Multiply the tempered likelihood in and normalise."""
    levels, height, width = box[3], box[4], box[5]
    _rescale(product, p, box)
    total = np.float32(0.0)
    for level in range(levels):
        for r in range(height):
            q, prior = product[level, r], p[level, r]
            _power(q, power, width)
            for c in range(width):
                prior[c] *= q[c]
                total += prior[c]
    scale = np.float32(1.0) / total
    for level in range(levels):
        for r in range(height):
            prior = p[level, r]
            for c in range(width):
                prior[c] *= scale


@njit(cache=True, fastmath=True)
def _expectation(p, field, box, shape):
    """Mean of a field over the posterior."""
    l0, r0, c0, levels, height, width = box
    total = np.float32(0.0)
    for level in range(levels):
        for r in range(height):
            first = np.uintp(((l0 + level) * shape[1] + r0 + r) * shape[2] + c0)
            q = p[level, r]
            for c in range(np.uintp(width)):
                total += q[np.uintp(c)] * field[first + np.uintp(c)]
    return total


@njit(cache=True, fastmath=True)
def _best_level(p, box):
    best, p_best = 0, np.float32(-1.0)
    for level in range(box[3]):
        mass = np.float32(0.0)
        for r in range(box[4]):
            for c in range(box[5]):
                mass += p[level, r, c]
        if mass > p_best:
            best, p_best = level, mass
    return best, p_best


@njit(cache=True)
def _centre(p, height, width, row, column, reach):
    """Mean (row, column) of one level's posterior within `reach` cells of (row, column), and its peak."""
    total, by_row, by_column, peak = 0.0, 0.0, 0.0, np.float32(-1.0)
    peak_row, peak_column = 0, 0
    for r in range(height):
        for c in range(width):
            mass = p[r, c]
            if mass > 1e-7 and (r - row) ** 2 + (c - column) ** 2 <= reach * reach:
                total += mass
                by_row += mass * r
                by_column += mass * c
                if mass > peak:
                    peak, peak_row, peak_column = mass, r, c
    if total == 0.0:
        return row, column, peak_row, peak_column
    return by_row / total, by_column / total, peak_row, peak_column


@njit(cache=True)
def _radii(p, height, width, row, column, step, bins):
    """Radii in metres that hold half and 0.9 of one level's posterior around (row, column)."""
    bins[:] = 0.0
    total = 0.0
    for r in range(height):
        for c in range(width):
            mass = p[r, c]
            if mass > 1e-6:
                distance = step * np.sqrt((r - row) ** 2 + (c - column) ** 2)
                bins[min(int(distance / BIN_M), BINS - 1)] += mass
                total += mass
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


@njit(cache=True)
def _rooms(p, room, box, share, touched):
    """Sum the posterior of one level by room into `share`; returns how many rooms `touched` lists."""
    n = 0
    for r in range(box[4]):
        for c in range(box[5]):
            if p[r, c] > 1e-7:
                index = room[box[1] + r, box[2] + c]
                if share[index] == 0.0:
                    touched[n] = index
                    n += 1
                share[index] += p[r, c]
    return n


@njit(cache=True)
def _read(p, box, ground, bins, share, touched, present, reading, i, at):
    """Read position, room, level and radii off one posterior."""
    level, reading.p_level[i] = _best_level(p, box)
    height, width = box[4], box[5]
    plane = p[level]
    row, column, peak_row, peak_column = _centre(plane, height, width, 0.0, 0.0, 1e9)
    r50, r90 = _radii(plane, height, width, row, column, ground.step, bins)
    if ground.step * np.sqrt((peak_row - row) ** 2 + (peak_column - column) ** 2) > MODES_APART * r50:
        # Two modes: the mean lies between them, where the tag is not. The heavier one is reported.
        row, column, _, _ = _centre(plane, height, width, float(peak_row), float(peak_column), r50 / ground.step)
        r50, r90 = _radii(plane, height, width, row, column, ground.step, bins)
    floor, r, c = box[0] + level, box[1] + int(row + 0.5), box[2] + int(column + 0.5)
    if ground.room[floor, r, c] < 0:
        home_row, home_column = ground.home[floor, 0, r, c], ground.home[floor, 1, r, c]
        row, column = float(home_row - box[1]), float(home_column - box[2])
        r, c = home_row, home_column
    at[0], at[1], at[2] = floor, r, c
    reading.level[i] = floor
    reading.x[i] = ground.x0 + (box[2] + column + 0.5) * ground.step
    reading.y[i] = ground.y0 + (box[1] + row + 0.5) * ground.step
    reading.r50[i], reading.r90[i] = r50, r90
    n = _rooms(plane, ground.room[floor], box, share, touched)
    one, two, p_one, p_two = -1, -1, np.float32(0.0), np.float32(0.0)
    reading.p_present[i] = share[present] if present >= 0 else 0.0
    for j in range(n):
        value = share[touched[j]]
        if value > p_one:
            two, p_two = one, p_one
            one, p_one = touched[j], value
        elif value > p_two:
            two, p_two = touched[j], value
        share[touched[j]] = 0.0
    reading.room[i], reading.p_room[i], reading.second[i], reading.p_second[i] = one, p_one, two, p_two


@njit(cache=True)
def advance(state, ground, heard, batch, heartbeat, rooms, teleport, ride, reading) -> None:
    """Step the tags of `batch`, filling `reading`; `heartbeat` [1 or tags, gateway] is when each last reported."""
    shape = ground.room.shape
    _, levels, height, width = state.p.shape
    walk = np.zeros((7, (height + 3) * (width + 2)), np.float32)
    spare = np.empty((levels, height, width), np.float32)
    product = np.empty((levels, height, width), np.float32)
    bins, share, touched = np.zeros(BINS), np.zeros(rooms + 1, np.float32), np.empty(rooms + 1, np.int32)
    heard_now = np.zeros(heartbeat.shape[1], np.bool_)
    for i in range(len(batch.tag)):
        tag = batch.tag[i]
        p, box, at = state.p[tag], state.box[tag], state.at[tag]
        first = box[0] < 0
        _move(p, box, batch.box[i], spare)
        if first:
            at[0], at[1], at[2] = box[0] + box[3] // 2, box[1] + box[4] // 2, box[2] + box[5] // 2
            _predict(p, walk, ground, box, 0.0, 1.0)
        else:
            _predict(p, walk, ground, box, batch.spread[i], teleport)
            _ride(p, ground.links, box, np.float32(min(0.3, ride * batch.spread[i])))
        begin, end = batch.start[i], batch.start[i + 1]
        beat = heartbeat[i] if len(heartbeat) > 1 else heartbeat[0]
        if end > begin:
            product[: box[3], : box[4], : box[5]] = np.float32(1.0)
            for row in range(begin, end):
                g = batch.gateway[row]
                heard_now[g] = True
                if (row - begin) % RESCALE == RESCALE - 1:
                    _rescale(product, p, box)
                _weigh(product, heard, g, np.float32(batch.rssi[row] - state.offset[tag]), box, shape)
            for g in ground.audience[at[0], at[1], at[2]]:
                if g >= 0 and beat[g] >= batch.heard[i] and not heard_now[g]:
                    _weigh_silence(product, heard, g, box, shape)
            _update(p, product, box, batch.power[i])
            if len(state.likelihood):
                state.likelihood[tag, : box[3], : box[4], : box[5]] = product[: box[3], : box[4], : box[5]]
            for row in range(begin, end):
                g = batch.gateway[row]
                heard_now[g] = False
                reading.residual[row] = batch.rssi[row] - state.offset[tag] - _expectation(p, heard.mean[g], box, shape)
        elif len(state.likelihood):
            state.likelihood[tag] = np.float32(1.0)
        _read(p, box, ground, bins, share, touched, batch.present[i], reading, i, at)


@njit(cache=True)
def smooth(posterior, likelihood, boxes, spread, ground, rooms, teleport, ride, present, reading, i) -> None:
    """What the epochs after it say of the first: a backward message over [epoch, level, row, column] arrays.

    `posterior` is the first epoch's, `likelihood`, `boxes` and `spread` of all epochs. Fills reading i.
    """
    _, levels, height, width = likelihood.shape
    walk = np.zeros((7, (height + 3) * (width + 2)), np.float32)
    spare = np.empty((levels, height, width), np.float32)
    message = np.ones((levels, height, width), np.float32)
    bins, share, touched = np.zeros(BINS), np.zeros(rooms + 1, np.float32), np.empty(rooms + 1, np.int32)
    at = np.zeros(3, np.int32)
    box = boxes[-1].copy()
    for epoch in range(len(boxes) - 1, 0, -1):
        message *= likelihood[epoch]
        _normalise(message, box)
        _predict(message, walk, ground, box, spread[epoch], teleport)
        _ride(message, ground.links, box, np.float32(min(0.3, ride * spread[epoch])))
        _move(message, box, boxes[epoch - 1], spare)
    message *= posterior
    _normalise(message, box)
    _read(message, box, ground, bins, share, touched, present, reading, i, at)


@njit(cache=True)
def _normalise(p, box):
    total = np.float32(0.0)
    p[box[3] :] = 0.0
    for level in range(box[3]):
        p[level, box[4] :] = 0.0
        for r in range(box[4]):
            p[level, r, box[5] :] = 0.0
            for c in range(box[5]):
                total += p[level, r, c]
    if total > 0.0:
        p /= total


@njit(cache=True, fastmath=True)
def offset_evidence(state, ground, heard, batch, which, shifts, evidence) -> None:
    """How likely each tag offset is, wherever the tag is.

    Log likelihood of the rows for each of `shifts` (dB), averaged over every `STRIDE`-th cell of the levels the
    tag may be on. Fills evidence[n, shift].
    """
    shape = ground.room.shape
    _, levels, height, width = state.p.shape
    count = len(shifts)
    product = np.empty((levels * height * width, count), np.float32)
    for n in range(len(which)):
        i = which[n]
        tag = batch.tag[i]
        l0, r0, c0, levels, height, width = state.box[tag]
        used = 0
        for level in range(levels):
            mass = np.float32(0.0)
            for r in range(height):
                for c in range(width):
                    mass += state.p[tag, level, r, c]
            if mass < 0.05:
                continue
            for r in range(r0, r0 + height, STRIDE):
                for c in range(c0, c0 + width, STRIDE):
                    if ground.room[l0 + level, r, c] < 0:
                        continue
                    at = ((l0 + level) * shape[1] + r) * shape[2] + c
                    q = product[used]
                    q[:] = np.float32(1.0)
                    for row in range(batch.start[i], batch.start[i + 1]):
                        g = batch.gateway[row]
                        s, v = heard.scale[g, at], heard.curve[g, at]
                        d = batch.rssi[row] - heard.mean[g, at]
                        for h in range(count):
                            e = min(max(d - shifts[h], np.float32(-CLIP_DB)), np.float32(CLIP_DB))
                            q[h] = min(q[h] * (s + e * e * v), np.float32(HUGE))
                    used += 1
        for h in range(count):
            best = np.float32(np.inf)
            for j in range(used):
                best = min(best, product[j, h])
            total = 0.0
            for j in range(used):
                ratio = best / product[j, h]
                total += ratio * ratio * ratio
            evidence[n, h] = np.log(total) - 3.0 * np.log(best) if used else 0.0
