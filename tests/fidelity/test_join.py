"""Truth and conclusions with known answers. Rooms 0 and 1 are on level 0, room 2 on level 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.fidelity.conclusions import Conclusions
from twin.fidelity.join import SETTLED_S, TOO_LATE_S, compare, moves, watch
from twin.fidelity.truth import Truth
from twin.model import NONE, State

LEVELS = np.array([0, 0, 1, NONE], np.int32)
"""By room; -1 is the last."""
OFF = -1


def truth_of(
    rooms: list[int], step: float = 2.0, x: float = 0.0, gap_after: int | None = None, gap: float = 60.0
) -> Truth:
    """One tag, a line each `step` seconds from 0; after line `gap_after` nothing is written for a while."""
    n = len(rooms)
    t = np.arange(n, dtype=np.float64) * step
    if gap_after is not None:
        t[gap_after + 1 :] += gap
    room = np.array(rooms, np.int32)[:, None]
    places = np.full((n, 1), x, np.float32)
    return Truth(t, LEVELS[room], room, places, places * 0, room >= 0)


def found_of(rooms: list[int], x: float = 0.0, r90: float = 2.0, stay: list[int] | None = None) -> Conclusions:
    """One tag, a tick each second from 0; OFF was never heard."""
    found = Conclusions.blank(np.arange(len(rooms), dtype=float), 1)
    room = np.array(rooms, np.int32)[:, None]
    found.room[:], found.level[:], found.x[:], found.r90[:], found.p[:] = room, LEVELS[room], x, r90, 0.8
    found.stay[:] = room if stay is None else np.array(stay)[:, None]
    found.state[:] = np.where(room >= 0, State.LIVE, State.UNSEEN)
    return found


def joined(truth: Truth, found: Conclusions):
    return compare(found, truth.at(found.t))


def test_errors_rooms_and_radii_are_measured():
    compared = joined(truth_of([0] * 3), found_of([0, 0, 1, 0, 0], x=1.5))
    assert compared.error.tolist() == pytest.approx([1.5] * 5)
    assert compared.room_right.tolist() == [True, True, False, True, True]
    assert compared.level_right.all()
    assert compared.inside.all()
    assert not joined(truth_of([0] * 3), found_of([0] * 5, x=2.5)).inside.any()


def test_on_the_wrong_floor_nobody_is_within_the_radius():
    compared = joined(truth_of([0] * 3), found_of([2] * 5, x=0.1))
    assert not compared.level_right.any()
    assert not compared.inside.any()
    assert (compared.error < 0.2).all()


def test_only_what_is_on_the_air_live_and_known_is_compared():
    assert len(joined(truth_of([OFF] * 3), found_of([0] * 5)).tag) == 0
    assert len(joined(truth_of([0] * 3), found_of([OFF] * 5)).tag) == 0
    lost = found_of([0] * 5)
    lost.state[3:] = State.LOST
    assert len(joined(truth_of([0] * 3), lost).tag) == 3
    gap = truth_of([0] * 4, gap_after=1)
    assert len(joined(gap, found_of([0] * 20)).tag) == 3  # ticks 0, 1 and 2; the next line is at 64


def test_changes_are_counted_against_the_true_ones():
    truth = truth_of([0, 0, 1, 1, 1])
    found = found_of([0, 1, 0, 1, 1, 0, 1, 1, 1], stay=[NONE, 0, 0, 0, 0, 0, 1, 1, 1])
    watched = watch(found, truth.at(found.t))
    assert watched.seconds.sum() == 8
    assert watched.true.sum() == 1
    assert watched.shown.sum() == 5
    assert watched.confirmed.sum() == 2


def test_a_pause_of_the_twin_is_no_change_of_room():
    found = found_of([0, 0, 1, 1])
    found.t[2:] += 10
    watched = watch(found, truth_of([0] * 10).at(found.t))
    assert len(watched.tag) == 2
    assert not watched.shown.any()


def changes(truth: Truth, stay: list[int]):
    return moves(truth, found_of(stay))


LONG = int(SETTLED_S / 2) + 2
"""Lines that are enough to settle."""
AFTER = int(TOO_LATE_S / 2) + 2


def test_the_delay_is_from_the_middle_of_the_lines_to_the_stay():
    truth = truth_of([0] * LONG + [1] * (LONG + AFTER))
    changed = 2.0 * LONG - 1
    seconds = 2 * (2 * LONG + AFTER)
    late = int(changed) + 7
    found = changes(truth, [0] * late + [1] * (seconds - late))
    assert found.t.tolist() == [changed]
    assert found.delay.tolist() == [7.0]
    assert found.level.tolist() == [0]


def test_who_was_there_already_has_no_delay_and_who_never_was_is_missed():
    truth = truth_of([0] * LONG + [2] * (LONG + AFTER))
    seconds = 2 * (2 * LONG + AFTER)
    assert changes(truth, [2] * seconds).delay.tolist() == [0.0]
    missed = changes(truth, [0] * seconds)
    assert np.isnan(missed.delay).all()
    assert missed.level.tolist() == [1]


def test_noticed_after_it_had_left_is_missed():
    truth = truth_of([0] * LONG + [1] * LONG + [2] * (LONG + AFTER))
    left = 2 * 2 * LONG
    stay = [0] * left + [1] * 5 + [2] * (2 * AFTER + 2 * LONG)
    found = changes(truth, stay)
    assert np.isnan(found.delay).tolist() == [True, False]


def test_passages_and_coming_back_are_no_changes():
    short = int(SETTLED_S / 2) - 1
    back = truth_of([0] * LONG + [1] * short + [0] * (LONG + AFTER))
    assert len(changes(back, [0] * 200).tag) == 0
    through = truth_of([0] * LONG + [1] * short + [2] * (LONG + AFTER))
    assert len(changes(through, [2] * 200).tag) == 1


def test_a_change_at_the_very_end_is_left_out():
    truth = truth_of([0] * LONG + [1] * LONG)
    assert len(changes(truth, [1] * 4 * LONG).tag) == 0


def test_neither_a_tag_that_was_switched_on_nor_a_gap_makes_a_change():
    begun = truth_of([OFF] * LONG + [1] * (LONG + AFTER))
    assert len(changes(begun, [1] * 200).tag) == 0
    pause = truth_of([0] * LONG + [OFF] * LONG + [1] * (LONG + AFTER))
    assert len(changes(pause, [1] * 200).tag) == 0
    gap = truth_of([0] * LONG + [1] * (LONG + AFTER), gap_after=LONG - 1)
    assert len(changes(gap, [1] * 300).tag) == 0


def test_no_ticks_give_no_figures():
    found = found_of([])
    truth = truth_of([0, 0])
    assert len(moves(truth, found).tag) == len(watch(found, truth.at(found.t)).tag) == 0


rooms = st.lists(st.sampled_from([OFF, 0, 1, 2]), min_size=5, max_size=120)


@given(rooms)
def test_a_twin_that_knows_all_makes_no_mistake(true: list[int]):
    truth = truth_of(true)
    ticks = np.repeat(true, 2)[1 : 2 * len(true)].tolist()  # a tick between two lines shows the later one
    found = found_of(ticks)
    places = truth.at(found.t)
    found.room[:], found.stay[:], found.level[:] = places.room, places.room, places.level
    found.state[:] = np.where(places.room >= 0, State.LIVE, State.UNSEEN)
    compared, watched = compare(found, places), watch(found, places)
    assert compared.room_right.all()
    assert compared.inside.all()
    assert watched.true.tolist() == watched.shown.tolist()
    assert (moves(truth, found).delay <= 1.0).all()
