"""A building while somebody draws it: rooms, doors and gateways in local metres, as the plan editor keeps them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec
import shapely
from msgspec import Meta
from shapely import MultiPolygon, Polygon, STRtree

from twin.site.building import Shape
from twin.site.check import LARGEST_M, OVERLAP_M2

MILLIMETRE = 3
SLIVER_M = 0.2
"""Rooms that overlap by a strip thinner than this, metres, were drawn a little carelessly: the strip is cut off."""
MOST_LEVELS, MOST_ROOMS, MOST_CORNERS = 60, 4000, 2000

Text = Annotated[str, Meta(max_length=200)]
Ident = Annotated[str, Meta(min_length=1, max_length=100)]
Metres = Annotated[float, Meta(ge=-1e5, le=1e5)]
Corner = tuple[Metres, Metres]
Ring = Annotated[tuple[Corner, ...], Meta(max_length=MOST_CORNERS)]
Part = Annotated[tuple[Ring, ...], Meta(max_length=MOST_CORNERS)]
Parts = Annotated[tuple[Part, ...], Meta(max_length=MOST_CORNERS)]
"""Polygons, each an outer ring and its holes; rings do not repeat their first corner."""


class DraftRoom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A room."""

    id: Ident
    shape: Parts
    number: Text = ""
    name: Text = ""
    space_type: Text = ""
    category: Text = ""
    """IMDF category; empty = the usual one of the space type."""
    department: Text = ""
    beds: Annotated[int, Meta(ge=0, le=500)] = 0
    shaft: Text = ""
    """Lifts and stairs with one `shaft` are joined from level to level; empty = the name."""


class DraftDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An opening from (x0, y0) to (x1, y1)."""

    id: Ident
    x0: Metres
    y0: Metres
    x1: Metres
    y1: Metres
    kind: Text = "swinging"
    category: Text = "pedestrian"


class DraftGateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway, `z` metres above its floor."""

    id: Ident
    x: Metres
    y: Metres
    z: Metres = 2.5
    mac: Text = ""
    name: Text = ""
    model: Text = ""
    topic: Text = ""


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The picture drawn over: its middle at (x, y), `scale` metres a pixel, turned clockwise by `turn` degrees."""

    file: Annotated[int, Meta(ge=1, le=9999)]
    width: Annotated[int, Meta(ge=1, le=20000)]
    height: Annotated[int, Meta(ge=1, le=20000)]
    x: Metres = 0.0
    y: Metres = 0.0
    scale: Annotated[float, Meta(gt=0, le=100)] = 0.05
    turn: Annotated[float, Meta(ge=-360, le=360)] = 0.0
    measured: bool = False
    """Whether somebody told the scale."""


class DraftLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One floor. An empty `outline` follows the rooms."""

    id: Ident
    ordinal: Annotated[int, Meta(ge=-50, le=200)]
    name: Text
    short_name: Text = ""
    elevation: Metres = 0.0
    height: Annotated[float, Meta(gt=0, le=50)] = 4.0
    outline: Parts = ()
    rooms: Annotated[tuple[DraftRoom, ...], Meta(max_length=MOST_ROOMS)] = ()
    doors: Annotated[tuple[DraftDoor, ...], Meta(max_length=2 * MOST_ROOMS)] = ()
    gateways: Annotated[tuple[DraftGateway, ...], Meta(max_length=MOST_ROOMS)] = ()
    picture: Picture | None = None
    fixtures: bool = True
    """Whether the walls and furniture that the original draws here stay."""


class Department(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department: rooms name its `key`, people read its `name`."""

    key: Ident
    name: Text


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the building stands. Without `lon` and `lat` it is not georeferenced."""

    address: Text = ""
    locality: Text = ""
    country: Text = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    bearing: Annotated[float, Meta(ge=-360, le=360)] = 0.0


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole building being drawn."""

    title: Text
    levels: Annotated[tuple[DraftLevel, ...], Meta(max_length=MOST_LEVELS)]
    departments: Annotated[tuple[Department, ...], Meta(max_length=500)] = ()
    place: Place = Place()
    wall: Annotated[float, Meta(ge=0, le=2)] = 0.15
    """Thickness of the outer wall, metres: the outline of a level reaches this far beyond its rooms."""
    language: Annotated[str, Meta(min_length=2, max_length=20)] = "en"


def polygons(parts: Parts) -> Shape:
    """A shape of rings, rounded to millimetres; it may be invalid, as drawn.

    Raises:
        ValueError: a ring has fewer than three corners, or there is no ring.
    """
    made = [Polygon(_ring(part[0]), [_ring(hole) for hole in part[1:]]) for part in parts if part]
    if not made:
        raise ValueError("it has no corner")
    return made[0] if len(made) == 1 else MultiPolygon(made)


def _ring(ring: Ring) -> list[tuple[float, float]]:
    if len(ring) < 3:
        raise ValueError("it needs three corners")
    return [(round(x, MILLIMETRE), round(y, MILLIMETRE)) for x, y in ring]


def parts_of(shape: shapely.Geometry) -> Parts:
    """The rings of a polygon or multipolygon, in millimetres."""
    return tuple(
        tuple(
            tuple((round(float(x), MILLIMETRE), round(float(y), MILLIMETRE)) for x, y in ring.coords[:-1])
            for ring in (part.exterior, *part.interiors)
        )
        for part in shapely.get_parts(shape)
    )


def called(room: DraftRoom, level: DraftLevel) -> str:
    """How an error names a room."""
    name = " ".join(filter(None, (room.number, room.name)))
    if name:
        return f"Room {name} ({level.name})"
    x, y = room.shape[0][0][0] if room.shape and room.shape[0] and room.shape[0][0] else (0.0, 0.0)
    return f"The room without a number near x {x:.1f} m, y {y:.1f} m ({level.name})"


def faults(draft: Draft) -> list[str]:
    """Everything that keeps a draft from becoming a building, naming the room or level."""
    return [*_place_faults(draft), *_level_faults(draft), *(f for level in draft.levels for f in room_faults(level))]


def _place_faults(draft: Draft) -> Iterator[str]:
    place = draft.place
    needed = {"name": draft.title, "street address": place.address, "town": place.locality, "country": place.country}
    missing = [name for name, value in needed.items() if not value.strip()]
    if missing:
        yield f"The building lacks its {', '.join(missing)}."
    elif not (len(place.country) == 2 and place.country.isascii() and place.country.isalpha()):
        yield f"The country is {place.country!r}; write its two letters (ISO 3166), such as FR."
    if (place.lon is None) != (place.lat is None):
        yield "Longitude and latitude belong together: give both or neither."
    elif place.lon is not None and place.lat is not None and max(abs(place.lon), abs(place.lat)) < 0.1:
        yield "Longitude 0, latitude 0 lies in the sea; leave both empty when the place is not known."


def _level_faults(draft: Draft) -> Iterator[str]:
    if not draft.levels:
        yield "The building has no level."
    for ordinal, count in Counter(level.ordinal for level in draft.levels).items():
        if count > 1:
            yield f"{count} levels have ordinal {ordinal}; each needs its own."
    idents = Counter(thing.id for level in draft.levels for thing in (level, *level.rooms, *level.doors))
    for ident, count in idents.items():
        if count > 1:
            yield f"The id {ident} is used {count} times."
    for level in draft.levels:
        if not level.name.strip():
            yield f"The level with ordinal {level.ordinal} has no name."
        if not level.rooms:
            yield f"Level {level.name} has no room; draw one, or delete the level."
        for door in level.doors:
            if math.hypot(door.x1 - door.x0, door.y1 - door.y0) < 0.01:
                yield f"A door at x {door.x0:.1f} m, y {door.y0:.1f} m ({level.name}) has no width."


def room_faults(level: DraftLevel) -> Iterator[str]:
    """What is wrong with the shapes of a level's rooms."""
    sound: list[tuple[DraftRoom, Shape]] = []
    for room in level.rooms:
        fault, shape = _shape_of(room)
        if shape is None:
            yield f"{called(room, level)}: {fault}."
        else:
            sound.append((room, shape))
    for a, b in _overlaps([shape for _, shape in sound]):
        common = sound[a][1].intersection(sound[b][1])
        if not common.buffer(-SLIVER_M / 2).is_empty:
            yield f"{called(sound[b][0], level)} overlaps {called(sound[a][0], level)} by {common.area:.2f} m2."


def _shape_of(room: DraftRoom) -> tuple[str, Shape | None]:
    try:
        shape = polygons(room.shape)
    except ValueError as error:
        return f"its outline cannot be used, {error}", None
    if not shape.is_valid:
        return f"its outline is no valid polygon ({shapely.is_valid_reason(shape)})", None
    if shape.area < 0.01:
        return "it has no area", None
    if max(map(abs, shape.bounds)) > LARGEST_M:
        return f"it lies more than {LARGEST_M:.0f} m from the origin", None
    return "", shape


def _overlaps(shapes: list[Shape]) -> Iterator[tuple[int, int]]:
    """Pairs, the earlier first, that overlap by more than a building may."""
    if len(shapes) < 2:
        return
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if a < b and shapes[a].intersection(shapes[b]).area > OVERLAP_M2:
            yield a, b


def sound_shapes(level: DraftLevel) -> list[Shape]:
    """The rooms' shapes, with thin overlaps cut off the later room. Assumes that `faults` found nothing."""
    shapes = [polygons(room.shape) for room in level.rooms]
    for a, b in _overlaps(shapes):
        left = shapes[b].difference(shapes[a], grid_size=10**-MILLIMETRE)
        pieces = [p for p in shapely.get_parts(left) if p.geom_type == "Polygon" and p.area > OVERLAP_M2]
        if pieces:
            shapes[b] = pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)
    return shapes
