"""What the assets page asks of history: many tags' stays at once, newest battery values, and who was in a room.

Read-only, like `twin.history.queries`. Tags are told by MAC, rooms by IMDF id, times are POSIX seconds UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from sqlalchemy import Column, CompoundSelect, Connection, Engine, func, literal, select, union_all

from twin.history.queries import reading
from twin.history.schema import day_of, open_visit, room, sample, tag, visit
from twin.model import F64, I32

BATTERY = ("battery_pct", "battery_mv")
BATTERY_DAYS = 8
"""A battery value older than this says nothing."""
LONGEST_STAY_S = 7 * 86400.0
"""Who has been in a room for longer is no company; stays of things that began before are looked for apart."""


class StayColumns(NamedTuple):
    """Stays, one array element each.

    `who` is the position of the tag in the list that was asked for, `room` the index of the room, `leave` the end
    of the window for those that last.
    """

    who: I32
    room: I32
    enter: F64
    leave: F64
    observed: F64


class Charge(NamedTuple):
    """The newest battery value of a tag; `quantity` names the unit."""

    t: float
    quantity: str
    value: float


class Companion(NamedTuple):
    """A tag that was in a room; `leave` is None when it still is."""

    mac: str
    kind: str
    enter: float
    leave: float | None


def stays_between(
    engine: Engine, macs: Sequence[str], rooms: Mapping[str, int], since: float, until: float
) -> StayColumns:
    """All stays of these tags in these rooms (index by IMDF id) that touch [since, until], in one query.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        who_of = _positions(connection, tag.c.mac, tag.c.id, {mac: i for i, mac in enumerate(macs)})
        room_of = _positions(connection, room.c.uuid, room.c.id, rooms)
        # Row by row through `Row` objects into an array would take ten times as long as the query.
        values = np.fromiter(chain.from_iterable(connection.execute(_touching(since, until))), np.float64)
    table = values.reshape(-1, 5)
    who, place = who_of[table[:, 0].astype(int)], room_of[table[:, 1].astype(int)]
    kept = (who >= 0) & (place >= 0)
    leave = np.minimum(table[kept, 3], until)
    return StayColumns(who[kept], place[kept], table[kept, 2], leave, table[kept, 4])


def _touching(since: float, until: float) -> CompoundSelect:
    """Tag, room, enter, leave and observed share of all stays that touch a window.

    Those that began lately are read tag by tag in the order of the table, which is five times as fast as by the
    index of ends; the few that began long before are found in that index alone.
    """
    columns = (visit.c.tag, visit.c.room, visit.c.enter, visit.c.leave, visit.c.observed)
    early = since - LONGEST_STAY_S
    every_tag = visit.c.tag.in_(select(tag.c.id))
    lately = select(*columns).where(every_tag, visit.c.enter.between(early, until), visit.c.leave + 0.0 >= since)
    long_ago = select(*columns).where(visit.c.leave >= since, visit.c.enter < early)
    lasting = select(
        open_visit.c.tag, open_visit.c.room, open_visit.c.enter, literal(until), open_visit.c.observed
    ).where(open_visit.c.enter <= until)
    return union_all(lately, long_ago, lasting)


def _positions(connection: Connection, name: Column[str], number: Column[int], wanted: Mapping[str, int]) -> I32:
    """An array that gives each database id the caller's number, -1 for what was not asked for."""
    rows = connection.execute(select(name, number)).all()
    found = np.full(max((row[1] for row in rows), default=0) + 1, -1, np.int32)
    for text, ident in rows:
        found[ident] = wanted.get(text, -1)
    return found


def newest_charges(engine: Engine, now: float) -> dict[str, Charge]:
    """The newest battery value by MAC, of the last `BATTERY_DAYS`; per cent counts before millivolts.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    found: dict[str, Charge] = {}
    with reading(engine) as connection:
        for day in range(day_of(now), day_of(now) - BATTERY_DAYS, -1):
            for quantity in BATTERY:
                # SQLite takes the value from the row that has the maximum.
                newest = select(tag.c.mac, func.max(sample.c.t), sample.c.value).join_from(tag, sample)
                newest = newest.where(sample.c.day == day, sample.c.quantity == quantity, sample.c.t <= now)
                for mac, t, value in connection.execute(newest.group_by(tag.c.id)):
                    found.setdefault(mac, Charge(t, quantity, value))
    return found


def company(engine: Engine, place: str, since: float, until: float) -> list[Companion]:
    """Everything that was in a room (IMDF id) at some time in [since, until], the earliest first.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    number = select(room.c.id).where(room.c.uuid == place).scalar_subquery()
    ended = select(tag.c.mac, tag.c.kind, visit.c.enter.label("enter"), visit.c.leave).join_from(visit, tag)
    ended = ended.where(
        visit.c.room == number, visit.c.enter.between(since - LONGEST_STAY_S, until), visit.c.leave >= since
    )
    lasting = select(tag.c.mac, tag.c.kind, open_visit.c.enter.label("enter"), literal(None)).join_from(open_visit, tag)
    lasting = lasting.where(open_visit.c.room == number, open_visit.c.enter <= until)
    with reading(engine) as connection:
        rows = connection.execute(union_all(ended, lasting).order_by("enter")).all()
    return [Companion(*row) for row in rows]
