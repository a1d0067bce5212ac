"""Nothing that comes over the air or the network may raise: 10,000 cases a run."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.model import Kind, Tag
from twin.radio import (
    MAX_PAYLOAD,
    Refusal,
    Response,
    RowValues,
    Slots,
    Upload,
    advertise,
    decode_advertisement,
    read_upload,
    signature,
)
from twin.radio.describe import describe_upload
from twin.radio.encode import Rows, encode_payload
from twin.verbs.decode import run

REFERENCE = Path(__file__).parents[2] / "../shared/reference"
GATEWAY, TAG = "AC233FC17756", "C3000021BE19"
T = 1727862026.0
SLOTS_TAGS = (Tag(0, TAG, "B10", Kind.STAFF, "nurse", "N"),)

ADVERTISEMENTS = [
    advertise.temperature_humidity(TAG, 90, 21.5, 50.0),
    advertise.acceleration(TAG, 90, 0.1, 0.2, 1.0),
    advertise.info(TAG, 90, "PLUS"),
    advertise.telemetry(3000, 21.0, 5, 5.0),
    advertise.uid(advertise.NAMESPACE, advertise.SINGLE_TAP),
    advertise.ibeacon(advertise.BUTTON_UUID, 1, 2),
    advertise.v3_info(TAG, 80, 1),
    advertise.v3_combination(80, 2, (0.1, 0.2, 1.0), tamper=True),
    "020a000303f1ff0e16f1ff640001000120181116771204094c2b42",
    "0303f1ff1716e2c56db5dffb48d2b060d0f5a71096e000010002c564",
    "1016aafe10e70361626364656667686907",
    *("0201061bff3906ca" + frame + "00" * 22 for frame in ("01", "05", "18", "1a", "1b", "1e")),
    *("0201061bff3906" + frame + "00" * 22 for frame in ("a301", "a303", "a400", "a401", "5101")),
    *("1716e1ffa1" + version + "32" + "00" * 17 for version in ("02", "05", "07", "11", "12", "13", "15", "16", "17")),
    *("1716e1ffa1" + version + "32" + "00" * 17 for version in ("18", "19", "20", "21")),
]


def samples() -> list[bytes]:
    """Messages shaped as real ones in every form, and the published ones when they are at hand."""
    count = len(ADVERTISEMENTS)
    times = [T + 0.01 * i for i in range(count)]
    values = {0: RowValues(21.5, 50.0, 90), 5: RowValues(uuid=advertise.BUTTON_UUID, major=1, minor=2, tx_power=-59)}
    rows = Rows([TAG] * count, list(range(-90, -90 + count)), times, ADVERTISEMENTS, values)
    made = [encode_payload(form, GATEWAY, T, rows) for form in ("json-long", "g1", "json-raw", "binary-long")]
    record = bytes([1, 2]) + bytes.fromhex(TAG) + bytes([200, 3, 2, 1, 6])
    content = (len(record).to_bytes(2, "little") + record) * 3
    sizes = [(len(content) + more).to_bytes(4, "little") for more in (20, 6, 0)]
    made.append(b"\xbb\x02" + bytes(4) + sizes[0] + sizes[1] + b"\x84\x3e" + sizes[2] + content)
    made += [b"[]", b'{"code":200,"message":"success","requestId":"x"}', b"\xbb\x00" + bytes(40)]
    vectors = REFERENCE / "minew-vectors.json"
    if vectors.exists():
        for vector in json.loads(vectors.read_text())["vectors"]:
            if vector["kind"] == "gateway_json":
                made.append(json.dumps(vector["payload"]).encode())
            if vector["kind"] == "gateway_binary":
                made.append(bytes.fromhex(vector["frame_hex"]))
    return made


SAMPLES = samples()
RAW = [bytes.fromhex(raw) for raw in ADVERTISEMENTS]
LINES = [json.dumps({"kind": "adv", "frame_hex": raw}).encode() for raw in ADVERTISEMENTS] + [
    b'{"kind":"gateway_json","topic":"/gw/ac233fc17756/status","payload":' + payload + b"}"
    for payload in SAMPLES
    if payload[:1] in b"[{"
]
JSON = [
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"-0",
    b"-1",
    b"1e99",
    b"3.5",
    b'"x"',
    b'"-60"',
    b"[[null]]",
    b"1727862026000",
]
JSON += [b'{"mac":"C3000021BE19"}', b'"2024-10-02T09:40:26+02:00"', b'"c3:00:00:21:be:19"', b"12345678901234567890123"]
WEIRD = [
    b"null",
    b"[]",
    b"{}",
    b'""',
    b"1e999",
    b"-0",
    b"\xff",
    b'"\\ud800"',
    b"[[",
    b"9" * 40,
    b'"x"',
    b"\x00",
    b"-1",
    b"\xdd",
]

SCRIPT = 16
CASES = 10
"""One example holds ten cases, as drawing it costs more than running it; 4 x 250 x 10 = 10,000."""

scripts = st.binary(min_size=CASES * SCRIPT, max_size=CASES * SCRIPT).map(
    lambda drawn: [drawn[at : at + SCRIPT] for at in range(0, len(drawn), SCRIPT)]
)
cases = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def mutate(payload: bytes, script: bytes) -> bytes:
    """Edit `payload` one to five times as the script's bytes say; most edits keep JSON whole."""
    for at in range(0, 3 * (1 + script[-1] % 5), 3):
        kind, what = script[at] % 12, script[at + 2]
        where = int.from_bytes(script[at : at + 2], "big") * len(payload) >> 16
        if kind == 0:
            payload = payload[:where] + payload[where + 1 + what % 40 :] if what < 200 else payload[:where]
        elif kind == 1:
            payload = payload[:where] + bytes((what,)) + payload[where + 1 :]
        elif kind == 2:
            weird = WEIRD[what % len(WEIRD)]
            payload = payload[:where] + weird + payload[where + (len(weird) if what & 128 else 0) :]
        else:  # a member's value, or a whole row, gives way to another value
            before, after = (b'":', (b",", b"}")) if kind < 10 else (b",{", (b"},", b"}]"))
            start = payload.find(before, where % 1500)
            if start < 0:
                continue
            start += 2 if kind < 10 else 1
            end = min((e for e in (payload.find(mark, start) for mark in after) if e > 0), default=start)
            payload = payload[:start] + JSON[what % len(JSON)] + payload[end + (kind >= 10) :]
    return payload


def pick(samples: list[bytes], script: bytes) -> bytes:
    return samples[script[0] * len(samples) >> 8]


def check(payload: bytes) -> None:
    read = read_upload("/gw/x/status", payload, T, None)
    assert isinstance(read, (Upload, Response, Refusal))
    if isinstance(read, Upload):
        columns = (read.macs, read.rssi, read.heard, read.raw)
        assert len({len(column) for column in columns}) == 1
        assert all(len(mac) == 12 and mac == mac.upper() for mac in read.macs)
        assert all(-127 <= rssi <= 20 for rssi in read.rssi)
        assert all(t <= T for t in read.heard)
        slots = Slots(SLOTS_TAGS)
        slots.add(read)
        slots.close()
        describe_upload(read)


@given(scripts, st.binary(max_size=300))
@cases
def test_arbitrary_bytes(drawn: list[bytes], more: bytes) -> None:
    for number, script in enumerate(drawn):
        check((b"", b"\xbb\x01", b"\xbb\x02", b"[")[number % 4] + script + more)


@given(scripts)
@cases
def test_mutated_messages(drawn: list[bytes]) -> None:
    for script in drawn:
        check(mutate(pick(SAMPLES, script), script[1:]))


@given(scripts)
@cases
def test_advertisements(drawn: list[bytes]) -> None:
    for number, script in enumerate(drawn):
        raw = mutate(pick(RAW, script), script[1:]) if number % 4 else script * 2
        assert decode_advertisement(raw) == decode_advertisement(raw.hex())
        signature(raw.hex())


@given(scripts)
@cases
def test_lines_of_the_decode_command(drawn: list[bytes]) -> None:
    lines = [mutate(pick(LINES, script), script[1:]).decode("utf-8", "replace") for script in drawn]
    answers = [json.loads(answer) for answer in run(lines)]
    assert all(answer.keys() in ({"decoded"}, {"error"}) for answer in answers)


def test_too_large_is_not_looked_at() -> None:
    for size in (MAX_PAYLOAD + 1, 10_000_000):
        refusal = read_upload("t", b"[" * size, T, None)
        assert isinstance(refusal, Refusal)
        assert refusal.reason == "too-large"
        assert len(refusal.sample) < 1000
