from __future__ import annotations

import pytest

from twin.errors import HistoryError
from twin.history import Batch, History
from twin.history.queries import open_reader
from twin.history.stock import company, newest_charges, stays_between
from twin.model import Sample, Visit

T0 = 1_700_000_000.0
DAY = 86400.0


def mac(tag: int) -> str:
    return f"AC233F{tag:06X}"


ROOMS = {f"room-{i}": i for i in range(6)}


def test_stays_of_many_tags_come_as_the_askers_numbers(history: History, url: str) -> None:
    closed = [
        Visit(1, 2, T0, T0 + 100, 0.9, 0.5), Visit(3, 4, T0 + 50, T0 + 200, 0.9, 1.0),
        Visit(5, 4, T0, T0 + 10, 0.9, 1.0),
    ]  # fmt: skip
    history.write([history.rows(Batch(T0, opened=[Visit(1, 3, T0 + 100, None, 0.8, 0.7)], closed=closed))])
    found = stays_between(open_reader(url), [mac(3), mac(1), "000000000000"], ROOMS, T0, T0 + 1000)
    rows = sorted(zip(*(column.tolist() for column in found), strict=True))
    assert rows == [
        (0, 4, T0 + 50, T0 + 200, 1.0), (1, 2, T0, T0 + 100, 0.5), (1, 3, T0 + 100, T0 + 1000, 0.7),
    ]  # fmt: skip


def test_stays_outside_the_window_or_of_rooms_that_are_gone_are_left_out(history: History, url: str) -> None:
    closed = [Visit(1, 2, T0, T0 + 100, 0.9, 0.5), Visit(1, 5, T0 + 200, T0 + 300, 0.9, 0.5)]
    history.write([history.rows(Batch(T0, closed=closed))])
    few = {name: index for name, index in ROOMS.items() if index != 5}
    assert stays_between(open_reader(url), [mac(1)], few, T0 + 150, T0 + 400).who.tolist() == []
    assert stays_between(open_reader(url), [], ROOMS, T0, T0 + 400).who.tolist() == []


def test_an_empty_history_has_no_stays(history: History, url: str) -> None:
    found = stays_between(open_reader(url), [mac(1)], ROOMS, T0, T0 + 400)
    assert [len(column) for column in found] == [0] * 5
    assert newest_charges(open_reader(url), T0) == {}


def test_the_newest_battery_counts_and_old_ones_do_not(history: History, url: str) -> None:
    samples = [
        Sample(1, T0 - 2 * DAY, "battery_pct", 80.0), Sample(1, T0 - DAY, "battery_pct", 60.0),
        Sample(2, T0 - 100, "battery_mv", 2900.0), Sample(2, T0 - 50, "battery_mv", 2850.0),
        Sample(3, T0 - 20 * DAY, "battery_pct", 90.0), Sample(4, T0 - 10, "temperature_c", 21.0),
        Sample(5, T0 + 60, "battery_pct", 10.0), Sample(5, T0 - 60, "battery_pct", 12.0),
    ]  # fmt: skip
    history.write([history.rows(Batch(T0, samples=samples))])
    found = newest_charges(open_reader(url), T0)
    assert {key: (charge.quantity, charge.value) for key, charge in found.items()} == {
        mac(1): ("battery_pct", 60.0),
        mac(2): ("battery_mv", 2850.0),
        mac(5): ("battery_pct", 12.0),
    }
    assert found[mac(1)].t == T0 - DAY


def test_who_was_in_a_room_at_some_time(history: History, url: str) -> None:
    closed = [
        Visit(0, 2, T0 - 5000, T0 + 10, 0.9, 1.0), Visit(1, 2, T0 + 5, T0 + 50, 0.9, 1.0),
        Visit(2, 2, T0 + 200, T0 + 300, 0.9, 1.0), Visit(3, 1, T0, T0 + 100, 0.9, 1.0),
        Visit(4, 2, T0 - 90, T0 - 1, 0.9, 1.0),
    ]  # fmt: skip
    history.write([history.rows(Batch(T0, opened=[Visit(5, 2, T0 + 40, None, 0.8, 0.7)], closed=closed))])
    found = company(open_reader(url), "room-2", T0, T0 + 100)
    assert [(one.mac, one.kind, one.leave) for one in found] == [
        (mac(0), "patient", T0 + 10), (mac(1), "staff", T0 + 50), (mac(5), "staff", None),
    ]  # fmt: skip
    assert company(open_reader(url), "nowhere", T0, T0 + 100) == []


def test_a_history_that_is_not_there_is_told(tmp_path) -> None:
    reader = open_reader(f"sqlite:///{tmp_path / 'none.sqlite'}")
    for ask in (lambda: stays_between(reader, [mac(1)], ROOMS, 0, T0), lambda: newest_charges(reader, T0)):
        with pytest.raises(HistoryError, match="no history"):
            ask()


def test_stays_follow_the_mac_when_the_register_changes(history: History, url: str, hospital) -> None:
    """A tag is taken off and another added: open stays go on with their tag, the one without a tag ends."""
    from dataclasses import replace

    from twin.history import open_history

    opened = [Visit(tag, tag % 6, T0, None, 0.9, 1.0) for tag in range(8)]
    history.write([history.rows(Batch(T0 + 60, opened=opened))])
    history.close()
    left = [tag for tag in hospital.tags if tag.index != 2]
    left.append(replace(left[0], mac="AC233FFFFFFF", label="new"))
    register = tuple(replace(tag, index=i) for i, tag in enumerate(left))
    again = open_history(url, register, hospital.rooms, hospital.levels)
    restored = again.restore()
    again.close()
    assert {register[v.tag].mac: v.room for v in restored.open_visits} == {
        mac(tag): tag % 6 for tag in range(8) if tag != 2
    }
    found = stays_between(open_reader(url), [mac(2)], ROOMS, T0, T0 + 1000)
    assert found.leave.tolist() == [T0 + 60]
