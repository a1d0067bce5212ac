"""Payload forms: recognition, ingest rules, refusals."""

from __future__ import annotations

import json

import pytest

from twin.radio import Refusal, Response, RowValues, Upload, read_upload

GATEWAY, OTHER = "AC233FC17756", "AC233FC00000"
TAG = "C3000021BE19"
T = 1727862026.0
STAMP = "2024-10-02T09:40:26.000Z"
HEADER = {"type": "Gateway", "mac": GATEWAY, "timestamp": STAMP, "gatewayFree": 84, "gatewayLoad": 0.14}
ADV = "02010612ff3906ca0303000bffdffef52151ec47c58f"
ROW = {"type": "Unknown", "mac": TAG, "timestamp": STAMP, "rssi": -60, "rawData": ADV}


def read(message: object, gateway: str | None = None) -> Upload | Response | Refusal:
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    return read_upload("/gw/x/status", payload, T, gateway)


def upload(message: object, gateway: str | None = None) -> Upload:
    read_ = read(message, gateway)
    assert isinstance(read_, Upload), read_
    return read_


def refusal(message: object, gateway: str | None = None) -> str:
    read_ = read(message, gateway)
    assert isinstance(read_, Refusal), read_
    assert read_.topic == "/gw/x/status"
    return read_.reason


def test_json_long() -> None:
    got = upload([HEADER, ROW])
    assert (got.gateway, got.form, got.clock, got.gateway_time) == (GATEWAY, "json-long", "ok", T)
    assert (got.macs, got.rssi, got.heard, got.raw, got.values) == ([TAG], [-60], [T], [ADV], [])
    assert (got.memory_free_pct, got.load, got.faults) == (84, pytest.approx(0.14), {})


def test_json_long_without_header_takes_the_gateway_of_the_topic() -> None:
    assert upload([ROW], GATEWAY).gateway == GATEWAY
    assert refusal([ROW]) == "no-gateway"


def test_json_raw_a_and_b() -> None:
    row = {"mac": TAG.lower(), "timestamp": STAMP, "rssi": -34, "raw": ADV}
    got = upload([{"gateway": GATEWAY.lower(), "timestamp": STAMP}, row])
    assert (got.form, got.gateway, got.macs, got.raw) == ("json-raw", GATEWAY, [TAG], [ADV])

    row = {"mac": TAG, "no": 1, "rssi": -34, "timestamp": STAMP}
    got = upload([{"gateway": GATEWAY, "locator": OTHER, "timestamp": STAMP}, row])
    assert (got.form, got.macs, got.rssi, got.raw) == ("json-raw", [TAG], [-34], [""])


def test_json_raw_whose_header_names_the_gateway_late() -> None:
    got = upload([{"timestamp": STAMP, "note": "x" * 400, "gateway": GATEWAY}, {"mac": TAG, "rssi": -1, "raw": ADV}])
    assert (got.form, got.raw) == ("json-raw", [ADV])


def test_empty_array_is_valid() -> None:
    got = upload([], GATEWAY)
    assert (got.form, got.macs, got.clock) == ("empty", [], "unknown")
    assert upload([HEADER]).macs == []


def test_decoded_rows_of_a_g1() -> None:
    s1 = {"type": "S1", "mac": TAG, "rssi": -50, "temperature": 21.5, "humidity": 83.37, "battery": 100}
    beacon = {
        "type": "iBeacon",
        "mac": TAG,
        "rssi": -50,
        "battery": 0,
        "ibeaconUuid": "e2c56db5-dffb-48d2-b060-d0f5a71096e0",
        "ibeaconMajor": 1,
        "ibeaconMinor": 65535,
        "ibeaconTxPower": -59,
    }
    got = upload([HEADER, s1, {"type": "Unknown", "mac": TAG, "rssi": -51, "rawData": ""}, beacon, ROW])
    assert got.raw == ["", "", "", ADV]
    assert got.values == [
        (0, RowValues(temperature_c=21.5, humidity_pct=83.37, battery_pct=100)),
        (2, RowValues(uuid="E2C56DB5DFFB48D2B060D0F5A71096E0", major=1, minor=65535, tx_power=-59)),
    ]


def test_response() -> None:
    got = read({"code": 200, "message": "success", "requestId": "r"}, GATEWAY)
    assert got == Response(GATEWAY, True, 200, "success", "r")
    got = read({"code": 400, "message": None})
    assert got == Response("", False, 400, "", "")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'[{"type":"Gateway","mac"', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"[" * 5000 + b"]" * 5000, "not-json"),
        (b"1" * 10_000, "not-json"),
        (b"3", "unknown-form"),
        (b"null", "unknown-form"),
        (b'"text"', "unknown-form"),
        (b"{}", "unknown-form"),
        (b'{"code":"200"}', "unknown-form"),
        (b"[1,2]", "unknown-form"),
        (b'[{"mac":"C3000021BE19"}]', "unknown-form"),
        (b'{"v":"1","mid":1,"time":1,"ip":"","mac":"","devices":[]}', "unknown-form"),
        (b"\xbb\x00\x01\x02", "binary-short"),
        (b"\xbb\x07", "unknown-form"),
        (b"\xbb", "unknown-form"),
        (b"\xbb\x01", "bad-binary"),
        (b"\xbb\x02", "bad-binary"),
        (b"[" + b" " * (256 * 1024) + b"]", "too-large"),
        (b" " * 10_000_000, "too-large"),
    ],
)
def test_refusals(payload: bytes, reason: str) -> None:
    got = read_upload("t", payload, T, None)
    assert isinstance(got, Refusal)
    if payload[:2] == b"[[" and payload[-1:] == b"]":  # the depth that the decoder allows is its own affair
        assert got.reason in (reason, "unknown-form")
    else:
        assert got.reason == reason
    assert len(got.sample) <= 240


def test_a_sender_is_held_to_its_topic() -> None:
    assert refusal([HEADER, ROW], OTHER) == "wrong-gateway"
    assert refusal([{"gateway": GATEWAY}, ROW], OTHER) == "wrong-gateway"
    assert refusal(binary_long(), OTHER) == "wrong-gateway"
    assert upload([HEADER, ROW], GATEWAY).gateway == GATEWAY


def test_header_with_unusable_mac() -> None:
    header = {**HEADER, "mac": "nobody"}
    assert upload([header, ROW], GATEWAY).faults == {"bad-gateway-mac": 1}
    assert refusal([header, ROW]) == "no-gateway"


@pytest.mark.parametrize("mac", ["c3:00:00:21:be:19", "C3-00-00-21-BE-19", "c3000021be19"])
def test_macs_are_normalised(mac: str) -> None:
    assert upload([HEADER, {**ROW, "mac": mac}]).macs == [TAG]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (None, "not-a-row"),
        ([], "not-a-row"),
        (7, "not-a-row"),
        ({"type": "Unknown"}, "bad-mac"),
        ({**ROW, "mac": None}, "bad-mac"),
        ({**ROW, "mac": 5}, "bad-mac"),
        ({**ROW, "mac": "C3000021BE1"}, "bad-mac"),
        ({**ROW, "mac": "G3000021BE19"}, "bad-mac"),
        ({**ROW, "mac": "٣3000021BE19"}, "bad-mac"),
        ({**ROW, "mac": "C" * 10_000}, "bad-mac"),
    ],
)
def test_a_bad_row_costs_only_itself(row: object, fault: str) -> None:
    got = upload([HEADER, ROW, row, ROW])
    assert got.macs == [TAG, TAG]
    assert got.faults == {fault: 1}


@pytest.mark.parametrize(
    ("rssi", "kept"),
    [(-60, -60), ("-60", -60), (0, 0), (20, 20), (21, 0), (-128, 0), (127, 0), (None, 0), ("loud", 0), (-60.5, 0),
     (True, 0), ([], 0), (10**30, 0), ("9" * 99, 0)],
)  # fmt: skip
def test_rssi_that_cannot_be_is_absent(rssi: object, kept: int) -> None:
    got = upload([HEADER, {**ROW, "rssi": rssi}, ROW])
    assert got.rssi == [kept, -60]


@pytest.mark.parametrize(
    "name", ["timestamp", "rawData", "rssi", "type", "bleName", "battery", "temperature", "humidity"]
)
@pytest.mark.parametrize("value", [None, False, 3, -1.5, "x", [], [[1]], {}, {"a": None}])
def test_wrong_types_cost_at_most_their_value(name: str, value: object) -> None:
    got = upload([HEADER, {**ROW, name: value}, ROW])
    assert got.macs == [TAG, TAG]
    assert got.raw[1] == ADV
    assert all(t <= T for t in got.heard)


@pytest.mark.parametrize("name", ["timestamp", "gatewayFree", "gatewayLoad", "nums"])
@pytest.mark.parametrize("value", [None, True, "x", [], {}, 1e300])
def test_wrong_types_in_the_header(name: str, value: object) -> None:
    assert upload([{**HEADER, name: value}, ROW]).macs == [TAG]


def test_values_out_of_range_are_absent() -> None:
    row = {"type": "S1", "mac": TAG, "rssi": -50, "temperature": 900, "humidity": -3, "battery": 300}
    assert upload([HEADER, row]).values == [(0, RowValues())]


def test_clock_of_the_gateway() -> None:
    assert upload([HEADER, ROW]).clock == "ok"
    wrong = "1970-01-01T00:00:05.000Z"
    got = upload([{**HEADER, "timestamp": wrong}, {**ROW, "timestamp": "1970-01-01T00:00:04.000Z"}])
    assert (got.clock, got.heard) == ("wrong", [T - 1]), "ages hold by a wrong clock too"
    got = upload([{**HEADER, "timestamp": None}, {**ROW, "timestamp": None}])
    assert (got.clock, got.gateway_time, got.heard) == ("unknown", None, [T])


def test_epoch_milliseconds_of_an_mg3() -> None:
    ms = round(T * 1000)
    got = upload([{**HEADER, "timestamp": ms, "nums": 1}, {**ROW, "timestamp": ms - 250}])
    assert (got.clock, got.heard) == ("ok", [T - 0.25])


def binary_long(rssi: int = -72) -> bytes:
    adv = bytes.fromhex(ADV)
    packet = bytes([len(adv)]) + adv + bytes([0b100, rssi & 0xFF])
    empty = bytes([0, 1, 0])
    body = bytes.fromhex(GATEWAY) + b"\x00\x01" + bytes.fromhex(TAG) + b"\x00\x02" + packet + empty
    return b"\xbb\x01" + (len(body) + 7).to_bytes(4, "big") + body + b"\xdd"


def test_binary_long() -> None:
    got = upload(binary_long())
    assert (got.form, got.gateway, got.clock) == ("binary-long", GATEWAY, "unknown")
    assert (got.macs, got.rssi, got.raw, got.heard) == ([TAG, TAG], [-72, 0], [ADV, ""], [T, T])


def test_binary_long_cut_anywhere_is_refused() -> None:
    whole = binary_long()
    for length in range(2, len(whole)):
        cut = whole[:length]
        assert refusal(cut) == "bad-binary"
        lying = cut[:2] + len(cut).to_bytes(4, "big") + cut[6:] if len(cut) > 6 else cut
        assert refusal(lying) == "bad-binary"
    assert refusal(whole + b"\x00") == "bad-binary"


def connect(*records: bytes) -> bytes:
    content = b"".join(len(record).to_bytes(2, "little") + record for record in records)
    total = 20 + len(content)
    return b"\xbb\x02" + bytes(4) + b"".join(
        (total.to_bytes(4, "little"), (total - 14).to_bytes(4, "little"), b"\x84\x3e",
         (total - 20).to_bytes(4, "little"), content)
    )  # fmt: skip


def test_minew_connect() -> None:
    adv = bytes.fromhex(ADV)
    record = bytes([1, 2]) + bytes.fromhex(TAG) + bytes([256 - 61, len(adv)]) + adv
    angles = record + bytes(12)
    got = upload(connect(record, b"\x01\x02", angles), GATEWAY)
    assert (got.form, got.gateway) == ("minew-connect", GATEWAY)
    assert (got.macs, got.rssi, got.raw) == ([TAG, TAG], [-61, -61], [ADV, ADV])
    assert got.faults == {"bad-record": 1}
    assert refusal(connect(record)) == "no-gateway"
    assert refusal(connect(record)[:-1], GATEWAY) == "bad-binary"
    assert refusal(connect(record).replace(b"\x84\x3e", b"\x84\x3f"), GATEWAY) == "bad-binary"
