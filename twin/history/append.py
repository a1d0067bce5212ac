"""Adding many rows to a table as fast as the database can: the only engine-specific part."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

from twin.errors import HistoryError
from twin.history import schema

_LATEST_WINS = frozenset({schema.visit.name, schema.open_visit.name, schema.meta.name})
"""Tables where a second row with the same key corrects the first; elsewhere it is the same row again."""


def append(connection: Connection, table: Table, rows: Sequence[tuple]) -> None:
    """Add `rows`, tuples in the table's column order. Adding the same rows twice changes nothing.

    The driver's own `executemany` takes a third of the time of an insert of dictionaries
    through SQLAlchemy.
    """
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        raise HistoryError(f"History cannot be written to {connection.dialect.name} yet; use a sqlite:/// URL.")
    connection.exec_driver_sql(_sqlite_insert(table), list(rows))


@cache
def _sqlite_insert(table: Table) -> str:
    insert = sqlite.insert(table)
    if table.name in _LATEST_WINS:
        keys = list(table.primary_key.columns)
        rest = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
        insert = insert.on_conflict_do_update(index_elements=keys, set_=rest)
    else:
        insert = insert.on_conflict_do_nothing()
    return str(insert.compile(dialect=sqlite.dialect()))
