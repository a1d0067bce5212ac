"""Write a building as found into an IMDF archive. The same find always gives the same ids."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from twin.site.archive import DEGREE_DECIMALS, write_archive
from twin.site.check import OVERLAP_M2
from twin.site.geodesy import Frame
from twin.site.importing.clean import MILLIMETRE, areas, part_overlaps
from twin.site.importing.connect import Way, open_passages, ways_between_levels
from twin.site.importing.found import Found, FoundDoor, FoundLevel, FoundRoom, FoundWall
from twin.site.importing.numbering import level_prefixes
from twin.site.schema import EXTENSION, IMDF_VERSION, Feature

IMPORTED = "2026-01-05T08:00:00Z"
"""The manifest's `created`: fixed, so that the same source gives the same bytes."""
GROUNDS_M = 15.0
FARTHEST_M = 2000.0
"""A model whose own origin lies farther off gets a new origin at its lower left."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "wardlight:import")
_WALL_GAP_M = 0.4
"""Gaps between rooms up to twice this, where walls stand, belong to the level."""
_OUTER_WALL_M = 0.15
_USUAL_HEIGHT_M = 3.0
_BARE = {"restriction": None, "name": None, "alt_name": None, "display_point": None}


def write_found(found: Found, folder: Path) -> tuple[Found, tuple[Way, ...]]:
    """Write `found` as an IMDF archive into `folder`; returns it as written, and its ways between levels."""
    found = _tidied(_near_origin(found))
    ways = ways_between_levels(found)
    manifest = {
        "version": IMDF_VERSION,
        "created": IMPORTED,
        "language": found.language,
        "generated_by": "wardlight site import",
        "extensions": [EXTENSION],
    }
    write_archive(folder, manifest, _Composer(found, ways).features())
    return found, ways


def feature_id(kind: str, key: str) -> str:
    """The id of the feature that comes from the thing called `key` in its source."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind} {key}"))


def department_key(name: str) -> str:
    """A department's short key."""
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")


def _tidied(found: Found) -> Found:
    """Small overlaps cut, and passages added where rooms touch without a wall."""
    problems = list(found.problems)
    levels = []
    for level in found.levels:
        rooms, overlaps = part_overlaps(level.rooms, level.name)
        problems += overlaps
        tidy = replace(level, rooms=tuple(rooms))
        levels.append(replace(tidy, doors=(*tidy.doors, *open_passages(tidy))))
    return replace(found, levels=tuple(levels), problems=tuple(problems))


def _near_origin(found: Found) -> Found:
    """Move a model in map coordinates to an origin at its lower left."""
    bounds = np.array([room.shape.bounds for level in found.levels for room in level.rooms])
    if np.abs(bounds).max() <= FARTHEST_M:
        return found
    x, y = np.floor(bounds[:, :2].min(axis=0))
    frame = found.frame
    if frame.georeferenced:
        lon, lat = _far_place(frame, float(x), float(y))
        frame = Frame(lon, lat, frame.bearing)
    move = lambda shape: shapely.transform(shape, lambda points: points - (x, y))  # noqa: E731
    levels = tuple(
        replace(
            level,
            rooms=tuple(replace(room, shape=move(room.shape)) for room in level.rooms),
            doors=tuple(replace(door, line=move(door.line)) for door in level.doors),
            walls=tuple(replace(wall, shape=move(wall.shape)) for wall in level.walls),
        )
        for level in found.levels
    )
    ways = tuple(replace(way, shape=move(way.shape)) for way in found.ways)
    note = f"The model lies far from its own origin; positions count from x {x:.0f}, y {y:.0f} of the model."
    return replace(found, frame=frame, levels=levels, ways=ways, notes=(*found.notes, note))


def _far_place(frame: Frame, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point far from the origin; the origin's own where that is off the Earth."""
    lon, lat = frame.to_lonlat(np.array([[x, y]]))[0]
    usable = np.isfinite([lon, lat]).all() and abs(lat) < 89 and np.hypot(x, y) < 1e5
    return (float(lon), float(lat)) if usable else (frame.lon, frame.lat)


def on_earth(shape: BaseGeometry, frame: Frame) -> BaseGeometry:
    """`shape` in longitude and latitude, valid as it will be written and as it will be read.

    Rounding can make a needle of an outline cross itself; then what is thinner than a few millimetres is taken off.
    """
    for thin in (0.0, 0.001, 0.002, 0.005, 0.01):
        tried = (
            shape if thin == 0.0 else areas(shape.buffer(-thin, join_style="mitre").buffer(thin, join_style="mitre"))
        )
        written = shapely.transform(tried, lambda points: frame.to_lonlat(points).round(DEGREE_DECIMALS))
        read = shapely.transform(written, lambda points: frame.to_local(points).round(3))
        if written.is_valid and read.is_valid and not tried.is_empty:
            return written
    return shapely.transform(shape, frame.to_lonlat)


class _Composer:
    """Turns one find into features."""

    def __init__(self, found: Found, ways: Sequence[Way]) -> None:
        self.found, self.ways = found, ways
        self.outlines = [_outline(level) for level in found.levels]
        self.overlaps = _declared_overlaps(found)
        self.short = level_prefixes([v.name for v in found.levels], [v.ordinal for v in found.levels])

    def features(self) -> Iterator[Feature]:
        """Every feature of the archive."""
        yield from self._place()
        yield from self._footprints()
        for index in range(len(self.found.levels)):
            yield self._level(index)
        for level in self.found.levels:
            yield from (self._unit(room, level) for room in level.rooms)
            yield from (self._opening(door, level) for door in level.doors)
            yield from (self._wall(wall, level) for wall in level.walls)
            yield from self._sections(level)
        yield from map(self._connector, self.ways)

    def _feature(self, kind: str, key: str, shape: BaseGeometry | None, properties: dict[str, Any]) -> Feature:
        geometry = None if shape is None else on_earth(shape, self.found.frame)
        return Feature(feature_id(kind, key), kind, geometry, properties)

    def _labels(self, text: str) -> dict[str, str] | None:
        return {self.found.language: text} if text else None

    def _point(self, shape: BaseGeometry) -> dict[str, Any]:
        inside = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
        lon, lat = self.found.frame.to_lonlat(shapely.get_coordinates(inside))[0].round(9)
        return {"type": "Point", "coordinates": [float(lon), float(lat)]}

    def _place(self) -> Iterator[Feature]:
        found, frame = self.found, self.found.frame
        address = feature_id("address", found.key)
        empty = dict.fromkeys(("unit", "province", "postal_code", "postal_code_ext", "postal_code_vanity"))
        where = {
            "address": found.address or "unknown",
            "locality": found.locality or "unknown",
            "country": found.country if re.fullmatch("[A-Z]{2}", found.country) else "ZZ",
        }
        yield self._feature("address", found.key, None, where | empty)
        grounds = shapely.box(*shapely.union_all(self.outlines).buffer(GROUNDS_M).bounds)
        yield self._feature("venue", found.key, grounds, {
            "category": "healthcarefacility", "restriction": None, "name": self._labels(found.name), "alt_name": None,
            "hours": None, "website": None, "phone": None, "display_point": self._point(grounds),
            "address_id": address,
            "local_frame": {
                "origin": [frame.lon, frame.lat], "bearing": frame.bearing, "georeferenced": frame.georeferenced
            },
        })  # fmt: skip
        yield self._feature("building", found.key, None, {"category": "unspecified", **_BARE, "address_id": address})

    def _footprints(self) -> Iterator[Feature]:
        groups = {"ground": (0, 0), "subterranean": (-999, -1), "aerial": (1, 999)}
        for category, (lowest, highest) in groups.items():
            pairs = zip(self.found.levels, self.outlines, strict=True)
            shapes = [shape for level, shape in pairs if lowest <= level.ordinal <= highest]
            if shapes:
                area = areas(shapely.union_all(shapes, grid_size=MILLIMETRE))
                properties = {
                    "category": category,
                    "name": None,
                    "building_ids": [feature_id("building", self.found.key)],
                }
                yield self._feature("footprint", f"{self.found.key} {category}", area, properties)

    def _level(self, index: int) -> Feature:
        level, outline = self.found.levels[index], self.outlines[index]
        return self._feature("level", level.key, outline, {
            "category": "unspecified", "restriction": None, "outdoor": False, "ordinal": level.ordinal,
            "name": self._labels(level.name), "short_name": self._labels(self.short[index]),
            "display_point": self._point(outline), "address_id": None,
            "building_ids": [feature_id("building", self.found.key)],
            "elevation": level.elevation, "height": self._height(index), "source_id": level.key,
        })  # fmt: skip

    def _height(self, index: int) -> float:
        """Floor to floor; of the top level the median height of its rooms."""
        levels = self.found.levels
        if index + 1 < len(levels):
            return round(max(levels[index + 1].elevation - levels[index].elevation, 0.1), 3)
        heights = [room.height for room in levels[index].rooms if room.height]
        return round(float(np.median(heights)), 3) if heights else _USUAL_HEIGHT_M

    def _unit(self, room: FoundRoom, level: FoundLevel) -> Feature:
        properties: dict[str, Any] = {
            "category": room.category, "restriction": None, "accessibility": None,
            "name": self._labels(room.name or room.number), "alt_name": None, "display_point": self._point(room.shape),
            "level_id": feature_id("level", level.key),
        }  # fmt: skip
        extension = {
            "number": room.number,
            "space_type": room.space_type,
            "department": department_key(room.department),
            "height": room.height,
            "net_area": room.net_area,
            "omniclass": room.omniclass,
            "zones": list(room.zones),
            "source_id": room.key,
        }
        properties |= {key: value for key, value in extension.items() if value}
        if room.key in self.overlaps:
            properties["overlaps"] = self.overlaps[room.key]
        return self._feature("unit", room.key, room.shape, properties)

    def _opening(self, door: FoundDoor, level: FoundLevel) -> Feature:
        kind = (
            None if door.kind == "open" else {"type": door.kind, "automatic": door.kind == "sliding", "material": None}
        )
        properties: dict[str, Any] = {
            "category": "pedestrian", "accessibility": None, "access_control": None, "door": kind,
            "name": self._labels(door.name), "alt_name": None, "display_point": None,
            "level_id": feature_id("level", level.key),
        }  # fmt: skip
        if door.height:
            properties["height"] = door.height
        if not door.key.startswith("open "):
            properties["source_id"] = door.key
        line = shapely.set_precision(door.line, MILLIMETRE)
        return self._feature("opening", door.key, line, properties)

    def _wall(self, wall: FoundWall, level: FoundLevel) -> Feature:
        properties = {
            "category": "wall", "name": None, "alt_name": None, "anchor_id": None, "display_point": None,
            "level_id": feature_id("level", level.key), "source_id": wall.key,
        }  # fmt: skip
        return self._feature("fixture", wall.key, wall.shape, properties)

    def _sections(self, level: FoundLevel) -> Iterator[Feature]:
        named = {department_key(room.department): room.department for room in level.rooms}
        named.pop("", None)
        for key, name in sorted(named.items()):
            shapes = [room.shape for room in level.rooms if department_key(room.department) == key]
            area = areas(shapely.union_all(shapes, grid_size=MILLIMETRE))
            yield self._feature("section", f"{level.key} {key}", area, {
                "category": "unspecified", **_BARE, "accessibility": None, "name": self._labels(name),
                "level_id": feature_id("level", level.key), "address_id": None, "correlation_id": key, "parents": None,
            })  # fmt: skip

    def _connector(self, way: Way) -> Feature:
        keys = [self.found.levels[level].rooms[room].key for level, room in way.landings]
        links = [{"id": feature_id("unit", key), "feature_type": "unit"} for key in keys]
        return self._feature("relationship", f"{way.kind} {' '.join(keys)}", None, {
            "category": way.kind, "direction": "undirected", "origin": links[0],
            "intermediary": links[1:-1] or None, "destination": links[-1], "hours": None,
        })  # fmt: skip


def _declared_overlaps(found: Found) -> dict[str, list[str]]:
    """Ids of the rooms that each room overlaps by its source's own will."""
    declared: dict[str, list[str]] = {}
    for level in found.levels:
        shapes = [room.shape for room in level.rooms]
        for a, b in zip(*shapely.STRtree(shapes).query(shapes, predicate="intersects"), strict=True):
            if a != b and shapes[a].intersection(shapes[b]).area > OVERLAP_M2:
                declared.setdefault(level.rooms[a].key, []).append(feature_id("unit", level.rooms[b].key))
    return declared


def _outline(level: FoundLevel) -> BaseGeometry:
    """The level: its rooms, its walls, and what lies thinly between them."""
    parts = [*(room.shape for room in level.rooms), *(wall.shape for wall in level.walls)]
    solid = shapely.union_all(parts, grid_size=MILLIMETRE)
    closed = solid.buffer(_WALL_GAP_M, join_style="mitre").buffer(_OUTER_WALL_M - _WALL_GAP_M, join_style="mitre")
    return areas(shapely.union_all([closed, solid]).simplify(MILLIMETRE))
