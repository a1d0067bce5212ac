"""The hospital's course: where people are, how many, how warm it is."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import pytest

from twin.hospital.ground import Ground
from twin.hospital.tables import Tables
from twin.hospital.world import World
from twin.model import NONE, Kind, Tag
from twin.site import Site, rooms_at

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC).timestamp()
ZONE = "Europe/Paris"


def test_the_same_seed_gives_the_same_hospital(ground: Ground, tags: tuple[Tag, ...], tables: Tables) -> None:
    first, second, other = (World.opened(ground, tags, tables, ZONE, seed, NOON) for seed in (3, 3, 4))
    for w in (first, second, other):
        w.advance(NOON + 1800)
    assert np.array_equal(first.stage.where.x, second.stage.where.x)
    assert np.array_equal(first.rooms.temperature, second.rooms.temperature)
    assert not np.array_equal(first.stage.where.x, other.stage.where.x)


def test_the_course_does_not_depend_on_the_steps(ground: Ground, tags: tuple[Tag, ...], tables: Tables) -> None:
    coarse, fine = (World.opened(ground, tags, tables, ZONE, 3, NOON) for _ in range(2))
    coarse.advance(NOON + 240)
    for n in range(1, 241):
        fine.advance(NOON + n)
    assert np.array_equal(coarse.stage.where.room, fine.stage.where.room)
    assert np.allclose(coarse.stage.where.x, fine.stage.where.x)


def test_everybody_on_the_air_is_in_a_room_never_in_a_wall(world: World, site: Site) -> None:
    where = world.stage.where
    for n in range(1, 400):
        world.advance(NOON + 7 * n)
        there = np.flatnonzero(where.on_air)
        found = rooms_at(site, where.level[there], where.x[there], where.y[there])
        outside = there[found == NONE]
        # A doorway is as thin as the wall: a walker may stand on the line itself, nobody else.
        assert where.moving[outside].all()
        for tag in outside:
            near = [d for d in site.doors if d.level == where.level[tag]]
            assert min(np.hypot(d.x - where.x[tag], d.y - where.y[tag]) for d in near) < 0.8


def test_people_pass_through_doors_and_nobody_jumps(world: World) -> None:
    where = world.stage.where
    people = [t.index for t in world.stage.tags if t.kind in (Kind.PATIENT, Kind.STAFF)]
    for n in range(1, 600):
        before = where.x.copy(), where.y.copy(), where.level.copy(), where.on_air.copy()
        world.advance(NOON + n)
        went = np.hypot(where.x - before[0], where.y - before[1])[people]
        # Whoever is fetched steps to the porter's side within the room: at most across it.
        assert went[(before[3] & where.on_air)[people]].max() < 8.0


def test_the_house_is_full_by_day_and_wristbands_are_used_again(world: World) -> None:
    census = []
    world.advance(NOON - 0)
    for hour in range(24):
        world.advance(NOON + 3600.0 * hour)
        census.append(world.patients.census())
    assert world.patients.arrived > world.patients.wristbands  # so some wristbands had several wearers
    assert all(85 <= c <= 116 for c in census[:4])
    assert min(census) > 35
    assert world.patients.census() + len(world.patients.drawer) == world.patients.wristbands
    assert world.patients.arrived - world.patients.gone == world.patients.census()
    worn = {t.index for t in world.stage.tags if t.kind == Kind.PATIENT and world.stage.where.on_air[t.index]}
    assert worn == set(world.patients.present)


def test_places_are_never_promised_twice(world: World) -> None:
    for n in range(1, 200):
        world.advance(NOON + 120 * n)
        places = world.stage.places
        assert all(0 <= held <= size for held, size in zip(places.held, places.capacity, strict=True))


def test_nobody_is_stuck(world: World) -> None:
    world.advance(NOON + 20 * 3600)
    before = world.patients.gone
    world.advance(NOON + 30 * 3600)
    assert world.patients.gone - before > 60


def test_staff_follow_shifts(world: World) -> None:
    world.advance(NOON)
    day = world.staff.present()
    world.advance(NOON + 14 * 3600)
    assert 3 <= world.staff.present() < day / 2


def test_temperatures_stay_physical_and_faults_show(world: World) -> None:
    kinds = np.array([world.stage.tags[tag].type for tag in world.rooms.tags])
    fridges = np.char.endswith(kinds.astype(str), "fridge")
    warmest, faults = -99.0, 0
    for n in range(1, 26 * 6):
        world.advance(NOON + 600 * n)
        celsius, percent = world.rooms.temperature, world.rooms.humidity
        assert celsius.min() > 0.0
        assert celsius.max() < 45.0
        assert percent.min() >= 15.0
        assert percent.max() <= 90.0
        sick = {t.sensor for t in world.rooms.troubles.values()}
        faults += len(sick)
        warmest = max(warmest, float(celsius[fridges].max()))
    assert faults > 0
    assert warmest > 8.0


def test_equipment_is_used_and_comes_home(world: World) -> None:
    where = world.stage.where
    beds = [t.index for t in world.stage.tags if t.kind == Kind.ASSET]
    start = where.room[beds].copy()
    travelled = np.zeros(len(beds), bool)
    for n in range(1, 60):
        world.advance(NOON + 300 * n)
        travelled |= where.room[beds] != start
    assert travelled.sum() > 30
    assert (where.room[beds] != NONE).all()


@pytest.mark.parametrize("kind", [Kind.PATIENT, Kind.STAFF, Kind.ASSET, Kind.SENSOR])
def test_a_register_without_a_kind_still_lives(
    kind: Kind, ground: Ground, tags: tuple[Tag, ...], tables: Tables
) -> None:
    fewer = [t for t in tags if t.kind != kind]
    renumbered = tuple(Tag(n, t.mac, t.model, t.kind, t.type, t.label, t.home) for n, t in enumerate(fewer))
    lonely = World.opened(ground, renumbered, tables, ZONE, 1, NOON)
    lonely.advance(NOON + 4 * 3600)
    assert lonely.stage.where.on_air.any()


def test_walks_arrive_where_they_should(ground: Ground, site: Site) -> None:
    rng = random.Random(5)
    for _ in range(200):
        a, b = rng.randrange(len(site.rooms)), rng.randrange(len(site.rooms))
        start, goal = ground.spot(a, rng), ground.spot(b, rng)
        path = ground.path(a, start, b, goal)
        assert path.points[0][1:] == start
        assert path.points[-1][1:] == goal
        assert list(path.seconds) == sorted(path.seconds)
