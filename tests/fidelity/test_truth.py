"""Reading hand-made truth files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import WardlightError
from twin.fidelity.truth import GAP_S, Truth, newest, read_truth
from twin.model import NONE

Line = dict[str, Any] | bytes


def write(folder: Path, *files: list[Line]) -> list[Path]:
    paths = []
    for n, lines in enumerate(files):
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        paths.append(folder / f"truth-{n}.ndjson")
        paths[-1].write_bytes(b"\n".join(raw) + b"\n")
    return paths


def everybody(t: float, *x: float) -> Line:
    return {"t": t, "all": [[tag, 0, 0, place, 1.0, 1] for tag, place in enumerate(x)]}


def one(t: float, tag: int, x: float, room: int = 0, level: int = 0, on_air: int = 1) -> Line:
    return {"t": t, "who": [[tag, level, room, x, 1.0, on_air]]}


def test_lines_give_the_place_of_all_and_what_lies_between_is_interpolated(tmp_path: Path):
    files = write(tmp_path, [everybody(100, 0, 5), {"t": 100, "air": []}, one(102, 0, 2.4)])
    truth = read_truth(files, 2)
    assert truth.t.tolist() == [100, 102]
    places = truth.at(np.array([99.0, 100.0, 101.0, 102.0]))
    assert places.known.tolist() == [False, True, True, True]
    assert places.x[1:, 0].tolist() == pytest.approx([0, 1.2, 2.4])
    assert places.x[1:, 1].tolist() == [5, 5, 5]
    assert places.moving[1:3].tolist() == [[True, False], [True, False]]


def test_room_and_level_are_those_of_the_nearer_line_and_a_lift_is_not_halfway(tmp_path: Path):
    files = write(tmp_path, [everybody(100, 0), one(102, 0, 6.0, room=3, level=1)])
    places = read_truth(files, 1).at(np.array([100.5, 101.5]))
    assert places.room[:, 0].tolist() == [0, 3]
    assert places.level[:, 0].tolist() == [0, 1]
    assert places.x[:, 0].tolist() == [0, 6]
    assert places.moving.all()


def test_who_is_being_switched_on_or_off_is_neither_on_nor_off_the_air(tmp_path: Path):
    files = write(tmp_path, [everybody(100, 0), one(102, 0, 0, on_air=0), {"t": 104, "air": []}])
    places = read_truth(files, 1).at(np.array([100.0, 101.0, 102.0, 103.0]))
    assert places.on_air[:, 0].tolist() == [False, False, False, False]
    assert places.off_air[:, 0].tolist() == [False, False, True, True]


def test_nothing_is_known_in_a_gap_or_after_the_end(tmp_path: Path):
    files = write(tmp_path, [everybody(100, 0), {"t": 102, "air": []}, everybody(103 + GAP_S, 4)])
    places = read_truth(files, 1).at(np.array([101.0, 105.0, 103 + GAP_S, 200.0]))
    assert places.known.tolist() == [True, False, True, False]


def test_lines_before_the_first_full_one_are_not_believed(tmp_path: Path):
    truth = read_truth(write(tmp_path, [one(98, 0, 1.0), everybody(100, 2, 3)]), 2)
    assert truth.t.tolist() == [100]


def test_cut_off_lines_are_counted_and_presses_and_faults_are_no_places(tmp_path: Path):
    lines: list[Line] = [
        everybody(100, 0), {"t": 400, "press": 0, "until": 470}, {"t": 401, "fault": "door", "tag": 0, "until": 500},
        one(102, 0, 1.0), b'{"t": 104, "who": [[0, 0',
    ]  # fmt: skip
    truth = read_truth(write(tmp_path, lines), 1)
    assert (truth.t.tolist(), truth.bad) == ([100, 102], 1)
    assert newest(write(tmp_path, lines)) == 102


def test_a_simulator_that_lives_its_last_seconds_again_is_believed_the_second_time(tmp_path: Path):
    files = write(
        tmp_path, [everybody(100, 0), one(102, 0, 1.0), one(104, 0, 2.0), everybody(102, 9), one(104, 0, 8.0)]
    )
    truth = read_truth(files, 1)
    assert truth.t.tolist() == [100, 102, 104]
    assert truth.x[:, 0].tolist() == [0, 9, 8]


def test_only_the_asked_time_is_kept_and_what_was_before_is_known_in_it(tmp_path: Path):
    first: list[Line] = [everybody(100, 0, 7), *(one(100 + 2 * n, 0, n) for n in range(1, 40))]
    truth = read_truth(write(tmp_path, first), 2, since=140, until=150)
    assert truth.t[0] >= 140 - GAP_S
    assert truth.t[-1] <= 150 + GAP_S
    assert (truth.x[:, 1] == 7).all()


@pytest.mark.parametrize("lines", [[], [{"t": 5, "air": []}]])
def test_no_truth_is_told(tmp_path: Path, lines: list[Line]):
    with pytest.raises(WardlightError, match="let the simulated hospital run"):
        read_truth(write(tmp_path, lines), 1)


def test_no_files_and_a_folder_in_place_of_one_are_told(tmp_path: Path):
    with pytest.raises(WardlightError, match="no truth"):
        newest([])
    with pytest.raises(WardlightError, match="Cannot read"):
        read_truth([tmp_path], 1)


def test_the_truth_of_another_register_is_refused(tmp_path: Path):
    with pytest.raises(WardlightError, match="another register"):
        read_truth(write(tmp_path, [everybody(100, 1, 2, 3)]), 2)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8), st.floats(0, 1))
def test_between_two_lines_one_is_between_the_two_places(xs: list[float], share: float):
    n = len(xs)
    column = np.array(xs, np.float32)[:, None]
    zeros = np.zeros((n, 1), np.int32)
    truth = Truth(np.arange(n, dtype=np.float64) * 2.0, zeros, zeros, column, column, np.ones((n, 1), bool))
    places = truth.at(np.arange(n - 1, dtype=np.float64) * 2.0 + 2.0 * share)
    low, high = np.minimum(column[:-1], column[1:]), np.maximum(column[:-1], column[1:])
    assert places.known.all()
    assert (places.x >= low - 1e-4).all()
    assert (places.x <= high + 1e-4).all()
    assert (places.level != NONE).all()
