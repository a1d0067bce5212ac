"""The building as the rest of the twin sees it: frozen shapes in local metres.

Local metres: x east and y north after turning by the site's bearing, one frame for all levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from shapely import MultiPolygon, Polygon

from twin.model import F32, Gateway, Level, Room
from twin.site.geodesy import Frame

if TYPE_CHECKING:
    from twin.site.raster import RoomRaster
    from twin.site.route import Graph

Shape = Polygon | MultiPolygon

GRID_STEP = 1.0
"""Side in metres of the square cells of a level's coarse grid (`Site.grid`)."""


class Bounds(NamedTuple):
    """The box around a level, local metres."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Door:
    """An opening in a wall from (x0, y0) to (x1, y1); `kind` is the IMDF door type, `open` for none.

    `rooms` are the indices of the rooms on its two sides; NONE stands for outdoors.
    """

    id: str
    level: int
    x0: float
    y0: float
    x1: float
    y1: float
    kind: str
    category: str
    rooms: tuple[int, int]

    @property
    def x(self) -> float:
        """Middle of the opening."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """Middle of the opening."""
        return (self.y0 + self.y1) / 2

    @property
    def width(self) -> float:
        """Clear width in metres."""
        return ((self.x1 - self.x0) ** 2 + (self.y1 - self.y0) ** 2) ** 0.5


class Landing(NamedTuple):
    """Where a lift or a stair meets a level."""

    level: int
    x: float
    y: float
    room: int


@dataclass(frozen=True, slots=True)
class Connector:
    """A lift ("elevator") or a stair ("stairs", "ramp", "escalator") with its landings, lowest first."""

    kind: str
    landings: tuple[Landing, ...]


class Grid(NamedTuple):
    """A level's coarse grid: cell (row, column) has its centre at (x[column], y[row])."""

    x: F32
    y: F32


@dataclass(frozen=True)
class Site:
    """One building with its gateways. Sequences are indexed by the `index` of what they hold."""

    name: str
    levels: tuple[Level, ...]
    rooms: tuple[Room, ...]
    gateways: tuple[Gateway, ...]
    doors: tuple[Door, ...]
    connectors: tuple[Connector, ...]
    departments: Mapping[str, str]
    """Department key to the name to show."""
    room_shapes: tuple[Shape, ...]
    level_shapes: tuple[Shape, ...]
    wall_shapes: tuple[Shape, ...]
    """Walls drawn in the archive itself, one a level; empty where it draws none."""
    beds: tuple[int, ...]
    """Number of bed places, one a room."""
    frame: Frame

    @cached_property
    def bounds(self) -> tuple[Bounds, ...]:
        """The box around each level."""
        return tuple(Bounds(*map(float, shape.bounds)) for shape in self.level_shapes)

    @cached_property
    def room_by_number(self) -> Mapping[str, int]:
        """Room number to room index."""
        return {room.number: room.index for room in self.rooms if room.number}

    @cached_property
    def rooms_of_level(self) -> tuple[tuple[int, ...], ...]:
        """Room indices of each level."""
        return tuple(tuple(r.index for r in self.rooms if r.level == level.index) for level in self.levels)

    @cached_property
    def raster(self) -> RoomRaster:
        """The raster that answers `rooms_at`, built at first use."""
        from twin.site.raster import RoomRaster  # noqa: PLC0415 - it needs Site

        return RoomRaster.of(self)

    @cached_property
    def graph(self) -> Graph:
        """The graph that people walk on, built at first use."""
        from twin.site.route import Graph  # noqa: PLC0415 - it needs Site

        return Graph.of(self)

    @cached_property
    def _walls(self) -> tuple[MultiPolygon, ...]:
        from twin.site.walls import wall_footprints  # noqa: PLC0415 - it needs Site

        return tuple(wall_footprints(self, level.index) for level in self.levels)

    @cached_property
    def _wall_lines(self) -> tuple[F32, ...]:
        from twin.site.walls import wall_segments  # noqa: PLC0415 - it needs Site

        return tuple(wall_segments(self, level.index) for level in self.levels)

    def walls(self, level: int) -> MultiPolygon:
        """Footprints of the walls of `level`, door openings left out."""
        return self._walls[level]

    def wall_lines(self, level: int) -> F32:
        """Centre lines of the walls of `level` as [n, 4] segments x0, y0, x1, y1, door openings left out."""
        return self._wall_lines[level]

    def grid(self, level: int) -> Grid:
        """The coarse grid of `level`, which covers its bounds."""
        from twin.site.walls import level_grid  # noqa: PLC0415 - it needs Site

        return level_grid(self.bounds[level])
