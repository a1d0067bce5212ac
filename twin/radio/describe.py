"""Telling in plain JSON values what an upload held, for people and for checks against known messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import to_builtins

from twin.radio.adv import decode_advertisement
from twin.radio.binary_forms import Packet
from twin.radio.frames import Frame
from twin.radio.upload import ABSENT, Response, Upload

_IDENTITY = ("mac", "uuid", "major", "minor", "namespace", "instance", "url", "eid", "serial", "product_id", "model")
_WIRE = ("frame", "tail", "raw", "tx_power", "tx_power_0m", "encrypted", "subversion", "capabilities", "firmware")
_ROW = ("frames", "time_utc", "foreign_mac")
_NOT_MEASURED = frozenset((*_IDENTITY, *_WIRE, *_ROW))
_ACCOMPANYING = frozenset(("rssi", "name", "battery_pct", "battery_mv", "battery_v", "adv_count", "uptime_s"))
"""What a tag tells about itself; alone it makes no measurement."""


def utc_text(t: float | None) -> str | None:
    """`2020-11-09T02:59:07.332Z`; None for None and for what no calendar holds."""
    try:
        return None if t is None else f"{datetime.fromtimestamp(round(t, 3), UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    except (OverflowError, ValueError, OSError):
        return None


def frames_json(frames: Iterable[Frame | None]) -> list[dict[str, Any]]:
    """One object a frame; absent values are left out."""
    return [to_builtins(frame) for frame in frames if frame is not None]


def describe_response(response: Response) -> dict[str, Any]:
    """A gateway's answer to a command."""
    return {
        "form": "response",
        "ok": response.ok,
        "code": response.code,
        "message": response.message,
        "request_id": response.request_id,
    }


def describe_upload(upload: Upload) -> dict[str, Any]:
    """Header, counts, every row (`sightings`) and the latest values of each tag (`readings`)."""
    sightings = _sightings(upload)
    told = {number for number, _ in upload.values}
    return _without_absent(
        form=upload.form,
        gateway_mac=upload.gateway or None,
        gateway_time_utc=utc_text(upload.gateway_time),
        memory_free_pct=upload.memory_free_pct,
        load=upload.load,
        rows=len(upload.macs),
        distinct_tags=len(set(upload.macs)),
        rows_with_empty_raw=sum(not raw and number not in told for number, raw in enumerate(upload.raw)),
        bad_rows=sum(upload.faults.get(reason, 0) for reason in ("not-a-row", "bad-mac", "bad-record")),
        faults=upload.faults,
        readings=_readings(upload, sightings),
        sightings=sightings,
    )


def describe_packets(gateway: str, packets: Iterable[Packet]) -> dict[str, Any]:
    """A BINARY-LONG upload by transmitter."""
    transmitters: dict[str, list[Packet]] = {}
    for packet in packets:
        transmitters.setdefault(packet.mac, []).append(packet)
    return {
        "form": "binary-long",
        "gateway_mac": gateway,
        "rows": sum(map(len, transmitters.values())),
        "distinct_tags": len(transmitters),
        "transmitters": [
            {
                "mac": mac,
                "address": "random" if any(packet.random_address for packet in heard) else "public",
                "packets": [_packet(packet) for packet in heard],
            }
            for mac, heard in transmitters.items()
        ],
    }


def _packet(packet: Packet) -> dict[str, Any]:
    return _without_absent(
        rssi=packet.rssi or None,
        response=packet.response,
        scan_response=packet.scan_response,
        adv=packet.adv.hex(),
        frames=frames_json(decode_advertisement(packet.adv)),
    )


def _sightings(upload: Upload) -> list[dict[str, Any]]:
    values = dict(upload.values)
    rows = []
    for number, (mac, rssi, t, raw) in enumerate(zip(upload.macs, upload.rssi, upload.heard, upload.raw, strict=True)):
        row = _without_absent(mac=mac, rssi=None if rssi == ABSENT else rssi, time_utc=_gateway_time(upload, t))
        if number in values:
            row |= to_builtins(values[number])
        if raw:
            frames = decode_advertisement(raw)
            row["frames"] = frames_json(frames)
            if any(getattr(frame, "mac", None) not in (None, mac) for frame in frames):
                row["foreign_mac"] = True
        rows.append(row)
    return rows


def _gateway_time(upload: Upload, heard: float) -> str | None:
    """Time of a row by the gateway's own clock."""
    return None if upload.gateway_now is None else utc_text(heard - upload.received_at + upload.gateway_now)


def _readings(upload: Upload, sightings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Latest values of each tag; those that measured something first, then those that told only of themselves."""
    tags: dict[str, dict[str, Any]] = {mac: {"mac": mac} for mac in upload.macs}
    for number in sorted(range(len(sightings)), key=upload.heard.__getitem__):
        row = sightings[number]
        reading = tags[row["mac"]]
        for source in (row, *row.get("frames", ())):
            reading |= {name: value for name, value in source.items() if name not in _NOT_MEASURED}
    told = [reading for reading in tags.values() if reading.keys() - {"mac", "rssi"}]
    return sorted(told, key=lambda reading: not reading.keys() - _ACCOMPANYING - {"mac"})


def _without_absent(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {name: value for name, value in members.items() if value is not None}
