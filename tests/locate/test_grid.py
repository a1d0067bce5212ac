"""The filter itself: how probability walks, and what its radius means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.locate.grid import R90_MIN_M, GridFilter, Tuning
from twin.locate.recorded import Ways
from twin.locate.tiles import TALL, WIDE, posterior_of
from twin.model import NONE

FAR = -np.inf


class One:
    """One tag in the building of two rooms, stepped by hand."""

    def __init__(self, ways: Ways, **more: object) -> None:
        self.ways = ways
        self.filter = GridFilter(*ways, np.zeros(1, np.int32), Tuning(), **more)  # pyright: ignore[reportArgumentType]

    def step(self, heard: dict[int, float], *, elapsed: float = 1.0, diffusion: float = 1.1, alive: bool = False):
        gateways = len(self.ways.anchors.x)
        return self.filter.step(
            np.zeros(1, np.int32), np.array([0, len(heard)], np.int32), np.array(sorted(heard), np.int32),
            np.array([heard[g] for g in sorted(heard)], np.float32), np.array([elapsed]), np.array([diffusion]),
            np.zeros(1), np.full(gateways, 1.0 if alive else FAR), np.full(1, NONE, np.int32),
        )  # fmt: skip

    def exact(self, x: float, y: float) -> dict[int, float]:
        """What all gateways hear of a tag at (x, y)."""
        row, column = self.ways.cells.at(np.array([x]), np.array([y]))
        return dict(enumerate(self.ways.radio.mean[:, 0, row[0], column[0]].tolist()))

    @property
    def p(self) -> np.ndarray:
        """Over the whole map."""
        return posterior_of(self.filter.state, self.filter.ground, 0)


@pytest.fixture
def one(ways) -> One:
    return One(ways)


def test_exact_readings_are_where_they_say(one):
    reading = [one.step(one.exact(3.0, 2.0)) for _ in range(8)][-1]
    assert np.hypot(reading.x[0] - 3.0, reading.y[0] - 2.0) < 0.6
    assert reading.room[0] == 0
    assert reading.p_room[0] > 0.95


def test_steps_without_readings_spread_probability_and_keep_it(one):
    for _ in range(5):
        one.step(one.exact(3.0, 4.0))
    before = after = one.step({})
    for _ in range(20):
        after = one.step({})
        assert one.p.sum() == pytest.approx(1.0, abs=1e-3)
        assert (one.p >= 0).all()
    assert after.r90[0] > before.r90[0] + 0.5


def test_probability_goes_through_the_door_rather_than_the_wall(one):
    """Of a tag beside the wall, as far from the middle of the door as from a stretch without one."""
    for _ in range(6):
        one.step(one.exact(5.2, 2.5))
    for _ in range(2):
        one.step({})

    def beyond_the_wall(y: float) -> float:
        x, rows = one.ways.cells.x, one.ways.cells.y
        row, column = np.flatnonzero(np.abs(rows - y) < 0.5), np.flatnonzero((x > 6.2) & (x < 7.0))
        return float(one.p[0][np.ix_(row, column)].sum())

    assert beyond_the_wall(4.0) > 1.5 * beyond_the_wall(1.0)


def test_no_probability_outside_the_rooms(one):
    for _ in range(10):
        one.step(one.exact(5.8, 1.0))
    assert one.p[one.ways.cells.room == NONE].sum() == 0


def test_an_epoch_soon_after_another_says_less(ways):
    """Twenty readings in a second are not twenty times as sure as one."""

    def after_four(pause: float) -> float:
        one = One(ways)
        one.step(one.exact(3, 4))
        return float([one.step(one.exact(9, 4), elapsed=pause) for _ in range(4)][-1].x[0])

    assert after_four(0.05) < after_four(1.0)


def test_long_silence_lets_a_tag_be_anywhere_near(ways):
    one = One(ways)
    for _ in range(10):
        one.step(one.exact(1.5, 1.5))
    near = one.step({}, elapsed=1.0).r90[0]
    assert one.step({}, elapsed=3600.0).r90[0] > near


@given(r90=st.floats(0.1, 20), spread2=st.floats(0, 60))
@settings(deadline=None, max_examples=40)
def test_the_radius_is_never_too_good_to_be_true(filter_of_two_rooms, r90, spread2):
    calibrated = filter_of_two_rooms.calibrated(np.array([r90], np.float32), np.array([spread2]))
    assert calibrated[0] >= R90_MIN_M - 1e-6
    assert np.isfinite(calibrated[0])


@given(a=st.floats(0.1, 20), b=st.floats(0.1, 20))
@settings(deadline=None, max_examples=40)
def test_a_wider_posterior_never_has_a_smaller_radius(filter_of_two_rooms, a, b):
    both = filter_of_two_rooms.calibrated(np.array(sorted((a, b)), np.float32), np.full(2, 9.0))
    assert both[0] <= both[1] + 1e-6


@pytest.fixture(scope="module")
def filter_of_two_rooms(ways) -> GridFilter:
    return One(ways).filter


def test_at_rest_the_radius_is_wider_than_on_the_way(filter_of_two_rooms):
    rest, walk = filter_of_two_rooms.calibrated(np.full(2, 4.0, np.float32), np.array([0.0, 30.0]))
    assert rest > walk


def test_the_box_follows_the_loudest_gateway(world, rng):
    locator = world.locator(1)
    for level in range(4):
        gateway = int(np.flatnonzero(world.anchors.level == level)[0])
        place = world.cell(level, world.anchors.x[gateway], world.anchors.y[gateway])
        for k in range(3):
            tag, heard_by, rssi = world.hear(rng, place)
            locator.step(world.epoch(1e9 + 10 * level + k, (tag, heard_by, rssi)))
        l0, r0, c0, levels, height, width = locator.filter.state.box[0]
        assert l0 <= level < l0 + levels
        assert r0 <= place[0, 1] // TALL < r0 + height
        assert c0 <= place[0, 2] // WIDE < c0 + width
