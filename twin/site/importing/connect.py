"""What joins rooms that a source does not say is joined: stairs and lifts over levels, and rooms without a wall."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, STRtree
from shapely.geometry.base import BaseGeometry

from twin.site.importing.found import Found, FoundDoor, FoundLevel, FoundRoom

VERTICAL_TYPES = {"stairs": "stairs", "lift": "elevator"}
"""Space types that lead to the next level, with the IMDF relationship category."""
OVERLAP_SHARE = 0.25
"""Shafts of two levels are one when they share this much of the smaller one's plan."""
LANDING_M2 = 0.5
"""A stair that is drawn as such leads into the room that it overlaps by at least this."""
SHAFT_DOOR_M = 0.6
"""A door this close to a lift shaft from below is its landing door."""
NARROWEST_M, WIDEST_M = 0.8, 5.8
TOUCH_M = 0.03
"""Rooms nearer than this have no wall between them."""


class Way(NamedTuple):
    """A way between levels: (level, room) of its landings, lowest first, as positions in the found building."""

    kind: str
    landings: tuple[tuple[int, int], ...]


def ways_between_levels(found: Found) -> tuple[Way, ...]:
    """Lifts and stairs: shafts above each other, and stairs drawn as such that meet rooms of two levels."""
    links: set[tuple[str, tuple[int, int], tuple[int, int]]] = set()
    for below in range(len(found.levels) - 1):
        links |= _shafts(found.levels, below)
        links |= _drawn(found, below)
    return tuple(Way(kind, tuple(chain)) for kind, chain in sorted(_chains(links)))


def open_passages(level: FoundLevel) -> tuple[FoundDoor, ...]:
    """Openings where two rooms touch and no wall stands between them, such as a hall that was modelled in parts."""
    shapes = [room.shape for room in level.rooms]
    solid = [wall.shape for wall in level.walls]
    walls, taken = STRtree(solid), STRtree([door.line for door in level.doors])
    left, right = STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    passages = []
    for a, b in sorted((int(i), int(j)) for i, j in zip(left, right, strict=True) if i < j):
        shared = shapes[a].boundary.intersection(shapes[b].buffer(TOUCH_M, join_style="mitre"))
        if shared.length < NARROWEST_M:
            continue
        between = [solid[i].buffer(TOUCH_M) for i in walls.query(shared, predicate="dwithin", distance=TOUCH_M)]
        line = _longest_straight(shared.difference(shapely.union_all(between)))
        if line is not None and not taken.query(line.buffer(0.3), predicate="intersects").size:
            key = " ".join(sorted((level.rooms[a].key, level.rooms[b].key)))
            passages.append(FoundDoor(f"open {key}", line, "open"))
    return tuple(passages)


def _longest_straight(shape: BaseGeometry) -> LineString | None:
    """The longest straight piece of some lines, no wider than a person would call an opening."""
    best: LineString | None = None
    lines = [part for part in shapely.get_parts(shape) if isinstance(part, LineString) and not part.is_empty]
    merged = shapely.line_merge(shapely.MultiLineString(lines)) if lines else LineString()
    for part in shapely.get_parts(merged):
        points = shapely.get_coordinates(shapely.simplify(part, 0.01))
        for start, end in pairwise(points):
            length = float(np.hypot(*(end - start)))
            if length >= NARROWEST_M and (best is None or length > best.length):
                middle, half = (start + end) / 2, (end - start) / length * min(length, WIDEST_M) / 2
                best = LineString([middle - half, middle + half])
    return best


def _shafts(levels: Sequence[FoundLevel], below: int) -> set[tuple[str, tuple[int, int], tuple[int, int]]]:
    low, high = levels[below], levels[below + 1]
    links = set()
    for i, room in enumerate(low.rooms):
        kind = VERTICAL_TYPES.get(room.space_type)
        if kind is None:
            continue
        above = _above(room, high)
        if above is None and kind == "elevator":
            above = _behind_landing_door(room, high)
        if above is not None:
            links.add((kind, (below, i), (below + 1, above)))
    for j, room in enumerate(high.rooms):
        kind = VERTICAL_TYPES.get(room.space_type)
        if kind == "elevator" and _above(room, low) is None:
            beneath = _behind_landing_door(room, low)
            if beneath is not None:
                links.add((kind, (below, beneath), (below + 1, j)))
    return links


def _above(room: FoundRoom, level: FoundLevel) -> int | None:
    """The shaft of `level` that shares most of the plan of `room`, of the same kind."""
    best, share = None, OVERLAP_SHARE
    for j, other in enumerate(level.rooms):
        if other.space_type == room.space_type:
            common = room.shape.intersection(other.shape).area / min(room.shape.area, other.shape.area)
            if common >= share:
                best, share = j, common
    return best


def _behind_landing_door(shaft: FoundRoom, level: FoundLevel) -> int | None:
    """The room of `level` that a door at the shaft opens into, where the shaft itself is no room there."""
    near = sorted((door.line.distance(shaft.shape), door.key, door) for door in level.doors)
    for distance, _, door in near:
        if distance > SHAFT_DOOR_M:
            break
        centre = door.line.interpolate(0.5, normalized=True)
        rooms = [(room.shape.distance(centre), j) for j, room in enumerate(level.rooms)]
        away, j = min(rooms, default=(np.inf, 0))
        if away <= SHAFT_DOOR_M:
            return j
    return None


def _drawn(found: Found, below: int) -> set[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Stairs that begin on one level and end on the next."""
    low, high = found.levels[below], found.levels[below + 1]
    rise = high.elevation - low.elevation
    links = set()
    for way in found.ways:
        starts = abs(way.z0 - low.elevation) <= rise / 4
        through = way.kind == "elevator" and way.z0 <= low.elevation + rise / 4 and way.z1 >= high.elevation
        if not (starts and way.z1 - way.z0 > rise / 2) and not through:
            continue
        a, b = _most_covered(way.shape, low), _most_covered(way.shape, high)
        if a is not None and b is not None:
            links.add((way.kind, (below, a), (below + 1, b)))
    return links


def _most_covered(shape: BaseGeometry, level: FoundLevel) -> int | None:
    common = [(room.shape.intersection(shape).area, -j) for j, room in enumerate(level.rooms)]
    area, j = max(common, default=(0.0, 0))
    return -j if area >= LANDING_M2 else None


def _chains(
    links: set[tuple[str, tuple[int, int], tuple[int, int]]],
) -> list[tuple[str, list[tuple[int, int]]]]:
    """Join links of one kind that share a landing into ways over many levels."""
    chains: list[tuple[str, list[tuple[int, int]]]] = []
    for kind, low, high in sorted(links):
        chain = next((c for k, c in chains if k == kind and c[-1] == low), None)
        if chain is None:
            chains.append((kind, [low, high]))
        else:
            chain.append(high)
    return chains
