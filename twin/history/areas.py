"""What history tells of places: how crowded they were, how long patients stayed, which ways were walked.

Read-only. Each question is one statement, and the database does the adding up: what comes back is a
row a place or a turn of a way, not a row a fix. Times are POSIX seconds UTC; rooms and levels come
back by their IMDF id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import Column, Engine, Integer, Over, Row, Select, Subquery, and_, case, cast, func, or_, select

from twin.history.queries import reading, stored_range
from twin.history.schema import fix, hour_of, level, room, tag, visit
from twin.model import F64, I32, Kind

CELL_M = 2.0
"""Side of the squares that long rooms and halls are divided into."""
LARGE_M2 = 40.0
"""Rooms larger than this are told by squares."""
MOST_BETWEEN_S = 90.0
"""A fix says where its tag was until the next one, but not for longer: a live tag is stored each 60 s."""
STEP_M = 1.5
"""A way is told by the places where its tag had moved this far."""
_BASE_CM = 10_000_000
"""Added before the division by cells, so that it rounds down west and south of the origin too."""


class Crowd(NamedTuple):
    """Seconds that people spent in the part of a room that lies in cell (`column`, `row`) of `CELL_M`."""

    room: str
    column: int
    row: int
    seconds: float


class Dwell(NamedTuple):
    """How long `n` ended stays in a room lasted: the median, seconds."""

    room: str
    median_s: float
    n: int


class Ways(NamedTuple):
    """Ways of several tags as parallel columns, tag by tag and in order of time.

    `first` marks where a way begins: another tag, another level, or a time without fixes before it.
    """

    tag: I32
    t: F64
    level: I32
    """Position of the level's id in `levels`."""
    x: F64
    y: F64
    first: np.ndarray
    levels: tuple[str, ...]


def crowds(engine: Engine, kinds: Collection[Kind], since: float, until: float) -> list[Crowd]:
    """Add up where tags of these kinds were in [since, until].

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        hours = stored_range(connection, fix.c.hour, hour_of(since), hour_of(until))
        next_t = func.lead(fix.c.t).over(partition_by=fix.c.tag, order_by=fix.c.t)
        told = func.coalesce(next_t, until) - fix.c.t
        wanted = select(tag.c.id).where(tag.c.kind.in_([str(kind) for kind in kinds]))
        cell = _BASE_CM // round(100 * CELL_M)
        spent = (
            select(
                fix.c.room,
                (cast((fix.c.x_cm + _BASE_CM) / round(100 * CELL_M), Integer) - cell).label("column"),
                (cast((fix.c.y_cm + _BASE_CM) / round(100 * CELL_M), Integer) - cell).label("row"),
                case((told > MOST_BETWEEN_S, MOST_BETWEEN_S), else_=told).label("seconds"),
            )
            .where(fix.c.hour.in_(hours), fix.c.tag.in_(wanted), fix.c.t.between(since, until))
            .subquery()
        )
        summed = select(room.c.uuid, spent.c.column, spent.c.row, func.sum(spent.c.seconds)).join(
            room, spent.c.room == room.c.id
        )
        rows = connection.execute(summed.group_by(room.c.uuid, spent.c.column, spent.c.row)).all()
    return [Crowd(*row) for row in rows]


def dwells(engine: Engine, kind: Kind, since: float, until: float) -> list[Dwell]:
    """Tell the median stay of each room, of the stays that ended in [since, until].

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    asked = (
        select(room.c.uuid, visit.c.leave - visit.c.enter)
        .select_from(visit.join(room, visit.c.room == room.c.id).join(tag, visit.c.tag == tag.c.id))
        .where(tag.c.kind == str(kind), visit.c.leave.between(since, until))
    )
    with reading(engine) as connection:
        rows = connection.execute(asked).all()
    return _medians([row[0] for row in rows], np.array([row[1] for row in rows], np.float64))


def _medians(names: list[str], values: F64) -> list[Dwell]:
    if not names:
        return []
    rooms, of = np.unique(np.array(names), return_inverse=True)
    order = np.lexsort((values, of))
    n = np.bincount(of)
    start = np.cumsum(n) - n
    low, high = values[order][start + (n - 1) // 2], values[order][start + n // 2]
    return [Dwell(str(name), float(m), int(k)) for name, m, k in zip(rooms, (low + high) / 2, n, strict=True)]


def ways(engine: Engine, macs: Iterable[str], levels: Collection[str], since: float, until: float) -> Ways:
    """Tell the ways of some tags on some levels (IMDF ids) in [since, until]; a tag that rests has none.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    with reading(engine) as connection:
        hours = stored_range(connection, fix.c.hour, hour_of(since), hour_of(until))
        wanted = select(tag.c.id).where(tag.c.mac.in_(list(macs)))
        moves = _moves(hours, wanted, since, until)
        paused = moves.c.t - moves.c.before > 2 * MOST_BETWEEN_S
        new = or_(moves.c.before.is_(None), moves.c.level_before != moves.c.level, paused)
        moved = func.abs(moves.c.dx) + func.abs(moves.c.dy) > round(100 * STEP_M)
        asked = (
            select(moves.c.tag, moves.c.t, level.c.uuid, moves.c.x_cm, moves.c.y_cm, cast(new, Integer))
            .join(level, moves.c.level == level.c.id)
            .where(and_(level.c.uuid.in_(list(levels)), or_(new, moved)))
            .order_by(moves.c.tag, moves.c.t)
        )
        rows = connection.execute(asked).all()
    return _as_ways(rows)


def _moves(hours: range, wanted: Select, since: float, until: float) -> Subquery:
    def before(column: Column) -> Over:
        return func.lag(column).over(partition_by=fix.c.tag, order_by=fix.c.t)

    moves = select(
        fix.c.tag, fix.c.t, fix.c.level, fix.c.x_cm, fix.c.y_cm,
        before(fix.c.t).label("before"),
        before(fix.c.level).label("level_before"),
        (fix.c.x_cm - before(fix.c.x_cm)).label("dx"),
        (fix.c.y_cm - before(fix.c.y_cm)).label("dy"),
    )  # fmt: skip
    return moves.where(fix.c.hour.in_(hours), fix.c.tag.in_(wanted), fix.c.t.between(since, until)).subquery()


def _as_ways(rows: Sequence[Row]) -> Ways:
    levels = tuple(sorted({row[2] for row in rows}))
    place = {name: i for i, name in enumerate(levels)}
    columns = [np.array([row[k] for row in rows], np.float64) for k in (0, 1, 3, 4, 5)]
    tags, t, x, y, first = columns
    return Ways(
        tags.astype(np.int32),
        t,
        np.array([place[row[2]] for row in rows], np.int32),
        x / 100.0,
        y / 100.0,
        first.astype(bool),
        levels,
    )


def thinned(ways: Ways, most: int) -> Ways:
    """The same ways with at most about `most` points: every k-th of each, their first and last."""
    total = len(ways.t)
    if total <= most:
        return ways
    begins = np.flatnonzero(ways.first)
    length = np.diff(np.append(begins, total))
    along = np.arange(total) - np.repeat(begins, length)
    last = along == np.repeat(length, length) - 1
    # Ways of one point draw nothing; what is left pays for its ends and shares the rest.
    drawn = np.repeat(length > 1, length)
    ends = 2 * int((length > 1).sum())
    if ends > most:  # too many ways: the longest ones
        longest = begins[np.argsort(-length, kind="stable")[: most // 4]]
        drawn &= np.isin(np.repeat(begins, length), longest)
        ends = 2 * len(longest)
    step = max(int(np.ceil(max(int(drawn.sum()) - ends, 1) / max(most - ends, 1))), 1)
    keep = drawn & ((along % step == 0) | last)
    tags, t, level, x, y, first, levels = ways
    return Ways(tags[keep], t[keep], level[keep], x[keep], y[keep], first[keep], levels)
