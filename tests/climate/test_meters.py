"""Messages of energy meters: read whole, never raising; and the board that keeps what they said."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.climate.board import SILENT_AFTER_S, MeterBoard
from twin.climate.meters import Measured, Unreadable, kind_of, read_meter
from twin.model import Gateway, Room
from twin.site.meters import Meter, MeterKind

ZIGBEE, TASMOTA = MeterKind.ZIGBEE2MQTT, MeterKind.TASMOTA
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["ENERGY", "Total", "Power", "energy", "power", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def said(**values: Any) -> bytes:
    return json.dumps(values).encode()


def test_zigbee2mqtt_as_it_comes_from_a_plug() -> None:
    message = said(current=0.36, energy=41.72, linkquality=112, power=78, state="ON", voltage=229)
    assert read_meter(message, ZIGBEE) == Measured(41.72, 78.0)
    assert kind_of(message) is ZIGBEE


def test_tasmota_as_it_comes_from_one_and_from_three_phases() -> None:
    energy = {"TotalStartTime": "2025-01-01T00:00:00", "Total": 1203.4, "Today": 3.1, "Power": 812, "Voltage": 231}
    assert read_meter(said(Time="2026-01-01T12:00:00", ENERGY=energy), TASMOTA) == Measured(1203.4, 812.0)
    three = {"Total": [1.0, 2.0, 3.5], "Power": [10, 20, 30]}
    assert read_meter(said(ENERGY=three), TASMOTA) == Measured(6.5, 60.0)
    assert kind_of(said(ENERGY=energy)) is TASMOTA


def test_a_counter_or_the_power_alone_will_do_and_null_is_no_fault() -> None:
    assert read_meter(said(power=5), ZIGBEE) == Measured(None, 5.0)
    assert read_meter(said(energy=5, power=None), ZIGBEE) == Measured(5.0, None)
    assert read_meter(said(ENERGY={"Total": 0}), TASMOTA) == Measured(0.0, None)


@pytest.mark.parametrize(
    ("payload", "kind", "reason"),
    [
        (b"", ZIGBEE, "meter-not-json"),
        (b"\xff\xfe", ZIGBEE, "meter-not-json"),
        (b"[1]", ZIGBEE, "meter-not-an-object"),
        (b"[" * 5000, ZIGBEE, "meter-not-json"),
        (b"{" + b" " * 20_000 + b"}", ZIGBEE, "meter-too-large"),
        (said(state="ON", brightness=3), ZIGBEE, "meter-without-energy"),
        (said(power="12"), ZIGBEE, "meter-bad-value"),
        (said(power=True), ZIGBEE, "meter-bad-value"),
        (said(energy=-1), ZIGBEE, "meter-bad-value"),
        (b'{"power": 1e999}', ZIGBEE, "meter-not-json"),
        (said(energy=10**400), ZIGBEE, "meter-bad-value"),
        (said(ENERGY=[1]), TASMOTA, "meter-not-an-object"),
        (said(ENERGY={"Total": [1, "x"]}), TASMOTA, "meter-bad-value"),
        (said(SI7021={"Temperature": 20}), TASMOTA, "meter-without-energy"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(payload: bytes, kind: MeterKind, reason: str) -> None:
    found = read_meter(payload, kind)
    assert isinstance(found, Unreadable)
    assert found.reason == reason
    assert found.foreign == (reason == "meter-without-energy")


@given(
    st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())), st.sampled_from(MeterKind)
)
def test_no_bytes_make_it_raise(payload: bytes, kind: MeterKind) -> None:
    found = read_meter(payload, kind)
    if isinstance(found, Measured):
        assert found.kwh is not None or found.watt is not None
        assert found.kwh is None or 0 <= found.kwh <= 1e9
    kind_of(payload)


# --- board -----------------------------------------------------------------------------------------------------------

ROOMS = tuple(Room(i, f"r{i}", i // 2, f"{i}", "", "room", "", "icu", 10.0, 10.0 * i, 0.0) for i in range(4))
GATEWAYS = tuple(Gateway(i, f"AC233F00000{i}", f"g{i}", "G1", 0, 10.0 * i, 0.0, 2.0, f"/gw/{i}") for i in range(2))
METERS = (
    Meter(0, "m-0", "Zero", "zigbee2mqtt/m-0", ZIGBEE, "icu", (0, 1), "sockets"),
    Meter(1, "m-1", "One", "tele/m-1/SENSOR", TASMOTA, "icu", (2,), "lighting"),
    Meter(2, "m-2", "Two", "plant/2", ZIGBEE, "", (), "ventilation"),
)
HEARD = np.zeros(2, bool)


@pytest.fixture
def board() -> MeterBoard:
    return MeterBoard(METERS, ("zigbee2mqtt/+", "tele/+/SENSOR"), ROOMS, GATEWAYS)


def test_it_takes_topics_of_the_list_and_of_the_patterns_and_no_others(board: MeterBoard) -> None:
    for topic in ("zigbee2mqtt/x", "tele/y/SENSOR", "plant/2", "zigbee2mqtt/m-0"):
        assert board.takes(topic)
    for topic in ("/gw/ac233f000001/status", "zigbee2mqtt/x/set", "tele/y/STATE", "plant/3", "zigbee2mqtt"):
        assert not board.takes(topic)
    assert board.topics == ["plant/2"]


def test_a_reading_is_shown_stored_once_a_minute_and_grows_silent(board: MeterBoard) -> None:
    for t in (0.0, 30.0, 60.0):
        assert board.receive("zigbee2mqtt/m-0", said(energy=10 + t / 100, power=90), t) is None
        stored = board.take(HEARD)
        assert [(r.meter, r.t) for r in stored] == ([] if t == 30.0 else [(0, t)])
    row = board.report(61.0)[0]
    assert (row["kwh"], row["watt"], row["age_s"], row["silent"], row["readings"]) == (10.6, 90.0, 1.0, False, 3)
    assert board.report(60.0 + SILENT_AFTER_S + 1)[0]["silent"]
    assert board.report(61.0)[1] == {
        "id": "m-1", "age_s": None, "silent": True, "watt": None, "kwh": None, "readings": 0, "refused": 0,
    }  # fmt: skip


def test_repeated_late_and_foreign_messages_are_counted_and_harmless(board: MeterBoard) -> None:
    message = said(energy=10, power=90)
    for t in (100.0, 100.0, 40.0):
        board.receive("zigbee2mqtt/m-0", message, t)
    board.receive("zigbee2mqtt/m-0", said(state="OFF"), 120.0)
    board.receive("zigbee2mqtt/lamp", said(brightness=2), 120.0)
    board.receive("zigbee2mqtt/plug", message, 120.0)
    assert dict(board.counters) == {
        "meters.readings": 1, "meters.repeated": 1, "meters.late": 1, "meters.without_energy": 1,
        "meters.other_devices": 1, "meters.unknown": 1,
    }  # fmt: skip
    assert dict(board.unknown) == {"zigbee2mqtt/plug": 1}
    assert [r.t for r in board.take(HEARD)] == [100.0]


def test_what_is_malformed_is_refused_and_counted_with_its_meter(board: MeterBoard) -> None:
    found = board.receive("tele/m-1/SENSOR", b"{", 10.0)
    assert found is not None
    assert found.reason == "meter-not-json"
    assert board.report(10.0)[1]["refused"] == 1


def test_a_counter_that_falls_is_stored_at_once(board: MeterBoard) -> None:
    board.receive("zigbee2mqtt/m-0", said(energy=10), 0.0)
    board.take(HEARD)
    board.receive("zigbee2mqtt/m-0", said(energy=0.0), 5.0)
    assert [(r.t, r.kwh) for r in board.take(HEARD)] == [(5.0, 0.0)]


def test_a_room_whose_nearest_gateway_is_silent_or_absent_is_not_observed(board: MeterBoard) -> None:
    def observed(silent: list[bool], t: float) -> list[float]:
        board.receive("zigbee2mqtt/m-0", said(energy=t), t)
        board.receive("tele/m-1/SENSOR", said(ENERGY={"Total": t}), t)
        board.receive("plant/2", said(energy=t), t)
        return [r.observed for r in board.take(np.array(silent))]

    assert observed([False, False], 100.0) == [1.0, 0.0, 0.0]  # room 2 is on a level without gateways
    assert observed([False, True], 200.0) == [0.5, 0.0, 0.0]
