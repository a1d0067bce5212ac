"""Plan sections: one JSON file a level with walls, columns, windows and doors as polygons in metres."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely import Polygon
from shapely.affinity import translate
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from twin.errors import SiteError
from twin.site.geodesy import Frame
from twin.site.importing.clean import SPECK_M2, areas
from twin.site.importing.faces import made_of_faces, rooms_from_faces
from twin.site.importing.found import Found, FoundDoor, FoundLevel, FoundWall, ordinals
from twin.site.importing.ifc.doors import middle_line
from twin.site.importing.ifc.place import UNKNOWN
from twin.site.importing.numbering import level_prefixes

_SOLID = ("wall", "column", "window", "door")
_TOLERANCE_M = 0.05
"""Corners of two levels that fall together within this vote for the shift between the levels."""
_AGREE = 0.05
"""A shift needs the votes of this share of the corners."""


class _Section(NamedTuple):
    file: str
    name: str
    key: str
    project: str
    elevation: float
    own_origin: bool
    parts: list[tuple[str, str, str, BaseGeometry]]
    """Kind, key, name, shape."""


def is_section(parsed: object) -> bool:
    """Tell whether a JSON value looks like a plan section."""
    return isinstance(parsed, Mapping) and isinstance(parsed.get("floor"), Mapping) and "features" in parsed


def read_sections(files: Sequence[tuple[str, bytes]]) -> Found:
    """Read plan sections as (file name, content).

    Raises:
        SiteError: a file is no section, or nothing in them encloses a room.
    """
    problems: list[str] = []
    notes: list[str] = []
    sections = sorted((_section(name, raw, problems) for name, raw in files), key=lambda s: (s.elevation, s.file))
    heights = [section.elevation for section in sections]
    if len(set(heights)) < len(heights):
        raise SiteError(f"Two of these plan sections have one floor elevation: {', '.join(s.file for s in sections)}.")
    prefixes = level_prefixes([section.name for section in sections], ordinals(heights))
    levels: list[FoundLevel] = []
    for section, prefix, (x, y) in zip(sections, prefixes, _shifts(sections, notes), strict=True):
        level = _level(section, prefix, x, y)
        if level.rooms:
            levels.append(level)
            notes.append(
                f"The plan has no rooms; {len(level.rooms)} rooms were made from enclosed faces on {level.name}."
            )
        else:
            problems.append(f"{section.file}: its walls enclose no room; the level was left out")
    if not levels:
        raise SiteError("The plan sections enclose no room.", tuple(problems))
    numbers = ordinals([level.elevation for level in levels])
    where = f"The plans do not say where on Earth they are; they were laid at {UNKNOWN[1]:.4f} N, {UNKNOWN[0]:.4f} E."
    name = sections[0].project or sections[0].name
    return Found(
        key=name,
        name=name,
        frame=Frame(*UNKNOWN, georeferenced=False),
        levels=tuple(replace(level, ordinal=number) for level, number in zip(levels, numbers, strict=True)),
        problems=(*problems, made_of_faces(sum(len(level.rooms) for level in levels))),
        notes=(*notes, where),
    )


def _section(file: str, raw: bytes, problems: list[str]) -> _Section:
    try:
        given = json.loads(raw.decode("utf-8-sig"))
        floor, rows = given["floor"], given["features"]
        elevation = float(floor["elevation"])
        if not np.isfinite(elevation):
            raise ValueError(f"floor.elevation is {elevation}")
        source = given.get("source") if isinstance(given.get("source"), Mapping) else {}
        bounds = floor.get("bounds")
        own_origin = isinstance(bounds, list) and bounds[:2] == [0, 0]
        name = str(source.get("storey") or floor.get("name") or file)
        parts = [part for n, row in enumerate(rows) if (part := _part(file, n, row, problems))]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SiteError(f"{file} is no plan section (floor.elevation, features) in JSON: {error}.") from error
    project = str(source.get("project") or "")
    return _Section(file, name, f"{project} {floor.get('id') or name}", project, elevation, own_origin, parts)


def _part(file: str, number: int, row: Any, problems: list[str]) -> tuple[str, str, str, BaseGeometry] | None:  # noqa: ANN401
    kind = row.get("kind")
    if kind not in _SOLID:
        return None
    key = str(row.get("id") or f"{file} {number}")
    try:
        rings = row["coordinates"]
        given = Polygon(rings) if row.get("geometryType") == "polygon" else shape_of(row)
        made = given if given.is_valid else given.buffer(0)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError) as error:
        problems.append(f"{file} feature {key}: has a shape that cannot be read ({error}); it was left out")
        return None
    if made.is_empty or made.area < SPECK_M2:
        problems.append(f"{file} feature {key}: has no area; it was left out")
        return None
    return str(kind), key, str(row.get("name") or ""), made


def shape_of(row: Mapping[str, Any]) -> BaseGeometry:
    """The shape of a feature that writes its geometry as GeoJSON does."""
    names = {"multipolygon": "MultiPolygon", "polygon": "Polygon"}
    kind = names.get(str(row.get("geometryType", "")).lower(), str(row.get("geometryType")))
    return shape({"type": kind, "coordinates": row["coordinates"]})


def _level(section: _Section, prefix: str, dx: float, dy: float) -> FoundLevel:
    drawn = rooms_from_faces(section.key, prefix, [made for _, _, _, made in section.parts])
    rooms = tuple(replace(room, shape=translate(room.shape, dx, dy)) for room in drawn)
    parts = [(kind, key, name, areas(translate(made, dx, dy))) for kind, key, name, made in section.parts]
    walls = tuple(FoundWall(f"{section.key} {key}", made) for kind, key, _, made in parts if kind != "door")
    return FoundLevel(section.key, section.name, section.elevation, 0, rooms, _doors(section.key, parts), walls)


def _doors(level: str, parts: Sequence[tuple[str, str, str, BaseGeometry]]) -> tuple[FoundDoor, ...]:
    """One door for all the leaves that belong to one element of the model (`ifc-123-0`, `ifc-123-1`)."""
    leaves: dict[str, list[BaseGeometry]] = {}
    names: dict[str, str] = {}
    for kind, key, name, made in parts:
        if kind == "door":
            element = re.sub(r"-\d+$", "", key)
            leaves.setdefault(element, []).append(made)
            names[element] = name
    doors = []
    for element, shapes in sorted(leaves.items()):
        line = middle_line(shapely.union_all(shapes))
        if line is not None:
            kind = "sliding" if "slid" in names[element].lower() else "swinging"
            doors.append(FoundDoor(f"{level} {element}", line, kind, names[element]))
    return tuple(doors)


def _shifts(sections: Sequence[_Section], notes: list[str]) -> list[tuple[float, float]]:
    """How far to move each level so that walls and columns stand above each other.

    Sections may be cut out level by level, each with its own origin (`floor.bounds` begins at 0, 0). Corners of
    neighbouring levels then vote for the shift between them.
    """
    total = np.zeros(2)
    shifts = [(0.0, 0.0)]
    own = all(section.own_origin for section in sections)
    for below, above in pairwise(sections):
        step = _shift(below, above) if own else np.zeros(2)
        if step is None:
            notes.append(
                f"{above.name} could not be laid over {below.name} by its walls; it was left where it is drawn."
            )
        else:
            total = total + step
        shifts.append((float(total[0]), float(total[1])))
    moved = [f"{s.name} by {x:.2f}, {y:.2f} m" for s, (x, y) in zip(sections, shifts, strict=True) if x or y]
    if moved:
        notes.append(f"To stand above {sections[0].name}, levels were moved: {'; '.join(moved)}.")
    return shifts


def _shift(below: _Section, above: _Section) -> np.ndarray | None:
    low, high = _corners(below), _corners(above)
    apart = (low[:, None, :] - high[None, :, :]).reshape(-1, 2)
    cells = np.round(apart / _TOLERANCE_M).astype(np.int64)
    keys, votes = np.unique(cells[:, 0] * 1_000_000 + cells[:, 1], return_counts=True)
    if not len(votes) or votes.max() < max(8, _AGREE * min(len(low), len(high))):
        return None
    best = apart[cells[:, 0] * 1_000_000 + cells[:, 1] == keys[votes.argmax()]].mean(axis=0)
    near = np.abs(apart - best).max(axis=1) < _TOLERANCE_M
    return np.median(apart[near], axis=0).round(3)


def _corners(section: _Section) -> np.ndarray:
    shapes = [made for kind, _, _, made in section.parts if kind in ("wall", "column")]
    return np.unique(shapely.get_coordinates(shapes).round(2), axis=0)
