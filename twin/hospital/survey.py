"""Somebody who walks through the simulated hospital and measures: what commissioning a real one takes.

The surveyor stands for a while at points all over the building with a tag in the hand and says,
on the plan, where that was; the gateways hear the tag by the same `Propagation` as every other, with
fading, losses and the surveyor's body in the way. All gateways listen meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from twin.hospital.propagation import TAG_DB, TAG_HEIGHT, Propagation, caught
from twin.model import F32, I32, Room, Tag
from twin.site import Site, rooms_at
from twin.site.survey import Survey

SECONDS = 20
"""How long the surveyor stands at a point; the tag sends once a second."""
MISPLACED_M = 0.2
"""Standard deviation, along each axis, of where one stands around where one says to stand."""
NOT_SURVEYED = ("lift", "stairs")
PITCH_M = 4.0
"""Distance of the spots on which one would stand in a room too large for one point in its middle."""
CLEAR_M = 0.45
"""One does not stand closer to a wall."""
LEAST = 2
"""Points in each department of each level, as far as the points suffice."""
TURN_S = 5
"""A surveyor who turns does so by a quarter, each so many seconds."""


class Spots(NamedTuple):
    """Places to stand, parallel columns."""

    level: I32
    room: I32
    x: F32
    y: F32


def walk_survey(site: Site, tags: Sequence[Tag], seed: int, points: int, *, turn: bool = False) -> Survey:
    """Measure at up to `points` places of the hospital that `seed`, `site` and the register `tags` make.

    `x` and `y` of the survey are where the surveyor says to have stood. A point that no gateway
    heard is kept, without readings. With `turn` the surveyor turns round at each point.
    """
    rng = np.random.default_rng([seed, 23])
    strength = rng.normal(0.0, TAG_DB)  # drawn first: the same tag however many points it is carried to
    spots = choose_spots(site, points, rng)
    x, y = _really(site, spots, rng)
    n = len(spots.x)
    # The register is part of the seed of the walls, so it must be that of the running hospital.
    air = Propagation(site, tuple(tags), seed)
    offset = np.full(n, strength, np.float32)
    facing = rng.uniform(-np.pi, np.pi, n).astype(np.float32)
    at, gateway, rssi = [], [], []
    for second in range(SECONDS):
        heading = facing + (np.pi / 2 * (second // TURN_S) if turn else 0.0)
        which, who, value = _heard(air, len(site.gateways), spots.level, x, y, heading.astype(np.float32), offset, rng)
        at.append(which)
        gateway.append(who)
        rssi.append(value)
    order = np.argsort(np.concatenate(at), kind="stable")
    return Survey(
        point=tuple(f"p{i + 1:03d}" for i in range(n)),
        x=spots.x.astype(np.float64),
        y=spots.y.astype(np.float64),
        z=np.full(n, TAG_HEIGHT),
        level=spots.level,
        at=np.concatenate(at)[order],
        gateway=np.concatenate(gateway)[order],
        rssi=np.concatenate(rssi)[order].astype(np.float32),
    )


def choose_spots(site: Site, points: int, rng: np.random.Generator) -> Spots:
    """Choose where to stand: each department of each level gets a share by its area, spread out in it.

    Spots are the middles of rooms, and points some metres apart in corridors and halls. There are
    fewer than `points` where the building has no more spots.
    """
    parts = _parts(site)
    areas = [sum(room.area for room in rooms) for rooms in parts]
    offered = [_offered(site, rooms) for rooms in parts]
    quota = shares(points, areas, [len(spots) for spots in offered])
    chosen = [spots[_spread(spots, n, rng)] for spots, n in zip(offered, quota, strict=True)]
    level, room, x, y = np.concatenate(chosen).T if sum(quota) else np.empty((4, 0))
    return Spots(level.astype(np.int32), room.astype(np.int32), x.astype(np.float32), y.astype(np.float32))


def shares(points: int, areas: Sequence[float], most: Sequence[int]) -> list[int]:
    """Share `points` out by area: at least LEAST each as far as they suffice, at most `most` each."""
    given = [0] * len(areas)
    for _ in range(min(points, sum(most))):
        open_ = [i for i in range(len(areas)) if given[i] < most[i]]
        # The next point goes where most area is without one; first of all to who has too few.
        given[max(open_, key=lambda i: (given[i] < LEAST, areas[i] / (given[i] + 1)))] += 1
    return given


def _parts(site: Site) -> list[list[Room]]:
    """The rooms that one can survey, by level and department."""
    parts: dict[tuple[int, str], list[Room]] = {}
    for room in site.rooms:
        if room.space_type not in NOT_SURVEYED and room.category not in ("elevator", "stairs"):
            parts.setdefault((room.level, room.department), []).append(room)
    return [parts[key] for key in sorted(parts)]


def _offered(site: Site, rooms: Sequence[Room]) -> np.ndarray:
    """Where one would stand in these rooms: rows of level, room, x, y."""
    rows = []
    for room in rooms:
        grid = _grid(site.room_shapes[room.index]) if room.area > PITCH_M**2 * 2 else np.empty((0, 2))
        places = grid if len(grid) else np.array([[room.x, room.y]])
        rows += [(room.level, room.index, x, y) for x, y in places]
    return np.array(rows, np.float64).reshape(-1, 4)


def _grid(shape: shapely.Geometry) -> np.ndarray:
    inner = shapely.buffer(shape, -CLEAR_M)
    if shapely.is_empty(inner):
        return np.empty((0, 2))
    x0, y0, x1, y1 = shapely.bounds(inner)
    lines = [np.linspace(a, b, max(1, round((b - a) / PITCH_M)) * 2 + 1)[1::2] for a, b in ((x0, x1), (y0, y1))]
    places = np.stack(np.meshgrid(*lines), -1).reshape(-1, 2)
    return places[shapely.contains_xy(inner, places)]


def _spread(spots: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of `n` of the spots, each next one as far as can be from those before."""
    if not n:
        return np.empty(0, np.int64)
    chosen = [int(rng.integers(len(spots)))]
    far = np.full(len(spots), np.inf)
    while len(chosen) < n:
        far = np.minimum(far, np.hypot(*(spots[:, 2:] - spots[chosen[-1], 2:]).T))
        far[chosen] = -1.0
        chosen.append(int(np.argmax(far)))
    return np.sort(np.array(chosen))


def _really(site: Site, spots: Spots, rng: np.random.Generator) -> tuple[F32, F32]:
    """Where the surveyor really stands: near where it is said to be, and in the same room."""
    x, y = spots.x.copy(), spots.y.copy()
    astray = np.arange(len(x))
    while len(astray):
        x[astray] = spots.x[astray] + rng.normal(0.0, MISPLACED_M, len(astray))
        y[astray] = spots.y[astray] + rng.normal(0.0, MISPLACED_M, len(astray))
        astray = astray[rooms_at(site, spots.level[astray], x[astray], y[astray]) != spots.room[astray]]
    return x, y


def _heard(
    air: Propagation, gateways: int, level: I32, x: F32, y: F32, heading: F32, offset: F32, rng: np.random.Generator
) -> tuple[I32, I32, I32]:
    """What the gateways hear in one second of a tag at each of these places: (place, gateway, RSSI)."""
    mean = np.full((len(x), gateways), -200.0, np.float32)
    worn = np.ones(len(x), bool)
    for floor in np.unique(level):
        here = level == floor
        mean[here] = air.mean_at(int(floor), x[here], y[here], heading[here], offset[here], worn[here])
    return caught(mean, np.ones(len(x), np.int32), np.ones(gateways, bool), rng)
