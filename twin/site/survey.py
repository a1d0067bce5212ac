"""The survey: what gateways heard of a tag that stood at known points, and the file that keeps it."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twin.errors import SiteError
from twin.model import F32, F64, I32, NONE
from twin.site.raster import rooms_at
from twin.site.registers import normal_mac, table_rows

if TYPE_CHECKING:
    from twin.site.building import Site

COLUMNS = ("point", "x", "y", "z", "floor", "gateway_id", "rssi")
RSSI_MIN, RSSI_MAX = -110.0, -20.0
"""Values outside are error codes (reference "positioning", pitfall 14)."""
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Survey:
    """Readings at known points: columns by point, and by reading (`at` is the reading's point)."""

    point: tuple[str, ...]
    x: F64
    y: F64
    z: F64
    """Metres above the floor of the level."""
    level: I32
    at: I32
    gateway: I32
    rssi: F32

    @classmethod
    def empty(cls) -> Survey:
        """A survey of no points."""
        none, whole = np.empty(0), np.empty(0, np.int32)
        return cls((), none, none, none, whole, whole, whole, np.empty(0, np.float32))


def read_survey(path: Path, site: Site) -> Survey:
    """Read survey.csv of a building; `floor` is a level's ordinal, z metres above it, RSSI in dBm.

    Raises:
        SiteError: naming each bad line; a point in no room of its floor, an unknown gateway, no number.
    """
    level_of = {str(level.ordinal): level.index for level in site.levels}
    gateway_of = {gateway.mac: gateway.index for gateway in site.gateways}
    places: dict[str, tuple[float, float, float, int]] = {}
    line_of: dict[str, int] = {}
    rows: list[tuple[str, int, float]] = []
    problems: list[str] = []
    for line, row in table_rows(path, COLUMNS):
        faults = [*_faults(row, level_of), *_unknown(row, gateway_of)]
        if not faults:
            place = (float(row["x"]), float(row["y"]), float(row["z"]), level_of[row["floor"]])
            if places.setdefault(row["point"], place) != place:
                faults.append(f"point {row['point']} was elsewhere on line {line_of[row['point']]}")
            line_of.setdefault(row["point"], line)
            rows.append((row["point"], gateway_of[normal_mac(row["gateway_id"])], float(row["rssi"])))
        problems += [f"{path.name} line {line}: {fault}" for fault in faults]
    problems += _in_no_room(path, site, places, line_of)
    if problems:
        more = len(problems) - MOST_PROBLEMS
        shown = (*problems[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else []))
        raise SiteError(f"The survey {path} has faults; correct these lines:", shown)
    return assemble(places, rows)


def assemble(places: Mapping[str, tuple[float, float, float, int]], rows: list[tuple[str, int, float]]) -> Survey:
    """A survey of points by name (x, y, z, level) and readings (point, gateway, RSSI)."""
    number = {name: i for i, name in enumerate(places)}
    x, y, z, level = (np.array(column) for column in zip(*places.values(), strict=True)) if places else ([],) * 4
    at, gateway, rssi = zip(*rows, strict=True) if rows else ((), (), ())
    return Survey(
        tuple(places), np.array(x, float), np.array(y, float), np.array(z, float), np.array(level, np.int32),
        np.array([number[name] for name in at], np.int32), np.array(gateway, np.int32), np.array(rssi, np.float32),
    )  # fmt: skip


def write_survey(path: Path, site: Site, survey: Survey) -> None:
    """Write survey.csv as `read_survey` reads it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for at, gateway, rssi in zip(survey.at.tolist(), survey.gateway.tolist(), survey.rssi.tolist(), strict=True):
            place = (f"{axis[at]:.2f}" for axis in (survey.x, survey.y, survey.z))
            floor = site.levels[survey.level[at]].ordinal
            writer.writerow((survey.point[at], *place, floor, site.gateways[gateway].mac, f"{rssi:g}"))


def number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _faults(row: Mapping[str, str], level_of: Mapping[str, int]) -> list[str]:
    faults = [] if row["point"] else ["has no point"]
    faults += [f"{axis} is {row[axis]!r}, expected metres" for axis in "xyz" if number(row[axis]) is None]
    if row["floor"] not in level_of:
        faults.append(f"floor {row['floor']!r} is no level's ordinal; the building has {', '.join(level_of)}")
    rssi = number(row["rssi"])
    if rssi is None or not RSSI_MIN <= rssi <= RSSI_MAX:
        faults.append(f"rssi is {row['rssi']!r}, expected dBm from {RSSI_MIN:g} to {RSSI_MAX:g}")
    return faults


def _unknown(row: Mapping[str, str], gateway_of: Mapping[str, int]) -> list[str]:
    known = normal_mac(row["gateway_id"]) in gateway_of
    return [] if known else [f"gateway {row['gateway_id']!r} is not in the gateway list"]


def _in_no_room(
    path: Path, site: Site, places: Mapping[str, tuple[float, float, float, int]], line_of: Mapping[str, int]
) -> list[str]:
    if not places:
        return []
    x, y, _, level = (np.array(column) for column in zip(*places.values(), strict=True))
    rooms = rooms_at(site, level.astype(np.int32), x, y)
    return [
        f"{path.name} line {line_of[name]}: point {name} at x {place[0]:g}, y {place[1]:g} is in no room of its floor"
        for (name, place), room in zip(places.items(), rooms, strict=True)
        if room == NONE
    ]
