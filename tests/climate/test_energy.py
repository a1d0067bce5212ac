"""Energy from counters that fall, jump and pause, and what of it flowed while nobody was there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.climate.energy import LONGEST_S, Flow, Readings, Union, flow, overlap, union, use

NOBODY = Union(np.zeros(0), np.zeros(0))


def readings(kwh: list[float], step: float = 60.0, watt: float = np.nan, observed: float = 1.0) -> Readings:
    n = len(kwh)
    return Readings(step * np.arange(n, dtype=np.float64), np.array(kwh, float), np.full(n, watt), np.full(n, observed))


def of(flowed: Flow, there: Union = NOBODY) -> tuple[float, ...]:
    return tuple(use(flowed, there, -1.0, 1e9)[:4])


def test_a_counter_that_rises_gives_its_rise() -> None:
    assert of(flow(readings([10.0, 10.1, 10.3]), 20.0)) == pytest.approx((0.3, 0.0, 0.3, 0.0))


def test_after_a_reset_the_new_value_is_the_rise() -> None:
    assert flow(readings([500.0, 0.2, 0.4]), 20.0).kwh.tolist() == pytest.approx([0.2, 0.2])


def test_a_glitch_to_nought_and_back_does_not_count_the_whole_counter() -> None:
    found = flow(readings([500.0, 0.0, 500.2, 500.4]), 20.0)
    assert found.kwh[0] == 0.0
    assert np.isnan(found.kwh[1])
    assert of(found)[0] == pytest.approx(0.2)


def test_the_rating_bounds_what_is_believed() -> None:
    assert np.isnan(flow(readings([0.0, 5.0]), 20.0).kwh[0])
    assert flow(readings([0.0, 5.0], step=3600.0), 20.0).kwh[0] == 5.0


def test_without_a_counter_the_power_is_summed_up_but_not_over_gaps() -> None:
    short = readings([np.nan] * 3, watt=1200.0)
    assert flow(short, 20.0).kwh.tolist() == pytest.approx([0.02, 0.02])
    assert np.isnan(flow(readings([np.nan] * 2, step=LONGEST_S + 1, watt=1200.0), 20.0).kwh[0])


def test_repeated_and_shuffled_readings_change_nothing() -> None:
    clean = readings([10.0, 10.1, 10.3, 10.4])
    order = np.array([2, 0, 3, 1, 3, 0])
    mixed = Readings(*(column[order] for column in clean))
    assert of(flow(mixed, 20.0)) == of(flow(clean, 20.0))


@given(
    st.lists(st.tuples(st.floats(0, 1e5), st.one_of(st.floats(0, 1e6), st.just(float("nan"))), st.floats(-1e4, 1e4))),
    st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e4)), max_size=20),
)
def test_energy_is_never_negative_and_its_parts_make_up_the_whole(
    rows: list[tuple[float, float, float]], stays: list[tuple[float, float]]
) -> None:
    t, kwh, watt = np.array(rows, float).reshape(-1, 3).T
    found = flow(Readings(t, kwh, watt, np.ones(len(t))), 50.0)
    assert not (found.kwh < 0).any()
    begin, length = np.array(stays, float).reshape(-1, 2).T
    made = use(found, union(begin, begin + length), 0.0, 1e5)
    assert min(made[:4]) >= -1e-9
    assert made.kwh == pytest.approx(made.attended + made.empty + made.unobserved)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=25))
def test_a_union_counts_every_second_once(stays: list[tuple[int, int]]) -> None:
    seconds = {s for begin, length in stays for s in range(begin, begin + length)}
    begin, length = np.array(stays, float).reshape(-1, 2).T
    there = union(begin, begin + length)
    assert (there.end - there.begin).sum() == len(seconds)
    assert (there.begin[1:] > there.end[:-1]).all()
    edges = np.arange(0.0, 400.0, 7.0)
    wanted = [len(seconds & set(range(int(a), int(a) + 7))) for a in edges]
    assert overlap(there, edges, edges + 7.0).tolist() == pytest.approx(wanted)


def test_energy_is_shared_by_the_time_somebody_was_there() -> None:
    there = union(np.array([0.0, 20.0]), np.array([30.0, 45.0]))
    assert of(flow(readings([0.0, 0.1, 0.2]), 20.0), there) == pytest.approx((0.2, 0.075, 0.125, 0.0))


def test_what_was_not_observed_is_neither_and_left_out_of_the_share() -> None:
    blind = readings([0.0, 0.1, 0.2, 0.3])
    blind.observed[2] = 0.5
    found = use(flow(blind, 20.0), NOBODY, -1.0, 1e9)
    assert (found.empty, found.unobserved) == pytest.approx((0.1, 0.2))
    assert found.empty_share == 1.0
    long = use(flow(readings([0.0, 1.0], step=LONGEST_S + 1), 20.0), NOBODY, -1.0, 1e9)
    assert (long.empty, long.unobserved, long.empty_share) == (0.0, 1.0, None)


def test_only_intervals_that_end_within_the_stretch_count() -> None:
    found = flow(readings([0.0, 0.1, 0.2, 0.3]), 20.0)
    days = [use(found, NOBODY, a, a + 60.0).kwh for a in (-60.0, 0.0, 60.0, 120.0)]
    assert days == pytest.approx([0.0, 0.1, 0.1, 0.1])
