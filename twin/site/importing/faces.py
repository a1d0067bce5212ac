"""Rooms where a plan has only walls: the faces that walls, doors, windows and columns enclose."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from twin.site.importing.clean import areas
from twin.site.importing.found import FoundRoom

GROWN_M = 0.06
"""Every part is grown by this much, so that parts which nearly touch do."""
CLOSED_M = 2.0
"""Gaps in the outer wall up to twice this are closed."""
SMALLEST_M2 = 0.8
"""A smaller face is a shaft or a gap in a wall, not a room."""
_ROW_M = 2.0
"""Faces whose tops lie within this of each other are numbered as one row."""


def enclosed_faces(parts: Sequence[BaseGeometry]) -> tuple[Polygon, ...]:
    """The faces that `parts` (walls, doors, windows, columns in plan) enclose, in rows from the upper left."""
    solid = shapely.union_all([part.buffer(GROWN_M, join_style="mitre") for part in parts if not part.is_empty])
    if solid.is_empty:
        return ()
    closed = solid.buffer(CLOSED_M).buffer(-CLOSED_M)
    hull = shapely.union_all([Polygon(p.exterior) for p in _polygons(closed)])
    faces = [face for face in _polygons(hull.difference(solid)) if face.area > SMALLEST_M2]
    return tuple(sorted(faces, key=lambda f: (-round(f.bounds[3] / _ROW_M), f.bounds[0], f.bounds[1])))


def rooms_from_faces(level_key: str, prefix: str, parts: Sequence[BaseGeometry]) -> tuple[FoundRoom, ...]:
    """Rooms named by `prefix` and a number; a room keeps its key while its middle stays within half a metre."""
    faces = enclosed_faces(parts)
    digits = max(3, len(str(len(faces))))
    used: dict[str, int] = {}
    rooms = []
    for count, face in enumerate(faces, start=1):
        middle = face.representative_point() if not face.contains(face.centroid) else face.centroid
        place = f"{level_key} face {middle.x:.0f} {middle.y:.0f}"
        used[place] = used.get(place, 0) + 1
        key = place if used[place] == 1 else f"{place} {used[place]}"
        number = f"{prefix}-{count:0{digits}}"
        rooms.append(FoundRoom(key, number, f"Room {number}", areas(face)))
    return tuple(rooms)


def made_of_faces(count: int) -> str:
    """Say in the problems that rooms were made, for whoever looks at nothing else."""
    return f"The source has no rooms; all {count} were made from the faces that its walls enclose: check and name them"


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
