"""Gateways that hear other than they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.locate.watch import FIXES_MIN, GatewayWatch

T = 1_795_428_000.0


def watched(mean: float, spread: float, fixes: int, each: int = 5, surveyed: bool = True):
    """What is said of gateway 1 after so many residuals."""
    rng = np.random.default_rng(2)
    watch = GatewayWatch(np.full(3, surveyed))
    for _ in range(fixes // each):
        watch.add(np.ones(each, np.int32), rng.normal(mean, spread, each).astype(np.float32))
    return watch.report()


@pytest.mark.parametrize(
    ("mean", "spread", "suspect"),
    [(0, 5, ""), (4, 5, ""), (-4, 6, ""), (15, 5, "strong"), (-12, 5, "weak"), (0, 14, "moved"), (-10, 14, "moved")],
)
def test_what_a_gateway_is_suspected_of(mean, spread, suspect):
    report = watched(mean, spread, 400)
    assert report[1].suspect == suspect
    assert report[1].offset_db == pytest.approx(mean, abs=2.5)
    assert report[1].fixes == 400


def test_a_gateway_that_no_survey_heard_may_be_farther_off():
    assert watched(-7.5, 5, 400)[1].suspect == "weak"
    assert watched(-7.5, 5, 400, surveyed=False)[1].suspect == ""
    assert watched(-12, 5, 400, surveyed=False)[1].suspect == "weak"


def test_not_before_it_was_heard_often_enough():
    assert watched(15, 5, FIXES_MIN - 5)[1].suspect == ""
    assert watched(15, 5, FIXES_MIN + 5)[1].suspect == "strong"


def test_the_others_are_not_touched():
    report = watched(15, 5, 400)
    assert [row.gateway for row in report] == [0, 1, 2]
    assert [(row.fixes, row.offset_db, row.suspect) for row in report if row.gateway != 1] == [(0, 0.0, "")] * 2


def test_a_gateway_that_was_put_right_is_cleared():
    watch = GatewayWatch(np.ones(1, bool))
    for residual in (15.0, 0.0):
        for _ in range(1000):
            watch.add(np.zeros(100, np.int32), np.full(100, residual, np.float32))
        assert watch.report()[0].suspect == ("strong" if residual else "")


def test_one_tick_of_very_many_rows_is_only_a_mean():
    watch = GatewayWatch(np.ones(1, bool))
    watch.add(np.zeros(5000, np.int32), np.full(5000, 3.0, np.float32))
    assert watch.report()[0].offset_db == pytest.approx(3.0)


def test_in_a_building_one_gateway_too_strong_is_found_and_healthy_ones_are_not(world, rng):
    odd = 20
    true = world.true.copy()
    true[odd] += 15
    loud = replace(world, true=true)
    level = int(world.anchors.level[odd])
    near = np.argwhere(world.true[odd] > -75)
    places = np.concatenate((near[rng.choice(len(near), 40)], world.rooms(rng, 80)))
    assert (places[:, 0] == level).any()
    locator = loud.locator(len(places))
    for k in range(15):
        locator.step(loud.epoch(T + k, loud.hear(rng, places)))
    suspects = {row.gateway: row.suspect for row in locator.residuals() if row.suspect}
    assert suspects.get(odd) in ("strong", "moved")
    assert set(suspects) == {odd}


def test_healthy_gateways_of_a_building_raise_no_alarm(rough_world, rng):
    places = rough_world.rooms(rng, 150)
    locator = rough_world.locator(150)
    for k in range(15):
        locator.step(rough_world.epoch(T + k, rough_world.hear(rng, places)))
    report = locator.residuals()
    assert len(report) == len(rough_world.anchors.x)
    assert max(row.fixes for row in report) > FIXES_MIN
    assert not [row for row in report if row.suspect]
