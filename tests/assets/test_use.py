from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.assets import Rule, Statuses, Stays, use_of
from twin.model import Room

RULES = (
    Rule(status="in_use", spaces=("patient_room",), patient=True),
    Rule(status="in_use", spaces=("corridor",), types=("wheelchair",)),
)
TYPES = ("pump", "wheelchair")
SINCE, UNTIL = 1000.0, 2000.0


def stays(*rows: tuple[int, int, float, float, float]) -> Stays:
    table = np.array(rows or [(0, 0, 0.0, 0.0, 1.0)], float)[: len(rows)]
    return Stays(table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2], table[:, 3], table[:, 4])


@pytest.fixture
def statuses(rooms: tuple[Room, ...]) -> Statuses:
    return Statuses(RULES, TYPES, rooms)


def test_a_pump_is_used_while_a_patient_is_there_too(statuses: Statuses) -> None:
    patients = stays((0, 0, 1100, 1200, 1.0), (1, 0, 1150, 1300, 1.0), (2, 1, 1000, 2000, 1.0))
    used = use_of(stays((0, 0, 1000, 1600, 1.0)), patients, [0], statuses, SINCE, UNTIL)
    assert (used.observed_s[0], used.used_s[0], used.last[0]) == (600.0, 200.0, 1300.0)


def test_unobserved_time_is_left_out_of_both(statuses: Statuses) -> None:
    patients = stays((0, 0, 1000, 1300, 1.0))
    used = use_of(stays((0, 0, 1000, 1600, 0.5)), patients, [0], statuses, SINCE, UNTIL)
    assert (used.observed_s[0], used.used_s[0]) == (300.0, 150.0)


def test_some_rooms_need_nobody(statuses: Statuses) -> None:
    both = stays((0, 4, 900, 1200, 1.0), (1, 4, 900, 1200, 1.0))
    used = use_of(both, stays(), [0, 1], statuses, SINCE, UNTIL)
    assert used.used_s.tolist() == [0.0, 200.0]
    assert np.isnan(used.last[0])
    assert used.last[1] == 1200.0


def test_what_was_never_seen_has_no_time_at_all(statuses: Statuses) -> None:
    for assets in (stays(), stays((0, 0, 100, 200, 1.0))):
        used = use_of(assets, stays(), [0, 1], statuses, SINCE, UNTIL)
        assert used.observed_s.tolist() == used.used_s.tolist() == [0.0, 0.0]
        assert np.isnan(used.last).all()


interval = st.tuples(st.integers(900, 2100), st.integers(0, 500)).map(lambda p: (float(p[0]), float(p[0] + p[1])))
visit = st.tuples(st.integers(0, 2), st.integers(0, 4), interval).map(lambda v: (v[0], v[1], *v[2], 1.0))


@given(st.lists(visit, max_size=8), st.lists(visit, max_size=8))
def test_it_is_what_a_count_of_seconds_gives(assets: list, patients: list) -> None:
    kinds = ("patient_room", "patient_room", "utility_dirty", "store", "corridor")
    ward = [Room(i, f"id-{i}", 0, f"{i:03}", "", "room", space, "", 20.0, 0.0, 1.0) for i, space in enumerate(kinds)]
    used = use_of(stays(*assets), stays(*patients), [0, 1, 0], Statuses(RULES, TYPES, ward), SINCE, UNTIL)
    seconds, last = np.zeros(3), np.full(3, np.nan)
    for who, room, enter, leave, _ in assets:
        for t in range(int(max(enter, SINCE)), int(min(leave, UNTIL))):
            alone = who == 1 and room == 4
            company = room < 2 and any(r == room and a <= t < b for _, r, a, b, _ in patients)
            if alone or company:
                seconds[who] += 1
                last[who] = np.fmax(last[who], t + 1)
    assert used.used_s == pytest.approx(seconds)
    assert used.last == pytest.approx(last, nan_ok=True)
    assert (used.used_s <= used.observed_s + 1e-9).all()
