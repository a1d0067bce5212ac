"""Turn a draft of the plan editor into an IMDF archive. What has an id keeps it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from twin.errors import SiteError
from twin.site.archive import write_archive
from twin.site.building import Shape
from twin.site.check import linked_ids
from twin.site.draw import GROUNDS
from twin.site.drawing.draft import Draft, DraftDoor, DraftLevel, DraftRoom, faults, polygons, sound_shapes
from twin.site.geodesy import Frame
from twin.site.load import label
from twin.site.plan import USUAL
from twin.site.schema import EXTENSION, FORMS, IMDF_VERSION, VERTICAL, Archive, Feature

GAP_M = 0.3
"""Half the width of the gaps between rooms that an outline closes, metres: rooms may be drawn to the walls' faces."""
_GRID = 1e-3
_SHAFTS = {"elevator": "elevator", "stairs": "stairs", "steps": "stairs", "escalator": "escalator", "ramp": "ramp"}
"""Category of a unit to that of the relationship that joins it to other levels."""


def category_of(room: DraftRoom) -> str:
    """The IMDF category of a room."""
    usual = USUAL.get(room.space_type)
    return room.category or (usual.category if usual else "room")


def write_draft(draft: Draft, folder: Path, created: str, anchor: Frame, base: Archive | None = None) -> None:
    """Write a draft as an IMDF archive.

    Args:
        draft: The drawn building.
        folder: Where the archive is written.
        created: The moment of writing, ISO 8601 UTC.
        anchor: Where a building stands that does not say where.
        base: The archive that the draft began as; what the editor does not show is taken from it.

    Raises:
        SiteError: naming each room or level that cannot be used.
    """
    found = faults(draft)
    if found:
        raise SiteError("The drawing is not ready; correct this first:", tuple(found))
    manifest = {
        "version": IMDF_VERSION,
        "created": created,
        "language": draft.language,
        "generated_by": "wardlight plan editor",
        "extensions": [EXTENSION],
    }
    write_archive(folder, manifest, _Sheets(draft, anchor, base or Archive({}, {})).features())


def gateway_rows(draft: Draft) -> list[dict[str, str]]:
    """The drawn gateways as lines of gateways.csv."""
    return [
        {
            "gateway_id": g.mac,
            "name": g.name,
            "model": g.model,
            "floor": str(level.ordinal),
            "x": f"{g.x:.2f}",
            "y": f"{g.y:.2f}",
            "z": f"{g.z:.2f}",
            "topic": g.topic,
        }
        for level in draft.levels
        for g in level.gateways
    ]


class _Sheets:
    """Makes the features of one draft; keeps its frame, its outlines, and the ids of what it began as."""

    def __init__(self, draft: Draft, anchor: Frame, base: Archive) -> None:
        self.draft, self.base = draft, base
        self.old = {f.id: f for kind in ("level", "unit", "opening") for f in base.of(kind)}
        place = draft.place
        if place.lon is None or place.lat is None:
            self.frame = Frame(anchor.lon, anchor.lat, place.bearing, georeferenced=False)
        else:
            self.frame = Frame(place.lon, place.lat, place.bearing)
        self.namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"wardlight-drawn:{draft.levels[0].id}")
        self.shapes = {level.id: sound_shapes(level) for level in draft.levels}
        self.outlines = {level.id: outline(level, self.shapes[level.id], draft.wall) for level in draft.levels}

    def features(self) -> Iterator[Feature]:
        """Every feature of the archive."""
        yield from self._site()
        yield from self._footprints()
        for level in self.draft.levels:
            yield self._level(level)
        for level in self.draft.levels:
            pairs = zip(level.rooms, self.shapes[level.id], strict=True)
            yield from (self._unit(room, shape, level) for room, shape in pairs)
            yield from (self._opening(door, level) for door in level.doors)
            yield from self._sections(level)
            yield from self._fixtures(level)
        yield from self._relationships()

    def _first(self, kind: str) -> Feature | None:
        return next(iter(self.base.of(kind)), None)

    def _id(self, kind: str, key: object = 0, old: Feature | None = None) -> str:
        return old.id if old else str(uuid.uuid5(self.namespace, f"{kind} {key}"))

    def _feature(self, ident: str, kind: str, shape: BaseGeometry | None, properties: Mapping[str, Any]) -> Feature:
        geometry = None if shape is None else shapely.transform(shape, self.frame.to_lonlat)
        return Feature(ident, kind, geometry, dict.fromkeys(FORMS[kind].nullable) | dict(properties))

    def _labels(self, text: str, kept: Any = None) -> dict[str, str] | None:  # noqa: ANN401 - JSON
        """Labels; those of the original, in all their languages, while the text is the same."""
        if isinstance(kept, Mapping) and label(kept) == text:
            return dict(kept)
        return {self.draft.language: text} if text else None

    def _point(self, shape: BaseGeometry) -> dict[str, Any]:
        inside = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
        lon, lat = self.frame.to_lonlat(shapely.get_coordinates(inside))[0].round(9)
        return {"type": "Point", "coordinates": [float(lon), float(lat)]}

    def _site(self) -> Iterator[Feature]:
        place, address, venue, building = self.draft.place, *map(self._first, ("address", "venue", "building"))
        where = {"address": place.address, "locality": place.locality, "country": place.country.upper()}
        address_id = self._id("address", old=address)
        yield self._feature(address_id, "address", None, _kept(address) | where)
        grounds = shapely.box(*shapely.union_all(list(self.outlines.values())).buffer(GROUNDS).bounds)
        frame = self.frame
        told = {
            "category": _kept(venue).get("category") or "healthcarefacility",
            "name": self._labels(self.draft.title, _kept(venue).get("name")),
            "display_point": self._point(grounds),
            "address_id": address_id,
            "local_frame": {
                "origin": [frame.lon, frame.lat],
                "bearing": frame.bearing,
                "georeferenced": frame.georeferenced,
            },
        }
        yield self._feature(self._id("venue", old=venue), "venue", grounds, _kept(venue) | told)
        about = {"category": "unspecified", **_kept(building), "display_point": None, "address_id": address_id}
        yield self._feature(self._building_id(), "building", None, about)

    def _building_id(self) -> str:
        return self._id("building", old=self._first("building"))

    def _footprints(self) -> Iterator[Feature]:
        old = {str(f.properties.get("category")): f for f in self.base.of("footprint")}
        sides = {"ground": lambda o: o == 0, "subterranean": lambda o: o < 0, "aerial": lambda o: o > 0}
        for category, holds in sides.items():
            shapes = [self.outlines[level.id] for level in self.draft.levels if holds(level.ordinal)]
            if shapes:
                told = {"category": category, "building_ids": [self._building_id()]}
                ident = self._id("footprint", category, old.get(category))
                yield self._feature(ident, "footprint", shapely.union_all(shapes, grid_size=_GRID), told)

    def _level(self, level: DraftLevel) -> Feature:
        kept, shape = _kept(self.old.get(level.id)), self.outlines[level.id]
        short = level.short_name or str(level.ordinal)
        told = {
            "category": kept.get("category") or "unspecified",
            "outdoor": bool(kept.get("outdoor")),
            "ordinal": level.ordinal,
            "name": self._labels(level.name, kept.get("name")),
            "short_name": self._labels(short, kept.get("short_name")),
            "display_point": self._point(shape),
            "address_id": None,
            "building_ids": [self._building_id()],
            "elevation": level.elevation,
            "height": level.height,
        }
        return self._feature(level.id, "level", shape, kept | told)

    def _unit(self, room: DraftRoom, shape: Shape, level: DraftLevel) -> Feature:
        kept = _kept(self.old.get(room.id))
        told = {
            "category": category_of(room),
            "name": self._labels(room.name, kept.get("name")),
            "display_point": self._point(shape),
            "level_id": level.id,
            "number": room.number,
            "space_type": room.space_type,
            "department": room.department,
        }
        beds = _bed_ids(room, kept.pop("bed_ids", None))
        return self._feature(room.id, "unit", shape, kept | told | ({"bed_ids": beds} if beds else {}))

    def _opening(self, door: DraftDoor, level: DraftLevel) -> Feature:
        kept = _kept(self.old.get(door.id))
        old = kept.get("door")
        leaf = dict(old) if isinstance(old, Mapping) else {"automatic": door.kind == "sliding", "material": None}
        told = {"category": door.category, "door": leaf | {"type": door.kind}, "level_id": level.id}
        line = shapely.LineString([(round(door.x0, 3), round(door.y0, 3)), (round(door.x1, 3), round(door.y1, 3))])
        return self._feature(door.id, "opening", line, kept | told)

    def _sections(self, level: DraftLevel) -> Iterator[Feature]:
        old = {
            (f.properties.get("level_id"), f.properties.get("correlation_id") or label(f.properties.get("name"))): f
            for f in self.base.of("section")
        }
        for department in self.draft.departments:
            pairs = zip(level.rooms, self.shapes[level.id], strict=True)
            shapes = [shape for room, shape in pairs if room.department == department.key]
            if not shapes:
                continue
            before = old.get((level.id, department.key)) or old.get((level.id, department.name))
            told = {
                "category": _kept(before).get("category") or "unspecified",
                "name": self._labels(department.name or department.key, _kept(before).get("name")),
                "level_id": level.id,
                "correlation_id": department.key,
                "display_point": None,
                "parents": None,
            }
            ident = self._id("section", f"{level.id} {department.key}", before)
            yield self._feature(ident, "section", shapely.union_all(shapes, grid_size=_GRID), _kept(before) | told)

    def _fixtures(self, level: DraftLevel) -> Iterator[Feature]:
        if level.fixtures:
            for fixture in self.base.of("fixture"):
                if fixture.properties.get("level_id") == level.id:
                    yield Feature(fixture.id, "fixture", fixture.geometry, _kept(fixture) | {"anchor_id": None})

    def _relationships(self) -> Iterator[Feature]:
        units = {room.id for level in self.draft.levels for room in level.rooms}
        old = [f for f in self.base.of("relationship") if f.properties["category"] in VERTICAL]
        for kind, shaft, idents in shafts(self.draft):
            before = next(
                (f for f in old if f.properties["category"] == kind and set(linked_ids(f)) & set(idents)), None
            )
            links = [{"id": ident, "feature_type": "unit"} for ident in idents]
            told = {
                "category": kind,
                "direction": _kept(before).get("direction") or "undirected",
                "origin": links[0],
                "intermediary": links[1:-1] or None,
                "destination": links[-1],
            }
            ident = self._id("relationship", f"{kind} {shaft}", before)
            yield self._feature(ident, "relationship", None, _kept(before) | told)
        for other in self.base.of("relationship"):
            if other.properties["category"] not in VERTICAL and set(linked_ids(other)) <= units:
                yield other


def _kept(feature: Feature | None) -> dict[str, Any]:
    return dict(feature.properties) if feature else {}


def _bed_ids(room: DraftRoom, old: Any) -> list[str]:  # noqa: ANN401 - JSON
    """One id a bed place: those that there were, then further ones by the room's number."""
    ids = [str(ident) for ident in old][: room.beds] if isinstance(old, list) else []
    fresh = (f"{room.number or room.id[:8]}-{place}" for place in range(1, 2 * room.beds + 1))
    ids += [ident for ident in fresh if ident not in ids][: room.beds - len(ids)]
    return ids


def outline(level: DraftLevel, rooms: list[Shape], wall: float) -> Shape:
    """A level's shape: as drawn, and reaching over its rooms and their outer wall."""
    whole = shapely.union_all(rooms, grid_size=_GRID)
    around = whole.buffer(wall + GAP_M, join_style="mitre").buffer(-GAP_M, join_style="mitre")
    around = shapely.union_all([whole, around], grid_size=_GRID)
    if not level.outline:
        return around  # pyright: ignore[reportReturnType]
    drawn = shapely.make_valid(polygons(level.outline))
    if drawn.buffer(_GRID).covers(whole):
        return drawn  # pyright: ignore[reportReturnType]
    return shapely.union_all([drawn, around], grid_size=_GRID)  # pyright: ignore[reportReturnType]


def shafts(draft: Draft) -> Iterator[tuple[str, str, list[str]]]:
    """Lifts and stairs that join levels: category, name, and room ids, lowest level first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for level in sorted(draft.levels, key=lambda one: one.ordinal):
        for room in level.rooms:
            kind, shaft = _SHAFTS.get(category_of(room)), room.shaft.strip() or room.name.strip()
            if kind and shaft:
                groups.setdefault((kind, shaft.casefold()), []).append(room.id)
    for (kind, shaft), idents in groups.items():
        if len(idents) > 1:
            yield kind, shaft, idents
