"""The open history: one transaction a batch, and what a restarted twin needs back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, Row, and_, bindparam, delete, func, or_, select

from twin.history import schema
from twin.history.append import append
from twin.history.batch import Batch, FixColumns, Restored
from twin.history.retention import Pruned, Retention, prune
from twin.history.rows import FixRow, Keys, Rows, rows_of
from twin.history.schema import fix, meta, open_visit, press, visit
from twin.model import NONE, Press, Visit

LAST_FIX_HOURS = 72
BURST_S = 90.0
"""How long a press may stay on the air; a captured burst lasted over a minute (reference "minew-gateway", 4)."""
SEEKS_AT_ONCE = 10_000
_NEWEST = "newest_batch_t"
_END_OPEN = delete(open_visit).where(
    open_visit.c.tag == bindparam("b_tag"),
    open_visit.c.room == bindparam("b_room"),
    or_(open_visit.c.enter == bindparam("b_enter"), open_visit.c.enter < bindparam("b_leave")),
)
"""The room and time keep a stay that begins where another ends."""


class History:
    """The history database, open for writing. Made by `open_history`."""

    def __init__(self, engine: Engine, path: Path, keys: Keys, backup: Path | None = None) -> None:
        self._engine = engine
        self._keys = keys
        self.path = path
        self.backup = backup
        """The copy that was made before a migration, if there was one now."""

    def rows(self, batch: Batch) -> Rows:
        """Translate a batch into the database's numbers."""
        return rows_of(batch, self._keys)

    def write(self, batches: Sequence[Rows]) -> None:
        """Store all of them or, when it raises, none. Writing the same again changes nothing.

        Raises:
            sqlalchemy.exc.DBAPIError: the database did not take them.
        """
        if not batches:
            return
        with self._engine.begin() as connection:
            for rows in _runs(batches):
                append(connection, open_visit, rows.opened)
                append(connection, visit, rows.closed)
                _end_open_visits(connection, rows)
            append(connection, fix, _joined(b.fixes for b in batches))
            append(connection, schema.sample, _joined(b.samples for b in batches))
            append(connection, schema.press, _joined(b.presses for b in batches))
            append(connection, schema.energy, _joined(b.energy for b in batches))
            append(connection, meta, [(_NEWEST, repr(batches[-1].t))])

    def prune(self, now: float, keep: Retention) -> Pruned:
        """Delete what is older than it is kept, seen from the hospital's time `now`."""
        with self._engine.begin() as connection:
            return prune(connection, now, keep)

    def restore(self) -> Restored:
        """Where the last run ended. Stays of a tag or room that is gone end there, at that time."""
        with self._engine.begin() as connection:
            newest = connection.scalar(select(meta.c.value).where(meta.c.key == _NEWEST))
            t = None if newest is None else float(newest)
            visits = _open_visits(connection, self._keys, t)
            return Restored(t, visits, _last_fixes(connection, self._keys), _presses(connection, self._keys, t))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _runs(batches: Sequence[Rows]) -> Iterable[Rows]:
    """Only the batches that have visits: their order matters, so they cannot be joined."""
    return (rows for rows in batches if rows.opened or rows.closed)


def _joined(parts: Iterable[list[tuple]]) -> list[tuple]:
    return list(chain.from_iterable(parts))


def _end_open_visits(connection: Connection, rows: Rows) -> None:
    if rows.closed:
        ended = [
            {"b_tag": tag, "b_enter": enter, "b_leave": leave, "b_room": room}
            for tag, enter, leave, room, *_ in rows.closed
        ]
        connection.execute(_END_OPEN, ended)


def _open_visits(connection: Connection, keys: Keys, t: float | None) -> list[Visit]:
    tag_index, room_index = _indices(keys.tag), _indices(keys.room)
    known: list[Visit] = []
    for row in connection.execute(select(open_visit).order_by(open_visit.c.tag)).all():
        if row.tag in tag_index and row.room in room_index:
            known.append(Visit(tag_index[row.tag], room_index[row.room], row.enter, None, row.confidence, row.observed))
        else:
            _end_orphan(connection, row, t)
    return known


def _presses(connection: Connection, keys: Keys, t: float | None) -> list[Press]:
    """What was pressed in the last `BURST_S` before `t`, oldest first."""
    if t is None:
        return []
    index = _indices(keys.tag)
    recent = select(press.c.tag, press.c.t, press.c.pattern).where(press.c.t > t - BURST_S).order_by(press.c.t)
    return [Press(index[tag], at, pattern) for tag, at, pattern in connection.execute(recent) if tag in index]


def _end_orphan(connection: Connection, row: Row[Any], t: float | None) -> None:
    leave = max(row.enter, row.enter if t is None else t)
    append(connection, visit, [(row.tag, row.enter, leave, row.room, row.confidence, row.observed)])
    connection.execute(delete(open_visit).where(open_visit.c.tag == row.tag))


def _last_fixes(connection: Connection, keys: Keys) -> FixColumns:
    """Find the newest fix of each tag, hour by hour back from the newest: one seek a tag and hour."""
    tag_index, level_index, room_index = _indices(keys.tag), _indices(keys.level), _indices(keys.room)
    found: dict[int, FixRow] = {}
    missing = sorted(tag_index)
    hour = newest = connection.scalar(select(func.max(fix.c.hour)))
    while missing and hour is not None and newest is not None and hour > newest - LAST_FIX_HOURS:
        found |= {row[1]: row for row in _newest_of_hour(connection, hour, missing)}
        missing = [number for number in missing if number not in found]
        hour = connection.scalar(select(func.max(fix.c.hour)).where(fix.c.hour < hour))
    known = [row for row in found.values() if row[3] in level_index]
    if not known:
        return FixColumns.empty()
    _hour, tag, t, level, room, x_cm, y_cm, p_pct, r90_dm = zip(*known, strict=True)
    return FixColumns(
        tag=np.array([tag_index[number] for number in tag], np.int32),
        level=np.array([level_index[number] for number in level], np.int32),
        room=np.array([room_index.get(number, NONE) for number in room], np.int32),
        x=np.array(x_cm, np.float32) / np.float32(100),
        y=np.array(y_cm, np.float32) / np.float32(100),
        p=np.array(p_pct, np.float32) / np.float32(100),
        r90=np.array(r90_dm, np.float32) / np.float32(10),
        t=np.array(t, np.float64),
    )


def _newest_of_hour(connection: Connection, hour: int, tags: Sequence[int]) -> Iterator[FixRow]:
    """Seek each tag's newest fix of an hour; left to itself SQLite would read the whole hour instead."""
    at = select(fix.c.t).where(fix.c.hour == hour, fix.c.tag == schema.tag.c.id).order_by(fix.c.t.desc()).limit(1)
    for start in range(0, len(tags), SEEKS_AT_ONCE):
        asked = schema.tag.c.id.in_(tags[start : start + SEEKS_AT_ONCE])
        newest = select(schema.tag.c.id, at.scalar_subquery().label("t")).where(asked).cte("newest")
        newest = newest.prefix_with("MATERIALIZED")
        same = and_(fix.c.hour == hour, fix.c.tag == newest.c.id, fix.c.t == newest.c.t)
        for row in connection.execute(select(fix).select_from(newest.join(fix, same))):
            yield tuple(row)


def _indices(ids: np.ndarray) -> dict[int, int]:
    return {number: index for index, number in enumerate(ids.tolist())}
