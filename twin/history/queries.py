"""What the screens ask of history. Read-only: nothing here can change a row.

Rooms and levels come back by their IMDF id, tags are asked for by MAC address, so an answer stays
meaningful when the building or the register was edited since. Times are POSIX seconds UTC.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ScalarSelect,
    Select,
    create_engine,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from twin.errors import HistoryError
from twin.history.faults import fault_of, remedy
from twin.history.open import database_path
from twin.history.schema import day_of, fix, hour_of, level, open_visit, room, sample, tag, visit

BUSY_S = 2.0
READERS = 16
"""Connections that one process keeps open for reading."""


class Stay(NamedTuple):
    """A visit of a tag to a room. `leave` is None while it lasts.

    `room` and `level` are IMDF ids; `confidence` is the mean probability of the room, `observed`
    the share of the stay in which the tag was really heard.
    """

    room: str
    number: str
    name: str
    level: str
    enter: float
    leave: float | None
    confidence: float
    observed: float


class TrailPoint(NamedTuple):
    """Where a tag was at `t`: IMDF ids of level and room (None outside any), metres, probability of the room."""

    t: float
    level: str
    room: str | None
    x: float
    y: float
    p: float
    r90: float


class Measured(NamedTuple):
    """A value at `t`, in the unit that the asked quantity names."""

    t: float
    value: float


def open_reader(url: str) -> Engine:
    """Make an engine that can only read. Open it after a fork, once a process.

    It connects at the first query, so the file may still be missing now.

    Raises:
        HistoryError: the URL names no SQLite file.
    """
    path = database_path(url)
    address = f"{path.resolve().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=BUSY_S, check_same_thread=False)

    url_of_file = URL.create("sqlite", database=str(path))
    return create_engine(url_of_file, creator=connect, pool_size=READERS, max_overflow=READERS)


def visits_of(engine: Engine, mac: str, since: float, until: float) -> list[Stay]:
    """List the stays of a tag that touch [since, until], oldest first; the one it is in now comes last.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    ended = _stays(mac).where(visit.c.enter <= until, visit.c.leave >= since)
    lasting = _open_stays(mac).where(open_visit.c.enter <= until)
    with reading(engine) as connection:
        rows = connection.execute(union_all(ended, lasting).order_by("enter")).all()
    return [Stay(*row) for row in rows]


def last_room(engine: Engine, mac: str) -> Stay | None:
    """Return the stay a tag is in, or the last one it ended; None when it was never in a room.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        row = connection.execute(_open_stays(mac)).first()
        row = row or connection.execute(_stays(mac).order_by(visit.c.enter.desc()).limit(1)).first()
    return None if row is None else Stay(*row)


def trail(engine: Engine, mac: str, since: float, until: float) -> list[TrailPoint]:
    """List the stored fixes of a tag in [since, until], oldest first.

    Fixes are thinned: between two of them the tag stayed in the room and within a metre.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        hours = stored_range(connection, fix.c.hour, hour_of(since), hour_of(until))
        rows = connection.execute(_trail(mac, hours).where(fix.c.t.between(since, until))).all()
    return [TrailPoint(t, lv, rm, x / 100, y / 100, p / 100, r90 / 10) for t, lv, rm, x, y, p, r90 in rows]


def samples_of(engine: Engine, mac: str, quantity: str, since: float, until: float) -> list[Measured]:
    """List what a tag measured in [since, until], oldest first. `quantity` as in `twin.model.Sample`.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        days = stored_range(connection, sample.c.day, day_of(since), day_of(until))
        asked = select(sample.c.t, sample.c.value).where(
            sample.c.day.in_(days),
            sample.c.tag == _tag_id(mac),
            sample.c.quantity == quantity,
            sample.c.t.between(since, until),
        )
        rows = connection.execute(asked.order_by(sample.c.day, sample.c.t)).all()
    return [Measured(*row) for row in rows]


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Lend a connection; what the database refuses becomes a `HistoryError` that says what to do."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        path = Path(str(engine.url.database))
        if not path.exists():
            raise HistoryError(f"There is no history at {path} yet; it is made when the twin starts.") from None
        raise HistoryError(f"History: {remedy(fault_of(error, path), path, str(error.orig))}.") from None


def stored_range(connection: Connection, column: Column[int], first: int, last: int) -> range:
    """Cut [first, last] down to what is stored. Two queries, because SQLite seeks only for a lone min or max."""
    oldest, newest = (connection.scalar(select(end(column))) for end in (func.min, func.max))
    return range(0) if oldest is None or newest is None else range(max(oldest, first), min(newest, last) + 1)


def _tag_id(mac: str) -> ScalarSelect[int]:
    return select(tag.c.id).where(tag.c.mac == mac).scalar_subquery()


def _stays(mac: str) -> Select:
    place = (room.c.uuid.label("room"), room.c.number, room.c.name, level.c.uuid.label("level"))
    times = (visit.c.enter.label("enter"), visit.c.leave.label("leave"), visit.c.confidence, visit.c.observed)
    return select(*place, *times).select_from(visit.join(room).join(level)).where(visit.c.tag == _tag_id(mac))


def _open_stays(mac: str) -> Select:
    place = (room.c.uuid.label("room"), room.c.number, room.c.name, level.c.uuid.label("level"))
    times = (open_visit.c.enter, null().label("leave"), open_visit.c.confidence, open_visit.c.observed)
    joined = open_visit.join(room).join(level)
    return select(*place, *times).select_from(joined).where(open_visit.c.tag == _tag_id(mac))


def _trail(mac: str, hours: range) -> Select:
    columns = (fix.c.t, level.c.uuid, room.c.uuid, fix.c.x_cm, fix.c.y_cm, fix.c.p_pct, fix.c.r90_dm)
    joined = fix.join(level, fix.c.level == level.c.id).outerjoin(room, fix.c.room == room.c.id)
    asked = select(*columns).select_from(joined).where(fix.c.hour.in_(hours), fix.c.tag == _tag_id(mac))
    return asked.order_by(fix.c.hour, fix.c.t)
