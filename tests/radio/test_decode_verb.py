"""`python -m twin decode`: one answer a line, never a traceback."""

from __future__ import annotations

import json

import pytest

from twin.radio import advertise
from twin.verbs.decode import run

TAG = "C3000021BE19"


def answers(*cases: object) -> list[dict]:
    return [json.loads(line) for line in run([json.dumps(case) + "\n" for case in cases])]


def test_nothing_recognised_is_an_empty_list() -> None:
    cases = [
        ("adv", ""),
        ("adv", "020106"),
        ("svc_ffe1", "a101"),
        ("svc_feaa", "4000"),
        ("mfr_0639", "ca"),
        ("mfr_004c", "02"),
    ]
    found = answers(*({"kind": kind, "frame_hex": text} for kind, text in cases))
    assert found == [{"decoded": []}] * len(cases)


@pytest.mark.parametrize(
    "case",
    [
        {"kind": "adv", "frame_hex": "xyz"},
        {"kind": "adv", "frame_hex": "abc"},
        {"kind": "adv"},
        {"kind": "adv", "frame_hex": 5},
        {"kind": "smoke", "frame_hex": ""},
        {"kind": "gateway_json"},
        {"kind": "gateway_text", "payload_text": '[{"type":"Gateway","mac":"AC23'},
        {"kind": "gateway_binary", "frame_hex": "bb01"},
        {"kind": "gateway_binary", "frame_hex": "bb00000000"},
        {"kind": "gateway_json", "payload": {"devices": []}},
        {"kind": "gateway_json", "topic": "/gw/ac233f000001/status", "payload": [{"gateway": "ac233f000002"}]},
        {"kind": "gateway_recording"},
        [],
        None,
    ],
)
def test_errors_say_what_is_wrong(case: object) -> None:
    (answer,) = answers(case)
    assert answer.keys() == {"error"}
    assert len(answer["error"]) > 10


def test_broken_lines_and_blank_ones() -> None:
    assert [json.loads(line).keys() for line in run(["{", "", "  \n", "[" * 9999])] == [{"error"}, {"error"}]


def test_kind_may_be_left_out() -> None:
    beacon = advertise.ibeacon(advertise.BUTTON_UUID, 0, 0)
    row = {"mac": TAG, "timestamp": "2024-10-02T09:40:26.300Z", "rssi": -34, "raw": beacon}
    message = {"topic": "/gw/ac233fc17756/status", "payload": [{"gateway": "ac233fc17756"}, row]}
    frames, told = answers({"frame_hex": beacon}, message)
    assert frames["decoded"][0]["frame"] == "ibeacon"
    assert told["decoded"]["sightings"][0]["frames"] == frames["decoded"]


def test_message_without_topic_that_names_no_gateway() -> None:
    row = {"mac": TAG, "type": "Unknown", "rssi": -34, "rawData": ""}
    decoded = answers({"kind": "gateway_json", "payload": [row]})[0]["decoded"]
    assert "gateway_mac" not in decoded
    assert (decoded["rows"], decoded["rows_with_empty_raw"]) == (1, 1)


def test_presses_of_a_recording() -> None:
    beacon = advertise.ibeacon(advertise.BUTTON_UUID, 0, 0)
    idle = advertise.acceleration(TAG, 90, 0.0, 0.0, 1.0)
    messages = []
    for second in range(240):
        raw = beacon if 60 <= second < 80 or 150 <= second < 170 else idle
        for gateway in ("ac233f000001", "ac233f000002"):
            stamp = f"2024-10-02T09:{40 + second // 60:02d}:{second % 60:02d}.000Z"
            rows = [{"gateway": gateway, "timestamp": stamp}, {"mac": TAG, "timestamp": stamp, "rssi": -50, "raw": raw}]
            messages.append({"topic": f"/gw/{gateway}/status", "payload": rows})
    decoded = answers({"kind": "gateway_recording", "messages": messages})[0]["decoded"]
    assert (decoded["messages"], decoded["rows"], len(decoded["gateways"])) == (480, 480, 2)
    assert decoded["presses"] == [
        {"mac": TAG, "time_utc": "2024-10-02T09:41:00.000Z", "pattern": "ibeacon"},
        {"mac": TAG, "time_utc": "2024-10-02T09:42:30.000Z", "pattern": "ibeacon", "quiet_s": 71.0},
    ]
