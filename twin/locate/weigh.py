"""What readings and silence say of posteriors, compiled: the update of the filter.

Only tiles are looked into that can matter: a bound on the likelihood of a whole tile, times what the tag's walk
brings there, tells what the tile can hold at most.
"""

# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# ruff: noqa: ANN001, ANN201, ANN202 - compiled loops: types are inferred, calls cost nothing

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from twin.locate.tiles import CELLS
from twin.model import F32, I32

SLIGHT = np.float32(1e-5)
"""A tile that cannot hold more of the posterior is not looked into."""
MINOR = np.float32(1e-4)
"""A tile that holds less does not move what gateways are expected to hear."""
FAR = np.float32(1e10)
"""Odds against beyond which cells are alike, before tempering: one over its cube leaves float32 room for a prior."""
MOST = np.float32(1e30)
"""Where every cell has more against it, the readings contradict each other and all cells are alike."""
CLIP_DB2 = np.float32(45.0**2)
"""A reading is never taken to be farther from what is expected: dB squared."""
ONE, ZERO = np.float32(1.0), np.float32(0.0)
FAST = {"contract", "reassoc", "nsz"}
"""What the compiler may do to arithmetic: not take infinities for impossible."""


class _Bench(NamedTuple):
    """Scratch room: all but `q` of the tiles of a box that can be walked on."""

    tile: I32
    """Number on the map."""
    slot: I32
    """Where the posterior keeps it."""
    odds: F32
    """What it holds at most."""
    full: I32
    """Which of them hold something."""
    q: F32
    """One tile's cells."""


@njit(cache=True, error_model="numpy")
def _list(box, shape, kept, count, tile, slot):
    """List the tiles of a box; returns how many they are."""
    n = 0
    for level in range(box[0], box[0] + box[3]):
        for r in range(box[1], box[1] + box[4]):
            on_map, first = (level * shape[1] + r) * shape[2], (level % kept[0] * kept[1] + r % kept[1]) * kept[2]
            wrapped = box[2] % kept[2]
            for c in range(box[2], box[2] + box[5]):
                tile[n], slot[n] = on_map + c, first + wrapped
                wrapped = wrapped + 1 if wrapped + 1 < kept[2] else 0
                n += count[on_map + c] > ZERO
    return n


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _power(q, power, n):
    """q^(-power / 16) in place, by square roots, which the compiler does many at a time."""
    for c in range(n):
        base = min(q[c], FAR)
        root2 = np.sqrt(base)
        root4 = np.sqrt(root2)
        root8 = np.sqrt(root4)
        value = root2 if power & 8 else ONE
        value *= root4 if power & 4 else ONE
        value *= root8 if power & 2 else ONE
        value *= np.sqrt(root8) if power & 1 else ONE
        value *= base if power & 16 else ONE
        value *= base * base if power & 32 else ONE
        q[c] = ONE / value


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _bounds(least, tile, bound, gateway, rssi, silent, n):
    """What the product is at least in each tile; returns the least of all."""
    for i in range(n):
        least[i] = ONE
    for row in range(len(gateway)):
        g, r = np.uintp(gateway[row]), rssi[row]
        for i in range(n):
            t = np.uintp(tile[i])
            d = max(bound[g, t, 0] - r, r - bound[g, t, 1], ZERO)
            least[i] *= bound[g, t, 2] + min(d * d, CLIP_DB2) * bound[g, t, 3]
    for row in range(len(silent)):
        g = np.uintp(silent[row])
        for i in range(n):
            least[i] *= bound[g, np.uintp(tile[i]), 4]
    of_all = MOST
    for i in range(n):
        of_all = min(of_all, least[i])
    return of_all


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _weigh(q, table, tile, gateway, rssi, silent, inverse):
    """Product of readings and silences over the cells of a tile, times `inverse`.

    Readings are taken two at a time, silences four at a time; their lists are filled up with the gateway that
    says nothing.
    """
    # Asked for, not known: loops of known length are unrolled before they would be done many cells at a time.
    n = len(q)
    # Indices without a sign need no look whether they count from the end.
    t = np.uintp(tile)
    for c in range(n):
        q[c] = inverse
    for row in range(0, len(gateway), 2):
        g, h, r, s = np.uintp(gateway[row]), np.uintp(gateway[row + 1]), rssi[row], rssi[row + 1]
        for c in range(n):
            d, e = r - table[g, t, c], s - table[h, t, c]
            one = table[g, t, CELLS + c] + min(d * d, CLIP_DB2) * table[g, t, 2 * CELLS + c]
            other = table[h, t, CELLS + c] + min(e * e, CLIP_DB2) * table[h, t, 2 * CELLS + c]
            q[c] *= one * other
    for row in range(0, len(silent), 4):
        g, h = np.uintp(silent[row]), np.uintp(silent[row + 1])
        i, j = np.uintp(silent[row + 2]), np.uintp(silent[row + 3])
        for c in range(n):
            k = 3 * CELLS + c
            q[c] *= (table[g, t, k] * table[h, t, k]) * (table[i, t, k] * table[j, t, k])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _multiply(p, s, q, floor, t, keep, even):
    """Turn a tile's posterior into its prior times its likelihood `q`; returns the sum."""
    total = ZERO
    for c in range(len(q)):
        here = (keep * p[s, c] + even * floor[t, c]) * q[c]
        p[s, c] = here
        total += here
    return total


@njit(cache=True, error_model="numpy")
def _odds(bench, mass, walkable, bound, gateway, rssi, silent, power, keep, even, n):
    """Fill `odds`; returns a factor that keeps products small, and the most promising tile."""
    tile, slot, odds = bench.tile, bench.slot, bench.odds
    inverse = ONE / _bounds(odds, tile, bound, gateway, rssi, silent, n)
    for i in range(n):
        odds[i] *= inverse
    _power(odds, power, n)
    first = 0
    for i in range(n):
        odds[i] *= keep * mass[slot[i]] + even * walkable[tile[i]]
        first = i if odds[i] > odds[first] else first
    return inverse, first


@njit(cache=True, error_model="numpy")
def _update(p, mass, bench, n, ground, heard, gateway, rssi, silent, power, keep, even, likelihood):
    """Let a little of the probability be anywhere, multiply the tempered likelihood in and normalise.

    Returns how many tiles hold something.
    """
    tile, slot, odds, full, q = bench.tile, bench.slot, bench.odds, bench.full, bench.q
    table, floor = heard.table, ground.floor
    inverse, first = _odds(bench, mass, ground.walkable, heard.bound, gateway, rssi, silent, power, keep, even, n)
    # With nobody's word, or for a smoother that may know better later, every tile counts.
    slight = SLIGHT if len(gateway) and not len(likelihood) else ZERO
    total, found = ZERO, 0
    for j in range(n + 1):
        i = j - 1 if j else first
        s = slot[i]
        if j and i == first:
            continue
        if odds[i] > slight * total:
            _weigh(q, table, tile[i], gateway, rssi, silent, inverse)
            _power(q, power, len(q))
            if len(likelihood):
                likelihood[s, :] = q
            mass[s] = _multiply(p, s, q, floor, tile[i], keep, even)
            total += mass[s]
            full[found] = i
            found += 1
        elif mass[s] > ZERO:
            p[s, :] = ZERO
            mass[s] = ZERO
    scale = ONE / total
    for j in range(found):
        s = slot[full[j]]
        mass[s] *= scale
        for c in range(p.shape[1]):
            p[s, c] *= scale
    return found


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _expected(p, mass, slot, tile, full, found, table, gateway):
    """Mean over the posterior of the RSSI that a gateway hears."""
    total, weight, g = ZERO, ZERO, np.uintp(gateway)
    for j in range(found):
        s, t = np.uintp(slot[full[j]]), np.uintp(tile[full[j]])
        if mass[s] > MINOR:
            weight += mass[s]
            for c in range(p.shape[1]):
                total += p[s, c] * table[g, t, c]
    return total / weight


@njit(cache=True, error_model="numpy")
def _silent(silent, listens, audience, heartbeat, since, gateway):
    """List the gateways that should have heard the tag, did not and have reported since; returns how many."""
    n = 0
    for g in gateway:
        listens[g] = False
    for g in audience:
        if g >= 0 and heartbeat[g] >= since and listens[g]:
            silent[n] = g
            n += 1
    for g in gateway:
        listens[g] = True
    return n


@njit(cache=True, error_model="numpy")
def _fill_up(listed, n, to, nobody):
    """Fill a list up to a multiple of `to`; returns its length then."""
    while n % to:
        listed[n] = nobody
        n += 1
    return n


@njit(cache=True, error_model="numpy")
def update(state, ground, heard, batch, order, new, heartbeat, teleport, residual):
    """Take the rows of a batch into the posteriors of its tags, filling `residual` (dB, one a row)."""
    kept = state.mass.shape[1:]
    tiles = kept[0] * kept[1] * kept[2]
    ps, masses = state.p.reshape(len(state.p), tiles, CELLS), state.mass.reshape(len(state.p), tiles)
    likelihoods = state.likelihood.reshape(len(state.likelihood), tiles, CELLS)
    whole = np.zeros((3, tiles), np.int32)
    bench = _Bench(whole[0], whole[1], np.zeros(tiles, np.float32), whole[2], np.zeros(CELLS, np.float32))
    tile, slot, full, shape, table = bench.tile, bench.slot, bench.full, ground.shape, heard.table
    nobody = heartbeat.shape[1]
    silent, listens = np.zeros(nobody + 4, np.int32), np.ones(nobody, np.bool_)
    said, levels = np.zeros(nobody + 2, np.int32), np.zeros(nobody + 2, np.float32)
    for i in order:
        tag, at, quiet, share = batch.tag[i], state.at[batch.tag[i]], 0, ONE if new[i] else teleport
        p, mass = ps[tag], masses[tag]
        n = _list(state.box[tag], shape, kept, ground.walkable, tile, slot)
        begin, end = batch.start[i], batch.start[i + 1]
        rows = end - begin
        said[:rows] = batch.gateway[begin:end]
        levels[:rows] = batch.rssi[begin:end] - state.offset[tag]
        if rows:
            audience = ground.audience[at[0], at[1], at[2]]
            beat = heartbeat[i] if len(heartbeat) > 1 else heartbeat[0]
            quiet = _silent(silent, listens, audience, beat, batch.heard[i], batch.gateway[begin:end])
        rows, quiet = _fill_up(said, rows, 2, nobody), _fill_up(silent, quiet, 4, nobody)
        found = _update(
            p, mass, bench, n, ground, heard, said[:rows], levels[:rows], silent[:quiet], batch.power[i],
            ONE - share, np.float32(share * ground.even), likelihoods[tag : tag + 1].reshape(-1, CELLS),
        )  # fmt: skip
        for row in range(begin, end):
            expected = _expected(p, mass, slot, tile, full, found, table, batch.gateway[row])
            residual[row] = levels[row - begin] - expected
