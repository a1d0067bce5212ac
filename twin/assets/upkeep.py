"""The register of equipment behind the tags: serial number, maker, owner, and when a service is due."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from twin.errors import SiteError
from twin.site.registers import normal_mac, table_rows

COLUMNS = ("mac", "serial", "maker", "model", "next_service", "department")

_MAC = re.compile(r"[0-9A-F]{12}")


class Due(IntEnum):
    """How soon a service is due."""

    UNKNOWN = 0
    LATER = 1
    SOON = 2
    OVERDUE = 3


class Upkeep(NamedTuple):
    """One thing of the register; texts may be empty."""

    mac: str
    serial: str
    maker: str
    model: str
    next_service: date | None
    department: str
    """Key of the department that owns it."""


def due(service: date | None, today: date, soon_days: int) -> Due:
    """Judge the day of the next service."""
    if service is None:
        return Due.UNKNOWN
    if service < today:
        return Due.OVERDUE
    return Due.SOON if (service - today).days <= soon_days else Due.LATER


def read_upkeep(path: Path) -> dict[str, Upkeep]:
    """Read an assets.csv by MAC; `next_service` is a day as 2026-12-31, all columns but `mac` may be empty.

    Raises:
        SiteError: naming each bad line.
    """
    problems: list[str] = []
    found: dict[str, Upkeep] = {}
    for line, row in table_rows(path, COLUMNS[:1], COLUMNS[1:]):
        mac, day = normal_mac(row["mac"]), None
        if not _MAC.fullmatch(mac):
            problems.append(f"line {line}: {row['mac']!r} is no MAC address; write 12 hex digits")
        elif mac in found:
            problems.append(f"line {line}: {mac} is there twice; keep one of them")
        try:
            day = date.fromisoformat(row["next_service"]) if row["next_service"] else None
        except ValueError:
            problems.append(f"line {line}: next_service is {row['next_service']!r}, write a day as 2026-12-31")
        found.setdefault(mac, Upkeep(mac, row["serial"], row["maker"], row["model"], day, row["department"]))
    if problems:
        raise SiteError(f"The register of equipment {path} has faults; correct these lines:", tuple(problems))
    return found


def upkeep_rows(upkeep: Iterable[Upkeep]) -> list[tuple[str, ...]]:
    """The lines of an assets.csv, under `COLUMNS`."""
    return [
        (u.mac, u.serial, u.maker, u.model, u.next_service.isoformat() if u.next_service else "", u.department)
        for u in upkeep
    ]
