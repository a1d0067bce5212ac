"""Meters of the simulated hospital: their load follows its life, and they speak only as meters do."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from twin.climate.meters import Measured, read_meter
from twin.hospital.ground import Ground
from twin.hospital.save import FORM, Saved, load, save
from twin.hospital.station import Station
from twin.hospital.tables import Tables
from twin.hospital.world import World
from twin.model import Tag
from twin.site import Site
from twin.site.meters import Meter, MeterKind

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC).timestamp()
NIGHT = datetime(2026, 3, 5, 2, tzinfo=UTC).timestamp()
ZONE = "Europe/Paris"


@pytest.fixture(scope="module")
def meters(site: Site) -> tuple[Meter, ...]:
    def rooms(kind: str) -> tuple[int, ...]:
        return tuple(r.index for r in site.rooms if r.space_type == kind)

    rows = (
        ("lighting", rooms("ed_bay")), ("imaging", rooms("imaging")), ("ventilation", rooms("theatre")),
        ("theatre", rooms("theatre")), ("sockets", ()), ("nothing we know", rooms("office")),
    )  # fmt: skip
    kinds = (MeterKind.ZIGBEE2MQTT, MeterKind.TASMOTA)
    return tuple(
        Meter(i, f"m-{i}", f"Meter {i}", f"topic/{i}", kinds[i % 2], "", where, what)
        for i, (what, where) in enumerate(rows)
    )


@pytest.fixture(scope="module")
def lived(ground: Ground, tags: tuple[Tag, ...], tables: Tables, meters: tuple[Meter, ...]) -> tuple[World, np.ndarray]:
    """A world after a night, with the power of each meter every ten minutes from noon to then."""
    world = World.opened(ground, tags, tables, ZONE, 1, NOON, meters)
    watts = []
    for n in range(90):
        world.advance(NOON + 600.0 * n)
        watts.append(world.meters.watt.copy())
    return world, np.array(watts)


def test_the_hospitals_course_is_the_same_with_and_without_meters(
    ground: Ground, tags: tuple[Tag, ...], tables: Tables, meters: tuple[Meter, ...]
) -> None:
    worlds = [World.opened(ground, tags, tables, ZONE, 3, NOON, some) for some in ((), meters)]
    for world in worlds:
        world.advance(NOON + 900)
    assert np.array_equal(worlds[0].stage.where.x, worlds[1].stage.where.x)
    assert np.array_equal(worlds[0].rooms.temperature, worlds[1].rooms.temperature)


def test_the_same_seed_gives_the_same_counters_however_it_is_watched(
    ground: Ground, tags: tuple[Tag, ...], tables: Tables, meters: tuple[Meter, ...]
) -> None:
    first, second = (World.opened(ground, tags, tables, ZONE, 3, NOON, meters) for _ in range(2))
    first.advance(NOON + 300)
    for n in range(1, 301):
        second.advance(NOON + n)
        second.meters.messages(NOON + n - 1, NOON + n)
    assert first.meters.kwh.tolist() == second.meters.kwh.tolist()


def test_a_saved_hospital_counts_on(
    tmp_path_factory: pytest.TempPathFactory,
    ground: Ground,
    tags: tuple[Tag, ...],
    tables: Tables,
    meters: tuple[Meter, ...],
) -> None:
    world = World.opened(ground, tags, tables, ZONE, 3, NOON, meters)
    path = tmp_path_factory.mktemp("saved") / "world.pickle"
    save(path, Saved(FORM, "", NOON, NOON, world))
    again = load(path, ground, tables).world
    for one in (world, again):
        one.advance(NOON + 600)
    assert world.meters.kwh.tolist() == again.meters.kwh.tolist()
    assert world.meters.messages(NOON, NOON + 600) == again.meters.messages(NOON, NOON + 600)


def test_loads_are_believable(lived: tuple[World, np.ndarray]) -> None:
    _, watts = lived
    by_day, by_night = watts[:36], watts[72:]
    assert (watts >= 0).all()
    assert by_day[:, 0].mean() > 1.3 * by_night[:, 0].mean(), "lamps by day and by night"
    assert by_day[:, 1].max() > 2.5 * np.median(by_night[:, 1]), "scanners have peaks"
    assert by_day[:, 2].mean() > by_night[:, 2].mean(), "less air at night"
    assert watts[:, 4].max() == 0.0, "a meter without rooms measures nothing"


def test_each_meter_reports_about_once_a_minute_in_its_own_manner(lived: tuple[World, np.ndarray]) -> None:
    world, _ = lived
    world.meters.silent_until[:] = 0.0
    t = world.now
    heard: dict[str, list[Measured]] = {}
    for n in range(600):
        for message in world.meters.messages(t + n, t + n + 1):
            kind = MeterKind.TASMOTA if b"ENERGY" in message.payload else MeterKind.ZIGBEE2MQTT
            found = read_meter(message.payload, kind)
            assert isinstance(found, Measured)
            heard.setdefault(message.topic, []).append(found)
    assert set(heard) == {f"topic/{i}" for i in range(6)}
    assert all(10 <= len(readings) <= 25 for readings in heard.values())


def test_counters_rise_with_the_power_and_begin_anew_when_a_meter_is_exchanged(lived: tuple[World, np.ndarray]) -> None:
    world, _ = lived
    before, t = world.meters.kwh.copy(), world.now
    world.advance(t + 600)
    assert (world.meters.kwh >= before).all()
    assert world.meters.kwh[1] > before[1]
    world.meters._swap(1)
    assert world.meters.kwh[1] == 0.0
    today = json.loads(world.meters._payload(1, world.now))["ENERGY"]
    assert (today["Total"], today["Today"]) == (0.0, 0.0)


def test_a_silent_meter_says_nothing(lived: tuple[World, np.ndarray]) -> None:
    world, _ = lived
    world.meters.silent_until[:] = world.now + 1000
    assert world.meters.messages(world.now, world.now + 300) == []
    world.meters.silent_until[:] = 0.0


def test_the_station_sends_meters_beside_gateways(
    ground: Ground, tags: tuple[Tag, ...], tables: Tables, meters: tuple[Meter, ...], propagation
) -> None:
    station = Station(World.opened(ground, tags, tables, ZONE, 1, NOON, meters), propagation, 1)
    topics = {message.topic for n in range(1, 14) for message in station.step(NOON + 5 * n)}
    assert {f"topic/{i}" for i in range(6)} <= topics
