"""Map, radio map and posteriors cut into tiles of 4 x 8 cells: what the compiled loops read and write.

A tile's cells lie beside each other in memory, so a loop over them has a fixed length and needs no remainder,
and what a tile holds at best can be told before any of its cells is looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.locate.cells import Cells
from twin.model import F32, I32, NONE

Real = NDArray[np.floating]
TALL, WIDE = 4, 8
"""Rows and columns of a tile. Compiled code holds these numbers: whoever changes one must have the modules that
compile (walk, weigh, readout, evidence) compiled anew, by any change in them."""
CELLS = TALL * WIDE
PROBED = np.flatnonzero((np.arange(CELLS) // WIDE % 2 == 0) & (np.arange(CELLS) % 2 == 0))
"""Every other cell of every other row: enough to ask how likely an offset is."""


ONE, NOWHERE = np.float32(1.0), np.float32(1e30)


class Ground(NamedTuple):
    """The map as the loops read it. Tiles are numbered along columns, then rows, then levels."""

    shape: tuple[int, int, int]
    """Levels, rows of tiles, columns of tiles."""
    room: I32
    """[tile, cell]; NONE where nobody can be."""
    floor: F32
    """[tile, cell]: 1 where a tag can be, else 0."""
    walkable: F32
    """[tile]: its walkable cells."""
    probe: F32
    """[tile * n]: of the `PROBED` cells of all tiles, 1 where a tag can be, else odds against it."""
    only: I32
    """[tile]: the one room that all its walkable cells are in, else NONE."""
    edge: F32
    """[4, level, row, column]: `Cells.edge`, filled up to whole tiles."""
    home: I32
    """[level, 2, row, column]: `Cells.home`."""
    links: I32
    """[n, 8]: level, row and column of tiles and cell of both ends of lifts and stairs."""
    audience: I32
    """[level, row, column, n]: gateways that should hear a tag there, -1 padded."""
    even: float
    """1 / number of walkable cells."""
    step: float
    x0: float
    y0: float


class Heard(NamedTuple):
    """A radio map as the loops read it.

    The Student-t likelihood of difference d is (scale + d^2 * curve)^-3 up to a constant (5 degrees of
    freedom), so a product over gateways and one power replace a logarithm a gateway. A gateway's silence adds
    (1 - 0.95 pd)^(-1/3) to the same product. No factor is less than 1. The last gateway of each array does not
    exist: its word and its silence change nothing.
    """

    table: F32
    """[gateway, tile, 4 * cells]: expected RSSI of all cells, then scale, curve, silence."""
    bound: F32
    """[gateway, tile, 5]: least and most expected RSSI, least scale, curve and silence of a tile's walkable cells."""
    probe: F32
    """[gateway, 3, tile * n]: expected RSSI, scale, curve of the `PROBED` cells of all tiles."""


class Posteriors(NamedTuple):
    """What is remembered of each tag.

    A level, row and column of tiles l, r, c is kept at [l, r, c] modulo the sizes kept: a box that moves leaves
    its tiles where they are.
    """

    p: F32
    """[tag, level, row of tiles, column of tiles, cell]; sums to 1 once a tag was heard."""
    mass: F32
    """[tag, level, row of tiles, column of tiles]: sum over each tile."""
    box: I32
    """[tag, 6]: first level, row and column of tiles, and their numbers; -1 before the first fix."""
    at: I32
    """[tag, 3]: level, row, column (of cells) of its mean."""
    offset: F32
    """RSSI offset in dB."""
    likelihood: F32
    """Tempered likelihood of the newest epoch, like `p`; no tags when nobody will smooth."""


def cut(whole: NDArray, fill: float) -> NDArray:
    """[..., row, column] as [..., row of tiles, column of tiles, cell], filled up at the last row and column."""
    *front, rows, columns = whole.shape
    down, across = -(-rows // TALL), -(-columns // WIDE)
    padded = np.full((*front, down * TALL, across * WIDE), fill, whole.dtype)
    padded[..., :rows, :columns] = whole
    tiles = padded.reshape(*front, down, TALL, across, WIDE)
    return np.moveaxis(tiles, -3, -2).reshape(*front, down, across, CELLS)


def ground_of(cells: Cells, audience: I32) -> Ground:
    """The map in tiles; `audience` is [level, row, column, n]."""
    room = cut(cells.room.astype(np.int32), NONE)
    levels, down, across, _ = room.shape
    room = room.reshape(-1, CELLS)
    walkable = room != NONE
    floor = walkable.astype(np.float32)
    most = room.max(axis=1)
    least = np.where(walkable, room, most[:, None]).min(axis=1)
    edge = np.zeros((len(cells.edge), levels, down * TALL, across * WIDE), np.float32)
    edge[:, :, : cells.shape[1], : cells.shape[2]] = cells.edge
    links = np.array([[*_in_tile(link.a), *_in_tile(link.b)] for link in cells.links], np.int32).reshape(-1, 8)
    return Ground(
        (levels, down, across), room, floor, floor.sum(axis=1), np.where(floor[:, PROBED] > 0, ONE, NOWHERE).ravel(),
        np.where(least == most, most, NONE).astype(np.int32), edge, cells.home, links,
        audience, 1.0 / max(int(walkable.sum()), 1), cells.step, cells.x0, cells.y0,
    )  # fmt: skip


def _in_tile(cell: tuple[int, int, int]) -> tuple[int, int, int, int]:
    level, row, column = cell
    return level, row // TALL, column // WIDE, row % TALL * WIDE + column % WIDE


def heard_of(cells: Cells, mean: Real, scale: Real, curve: Real, silence: Real) -> Heard:
    """The radio map in tiles, from arrays [gateway, level, row, column]."""
    walkable = cut(cells.walkable, False).reshape(-1, CELLS)
    shape = len(mean) + 1, *walkable.shape
    table = np.zeros((shape[0], shape[1], 4, CELLS), np.float32)
    table[-1, :, 1], table[-1, :, 3] = 1.0, 1.0
    for k, field in enumerate((mean, scale, curve, silence)):
        table[:-1, :, k] = cut(field, 1.0).reshape(len(mean), *walkable.shape)
    least = np.where(walkable[:, None], table, np.inf).min(axis=3)
    most = np.where(walkable, table[:, :, 0], -np.inf).max(axis=2)
    bound = np.stack((least[..., 0], most, *np.moveaxis(least[..., 1:], -1, 0)), axis=-1)
    probe = np.moveaxis(table[:, :, :3, PROBED], 1, 2).reshape(shape[0], 3, -1 if table.size else 0)
    return Heard(table.reshape(*shape[:2], 4 * CELLS), bound, np.ascontiguousarray(probe))


def posteriors_of(ground: Ground, tags: int, levels: int, reach: int, *, trace: bool) -> Posteriors:
    """Room for `tags` posteriors of at most so many levels that extend at most `reach` cells from a middle."""
    all_levels, down, across = ground.shape
    size = (
        min(levels, all_levels), min(down, -(-2 * reach // TALL) + 1), min(across, -(-2 * reach // WIDE) + 1),
    )  # fmt: skip
    return Posteriors(
        np.zeros((tags, *size, CELLS), np.float32),
        np.zeros((tags, *size), np.float32),
        np.full((tags, 6), NONE, np.int32),
        np.zeros((tags, 3), np.int32),
        np.zeros(tags, np.float32),
        np.zeros((tags if trace else 0, *size, CELLS), np.float32),
    )


def posterior_of(state: Posteriors, ground: Ground, tag: int) -> F32:
    """The posterior of a tag over the whole map, [level, row, column]."""
    whole = np.zeros((*ground.shape, TALL, WIDE), np.float32)
    if state.box[tag, 0] >= 0:
        first, count = state.box[tag, :3], state.box[tag, 3:]
        there = np.ix_(*(np.arange(a, a + n) for a, n in zip(first, count, strict=True)))
        kept = tuple(at % size for at, size in zip(there, state.mass.shape[1:], strict=True))
        whole[there] = state.p[tag][kept].reshape(*count, TALL, WIDE)
    levels, down, across = ground.shape
    rows = np.moveaxis(whole, -2, -3).reshape(levels, down * TALL, across * WIDE)
    return rows[:, : ground.home.shape[2], : ground.home.shape[3]]
