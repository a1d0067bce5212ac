"""Every published vector, and the real recording, through the decode command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from twin.radio import Upload, read_upload, topic_gateway
from twin.verbs.decode import run

REFERENCE = Path(__file__).parents[2] / "../shared/reference"
VECTORS = REFERENCE / "minew-vectors.json"
RECORDING = REFERENCE / "minew-recording-3gw.ndjson"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not VECTORS.exists(), reason="the reference data is not beside the project"),
]


def vectors() -> list[dict]:
    return json.loads(VECTORS.read_text())["vectors"] if VECTORS.exists() else []


def differences(expected: object, got: object, where: str = "") -> list[str]:
    """What `got` lacks; more members, and more list entries of messages, are allowed."""
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            return [f"{where}: {got!r}"]
        return [d for key, value in expected.items() for d in differences(value, got.get(key), f"{where}.{key}")]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) < len(expected):
            return [f"{where}: {got!r}"]
        return [d for i, value in enumerate(expected) for d in differences(value, got[i], f"{where}[{i}]")]
    if isinstance(expected, float):
        return [] if got == pytest.approx(expected, abs=1e-6) else [f"{where}: {got!r}, not {expected!r}"]
    return [] if got == expected and type(got) is type(expected) else [f"{where}: {got!r}, not {expected!r}"]


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_vector(vector: dict) -> None:
    (line,) = run([json.dumps(vector)])
    answer = json.loads(line)

    # A note in an expectation is for readers.
    expected = vector["expected"]
    expected = {k: v for k, v in expected.items() if k != "note"} if isinstance(expected, dict) else expected
    assert differences(expected, answer.get("decoded")) == [], answer
    if isinstance(expected, list):
        assert len(answer["decoded"]) == len(expected)


def test_recording_replays_without_refusal() -> None:
    patterns = ("/gw/+/status",)
    rows = 0
    messages = [json.loads(line) for line in RECORDING.read_text().splitlines()]
    for message in messages:
        topic = message["topic"]
        payload = json.dumps(message["payload"]).encode()
        upload = read_upload(topic, payload, 1727862026.0, topic_gateway(topic, patterns))
        assert isinstance(upload, Upload), upload
        assert upload.faults == {}
        assert all(-127 <= rssi < 0 for rssi in upload.rssi)
        rows += len(upload.macs)

    assert (len(messages), rows) == (600, 727)


def test_recording_as_one_case() -> None:
    messages = [json.loads(line) for line in RECORDING.read_text().splitlines()]
    (line,) = run([json.dumps({"kind": "gateway_recording", "messages": messages})])
    decoded = json.loads(line)["decoded"]

    assert (decoded["messages"], decoded["rows"], decoded["refused"]) == (600, 727, {})
    assert len(decoded["gateways"]) == 3
    assert decoded["frames"]["minew-v3-03"] == 110
    (offset,) = decoded["clock_offsets"]
    assert abs(offset["offset_s"]) < 1.0
