"""What the Environment page knows: sensors and meters now, from the twin's report, and their past, from history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from twin import log
from twin.access import Visitor
from twin.climate import Range, SensorClimate, load_ranges
from twin.climate.kinetic import Summary, out_since, periods, summarise
from twin.climate.rooms import HUMIDITY_BACK_PCT, TEMPERATURE_BACK_C
from twin.errors import SettingsError
from twin.history.environment import Series, newest_of, series_of
from twin.model import Kind
from twin.settings import settings
from twin.web.live import Hub, read_json
from twin.web.picture import picture
from twin.web.records import records

QUANTITIES = ("temperature_c", "humidity_pct")
BACK = {"temperature_c": TEMPERATURE_BACK_C, "humidity_pct": HUMIDITY_BACK_PCT}
LOOK_BACK_S = 48 * 3600.0
"""How far an excursion's beginning is looked for."""
LAST_SEEN_S = 30 * 86400.0
"""As long as samples are kept."""

_log = log.get("environment")


@dataclass(frozen=True, slots=True)
class Sensor:
    """One registered sensor and what it says now."""

    mac: str
    type: str
    label: str
    room: int
    temperature_c: float | None
    humidity_pct: float | None
    at: float | None
    code: str
    """ "ok", "high", "low" or "silent"."""
    fault: str
    """Which quantity is out of range, "" for none."""

    def value(self, quantity: str) -> float | None:
        """The last value of a quantity."""
        return self.temperature_c if quantity == "temperature_c" else self.humidity_pct

    @property
    def air(self) -> bool:
        """Whether it measures the room itself, and not a fridge in it."""
        return not self.type.endswith(("fridge", "freezer"))


@dataclass(frozen=True, slots=True)
class MeterNow:
    """What a meter said last; `age_s` is None when it has said nothing since the twin started."""

    id: str
    age_s: float | None
    silent: bool
    watt: float | None
    kwh: float | None


@dataclass(frozen=True, slots=True)
class Now:
    """The environment at `t`, the hospital's time; `t` is None until the twin has reported."""

    t: float | None
    sensors: tuple[Sensor, ...]
    meters: tuple[MeterNow, ...]


class Past(NamedTuple):
    """What one sensor measured in a stretch of time."""

    series: Series
    summary: Summary
    since: float
    until: float
    parts: tuple[tuple[float, Summary], ...]
    """Each hour or day of the stretch by itself, by its beginning."""


def now(hub: Hub, visitor: Visitor) -> Now:
    """Read the newest report; without the sensors for those who may not see them."""
    report = read_json(hub.newest("health")) or {}
    tags = picture(hub, visitor).tags
    rows = (SensorClimate(*row) for row in report.get("sensors", [])) if visitor.sees(Kind.SENSOR) else ()
    sensors = tuple(_sensor(row, tags[row.tag]) for row in rows if row.tag < len(tags) and tags[row.tag][0])
    meters = tuple(_meter(row) for row in report.get("meters", []))
    return Now(report.get("t"), sensors, meters)


def _sensor(row: SensorClimate, tag: list[str]) -> Sensor:
    mac, _kind, type_, label, *_ = tag
    return Sensor(mac, type_, label, row.room, row.temperature_c, row.humidity_pct, row.at, row.code, row.fault)


def _meter(row: dict[str, Any]) -> MeterNow:
    return MeterNow(row["id"], row["age_s"], row["silent"], row["watt"], row["kwh"])


def ranges() -> Mapping[str, Range]:
    """The ranges that places must keep, read again when the file changed; empty when it cannot be read."""
    path = settings().climate
    return _ranges(path, _written(path))


@lru_cache(maxsize=2)
def _ranges(path: Path, _stamp: int) -> Mapping[str, Range]:
    try:
        return load_ranges(path)
    except SettingsError as error:
        _log.error(str(error))
        return {}


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def limits(type_: str, quantity: str) -> tuple[float, float]:
    """Lowest and highest value that a type of sensor allows; infinite where nothing is asked."""
    found = ranges().get(type_, Range())
    return found.temperature_c if quantity == "temperature_c" else found.humidity_pct


def hold_s(type_: str) -> float:
    """How long a reading stands before its sensor counts as silent."""
    return ranges().get(type_, Range()).silent_after_s


def beyond(sensor: Sensor) -> float:
    """How far the value that is out of range is outside, 0 while it comes back."""
    low, high = limits(sensor.type, sensor.fault or "temperature_c")
    value = sensor.value(sensor.fault or "temperature_c")
    return 0.0 if value is None else max(value - high, low - value, 0.0)


def severity(sensor: Sensor) -> float:
    """How far it is outside in widths of what is allowed: one degree is more for a fridge than for a ward."""
    low, high = limits(sensor.type, sensor.fault or "temperature_c")
    width = high - low if isfinite(high - low) else 1.0
    return beyond(sensor) / width


def began(sensor: Sensor, t: float) -> float | None:
    """When the excursion began that lasts at `t`; None when history does not tell.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    return _began(sensor.mac, sensor.type, sensor.fault, int(t // 60))


@lru_cache(maxsize=256)
def _began(mac: str, type_: str, quantity: str, minute: int) -> float | None:
    until = 60.0 * (minute + 1)
    found = series_of(records(), mac, quantity, until - LOOK_BACK_S, until)
    return out_since(found.t, found.value, limits(type_, quantity), BACK[quantity])


def last_seen(sensors: tuple[Sensor, ...], t: float) -> dict[str, float]:
    """When each sensor last said something, by MAC, also before the twin started.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    seen = {sensor.mac: sensor.at for sensor in sensors if sensor.at is not None}
    unknown = tuple(sensor.mac for sensor in sensors if sensor.mac not in seen)
    return seen | _newest(unknown, int(t // 60)) if unknown else seen


@lru_cache(maxsize=8)
def _newest(macs: tuple[str, ...], minute: int) -> dict[str, float]:
    return newest_of(records(), macs, 60.0 * minute - LAST_SEEN_S)


def past(mac: str, type_: str, quantity: str, edges: tuple[float, ...]) -> Past:
    """Read a sensor's past between the first and last of `edges`, the hours or days to sum up by themselves.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    since, until = edges[0], edges[-1]
    found = series_of(records(), mac, quantity, since, until)
    hold, kinetic = hold_s(type_), quantity == "temperature_c"
    whole = summarise(found.t, found.value, since, until, hold_s=hold, limits=limits(type_, quantity), kinetic=kinetic)
    parts = periods(found.t, found.value, np.array(edges), hold_s=hold)
    return Past(found, whole, since, until, tuple(zip(edges[:-1], parts, strict=True)))
