"""What of the gateway list and the survey still fits when another building takes the place of the one in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from twin.commission.points import Line
from twin.jobs.candidates import Candidate
from twin.model import F64, NONE, Gateway
from twin.site import Site, rooms_at
from twin.site.geodesy import Frame
from twin.site.registers import GATEWAY_COLUMNS, check_gateways, normal_mac, table_rows

SAME_DEGREES = 1e-7
"""Frames whose origins are no further apart than this (1 cm) are the same."""
SAME_BEARING = 1e-3
RELATED_SHARE = 0.5
"""A building is the same one, changed, when it keeps so many of the room numbers."""

Move = Callable[[F64], F64]
Cells = Mapping[str, str]


class Fitted(NamedTuple):
    """Gateways as they hang in the new building, and the names of those that are left out."""

    kept: tuple[Gateway, ...]
    left: tuple[str, ...]


def fit_gateways(old: Site, new: Site) -> Fitted:
    """Which gateways of `old` hang in a room of `new`: same place of the world, level of the same ordinal.

    Where the places of the two cannot be compared, none does.
    """
    move = mover(old, new)
    if move is None or not old.gateways:
        return Fitted((), tuple(g.name or g.mac for g in old.gateways))
    places = move(np.array([(g.x, g.y) for g in old.gateways]))
    rows = [
        {
            "gateway_id": g.mac, "name": g.name, "model": g.model, "floor": str(old.levels[g.level].ordinal),
            "x": f"{x:.2f}", "y": f"{y:.2f}", "z": f"{g.z:.2f}", "topic": g.topic,
        }
        for g, (x, y) in zip(old.gateways, places.tolist(), strict=True)
    ]  # fmt: skip
    return fit_rows(new, rows)


def fit_candidate(old: Site, new: Site, candidate: Candidate, pattern: str) -> Fitted:
    """The gateways that came with a candidate, else those of `old` that fit it.

    A gateway that came without a topic gets the usual one, by `pattern`.
    """
    if not candidate.gateways:
        return fit_gateways(old, new)
    rows = [{name: row.get(name, "").strip() for name in GATEWAY_COLUMNS} for row in candidate.gateways]
    for row in rows:
        row["topic"] = row["topic"] or pattern.replace("+", normal_mac(row["gateway_id"]).lower())
    return fit_rows(new, rows)


def fit_file(new: Site, path: Path) -> Fitted:
    """The gateways of a list that was made for `new`, without the lines that are wrong.

    Raises:
        SiteError: it is no gateway list.
    """
    return fit_rows(new, [row for _, row in table_rows(path, GATEWAY_COLUMNS)])


def fit_rows(site: Site, rows: Sequence[Cells]) -> Fitted:
    """The gateways of these lines, without the lines that are wrong."""
    _, faults = check_gateways(site, enumerate(rows))
    wrong = {fault.line for fault in faults}
    good = [row for line, row in enumerate(rows) if line not in wrong]
    kept, _ = check_gateways(site, enumerate(good))
    return Fitted(kept, tuple(_name(rows[line]) for line in sorted(wrong)))


def _name(row: Cells) -> str:
    return row["name"] or row["gateway_id"] or "one without a MAC"


def fit_survey(old: Site, new: Site, kept: Iterable[Gateway], lines: Sequence[Line]) -> list[Line]:
    """The readings of gateways that are `kept`, at points that are still in a room.

    A survey is kept as it was walked or not at all, so only buildings with the same frame share it.
    """
    if not lines or not same_frame(old.frame, new.frame) or mover(old, new) is None:
        return []
    macs = {gateway.mac for gateway in kept}
    level_of = {str(level.ordinal): level.index for level in new.levels}
    inside: dict[tuple[str, str, str], bool] = {}

    def fits(line: Line) -> bool:
        place = (line.floor, line.x, line.y)
        if place not in inside:
            inside[place] = line.floor in level_of and _in_room(new, level_of[line.floor], line.x, line.y)
        return inside[place] and normal_mac(line.gateway_id) in macs

    return [line for line in lines if fits(line)]


def mover(old: Site, new: Site) -> Move | None:
    """What turns [n, 2] local metres of `old` into those of `new`; None when nobody knows how the two lie."""
    if old.frame.georeferenced and new.frame.georeferenced:
        if same_frame(old.frame, new.frame):
            return lambda places: places
        return lambda places: new.frame.to_local(old.frame.to_lonlat(places))
    return (lambda places: places) if same_frame(old.frame, new.frame) and _related(old, new) else None


def same_frame(one: Frame, other: Frame) -> bool:
    """Whether the local metres of both mean the same place."""
    origin = max(abs(one.lon - other.lon), abs(one.lat - other.lat))
    return origin <= SAME_DEGREES and abs(one.bearing - other.bearing) <= SAME_BEARING


def _related(old: Site, new: Site) -> bool:
    """Whether both are the same building, perhaps changed: buildings without a place in the world share one frame."""
    if {room.id for room in old.rooms} & {room.id for room in new.rooms}:
        return True
    numbers = {room.number for room in old.rooms if room.number}
    return len(numbers & {room.number for room in new.rooms}) > RELATED_SHARE * max(len(numbers), 1)


def _in_room(site: Site, level: int, x: str, y: str) -> bool:
    try:
        at = np.array([float(x)]), np.array([float(y)])
    except ValueError:
        return False
    return bool(rooms_at(site, np.array([level], np.int32), *at)[0] != NONE)
