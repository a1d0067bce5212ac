"""Turn an IMDF archive and a gateway list into a `Site`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from twin.errors import SiteError
from twin.model import NONE, Level, Room
from twin.site.archive import read_archive
from twin.site.building import Connector, Door, Landing, Shape, Site
from twin.site.check import check_form, check_geometry, linked_ids
from twin.site.geodesy import Frame
from twin.site.registers import read_gateways
from twin.site.schema import VERTICAL, Archive, Feature, Problem

FLOOR_TO_FLOOR = 4.0
"""Metres between levels where the archive does not say."""
ROOM_HEIGHT = 2.7
_MILLIMETRES = 3
_DOOR_PROBES = (0.1, 0.3, 0.5)
"""How far from a door, metres, the rooms on its two sides are looked for."""


def load_site(building: Path, gateways: Path) -> Site:
    """Read the building and its gateways.

    Raises:
        SiteError: with every fatal problem of the archive, or of the gateway list with its line.
    """
    site, problems = load_building(building)
    fatal = tuple(str(p) for p in problems if p.fatal)
    if site is None:
        raise SiteError(f"The building in {building} cannot be used; correct and export it again:", fatal)
    return _with_gateways(site, gateways)


def load_building(path: Path) -> tuple[Site | None, list[Problem]]:
    """Read the building without gateways, with all its problems; None if it cannot be read at all.

    Raises:
        SiteError: there is no folder or readable zip at `path`.
    """
    archive, problems = read_archive(path)
    problems += check_form(archive)
    if any(p.fatal for p in problems):
        return None, problems
    frame, local = _to_metres(archive)
    problems += check_geometry(archive, local)
    if any(p.fatal for p in problems):
        return None, problems
    return _build(archive, frame, local), problems


def _with_gateways(site: Site, path: Path) -> Site:
    return replace(site, gateways=read_gateways(path, site))


def _to_metres(archive: Archive) -> tuple[Frame, dict[str, BaseGeometry]]:
    """The site's frame, and every geometry in it, rounded to millimetres so that shared edges stay shared."""
    venue = archive.of("venue")[0]
    frame = _frame(venue)

    def flat(points: np.ndarray) -> np.ndarray:
        return frame.to_local(points).round(_MILLIMETRES)

    features = (f for group in archive.features.values() for f in group)
    return frame, {f.id: shapely.transform(f.geometry, flat) for f in features if f.geometry is not None}


def _frame(venue: Feature) -> Frame:
    """The declared local frame, or one with its origin at the lower left of the venue."""
    given = venue.properties.get("local_frame")
    if isinstance(given, Mapping):
        try:
            lon, lat = (float(v) for v in given["origin"])
            bearing = float(given.get("bearing") or 0.0)
            if not (abs(lon) <= 180 and abs(lat) <= 90 and math.isfinite(bearing)):
                raise ValueError(f"origin [{lon}, {lat}], bearing {bearing}")
            return Frame(lon, lat, bearing, bool(given.get("georeferenced", True)))
        except (KeyError, TypeError, ValueError) as error:
            raise SiteError(f"{venue.where}: local_frame needs origin [lon, lat] and bearing ({error})") from error
    assert venue.geometry is not None  # noqa: S101 - check_form has seen to it
    rough = Frame(venue.geometry.centroid.x, venue.geometry.centroid.y)
    corner = shapely.transform(venue.geometry, rough.to_local).bounds[:2]
    lon, lat = rough.to_lonlat(np.array([corner]))[0]
    return Frame(float(lon), float(lat))


def _build(archive: Archive, frame: Frame, local: Mapping[str, BaseGeometry]) -> Site:
    level_features = sorted(archive.of("level"), key=lambda f: f.properties["ordinal"])
    levels = tuple(_level(i, f) for i, f in enumerate(level_features))
    level_of = {level.id: level.index for level in levels}
    units = sorted(archive.of("unit"), key=lambda f: (level_of[f.properties["level_id"]], _number(f), f.id))
    sections = [(f, local[f.id]) for f in archive.of("section")]
    shapes = tuple(local[f.id] for f in units)
    rooms = tuple(
        _room(i, f, shape, level_of, sections) for i, (f, shape) in enumerate(zip(units, shapes, strict=True))
    )
    return Site(
        name=label(archive.of("venue")[0].properties["name"]),
        levels=levels,
        rooms=rooms,
        gateways=(),
        doors=_doors(archive, local, level_of, rooms, shapes),
        connectors=_connectors(archive, rooms),
        departments=_departments(sections, rooms),
        room_shapes=shapes,  # pyright: ignore[reportArgumentType] - check_form allows areas only
        level_shapes=tuple(local[f.id] for f in level_features),  # pyright: ignore[reportArgumentType]
        wall_shapes=tuple(_drawn_walls(archive, local, f.id) for f in level_features),
        beds=tuple(_beds(f) for f in units),
        frame=frame,
    )


def label(labels: Any) -> str:  # noqa: ANN401 - JSON
    """The English text of IMDF labels, else their first."""
    return "" if not labels else str(labels.get("en") or next(iter(labels.values())))


def _number(unit: Feature) -> str:
    return str(unit.properties.get("number") or label(unit.properties.get("name")))


def _beds(unit: Feature) -> int:
    ids = unit.properties.get("bed_ids")
    return len(ids) if isinstance(ids, list) else 0


def _level(index: int, feature: Feature) -> Level:
    given = feature.properties
    elevation, height = given.get("elevation"), given.get("height")
    return Level(
        index=index,
        id=feature.id,
        ordinal=given["ordinal"],
        name=label(given["name"]),
        short_name=label(given["short_name"]),
        elevation=float(given["ordinal"] * FLOOR_TO_FLOOR if elevation is None else elevation),
        height=float(ROOM_HEIGHT if height is None else height),
    )


def _room(
    index: int,
    feature: Feature,
    shape: BaseGeometry,
    level_of: Mapping[str, int],
    sections: Sequence[tuple[Feature, BaseGeometry]],
) -> Room:
    given = feature.properties
    centre = _inner_point(shape)
    department = given.get("department")
    if department is None:
        here = (f for f, area in sections if f.properties["level_id"] == given["level_id"] and area.contains(centre))
        department = next((_section_key(f) for f in here), "")
    return Room(
        index=index,
        id=feature.id,
        level=level_of[given["level_id"]],
        number=_number(feature),
        name=label(given.get("name")),
        category=given["category"],
        space_type=str(given.get("space_type") or ""),
        department=str(department),
        area=float(shape.area),
        x=float(centre.x),
        y=float(centre.y),
    )


def _inner_point(shape: BaseGeometry) -> shapely.Point:
    """The centroid where it lies well inside, else the middle of the largest circle that fits."""
    if shape.buffer(-0.3).contains(shape.centroid):
        return shape.centroid
    radius = shapely.maximum_inscribed_circle(shape, 0.05)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return shapely.Point(shapely.get_coordinates(radius)[0])


def _section_key(section: Feature) -> str:
    given = section.properties
    return str(given.get("correlation_id") or label(given.get("name")).lower().replace(" ", "_"))


def _departments(sections: Sequence[tuple[Feature, BaseGeometry]], rooms: Sequence[Room]) -> dict[str, str]:
    """Display names: a section's own, else the key made readable."""
    named = {_section_key(f): label(f.properties.get("name")) for f, _ in sections}
    keys = sorted({room.department for room in rooms if room.department})
    return {key: named.get(key) or key.replace("_", " ").capitalize() for key in keys}


def _drawn_walls(archive: Archive, local: Mapping[str, BaseGeometry], level_id: str) -> Shape:
    walls = (f for f in archive.of("fixture") if f.properties["category"] == "wall")
    return shapely.union_all([local[f.id] for f in walls if f.properties["level_id"] == level_id])  # pyright: ignore[reportReturnType]


def _doors(
    archive: Archive,
    local: Mapping[str, BaseGeometry],
    level_of: Mapping[str, int],
    rooms: Sequence[Room],
    shapes: Sequence[BaseGeometry],
) -> tuple[Door, ...]:
    members = {i: [r.index for r in rooms if r.level == i] for i in level_of.values()}
    trees = {i: STRtree([shapes[m] for m in rows]) for i, rows in members.items()}
    doors = []
    for feature in archive.of("opening"):
        level = level_of[feature.properties["level_id"]]
        ends = shapely.get_coordinates(local[feature.id])
        (x0, y0), (x1, y1) = ends[0], ends[-1]
        door = feature.properties.get("door")
        kind = str(door.get("type") or "open") if isinstance(door, Mapping) else "open"
        sides = tuple(_room_beside(ends[0], ends[-1], side, trees[level], members[level]) for side in (1, -1))
        numbers = (float(x0), float(y0), float(x1), float(y1))
        doors.append(Door(feature.id, level, *numbers, kind, feature.properties["category"], sides))  # pyright: ignore[reportArgumentType]
    return tuple(doors)


def _room_beside(start: np.ndarray, end: np.ndarray, side: int, tree: STRtree, members: Sequence[int]) -> int:
    """The nearest room to the left (`side` 1) or right (-1) of a door's middle."""
    along = end - start
    length = float(np.hypot(*along))
    if length == 0.0:
        return NONE
    normal = np.array([-along[1], along[0]]) / length * side
    for distance in _DOOR_PROBES:
        hits = tree.query(shapely.Point((start + end) / 2 + normal * distance), predicate="intersects")
        if hits.size:
            return members[int(hits.min())]
    return NONE


def _connectors(archive: Archive, rooms: Sequence[Room]) -> tuple[Connector, ...]:
    by_id = {room.id: room for room in rooms}
    connectors = []
    for feature in archive.of("relationship"):
        if feature.properties["category"] in VERTICAL:
            joined = [by_id[i] for i in linked_ids(feature) if i in by_id]
            landings = sorted(Landing(r.level, r.x, r.y, r.index) for r in joined)
            if len(landings) > 1:
                connectors.append(Connector(feature.properties["category"], tuple(landings)))
    return tuple(connectors)
