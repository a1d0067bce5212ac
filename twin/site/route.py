"""How a person walks from one point of the building to another."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from twin.model import F64, NONE
from twin.site.raster import rooms_at

if TYPE_CHECKING:
    from twin.site.building import Site

STEP_INSIDE = 1.2
"""People step this far into a room, metres, before they turn; less where the room is narrow."""
CORNER_CLEARANCE = 0.4
"""Distance kept from a corner that people walk round, metres."""
THROUGH_ROOM = 3.0
"""A metre through a room counts as this many in a corridor, so that nobody cuts through a theatre."""
LIFT_WAIT = 25.0
"""Waiting for a lift, in metres of walking."""
LIFT_PER_LEVEL = 4.0
STAIR_PER_LEVEL = 18.0
"""A flight of stairs, in metres of walking."""

_CIRCULATION = ("walkway", "lobby", "stairs", "elevator", "steps", "ramp")


class Waypoint(NamedTuple):
    """A point on a way; consecutive waypoints on different levels are a lift or a stair."""

    level: int
    x: float
    y: float


@dataclass(frozen=True)
class Graph:
    """Waypoints at doors, corners and landings, and the lines between them that stay inside one room.

    `edges[n]` lists (node, cost, stairs?) of node n; `of_room[r]` the nodes from which room r's inside can be reached.
    """

    nodes: tuple[Waypoint, ...]
    edges: tuple[tuple[tuple[int, float, bool], ...], ...]
    of_room: tuple[tuple[int, ...], ...]
    convex: tuple[bool, ...]
    _from: dict[tuple[int, bool], tuple[F64, tuple[int, ...]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, site: Site) -> Graph:
        """Build the graph of `site`."""
        builder = _Builder(site)
        builder.add_doors()
        builder.add_corners()
        builder.add_connectors()
        builder.join_rooms()
        return cls(
            tuple(builder.nodes),
            tuple(tuple(edges) for edges in builder.edges),
            tuple(tuple(nodes) for nodes in builder.of_room),
            tuple(shape.convex_hull.area - shape.area < 0.01 for shape in site.room_shapes),
        )

    def costs_from(self, source: int, step_free: bool) -> tuple[F64, tuple[int, ...]]:
        """Cost from node `source` to every node, and each node's predecessor; kept after the first call."""
        key = (source, step_free)
        if key not in self._from:
            self._from[key] = self._dijkstra(source, step_free)
        return self._from[key]

    def _dijkstra(self, source: int, step_free: bool) -> tuple[F64, tuple[int, ...]]:
        cost = [math.inf] * len(self.nodes)
        before = [NONE] * len(self.nodes)
        cost[source] = 0.0
        heap = [(0.0, source)]
        while heap:
            so_far, node = heapq.heappop(heap)
            if so_far > cost[node]:
                continue
            for other, step, stairs in self.edges[node]:
                total = so_far + step
                if total < cost[other] and not (stairs and step_free):
                    cost[other], before[other] = total, node
                    heapq.heappush(heap, (total, other))
        return np.array(cost), tuple(before)


def route(
    site: Site, start: tuple[int, float, float], end: tuple[int, float, float], *, step_free: bool = False
) -> list[Waypoint]:
    """The way from `start` to `end`, each (level, x, y), through doors, corridors, lifts and stairs.

    `step_free` leaves the stairs out (beds, wheelchairs). Points outside all rooms are taken as in the nearest
    room of their level. Empty if there is no way.
    """
    first, last = Waypoint(*start), Waypoint(*end)
    rooms = room_of(site, first), room_of(site, last)
    graph = site.graph
    if NONE in rooms:
        return []
    if rooms[0] == rooms[1] and sees(site, rooms[0], first, last):
        return [first, last]
    starts = reachable(site, rooms[0], first)
    ends = reachable(site, rooms[1], last)
    best, pair = math.inf, None
    goal = np.array([node for node, _ in ends], dtype=np.int64)
    beyond = np.array([cost for _, cost in ends])
    for node, cost in starts:
        if not ends:
            break
        totals = cost + graph.costs_from(node, step_free)[0][goal] + beyond
        nearest = int(totals.argmin())
        if totals[nearest] < best:
            best, pair = float(totals[nearest]), (node, int(goal[nearest]))
    if pair is None:
        return []
    return [first, *_walk(graph, *pair, step_free), last]


def route_length(site: Site, start: tuple[int, float, float], end: tuple[int, float, float]) -> float:
    """Metres of `route` from `start` to `end`, height differences included; infinite if there is no way."""
    return path_length(site, route(site, start, end))


def path_length(site: Site, path: Iterable[tuple[int, float, float]]) -> float:
    """Metres of a way, height differences included; infinite for an empty way."""
    points = [(site.levels[level].elevation, x, y) for level, x, y in path]
    if not points:
        return math.inf
    return sum(math.dist(a, b) for a, b in pairwise(points))


def _walk(graph: Graph, source: int, target: int, step_free: bool) -> Iterator[Waypoint]:
    before = graph.costs_from(source, step_free)[1]
    nodes = [target]
    while nodes[-1] != source:
        nodes.append(before[nodes[-1]])
    return (graph.nodes[n] for n in reversed(nodes))


def room_of(site: Site, point: Waypoint) -> int:
    """The room around a point, else the nearest one of its level; NONE on a level without rooms."""
    room = int(rooms_at(site, np.array([point.level]), np.array([point.x]), np.array([point.y]))[0])
    if room != NONE:
        return room
    here = Point(point.x, point.y)
    return min(site.rooms_of_level[point.level], key=lambda r: site.room_shapes[r].distance(here), default=NONE)


def sees(site: Site, room: int, a: Waypoint, b: Waypoint) -> bool:
    """Whether a straight line between two points stays in `room`."""
    if a.level != b.level:
        return False
    return site.graph.convex[room] or _inside(site.room_shapes[room], [(a, b)])[0]


def _inside(shape: BaseGeometry, pairs: list[tuple[Waypoint, Waypoint]]) -> list[bool]:
    """Tell of each straight line whether it stays in `shape` (1 cm of slack)."""
    if not pairs:
        return []
    roomy = shape.buffer(0.01, join_style="mitre")
    shapely.prepare(roomy)
    lines = shapely.linestrings([[(a.x, a.y), (b.x, b.y)] for a, b in pairs])
    return list(shapely.covers(roomy, lines))


def reachable(site: Site, room: int, point: Waypoint) -> list[tuple[int, float]]:
    """Nodes of `room` in a straight line from `point`, with the cost to get there."""
    nodes = [(n, site.graph.nodes[n]) for n in site.graph.of_room[room]]
    if not site.graph.convex[room]:
        clear = _inside(site.room_shapes[room], [(point, at) for _, at in nodes])
        nodes = [node for node, ok in zip(nodes, clear, strict=True) if ok] or nodes
    weight = _weight(site, room)
    return [(n, weight * math.hypot(at.x - point.x, at.y - point.y)) for n, at in nodes]


def _weight(site: Site, room: int) -> float:
    return 1.0 if site.rooms[room].category in _CIRCULATION else THROUGH_ROOM


class _Builder:
    """Collects nodes and edges while a graph is built."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.nodes: list[Waypoint] = []
        self.edges: list[list[tuple[int, float, bool]]] = []
        self.of_room: list[list[int]] = [[] for _ in site.rooms]

    def _node(self, level: int, x: float, y: float) -> int:
        self.nodes.append(Waypoint(level, x, y))
        self.edges.append([])
        return len(self.nodes) - 1

    def _edge(self, a: int, b: int, cost: float, stairs: bool = False) -> None:
        self.edges[a].append((b, cost, stairs))
        self.edges[b].append((a, cost, stairs))

    def add_doors(self) -> None:
        """A node in each doorway and one a step inside each of its rooms."""
        for door in self.site.doors:
            doorway = self._node(door.level, door.x, door.y)
            for room in door.rooms:
                if room != NONE:
                    x, y = _step_inside(
                        self.site.room_shapes[room], door.x, door.y, door.x1 - door.x0, door.y1 - door.y0
                    )
                    inside = self._node(door.level, x, y)
                    self.of_room[room].append(inside)
                    self._edge(doorway, inside, math.hypot(x - door.x, y - door.y))

    def add_corners(self) -> None:
        """A node off each corner that juts into a room."""
        for room, shape in zip(self.site.rooms, self.site.room_shapes, strict=True):
            if shape.convex_hull.area - shape.area >= 0.01:
                self.of_room[room.index] += [self._node(room.level, x, y) for x, y in _inner_corners(shape)]

    def add_connectors(self) -> None:
        """A node on each landing of a lift or a stair, and the rides between them."""
        for connector in self.site.connectors:
            stairs = connector.kind != "elevator"
            nodes = []
            for landing in connector.landings:
                nodes.append(self._node(landing.level, landing.x, landing.y))
                self.of_room[landing.room].append(nodes[-1])
            for i, a in enumerate(nodes):
                for b in nodes[i + 1 :]:
                    levels = abs(self.nodes[a].level - self.nodes[b].level)
                    self._edge(
                        a, b, levels * STAIR_PER_LEVEL if stairs else LIFT_WAIT + levels * LIFT_PER_LEVEL, stairs
                    )

    def join_rooms(self) -> None:
        """Join the nodes of a room that see each other."""
        for room, nodes in enumerate(self.of_room):
            pairs = [(a, b) for i, a in enumerate(nodes) for b in nodes[i + 1 :]]
            shape, weight = self.site.room_shapes[room], _weight(self.site, room)
            clear = _inside(shape, [(self.nodes[a], self.nodes[b]) for a, b in pairs])
            for (a, b), ok in zip(pairs, clear, strict=True):
                if ok:
                    away = math.hypot(self.nodes[a].x - self.nodes[b].x, self.nodes[a].y - self.nodes[b].y)
                    self._edge(a, b, weight * away)


def _step_inside(shape: BaseGeometry, x: float, y: float, along_x: float, along_y: float) -> tuple[float, float]:
    """The point a step from a doorway into `shape`, at most half way to the far wall."""
    length = math.hypot(along_x, along_y)
    nx, ny = -along_y / length, along_x / length
    if not shape.intersects(Point(x + 0.3 * nx, y + 0.3 * ny)):
        nx, ny = -nx, -ny
    ray = LineString([(x, y), (x + 4 * STEP_INSIDE * nx, y + 4 * STEP_INSIDE * ny)]).intersection(shape)
    reach = max((part.length for part in shapely.get_parts(ray)), default=0.0)
    step = min(STEP_INSIDE, reach / 2)
    return x + step * nx, y + step * ny


def _inner_corners(shape: BaseGeometry) -> Iterator[tuple[float, float]]:
    """Points `CORNER_CLEARANCE` off the reflex corners of `shape`, inside it."""
    shrunk = shape.buffer(-CORNER_CLEARANCE, join_style="mitre")
    for part in shapely.get_parts(shrunk):
        for ring in (part.exterior, *part.interiors):
            points = shapely.get_coordinates(ring)[:-1]
            turn = 1.0 if ring.is_ccw else -1.0
            outer = 1.0 if ring is part.exterior or ring.equals(part.exterior) else -1.0
            before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
            bend = (before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) * turn * outer
            yield from map(tuple, points[bend < -1e-9])
