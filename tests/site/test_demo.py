"""The demo hospital is believable, whole, and what its plan says."""

from __future__ import annotations

import time
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from twin.model import NONE, Kind
from twin.site import Site, load_site, load_tags, rooms_at, route
from twin.site.draw import draw_building, place_gateways
from twin.site.load import load_building
from twin.site.plan import read_plan
from twin.site.register import draw_register
from twin.site.registers import write_gateways, write_tags

CIRCULATION = {"corridor", "lobby", "lift", "stairs"}
AREAS = {
    "patient_room": (16, 35),
    "theatre": (40, 70),
    "icu_bay": (18, 35),
    "ed_bay": (9, 25),
    "exam": (12, 60),
    "resus": (25, 60),
    "toilet": (4, 30),
}


def test_counts(demo: Site) -> None:
    proper = [room for room in demo.rooms if room.space_type not in CIRCULATION]
    assert len(demo.levels) == 4
    assert 135 <= len(proper) <= 160
    assert 65 <= len(demo.gateways) <= 80
    assert Counter(c.kind for c in demo.connectors) == {"elevator": 2, "stairs": 2}


def test_loads_quickly(demo_folder: Path) -> None:
    start = time.perf_counter()
    site = load_site(demo_folder / "building", demo_folder / "gateways.csv")
    assert site.raster
    assert site.graph
    assert time.perf_counter() - start < 2.0


def test_has_no_problem_at_all(demo_folder: Path) -> None:
    assert load_building(demo_folder / "building")[1] == []


def test_holds_every_department_the_twin_knows(demo: Site) -> None:
    assert set(demo.departments) == {
        "emergency", "imaging", "theatres", "icu", "ward_a", "ward_b", "outpatients", "pharmacy", "laboratory",
        "logistics", "administration", "plant",
    }  # fmt: skip
    heard = {demo.rooms[r].department for r in _rooms_of_gateways(demo)}
    assert set(demo.departments) <= heard


@pytest.mark.parametrize("space_type", AREAS)
def test_rooms_have_the_size_of_their_kind(demo: Site, space_type: str) -> None:
    low, high = AREAS[space_type]
    rooms = [room for room in demo.rooms if room.space_type == space_type]
    assert rooms
    assert [r.number for r in rooms if not low <= r.area <= high] == []


def test_rooms_do_not_overlap(demo: Site) -> None:
    for rooms in demo.rooms_of_level:
        for a, b in combinations(rooms, 2):
            assert demo.room_shapes[a].intersection(demo.room_shapes[b]).area < 1e-3


def test_rooms_fill_their_level_without_slivers(demo: Site) -> None:
    for level, rooms in enumerate(demo.rooms_of_level):
        free = demo.level_shapes[level].difference(shapely.union_all([demo.room_shapes[r] for r in rooms]))
        assert free.buffer(-0.16).is_empty


def test_every_room_has_a_door_and_every_door_two_sides(demo: Site) -> None:
    with_door = {room for door in demo.doors for room in door.rooms}
    assert [room.number for room in demo.rooms if room.index not in with_door] == []
    for door in demo.doors:
        assert door.rooms[0] != door.rooms[1]
        assert 0.8 <= door.width <= 5.0


@pytest.mark.parametrize("step_free", [False, True])
def test_every_room_is_reached_from_the_lobby(demo: Site, step_free: bool) -> None:
    lobby = demo.rooms[demo.room_by_number["001"]]
    start = (lobby.level, lobby.x, lobby.y)
    lost = [r.number for r in demo.rooms if not route(demo, start, (r.level, r.x, r.y), step_free=step_free)]
    assert lost == []


def test_ways_cross_no_wall(demo: Site) -> None:
    lobby = demo.rooms[demo.room_by_number["001"]]
    walls = [demo.walls(level) for level in range(4)]
    for room in demo.rooms:
        way = route(demo, (lobby.level, lobby.x, lobby.y), (room.level, room.x, room.y))
        for a, b in pairwise(way):
            if a.level == b.level:
                assert not walls[a.level].intersects(shapely.LineString([a[1:], b[1:]])), room.number


def test_lifts_and_stairs_stand_above_each_other(demo: Site) -> None:
    for connector in demo.connectors:
        assert [landing.level for landing in connector.landings] == [0, 1, 2, 3]
        assert len({(landing.x, landing.y) for landing in connector.landings}) == 1


def test_gateways_hang_in_rooms(demo: Site) -> None:
    assert NONE not in _rooms_of_gateways(demo)
    assert all(2.2 <= gateway.z <= 2.8 for gateway in demo.gateways)
    assert all(gateway.mac.lower() in gateway.topic for gateway in demo.gateways)


def test_register_has_the_promised_tags(demo: Site, demo_folder: Path) -> None:
    tags = load_tags(demo_folder / "tags.csv")
    assert Counter(tag.kind for tag in tags) == {"asset": 350, "patient": 120, "staff": 60, "sensor": 45}
    assert len({tag.type for tag in tags if tag.kind == "asset"}) == 12
    assert {tag.home for tag in tags if tag.home} <= set(demo.room_by_number)
    assert all(tag.home for tag in tags if tag.kind == "sensor")
    assert len({tag.label for tag in tags}) == len(tags)
    macs = {tag.mac for tag in tags} | {gateway.mac for gateway in demo.gateways}
    assert len(macs) == len(tags) + len(demo.gateways)


def test_committed_files_are_what_the_plan_draws(demo: Site, demo_folder: Path, tmp_path: Path) -> None:
    plan = read_plan(demo_folder / "plan.toml")
    draw_building(plan, tmp_path / "building")
    write_gateways(tmp_path / "gateways.csv", demo, place_gateways(plan, demo))
    write_tags(tmp_path / "tags.csv", draw_register(demo, 575))
    drawn = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*.*") if p.is_file()}
    kept = {path: (demo_folder / path).read_bytes() for path in drawn}
    assert [str(path) for path in drawn if drawn[path] != kept[path]] == []
    assert {p.name for p in (demo_folder / "building").iterdir()} == {p.name for p in (tmp_path / "building").iterdir()}


def test_a_longer_register_begins_with_the_shorter(demo: Site) -> None:
    short, long = draw_register(demo, 100), draw_register(demo, 2000)
    assert long[:100] == short
    assert len({tag.mac for tag in long}) == 2000
    shares = Counter(tag.kind for tag in short)
    assert abs(shares[Kind.ASSET] - 61) <= 3
    assert abs(shares[Kind.PATIENT] - 21) <= 3


def _rooms_of_gateways(site: Site) -> list[int]:
    level = np.array([g.level for g in site.gateways], dtype=np.int32)
    x = np.array([g.x for g in site.gateways], dtype=np.float32)
    y = np.array([g.y for g in site.gateways], dtype=np.float32)
    return rooms_at(site, level, x, y).tolist()
