"""Summarising a run of MQTT messages: who heard whom, whose button was pressed, whose clock is off."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from statistics import median
from typing import Any, NamedTuple

from msgspec import Raw, Struct

from twin.radio.adv import decode_advertisement
from twin.radio.describe import utc_text
from twin.radio.frames import Frame
from twin.radio.ibeacon import IBeacon
from twin.radio.mac import mac_of
from twin.radio.press import ANY_BEACON, DOUBLE, SINGLE, PressDetector
from twin.radio.read import read_upload
from twin.radio.times import parse_time
from twin.radio.upload import Refusal, Response, Upload

_V3_MARK = "ff3906ca"
_FEWEST_PAIRS = 3


class Message(Struct):
    """One recorded message. Without `received_at` its gateway's own clock is used."""

    topic: str = ""
    payload: Raw = Raw()
    payload_text: str | None = None
    frame_hex: str | None = None
    received_at: float | str | None = None


class _Row(NamedTuple):
    gateway: str
    mac: str
    t: float
    raw: str
    frames: tuple[Frame, ...]


def describe_recording(messages: Sequence[Message]) -> dict[str, Any]:
    """Counts by gateway, tag and frame, button presses, and clock offsets between gateways.

    A press is a burst of an iBeacon, or of the UID slots of Minew's guide, after 30 s without.
    """
    reads = [_read(message) for message in messages]
    uploads = [read for read in reads if isinstance(read, Upload)]
    rows = [row for upload in uploads for row in _rows(upload)]
    return {
        "messages": len(reads),
        "rows": len(rows),
        "responses": sum(isinstance(read, Response) for read in reads),
        "refused": dict(Counter(read.reason for read in reads if isinstance(read, Refusal))),
        "distinct_tags": len({row.mac for row in rows}),
        "gateways": _gateways(uploads),
        "tags": _tags(rows),
        "frames": dict(Counter(_frame_name(frame) for row in rows for frame in row.frames)),
        "presses": _presses(rows),
        "clock_offsets": list(_clock_offsets(rows)),
    }


def _read(message: Message) -> Upload | Response | Refusal:
    named = next(filter(None, map(mac_of, message.topic.split("/"))), None)
    received_at = parse_time(message.received_at)
    payload = _bytes(message)
    read = read_upload(message.topic, payload, received_at or 0.0, named)
    if received_at is None and isinstance(read, Upload) and read.gateway_now is not None:
        read = read_upload(message.topic, payload, read.gateway_now, named)
    return read


def _bytes(message: Message) -> bytes:
    if message.payload_text is not None:
        return message.payload_text.encode("utf-8", "replace")
    if message.frame_hex is not None:
        try:
            return bytes.fromhex(message.frame_hex)
        except ValueError:
            return b""
    return bytes(message.payload)


def _rows(upload: Upload) -> Iterator[_Row]:
    beacons = {number: values for number, values in upload.values if values.uuid is not None}
    for number, (mac, t, raw) in enumerate(zip(upload.macs, upload.heard, upload.raw, strict=True)):
        frames = decode_advertisement(raw)
        if number in beacons:
            told = beacons[number]
            frames = (IBeacon(told.uuid or "", told.major or 0, told.minor or 0, told.tx_power or 0),)
        yield _Row(upload.gateway, mac, t, raw, frames)


def _gateways(uploads: Sequence[Upload]) -> list[dict[str, Any]]:
    by_gateway: dict[str, list[Upload]] = defaultdict(list)
    for upload in uploads:
        by_gateway[upload.gateway].append(upload)
    return [
        {
            "gateway_mac": gateway,
            "messages": len(sent),
            "rows": sum(len(upload.macs) for upload in sent),
            "first_utc": utc_text(min(upload.received_at for upload in sent)),
            "last_utc": utc_text(max(upload.received_at for upload in sent)),
        }
        for gateway, sent in by_gateway.items()
    ]


def _tags(rows: Iterable[_Row]) -> list[dict[str, Any]]:
    by_tag: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_tag[row.mac].append(row)
    return [
        {"mac": mac, "rows": len(heard), "gateways": sorted({row.gateway for row in heard})}
        for mac, heard in by_tag.items()
    ]


def _frame_name(frame: Frame) -> str:
    return str(type(frame).__struct_config__.tag)


def _presses(rows: Iterable[_Row]) -> list[dict[str, Any]]:
    """Bursts, each with the silence before it; without `quiet_s` the slot may always have been on."""
    detector, found = PressDetector(), []
    macs: dict[str, int] = {}
    last: dict[tuple[str, str], float] = {}
    for row in sorted(rows, key=lambda row: row.t):
        tag = macs.setdefault(row.mac, len(macs))
        for selector in (ANY_BEACON, SINGLE, DOUBLE):
            if any(map(selector.matches, row.frames)):
                before = last.get((row.mac, selector.pattern))
                last[row.mac, selector.pattern] = row.t
                if detector.match(tag, selector.pattern, row.t):
                    found.append(_press(row, selector.pattern, before))
    return found


def _press(row: _Row, pattern: str, before: float | None) -> dict[str, Any]:
    press = {"mac": row.mac, "time_utc": utc_text(row.t), "pattern": pattern}
    return press if before is None else press | {"quiet_s": round(row.t - before, 3)}


def _clock_offsets(rows: Iterable[_Row]) -> Iterator[dict[str, Any]]:
    """Median time difference of V3 frames with equal bytes: those are one transmission, heard twice."""
    times: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for row in rows:
        raw = row.raw.lower()
        if _V3_MARK in raw:
            times[row.gateway].setdefault((row.mac, raw), row.t)
    for one, other in combinations(sorted(times), 2):
        both = times[one].keys() & times[other].keys()
        if len(both) >= _FEWEST_PAIRS:
            offset = median(times[other][key] - times[one][key] for key in both)
            yield {"gateway_mac": other, "against": one, "offset_s": round(offset, 3), "pairs": len(both)}
