import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.history import FixColumns, LastStored, live_fixes, thin, thin_samples
from twin.model import NONE, Fixes, Sample, State

TAGS = 3
step = st.tuples(
    st.lists(st.integers(0, TAGS - 1), unique=True, max_size=TAGS),
    st.floats(0.1, 90.0),
    st.lists(st.floats(0, 6, width=32), min_size=2 * TAGS, max_size=2 * TAGS),
    st.lists(st.integers(NONE, 2), min_size=TAGS, max_size=TAGS),
    st.lists(st.integers(0, 1), min_size=TAGS, max_size=TAGS),
)


def at(t: float, tags: list[int], xy: list[float], rooms: list[int], levels: list[int]) -> FixColumns:
    tag = np.array(tags, np.int32)
    x, y = np.array(xy, np.float32).reshape(2, TAGS)[:, tag]
    half = np.full(len(tag), 0.5, np.float32)
    room, level = np.array(rooms, np.int32)[tag], np.array(levels, np.int32)[tag]
    return FixColumns(tag, level, room, x, y, half, half, np.full(len(tag), t))


@given(st.lists(step, max_size=30))
def test_what_is_left_out_is_where_the_last_stored_fix_says(steps: list) -> None:
    """Whatever a tag does, the newest stored fix is at most 60 s old, in the same room and within 1 m."""
    t, last = 1e9, LastStored.never(TAGS)
    for tags, wait, xy, rooms, levels in steps:
        t += wait
        now = at(t, tags, xy, rooms, levels)
        kept, last = thin(now, last)
        i = now.tag
        assert (t - last.t[i] < 60).all()
        assert (np.hypot(now.x - last.x[i], now.y - last.y[i]) <= 1).all()
        assert (now.room == last.room[i]).all() and (now.level == last.level[i]).all()
        assert set(kept.tag) <= set(now.tag)


@given(st.lists(step, min_size=1, max_size=10))
def test_nothing_is_stored_twice(steps: list) -> None:
    t, last = 1e9, LastStored.never(TAGS)
    for tags, wait, xy, rooms, levels in steps:
        t += wait
        now = at(t, tags, xy, rooms, levels)
        _, last = thin(now, last)
        again, after = thin(now, last)
        assert len(again) == 0
        assert (after.t == last.t).all()


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, False),
        ({"x": 0.9}, False),
        ({"x": 1.1}, True),
        ({"room": 1}, True),
        ({"level": 1}, True),
        ({"t": 60.0}, True),
        ({"t": 59.0}, False),
        ({"t": -1.0}, True),
        ({"x": np.nan, "room": 1}, False),
        ({"level": NONE, "x": 5.0}, False),
    ],
)
def test_each_reason_to_keep_a_fix(change: dict, kept: bool, fixes) -> None:
    _, last = thin(fixes(1e9, [4]), LastStored.never(8))
    t = 1e9 + change.pop("t", 1.0)
    assert len(thin(fixes(t, [4], **change), last)[0]) == kept


def test_thinning_leaves_what_it_was_given_alone(fixes) -> None:
    before = LastStored.never(8)
    thin(fixes(1e9, [1, 2]), before)
    assert np.isinf(before.t).all()


def test_only_tags_heard_now_are_stored() -> None:
    n = len(State)
    state = np.arange(n, dtype=np.uint8)
    zero, level = np.zeros(n, np.float32), np.zeros(n, np.int32)
    now = Fixes(1e9, zero, zero, level, level, zero, zero, np.full(n, 1e9), level, state)
    assert live_fixes(now).tag.tolist() == [State.LIVE]


def test_samples_are_kept_each_minute_and_when_they_move() -> None:
    last: dict[tuple[int, str], Sample] = {}
    stored = []
    for second in range(180):
        value = 21.0 if second < 100 else 23.0
        kept = thin_samples([Sample(1, 1e9 + second, "temperature_c", value)], last)
        last |= {(s.tag, s.quantity): s for s in kept}
        stored += kept
    assert [s.t - 1e9 for s in stored] == [0, 60, 100, 160]


def test_samples_of_different_tags_and_quantities_do_not_hide_each_other() -> None:
    came = [Sample(tag, 1e9, quantity, 20.0) for tag in (1, 2) for quantity in ("temperature_c", "humidity_pct")]
    assert thin_samples([*came, *came], {}) == came
