"""A building as an importer found it, in the metres of its own axes, before it becomes an IMDF archive."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import LineString
from shapely.geometry.base import BaseGeometry

from twin.site.geodesy import Frame


@dataclass(frozen=True, slots=True)
class FoundRoom:
    """A room. `key` names it in its source for good, for example its IFC GlobalId."""

    key: str
    number: str
    name: str
    shape: BaseGeometry
    space_type: str = ""
    category: str = "room"
    department: str = ""
    """As people read it."""
    height: float | None = None
    net_area: float | None = None
    """What the source states, square metres; its convention may differ from the polygon's area."""
    omniclass: str = ""
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundDoor:
    """A way through a wall: the line that people cross. An empty `key` stands for a gap without a door."""

    key: str
    line: LineString
    kind: str = "swinging"
    """IMDF door type; `open` where there is none."""
    name: str = ""
    height: float | None = None


@dataclass(frozen=True, slots=True)
class FoundWall:
    """The plan of a wall, a column or a curtain wall."""

    key: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class FoundWay:
    """A stair or a lift that the source draws as a thing of its own, from height z0 to z1."""

    kind: str
    """`stairs`, `elevator`, `escalator` or `ramp`."""
    shape: BaseGeometry
    z0: float
    z1: float


@dataclass(frozen=True, slots=True)
class FoundLevel:
    """One floor. `ordinal` 0 is the ground floor."""

    key: str
    name: str
    elevation: float
    ordinal: int
    rooms: tuple[FoundRoom, ...] = ()
    doors: tuple[FoundDoor, ...] = ()
    walls: tuple[FoundWall, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A whole building. `problems` are for the one who keeps the source, `notes` say what the importer decided."""

    key: str
    name: str
    frame: Frame
    levels: tuple[FoundLevel, ...]
    ways: tuple[FoundWay, ...] = ()
    address: str = ""
    locality: str = ""
    country: str = ""
    language: str = "en"
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def ordinals(elevations: list[float]) -> list[int]:
    """Number floors, lowest first, so that the one nearest to height 0 gets 0. `elevations` ascend."""
    if not elevations:
        return []
    ground = min(range(len(elevations)), key=lambda i: (abs(elevations[i]), i))
    return [i - ground for i in range(len(elevations))]
