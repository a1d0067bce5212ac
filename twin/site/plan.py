"""Read a floor description (plan.toml): strips of rooms along corridors, in metres."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from twin.errors import SiteError

MILLIMETRE = 1e-3


class Usual(NamedTuple):
    """What rooms of one space type usually are: IMDF category, door width in metres, door kind."""

    category: str
    door: float = 1.0
    kind: str = "swinging"


USUAL: Mapping[str, Usual] = {
    "patient_room": Usual("room", 1.3),
    "icu_bay": Usual("room", 2.4, "sliding"),
    "theatre": Usual("room", 1.6, "sliding"),
    "scrub": Usual("room", 1.2, "sliding"),
    "anaesthesia": Usual("room", 1.5, "sliding"),
    "recovery": Usual("room", 2.4, "sliding"),
    "exam": Usual("room", 1.0),
    "triage": Usual("room", 1.1),
    "resus": Usual("room", 2.0, "sliding"),
    "ed_bay": Usual("room", 2.4, "open"),
    "waiting": Usual("waitingroom", 3.0, "open"),
    "reception": Usual("office", 1.0),
    "nurse_station": Usual("office", 4.0, "open"),
    "imaging": Usual("room", 1.4),
    "lab": Usual("laboratory", 1.1),
    "pharmacy": Usual("room", 1.1),
    "utility_clean": Usual("storage", 1.0),
    "utility_dirty": Usual("storage", 1.0),
    "store": Usual("storage", 1.2),
    "cssd": Usual("room", 1.2),
    "kitchen": Usual("kitchen", 1.4),
    "plant": Usual("nonpublic", 1.2),
    "server": Usual("serverroom", 1.0),
    "office": Usual("office", 0.95),
    "staff_room": Usual("lounge", 0.95),
    "toilet": Usual("restroom", 0.9),
    "lift": Usual("elevator", 1.4, "sliding"),
    "stairs": Usual("stairs", 1.1),
    "corridor": Usual("walkway", 1.8, "sliding"),
    "lobby": Usual("lobby", 2.4, "sliding"),
}
"""The space types a plan may use."""

_SIDES = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}


@dataclass(frozen=True, slots=True)
class PlannedRoom:
    """A room of the plan; `shape` in local metres."""

    number: str
    name: str
    space_type: str
    department: str
    beds: int
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class PlannedDoor:
    """A door of the plan; `key` names it for its id, `line` is its clear opening."""

    key: str
    line: LineString
    kind: str
    category: str


@dataclass(frozen=True, slots=True)
class PlannedGateway:
    """A gateway of the plan, in local metres on its level."""

    room: str
    model: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PlannedLevel:
    """One floor of the plan."""

    ordinal: int
    name: str
    short: str
    elevation: float
    height: float
    rooms: tuple[PlannedRoom, ...]
    doors: tuple[PlannedDoor, ...]
    gateways: tuple[PlannedGateway, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. `connectors` pairs a kind with the room numbers of its landings, lowest first."""

    name: str
    address: str
    locality: str
    country: str
    language: str
    lon: float
    lat: float
    bearing: float
    departments: Mapping[str, str]
    connectors: tuple[tuple[str, tuple[str, ...]], ...]
    levels: tuple[PlannedLevel, ...]


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        SiteError: the file cannot be read, or a room, door or gateway in it makes no sense; says which.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SiteError(f"Cannot read the plan {path}: {error}") from error
    try:
        return _plan(given)
    except KeyError as error:
        raise SiteError(f"The plan {path} lacks {error}; see docs/building.md.") from error
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise SiteError(f"The plan {path} has a value of the wrong form: {error}; see docs/building.md.") from error


def _plan(given: Mapping[str, Any]) -> Plan:
    levels = tuple(_level(level) for level in given["level"])
    numbers = [room.number for level in levels for room in level.rooms]
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    if twice:
        raise SiteError(f"Room numbers used twice in the plan: {', '.join(twice)}.")
    connectors = tuple((c["kind"], tuple(c["rooms"])) for c in given.get("connector", ()))
    unknown = sorted({n for _, rooms in connectors for n in rooms} - set(numbers))
    if unknown:
        raise SiteError(f"A connector of the plan names rooms that are not in it: {', '.join(unknown)}.")
    return Plan(
        name=str(given["name"]),
        address=str(given["address"]),
        locality=str(given["locality"]),
        country=str(given["country"]),
        language=str(given["language"]),
        lon=float(given["lon"]),
        lat=float(given["lat"]),
        bearing=float(given["bearing"]),
        departments=dict(given["departments"]),
        connectors=connectors,
        levels=levels,
    )


def _level(given: Mapping[str, Any]) -> PlannedLevel:
    rooms: list[PlannedRoom] = []
    doors: list[PlannedDoor] = []
    for row in given.get("halls", ()):
        rooms.append(_hall(*row))
    for strip in given.get("strip", ()):
        for room, door in _strip(strip):
            rooms.append(room)
            doors += [door] if door else []
    by_number = {room.number: room for room in rooms}
    doors += [_door(row, by_number) for row in given.get("doors", ())]
    return PlannedLevel(
        int(given["ordinal"]),
        str(given["name"]),
        str(given["short"]),
        float(given["elevation"]),
        float(given["height"]),
        tuple(rooms),
        tuple(doors),
        tuple(_gateway(row, by_number) for row in given.get("gateways", ())),
    )


def _hall(
    number: str, name: str, space_type: str, boxes: Sequence[Sequence[float]], options: Mapping[str, Any] | None = None
) -> PlannedRoom:
    shape = shapely.union_all([shapely.box(x0, y0, x1, y1) for x0, y0, x1, y1 in boxes], grid_size=MILLIMETRE)
    if shape.geom_type != "Polygon":
        raise SiteError(f"Room {number} of the plan is in several parts; its rectangles must touch.")
    return _room(number, name, space_type, shape.simplify(0), options or {}, "")


def _room(
    number: str, name: str, space_type: str, shape: BaseGeometry, options: Mapping[str, Any], department: str
) -> PlannedRoom:
    if space_type not in USUAL:
        raise SiteError(f"Room {number} of the plan has space type {space_type!r}; known are {', '.join(USUAL)}.")
    beds = int(options.get("beds", 0))
    return PlannedRoom(number, name, space_type, options.get("department", department), beds, shape)


def _strip(strip: Mapping[str, Any]) -> Iterator[tuple[PlannedRoom, PlannedDoor | None]]:
    """Lay the rooms of a strip side by side, each with its door."""
    x, y = strip["at"]
    depth = float(strip["depth"])
    for number, name, space_type, width, *rest in strip["rooms"]:
        options = rest[0] if rest else {}
        wide, high = (width, depth) if strip["run"] == "east" else (depth, width)
        corners = (round(v, 3) for v in (x, y, x + wide, y + high))
        shape = shapely.box(*corners)
        room = _room(number, name, space_type, shape, options, strip.get("department", ""))
        usual = USUAL[space_type]
        clear = float(options.get("door", usual.door))
        line = _on_side(shape, strip["door"], clear, float(options.get("at", 0.5)), number)
        kind = options.get("kind", usual.kind)
        yield room, PlannedDoor(f"{number} {strip['door']}", line, kind, "pedestrian") if clear else None
        x, y = (x + width, y) if strip["run"] == "east" else (x, y + width)


def _door(given: Mapping[str, Any], rooms: Mapping[str, PlannedRoom]) -> PlannedDoor:
    """A door of the list: on the edge that two rooms share, or on a side of one room."""
    numbers: list[str] = list(given["rooms"])
    for number in numbers:
        if number not in rooms:
            raise SiteError(f"A door of the plan names room {number}, which is not on its level.")
    width, at = float(given["width"]), float(given.get("at", 0.5))
    if len(numbers) == 1:
        side = given["side"]
        line, key = _on_side(rooms[numbers[0]].shape, side, width, at, numbers[0]), f"{numbers[0]} {side} out"
    else:
        line, key = _on_shared_edge(rooms[numbers[0]], rooms[numbers[1]], width, at), " ".join(numbers)
    return PlannedDoor(key, line, given.get("kind", "swinging"), given.get("category", "pedestrian"))


def _on_side(shape: BaseGeometry, side: str, width: float, at: float, number: str) -> LineString:
    if side not in _SIDES:
        raise SiteError(f"A door of room {number} is on side {side!r}; sides are {', '.join(_SIDES)}.")
    x0, y0, x1, y1 = shape.bounds
    edges = {"north": (x0, y1, x1, y1), "south": (x0, y0, x1, y0), "east": (x1, y0, x1, y1), "west": (x0, y0, x0, y1)}
    a, b, c, d = edges[side]
    edge = LineString([(a, b), (c, d)]).intersection(shape.boundary)
    return _opening(max(_straight_edges(edge), key=lambda s: s.length), width, at, number)


def _on_shared_edge(a: PlannedRoom, b: PlannedRoom, width: float, at: float) -> LineString:
    straight = [s for s in _straight_edges(a.shape.boundary.intersection(b.shape.boundary)) if s.length > MILLIMETRE]
    longest = max(straight, key=lambda s: s.length, default=None)
    if longest is None:
        raise SiteError(f"Rooms {a.number} and {b.number} of the plan share no wall for their door.")
    return _opening(longest, width, at, f"{a.number}-{b.number}")


def _straight_edges(lines: BaseGeometry) -> list[LineString]:
    """Straight pieces of `lines`, as long as they go without a bend."""
    pieces = [p for p in shapely.get_parts(lines) if p.geom_type == "LineString"]
    merged = shapely.line_merge(shapely.union_all(pieces)).simplify(MILLIMETRE)
    corners = [shapely.get_coordinates(p) for p in shapely.get_parts(merged)]
    return [LineString(pair) for c in corners for pair in pairwise(c)]


def _opening(edge: BaseGeometry, width: float, at: float, number: str) -> LineString:
    """A line of `width` on `edge`, its middle at the fraction `at`, 0.1 m clear of the edge's ends."""
    (x0, y0), (x1, y1) = edge.coords[0], edge.coords[-1]
    length = math.dist((x0, y0), (x1, y1))
    if width > length - 0.2:
        raise SiteError(f"A door of room {number}, {width} m wide, does not fit its wall of {length:.2f} m.")
    middle = min(max(at * length, width / 2 + 0.1), length - width / 2 - 0.1)
    ends = ((middle - width / 2) / length, (middle + width / 2) / length)
    return LineString([(round(x0 + f * (x1 - x0), 3), round(y0 + f * (y1 - y0), 3)) for f in ends])


def _gateway(row: Sequence[Any], rooms: Mapping[str, PlannedRoom]) -> PlannedGateway:
    number, model = row[:2]
    if number not in rooms:
        raise SiteError(f"A gateway of the plan hangs in room {number}, which is not on its level.")
    across, up = row[2:] or (0.5, 0.5)
    x0, y0, x1, y1 = rooms[number].shape.bounds
    return PlannedGateway(number, model, round(x0 + across * (x1 - x0), 2), round(y0 + up * (y1 - y0), 2))
