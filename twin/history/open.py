"""Opening the history database: connect, migrate, and match its names with today's register and building."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, Table, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from twin.errors import HistoryError
from twin.history.faults import fault_of, remedy
from twin.history.migrate import migrate
from twin.history.rows import I64, Keys
from twin.history.schema import level, meter, room, tag
from twin.history.store import History
from twin.model import Level, Room, Tag
from twin.site.meters import Meter

BUSY_S = 5.0
"""How long a write waits for another program's lock before it counts as failed."""
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16000",
    "PRAGMA journal_size_limit=67108864",
)


def open_history(
    url: str, tags: Sequence[Tag], rooms: Sequence[Room], levels: Sequence[Level], meters: Sequence[Meter] = ()
) -> History:
    """Open the history for writing; only one process may. Creates the file and its folder.

    An older database is migrated after a copy was put beside it. `tags`, `rooms`, `levels` and `meters`
    are today's register, building and list of meters; rows of what is gone stay as they are.

    Raises:
        HistoryError: naming the file, what is wrong with it and what to do.
    """
    path = database_path(url)
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = _writing_engine(path)
        try:
            with engine.begin() as connection:
                backup = migrate(connection, path)
            with engine.begin() as connection:
                keys = _register(connection, tags, rooms, levels, meters)
        except BaseException:
            engine.dispose()
            raise
    return History(engine, path, keys, backup)


def database_path(url: str) -> Path:
    """Read the file out of a history URL.

    Raises:
        HistoryError: the URL is malformed, of another engine, or names no file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise HistoryError(f"{url!r} is no database URL; use sqlite:////folder/history.sqlite.") from None
    if parsed.get_backend_name() != "sqlite":
        raise HistoryError(f"History cannot be kept in {parsed.get_backend_name()} yet; use a sqlite:/// URL.")
    if parsed.database in (None, "", ":memory:"):
        raise HistoryError("History needs a file; use sqlite:////folder/history.sqlite.")
    return Path(str(parsed.database))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        detail = str(getattr(error, "orig", None) or error)
        raise HistoryError(f"History: {remedy(fault_of(error, path), path, detail)}.") from None


def _writing_engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)), pool_size=1, max_overflow=0, connect_args={"timeout": BUSY_S}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, so that they hold CREATE TABLE too
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _register(
    connection: Connection,
    tags: Sequence[Tag],
    rooms: Sequence[Room],
    levels: Sequence[Level],
    meters: Sequence[Meter],
) -> Keys:
    """Enter new tags, rooms, levels and meters, refresh the names of known ones, and return their ids."""
    level_ids = _enter(connection, level, "uuid", [{"uuid": x.id, "name": x.name} for x in levels])
    room_ids = _enter(
        connection,
        room,
        "uuid",
        [{"uuid": x.id, "level": int(level_ids[x.level]), "number": x.number, "name": x.name} for x in rooms],
    )
    tag_ids = _enter(connection, tag, "mac", [{"mac": x.mac, "kind": str(x.kind)} for x in tags])
    meter_ids = _enter(connection, meter, "name", [{"name": x.id} for x in meters])
    return Keys(tag=tag_ids, room=room_ids, level=level_ids, meter=meter_ids)


def _enter(connection: Connection, table: Table, key: str, entries: list[dict]) -> I64:
    known = {row._mapping[key]: row for row in connection.execute(select(table))}
    new = [entry for entry in entries if entry[key] not in known]
    if new:
        connection.execute(table.insert(), new)
    for entry in entries:
        row = known.get(entry[key])
        if row is not None and any(row._mapping[name] != value for name, value in entry.items()):
            connection.execute(table.update().where(table.c[key] == entry[key]).values(entry))
    ids = {name: number for number, name in connection.execute(select(table.c.id, table.c[key]))}
    return np.array([ids[entry[key]] for entry in entries], np.int64)
