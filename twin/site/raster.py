"""Which room is a point in? A raster answers most points, exact geometry those near a wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import STRtree

from twin.model import F32, I32, NONE
from twin.site.building import Bounds, Shape

if TYPE_CHECKING:
    from twin.site.building import Site

CELL = 0.25
"""Side of a raster cell in metres."""

_SHARED_M2 = 1e-4
"""Rooms that have less than this in common only touch."""
_MIXED = -2
"""Marks a cell that a room's edge runs through."""


@dataclass(frozen=True)
class _LevelRaster:
    x0: float
    y0: float
    cells: I32
    rooms: I32
    tree: STRtree


@dataclass(frozen=True)
class RoomRaster:
    """One raster of `CELL` metres a level; cells hold a room's index, NONE, or say that they are mixed."""

    levels: tuple[_LevelRaster, ...]

    @classmethod
    def of(cls, site: Site) -> RoomRaster:
        """Rasterise every level of `site`."""
        return cls(
            tuple(
                _rasterise(
                    site.bounds[level],
                    np.array(members, dtype=np.int32),
                    _apart([site.room_shapes[i] for i in members]),
                )
                for level, members in enumerate(site.rooms_of_level)
            )
        )


def rooms_at(site: Site, level: I32, x: F32, y: F32) -> I32:
    """Room index of each point; NONE outside all rooms or on no level.

    `level`, `x` and `y` are arrays of one length (local metres). A point on a shared edge belongs to the room
    with the lower index. The answer is exact: cells on a room's edge are decided by its polygon.
    """
    level, x, y = np.atleast_1d(level), np.atleast_1d(x), np.atleast_1d(y)
    found = np.full(level.shape, NONE, dtype=np.int32)
    for index, raster in enumerate(site.raster.levels):
        here = np.flatnonzero(level == index)
        if here.size:
            found[here] = _rooms_on_level(raster, x[here].astype(float), y[here].astype(float))
    return found


def _apart(shapes: list[Shape]) -> list[Shape]:
    """The shapes without overlaps: where two have a piece in common, it is the smaller one's."""
    apart = list(shapes)
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in zip(left, right, strict=True):
        larger = (shapes[a].area, a) > (shapes[b].area, b)
        if larger and shapes[a].intersection(shapes[b]).area > _SHARED_M2:
            apart[a] = apart[a].difference(shapes[b])  # pyright: ignore[reportArgumentType] - areas stay areas
    return apart


def _rooms_on_level(raster: _LevelRaster, x: np.ndarray, y: np.ndarray) -> I32:
    rows, columns = raster.cells.shape
    with np.errstate(invalid="ignore"):
        column = np.floor((x - raster.x0) / CELL)
        row = np.floor((y - raster.y0) / CELL)
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    found = np.full(x.shape, NONE, dtype=np.int32)
    found[inside] = raster.cells[row[inside].astype(np.int64), column[inside].astype(np.int64)]
    mixed = np.flatnonzero(found == _MIXED)
    if mixed.size:
        found[mixed] = _exact(raster, x[mixed], y[mixed])
    return found


def _exact(raster: _LevelRaster, x: np.ndarray, y: np.ndarray) -> I32:
    point, shape = raster.tree.query(shapely.points(x, y), predicate="intersects")
    best = np.full(x.shape, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(best, point, raster.rooms[shape])
    return np.where(best == np.iinfo(np.int32).max, np.int32(NONE), best)


def _rasterise(bounds: Bounds, rooms: I32, shapes: list[Shape]) -> _LevelRaster:
    x0, y0 = bounds.x0 - CELL, bounds.y0 - CELL
    columns = int(np.ceil((bounds.x1 - x0) / CELL)) + 1
    rows = int(np.ceil((bounds.y1 - y0) / CELL)) + 1
    cells = np.full((rows, columns), NONE, dtype=np.int32)
    for room, shape in zip(rooms, shapes, strict=True):
        if not shape.is_empty:
            _fill(cells, x0, y0, int(room), shape)
    for shape in shapes:
        _mark_edges(cells, x0, y0, shape)
    return _LevelRaster(x0, y0, cells, rooms, STRtree(shapes))


def _fill(cells: I32, x0: float, y0: float, room: int, shape: Shape) -> None:
    """Give the cells whose centre lies in `shape` to `room`."""
    left, low, right, high = shape.bounds
    c0, c1 = max(int((left - x0) / CELL), 0), min(int((right - x0) / CELL) + 1, cells.shape[1])
    r0, r1 = max(int((low - y0) / CELL), 0), min(int((high - y0) / CELL) + 1, cells.shape[0])
    xs = x0 + (np.arange(c0, c1) + 0.5) * CELL
    ys = y0 + (np.arange(r0, r1) + 0.5) * CELL
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, *np.meshgrid(xs, ys))
    cells[r0:r1, c0:c1][inside] = room


def _mark_edges(cells: I32, x0: float, y0: float, shape: Shape) -> None:
    """Mark every cell that an edge of `shape` touches.

    Points half a cell apart, each also moved by a little over a quarter of a cell to the four sides: a cell that
    the edge cuts has a sample within a quarter of a cell, so no cell is missed.
    """
    line = shapely.get_coordinates(shapely.segmentize(shape.boundary, CELL / 2))
    reach = CELL * 0.26
    for dx, dy in ((reach, reach), (reach, -reach), (-reach, reach), (-reach, -reach)):
        column = np.clip(((line[:, 0] + dx - x0) / CELL).astype(int), 0, cells.shape[1] - 1)
        row = np.clip(((line[:, 1] + dy - y0) / CELL).astype(int), 0, cells.shape[0] - 1)
        cells[row, column] = _MIXED
