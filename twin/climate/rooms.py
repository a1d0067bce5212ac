"""The climate of measured rooms now: the newest value of each sensor, and whether it is in range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from twin.climate.ranges import Range
from twin.model import Kind, Sample, Tag

TEMPERATURE_BACK_C = 0.5
HUMIDITY_BACK_PCT = 2.0
"""How far inside its range a value must come back (reference "alerts-and-safety", section 6)."""
_AIR = "room"


class RoomClimate(NamedTuple):
    """What is shown for one room. Values are None while they are unknown.

    A room with several sensors (air and a fridge) shows one that is out of range if there is any,
    else the air sensor, else the first. `code` is "ok", "high", "low" or "silent".
    """

    room: int
    temperature_c: float | None
    humidity_pct: float | None
    age_s: float | None
    code: str
    sensor: int
    """Tag index of the sensor whose values these are."""
    sensors_silent: int
    out_of_range: bool
    of: str = "room"
    """Type of that sensor: what the values are the temperature of, the room's air or a fridge in it."""


class SensorClimate(NamedTuple):
    """One sensor now: what it said last and when (None for never), and the judgement as in `RoomClimate`.

    `fault` names the quantity that is out of range, "" when none is.
    """

    tag: int
    room: int
    temperature_c: float | None
    humidity_pct: float | None
    at: float | None
    age_s: float | None
    code: str
    fault: str


@dataclass(slots=True)
class _Sensor:
    tag: int
    type: str
    room: int
    range: Range
    temperature_c: float | None = None
    humidity_pct: float | None = None
    at: float | None = None
    code: str = "silent"
    fault: str = ""

    def take(self, sample: Sample) -> bool:
        """Whether the sample was of use; older ones than the newest are not."""
        if sample.quantity not in ("temperature_c", "humidity_pct") or (self.at or sample.t) > sample.t:
            return False
        setattr(self, sample.quantity, sample.value)
        self.at = sample.t
        return True

    def age(self, now: float) -> float | None:
        return None if self.at is None else max(0.0, now - self.at)

    def judge(self, now: float) -> None:
        age = self.age(now)
        if age is None or age > self.range.silent_after_s:
            self.code, self.fault = "silent", ""
            return
        before, quantity = self.code, "temperature_c"
        code = _judge(self.temperature_c, self.range.temperature_c, TEMPERATURE_BACK_C, before)
        if code == "ok":
            quantity = "humidity_pct"
            code = _judge(self.humidity_pct, self.range.humidity_pct, HUMIDITY_BACK_PCT, before)
        self.code, self.fault = code, quantity if code != "ok" else ""


def _judge(value: float | None, limits: tuple[float, float], back: float, before: str) -> str:
    if value is None:
        return "ok"
    low, high = limits
    if value > high or (before == "high" and high - back < value):
        return "high"
    if value < low or (before == "low" and value < low + back):
        return "low"
    return "ok"


class Climate:
    """State of all registered sensors that have a home room and a range."""

    def __init__(self, tags: Sequence[Tag], room_by_number: Mapping[str, int], ranges: Mapping[str, Range]) -> None:
        self._sensors = {
            tag.index: _Sensor(tag.index, tag.type, room_by_number[tag.home], ranges[tag.type])
            for tag in tags
            if tag.kind == Kind.SENSOR and tag.home in room_by_number and tag.type in ranges
        }
        self._by_room: dict[int, list[_Sensor]] = {}
        for sensor in self._sensors.values():
            self._by_room.setdefault(sensor.room, []).append(sensor)

    def add(self, samples: Iterable[Sample]) -> int:
        """Take new values; returns how many were of use."""
        used = 0
        for sample in samples:
            sensor = self._sensors.get(sample.tag)
            used += sensor is not None and sensor.take(sample)
        return used

    def sensors(self, now: float) -> list[SensorClimate]:
        """Each sensor by itself, by tag index, as the last `step` judged it."""
        return [
            SensorClimate(s.tag, s.room, s.temperature_c, s.humidity_pct, s.at, s.age(now), s.code, s.fault)
            for s in self._sensors.values()
        ]

    def step(self, now: float) -> list[RoomClimate]:
        """Each measured room at `now`, by ascending room index."""
        for sensor in self._sensors.values():
            sensor.judge(now)
        return [_shown(room, sensors, now) for room, sensors in sorted(self._by_room.items())]


def _rank(sensor: _Sensor) -> tuple[bool, bool, bool, bool, int]:
    fine = sensor.code not in ("high", "low")
    return fine, sensor.code == "silent", sensor.at is None, sensor.type != _AIR, sensor.tag


def _shown(room: int, sensors: list[_Sensor], now: float) -> RoomClimate:
    shown = min(sensors, key=_rank)
    return RoomClimate(
        room=room,
        temperature_c=shown.temperature_c,
        humidity_pct=shown.humidity_pct,
        age_s=shown.age(now),
        code=shown.code,
        sensor=shown.tag,
        sensors_silent=sum(sensor.code == "silent" for sensor in sensors),
        out_of_range=shown.code in ("high", "low"),
        of=shown.type,
    )
