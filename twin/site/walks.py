"""How far everything is on foot from one place: one search over the graph, however many targets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.model import F64, NONE
from twin.site.building import Site
from twin.site.route import STAIR_PER_LEVEL, Waypoint, reachable, room_of, sees

SHORTEST = 1e-6
"""An edge of no length would be no edge to the search."""


class Way(NamedTuple):
    """How far it is. `metres` are walked: a lift adds none, a flight of stairs `STAIR_PER_LEVEL`.

    `effort` is what the shortest way is chosen by, in metres of walking: waiting for a lift counts.
    """

    metres: float
    effort: float
    lift: bool


@dataclass(frozen=True, slots=True)
class _Steps:
    """Every edge once: from node a to node b."""

    a: np.ndarray
    b: np.ndarray
    cost: F64
    metres: F64
    """Walked; of a lift 0."""
    effort: F64
    """The cost without the penalty for going through rooms."""
    lift: np.ndarray


class Walks:
    """All ways from `start` (level, x, y). `step_free` leaves the stairs out."""

    def __init__(self, site: Site, start: tuple[int, float, float], *, step_free: bool = False) -> None:
        self._site = site
        self._start = Waypoint(*start)
        self._room = room_of(site, self._start)
        self._reached = self._search(step_free)

    @property
    def found(self) -> bool:
        """Whether the start is in the building at all."""
        return self._room != NONE

    def least(self, room: int) -> float:
        """No place of a room costs less than this; infinite when there is no way."""
        if room == self._room:
            return 0.0
        nodes = list(self._site.graph.of_room[room])
        return float(self._reached[0][nodes].min()) if nodes else math.inf

    def to(self, room: int, end: tuple[int, float, float]) -> Way | None:
        """The way to a place in `room`; None when there is none."""
        goal = Waypoint(*end)
        if NONE in (room, self._room):
            return None
        if room == self._room and sees(self._site, room, self._start, goal):
            straight = math.hypot(goal.x - self._start.x, goal.y - self._start.y)
            return Way(straight, straight, False)
        cost, metres, effort, lift = self._reached
        ends = reachable(self._site, room, goal)
        if not ends:
            return None
        node, _ = min(ends, key=lambda pair: cost[pair[0]] + pair[1])
        if not math.isfinite(cost[node]):
            return None
        at = self._site.graph.nodes[node]
        last = math.hypot(goal.x - at.x, goal.y - at.y)
        return Way(float(metres[node]) + last, float(effort[node]) + last, bool(lift[node]))

    def _search(self, step_free: bool) -> tuple[F64, F64, F64, np.ndarray]:
        """Cost, metres, effort and "takes a lift" of each node, by one search from all nodes in sight at once."""
        graph = self._site.graph
        number = len(graph.nodes)
        nowhere = np.full(number + 1, math.inf)
        if self._room == NONE:
            return nowhere, nowhere, nowhere, np.zeros(number + 1, bool)
        first = reachable(self._site, self._room, self._start)
        steps = _steps(self._site, self._start, first, step_free)
        shape = (number + 1, number + 1)
        net = csr_array((np.maximum(steps.cost, SHORTEST), (steps.a, steps.b)), shape=shape)
        cost, before = dijkstra(net, indices=number, return_predecessors=True)
        step_of = {(a, b): i for i, (a, b) in enumerate(zip(steps.a.tolist(), steps.b.tolist(), strict=True))}
        metres, effort, lift = nowhere.copy(), nowhere.copy(), np.zeros(number + 1, bool)
        metres[number] = effort[number] = 0.0
        for node in np.argsort(cost, kind="stable").tolist():
            came = int(before[node])
            if came < 0:
                continue  # the start itself, or out of reach
            step = step_of[came, node]
            metres[node] = metres[came] + steps.metres[step]
            effort[node] = effort[came] + steps.effort[step]
            lift[node] = lift[came] | steps.lift[step]
        return cost, metres, effort, lift


def _steps(site: Site, start: Waypoint, first: list[tuple[int, float]], step_free: bool) -> _Steps:
    graph = site.graph
    rows = [
        (a, b, cost, stairs)
        for a, edges in enumerate(graph.edges)
        for b, cost, stairs in edges
        if not (stairs and step_free)
    ]
    rows += [(len(graph.nodes), node, cost, False) for node, cost in first]
    a, b, cost, stairs = (np.array(column) for column in zip(*rows, strict=True))
    order = np.lexsort((cost, b, a))
    a, b, cost, stairs = a[order], b[order], cost[order].astype(np.float64), stairs[order].astype(bool)
    once = np.append(True, (a[1:] != a[:-1]) | (b[1:] != b[:-1]))  # of two edges between the same nodes the cheaper
    a, b, cost, stairs = a[once], b[once], cost[once], stairs[once]
    level = np.array([node.level for node in (*graph.nodes, start)])
    x, y = (np.array([node[k] for node in (*graph.nodes, start)]) for k in (1, 2))
    flat = np.hypot(x[a] - x[b], y[a] - y[b])
    upright = level[a] != level[b]
    climbed = STAIR_PER_LEVEL * np.abs(level[a] - level[b])
    metres = np.where(upright, np.where(stairs, climbed, 0.0), flat)
    return _Steps(a, b, cost, metres, np.where(upright, cost, flat), upright & ~stairs)
