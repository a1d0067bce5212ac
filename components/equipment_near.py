"""The nearest free things of a type, on foot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from components import tell
from components.equipment import Now, Thing
from components.text import _
from twin.access import Visitor
from twin.assets import Status
from twin.model import NONE
from twin.site import Site
from twin.site.registers import normal_mac
from twin.site.walks import Walks, Way
from twin.web.building import Stamp, building, stamp
from twin.web.picture import Picture, columns

NEAREST = 5

Spot = tuple[int, float, float]
"""Level, x, y."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where somebody sets out; `note` says what is not sure about it."""

    spot: Spot
    name: str
    level: int
    note: str = ""


def start_of(site: Site, now: Picture, text: str, who: Visitor) -> Start | None:
    """A room by its number, or a tag that the visitor may see by its MAC; None when it is neither, or nowhere."""
    room = site.room_by_number.get(text.strip())
    if room is not None:
        found = site.rooms[room]
        return Start((found.level, found.x, found.y), f"{found.number} {found.name}".strip(), found.level)
    mac = normal_mac(text)
    index = next((i for i, row in enumerate(now.tags) if row[0] == mac and who.sees(row[1])), None)
    spot = places(site, now).get(index) if index is not None else None
    if index is None or spot is None:
        return None
    return Start(spot, now.tags[index][3], spot[0], _("Where this tag is now; it may be some metres off."))


def places(site: Site, now: Picture) -> dict[int, Spot]:
    """Where each tag of the frames is, metres."""
    found: dict[int, Spot] = {}
    for level, frame in now.frames.items():
        if not 0 <= level < len(site.levels):
            continue
        c = columns(frame)
        x, y = frame["x0"] + c["x"] / 100, frame["y0"] + c["y"] / 100
        spots = ((level, *pair) for pair in zip(x.tolist(), y.tolist(), strict=True))
        found |= dict(zip(c["tag"].tolist(), spots, strict=True))
    return found


def nearest(site: Site, now: Now, spots: dict[int, Spot], start: Start, type_: str, carried: bool) -> dict[str, Any]:
    """The free ones of a type, nearest first, and what became of the others.

    Rooms are searched in the order of the least that a way to them can cost, until the next cannot be nearer.
    """
    walks = _walks(stamp(), _rounded(start.spot), not carried)
    of_type = [thing for thing in now.things if thing.row.type == type_]
    free = [thing for thing in of_type if thing.status == Status.AVAILABLE and thing.row.room != NONE]
    ranked = sorted(((walks.least(thing.row.room), thing) for thing in free), key=lambda pair: pair[0])
    found: list[tuple[Way, Thing]] = []
    unreachable = 0
    for least, thing in ranked:
        if len(found) >= NEAREST and least > sorted(way.effort for way, _thing in found)[NEAREST - 1] * 3:
            break
        way = walks.to(thing.row.room, spots.get(thing.row.tag) or _middle(site, thing.row.room))
        if way is None:
            unreachable += 1
        else:
            found.append((way, thing))
    found.sort(key=lambda pair: pair[0].effort)
    return {
        "start": start.name,
        "level": tell.level_name(site, start.level),
        "note": start.note,
        "near": [_told(site, now.t, way, thing) for way, thing in found[:NEAREST]],
        "free": len(free),
        "unreachable": unreachable,
        "all": len(of_type),
        "unknown": sum(thing.status == Status.UNKNOWN for thing in of_type),
    }


def _told(site: Site, t: float, way: Way, thing: Thing) -> dict[str, Any]:
    row, room = thing.row, site.rooms[thing.row.room]
    return {
        "mac": row.mac,
        "label": row.label,
        "room": room.index,
        "level": room.level,
        "metres": round(way.metres),
        "effort": round(way.effort, 1),
        "lift": way.lift,
        "sure": None if row.p is None else round(100 * row.p),
        "heard": None if row.heard is None else round(t - row.heard),
        "state": row.state,
    }


def _middle(site: Site, room: int) -> Spot:
    found = site.rooms[room]
    return found.level, found.x, found.y


def _rounded(spot: Spot) -> Spot:
    """Half metres, so that a tag that rests is searched from once."""
    return spot[0], round(2 * spot[1]) / 2, round(2 * spot[2]) / 2


@lru_cache(maxsize=32)
def _walks(_stamp: Stamp, spot: Spot, step_free: bool) -> Walks:
    return Walks(building(), spot, step_free=step_free)
