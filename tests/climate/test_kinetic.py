"""Mean kinetic temperature against the reference's vectors, and what a run of readings comes to."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.climate.kinetic import gaps, mean_kinetic, out_since, periods, summarise, thinned, weights

HOUR, DAY = 3600.0, 86_400.0
LIMITS = (2.0, 8.0)


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ([(24 * HOUR, 5.0)], 5.00),
        ([(22 * HOUR, 5.0), (2 * HOUR, 12.0)], 5.87),
        ([(18 * HOUR, 5.0), (6 * HOUR, 14.0)], 8.29),
        ([(29 * DAY, 22.0), (DAY, 29.0)], 22.34),
        ([(29 * DAY, 24.0), (DAY, 40.0)], 25.26),
    ],
)
def test_the_vectors_of_usp_1079(parts: list[tuple[float, float]], wanted: float) -> None:
    seconds, celsius = (np.array(column) for column in zip(*parts, strict=True))
    found = mean_kinetic(celsius, seconds)
    assert found is not None
    assert round(found, 2) == wanted


def test_irregular_readings_weigh_by_time_and_not_by_number() -> None:
    calm = np.arange(0, 22 * HOUR, 1800.0)
    restless = np.arange(22 * HOUR, 24 * HOUR, 10.0)
    t = np.concatenate((calm, restless))
    value = np.concatenate((np.full(len(calm), 5.0), np.full(len(restless), 12.0)))
    found = summarise(t, value, 0.0, 24 * HOUR, hold_s=3600.0, limits=LIMITS, kinetic=True)
    assert found.kinetic == pytest.approx(5.87, abs=0.005)
    assert found.mean == pytest.approx((22 * 5 + 2 * 12) / 24)
    assert found.in_range == pytest.approx(22 / 24)
    assert found.gaps == ()


@given(
    st.lists(st.tuples(st.floats(-273.0, 300.0), st.floats(0.1, 1e6)), min_size=1, max_size=40),
)
def test_it_lies_between_the_mean_and_the_warmest(rows: list[tuple[float, float]]) -> None:
    celsius, seconds = (np.array(column) for column in zip(*rows, strict=True))
    found = mean_kinetic(celsius, seconds)
    assert found is not None
    slack = 1e-6 * (abs(celsius).max() + 273.15)
    assert celsius.min() - slack <= found <= celsius.max() + slack
    assert found >= (celsius * seconds).sum() / seconds.sum() - slack


def test_cold_that_would_underflow_and_nonsense_are_survived() -> None:
    assert mean_kinetic(np.array([-272.0]), np.array([1.0])) == pytest.approx(-272.0)
    assert mean_kinetic(np.array([np.nan, -300.0]), np.array([1.0, 1.0])) is None
    assert mean_kinetic(np.array([5.0, np.nan]), np.array([1.0, 1.0])) == pytest.approx(5.0)
    assert mean_kinetic(np.zeros(0), np.zeros(0)) is None


def test_a_gap_counts_for_nothing_and_is_told() -> None:
    t, value = np.array([0.0, 60.0, 7200.0]), np.array([5.0, 5.0, 9.0])
    found = summarise(t, value, 0.0, 7260.0, hold_s=600.0, limits=LIMITS, kinetic=True)
    assert found.gaps == ((660.0, 7200.0),)
    assert found.measured_s == 60.0 + 600.0 + 60.0
    assert found.in_range == pytest.approx(660 / 720)
    assert (found.low, found.high, found.readings) == (5.0, 9.0, 3)


def test_nothing_measured_is_one_gap_and_no_figures() -> None:
    none = np.zeros(0)
    found = summarise(none, none, 100.0, 200.0, hold_s=60.0, limits=LIMITS, kinetic=True)
    assert found == (None, None, None, None, None, 0.0, ((100.0, 200.0),), 0)


def test_without_limits_there_is_no_share_in_range() -> None:
    found = summarise(np.array([0.0]), np.array([50.0]), 0.0, 60.0, hold_s=60.0, limits=(-inf, inf), kinetic=False)
    assert found.in_range is None
    assert found.kinetic is None


TIMES = st.lists(st.floats(0.0, 1e5), max_size=30, unique=True).map(sorted)


@given(TIMES, st.floats(1.0, 5000.0))
def test_weights_and_gaps_make_up_the_whole_time(times: list[float], hold_s: float) -> None:
    t = np.array(times)
    missing = sum(gap.end - gap.begin for gap in gaps(t, 0.0, 1e5, hold_s))
    assert weights(t, 1e5, hold_s).sum() + missing == pytest.approx(1e5)


def test_each_day_is_summed_up_by_itself() -> None:
    t = np.arange(0.0, 2 * DAY, 60.0)
    found = periods(t, np.where(t < DAY, 4.0, 6.0), np.array([0.0, DAY, 2 * DAY, 3 * DAY]), hold_s=600.0)
    assert [p.mean for p in found][:2] == pytest.approx([4.0, 6.0], abs=0.01)
    assert found[2].mean is None


@pytest.mark.parametrize(
    ("values", "began"),
    [
        ([5, 7, 8], None),
        ([5, 9, 9], 1.0),
        ([9, 9, 5], None),
        ([9, 5, 9], 2.0),
        ([9, 7.8, 7.8], 0.0),
        ([9, 7.4, 7.8], None),
        ([1, 2.3], 0.0),
        ([9, 1], 1.0),
        ([], None),
    ],
)
def test_an_excursion_begins_outside_and_ends_well_inside(values: list[float], began: float | None) -> None:
    t = np.arange(float(len(values)))
    assert out_since(t, np.array(values, float), LIMITS, 0.5) == began


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=3000), st.integers(40, 400), st.booleans())
def test_thinning_keeps_the_extremes_the_ends_and_the_gaps(values: list[float], most: int, broken: bool) -> None:
    value = np.array(values)
    t = np.arange(float(len(value))) * 60.0
    if broken:
        t[len(t) // 2 :] += 10_000.0
    kept, said = thinned(t, value, most, 120.0)
    assert len(kept) <= most
    assert np.nanmin(said) == value.min()
    assert np.nanmax(said) == value.max()
    assert (kept[0], kept[-1]) == (t[0], t[-1])
    assert np.isnan(said).sum() == (broken and len(value) > 1)
    assert (np.diff(kept) > 0).all()
