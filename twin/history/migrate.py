"""Bringing the database file to this program's schema, after a backup copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from twin.errors import HistoryError
from twin.history.faults import Fault, fault_of

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, path: Path) -> Path | None:
    """Run the pending migrations inside the connection's transaction.

    Returns the backup that was made of the old database, None when there was no need.

    Raises:
        HistoryError: the file is no history of ours, is newer than this program, or no backup
            could be made.
    """
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    head, current = script.get_current_head(), MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return None
    if current is None and inspect(connection).get_table_names():
        raise HistoryError(f"{path} is a database of another program; set WARDLIGHT_DATABASE_URL to another file.")
    if current is not None and not _knows(script, current):
        raise HistoryError(
            f"{path} was written by a newer Wardlight (schema {current}, this one knows {head}). "
            f"Start that version, or put back a backup ({path.name}.before-*)."
        )
    copy = None if current is None else backup(path, path.with_name(f"{path.name}.before-{head}"))
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        if fault_of(error, path) is not Fault.REFUSED:
            raise
        raise HistoryError(
            f"{path} could not be migrated from schema {current} to {head} ({error.orig}). "
            f"It is as it was; use the version of Wardlight that wrote it, and report this."
        ) from None
    return copy


def _knows(script: ScriptDirectory, revision: str) -> bool:
    try:
        return script.get_revision(revision) is not None
    except CommandError:
        return False


def backup(path: Path, to: Path) -> Path:
    """Copy the SQLite database at `path`, also while it is in use. An earlier copy is never overwritten.

    Raises:
        HistoryError: the copy could not be written.
    """
    target, number = to, 1
    while target.exists():
        number += 1
        target = to.with_name(f"{to.name}-{number}")
    part = target.with_name(f"{target.name}.part")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source:
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
            part.rename(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise HistoryError(
            f"No backup of {path} could be written to {target} ({error}), so the database was not migrated. "
            f"Free space on {target.parent} (as much as {path.name} takes) and start again."
        ) from None
    return target
