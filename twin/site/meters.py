"""The list of energy meters: a CSV file that people edit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import SiteError
from twin.site.registers import table_rows

if TYPE_CHECKING:
    from twin.site.building import Site

METER_COLUMNS = ("meter_id", "name", "topic", "kind", "department", "rooms", "what")
OPTIONAL_COLUMNS = ("rating_kw",)
RATING_KW = 100.0
"""Taken for a meter whose line names none."""
HIGHEST_KW = 10_000.0

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}")


class MeterKind(StrEnum):
    """In whose manner a meter's messages are written."""

    ZIGBEE2MQTT = "zigbee2mqtt"
    TASMOTA = "tasmota"


@dataclass(frozen=True, slots=True)
class Meter:
    """One energy meter. `rooms` are room indices; several meters may feed one room."""

    index: int
    id: str
    name: str
    topic: str
    kind: MeterKind
    department: str
    """Department key; "" for the building as a whole."""
    rooms: tuple[int, ...]
    what: str
    """What hangs on it: "lighting", "sockets", "ventilation", "imaging", ..."""
    rating_kw: float = RATING_KW
    """Most that can flow through it. A counter that moves faster than that is not believed."""
    strange_rooms: tuple[str, ...] = ()
    """Numbers of rooms that the building in use does not have."""


def load_meters(path: Path, site: Site) -> tuple[Meter, ...]:
    """Read meters.csv; `rooms` are room numbers with a space between.

    A room that the building does not have is no fault, because the building can be exchanged while
    the list stays: it is left out and named in `strange_rooms`.

    Raises:
        SiteError: naming each bad line.
    """
    problems: list[str] = []
    meters: list[Meter] = []
    seen: dict[str, int] = {}
    for line, row in table_rows(path, METER_COLUMNS, OPTIONAL_COLUMNS):
        faults = [*_name_faults(row, line, seen), *_value_faults(row)]
        problems += [f"{path.name} line {line}: {fault}" for fault in faults]
        if not faults:
            meters.append(_meter(len(meters), row, site))
    if problems:
        raise SiteError(f"The list of meters {path} has faults; correct these lines:", tuple(problems))
    return tuple(meters)


def _meter(index: int, row: Mapping[str, str], site: Site) -> Meter:
    numbers = tuple(dict.fromkeys(row["rooms"].replace(";", " ").split()))
    known = site.room_by_number
    return Meter(
        index=index,
        id=row["meter_id"],
        name=row["name"],
        topic=row["topic"],
        kind=MeterKind(row["kind"]),
        department=row["department"],
        rooms=tuple(known[number] for number in numbers if number in known),
        what=row["what"],
        rating_kw=float(row["rating_kw"] or RATING_KW),
        strange_rooms=tuple(number for number in numbers if number not in known),
    )


def _name_faults(row: Mapping[str, str], line: int, seen: dict[str, int]) -> Iterator[str]:
    """Two meters of one id or topic could not be told apart."""
    if not _ID.fullmatch(row["meter_id"]):
        yield f"meter_id is {row['meter_id']!r}; write letters, digits, dot, dash or underscore, at most 48"
    topic = row["topic"]
    own = topic.startswith(("wardlight/", "$"))
    if not topic or own or not topic.isprintable() or any(wild in topic for wild in "+#"):
        yield f"topic {topic!r} is none that a meter can publish on"
    for what, value in (("meter_id", row["meter_id"]), ("topic", topic)):
        if value and seen.setdefault(f"{what} {value}", line) != line:
            yield f"{what} {value} was already on line {seen[f'{what} {value}']}"


def _value_faults(row: Mapping[str, str]) -> Iterator[str]:
    if not row["name"]:
        yield "has no name"
    if row["kind"] not in set(MeterKind):
        yield f"kind is {row['kind']!r}, expected {' or '.join(MeterKind)}"
    if not row["what"]:
        yield "does not say what hangs on it; write lighting, sockets, ventilation, ..."
    try:
        rating = float(row["rating_kw"] or RATING_KW)
    except ValueError:
        rating = math.nan
    if not 0.0 < rating <= HIGHEST_KW:
        yield f"rating_kw is {row['rating_kw']!r}, expected kilowatts, above 0 and up to {HIGHEST_KW:.0f}"
