"""How long rows are kept, and the deleting of what is older."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from twin.history.append import append
from twin.history.schema import day_of, energy, fix, hour_of, meta, press, sample, tag, visit
from twin.model import Kind

PERSONS = (Kind.PATIENT.value, Kind.STAFF.value)
_REACHED = "person_fixes_deleted_before_hour"


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept for how long, counted back from the hospital's time."""

    person_fix_hours: float = 72
    """Positions of patients and staff."""
    fix_hours: float = 168
    """Positions of assets and sensors."""
    sample_days: float = 30
    energy_days: float = 90
    visit_days: float = 730
    press_days: float = 730


class Pruned(NamedTuple):
    """How many rows went, and whether older ones are left for the next call."""

    rows: int
    more: bool


def prune(connection: Connection, now: float, keep: Retention) -> Pruned:
    """Delete what is too old at `now`, the hospital's time; at most the oldest hour of fixes a call."""
    person_rows, more_persons = _drop_person_fixes(connection, hour_of(now - keep.person_fix_hours * 3600))
    other_rows, more_others = _drop_fixes(connection, hour_of(now - keep.fix_hours * 3600))
    rows = person_rows + other_rows
    rows += _drop(connection, sample, sample.c.day < day_of(now - keep.sample_days * 86400))
    rows += _drop(connection, energy, energy.c.day < day_of(now - keep.energy_days * 86400))
    rows += _drop(connection, visit, visit.c.leave < now - keep.visit_days * 86400)
    rows += _drop(connection, press, press.c.t < now - keep.press_days * 86400)
    return Pruned(rows, more_persons or more_others)


def _drop_fixes(connection: Connection, before: int) -> Pruned:
    oldest = connection.scalar(select(func.min(fix.c.hour)))
    if oldest is None or oldest >= before:
        return Pruned(0, False)
    return Pruned(_drop(connection, fix, fix.c.hour == oldest), oldest + 1 < before)


def _drop_person_fixes(connection: Connection, before: int) -> Pruned:
    """Go on from the hour reached last time: the hours before it hold assets only, and are many."""
    reached = connection.scalar(select(meta.c.value).where(meta.c.key == _REACHED))
    since = int(reached) if reached is not None and int(reached) <= before else None
    rest = select(func.min(fix.c.hour)) if since is None else select(func.min(fix.c.hour)).where(fix.c.hour >= since)
    oldest = connection.scalar(rest)
    if oldest is None or oldest >= before:
        return Pruned(0, False)
    persons = fix.c.tag.in_(select(tag.c.id).where(tag.c.kind.in_(PERSONS)))
    rows = _drop(connection, fix, fix.c.hour == oldest, persons)
    append(connection, meta, [(_REACHED, str(oldest + 1))])
    return Pruned(rows, oldest + 1 < before)


def _drop(connection: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(*which)).rowcount
