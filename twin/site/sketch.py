"""A building in a few plain files: room outlines, free space, gateways. For recordings of places without IMDF."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely import Polygon
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from twin.errors import SiteError
from twin.model import F32, F64, I32
from twin.site.registers import table_rows
from twin.site.survey import number

NEAR_M = 0.3
"""Two gateways nearer than this are most often one entered twice."""
HEIGHT_M = 2.5
"""Above the floor, where the list does not say."""
AROUND_M = 30.0
"""A gateway farther outside all rooms is most often in another unit or frame."""


@dataclass(frozen=True)
class Sketch:
    """Rooms, free space and gateways on floors; sequences over rooms and over gateways.

    Gateways whose place is unknown have NaN for x, y and z.
    """

    floors: tuple[int, ...]
    rooms: tuple[str, ...]
    room_floor: I32
    """Index into `floors`."""
    room_shapes: tuple[BaseGeometry, ...]
    outline: Polygon | None
    """What can be walked on; walls are what lies outside it. None: only rooms are known, without walls."""
    gateways: tuple[str, ...]
    x: F64
    y: F64
    z: F64
    gateway_floor: I32
    problems: tuple[str, ...]
    """Oddities that do not prevent an answer."""

    def walls(self, floor: int) -> F32:
        """Faces of the walls as segments x0, y0, x1, y1; each wall has two."""
        if self.outline is None:
            return np.empty((0, 4), np.float32)
        rings = (self.outline.exterior, *self.outline.interiors)
        corners = [shapely.get_coordinates(ring) for ring in rings]
        return np.vstack([np.hstack((c[:-1], c[1:])) for c in corners]).astype(np.float32)


def read_sketch(gateways: Path, rooms: Path | None, outline: Path | None, more_floors: tuple[int, ...] = ()) -> Sketch:
    """Read gateways.csv (`gateway_id,x,y,z[,floor]`), rooms.geojson and outline.csv (`x,y`).

    Raises:
        SiteError: naming the file, and each bad line or room.
    """
    found = _read_rooms(rooms) if rooms else []
    area = _read_outline(outline) if outline else None
    listed, problems = _read_gateways(gateways)
    floors = {floor for _, floor, _ in found} | {row[4] for row in listed if row[4] is not None} | set(more_floors)
    order = tuple(sorted(floors or {0}))
    lowest = min((floor for _, floor, _ in found), default=order[0])
    of = {floor: i for i, floor in enumerate(order)}
    x, y, z = (np.array([row[k] for row in listed], float) for k in (1, 2, 3))
    floor = np.array([of[lowest if row[4] is None else row[4]] for row in listed], np.int32)
    sketch = Sketch(
        order, tuple(name for name, _, _ in found), np.array([of[f] for _, f, _ in found], np.int32),
        tuple(geometry for _, _, geometry in found), area, tuple(row[0] for row in listed), x, y, z, floor, (),
    )  # fmt: skip
    odd = _odd_gateways(gateways, sketch)
    return Sketch(**{**_fields(sketch), "problems": (*problems, *odd)})


def _fields(sketch: Sketch) -> dict[str, object]:
    return {name: getattr(sketch, name) for name in Sketch.__dataclass_fields__}


def _read_rooms(path: Path) -> list[tuple[str, int, BaseGeometry]]:
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise SiteError(f"Cannot read {path} ({error}). It must be a GeoJSON FeatureCollection of rooms.") from error
    rooms: list[tuple[str, int, BaseGeometry]] = []
    problems: list[str] = []
    for index, feature in enumerate(features if isinstance(features, list) else []):
        try:
            properties = feature["properties"]
            geometry = shape(feature["geometry"])
            name, floor = str(properties["room_id"]), _whole(properties.get("floor") or 0)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, ShapelyError) as error:
            problems.append(f"{path.name} feature {index}: needs room_id, floor and a polygon ({error})")
            continue
        if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty or not geometry.is_valid:
            problems.append(f"{path.name} room {name}: its outline is no valid polygon")
        else:
            rooms.append((name, floor, geometry))
    if problems:
        raise SiteError(f"The rooms in {path} have faults:", tuple(problems))
    return rooms


def _whole(value: object) -> int:
    """A floor number; ValueError for one between floors."""
    floor = float(str(value))
    if floor != int(floor):
        raise ValueError(f"floor {value} is no whole number")
    return int(floor)


def _read_outline(path: Path) -> Polygon:
    points, problems = [], []
    for line, row in table_rows(path, ("x", "y")):
        place = number(row["x"]), number(row["y"])
        if None in place:
            problems.append(f"{path.name} line {line}: x, y are {row['x']!r}, {row['y']!r}, expected metres")
        else:
            points.append(place)
    area = Polygon(points) if len(points) > 2 else None
    if not problems and (area is None or not area.is_valid or area.area == 0):
        problems.append(f"{path.name}: its points make no closed polygon without crossings")
    if problems or area is None:
        raise SiteError(f"The outline {path} has faults:", tuple(problems))
    return area


_Row = tuple[str, float, float, float, int | None]


def _read_gateways(path: Path) -> tuple[list[_Row], list[str]]:
    rows: list[_Row] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for line, row in table_rows(path, ("gateway_id", "x", "y", "z"), ("floor",)):
        name = row["gateway_id"]
        blank = not (row["x"] or row["y"])
        height = row["z"] or str(HEIGHT_M)
        place = [float("nan") if blank else number(text) for text in (row["x"], row["y"], height)]
        floor = number(row["floor"]) if row["floor"] else None
        here = [f"{axis} is {row[axis]!r}, expected metres" for axis, v in zip("xyz", place, strict=True) if v is None]
        whole = not row["floor"] or (floor is not None and floor == int(floor))
        here += [] if whole else [f"floor is {row['floor']!r}, expected a whole number"]
        here += [] if name else ["has no gateway_id"]
        here += [f"{name} was already on line {seen[name]}"] if name in seen else []
        faults += [f"{path.name} line {line}: {fault}" for fault in here]
        if not here:
            seen[name] = line
            x, y, z = (float(v) for v in place if v is not None)
            rows.append((name, x, y, z, None if floor is None else int(floor)))
    if not rows and not faults:
        faults.append(f"{path.name}: lists no gateway")
    if faults:
        raise SiteError(f"The gateway list {path} has faults; correct these lines:", tuple(faults))
    return rows, []


def _odd_gateways(path: Path, sketch: Sketch) -> list[str]:
    """Gateways at one place, and those far outside."""
    placed = np.flatnonzero(np.isfinite(sketch.x))
    odd = []
    for n, i in enumerate(placed):
        for j in placed[:n]:
            near = np.hypot(sketch.x[i] - sketch.x[j], sketch.y[i] - sketch.y[j]) < NEAR_M
            if near and sketch.gateway_floor[i] == sketch.gateway_floor[j]:
                odd.append(f"{path.name}: {sketch.gateways[j]} and {sketch.gateways[i]} are at one place")
    shapes = [*sketch.room_shapes, *([sketch.outline] if sketch.outline else [])]
    if shapes:
        away = shapely.distance(shapely.union_all(shapes), shapely.points(sketch.x[placed], sketch.y[placed]))
        far = placed[away > AROUND_M]
        odd += [f"{path.name}: {sketch.gateways[i]} is more than {AROUND_M:g} m outside all rooms" for i in far]
    return odd
