"""Path loss: what a survey teaches of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.locate.loss import EXPONENT, P0_DBM, SLAB_DB, WALL_DB, Loss, assumed, fit, imputed

GATEWAYS = 6
TRUE = Loss(np.array([-58.0, -62.0, -60.0, -55.0, -65.0, -60.0]), np.full(GATEWAYS, 2.4), 5.5, 14.0, 3.0)


class Rows(NamedTuple):
    gateway: np.ndarray
    distance: np.ndarray
    walls: np.ndarray
    slabs: np.ndarray


def rows(n: int, rng: np.random.Generator) -> Rows:
    return Rows(
        rng.integers(0, GATEWAYS, n).astype(np.int32),
        rng.uniform(1, 25, n),
        rng.integers(0, 4, n).astype(float),
        (rng.random(n) < 0.3).astype(float),
    )


def fitted(x: Rows, rssi: np.ndarray, silent: np.ndarray | None = None) -> Loss:
    return fit(GATEWAYS, *x, rssi, np.zeros(len(rssi), bool) if silent is None else silent, 6.0)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_known_parameters_are_found(rng):
    x = rows(900, rng)
    found = fitted(x, rng.normal(TRUE.mean(*x), 3.0))
    assert found.wall == pytest.approx(TRUE.wall, abs=0.6)
    assert found.slab == pytest.approx(TRUE.slab, abs=1.5)
    assert found.exponent == pytest.approx(TRUE.exponent, abs=0.3)
    assert found.power == pytest.approx(TRUE.power, abs=2.5)
    assert found.sigma == pytest.approx(3.0, abs=0.5)
    fresh = rows(200, rng)
    assert np.abs(found.mean(*fresh) - TRUE.mean(*fresh)).mean() < 1.0


def test_outliers_are_borne(rng):
    x = rows(900, rng)
    rssi = rng.normal(TRUE.mean(*x), 3.0)
    wild = rng.random(900) < 0.08
    found = fitted(x, np.where(wild, rssi + 35.0, rssi))
    fresh = rows(200, rng)
    assert np.abs(found.mean(*fresh) - TRUE.mean(*fresh)).mean() < 1.6


def test_silence_takes_the_bias_of_weak_links_away(rng):
    """Of far links only those are heard that happen to be strong."""
    x = rows(900, rng)
    rssi, edge = rng.normal(TRUE.mean(*x), 6.0), -95.0
    silent = rssi < edge
    assert 0.3 < silent.mean() < 0.7
    heard_only = fitted(Rows._make(column[~silent] for column in x), rssi[~silent])
    with_silent = fitted(x, np.where(silent, edge, rssi), silent)
    weak = Rows._make(column[TRUE.mean(*x) < edge] for column in x)

    def bias(loss: Loss) -> float:
        return float(np.mean(loss.mean(*weak) - TRUE.mean(*weak)))

    assert bias(heard_only) > 4.0
    assert abs(bias(with_silent)) < 2.0


def test_a_gateway_that_was_off_for_a_part_of_the_survey_keeps_its_power(rng):
    x = rows(900, rng)
    off = (x.gateway == 2) & (rng.random(900) < 0.25)
    edge = -96.0
    rssi = rng.normal(TRUE.mean(*x), 3.0)
    silent = off | (rssi < edge)
    found = fitted(x, np.where(silent, edge, rssi), silent)
    near = Rows(np.full(9, 2, np.int32), np.linspace(2, 12, 9), np.zeros(9), np.zeros(9))
    assert found.mean(*near) == pytest.approx(TRUE.mean(*near), abs=5.0)


def test_without_a_survey_the_assumed_values_hold():
    nothing = Rows(np.empty(0, np.int32), np.empty(0), np.empty(0), np.empty(0))
    for loss in (fitted(nothing, np.empty(0)), assumed(GATEWAYS, 6.0)):
        assert loss.power.tolist() == [P0_DBM] * GATEWAYS
        assert loss.exponent.tolist() == [EXPONENT] * GATEWAYS
        assert (loss.wall, loss.slab, loss.sigma) == (WALL_DB, SLAB_DB, 6.0)


def test_one_reading_moves_little():
    one = Rows(np.array([3], np.int32), np.array([5.0]), np.array([1.0]), np.array([0.0]))
    found = fitted(one, np.array([-60.0]))
    assert np.isfinite(found.power).all()
    assert found.exponent == pytest.approx([EXPONENT] * GATEWAYS, abs=0.5)
    assert found.wall == pytest.approx(WALL_DB, abs=1.5)


def test_loss_grows_with_distance_walls_and_slabs():
    loss = assumed(1, 6.0)
    g, one, none = np.zeros(50, np.int32), np.ones(50), np.zeros(50)
    far = np.linspace(0.1, 50, 50)
    assert (np.diff(loss.mean(g, far, none, none)) <= 0).all()
    assert (loss.mean(g, far, one, none) < loss.mean(g, far, none, none)).all()
    assert (loss.mean(g, far, none, one) < loss.mean(g, far, one, none)).all()
    assert loss.mean(g[:1], np.zeros(1), none[:1], none[:1]) < -40


@given(st.floats(-110, -60), st.floats(-130, -40), st.floats(1.0, 12.0))
@settings(deadline=None)
def test_what_was_behind_a_silence_lies_below_its_bound(bound, expected, scale):
    value, used = imputed(np.array([bound]), np.array([True]), np.array([expected]), scale)
    assert value[0] < bound + 1e-6
    assert value[0] < expected + 1e-6
    assert used[0] == (expected <= bound + 15.0)


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_no_survey_breaks_the_fit(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    x = Rows(
        rng.integers(0, GATEWAYS, n).astype(np.int32), rng.uniform(0, 80, n), rng.integers(0, 8, n).astype(float),
        rng.integers(0, 3, n).astype(float),
    )  # fmt: skip
    silent = (rng.random(n) < 0.5) & (np.arange(n) > 0)
    found = fitted(x, rng.uniform(-110, -20, n), silent)
    assert np.isfinite(found.power).all()
    assert np.isfinite(found.exponent).all()
    assert np.isfinite([found.wall, found.slab, found.sigma]).all()
