"""The building as somebody who walks sees it: spots to stand on and paths between rooms.

Holds nothing that changes with time, so it is rebuilt and never saved with the world.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import shapely

from twin.site import Site, route

WALK = 1.2
"""Metres a second."""
LIFT_WAIT = 15.0
LIFT_LEVEL = 6.0
STAIRS_LEVEL = 14.0
SPOTS = 24

Point = tuple[int, float, float]
"""Level index, x, y."""


class Path(NamedTuple):
    """A way to go: `seconds[i]` after the start one is at `points[i]`, at normal pace."""

    points: tuple[Point, ...]
    seconds: tuple[float, ...]


class Ground:
    """Spots and paths of a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._spots = lru_cache(None)(self._find_spots)
        self._route = lru_cache(20_000)(self._find_route)

    def anchor(self, room: int) -> tuple[float, float]:
        """The point of the room that paths lead to."""
        there = self.site.rooms[room]
        return there.x, there.y

    def spot(self, room: int, rng: random.Random) -> tuple[float, float]:
        """Somewhere in the room, in a straight line from its anchor."""
        spots = self._spots(room)
        return spots[rng.randrange(len(spots))]

    def path(self, room: int, start: tuple[float, float], goal_room: int, goal: tuple[float, float],
             step_free: bool = False) -> Path:  # fmt: skip
        """The way from a spot in one room to a spot in another (or the same); `step_free` leaves the stairs out."""
        if room == goal_room:
            middle = () if self._sees(room, start, goal) else (self._point(room),)
        else:
            middle = self._route(room, goal_room, step_free)
            if len(middle) > 2 and self._sees(room, start, middle[1][1:]):
                middle = middle[1:]
            if len(middle) > 2 and self._sees(goal_room, middle[-2][1:], goal):
                middle = middle[:-1]
        rooms = self.site.rooms
        points = ((rooms[room].level, *start), *middle, (rooms[goal_room].level, *goal))
        return Path(points, self._timing(points))

    def _point(self, room: int) -> Point:
        there = self.site.rooms[room]
        return there.level, there.x, there.y

    def _sees(self, room: int, a: tuple[float, float], b: tuple[float, float]) -> bool:
        return self._convex(room) or bool(shapely.covers(self._body(room), shapely.linestrings([a, b])))

    @lru_cache(None)  # noqa: B019 - one Ground lives as long as its process
    def _convex(self, room: int) -> bool:
        shape = self.site.room_shapes[room]
        return shape.convex_hull.area - shape.area < 0.01

    @lru_cache(None)  # noqa: B019 - one Ground lives as long as its process
    def _body(self, room: int) -> shapely.Geometry:
        shape = shapely.buffer(self.site.room_shapes[room], 0.02)
        shapely.prepare(shape)
        return shape

    def _find_route(self, room: int, goal_room: int, step_free: bool) -> tuple[Point, ...]:
        found: Sequence[Point] = route(self.site, self._point(room), self._point(goal_room), step_free=step_free)
        if not found and step_free:
            found = route(self.site, self._point(room), self._point(goal_room))
        if not found:
            raise ValueError(f"no way from room {self.site.rooms[room].number} to {self.site.rooms[goal_room].number}")
        return tuple((int(level), float(x), float(y)) for level, x, y in found)

    def _find_spots(self, room: int) -> tuple[tuple[float, float], ...]:
        """Up to SPOTS points on a grid, clear of the walls, that the anchor sees."""
        shape = self.site.room_shapes[room]
        anchor = self.anchor(room)
        inner = shapely.buffer(shape, -0.45)
        x0, y0, x1, y1 = shapely.bounds(shape)
        pitch = max(0.6, math.sqrt(max(shapely.area(shape), 1.0) / SPOTS))
        xs = [x0 + pitch * (i + 0.5) for i in range(int((x1 - x0) / pitch) + 1)]
        ys = [y0 + pitch * (i + 0.5) for i in range(int((y1 - y0) / pitch) + 1)]
        grid = [(x, y) for x in xs for y in ys]
        if not grid or shapely.is_empty(inner):
            return (anchor,)
        points = shapely.points(grid)
        lines = shapely.linestrings([(anchor, p) for p in grid])
        good = shapely.contains(inner, points) & shapely.covers(self._body(room), lines)
        return tuple(p for p, ok in zip(grid, good, strict=True) if ok) or (anchor,)

    def _timing(self, points: tuple[Point, ...]) -> tuple[float, ...]:
        t, times = 0.0, [0.0]
        for (l0, x0, y0), (l1, x1, y1) in pairwise(points):
            t += math.hypot(x1 - x0, y1 - y0) / WALK
            if l0 != l1:
                t += self._climb(l0, x0, y0, abs(l1 - l0))
            times.append(t)
        return tuple(times)

    def _climb(self, level: int, x: float, y: float, levels: int) -> float:
        return LIFT_WAIT + LIFT_LEVEL * levels if self.is_lift(level, x, y) else STAIRS_LEVEL * levels

    @lru_cache(None)  # noqa: B019 - one Ground lives as long as its process
    def is_lift(self, level: int, x: float, y: float) -> bool:
        """Whether the nearest way up or down here is a lift."""
        best, kind = math.inf, "stairs"
        for connector in self.site.connectors:
            for landing in connector.landings:
                far = math.hypot(landing.x - x, landing.y - y)
                if landing.level == level and far < best:
                    best, kind = far, connector.kind
        return kind == "elevator"
