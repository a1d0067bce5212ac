"""Crowds, stays and ways, from a history that was written as the engine writes it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from twin.history import Batch, History
from twin.history.areas import CELL_M, MOST_BETWEEN_S, Ways, crowds, dwells, thinned, ways
from twin.history.queries import open_reader
from twin.model import Kind, Visit

T0 = 1_700_000_000.0
PEOPLE = (Kind.PATIENT, Kind.STAFF)
PATIENT, STAFF, ASSET = 0, 1, 2
"""Tags of the made-up hospital, by kind."""


@pytest.fixture
def reader(history: History, url: str, fixes) -> Engine:
    for k in range(10):  # the patient walks east a metre and a half a minute; the others rest
        history.write([history.rows(Batch(T0, fixes=fixes(T0 + 60 * k, [PATIENT], room=0, x=1.6 * k, y=0.5)))])
        history.write([history.rows(Batch(T0, fixes=fixes(T0 + 60 * k, [STAFF, ASSET], room=2, x=-3.0, y=0.5)))])
    return open_reader(url)


def test_people_are_counted_for_the_time_until_their_next_fix(reader: Engine) -> None:
    found = crowds(reader, PEOPLE, T0, T0 + 600)
    by_room = {name: sum(c.seconds for c in found if c.room == name) for name in ("room-0", "room-2")}
    assert by_room == {"room-0": 600.0, "room-2": 600.0}
    assert {c.column for c in found if c.room == "room-0"} == set(range(8))


def test_squares_go_on_west_of_the_origin(reader: Engine) -> None:
    cells = {(c.column, c.row) for c in crowds(reader, [Kind.STAFF], T0, T0 + 600)}
    assert cells == {(int(np.floor(-3.0 / CELL_M)), 0)}


def test_kinds_that_were_not_asked_for_are_not_counted(reader: Engine) -> None:
    assert {c.room for c in crowds(reader, [Kind.PATIENT], T0, T0 + 600)} == {"room-0"}
    assert crowds(reader, [Kind.SENSOR], T0, T0 + 600) == []


def test_a_tag_that_fell_silent_does_not_stay_for_ever(reader: Engine) -> None:
    seconds = sum(c.seconds for c in crowds(reader, [Kind.PATIENT], T0, T0 + 7200))
    assert seconds == 540 + MOST_BETWEEN_S


def test_nothing_is_known_of_a_time_without_rows(reader: Engine) -> None:
    assert crowds(reader, PEOPLE, T0 - 9000, T0 - 8000) == []
    assert dwells(reader, Kind.PATIENT, T0, T0 + 600) == []
    assert len(ways(reader, ["AC233F000000"], ["level-0"], T0 - 9000, T0 - 8000).t) == 0


def test_a_dwell_is_the_median_of_the_stays_that_ended(history: History, url: str) -> None:
    stays = [Visit(PATIENT, 1, T0 + 1000 * k, T0 + 1000 * k + 60 * (k + 1), 0.9, 1.0) for k in range(4)]
    stays += [Visit(PATIENT, 2, T0 + 100.0, T0 + 130.0, 0.9, 1.0), Visit(STAFF, 2, T0, T0 + 999.0, 0.9, 1.0)]
    history.write([history.rows(Batch(T0, closed=stays))])
    found = {d.room: (d.median_s, d.n) for d in dwells(open_reader(url), Kind.PATIENT, T0, T0 + 9000)}
    assert found == {"room-1": (150.0, 4), "room-2": (30.0, 1)}
    later = {d.room: d.n for d in dwells(open_reader(url), Kind.PATIENT, T0 + 500, T0 + 9000)}
    assert later == {"room-1": 3}


def test_a_way_has_the_turns_of_who_moved(reader: Engine) -> None:
    found = ways(reader, ["AC233F000000", "AC233F000001"], ["level-0"], T0, T0 + 600)
    walked = found.x[found.tag == found.tag[0]]
    assert np.diff(walked) == pytest.approx([1.6] * 9, abs=0.02)
    assert found.first.sum() == 2  # the one who rests has a place, but no way
    assert len(ways(reader, ["AC233F000000"], ["level-1"], T0, T0 + 600).t) == 0


def test_a_way_begins_anew_on_another_level_and_after_silence(history: History, url: str, fixes) -> None:
    for t, level in ((0, 0), (60, 0), (120, 1), (180, 0), (240, 0), (900, 0), (960, 0)):
        history.write([history.rows(Batch(T0, fixes=fixes(T0 + t, [PATIENT], level=level, x=t / 10, room=level)))])
    found = ways(open_reader(url), ["AC233F000000"], ["level-0"], T0, T0 + 1000)
    assert (found.t[found.first] - T0).tolist() == [0, 180, 900]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=40), st.integers(8, 300))
def test_thinned_ways_are_few_and_keep_their_ends(lengths: list[int], most: int) -> None:
    n = sum(lengths)
    begins = np.cumsum([0, *lengths[:-1]])
    first = np.isin(np.arange(n), begins)
    tag = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    whole = Ways(tag, np.arange(n, dtype=float), tag * 0, np.arange(n, dtype=float), np.zeros(n), first, ("l",))
    less = thinned(whole, most)
    assert len(less.t) <= max(most + 2 * len(lengths), n if n <= most else 0)
    if n <= most:
        assert len(less.t) == n
    for one in np.unique(less.tag):
        mine = less.x[less.tag == one]
        assert mine[0] == begins[one]
        assert mine[-1] == begins[one] + lengths[one] - 1
        assert less.first[less.tag == one].tolist() == [True, *[False] * (len(mine) - 1)]
