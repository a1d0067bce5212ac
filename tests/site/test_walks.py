from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from twin.model import NONE
from twin.settings import ROOT
from twin.site import Site, load_site, route
from twin.site.walks import Walks


@pytest.fixture(scope="module")
def demo() -> Site:
    return load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")


def spot(site: Site, number: str) -> tuple[int, float, float]:
    room = site.rooms[site.room_by_number[number]]
    return room.level, room.x, room.y


def walked(path: list) -> float:
    return sum(math.hypot(a.x - b.x, a.y - b.y) for a, b in pairwise(path) if a.level == b.level)


def test_one_search_finds_what_the_router_finds_for_each(demo: Site) -> None:
    chance = random.Random(3)
    start = spot(demo, "119")
    walks = Walks(demo, start, step_free=True)
    for room in chance.sample(demo.rooms, 40):
        end = (room.level, room.x, room.y)
        way, path = walks.to(room.index, end), route(demo, start, end, step_free=True)
        assert (way is None) == (not path)
        if way:
            assert way.metres == pytest.approx(walked(path), abs=0.5)
            assert way.lift == any(a.level != b.level for a, b in pairwise(path))
            assert way.effort >= way.metres - 1e-9
            assert walks.least(room.index) <= 3 * way.effort + 1e-6


def test_within_the_room_it_is_a_straight_line(demo: Site) -> None:
    level, x, y = spot(demo, "119")
    way = Walks(demo, (level, x, y)).to(demo.room_by_number["119"], (level, x + 1.0, y))
    assert way
    assert (way.metres, way.lift) == (pytest.approx(1.0), False)


def test_stairs_are_for_those_who_carry(demo: Site) -> None:
    start, room = spot(demo, "119"), demo.rooms[demo.room_by_number["227"]]
    end = (room.level, room.x, room.y)
    on_foot, on_wheels = (Walks(demo, start, step_free=free).to(room.index, end) for free in (False, True))
    assert on_foot
    assert on_wheels
    assert on_wheels.lift
    assert on_foot.effort <= on_wheels.effort


def test_no_room_no_way(demo: Site) -> None:
    walks = Walks(demo, spot(demo, "119"))
    assert walks.found
    assert walks.to(NONE, (0, 0.0, 0.0)) is None
