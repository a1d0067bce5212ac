"""Sensors in range, out of range with hysteresis, and silent."""

from __future__ import annotations

import pytest

from twin.climate import Climate, Range
from twin.model import Kind, Sample, Tag

T = 1_795_428_000.0
RANGES = {"vaccine_fridge": Range((2.0, 8.0), silent_after_s=600), "room": Range((20.0, 25.0), (20.0, 60.0))}
TAGS = (
    Tag(0, "A" * 12, "S1", Kind.SENSOR, "vaccine_fridge", "S-1", "R1"),
    Tag(1, "B" * 12, "S1", Kind.SENSOR, "room", "S-2", "R1"),
    Tag(2, "C" * 12, "S1", Kind.SENSOR, "room", "S-3", "R2"),
    Tag(3, "D" * 12, "S1", Kind.SENSOR, "room", "S-4", "nowhere"),
    Tag(4, "E" * 12, "MBT02", Kind.ASSET, "bed", "B-1", "R2"),
)


@pytest.fixture
def climate() -> Climate:
    return Climate(TAGS, {"R1": 10, "R2": 20}, RANGES)


def see(climate: Climate, tag: int, value: float, t: float = T, quantity: str = "temperature_c") -> str:
    climate.add([Sample(tag, t, quantity, value)])
    return {room.room: room for room in climate.step(t)}[10 if tag < 2 else 20].code


def test_without_values_all_are_silent(climate: Climate):
    rooms = climate.step(T)
    assert [(room.room, room.code, room.sensors_silent) for room in rooms] == [(10, "silent", 2), (20, "silent", 1)]


def test_limits_belong_to_the_range(climate: Climate):
    assert see(climate, 0, 8.0) == "ok"
    assert see(climate, 0, 8.1) == "high"
    assert see(climate, 0, 7.6) == "high"
    assert see(climate, 0, 7.5) == "ok"
    assert see(climate, 0, 1.9) == "low"
    assert see(climate, 0, 2.4) == "low"
    assert see(climate, 0, 2.5) == "ok"


def test_humidity_counts_too_with_its_own_hysteresis(climate: Climate):
    see(climate, 2, 22.0)
    assert see(climate, 2, 61.0, quantity="humidity_pct") == "high"
    assert see(climate, 2, 59.0, quantity="humidity_pct") == "high"
    assert see(climate, 2, 58.0, quantity="humidity_pct") == "ok"


def test_silence_is_told_after_its_time(climate: Climate):
    see(climate, 0, 5.0)
    assert climate.step(T + 600)[0].code == "ok"
    late = climate.step(T + 601)[0]
    assert (late.code, late.sensors_silent, late.age_s, late.temperature_c) == ("silent", 2, 601.0, 5.0)


def test_the_sensor_out_of_range_is_shown_else_the_air(climate: Climate):
    see(climate, 1, 22.0)
    see(climate, 0, 5.0)
    assert climate.step(T)[0].temperature_c == 22.0
    see(climate, 0, 9.0)
    shown = climate.step(T)[0]
    assert (shown.temperature_c, shown.code, shown.sensor, shown.out_of_range) == (9.0, "high", 0, True)


def test_older_values_and_other_tags_change_nothing(climate: Climate):
    see(climate, 0, 5.0)
    assert climate.add([Sample(0, T - 1, "temperature_c", 50.0), Sample(4, T, "temperature_c", 50.0)]) == 0
    assert climate.add([Sample(0, T + 1, "battery_pct", 50.0)]) == 0
    assert climate.step(T)[0].code == "ok"


def test_the_values_say_whether_they_are_of_the_air_or_of_a_fridge(climate: Climate) -> None:
    see(climate, 1, 21.0)
    assert [room.of for room in climate.step(T) if room.room == 10] == ["room"]
    see(climate, 0, 11.0)
    assert [room.of for room in climate.step(T) if room.room == 10] == ["vaccine_fridge"]
