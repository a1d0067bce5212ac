"""Recorded readings: what an answer may use, and that it is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.locate.recorded import Asked, Found, Readings, Ways, locate
from twin.model import NONE

NOISE_DB = 4.0
TAGS = 3


def walk(t: np.ndarray, track: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """To and fro through the door, 0.7 m/s; each track begins elsewhere."""
    along = 1.0 + np.abs((0.7 * t + 3 * track) % 20.0 - 10.0)
    return along, np.full(len(t), 4.0)


def recording(ways: Ways, seconds: float, rate: float, tracks: int = 1, seed: int = 1) -> Readings:
    """Tracks that walk, heard `rate` times a second."""
    rng = np.random.default_rng(seed)
    columns = []
    for track in range(tracks):
        t = np.arange(0.0, seconds, 1 / rate) + 0.013
        x, y = walk(t, track)
        row, column = ways.cells.at(x, y)
        rssi = rng.normal(ways.radio.mean[:, 0, row, column], NOISE_DB)
        gateway, when = np.nonzero((rssi > ways.radio.edge) & (rng.random(rssi.shape) < 0.8))
        columns.append((np.full(len(when), track), t[when], gateway, rssi[gateway, when]))
    track, t, gateway, rssi = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Readings(track.astype(np.int32), t, gateway.astype(np.int32), rssi.astype(np.float32))


class Case:
    """A recording of a building, or a part of it."""

    def __init__(self, ways: Ways, heard: Readings) -> None:
        self.ways, self.heard = ways, heard

    def locate(self, asked: Asked, lag: float = 0.0) -> Found:
        return locate(self.ways, self.heard, asked, lag)

    def only(self, keep: np.ndarray) -> Case:
        return Case(self.ways, some(self.heard, keep))


def every_second(seconds: float, tracks: int = 1, step: float = 1.0) -> Asked:
    t = np.arange(1.0, seconds, step)
    return Asked(np.repeat(np.arange(tracks), len(t)).astype(np.int32), np.tile(t, tracks))


def some(rows, keep):
    return type(rows)._make(column[keep] for column in rows)


def away(found: Found, asked: Asked) -> np.ndarray:
    truth = [walk(np.array([t]), track) for track, t in zip(asked.track, asked.t, strict=True)]
    x, y = np.array(truth)[:, :, 0].T
    return np.hypot(found.x - x, found.y - y)


def assert_same(a: Found, b: Found, tolerance: float = 1e-3) -> None:
    for name in ("level", "room"):
        assert getattr(a, name).tolist() == getattr(b, name).tolist(), name
    for name in ("x", "y", "p_room", "r90"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=tolerance, err_msg=name)


@pytest.fixture(scope="module")
def case(ways: Ways) -> Case:
    return Case(ways, recording(ways, 40.0, 2.0, TAGS))


@pytest.mark.parametrize(("rate", "median"), [(3.0, 1.7), (1.0, 1.9), (0.2, 2.9)])
def test_a_walk_is_followed_at_any_rate(ways: Ways, rate: float, median: float):
    asked = every_second(120.0)
    found = locate(ways, recording(ways, 120.0, rate), asked)
    late = asked.t > 10
    assert np.median(away(found, asked)[late]) < median
    truth = (walk(asked.t)[0] > 6).astype(int)
    assert (found.room == truth)[late].mean() > (0.5 if rate < 1 else 0.75)
    assert (found.level[late] == 0).all()


def test_a_slow_tag_is_stated_honestly(ways: Ways):
    asked = every_second(120.0)
    fast, slow = (locate(ways, recording(ways, 120.0, rate), asked) for rate in (3.0, 0.2))
    late = asked.t > 10
    assert np.median(slow.r90[late]) > 1.3 * np.median(fast.r90[late])
    assert (away(slow, asked) <= slow.r90)[late].mean() > 0.75


def test_lag_makes_it_better(ways: Ways):
    asked = every_second(240.0)
    case = Case(ways, recording(ways, 240.0, 1.0))
    now, later = (case.locate(asked, lag) for lag in (0.0, 5.0))
    assert np.mean(away(later, asked)) < 0.95 * np.mean(away(now, asked))


@given(cut=st.floats(3.0, 38.0))
@settings(max_examples=8, deadline=None)
def test_nothing_later_than_an_epoch_is_used(case: Case, cut: float):
    asked = every_second(40.0, TAGS)
    whole = case.locate(asked)
    past = case.only(case.heard.t <= cut).locate(asked)
    until = asked.t <= cut
    assert_same(some(whole, until), some(past, until), 0.0)


@given(cut=st.floats(8.0, 38.0), lag=st.sampled_from([0.3, 1.0, 2.5, 5.0]))
@settings(max_examples=8, deadline=None)
def test_a_lag_uses_no_more_than_it_says(case: Case, cut: float, lag: float):
    asked = every_second(40.0, TAGS)
    whole = case.locate(asked, lag)
    past = case.only(case.heard.t <= cut).locate(asked, lag)
    until = asked.t + lag <= cut
    assert_same(some(whole, until), some(past, until), 0.0)


def test_a_gateway_first_heard_later_does_not_change_an_answer(case: Case):
    """Until it is heard, its silence may mean that it was off."""
    late = case.only((case.heard.gateway != 4) | (case.heard.t > 20))
    asked = every_second(20.0, TAGS)
    assert_same(late.locate(asked), late.only(late.heard.t <= 20).locate(asked), 0.0)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_and_epochs_does_not_matter(case: Case, random):
    asked = every_second(15.0, TAGS)
    whole = case.locate(asked)
    readings, epochs = (np.array(random.sample(range(n), n)) for n in (len(case.heard.t), len(asked.t)))
    mixed = Case(case.ways, some(case.heard, readings)).locate(some(asked, epochs))
    assert_same(some(whole, epochs), mixed)


@pytest.mark.parametrize("lag", [0.0, 3.0])
def test_tracks_do_not_depend_on_each_other(case: Case, lag: float):
    asked = every_second(20.0, TAGS)
    together = case.locate(asked, lag)
    for track in range(TAGS):
        assert set(case.heard.gateway[case.heard.track == track]) == set(case.heard.gateway)
        mine = asked.track == track
        alone = case.only(case.heard.track == track).locate(some(asked, mine), lag)
        # What others heard tells which gateways live; that is all they share.
        assert_same(some(together, mine), alone, 0.2)


def test_tracks_too_many_to_hold_at_once_give_the_same(case: Case, monkeypatch: pytest.MonkeyPatch):
    asked = every_second(20.0, TAGS)
    whole = case.locate(asked, 2.0)
    monkeypatch.setattr("twin.locate.recorded.CELLS_AT_ONCE", 1)
    assert_same(whole, case.locate(asked, 2.0), 0.0)


@pytest.mark.parametrize("lag", [0.0, 2.0])
def test_before_anything_is_heard_there_is_no_answer(case: Case, lag: float):
    asked = every_second(20.0, TAGS)
    found = case.only(case.heard.t > 10.5).locate(asked, lag)
    nothing = asked.t + min(lag, 0.5) <= 10.5
    assert (found.level[nothing] == NONE).all()
    assert (found.room[nothing] == NONE).all()
    assert np.isnan(found.x[nothing]).all()
    assert np.isnan(found.r90[nothing]).all()
    assert np.isfinite(found.x[asked.t > 11.0]).all()


def test_a_track_that_is_never_heard_has_no_answers(case: Case):
    asked = every_second(5.0, TAGS + 1)
    found = case.locate(asked)
    assert ((found.level == NONE) == (asked.track == TAGS)).all()


def test_nothing_heard_and_nothing_asked(case: Case):
    nobody = case.only(np.zeros(len(case.heard.t), bool))
    assert np.isnan(nobody.locate(every_second(5.0)).x).all()
    asked = some(every_second(5.0), np.zeros(4, bool))
    assert len(case.locate(asked).x) == 0


def test_readings_twice_the_same_are_one(case: Case):
    asked = every_second(15.0, TAGS)
    doubled = Readings._make(np.concatenate((column, column)) for column in case.heard)
    assert_same(case.locate(asked), Case(case.ways, doubled).locate(asked))


def test_an_epoch_asked_for_twice_is_answered_twice(case: Case):
    asked = every_second(10.0)
    twice = Asked._make(np.concatenate((column, column)) for column in asked)
    found = case.locate(twice)
    once = case.locate(asked)
    first = np.arange(len(twice.t)) < len(asked.t)
    assert_same(some(found, first), once, 0.0)
    assert_same(some(found, ~first), once, 0.0)


@given(missing=st.sets(st.integers(1, 30), max_size=20))
@settings(max_examples=8, deadline=None)
def test_answers_hardly_depend_on_how_often_one_asks(case: Case, missing: set[int]):
    """The filter steps each second, asked or not."""
    asked = every_second(31.0, 1)
    fewer = ~np.isin(asked.t, sorted(missing - {1, 30}))
    whole = case.locate(asked)
    assert_same(some(whole, fewer), case.locate(some(asked, fewer)), 0.0)


def test_after_the_last_packet_the_radius_grows(case: Case):
    asked = every_second(60.0)
    found = case.locate(asked)
    assert np.isfinite(found.x).all()
    assert found.r90[-1] > found.r90[38] + 0.5


def test_long_gaps_and_large_times(ways: Ways):
    heard = recording(ways, 20.0, 1.0)
    both = Readings._make(np.concatenate((column, column)) for column in heard)
    shifted = both._replace(t=1.7e9 + np.concatenate((heard.t, heard.t + 600)))
    asked = Asked(np.zeros(40, np.int32), 1.7e9 + np.concatenate((np.arange(20.0), np.arange(20.0) + 600)) + 0.5)
    found = locate(ways, shifted, asked)
    truth = walk(np.concatenate((np.arange(20.0), np.arange(20.0))) + 0.5)
    error = np.hypot(found.x - truth[0], found.y - truth[1])
    assert np.median(error) < 1.5
    assert np.median(error[22:]) < 1.5


def test_one_wrong_time_costs_neither_hours_nor_memory(ways: Ways):
    heard = recording(ways, 20.0, 1.0)
    heard = heard._replace(t=np.where(np.arange(len(heard.t)) == 0, 0.0, 1.7e9 + heard.t))
    found = locate(ways, heard, Asked(np.zeros(20, np.int32), 1.7e9 + np.arange(20.0)))
    assert np.isfinite(found.x[1:]).all()
