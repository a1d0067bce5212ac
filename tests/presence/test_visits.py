"""Visits never overlap, end after they begin, and silence of gateways ends none."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.model import Fixes, State, Visit
from twin.presence import Visits

T = 1_795_428_000.0


def fixes(t: float, room: list[int], heard: list[float], state: list[State], p: float = 0.8) -> Fixes:
    n = len(room)
    zero, none = np.zeros(n, np.float32), np.zeros(n, np.int32)
    return Fixes(
        t, zero, zero, none, np.array(room, np.int32), np.full(n, p, np.float32), zero, np.array(heard), none,
        np.array(state, np.uint8),
    )  # fmt: skip


def walk(rooms: list[int], visits: Visits | None = None, start: float = T):
    """One tag heard each second; returns opened and closed visits."""
    visits = visits or Visits(1)
    opened, closed = [], []
    for k, room in enumerate(rooms):
        new, old = visits.step(fixes(start + k, [room], [start + k], [State.LIVE]))
        opened += new
        closed += old
    return visits, opened, closed


def test_entry_is_confirmed_after_4_s_and_counts_from_the_first():
    visits, opened, _ = walk([1] * 4)
    assert opened == []
    _, opened, _ = walk([1], visits, T + 4)
    assert [(v.room, v.enter) for v in opened] == [(1, T)]


def test_a_glimpse_of_another_room_is_no_visit():
    _, opened, closed = walk([1] * 6 + [2, 2, 2] + [1] * 6)
    assert len(opened) == 1
    assert closed == []


def test_the_next_visit_begins_where_the_last_ends():
    _, opened, closed = walk([1] * 6 + [2] * 6)
    assert (closed[0].room, closed[0].enter, closed[0].leave) == (1, T, T + 6)
    assert (opened[1].room, opened[1].enter) == (2, T + 6)
    assert closed[0].observed == 1.0
    assert abs(closed[0].confidence - 0.8) < 1e-6


def test_a_slow_tag_is_confirmed_by_its_next_reception():
    visits = Visits(1)
    visits.step(fixes(T, [3], [T], [State.LIVE]))
    for k in range(1, 10):
        assert visits.step(fixes(T + k, [3], [T], [State.LIVE])) == ([], [])
    opened, _ = visits.step(fixes(T + 10, [3], [T + 10], [State.LIVE]))
    assert opened[0].enter == T


def test_a_lost_tag_left_when_it_was_last_heard():
    visits, _, _ = walk([1] * 10)
    _, closed = visits.step(fixes(T + 400, [1], [T + 9], [State.LOST]))
    assert (closed[0].enter, closed[0].leave) == (T, T + 9)
    assert visits.step(fixes(T + 401, [1], [T + 9], [State.LOST])) == ([], [])


def test_observed_is_the_share_of_time_heard():
    visits, _, _ = walk([1] * 11)
    for k in range(11, 21):
        visits.step(fixes(T + k, [1], [T + 10], [State.STALE]))
    _, closed = visits.step(fixes(T + 21, [1], [T + 20], [State.LOST]))
    assert abs(closed[0].observed - 0.5) < 0.05


def test_restored_visits_go_on():
    before = Visit(0, 7, T - 3600.0, None, 0.9, 0.8)
    visits = Visits(1)
    visits.restore([before], fixes(T, [7], [T - 1.0], [State.STALE]))
    _, opened, closed = walk([7] * 5, visits)
    assert (opened, closed) == ([], [])
    _, _, closed = walk([8] * 6, visits, T + 5)
    assert (closed[0].room, closed[0].enter, closed[0].leave) == (7, T - 3600.0, T + 5)
    assert 0.79 < closed[0].observed < 0.82
    assert 0.85 < closed[0].confidence < 0.91


STEPS = st.lists(
    st.tuples(
        st.integers(-1, 3),
        st.booleans(),
        st.sampled_from([State.LIVE, State.STALE, State.UNOBSERVED, State.LOST]),
        st.sampled_from([0.5, 1.0, 3.0, 60.0]),
    ),
    max_size=80,
)


@given(STEPS)
@settings(max_examples=300)
def test_visits_of_a_tag_are_a_chain(steps):
    visits, t, heard = Visits(1), T, -np.inf
    opened: list[Visit] = []
    closed: list[Visit] = []
    for room, spoke, state, elapsed in steps:
        t += elapsed
        heard = t if spoke else heard
        now = State.UNSEEN if not np.isfinite(heard) else State.LIVE if spoke else state
        new, old = visits.step(fixes(t, [room], [heard], [now]))
        if now == State.UNOBSERVED:
            assert old == []
        opened += new
        closed += old
    assert [(v.room, v.enter) for v in opened[: len(closed)]] == [(v.room, v.enter) for v in closed]
    assert len(opened) - len(closed) in (0, 1)
    for visit in closed:
        assert visit.leave is not None
        assert visit.enter <= visit.leave <= t
        assert 0 <= visit.observed <= 1
        assert 0 <= visit.confidence <= 1
    for before, after in zip(closed, opened[1:], strict=False):
        assert before.leave is not None
        assert before.leave <= after.enter
