"""How far a tag has been about."""

from __future__ import annotations

import numpy as np
import pytest

from twin.locate.travel import SETTLE_S, Travel

TAG = np.zeros(1, np.int32)


def follow(x, y, step: float = 1.0) -> Travel:
    travel = Travel(1)
    for k, (px, py) in enumerate(zip(x, y, strict=True)):
        place = np.array([[px], [py]], np.float32)
        travel.step(TAG, place[0], place[1], np.array([step if k else 1.0]))
    return travel


def test_a_tag_at_rest_has_not_travelled():
    assert follow(np.full(60, 3.0), np.full(60, 4.0)).spread2[0] == pytest.approx(0.0)


def test_jitter_is_its_own_spread():
    rng = np.random.default_rng(1)
    assert follow(rng.normal(5, 0.7, 400), rng.normal(5, 0.7, 400)).spread2[0] == pytest.approx(2 * 0.49, rel=0.5)


def test_a_walk_is_travel_and_a_rest_after_it_is_forgotten():
    out = np.arange(0, 30, 0.7)
    walking = follow(out, np.zeros(len(out))).spread2[0]
    assert walking > 25
    resting = follow(np.append(out, np.full(150, out[-1])), np.zeros(len(out) + 150)).spread2[0]
    assert resting < 1


def test_the_first_fixes_jump_to_their_place_and_that_is_no_travel():
    n = int(SETTLE_S)
    x = np.array([0.0, 9.0, 4.0][:n] + [5.0] * 30)
    assert follow(x, np.zeros(len(x))).spread2[0] < 0.5


@pytest.mark.parametrize("step", [0.2, 1.0, 5.0])
def test_the_same_walk_spreads_alike_at_any_rate(step):
    t = np.arange(0, 120, step)
    assert follow(0.1 * t % 8, np.zeros(len(t)), step).spread2[0] == pytest.approx(3.0, abs=3.0)


def test_tags_do_not_mix():
    travel = Travel(3)
    for k in range(20):
        travel.step(np.array([2, 0], np.int32), np.array([k, 1.0], np.float32), np.zeros(2, np.float32), np.ones(2))
    assert travel.spread2[0] == 0
    assert travel.spread2[1] == 0
    assert travel.watched[1] == -np.inf
    assert travel.spread2[2] > 5
