"""Bodies on their way: along paths through doors, corridors, lifts and stairs."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.hospital.agenda import Agenda
from twin.hospital.ground import Ground, Path
from twin.hospital.whereabouts import Whereabouts
from twin.model import NONE
from twin.site import rooms_at


@dataclass(slots=True)
class Walk:
    """A leader and what goes along (a patient, a wheelchair), on one path."""

    group: tuple[int, ...]
    start: float
    pace: float
    path: Path
    room: int
    """Room at the end."""

    def position(self, t: float) -> tuple[int, float, float, float]:
        """Level, x, y and heading at `t`."""
        elapsed = max(0.0, (t - self.start) * self.pace)
        points, seconds = self.path
        i = min(bisect_right(seconds, elapsed), len(seconds) - 1)
        (l0, x0, y0), (l1, x1, y1) = points[i - 1], points[i]
        span = seconds[i] - seconds[i - 1]
        share = min(1.0, (elapsed - seconds[i - 1]) / span) if span > 0 else 1.0
        level = l1 if share > 0.5 else l0
        return level, x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, math.atan2(y1 - y0, x1 - x0)


class Walks:
    """Everybody on the move."""

    def __init__(self, ground: Ground, where: Whereabouts, agenda: Agenda, rng: random.Random) -> None:
        self._ground, self._where, self._agenda, self._rng = ground, where, agenda, rng
        self._walks: dict[int, Walk] = {}

    def __len__(self) -> int:
        return len(self._walks)

    def go(self, group: Sequence[int], room: int, pace: float, then: Callable[..., None], *args: object) -> None:
        """Send `group[0]`, and with it the rest, to a spot in `room`; `then(*args)` on arrival."""
        leader, where = group[0], self._where
        start = (float(where.x[leader]), float(where.y[leader]))
        goal = self._ground.spot(room, self._rng)
        path = self._ground.path(int(where.room[leader]), start, room, goal, step_free=len(group) > 1)
        self._walks[leader] = Walk(tuple(group), self._agenda.now, pace, path, room)
        for tag in group:
            where.moving[tag] = True
        self._agenda.after(path.seconds[-1] / pace, self._arrive, leader, then, args)

    def _arrive(self, leader: int, then: Callable[..., None], args: tuple[Any, ...]) -> None:
        walk = self._walks.pop(leader)
        level, x, y = walk.path.points[-1]
        for n, tag in enumerate(walk.group):
            if n:
                x, y = self._ground.spot(walk.room, self._rng)
            self._where.put(tag, walk.room, level, x, y, self._rng.uniform(-math.pi, math.pi))
            self._where.moving[tag] = False
        then(*args)

    def settle(self, t: float) -> None:
        """Write the positions that the walkers have reached at `t`."""
        if not self._walks:
            return
        where = self._where
        places = [walk.position(t) for walk in self._walks.values()]
        level, x, y, heading = (np.array(column) for column in zip(*places, strict=True))
        room = rooms_at(self._ground.site, level.astype(np.int32), x.astype(np.float32), y.astype(np.float32))
        for n, walk in enumerate(self._walks.values()):
            tags = list(walk.group)
            where.x[tags], where.y[tags], where.level[tags] = x[n], y[n], level[n]
            where.heading[tags] = heading[n]
            if room[n] != NONE:
                where.room[tags] = room[n]
            where.radio_dirty[tags] = where.truth_dirty[tags] = True
