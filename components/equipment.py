"""The assets page's data: where each thing is, what can be done with it, and everything else that is known of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from components.rows import TagRow, tag_rows
from twin.access import Role, Visitor
from twin.assets import Count, Due, Status, count_places, due
from twin.history.stock import Charge
from twin.model import NONE, Kind, State
from twin.settings import settings
from twin.site import Site
from twin.web.live import Hub, read_json
from twin.web.picture import Picture, picture
from twin.web.stock import DAY_S, WEEK_S, Share, Stock

MISSING = (State.LOST, State.UNSEEN)
EVERYTHING = Visitor(Role.MANAGER)
"""Who asks for a thing's status need not see the patient beside it; the status is worked out here, for all."""


class Thing(NamedTuple):
    """One piece of equipment now."""

    row: TagRow
    status: Status
    model: str
    home: str

    @property
    def missing(self) -> bool:
        """Whether its place is not believed any more, or never was known."""
        return self.row.state in MISSING


class Now(NamedTuple):
    """All equipment at `t`, in the order of the register, and the par levels as they stand."""

    t: float
    things: list[Thing]
    counts: list[Count]


def consistent(hub: Hub) -> Picture:
    """The whole picture, without frames of another register than the catalogue's: their numbers mean other tags."""
    now = picture(hub, EVERYTHING)
    rev = (read_json(hub.newest("catalogue")) or {}).get("rev")
    frames = {level: frame for level, frame in now.frames.items() if frame.get("rev") == rev}
    return Picture(now.summary if now.summary.get("rev") == rev else {}, now.tags, frames)


def standing(site: Site, now: Picture, stock: Stock) -> Now:
    """Judge each thing by its room and by who is with it."""
    rows = tag_rows(now)
    patients = np.zeros(len(site.rooms), bool)
    patients[[r.room for r in rows if r.kind == Kind.PATIENT and _placed(site, r)]] = True
    assets = [row if _placed(site, row) else row._replace(room=NONE) for row in rows if row.kind == Kind.ASSET]
    types = stock.statuses.types
    position = {name: i for i, name in enumerate(types)}
    known = [row for row in assets if row.type in position]
    type_ = np.array([position[row.type] for row in known], np.int32)
    room = np.array([row.room for row in known], np.int32)
    state = np.array([row.state for row in known], np.uint8)
    down = np.array([row.mac in stock.down for row in known], bool)
    status = stock.statuses.now(type_, room, state, patients=patients, down=down)
    things = [
        Thing(row, Status(code), now.tags[row.tag][4], now.tags[row.tag][5])
        for row, code in zip(known, status.tolist(), strict=True)
    ]
    counts = count_places(stock.rules.pars, types, type_, room, status, site.rooms)
    return Now(now.t or 0.0, things, counts)


def _placed(site: Site, row: TagRow) -> bool:
    """Whether it has a room of this building; a lost tag keeps its last one."""
    return 0 <= row.room < len(site.rooms)


def news(site: Site, now: Now, stock: Stock, have: str | None) -> dict[str, Any]:
    """What the page gets each time; what changes seldom only when it has another mark than `have`.

    `rows` are [status, level, room, seconds there, seconds since heard, per cent sure, state], in the order of
    `facts`; -1 and null stand for unknown.
    """
    return {
        "mark": stock.mark,
        "t": now.t,
        "rows": [_live(thing, now.t) for thing in now.things],
        "par": [_count(site, count) for count in now.counts],
        "facts": None if have == stock.mark else facts(now, stock),
    }


def _live(thing: Thing, t: float) -> list[Any]:
    row = thing.row
    since = None if row.since is None else max(0, round(t - row.since))
    heard = None if row.heard is None else max(0, round(t - row.heard))
    sure = None if row.p is None else round(100 * row.p)
    return [int(thing.status), row.level, row.room, since, heard, sure, row.state]


def _count(site: Site, count: Count) -> dict[str, Any]:
    par = count.par
    return {
        "type": par.type,
        "department": par.department,
        "space": par.space,
        "target": par.target,
        "critical": par.critical,
        "available": count.available,
        "short": count.short,
        "alarm": bool(count.short and count.critical),
        "unknown": count.unknown,
        "elsewhere": [[site.departments.get(key, ""), number] for key, number in count.elsewhere],
    }


def facts(now: Now, stock: Stock) -> dict[str, Any]:
    """What changes seldom. `things` are dicts by short keys, in the order of the register."""
    today = datetime.fromtimestamp(now.t, ZoneInfo(settings().timezone)).date()
    things: list[dict[str, Any]] = []
    for thing in now.things:
        mac = thing.row.mac
        keep, down = stock.upkeep.get(mac), stock.down.get(mac)
        service = keep.next_service if keep else None
        day, week = stock.past.day.get(mac), stock.past.week.get(mac)
        last = stock.past.last_use.get(mac)
        things.append(
            {
                "mac": mac,
                "type": thing.row.type,
                "label": thing.row.label,
                "model": thing.model,
                "home": thing.home,
                "maker": f"{keep.maker} {keep.model}".strip() if keep else "",
                "serial": keep.serial if keep else "",
                "owner": keep.department if keep else "",
                "service": service.isoformat() if service else None,
                "due": int(due(service, today, stock.rules.service.soon_days)),
                "days": (service - today).days if service else None,
                "day": _share(day, DAY_S),
                "week": _share(week, WEEK_S),
                "lastUse": None if last is None else round(last),
                "battery": _battery(stock.past.charges.get(mac), stock),
                "down": None if down is None else [round(down.since), down.note],
            }
        )
    return {
        "things": things,
        "types": list(stock.statuses.types),
        "base": stock.base,
        "faults": list(stock.faults),
        "idle": list(stock.rules.idle),
        "soon": stock.rules.service.soon_days,
        "low": [stock.rules.battery.low_pct, stock.rules.battery.low_mv],
        "speed": stock.rules.walk.speed_m_s,
    }


def _share(share: Share | None, window: float) -> list[Any] | None:
    """[per cent in use of what was observed, hours observed, per cent of the window observed]; None for nothing."""
    if share is None or share.observed_s < 60.0:
        return None
    return [
        round(100 * share.used_s / share.observed_s),
        round(share.observed_s / 3600, 1),
        round(100 * share.observed_s / window),
    ]


def _battery(charge: Charge | None, stock: Stock) -> list[Any] | None:
    """[value, unit, low?, when]."""
    if charge is None:
        return None
    percent = charge.quantity == "battery_pct"
    limit = stock.rules.battery.low_pct if percent else stock.rules.battery.low_mv
    return [round(charge.value), "%" if percent else "mV", charge.value <= limit, round(charge.t)]


def due_names() -> dict[Due, str]:
    """The judgement of a service as the CSV writes it."""
    return {Due.UNKNOWN: "", Due.LATER: "later", Due.SOON: "soon", Due.OVERDUE: "overdue"}
