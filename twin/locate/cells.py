"""The map as cells: where a tag can be on all levels, and how probability walks from cell to cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.locate.home import nearest_inside
from twin.locate.rays import crossings
from twin.model import F32, F64, I32, NONE
from twin.site import Site, rooms_at

THROUGH_WALL = 0.02
"""Share of its weight that a step through a wall keeps: maps are wrong and doors move
(reference "positioning", section 2)."""
SIZES_M, CELLS_MAX = (0.25, 0.5, 1.0), 2500
"""Cells are as fine as leaves a level at most so many: in a flat a metre is a room's width, in a hall or a
hospital nothing is gained (same source, "grid size")."""
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of the eight neighbours as (row, column); the other half are the same edges seen from the other end."""


class Link(NamedTuple):
    """A lift or stair between two cells, each (level, row, column)."""

    a: tuple[int, int, int]
    b: tuple[int, int, int]


@dataclass(frozen=True)
class Cells:
    """A raster of square cells over all levels, indexed [level, row, column].

    Cell (row, column) has its centre at x0 + (column + 0.5) * step, y0 + (row + 0.5) * step.
    `edge[e]` holds the weight of the step from each cell to its neighbour `STEPS[e]`: 1 over the squared
    distance in cells, less through a wall, 0 where either end cannot be walked on.
    """

    step: float
    x0: float
    y0: float
    elevation: F64
    room: I32
    """Room of each cell; NONE where nobody can be."""
    edge: F32
    links: tuple[Link, ...]
    rooms: int
    """Number of rooms."""
    level_of_room: I32

    @property
    def shape(self) -> tuple[int, int, int]:
        """Levels, rows, columns."""
        levels, rows, columns = self.room.shape
        return levels, rows, columns

    @property
    def walkable(self) -> NDArray[np.bool_]:
        """Which cells a tag can be in."""
        return self.room != NONE

    @property
    def x(self) -> F64:
        """Centres of the columns."""
        return self.x0 + (np.arange(self.room.shape[2]) + 0.5) * self.step

    @property
    def y(self) -> F64:
        """Centres of the rows."""
        return self.y0 + (np.arange(self.room.shape[1]) + 0.5) * self.step

    @cached_property
    def home(self) -> I32:
        """For each cell the (row, column) of the nearest walkable one of its level, [level, 2, row, column]."""
        return np.stack([nearest_inside(level) for level in self.walkable])

    def at(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[I32, I32]:
        """Row and column of each point, clipped to the raster."""
        _, rows, columns = self.room.shape
        row = np.clip(np.floor((y - self.y0) / self.step), 0, rows - 1).astype(np.int32)
        column = np.clip(np.floor((x - self.x0) / self.step), 0, columns - 1).astype(np.int32)
        return row, column


def cell_size(area_m2: float) -> float:
    """Side of a cell in metres for a building whose largest level has so much floor."""
    return next((size for size in SIZES_M if area_m2 / size**2 <= CELLS_MAX), SIZES_M[-1])


def cells_of(site: Site, step: float | None = None) -> Cells:
    """The cells of a building."""
    step = step or cell_size(max(sum(site.rooms[r].area for r in rooms) for rooms in site.rooms_of_level))
    x0, y0 = min(b.x0 for b in site.bounds), min(b.y0 for b in site.bounds)
    columns = int(np.ceil((max(b.x1 for b in site.bounds) - x0) / step))
    rows = int(np.ceil((max(b.y1 for b in site.bounds) - y0) / step))
    row, column = np.mgrid[0:rows, 0:columns]
    x, y = (x0 + (column.ravel() + 0.5) * step), (y0 + (row.ravel() + 0.5) * step)
    room = np.stack(
        [
            rooms_at(site, np.full(x.shape, level.index, np.int32), x.astype(np.float32), y.astype(np.float32))
            for level in site.levels
        ]
    ).reshape(len(site.levels), rows, columns)
    base = Cells(
        step, x0, y0, np.array([lv.elevation for lv in site.levels]), room, np.empty(0, np.float32), (),
        len(site.rooms), np.array([r.level for r in site.rooms], np.int32),
    )  # fmt: skip
    links = tuple(
        Link(_landing(base, a.level, a.x, a.y), _landing(base, b.level, b.x, b.y))
        for connector in site.connectors
        for i, a in enumerate(connector.landings)
        for b in connector.landings[i + 1 :]
    )
    return with_edges(base, [site.wall_lines(level.index) for level in site.levels], links)


def with_edges(cells: Cells, walls: Sequence[F32], links: tuple[Link, ...] = ()) -> Cells:
    """The same cells with their edges; `walls` are segments x0, y0, x1, y1, one array a level."""
    edge = np.stack([_edges(cells, level, lines) for level, lines in enumerate(walls)], axis=1)
    return Cells(
        cells.step, cells.x0, cells.y0, cells.elevation, cells.room, edge, links, cells.rooms, cells.level_of_room
    )


def _landing(cells: Cells, level: int, x: float, y: float) -> tuple[int, int, int]:
    row, column = cells.at(np.array([x]), np.array([y]))
    home = cells.home[level, :, row[0], column[0]]
    return level, int(home[0]), int(home[1])


def _edges(cells: Cells, level: int, walls: F32) -> F32:
    walkable = cells.walkable[level]
    edge = np.zeros((len(STEPS), *walkable.shape), np.float32)
    row, column = np.nonzero(walkable)
    for e, (down, right) in enumerate(STEPS):
        to_row, to_column = row + down, column + right
        inside = (to_row < walkable.shape[0]) & (to_column >= 0) & (to_column < walkable.shape[1])
        inside[inside] = walkable[to_row[inside], to_column[inside]]
        a, b = (row[inside], column[inside]), (to_row[inside], to_column[inside])
        through = crossings(walls, cells.x[a[1]], cells.y[a[0]], cells.x[b[1]], cells.y[b[0]]) > 0
        edge[e, a[0], a[1]] = np.where(through, THROUGH_WALL, 1.0) / (down * down + right * right)
    return edge
