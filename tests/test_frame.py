"""Live messages hold what the browser unpacks; `tests/fixtures/frame.json` is read by its tests too."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.climate.rooms import RoomClimate
from twin.flow.kpis import Kpis, LevelCounts
from twin.frame import Live, Pressed, encode_catalogue, encode_frame, encode_summary
from twin.model import Doubt, Fixes, Kind, Press, State, Tag

FIXTURE = Path(__file__).parent / "fixtures" / "frame.json"
T = 1_795_428_000.0
DTYPES = {"x": "<u2", "y": "<u2", "room": "<u2", "since": "<u2", "age": "u1", "flags": "u1", "p": "u1", "r": "u1"}
OR_TYPES = {"i": "<u2", "room": "<u2", "p": "u1"}


def live(n: int, **changes) -> Live:
    fixes = {
        "t": T,
        "x": np.full(n, 12.345, np.float32),
        "y": np.full(n, 6.0, np.float32),
        "level": np.zeros(n, np.int32),
        "room": np.full(n, 3, np.int32),
        "p": np.full(n, 0.62, np.float32),
        "r90": np.full(n, 4.2, np.float32),
        "heard": np.full(n, T - 1.5),
        "gateways": np.full(n, 4, np.int32),
        "state": np.zeros(n, np.uint8),
        "doubt": None,
    }
    fixes.update({name: value for name, value in changes.items() if name in fixes})
    return Live(
        seq=7,
        rev="abc",
        fixes=Fixes(**fixes),
        entered=changes.get("entered", np.full(n, T - 125.0)),
        pressed=changes.get("pressed", np.zeros(n, bool)),
        in_use=changes.get("in_use", np.zeros(n, bool)),
    )


def unpack(payload: bytes) -> dict:
    frame = json.loads(payload)
    tags = np.frombuffer(b64decode(frame["tag"]), "<u4" if frame.get("wide") else "<u2")
    told = frame.get("or", {})
    second = {name: np.frombuffer(b64decode(told.get(name, "")), OR_TYPES[name]).tolist() for name in OR_TYPES}
    return frame | {"tag": tags.tolist(), "or": second} | {
        name: np.frombuffer(b64decode(frame[name]), dtype).tolist() for name, dtype in DTYPES.items()
    }  # fmt: skip


def example() -> Live:
    """Six tags: heard now, stale with a press, unobserved without a room, lost, on another level, never seen."""
    return live(
        6,
        x=np.array([12.345, 3.0, 0.5, 8.0, 9.0, 0.0], np.float32),
        level=np.array([0, 0, 0, 0, 1, -1], np.int32),
        room=np.array([3, 4, -1, 5, 6, -1], np.int32),
        heard=np.array([T - 1.5, T - 40.0, T - 600.0, T - 9000.0, T - 1.0, -np.inf]),
        state=np.array([State.LIVE, State.STALE, State.UNOBSERVED, State.LOST, State.LIVE, State.UNSEEN], np.uint8),
        entered=np.array([T - 125.0, T - 7200.0, np.nan, T - 1.0, T - 1.0, np.nan]),
        pressed=np.array([False, True, False, False, False, False]),
        in_use=np.array([True, False, False, False, False, False]),
        p=np.array([0.62, 0.54, 0.5, 0.4, 0.3, 0.0], np.float32),
        doubt=Doubt(
            np.array([0.95, 0.8, 0.0, 0.5, 0.5, 0.0], np.float32),
            np.array([4, 6, 3, 1, 1, -1], np.int32),
            np.array([0.3, 0.31, 0.2, 0.1, 0.1, 0.0], np.float32),
        ),
    )


CLIMATE = [
    RoomClimate(4, 9.26, None, 12.9, "high", 40, 0, True, "vaccine_fridge"),
    RoomClimate(3, None, None, None, "silent", 41, 1, False),
]


def test_the_fixture_is_what_the_code_writes():
    frame = encode_frame(example(), 0, (-0.15, -0.15), CLIMATE)
    tags = (Tag(0, "C30000000001", "B10", Kind.STAFF, "nurse", "N-1", "201"),)
    written = json.dumps(
        {
            "frame": json.loads(frame),
            "unpacked": unpack(frame),
            "catalogue": json.loads(encode_catalogue("demo", tags)[1]),
            "summary": json.loads(summary(example())),
        },
        indent=1,
    )
    if not FIXTURE.exists():
        FIXTURE.write_text(written + "\n")
    assert FIXTURE.read_text() == written + "\n", f"delete {FIXTURE} to write it anew, and check assets/live.js"


def summary(state: Live) -> bytes:
    names = Kpis.__struct_fields__
    figures = Kpis(**dict.fromkeys(names, 1) | {"ed_wait_median_s": None, "data_age_s": 0.4})
    press = Pressed(Press(1, T - 3.0, "ibeacon"), 4, 0)
    return encode_summary(
        state, figures, [LevelCounts(1, 1, 1, 0)], np.array([False, True]), [press],
        demo=True, speed=1.0, catch_up_until=None,
    )  # fmt: skip


def test_a_frame_shows_live_stale_and_unobserved_tags_of_its_level():
    frame = unpack(encode_frame(example(), 0, (-0.15, -0.15), CLIMATE))
    assert frame["tag"] == [0, 1, 2]
    assert frame["n"] == 3
    assert frame["x"] == [1250, 315, 65]
    assert frame["room"] == [3, 4, 65535]
    assert frame["since"] == [2, 120, 65535]
    assert frame["age"] == [1, 40, 128]
    assert frame["flags"] == [16, 1 + 8 + 32, 2]
    assert frame["p"] == [62, 54, 50]
    assert frame["r"] == [42] * 3
    assert frame["temp"] == {"4": [9.3, None, 12, "high", "vaccine_fridge"], "3": [None, None, None, "silent", "room"]}


def doubtful(n: int, p: float = 0.54, **changes: np.ndarray) -> dict[str, list[int]]:
    """The second rooms of a frame of `n` tags in room 3 that could also be in room 5."""
    doubt = {"p_level": np.full(n, 0.99, np.float32), "second": np.full(n, 5, np.int32),
             "p_second": np.full(n, 0.31, np.float32)}  # fmt: skip
    state = live(n, p=np.full(n, p, np.float32), doubt=Doubt(**(doubt | changes)))
    return unpack(encode_frame(state, 0, (0.0, 0.0)))["or"]


def test_a_second_room_is_told_of_where_the_first_is_in_doubt():
    frame = unpack(encode_frame(example(), 0, (-0.15, -0.15)))
    assert frame["or"] == {"i": [1], "room": [6], "p": [31]}, "not of what is in no room, sure, or not shown"
    assert doubtful(2) == {"i": [0, 1], "room": [5, 5], "p": [31, 31]}
    assert doubtful(2, p=0.61)["i"] == []
    assert doubtful(3, second=np.array([-1, 3, 5], np.int32))["i"] == [2], "there must be another"
    assert doubtful(2, p_second=np.array([0.04, 0.06], np.float32))["i"] == [1], "worth a look"


def test_a_frame_without_doubt_does_not_mention_it():
    assert "or" not in json.loads(encode_frame(live(3, p=np.full(3, 0.2, np.float32)), 0, (0.0, 0.0)))


@pytest.mark.parametrize(("p_level", "flags"), [(0.0, 0), (0.5, 32), (0.89, 32), (0.91, 0), (1.0, 0)])
def test_an_unsure_level_is_flagged_but_not_one_that_was_never_worked_out(p_level: float, flags: int):
    one = Doubt(np.array([p_level], np.float32), np.array([-1], np.int32), np.zeros(1, np.float32))
    assert unpack(encode_frame(live(1, doubt=one), 0, (0.0, 0.0)))["flags"] == [flags]


def test_lost_tags_are_told_of_in_the_summary():
    told = json.loads(summary(example()))
    assert told["elsewhere"] == [[3, 0, 5, T - 9000.0, State.LOST]]
    assert told["gateways"] == [0, 1]
    assert told["presses"] == [{"tag": 1, "t": T - 3.0, "pattern": "ibeacon", "room": 4, "level": 0}]


@pytest.mark.parametrize(
    ("age", "code"), [(0.0, 0), (119.9, 119), (120.0, 120), (179.0, 120), (180.0, 121), (1e9, 255)]
)
def test_the_age_scale_goes_from_seconds_to_minutes(age: float, code: int):
    assert unpack(encode_frame(live(1, heard=np.array([T - age])), 0, (0.0, 0.0)))["age"] == [code]


def test_1250_tags_take_no_more_than_25_kb():
    rng = np.random.default_rng(1)
    n = 1250
    state = live(
        n,
        x=rng.uniform(0, 66, n).astype(np.float32),
        y=rng.uniform(0, 43, n).astype(np.float32),
        room=rng.integers(0, 180, n).astype(np.int32),
        heard=T - rng.uniform(0, 300, n),
        entered=T - rng.uniform(0, 9e4, n),
    )
    climate = [RoomClimate(room, 21.456, 44.4, 30.0, "ok", room, 0, False) for room in range(45)]
    assert len(encode_frame(state, 0, (0.0, 0.0), climate)) <= 25_000


def test_registers_beyond_65535_tags_use_wide_numbers():
    frame = json.loads(encode_frame(live(70_000), 0, (0.0, 0.0)))
    assert frame["wide"] is True
    assert unpack(json.dumps(frame).encode())["tag"][-1] == 69_999


def test_doubt_beyond_65535_tags_uses_wide_numbers():
    n = 70_000
    doubt = Doubt(
        np.ones(n, np.float32), np.where(np.arange(n) == n - 1, 5, -1).astype(np.int32), np.ones(n, np.float32)
    )
    frame = json.loads(encode_frame(live(n, p=np.full(n, 0.5, np.float32), doubt=doubt), 0, (0.0, 0.0)))
    assert np.frombuffer(b64decode(frame["or"]["i"]), "<u4").tolist() == [n - 1]


@given(
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.floats(0, 1, width=32),
)
def test_no_value_can_break_a_frame(x: float, radius: float, p: float):
    odd = live(1, x=np.array([x], np.float32), r90=np.array([radius], np.float32), p=np.array([p], np.float32))
    frame = unpack(encode_frame(odd, 0, (0.0, 0.0)))
    assert 0 <= frame["x"][0] <= 65535
    assert 0 <= frame["r"][0] <= 255


def test_the_catalogue_revision_changes_with_the_register():
    one = Tag(0, "C30000000001", "B10", Kind.STAFF, "nurse", "N-1")
    first, payload = encode_catalogue("demo", (one,))
    again, _ = encode_catalogue("demo", (one,))
    other, _ = encode_catalogue("demo", (Tag(0, "C30000000001", "B10", Kind.STAFF, "doctor", "N-1"),))
    assert first == again != other
    assert json.loads(payload)["tags"] == [["C30000000001", "staff", "nurse", "N-1", "B10", ""]]
