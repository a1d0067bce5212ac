"""The loop, the saved world, the day it opens, the truth file."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin import clock
from twin.errors import SettingsError
from twin.hospital import run as run_module
from twin.hospital.agenda import Agenda
from twin.hospital.ground import Ground
from twin.hospital.keeper import Keeper, Recipe
from twin.hospital.opening_day import live_from
from twin.hospital.run import Course, Pace, Runner
from twin.hospital.station import Station
from twin.hospital.tables import Tables, load_tables
from twin.hospital.truth import Truth
from twin.hospital.world import World
from twin.model import Tag
from twin.site import Site

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC).timestamp()
ZONE = "Europe/Paris"
CLOCK = "wardlight/demo/clock"


class FakeBus:
    """Keeps what is published; says to `pace` that the twin has followed, when it is to."""

    connected = True

    def __init__(self, pace: Pace | None = None) -> None:
        self.sent: list[tuple[str, bytes, bool]] = []
        self._pace = pace

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        self.sent.append((topic, payload, retain))
        if self._pace and topic == CLOCK:
            self._pace.told("", payload, False)
        return True

    def clocks(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for topic, payload, _ in self.sent if topic == CLOCK]


def runner(station: Station, bus: FakeBus, pace: Pace, live: float, speed: float = 1.0) -> Runner:
    return Runner(
        station, bus, pace, Course(CLOCK, speed, live, clock.monotonic()), each=lambda: None, keep=lambda: None
    )


def test_catching_up_announces_the_time_first_and_publishes_nothing_else(station: Station, site: Site) -> None:
    pace = Pace()
    bus = FakeBus(pace)
    runner(station, bus, pace, NOON + 60).catch_up(threading.Event())
    assert station.world.now == NOON + 60
    assert bus.sent[0][0] == CLOCK
    assert bus.sent[0][2]
    assert [c["t"] - NOON for c in bus.clocks()] == [5.0 * n for n in range(1, 13)]
    assert bus.clocks()[0]["catch_up_until"] == NOON + 60
    assert bus.clocks()[-1]["catch_up_until"] is None
    assert {t for t, _, _ in bus.sent} <= {CLOCK} | {g.topic for g in site.gateways}
    assert not any(retain for topic, _, retain in bus.sent if topic != CLOCK)


def test_catching_up_stays_near_a_slow_twin(station: Station) -> None:
    stop = threading.Event()
    pace = Pace()
    pace.told("", json.dumps({"t": NOON}).encode(), False)
    bus = FakeBus()
    loop = threading.Thread(target=runner(station, bus, pace, NOON + 3600).catch_up, args=(stop,))
    loop.start()
    loop.join(3.0)
    stop.set()
    loop.join()
    assert NOON + 50 <= station.world.now <= NOON + 110


def test_catching_up_goes_on_slowly_without_a_twin(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "FIRST_PACE", 0.05)
    monkeypatch.setattr(run_module, "SLOWLY", 0.01)
    bus = FakeBus()
    runner(station, bus, Pace(), NOON + 150).catch_up(threading.Event())
    assert station.world.now == NOON + 150


@pytest.mark.parametrize("text", [b"", b"[]", b'{"t": null}', b'{"t": "x"}', b"\xff", b"1"])
def test_a_bad_pace_is_ignored(text: bytes) -> None:
    pace = Pace()
    pace.told("", text, False)
    assert pace.t == 0.0


def test_live_steps_follow_the_speed(station: Station) -> None:
    stop = threading.Event()
    bus = FakeBus()
    begin = clock.monotonic()
    loop = threading.Thread(target=runner(station, bus, Pace(), NOON, 60.0).live, args=(stop, begin))
    loop.start()
    loop.join(1.5)
    stop.set()
    loop.join()
    passed, took = station.world.now - NOON, clock.monotonic() - begin
    assert 0.5 * 60 * took <= passed <= 60 * took + 6
    assert bus.clocks()[0]["speed"] == 60.0
    assert bus.clocks()[0]["t"] == NOON + 6.0


def test_a_late_start_is_made_up_for(station: Station) -> None:
    """Whoever follows the clock would stand still until it is where it was before the restart."""
    stop, bus = threading.Event(), FakeBus()
    threading.Timer(0.8, stop.set).start()
    runner(station, bus, Pace(), NOON).live(stop, clock.monotonic() - 4.0)
    assert 4.0 <= station.world.now - NOON <= 7.0


@pytest.fixture
def recipe(ground: Ground, tags: tuple[Tag, ...], tables: Tables) -> Recipe:
    return Recipe(ground, tags, tables, ZONE, 1, 0.5)


def test_a_saved_hospital_continues_as_if_it_had_not_stopped(tmp_path: Path, recipe: Recipe) -> None:
    keeper = Keeper(tmp_path, recipe)
    life = keeper.begin(NOON, 1.0)
    life.world.advance(life.live_from + 60)
    keeper.keep(life, NOON)
    again = Keeper(tmp_path, recipe).begin(NOON + 600, 1.0)
    life.world.advance(life.world.now + 600)
    assert again.live_from == life.live_from
    assert again.world.now == life.world.now
    assert np.array_equal(again.world.stage.where.room, life.world.stage.where.room)
    assert again.world.patients.census() == life.world.patients.census()


def test_an_interrupted_catch_up_goes_on_where_it_was(tmp_path: Path, recipe: Recipe) -> None:
    keeper = Keeper(tmp_path, recipe)
    life = keeper.begin(NOON, 1.0)
    keeper.keep(life, NOON)
    assert Keeper(tmp_path, recipe).begin(NOON + 900, 1.0).world.now == life.world.now


def test_after_long_the_hospital_opens_anew_and_later(tmp_path: Path, recipe: Recipe) -> None:
    keeper = Keeper(tmp_path, recipe)
    life = keeper.begin(NOON, 1.0)
    life.world.advance(life.live_from + 60)
    keeper.keep(life, NOON)
    fresh = Keeper(tmp_path, recipe).begin(NOON + 7 * 3600, 1.0)
    assert fresh.world.now > life.world.now


@pytest.mark.parametrize("damage", [b"", b"not a pickle", b"\x80\x05K\x01."])
def test_a_damaged_file_opens_a_new_hospital(tmp_path: Path, recipe: Recipe, damage: bytes) -> None:
    keeper = Keeper(tmp_path, recipe)
    life = keeper.begin(NOON, 1.0)
    keeper.keep(life, NOON)
    (tmp_path / "world.pickle").write_bytes(damage)
    assert Keeper(tmp_path, recipe).begin(NOON, 1.0).world.now > life.world.now


def test_another_seed_is_another_hospital(tmp_path: Path, recipe: Recipe) -> None:
    keeper = Keeper(tmp_path, recipe)
    life = keeper.begin(NOON, 1.0)
    keeper.keep(life, NOON)
    assert Keeper(tmp_path, recipe._replace(seed=2)).begin(NOON, 1.0).world.now > life.world.now


def test_a_full_disk_does_not_stop_the_hospital(tmp_path: Path, recipe: Recipe) -> None:
    keeper = Keeper(tmp_path / "x", recipe)
    life = keeper.begin(NOON, 1.0)
    (tmp_path / "x").rmdir()
    keeper.keep(life, NOON)


def test_it_opens_so_that_it_is_live_at_eleven_local_time() -> None:
    for when in (datetime(2026, 7, 1, 22, tzinfo=UTC), datetime(2026, 1, 15, 3, tzinfo=UTC)):
        opens = live_from(when.timestamp(), "America/New_York", 3.0, 0.0)
        local = datetime.fromtimestamp(opens, UTC).hour
        assert local in (15, 16)
    later = live_from(NOON, ZONE, 3.0, NOON + 40 * 86400)
    assert NOON + 40 * 86400 < later - 3 * 3600 < NOON + 42 * 86400


def test_the_truth_tells_everybody_and_changes_and_is_cut_off(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = Truth(tmp_path)
    for old in range(60):
        (tmp_path / f"truth-20200101T{old:02d}.ndjson").touch()
    for n in range(1, 30):
        world.advance(NOON + 2 * n)
        truth.write(world)
    truth.close()
    files = sorted(tmp_path.glob("truth-*.ndjson"))
    assert len(files) == 48
    lines = [json.loads(line) for line in files[-1].read_text().splitlines()]
    everybody = next(line["all"] for line in lines if "all" in line)
    assert len(everybody) == len(world.stage.tags)
    assert any("who" in line for line in lines)
    assert any("air" in line for line in lines)


def test_the_truth_survives_a_folder_that_vanishes(tmp_path: Path, world: World) -> None:
    truth = Truth(tmp_path / "t")
    (tmp_path / "t").rmdir()
    truth.write(world)


def test_the_agenda_keeps_order_and_never_goes_back() -> None:
    done: list[str] = []
    agenda = Agenda(10.0)
    agenda.at(12.0, done.append, "b")
    agenda.at(12.0, done.append, "c")
    agenda.at(5.0, done.append, "a")
    agenda.run(20.0)
    assert done == ["a", "b", "c"]
    assert agenda.now == 20.0


def test_bad_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"pathways\.toml"):
        load_tables(tmp_path)
    folder = Path(run_module.__file__).parent
    for name in ("pathways.toml", "work.toml"):
        (tmp_path / name).write_text((folder / name).read_text().replace("icu = 0.02", "moon = 0.02"))
    with pytest.raises(SettingsError, match="moon"):
        load_tables(tmp_path)
