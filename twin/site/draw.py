"""Draw a plan as an IMDF archive and a gateway list. The same plan always gives the same files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from twin.errors import SiteError
from twin.model import Gateway
from twin.site.archive import write_archive
from twin.site.building import Site
from twin.site.geodesy import Frame
from twin.site.plan import MILLIMETRE, USUAL, Plan, PlannedDoor, PlannedLevel, PlannedRoom
from twin.site.schema import EXTENSION, IMDF_VERSION, Feature

OUTER_WALL = 0.15
"""The level reaches this far beyond its rooms, metres."""
GROUNDS = 15.0
"""The venue reaches this far beyond the building, metres."""
CREATED = "2026-01-05T08:00:00Z"
"""Fixed, so that the same plan gives the same bytes."""

_MOUNTING = {"G1": 2.7, "MG3": 2.3, "MG4": 2.5, "MG7": 2.6}
"""Height above the floor in metres by gateway model: ceiling, socket, wall, ceiling tile."""

_TOPICS = {
    "G1": ("/gw/{}/status", "gw/{}/status"),
    "MG3": ("/mg3/{}/status", "mg3/{}/status"),
    "MG4": ("/mg4/{}/status", "minew/{}/status"),
    "MG7": ("/mg4/{}/status",),
}
"""Topics as a grown installation has them: each family its own, some set up without the leading slash."""

_BARE = {"restriction": None, "name": None, "alt_name": None, "display_point": None}


def draw_building(plan: Plan, folder: Path) -> None:
    """Write `plan` as an IMDF archive into `folder`."""
    manifest = {
        "version": IMDF_VERSION,
        "created": CREATED,
        "language": plan.language,
        "generated_by": "wardlight site draw",
        "extensions": [EXTENSION],
    }
    write_archive(folder, manifest, _Drawing(plan).features())


def place_gateways(plan: Plan, site: Site) -> tuple[Gateway, ...]:
    """The plan's gateways in `site`, the building drawn from it."""
    level_of = {level.ordinal: level.index for level in site.levels}
    gateways: list[Gateway] = []
    for level in plan.levels:
        for planned in level.gateways:
            if planned.model not in _MOUNTING:
                known = ", ".join(_MOUNTING)
                raise SiteError(f"The gateway in room {planned.room} is a {planned.model!r}; known models are {known}.")
            index = len(gateways)
            mac = f"AC233FC{index * 2654435761 % 2**20:05X}"
            topics = _TOPICS[planned.model]
            topic = topics[index // 3 % len(topics)].format(mac.lower())
            name = f"{planned.model} {planned.room}" + (
                "b" if any(g.name.endswith(planned.room) for g in gateways) else ""
            )
            place = (planned.x, planned.y, _MOUNTING[planned.model])
            gateways.append(Gateway(index, mac, name, planned.model, level_of[level.ordinal], *place, topic))
    return tuple(gateways)


class _Drawing:
    """Turns one plan into features; keeps the plan's frame and its namespace of ids."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.frame = Frame(plan.lon, plan.lat, plan.bearing)
        self.namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"wardlight:{plan.name}")
        self.outlines = {level.ordinal: _outline(level) for level in plan.levels}

    def features(self) -> Iterator[Feature]:
        """Every feature of the archive."""
        yield from self._place()
        yield from self._footprints()
        for level in self.plan.levels:
            yield self._level(level)
        for level in self.plan.levels:
            yield from (self._unit(room, level) for room in level.rooms)
            yield from (self._opening(door, level) for door in level.doors)
            yield from self._sections(level)
        yield from (self._connector(kind, rooms) for kind, rooms in self.plan.connectors)

    def _id(self, *key: object) -> str:
        return str(uuid.uuid5(self.namespace, " ".join(map(str, key))))

    def _feature(self, kind: str, key: object, shape: BaseGeometry | None, properties: dict[str, Any]) -> Feature:
        geometry = None if shape is None else shapely.transform(shape, self.frame.to_lonlat)
        return Feature(self._id(kind, key), kind, geometry, properties)

    def _labels(self, text: str) -> dict[str, str]:
        return {self.plan.language: text}

    def _point(self, shape: BaseGeometry) -> dict[str, Any]:
        lon, lat = self.frame.to_lonlat(shapely.get_coordinates(_middle(shape)))[0].round(9)
        return {"type": "Point", "coordinates": [float(lon), float(lat)]}

    def _place(self) -> Iterator[Feature]:
        plan, address = self.plan, self._id("address", 0)
        empty = ("unit", "province", "postal_code", "postal_code_ext", "postal_code_vanity")
        where = {"address": plan.address, "locality": plan.locality, "country": plan.country}
        yield self._feature("address", 0, None, where | dict.fromkeys(empty))
        grounds = shapely.box(*shapely.union_all(list(self.outlines.values())).buffer(GROUNDS).bounds)
        frame = {"origin": [plan.lon, plan.lat], "bearing": plan.bearing, "georeferenced": True}
        venue = {
            "category": "healthcarefacility",
            "name": self._labels(plan.name),
            "display_point": self._point(grounds),
            "address_id": address,
            "local_frame": frame,
        }
        empty = ("restriction", "alt_name", "hours", "website", "phone")
        yield self._feature("venue", 0, grounds, venue | dict.fromkeys(empty))
        yield self._feature("building", 0, None, {"category": "unspecified", **_BARE, "address_id": address})

    def _footprints(self) -> Iterator[Feature]:
        parts = {
            "ground": [s for o, s in self.outlines.items() if o == 0],
            "subterranean": [s for o, s in self.outlines.items() if o < 0],
            "aerial": [s for o, s in self.outlines.items() if o > 0],
        }
        for category, shapes in parts.items():
            if shapes:
                properties = {"category": category, "name": None, "building_ids": [self._id("building", 0)]}
                yield self._feature("footprint", category, shapely.union_all(shapes, grid_size=MILLIMETRE), properties)

    def _level(self, level: PlannedLevel) -> Feature:
        outline = self.outlines[level.ordinal]
        properties = {
            "category": "unspecified",
            "restriction": None,
            "outdoor": False,
            "ordinal": level.ordinal,
            "name": self._labels(level.name),
            "short_name": self._labels(level.short),
            "display_point": self._point(outline),
            "address_id": None,
            "building_ids": [self._id("building", 0)],
            "elevation": level.elevation,
            "height": level.height,
        }
        return self._feature("level", level.ordinal, outline, properties)

    def _unit(self, room: PlannedRoom, level: PlannedLevel) -> Feature:
        properties = {
            "category": USUAL[room.space_type].category,
            "restriction": None,
            "accessibility": None,
            "name": self._labels(room.name),
            "alt_name": None,
            "display_point": self._point(room.shape),
            "level_id": self._id("level", level.ordinal),
            "number": room.number,
            "space_type": room.space_type,
            "department": room.department,
        }
        if room.beds:
            properties["bed_ids"] = [f"{room.number}-{place}" for place in range(1, room.beds + 1)]
        return self._feature("unit", room.number, room.shape, properties)

    def _opening(self, door: PlannedDoor, level: PlannedLevel) -> Feature:
        properties = {
            "category": door.category,
            "accessibility": None,
            "access_control": None,
            "door": {"type": door.kind, "automatic": door.kind == "sliding", "material": None},
            "name": None,
            "alt_name": None,
            "display_point": None,
            "level_id": self._id("level", level.ordinal),
        }
        return self._feature("opening", door.key, door.line, properties)

    def _sections(self, level: PlannedLevel) -> Iterator[Feature]:
        for key, name in self.plan.departments.items():
            shapes = [room.shape for room in level.rooms if room.department == key]
            if shapes:
                properties = {
                    "category": "unspecified",
                    **_BARE,
                    "accessibility": None,
                    "name": self._labels(name),
                    "level_id": self._id("level", level.ordinal),
                    "address_id": None,
                    "correlation_id": key,
                    "parents": None,
                }
                area = shapely.union_all(shapes, grid_size=MILLIMETRE)
                yield self._feature("section", f"{level.ordinal} {key}", area, properties)

    def _connector(self, kind: str, rooms: tuple[str, ...]) -> Feature:
        links = [{"id": self._id("unit", number), "feature_type": "unit"} for number in rooms]
        properties = {
            "category": kind,
            "direction": "undirected",
            "origin": links[0],
            "intermediary": links[1:-1] or None,
            "destination": links[-1],
            "hours": None,
        }
        return self._feature("relationship", " ".join(rooms), None, properties)


def _outline(level: PlannedLevel) -> BaseGeometry:
    shapes: Iterable[BaseGeometry] = [room.shape for room in level.rooms]
    return shapely.union_all(list(shapes), grid_size=MILLIMETRE).buffer(OUTER_WALL, join_style="mitre")


def _middle(shape: BaseGeometry) -> Point:
    """A point well inside: the centroid where it lies inside."""
    return shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
