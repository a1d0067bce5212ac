"""What a failing database means, and what somebody can do about it."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_ROOM_NEEDED = 1 << 20


class Fault(StrEnum):
    """Why the database cannot be used just now."""

    FULL = "full"
    BUSY = "busy"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """The rows themselves are at fault: trying them again would not help."""


_BY_CODE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
    sqlite3.SQLITE_IOERR: Fault.UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: Fault.UNREACHABLE,
    sqlite3.SQLITE_READONLY: Fault.UNREACHABLE,
    sqlite3.SQLITE_PERM: Fault.UNREACHABLE,
}


def fault_of(error: SQLAlchemyError | sqlite3.Error | OSError, path: Path) -> Fault:
    """Say what kind of failure `error` is for the database file at `path`."""
    if isinstance(error, OSError):
        return Fault.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else Fault.UNREACHABLE
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    fault = Fault.REFUSED if code is None else _BY_CODE.get(code & 0xFF, Fault.REFUSED)
    # A write-ahead log that cannot grow reports an input/output error, not a full disk.
    return Fault.FULL if fault is Fault.UNREACHABLE and _is_full(path) else fault


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _ROOM_NEEDED
    except OSError:
        return False


def remedy(fault: Fault, path: Path, detail: str = "") -> str:
    """One line that says what is wrong with the file at `path` and what to do."""
    match fault:
        case Fault.FULL:
            return f"disk full: free space on {path.parent}"
        case Fault.BUSY:
            return f"behind: another program holds {path} locked; close it"
        case Fault.DAMAGED:
            return (
                f"damaged: {path} is not a sound SQLite database. Stop Wardlight, keep a copy of the file, then put a "
                f"backup in its place ({path.name}.before-* beside it, or your own), or move it away to begin anew"
            )
        case Fault.UNREACHABLE:
            return f"unreachable: {path} cannot be read or written ({detail}); check the disk, the folder and its owner"
        case Fault.REFUSED:
            return f"refused: {detail}"
