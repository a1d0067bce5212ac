"""What happened in a stretch of the past, to be marked on a time line; and where history has holes.

Times are POSIX seconds UTC, tags and rooms are today's indices (`twin.history.past.Known`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    Subquery,
    Table,
    and_,
    cast,
    func,
    or_,
    select,
)

from twin.history.past import Known
from twin.history.queries import reading
from twin.history.schema import day_of, fix, hour_of, open_visit, press, sample, tag, visit
from twin.model import I32, NONE, Kind

ABSENT_S = 4 * 3600.0
"""A patient's tag that comes after so long without a stay counts as seen for the first time."""
JOIN_S = 900.0
"""Values out of range that are not further apart are one excursion."""
GAP_S = 180.0
"""A shorter time without any position is no hole: a quiet night can be as quiet."""
BUCKET_S = 30
WITNESSES = 12
"""Tags whose positions prove that the twin was running; sensors first, because they never leave."""


class Pressing(NamedTuple):
    """A button press and the room that the tag was in; NONE for none known."""

    tag: int
    t: float
    pattern: str
    room: int


class Excursion(NamedTuple):
    """Values of one sensor above (`high`) or below its range, from the first to the last one stored."""

    tag: int
    quantity: str
    since: float
    until: float
    worst: float
    high: bool


class FirstSeen(NamedTuple):
    """A patient's tag in a room for the first time, or again after `ABSENT_S`. Not an admission: nobody said so."""

    tag: int
    t: float
    room: int


class Span(NamedTuple):
    """Times of the oldest and of the newest position that is kept."""

    oldest: float
    newest: float


Limits = Mapping[str, tuple[float, float]]
"""Lowest and highest value allowed, by quantity."""


def span(engine: Engine) -> Span | None:
    """Return how far back positions go; None while there are none.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        first = connection.scalar(select(func.min(fix.c.hour)))
        last = connection.scalar(select(func.max(fix.c.hour)))
        if first is None or last is None:
            return None
        oldest = connection.scalar(select(func.min(_ends_of_hour(first, oldest=True).c.t)))
        newest = connection.scalar(select(func.max(_ends_of_hour(last, oldest=False).c.t)))
    return None if oldest is None or newest is None else Span(oldest, newest)


def presses(engine: Engine, since: float, until: float, names: Known) -> list[Pressing]:
    """List the button presses in [since, until], oldest first.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    asked = select(press.c.tag, press.c.t, press.c.pattern, _room_then())
    with reading(engine) as connection:
        rows = connection.execute(asked.where(press.c.t.between(since, until)).order_by(press.c.t)).all()
    found = (Pressing(_of(names.tag, number), t, what, _of(names.room, place)) for number, t, what, place in rows)
    return [one for one in found if one.tag != NONE]


def first_seen(engine: Engine, since: float, until: float, names: Known) -> list[FirstSeen]:
    """List the patients' tags that were first seen in [since, until], oldest first.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        rows = [row for stay in (visit, open_visit) for row in connection.execute(_first_stays(stay, since, until))]
    found = (FirstSeen(_of(names.tag, number), t, _of(names.room, place)) for number, t, place in rows)
    return sorted((one for one in found if one.tag != NONE), key=lambda one: one.t)


def _first_stays(stay: Table, since: float, until: float) -> Select:
    """Ask for the stays of patients (those that ended, or those that last) before which there was none for long."""
    earlier = visit.alias("earlier")
    left = (
        select(earlier.c.leave).where(earlier.c.tag == stay.c.tag, earlier.c.enter < stay.c.enter)
        .order_by(earlier.c.enter.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    patients = select(tag.c.id).where(tag.c.kind == Kind.PATIENT.value).cte("patients").prefix_with("MATERIALIZED")
    came = and_(stay.c.tag == patients.c.id, stay.c.enter.between(since, until))
    asked = select(stay.c.tag, stay.c.enter, stay.c.room).select_from(patients.join(stay, came))
    return asked.where(or_(left.is_(None), left <= stay.c.enter - ABSENT_S))


def excursions(
    engine: Engine, since: float, until: float, names: Known, limits: Mapping[int, Limits]
) -> list[Excursion]:
    """List when sensors were out of range in [since, until], by their beginning; `limits` by index of the sensor.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    numbers = {int(index): number for number, index in enumerate(names.tag.tolist()) if index != NONE}
    alike: dict[tuple[str, float, float], list[int]] = {}
    for index, wanted in limits.items():
        for quantity, (low, high) in wanted.items():
            if index in numbers:
                alike.setdefault((quantity, low, high), []).append(numbers[index])
    found: list[Excursion] = []
    with reading(engine) as connection:
        for (quantity, low, high), tags in alike.items():
            rows = connection.execute(_outside(quantity, low, high, tags, since, until)).all()
            found += _joined(quantity, high, ((_of(names.tag, number), t, v) for number, t, v in rows))
    return sorted(found, key=lambda one: one.since)


def _outside(quantity: str, low: float, high: float, tags: Sequence[int], since: float, until: float) -> Select:
    outside = or_(sample.c.value < low, sample.c.value > high)
    days = range(day_of(since), day_of(until) + 1)
    asked = select(sample.c.tag, sample.c.t, sample.c.value).where(
        sample.c.day.in_(days), sample.c.tag.in_(tags), sample.c.quantity == quantity,
        sample.c.t.between(since, until), outside,
    )  # fmt: skip
    return asked.order_by(sample.c.tag, sample.c.t)


def _joined(quantity: str, limit: float, rows: Iterable[tuple[int, float, float]]) -> list[Excursion]:
    found: list[Excursion] = []
    for tag_, t, value in rows:
        high = value > limit
        last = found[-1] if found else None
        if last and last.tag == tag_ and last.high == high and t - last.until <= JOIN_S:
            worst = max(last.worst, value) if high else min(last.worst, value)
            found[-1] = last._replace(until=t, worst=worst)
        else:
            found.append(Excursion(tag_, quantity, t, t, value, high))
    return found


def gaps(engine: Engine, since: float, until: float) -> list[tuple[float, float]]:
    """List the times of more than `GAP_S` in [since, until] in which no position of any tag was stored.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        order = (tag.c.kind != Kind.SENSOR.value, tag.c.kind != Kind.ASSET.value, tag.c.id)
        witnesses = list(connection.scalars(select(tag.c.id).order_by(*order).limit(WITNESSES)))
        seen = _seen(connection, since, until, witnesses)
        for begin, end in _holes(seen, since, until):
            seen |= _seen(connection, begin, end, None)  # whoever else was heard meanwhile
    return _holes(seen, since, until)


def _seen(connection: Connection, since: float, until: float, tags: Sequence[int] | None) -> set[int]:
    """Number the pieces of `BUCKET_S` of (since, until) in which one of the tags (any for None) has a position."""
    who = select(tag.c.id) if tags is None else select(tag.c.id).where(tag.c.id.in_(tags))
    those = who.cte("those").prefix_with("MATERIALIZED")
    piece = cast(fix.c.t / BUCKET_S, Integer)
    found: set[int] = set()
    for hour in range(hour_of(since), hour_of(until) + 1):
        within = and_(fix.c.hour == hour, fix.c.tag == those.c.id, fix.c.t > since, fix.c.t < until)
        found.update(connection.scalars(select(piece).select_from(those.join(fix, within)).distinct()))
    return found


def _holes(seen: Iterable[int], since: float, until: float) -> list[tuple[float, float]]:
    edges = [since, *(t for n in sorted(seen) for t in (n * BUCKET_S, (n + 1) * BUCKET_S)), until]
    return [(float(a), float(b)) for a, b in pairwise(edges) if b - a > GAP_S]


def _ends_of_hour(hour: int, *, oldest: bool) -> Subquery:
    """The oldest or newest position of each tag in an hour, one seek a tag."""
    order = fix.c.t if oldest else fix.c.t.desc()
    t = select(fix.c.t).where(fix.c.hour == hour, fix.c.tag == tag.c.id).order_by(order).limit(1)
    return select(t.scalar_subquery().label("t")).select_from(tag).subquery()


def _room_then() -> ColumnElement[int]:
    """The room of the stay that the presser was in."""
    ended = select(visit.c.room).where(
        visit.c.tag == press.c.tag, visit.c.enter <= press.c.t, visit.c.leave > press.c.t
    )
    last = ended.order_by(visit.c.enter.desc()).limit(1).scalar_subquery()
    lasting = select(open_visit.c.room).where(open_visit.c.tag == press.c.tag, open_visit.c.enter <= press.c.t)
    return func.coalesce(last, lasting.scalar_subquery())


def _of(table: I32, number: int | None) -> int:
    return int(table[number]) if number is not None and 0 <= number < len(table) else NONE
