"""The tables of the history database.

Tags, rooms and levels are known by what stays the same when a register or a building is edited
(MAC address, IMDF id); every other table points to those rows by a small number. Times are POSIX
seconds UTC. `hour` and `day` are the whole hours and days since 1970 that a row's `t` lies in:
they put rows that are written together side by side, and whole ones are what retention deletes.
"""

from __future__ import annotations

from math import floor
from typing import Any

from sqlalchemy import (
    REAL,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()

HOUR_S = 3600
DAY_S = 86400

# SQLite's STRICT tables know INTEGER, REAL and TEXT only.
_REAL = Double().with_variant(REAL(), "sqlite")
_SMALL = SmallInteger().with_variant(Integer(), "sqlite")
_STRICT: dict[str, Any] = {"sqlite_strict": True}
_KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


def _key(name: str, kind: TypeEngine = _REAL, *, of: Table | None = None) -> Column:
    extra = (ForeignKey(of.c.id),) if of is not None else ()
    return Column(name, kind, *extra, primary_key=True, autoincrement=False)


meta = Table("meta", metadata, _key("key", Text()), Column("value", Text, nullable=False), **_KEYED)

tag = Table(
    "tag",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mac", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    **_STRICT,
)

level = Table(
    "level",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    **_STRICT,
)

room = Table(
    "room",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("level", Integer, ForeignKey(level.c.id), nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    **_STRICT,
)

visit = Table(
    "visit",
    metadata,
    _key("tag", Integer(), of=tag),
    _key("enter"),
    Column("leave", _REAL, nullable=False),
    Column("room", Integer, ForeignKey(room.c.id), nullable=False),
    Column("confidence", _REAL, nullable=False),
    Column("observed", _REAL, nullable=False),
    Index("visit_by_room", "room", "enter"),
    Index("visit_by_leave", "leave"),
    **_KEYED,
)
"""Stays that have ended."""

open_visit = Table(
    "open_visit",
    metadata,
    _key("tag", Integer(), of=tag),
    Column("enter", _REAL, nullable=False),
    Column("room", Integer, ForeignKey(room.c.id), nullable=False),
    Column("confidence", _REAL, nullable=False),
    Column("observed", _REAL, nullable=False),
    **_KEYED,
)
"""The stay each tag is in now."""

fix = Table(
    "fix",
    metadata,
    _key("hour", Integer()),
    _key("tag", Integer(), of=tag),
    _key("t"),
    Column("level", Integer, ForeignKey(level.c.id), nullable=False),
    Column("room", Integer, ForeignKey(room.c.id)),
    Column("x_cm", Integer, nullable=False),
    Column("y_cm", Integer, nullable=False),
    Column("p_pct", _SMALL, nullable=False),
    Column("r90_dm", _SMALL, nullable=False),
    **_KEYED,
)
"""Thinned positions. Small whole numbers, because this is by far the largest table."""

sample = Table(
    "sample",
    metadata,
    _key("day", Integer()),
    _key("tag", Integer(), of=tag),
    _key("quantity", Text()),
    _key("t"),
    Column("value", _REAL, nullable=False),
    **_KEYED,
)

press = Table(
    "press",
    metadata,
    _key("t"),
    _key("tag", Integer(), of=tag),
    _key("pattern", Text()),
    **_KEYED,
)


meter = Table(
    "meter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    **_STRICT,
)
"""Energy meters, by their id in the list of meters."""

energy = Table(
    "energy",
    metadata,
    _key("day", Integer()),
    _key("meter", Integer(), of=meter),
    _key("t"),
    Column("kwh", _REAL),
    Column("watt", _REAL),
    Column("observed", _REAL, nullable=False),
    **_KEYED,
)
"""What a meter's counter stood at, as the meter said it, and the share of its rooms in which people could be heard."""


def hour_of(t: float) -> int:
    """Count the hours from 1970 to the one that `t` lies in."""
    return floor(t / HOUR_S)


def day_of(t: float) -> int:
    """Count the days (UTC) from 1970 to the one that `t` lies in."""
    return floor(t / DAY_S)
