"""How likely each offset of a tag is, wherever the tag may be: a compiled loop over some cells of its box."""

# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# ruff: noqa: ANN001, ANN201, ANN202 - compiled loops: types are inferred

from __future__ import annotations

import numpy as np
from numba import njit

from twin.locate.offsets import SHIFTS
from twin.locate.tiles import PROBED

COUNT, PROBES = len(SHIFTS), len(PROBED)
POSSIBLE = 0.05
"""A level with less of the posterior is not asked."""
RUN = 1040
"""Probed cells taken at once, at most."""
CLIP_DB = np.float32(45.0)
LEAST = 1e-120
"""Likelihood of what nothing explains: less than any product that float32 holds."""
ONE, ZERO = np.float32(1.0), np.float32(0.0)
FAST = {"contract", "reassoc", "nsz"}
"""What the compiler may do to arithmetic: not take infinities for impossible."""


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _weigh(q, to, probe, start, first, n, gateway, rssi, shifts):
    """Product over gateways for each shift and probed cell: q[shift * RUN + to + i] of `n` cells from `first` on."""
    first, to = np.uintp(first), np.uintp(to)
    for h in range(COUNT):
        for i in range(n):
            q[np.uintp(h * RUN) + to + np.uintp(i)] = start[first + np.uintp(i)]
    for row in range(len(gateway)):
        g, r = np.uintp(gateway[row]), rssi[row]
        # A loop of known length in one of unknown length: the compiler unrolls the one and takes many cells at once.
        for i in range(n):
            at = first + np.uintp(i)
            d, curve = r - probe[g, 0, at], probe[g, 2, at]
            d = d if d < CLIP_DB else CLIP_DB
            d = d if d > -CLIP_DB else -CLIP_DB
            misfit, slope = probe[g, 1, at] + d * d * curve, np.float32(-2.0) * d * curve
            for h in range(COUNT):
                q[np.uintp(h * RUN) + to + np.uintp(i)] *= misfit + shifts[h] * (slope + shifts[h] * curve)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _add(q, n, total):
    """Add the likelihoods that belong to `n` products of each shift to its `total`."""
    for h in range(COUNT):
        some = 0.0
        for i in range(n):
            inverse = np.float64(ONE / q[h * RUN + i])
            some += inverse * inverse * inverse
        total[h] += some


@njit(cache=True, error_model="numpy")
def _level_mass(mass, box, level):
    kept, total = mass.shape, ZERO
    for r in range(box[1], box[1] + box[4]):
        for c in range(box[2], box[2] + box[5]):
            total += mass[level % kept[0], r % kept[1], c % kept[2]]
    return total


@njit(cache=True, error_model="numpy")
def offset_evidence(state, ground, heard, batch, which, shifts, evidence):
    """Log likelihood of the rows of some tags for each of `shifts` (dB), whatever the place.

    Likelihoods are summed over the probed cells of the levels a tag may be on. Fills evidence[n, shift].
    """
    q, total, part = np.empty(COUNT * RUN, np.float32), np.zeros(COUNT), RUN // PROBES
    probe, start = heard.probe, ground.probe
    for n in range(len(which)):
        i = which[n]
        begin, end = batch.start[i], batch.start[i + 1]
        gateway, rssi = batch.gateway[begin:end], batch.rssi[begin:end]
        mass, box = state.mass[batch.tag[i]], state.box[batch.tag[i]]
        used = 0
        total[:] = 0.0
        for level in range(box[0], box[0] + box[3]):
            if _level_mass(mass, box, level) < POSSIBLE:
                continue
            for r in range(box[1], box[1] + box[4]):
                row = (level * ground.shape[1] + r) * ground.shape[2]
                for c in range(box[2], box[2] + box[5], part):
                    cells = min(part, box[2] + box[5] - c) * PROBES
                    if used + cells > RUN:
                        _add(q, used, total)
                        used = 0
                    _weigh(q, used, probe, start, (row + c) * PROBES, cells, gateway, rssi, shifts)
                    used += cells
        _add(q, used, total)
        for h in range(COUNT):
            evidence[n, h] = np.log(max(total[h], LEAST))
