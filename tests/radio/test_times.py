"""Gateway times: forms, ages, and clocks that are wrong."""

from __future__ import annotations

import pytest

from twin.radio.encode import time_text
from twin.radio.times import MAX_AGE, clock_state, parse_time, time_rows

NOW = 1727862026.0  # 2024-10-02T09:40:26Z


@pytest.mark.parametrize(
    "value",
    [
        "2024-10-02T09:40:26Z",
        "2024-10-02T09:40:26.000Z",
        "2024-10-02T11:40:26+02:00",
        "2024-10-02T05:40:26.000-04:00",
        "2024-10-02T09:40:26",
        1727862026000,
        1727862026000.0,
        1727862026,
        "1727862026000",
    ],
)
def test_forms_of_time(value: object) -> None:
    assert parse_time(value) == NOW


@pytest.mark.parametrize(
    "value", [None, True, "", "soon", [], {}, float("nan"), float("inf"), 1e300, "9" * 30, -(10**18)]
)
def test_no_time(value: object) -> None:
    assert parse_time(value) is None


def test_age_by_the_gateways_clock_is_taken_from_our_receive_time() -> None:
    timing = time_rows(["2024-10-02T09:40:25.500Z", "2024-10-02T09:40:26.300Z"], NOW, 5000.0)
    assert timing.now == pytest.approx(NOW + 0.3)
    assert timing.heard == pytest.approx([4999.2, 5000.0])


def test_header_later_than_all_rows_is_now() -> None:
    timing = time_rows(["2024-10-02T09:40:25.500Z"], NOW, 5000.0)
    assert (timing.now, timing.heard) == (NOW, [4999.5])


def test_minute_boundary_within_a_message() -> None:
    timing = time_rows(["2024-10-02T09:39:59.900Z", "2024-10-02T09:40:00.100Z"], None, 100.0)
    assert timing.heard == pytest.approx([99.8, 100.0])


def test_quick_and_patient_reading_agree() -> None:
    texts = [time_text(NOW - 0.013 * i) for i in range(40)]
    numbers = [round((NOW - 0.013 * i) * 1000) for i in range(40)]
    quick, patient = time_rows(texts, NOW, 100.0), time_rows(numbers, NOW, 100.0)
    assert quick.heard == pytest.approx(patient.heard, abs=1e-6)
    assert quick.now == pytest.approx(patient.now)


def test_rows_of_an_offline_buffer_keep_their_age() -> None:
    timing = time_rows([time_text(NOW - 1800), time_text(NOW)], NOW, 9000.0)
    assert timing.heard == [7200.0, 9000.0]
    assert timing.broken == 0


@pytest.mark.parametrize("broken", [NOW + 86400, NOW - MAX_AGE - 10, 5.0])
def test_a_broken_row_time_spoils_no_other_row(broken: float) -> None:
    timing = time_rows([time_text(broken), time_text(NOW - 1)], NOW, 5000.0)
    assert timing.heard == [5000.0, 4999.0]
    assert timing.broken == 1


def test_no_times_at_all_means_heard_on_arrival() -> None:
    assert time_rows([None, ""], None, 7.0) == ([7.0, 7.0], None, 0)
    assert time_rows([], None, 7.0) == ([], None, 0)
    assert time_rows([], NOW, 7.0) == ([], NOW, 0)


@pytest.mark.parametrize(
    "stamps",
    [
        ["2024-10-02T09:40:nanZ"],
        ["2024-10-02T09:40:26Z", "2024-10-02T09:40:]Z"],
        ["2024-10-02T09:40:26.1Z2024-10-02T09:40:26.2Z", ""],
        ["2024-10-02T09:40:99Z"],
        ["Z" * 30, {}],
    ],
)
def test_malformed_times_are_survived(stamps: list) -> None:
    timing = time_rows(stamps, NOW, 50.0)
    assert len(timing.heard) == len(stamps)
    assert all(t <= 50.0 for t in timing.heard)


def test_clock_state() -> None:
    assert clock_state(None, NOW) == "unknown"
    assert clock_state(NOW - 500, NOW) == "ok"
    assert clock_state(NOW - 700, NOW) == "wrong"
    assert clock_state(1000.0, 1000.0) == "wrong", "before 2020 no gateway was set"
