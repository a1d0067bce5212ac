"""Make found shapes fit for an archive: valid in millimetres, and overlaps cut away where that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from twin.site.check import OVERLAP_M2
from twin.site.importing.found import FoundRoom

MILLIMETRE = 1e-3
SPECK_M2 = 1e-4
"""A part of a room smaller than this, or a hole, is a fault of the drawing."""
CUT_SHARE = 0.004
"""An overlap that is at most this share of the larger room is cut off it; a larger one was meant."""


def areas(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of `shape`, valid on a grid of millimetres, without specks; empty if there is no area."""
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    snapped = shapely.set_precision(_only_areas(shape), MILLIMETRE)
    parts = [_without_specks(p) for p in shapely.get_parts(snapped) if isinstance(p, Polygon) and p.area > SPECK_M2]
    if not parts:
        return Polygon()
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def part_overlaps(rooms: Sequence[FoundRoom], level: str) -> tuple[list[FoundRoom], list[str]]:
    """Cut small overlaps off the larger of two rooms; returns the rooms of a level and what was found.

    Larger overlaps stay as they were drawn, for a bay within a hall is a room within a room; the check lists them.
    """
    shapes = [room.shape for room in rooms]
    problems = []
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in sorted((int(i), int(j)) for i, j in zip(left, right, strict=True) if i < j):
        area = shapes[a].intersection(shapes[b]).area
        if area <= OVERLAP_M2 / 2:
            continue
        large, small = (a, b) if shapes[a].area >= shapes[b].area else (b, a)
        names = f"{_named(rooms[small])} overlaps {_named(rooms[large])} on {level} by {area:.2f} m2"
        cut = areas(shapes[large].difference(shapes[small])) if area <= CUT_SHARE * shapes[large].area else None
        if cut is not None and _form(cut) == _form(shapes[large]):
            shapes[large] = cut
            problems.append(f"{names}; cut off the larger room")
    return [replace(room, shape=shape) for room, shape in zip(rooms, shapes, strict=True)], problems


def _named(room: FoundRoom) -> str:
    return f"Room {room.number or room.name or '(no number)'} [{room.key}]"


def _form(shape: BaseGeometry) -> tuple[int, int]:
    """Number of parts and of holes."""
    parts = shapely.get_parts(shape)
    return len(parts), sum(len(part.interiors) for part in parts)


def _only_areas(shape: BaseGeometry) -> BaseGeometry:
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if isinstance(p, Polygon | MultiPolygon)]
    return shapely.union_all(parts)


def _without_specks(part: Polygon) -> Polygon:
    holes = [ring for ring in part.interiors if Polygon(ring).area > SPECK_M2]
    return part if len(holes) == len(part.interiors) else Polygon(part.exterior, holes)
