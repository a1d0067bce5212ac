"""The whole hospital at a moment of the past, and how it moved through a stretch of it.

Answers come in today's numbers, indices into the register and the building; what has left them since
is left out. Positions are thinned (`twin.history.thin`): a tag that rests has one a minute.

Each question is one seek a tag into the key (hour, tag, t) of `fix`, never a scan of the hour: the
hour of a large hospital holds a million rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, Engine, Select, Table, and_, func, select

from twin.history.batch import FixColumns
from twin.history.queries import reading
from twin.history.schema import HOUR_S, day_of, fix, hour_of, level, open_visit, room, sample, tag, visit
from twin.history.thin import REPEAT_S
from twin.model import F64, I32, NONE, Kind, Sample

LOOK_BACK_S = float(HOUR_S)
"""An older position is believed of no tag: the longest limit, an asset's, is as long."""
HEARD_S = REPEAT_S + 5.0
"""A tag that was being heard has a stored position at least this often; a tick may come late."""
QUANTITIES = ("temperature_c", "humidity_pct")
_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """Element i: the index today of what number i of the database stands for, NONE when it has gone."""

    tags: int
    """Size of the register."""
    tag: I32
    room: I32
    level: I32


class Stays(NamedTuple):
    """The stay that each tag of the register was in: since when (NaN for none), and in which room."""

    entered: F64
    room: I32


def known(engine: Engine, macs: Sequence[str], rooms: Sequence[str], levels: Sequence[str]) -> Known:
    """Match the register (MAC addresses) and the building (IMDF ids), each in today's order, with the database.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        return Known(
            len(macs),
            _indices(connection, tag, "mac", macs),
            _indices(connection, room, "uuid", rooms),
            _indices(connection, level, "uuid", levels),
        )


def places_at(engine: Engine, at: float, names: Known) -> FixColumns:
    """Return the last position of each tag at `at`, at most `LOOK_BACK_S` old; at most one a tag, in any order.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    since = at - LOOK_BACK_S
    with reading(engine) as connection:
        hours = range(hour_of(at), hour_of(since) - 1, -1)
        rows = [_fetch(connection, last_of_hour(hour, since, at)) for hour in hours]
    found = _fixes(np.concatenate(rows), names)
    _tags, first = np.unique(found.tag, return_index=True)  # the newer hour comes first
    return found.pick(first)


def last_of_hour(hour: int, since: float, at: float) -> Select:
    """Ask for each tag's last position in (since, at] of an hour. Left to itself SQLite would read the whole hour."""
    newest = (
        select(fix.c.t).where(fix.c.hour == hour, fix.c.tag == tag.c.id, fix.c.t > since, fix.c.t <= at)
        .order_by(fix.c.t.desc()).limit(1)
    )  # fmt: skip
    last = select(tag.c.id, newest.scalar_subquery().label("t")).cte("last").prefix_with("MATERIALIZED")
    same = and_(fix.c.hour == hour, fix.c.tag == last.c.id, fix.c.t == last.c.t)
    return _places().select_from(last.join(fix, same))


def stretch(engine: Engine, since: float, until: float, names: Known, on: Collection[int] | None = None) -> FixColumns:
    """Return all positions in (since, until], by tag and then by time.

    With `on`, indices of levels, only those that tell who was there: positions on them, and each tag's first one
    (it may have been there before) and those with which it left.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        hours = range(hour_of(since), hour_of(until) + 1)
        rows = [_fetch(connection, all_of_hour(hour, since, until)) for hour in hours]
    found = _fixes(np.concatenate(rows), names)
    found = found.pick(np.lexsort((found.t, found.tag)))
    if on is None or not len(found):
        return found
    here = np.isin(found.level, list(on))
    first = np.append(True, found.tag[1:] != found.tag[:-1])
    return found.pick(here | first | np.append(False, here[:-1]))


def all_of_hour(hour: int, since: float, until: float) -> Select:
    """Ask for every tag's positions in (since, until] of an hour, one seek a tag."""
    every = select(tag.c.id).cte("every").prefix_with("MATERIALIZED")
    within = and_(fix.c.hour == hour, fix.c.tag == every.c.id, fix.c.t > since, fix.c.t <= until)
    return _places().select_from(every.join(fix, within))


def stays_at(engine: Engine, at: float, names: Known) -> Stays:
    """Return the stay that each tag was in at `at`.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    newest = select(visit.c.enter).where(visit.c.tag == tag.c.id, visit.c.enter <= at).order_by(visit.c.enter.desc())
    last = select(tag.c.id, newest.limit(1).scalar_subquery().label("enter")).cte("last").prefix_with("MATERIALIZED")
    ended = select(visit.c.tag, visit.c.enter, visit.c.room).select_from(
        last.join(visit, and_(visit.c.tag == last.c.id, visit.c.enter == last.c.enter, visit.c.leave > at))
    )
    lasting = select(open_visit.c.tag, open_visit.c.enter, open_visit.c.room).where(open_visit.c.enter <= at)
    stays = Stays(np.full(names.tags, np.nan), np.full(names.tags, NONE, np.int32))
    with reading(engine) as connection:
        for asked in (lasting, ended):
            for number, enter, place in connection.execute(asked):
                index = _index(names.tag, number)
                if index != NONE:
                    stays.entered[index], stays.room[index] = enter, _index(names.room, place)
    return stays


def samples_at(engine: Engine, at: float, names: Known) -> list[Sample]:
    """Return what each sensor last measured of each quantity at `at`, at most `LOOK_BACK_S` old, oldest first.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    since = at - LOOK_BACK_S
    found: dict[tuple[int, str], Sample] = {}
    with reading(engine) as connection:
        for day in range(day_of(since), day_of(at) + 1):
            for quantity in QUANTITIES:
                for number, t, value in connection.execute(_last_sample(day, quantity, since, at)):
                    index = _index(names.tag, number)
                    if index != NONE:
                        found[index, quantity] = Sample(index, t, quantity, value)
    return sorted(found.values(), key=lambda one: one.t)


def samples_between(engine: Engine, since: float, until: float, names: Known) -> list[Sample]:
    """Return what sensors measured in (since, until], oldest first.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    sensors = select(tag.c.id).where(tag.c.kind == Kind.SENSOR.value).cte("sensors").prefix_with("MATERIALIZED")
    found: list[Sample] = []
    with reading(engine) as connection:
        for day in range(day_of(since), day_of(until) + 1):
            for quantity in QUANTITIES:
                of = and_(sample.c.day == day, sample.c.tag == sensors.c.id, sample.c.quantity == quantity)
                within = and_(of, sample.c.t > since, sample.c.t <= until)
                asked = select(sample.c.tag, sample.c.t, sample.c.value).select_from(sensors.join(sample, within))
                for number, t, value in connection.execute(asked):
                    index = _index(names.tag, number)
                    if index != NONE:
                        found.append(Sample(index, t, quantity, value))
    return sorted(found, key=lambda one: one.t)


def _last_sample(day: int, quantity: str, since: float, at: float) -> Select:
    of = and_(sample.c.day == day, sample.c.tag == tag.c.id, sample.c.quantity == quantity)
    newest = select(sample.c.t).where(of, sample.c.t > since, sample.c.t <= at).order_by(sample.c.t.desc()).limit(1)
    last = select(tag.c.id, newest.scalar_subquery().label("t")).where(tag.c.kind == Kind.SENSOR.value).cte("last")
    last = last.prefix_with("MATERIALIZED")
    same = and_(
        sample.c.day == day, sample.c.tag == last.c.id, sample.c.quantity == quantity, sample.c.t == last.c.t
    )  # fmt: skip
    return select(sample.c.tag, sample.c.t, sample.c.value).select_from(last.join(sample, same))


def _places() -> Select:
    return select(
        fix.c.tag, fix.c.level, func.coalesce(fix.c.room, NONE), fix.c.x_cm, fix.c.y_cm, fix.c.p_pct, fix.c.r90_dm,
        fix.c.t,
    )  # fmt: skip


def _fetch(connection: Connection, asked: Select) -> F64:
    """Fetch numbers as [row, column], from the driver: rows of SQLAlchemy take longer to make than to find."""
    cursor = connection.execute(asked).cursor
    rows = cursor.fetchall() if cursor else []
    return np.fromiter(chain.from_iterable(rows), np.float64, len(rows) * _COLUMNS).reshape(-1, _COLUMNS)


def _fixes(rows: F64, names: Known) -> FixColumns:
    whole: Iterator[I32] = (column.astype(np.int32) for column in rows[:, :3].T)
    tags, levels, rooms = (
        lookup(table, c) for table, c in zip((names.tag, names.level, names.room), whole, strict=True)
    )
    x, y, p, r90 = (rows[:, 3:7] / (100.0, 100.0, 100.0, 10.0)).astype(np.float32).T
    fixes = FixColumns(tags, levels, rooms, x, y, p, r90, rows[:, 7].copy())
    return fixes.pick((tags != NONE) & (levels != NONE))


def _indices(connection: Connection, table: Table, key: str, today: Sequence[str]) -> I32:
    place = {name: index for index, name in enumerate(today)}
    rows = connection.execute(select(table.c.id, table.c[key])).all()
    found = np.full(max((number for number, _ in rows), default=0) + 1, NONE, np.int32)
    for number, name in rows:
        found[number] = place.get(name, NONE)
    return found


def lookup(table: I32, numbers: I32) -> I32:
    """Look numbers of the database up in a column of `Known`; what it does not have is NONE."""
    inside = (numbers >= 0) & (numbers < len(table))
    return np.where(inside, table[np.where(inside, numbers, 0)], np.int32(NONE))


def _index(table: I32, number: int) -> int:
    return int(table[number]) if 0 <= number < len(table) else NONE
