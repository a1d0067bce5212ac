"""Walls: their footprints for the picture, their centre lines for the radio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, MultiPolygon
from shapely.geometry.base import BaseGeometry

from twin.model import F32, U8
from twin.site.building import GRID_STEP, Bounds, Grid

if TYPE_CHECKING:
    from twin.site.building import Site

HALF_WALL = 0.06
"""Half the thickness in metres of a wall that the archive gives only as the edge two rooms share."""
THICKEST_WALL = 0.6
"""A gap between rooms wider than this, metres, is not a wall."""
_SNAP = 1e-3


def wall_footprints(site: Site, level: int) -> MultiPolygon:
    """Wall polygons of `level` without its door openings.

    Walls are what the archive draws as walls; besides, the thin gaps between rooms and around them, and a
    `HALF_WALL` strip on each side of every room's edge.
    """
    rooms = shapely.union_all([site.room_shapes[i] for i in site.rooms_of_level[level]], grid_size=_SNAP)
    gaps = site.level_shapes[level].difference(rooms)
    wide = gaps.buffer(-THICKEST_WALL / 2, join_style="mitre").buffer(THICKEST_WALL / 2 + 0.01, join_style="mitre")
    strips = _edges(site, level).buffer(HALF_WALL, cap_style="square", join_style="mitre")
    solid = shapely.union_all([site.wall_shapes[level], gaps.difference(wide), strips])
    return _polygons(solid.difference(_openings(site, level)))


def wall_segments(site: Site, level: int) -> F32:
    """Wall centre lines of `level`, [n, 4] as x0, y0, x1, y1, without its door openings."""
    lines = _edges(site, level).difference(_openings(site, level))
    merged = shapely.line_merge(lines).simplify(_SNAP)
    pieces = [shapely.get_coordinates(part) for part in shapely.get_parts(merged)]
    pairs = [np.hstack([c[:-1], c[1:]]) for c in pieces if len(c) > 1]
    return np.vstack(pairs).astype(np.float32) if pairs else np.empty((0, 4), dtype=np.float32)


def level_grid(bounds: Bounds) -> Grid:
    """Centres of the cells of `GRID_STEP` metres that cover `bounds`."""
    columns = max(1, int(np.ceil((bounds.x1 - bounds.x0) / GRID_STEP)))
    rows = max(1, int(np.ceil((bounds.y1 - bounds.y0) / GRID_STEP)))
    x = bounds.x0 + (np.arange(columns) + 0.5) * GRID_STEP
    y = bounds.y0 + (np.arange(rows) + 0.5) * GRID_STEP
    return Grid(x.astype(np.float32), y.astype(np.float32))


def walls_crossed(site: Site, level: int, gx: float, gy: float) -> U8:
    """Number of walls of `level` between (gx, gy) and the centre of each cell of `site.grid(level)`.

    Array [rows, columns]. A cell is behind a wall when it lies beyond the wall's line and between the two rays
    from (gx, gy) through the wall's ends: three tests that are affine in x and y.
    """
    grid, lines = site.grid(level), site.wall_lines(level)
    crossed = np.zeros((grid.y.size, grid.x.size), dtype=np.uint8)
    x, y = grid.x - np.float32(gx), grid.y - np.float32(gy)
    for chunk in np.array_split(lines, max(1, len(lines) // 64)):
        crossed += _behind(chunk - np.array([gx, gy, gx, gy], dtype=np.float32), x, y).sum(axis=0, dtype=np.uint8)
    return crossed


def _behind(walls: F32, x: F32, y: F32) -> np.ndarray:
    """Tell which segments from the origin to (x, y) cross each wall, as bool [walls, rows, columns]."""
    ax, ay, bx, by = (walls[:, i, None, None] for i in range(4))
    turn = np.where(ax * by - ay * bx >= 0, np.float32(1), np.float32(-1))  # walls seen counter-clockwise
    column, row = x[None, None, :], y[None, :, None]
    after_a = (turn * ax) * row - (turn * ay) * column >= 0
    before_b = (turn * bx) * row - (turn * by) * column < 0
    dx, dy = turn * (bx - ax), turn * (by - ay)
    beyond = dx * row - dy * column < dx * ay - dy * ax
    return after_a & before_b & beyond


def _edges(site: Site, level: int) -> BaseGeometry:
    edges = [site.room_shapes[i].boundary for i in site.rooms_of_level[level]]
    return shapely.union_all(edges, grid_size=_SNAP)


def _openings(site: Site, level: int) -> BaseGeometry:
    """Every door opening of `level`, as deep as the thickest wall."""
    doors = [LineString([(d.x0, d.y0), (d.x1, d.y1)]) for d in site.doors if d.level == level]
    return shapely.union_all([door.buffer(THICKEST_WALL / 2, cap_style="flat") for door in doors])


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > 1e-4]
    return MultiPolygon(parts)
