"""What the Environment page asks of history: series of sensors and meters, and when people were in rooms. Read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, Engine, Select, and_, func, select

from twin.climate.energy import Readings, Union, union
from twin.history.queries import reading
from twin.history.retention import PERSONS
from twin.history.schema import day_of, energy, meter, open_visit, room, sample, tag, visit
from twin.model import F64


class Series(NamedTuple):
    """What was measured: times ascending, POSIX seconds, and values."""

    t: F64
    value: F64


def series_of(engine: Engine, mac: str, quantity: str, since: float, until: float) -> Series:
    """Read what a sensor measured in [since, until].

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        number = connection.scalar(select(tag.c.id).where(tag.c.mac == mac))
        if number is None:
            return Series(np.zeros(0), np.zeros(0))
        asked = select(sample.c.t, sample.c.value).where(
            sample.c.tag == number,
            sample.c.quantity == quantity,
            sample.c.t.between(since, until),
        )
        rows = [
            row
            for day in range(day_of(since), day_of(until) + 1)
            for row in connection.execute(asked.where(sample.c.day == day).order_by(sample.c.t))
        ]
    columns = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 2)
    return Series(columns[:, 0], columns[:, 1])


def newest_of(engine: Engine, macs: Sequence[str], since: float) -> dict[str, float]:
    """When each of these sensors last measured something, by MAC; those that said nothing since `since` are absent.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    found: dict[str, float] = {}
    with reading(engine) as connection:
        newest_day = connection.scalar(select(func.max(sample.c.day)))
        if newest_day is None:
            return found
        numbers = _names(connection, select(tag.c.id, tag.c.mac).where(tag.c.mac.in_(macs)))
        for day in range(newest_day, day_of(since) - 1, -1):
            missing = [number for number, mac in numbers.items() if mac not in found]
            if not missing:
                break
            asked = select(sample.c.tag, func.max(sample.c.t)).where(sample.c.day == day, sample.c.tag.in_(missing))
            found |= {numbers[number]: t for number, t in connection.execute(asked.group_by(sample.c.tag))}
    return found


def energy_of(engine: Engine, since: float, until: float) -> dict[str, Readings]:
    """Read what each meter said in [since, until] and once before, by the meter's id.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    columns = (energy.c.meter, energy.c.t, energy.c.kwh, energy.c.watt, energy.c.observed)
    with reading(engine) as connection:
        names = _names(connection, select(meter.c.id, meter.c.name))
        rows = [
            tuple(row)
            for day in range(day_of(since), day_of(until) + 1)
            for row in connection.execute(select(*columns).where(energy.c.day == day, energy.c.t.between(since, until)))
        ]
        before = [row for number in names if (row := _last_before(connection, number, since))]
    table = np.array(before + rows, np.float64).reshape(-1, 5)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    cuts = np.searchsorted(table[:, 0], [*names])
    ends = np.searchsorted(table[:, 0], [*names], side="right")
    return {
        name: Readings(*table[begin:end, 1:].T)
        for name, begin, end in zip(names.values(), cuts.tolist(), ends.tolist(), strict=True)
    }


def _names(connection: Connection, asked: Select) -> dict[int, str]:
    return {row[0]: row[1] for row in connection.execute(asked)}


def _last_before(connection: Connection, number: int, since: float) -> tuple | None:
    """The reading that the first one of the stretch rises from: from the day it begins in or the one before."""
    asked = select(energy.c.meter, energy.c.t, energy.c.kwh, energy.c.watt, energy.c.observed).where(
        energy.c.meter == number, energy.c.t < since
    )
    for day in (day_of(since), day_of(since) - 1):
        row = connection.execute(asked.where(energy.c.day == day).order_by(energy.c.t.desc()).limit(1)).first()
        if row is not None:
            return tuple(row)
    return None


def presence_in(engine: Engine, groups: Mapping[str, Iterable[str]], since: float, until: float) -> dict[str, Union]:
    """When somebody was in any room of each group, in [since, until]: a patient's or staff member's tag.

    `groups` are IMDF ids of rooms by the name of the group. Whose tag it was does not come back.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        numbers = {uuid: number for number, uuid in connection.execute(select(room.c.id, room.c.uuid))}
        stays = _begun(connection, since, until) + _begun_before(connection, since, until)
    number, begin, end = np.array(stays, np.float64).reshape(-1, 3).T
    begin, end = np.maximum(begin, since), np.minimum(end, until)
    found: dict[str, Union] = {}
    for name, rooms in groups.items():
        here = np.isin(number, [numbers[uuid] for uuid in rooms if uuid in numbers])
        found[name] = union(begin[here], end[here])
    return found


def _begun(connection: Connection, since: float, until: float) -> list[tuple[int, float, float]]:
    """Room, enter and leave of the stays that ended and began in the stretch.

    Person by person: that is how the rows lie, and a search by room would have to seek each of them.
    """
    asked = (
        select(visit.c.room, visit.c.enter, visit.c.leave)
        .select_from(tag.join(visit, visit.c.tag == tag.c.id))
        .where(tag.c.kind.in_(PERSONS), visit.c.enter.between(since, until))
    )
    return list(map(tuple, connection.execute(asked)))


def _begun_before(connection: Connection, since: float, until: float) -> list[tuple[int, float, float]]:
    """Room, enter and leave of what no index finds by room: stays that began before, and stays that last.

    A tag is in one room at a time, so only its last stay before can reach into the stretch.
    """
    last = select(func.max(visit.c.enter)).where(visit.c.tag == tag.c.id, visit.c.enter < since).scalar_subquery()
    before = select(tag.c.id, last.label("enter")).where(tag.c.kind.in_(PERSONS)).cte("before")
    reaching = (
        select(visit.c.room, visit.c.enter, visit.c.leave)
        .join(before, and_(visit.c.tag == before.c.id, visit.c.enter == before.c.enter))
        .where(visit.c.leave >= since)
    )
    lasting = (
        select(open_visit.c.room, open_visit.c.enter)
        .join(tag, tag.c.id == open_visit.c.tag)
        .where(tag.c.kind.in_(PERSONS), open_visit.c.enter <= until)
    )
    rows = [(number, enter, leave) for number, enter, leave in connection.execute(reaching)]
    return rows + [(number, enter, until) for number, enter in connection.execute(lasting)]
