"""What history and the gateways' places tell of each room, and the ways that tags went: JSON for the floor model.

`GET /areas?colour=density|dwell|coverage&level=<index>|all&hours=N[&until=T]` colours rooms,
`/areas/trail?tag=<mac>&hours=N` tells the way of one tag, `/areas/ways?group=...&level=...&hours=N`
those of many. `until` is POSIX seconds, the hospital's now when left out. Nothing here tells of kinds
of tags that the visitor may not see.
"""

from __future__ import annotations

import hashlib
import math
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import shapely
from flask import Blueprint, Flask, Response, request
from flask_caching import Cache

from twin import clock
from twin.access import Visitor, visitor
from twin.errors import HistoryError, SiteError
from twin.history.areas import CELL_M, LARGE_M2, Crowd, Ways, crowds, dwells, thinned, ways
from twin.history.queries import TrailPoint, trail
from twin.model import Kind
from twin.settings import settings
from twin.site import Site, rooms_at
from twin.web import quality
from twin.web.building import building, stamp
from twin.web.live import hub, read_json
from twin.web.picture import seen
from twin.web.records import records

HOURS = (1, 4, 8, 12, 24, 72)
TRAIL_HOURS = (1, 4, 12)
KEPT_S = 60
MOST_POINTS = 3000
"""Turns in one answer: 4 bytes each, less than 20 kB on the wire, and a line that is redrawn in a moment."""
MOST_TRAIL = 1200
PAUSE_S = 300.0
"""A tag that rests is stored each 60 s; after a longer silence nobody knows which way it came."""
LEAST_CELL_M2 = 0.5
"""A sliver of a cell would turn a minute's rest into a crowd; its room's value stands for it."""
PEOPLE = (Kind.PATIENT, Kind.STAFF)

routes = Blueprint("areas", __name__, url_prefix="/areas")
_cache = Cache()
_one_at_a_time = threading.Lock()


def set_up(server: Flask) -> None:
    """Serve the routes and remember answers for a minute."""
    _cache.init_app(server, {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": 200, "CACHE_DEFAULT_TIMEOUT": KEPT_S})
    server.register_blueprint(routes)


class RefusedError(Exception):
    """What was asked for cannot be answered, and why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Asked:
    """The part of the building and of time that a question is about."""

    site: Site
    who: Visitor
    levels: tuple[int, ...]
    hours: int
    until: float

    @property
    def since(self) -> float:
        return self.until - 3600.0 * self.hours

    @property
    def head(self) -> dict[str, Any]:
        return {"hours": self.hours, "since": self.since, "until": self.until, "levels": list(self.levels)}


@routes.get("")
def areas() -> Response:
    """Give a value a room, `rooms` [[index, value(, n)]]; of density `cells` too, [[room, column, row, value]]."""
    colours: dict[str, Callable[[_Asked], dict[str, Any]]] = {
        "density": _density,
        "dwell": _dwell,
        "coverage": _coverage,
    }
    wanted = request.args.get("colour", "")
    return _answer(lambda: _remembered((wanted,), _asked(HOURS), colours.get(wanted, _unknown)))


@routes.get("/trail")
def trail_of() -> Response:
    """Give the way of a tag: columns `t` (s after `since`), `level`, `room` (-1: none), `x`, `y` (cm), and `begins`."""
    mac = request.args.get("tag", "").upper()
    return _answer(lambda: _remembered(("trail", mac), _asked(TRAIL_HOURS), lambda asked: _trail(asked, mac)))


@routes.get("/ways")
def ways_of() -> Response:
    """Give the ways of a group: `n` and `level` one a way, `x`, `y` (dm, int16 in base64) one a turn."""
    group = request.args.get("group", "")
    return _answer(lambda: _remembered(("ways", group), _asked(HOURS), lambda asked: _ways(asked, group)))


# --- what was asked ---------------------------------------------------------------------------------------------------


def _asked(allowed: tuple[int, ...]) -> _Asked:
    site = building()
    level = request.args.get("level", "all")
    known = level.isascii() and level.isdecimal() and len(level) < 4 and int(level) < len(site.levels)
    if level != "all" and not known:
        raise RefusedError(400, "There is no such level.")
    hours = request.args.get("hours", type=int)
    if hours not in allowed:
        raise RefusedError(400, f"hours must be one of {', '.join(map(str, allowed))}.")
    levels = (int(level),) if known else tuple(lv.index for lv in site.levels)
    return _Asked(site, visitor(), levels, hours, _until())


def _until() -> float:
    """The end of the time asked about; in whole minutes, so that many ask the same."""
    given = request.args.get("until")
    try:
        until = float(given) if given else _now()
    except ValueError:
        until = math.nan
    if not 0 <= until < 1e11:
        raise RefusedError(400, "until must be POSIX seconds.")
    return 60.0 * math.ceil(until / 60.0)


def _now() -> float:
    summary = read_json(hub().newest("summary")) or {}
    return float(summary.get("t") or clock.wall())


def _unknown(_asked: _Asked) -> dict[str, Any]:
    raise RefusedError(400, "colour must be density, dwell or coverage.")


# --- how it is answered -----------------------------------------------------------------------------------------------


def _remembered(name: tuple[str, ...], asked: _Asked, work: Callable[[_Asked], dict[str, Any]]) -> bytes:
    key = repr((name, asked.levels, asked.hours, asked.until, sorted(asked.who.kinds), stamp()))
    with _one_at_a_time:
        found = _cache.get(key)
        if found is None:
            found = msgspec.json.encode(asked.head | work(asked))
            _cache.set(key, found)
        return found


def _answer(work: Callable[[], bytes]) -> Response:
    try:
        body, status = work(), 200
    except RefusedError as refused:
        body, status = msgspec.json.encode({"text": str(refused)}), refused.status
    except (HistoryError, SiteError) as error:
        body, status = msgspec.json.encode({"text": str(error)}), 503
    response = Response(body, status, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache" if status == 200 else "no-store"
    if status == 200:
        response.set_etag(hashlib.blake2s(body, digest_size=10).hexdigest())
        response.make_conditional(request)
    return response


# --- rooms ------------------------------------------------------------------------------------------------------------


def _density(asked: _Asked) -> dict[str, Any]:
    """Person-minutes a square metre: of each room, and of each cell of it where only one level is asked for."""
    kinds = [kind for kind in PEOPLE if asked.who.sees(kind)]
    if not kinds:
        raise RefusedError(403, "You may not see where people are.")
    index = {room.id: room.index for room in asked.site.rooms if room.level in asked.levels}
    found = [crowd for crowd in crowds(records(), kinds, asked.since, asked.until) if crowd.room in index]
    minutes: dict[int, float] = {}
    for crowd in found:
        room = index[crowd.room]
        minutes[room] = minutes.get(room, 0.0) + crowd.seconds / 60.0
    rooms = [[r, _short(m / asked.site.rooms[r].area)] for r, m in sorted(minutes.items())]
    cells = _cells(asked.site, found, index) if len(asked.levels) == 1 else []
    return {"rooms": rooms, "cells": cells, "kinds": kinds, "total": round(sum(minutes.values()) / 60.0, 1)}


def _cells(site: Site, found: list[Crowd], index: dict[str, int]) -> list[list[float]]:
    if not found:
        return []
    rooms = [index[crowd.room] for crowd in found]
    corner = CELL_M * np.array([(crowd.column, crowd.row) for crowd in found], np.float64)
    squares = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + CELL_M, corner[:, 1] + CELL_M)
    ground = shapely.area(shapely.intersection(squares, np.array([site.room_shapes[r] for r in rooms], object)))
    return [
        [room, crowd.column, crowd.row, _short(crowd.seconds / 60.0 / area)]
        for room, crowd, area in zip(rooms, found, ground.tolist(), strict=True)
        if site.rooms[room].area > LARGE_M2 and area >= LEAST_CELL_M2
    ]


def _short(value: float) -> float:
    """Three digits are more than a colour can show."""
    return round(value, 2) if value < 10.0 else round(value)


def _dwell(asked: _Asked) -> dict[str, Any]:
    """Median minutes that patients stayed, of the stays that ended in the time, and how many these were."""
    if not asked.who.sees(Kind.PATIENT):
        raise RefusedError(403, "You may not see where patients are.")
    index = {room.id: room.index for room in asked.site.rooms if room.level in asked.levels}
    found = [d for d in dwells(records(), Kind.PATIENT, asked.since, asked.until) if d.room in index]
    return {"rooms": sorted([index[d.room], round(d.median_s / 60.0, 1), d.n] for d in found)}


def _coverage(asked: _Asked) -> dict[str, Any]:
    """How many gateways are expected to hear a tag, the mean over each room's walkable floor."""
    site = asked.site
    made = quality.heat(site, site.gateways, settings().survey if settings().survey.exists() else None)
    rows = []
    for level in asked.levels:
        row, column = np.nonzero(np.isfinite(made.heard[level]))
        x = (made.x0 + made.step * (column + 0.5)).astype(np.float32)
        y = (made.y0 + made.step * (row + 0.5)).astype(np.float32)
        rooms = rooms_at(site, np.full(len(x), level, np.int32), x, y)
        inside = rooms >= 0
        n = np.bincount(rooms[inside], minlength=len(site.rooms))
        total = np.bincount(rooms[inside], made.heard[level][row, column][inside], minlength=len(site.rooms))
        rows += [[int(r), round(float(total[r] / n[r]), 1)] for r in np.flatnonzero(n)]
    return {"rooms": rows}


# --- ways -------------------------------------------------------------------------------------------------------------


def _catalogue(who: Visitor) -> list[list[str]]:
    """Rows of the tags that the visitor may see: mac, kind, type, label, model, home."""
    kept = hub().newest("catalogue")
    rows = msgspec.json.decode(seen(hub(), "catalogue", kept, who)).get("tags", []) if kept else []
    return [row for row in rows if row[0] and who.sees(row[1])]


def _trail(asked: _Asked, mac: str) -> dict[str, Any]:
    if not any(row[0] == mac for row in _catalogue(asked.who)):
        raise RefusedError(404, "There is no such tag.")
    level = {lv.id: lv.index for lv in asked.site.levels}
    room = {r.id: r.index for r in asked.site.rooms}
    stored = trail(records(), mac, asked.since, asked.until)
    points, begins = _turns([p for p in stored if p.level in level])
    return {
        "begins": begins,
        "tag": mac,
        "t": [round(p.t - asked.since) for p in points],
        "level": [level[p.level] for p in points],
        "room": [room.get(p.room or "", -1) for p in points],
        "x": [round(100 * p.x) for p in points],
        "y": [round(100 * p.y) for p in points],
    }


def _turns(points: list[TrailPoint]) -> tuple[list[TrailPoint], list[int]]:
    """Leave out what a line does not need, and tell where it begins anew.

    The middle of a rest goes, and of a very long way all but every k-th point. A line begins anew on
    another level, and after a time in which the tag was not heard.
    """
    if not points:
        return [], []
    x, y, t = (np.array([getattr(p, name) for p in points]) for name in "xyt")
    level = np.array([p.level for p in points])
    room = np.array([p.room or "" for p in points])
    new = (level[1:] != level[:-1]) | (np.diff(t) > PAUSE_S)
    still = (np.hypot(np.diff(x), np.diff(y)) < 1.0) & (room[1:] == room[:-1]) & ~new
    keep = np.ones(len(points), bool)
    keep[1:-1] = ~(still[:-1] & still[1:])
    begins = np.append(True, new)
    keep &= begins | np.append(new, True) | (np.cumsum(keep) % math.ceil(keep.sum() / MOST_TRAIL) == 0)
    kept = np.flatnonzero(keep)
    return [points[i] for i in kept], np.flatnonzero(begins[kept]).tolist()


def _ways(asked: _Asked, group: str) -> dict[str, Any]:
    macs = [row[0] for row in _catalogue(asked.who) if _member(asked.site, group, row)]
    names = [asked.site.levels[k].id for k in asked.levels]
    found = ways(records(), macs, names, asked.since, asked.until) if macs else None
    return {"group": group, "tags": len(macs)} | _packed(asked.site, found)


def _member(site: Site, group: str, row: list[str]) -> bool:
    """Whether a row of the catalogue belongs to "patient", "type:<type>" or "department:<key>" (of its home)."""
    form, _, name = group.partition(":")
    if form == "type":
        return row[2] == name
    if form == "department":
        home = site.room_by_number.get(row[5])
        return home is not None and site.rooms[home].department == name
    return row[1] == group


def _packed(site: Site, found: Ways | None) -> dict[str, Any]:
    if found is None or not len(found.t):
        return {"moved": 0, "n": [], "level": [], "x": "", "y": ""}
    less = thinned(found, MOST_POINTS)
    begins = np.flatnonzero(less.first)
    index = {lv.id: lv.index for lv in site.levels}
    level = [index[less.levels[k]] for k in less.level[begins]]
    return {
        "moved": len(np.unique(found.tag)),
        "n": np.diff(np.append(begins, len(less.t))).tolist(),
        "level": level,
        "x": _decimetres(less.x),
        "y": _decimetres(less.y),
    }


def _decimetres(metres: np.ndarray) -> str:
    return b64encode(np.clip(np.rint(10 * metres), -32768, 32767).astype("<i2").tobytes()).decode()
