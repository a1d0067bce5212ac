"""The floors of the rooms as one mesh, which rooms and squares its faces belong to, and what they are coloured by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from components import floor_mesh, floor_scales
from components.floor_mesh import Mesh
from components.floor_style import SHADES
from twin.history.areas import CELL_M, LARGE_M2
from twin.site import Site

CIRCULATION = frozenset({"corridor", "lobby", "lift", "stairs"})
"""Kinds of space that keep the quiet colour whatever department they belong to."""
_SHADOW_REACH = (0.42, -0.3)
"""Where the shadow of a wall's top falls, metres east and north of it."""
_FOOT = 0.16
"""Width in metres of the darker strip along a wall's foot."""
_SHADED = 100
"""On a level with more rooms than this no wall throws a shadow: it would be half of all bytes and half a second."""
_EXACT = 0.04
"""Metres by which the edge of a shadow may be wrong; drawn walls have many more corners than that shows."""

_Piece = tuple[int, BaseGeometry]
_Cell = list[int] | None


@dataclass(frozen=True, slots=True)
class Plates:
    """The mesh, a colour code a face, and its runs: which faces are of which room, and of which square of it."""

    mesh: Mesh
    code: NDArray[np.uint8]
    picks: dict[str, Any]


def plates(site: Site, lifts: Mapping[int, float]) -> Plates:
    """Make the plates of the levels in `lifts` (metres each is lifted); one alone has its large rooms in squares."""
    keys = {department: i + 1 for i, department in enumerate(site.departments)}
    meshes: list[Mesh] = []
    rooms: list[int] = []
    cells: list[_Cell] = []
    codes: list[NDArray[np.uint8]] = []
    for level, lift in lifts.items():
        walls = shapely.simplify(site.walls(level), _EXACT)
        many = len(site.rooms_of_level[level]) > _SHADED
        cast = Polygon() if many else floor_mesh.shade_of(walls, _SHADOW_REACH)
        foot = walls.buffer(_FOOT, join_style="mitre", quad_segs=1)
        for i in site.rooms_of_level[level]:
            room = site.rooms[i]
            floor = site.room_shapes[i]  # on below its walls, which hide it
            pieces = list(floor_mesh.tones_of(floor, (cast, foot)))
            colour = 0 if room.space_type in CIRCULATION else keys.get(room.department, 0)
            runs = _squares(floor, pieces) if len(lifts) == 1 and room.area > LARGE_M2 else [(None, pieces)]
            for cell, parts in runs:
                mesh = floor_mesh.merge(floor_mesh.plate(shape, lift, tone) for tone, shape in parts)
                meshes.append(mesh)
                rooms.append(i)
                cells.append(cell)
                codes.append((SHADES * colour + mesh.face_tone).astype(np.uint8))
    picks = {
        "room": rooms,
        "cell": cells,
        "vertex": _starts([len(mesh.xyz) for mesh in meshes]),
        "face": _starts([len(mesh.faces) for mesh in meshes]),
        "shades": SHADES,
        "steps": floor_scales.STEPS,
    }
    code = np.concatenate(codes) if codes else np.empty(0, np.uint8)
    return Plates(floor_mesh.merge(meshes), code, picks)


def _squares(floor: BaseGeometry, pieces: Sequence[_Piece]) -> Iterator[tuple[_Cell, list[_Piece]]]:
    """The pieces of a room, cut along the squares that history counts people in."""
    x0, y0, x1, y1 = np.floor(np.array(floor.bounds) / CELL_M).astype(int)
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(x0, x1 + 1), np.arange(y0, y1 + 1)))
    squares = shapely.box(CELL_M * column, CELL_M * row, CELL_M * (column + 1), CELL_M * (row + 1))
    cut = [(tone, shapely.intersection(squares, shape)) for tone, shape in pieces]
    for k in range(len(squares)):
        parts = [(tone, shapes[k]) for tone, shapes in cut if not shapes[k].is_empty]
        if parts:
            yield [int(column[k]), int(row[k])], parts


def _starts(counts: Sequence[int]) -> list[int]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(int).tolist()
