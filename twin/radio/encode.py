"""Building the payloads that Minew gateways publish: the inverse of `read_upload`, for the simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from twin.radio.upload import RowValues

NO_VALUES: Mapping[int, RowValues] = {}
_END = b"\xdd"


class Rows(NamedTuple):
    """What a gateway heard in one interval, as parallel columns."""

    macs: Sequence[str]
    rssi: Sequence[int]
    times: Sequence[float]
    """By the gateway's clock, POSIX seconds."""
    raw: Sequence[str]
    """Advertisements, hex digits."""
    values: Mapping[int, RowValues] = NO_VALUES
    """Row number -> what a G1 sends decoded, in place of the advertisement (form "g1" only)."""


class Health(NamedTuple):
    """What a JSON-LONG header tells of the gateway."""

    memory_free_pct: int = 84
    load: float = 0.2


def encode_payload(
    form: str,
    gateway_mac: str,
    header_time: float,
    rows: Rows,
    health: Health = Health(),  # noqa: B008
) -> bytes:
    """One upload.

    Args:
        form: "json-long" (as MG gateways: advertisements only), "g1" (JSON-LONG in which the rows
            in `rows.values` come decoded, an S1 row followed by its row with empty `rawData`),
            "json-raw" (variant A) or "binary-long".
        gateway_mac: 12 upper-case hex digits.
        header_time: by the gateway's clock, POSIX seconds.
        rows: what was heard.
        health: for the header of JSON-LONG.

    Raises:
        ValueError: no such form.
    """
    if form == "json-long":
        return _header(gateway_mac, header_time, health, _long_rows(rows))
    if form == "g1":
        return _header(gateway_mac, header_time, health, _g1_rows(rows))
    if form == "json-raw":
        return _raw(gateway_mac, header_time, rows)
    if form == "binary-long":
        return _binary(gateway_mac, rows)
    raise ValueError(f"no such upload form: {form!r}")


def time_text(t: float) -> str:
    """`2020-11-09T02:59:07.332Z`, rounded to milliseconds."""
    return time_texts((t,))[0]


def time_texts(times: Sequence[float]) -> list[str]:
    """The same for many."""
    seconds = _seconds()
    split = [divmod(round(t * 1000), 60000) for t in times]
    return [_minute(minute) + seconds[ms] for minute, ms in split]


def _header(gateway: str, t: float, health: Health, rows: list[str]) -> bytes:
    header = (
        f'{{"timestamp":"{time_text(t)}","type":"Gateway","mac":"{gateway}",'
        f'"gatewayFree":{health.memory_free_pct},"gatewayLoad":{health.load}}}'
    )
    return f"[{','.join([header, *rows])}]".encode()


def _long_rows(rows: Rows) -> list[str]:
    return [
        f'{{"timestamp":"{t}","type":"Unknown","mac":"{mac}","bleName":"","rssi":{rssi},"rawData":"{raw}"}}'
        for mac, rssi, t, raw in zip(rows.macs, rows.rssi, time_texts(rows.times), rows.raw, strict=True)
    ]


def _g1_rows(rows: Rows) -> list[str]:
    plain = _long_rows(rows)
    stamps = time_texts([rows.times[number] for number in rows.values])
    for (number, values), stamp in zip(rows.values.items(), stamps, strict=True):
        head = f'{{"timestamp":"{stamp}","type":"{{}}","mac":"{rows.macs[number]}","bleName":"{{}}",'
        plain[number] = _decoded_row(head, rows.rssi[number], values)
    return plain


def _decoded_row(head: str, rssi: int, values: RowValues) -> str:
    if values.uuid is not None:
        return (
            f'{_fill(head, "iBeacon", "")}"ibeaconUuid":"{values.uuid}","ibeaconMajor":{values.major or 0},'
            f'"ibeaconMinor":{values.minor or 0},"rssi":{rssi},"ibeaconTxPower":{values.tx_power or 0},"battery":0}}'
        )
    members = "".join(
        f',"{name}":{value}'
        for name, value in (
            ("battery", values.battery_pct),
            ("temperature", None if values.temperature_c is None else round(values.temperature_c, 2)),
            ("humidity", None if values.humidity_pct is None else round(values.humidity_pct, 2)),
        )
        if value is not None
    )
    decoded = f'{_fill(head, "S1", "S1")}"rssi":{rssi}{members}}}'
    return f'{decoded},{_fill(head, "Unknown", "")}"rssi":{rssi},"rawData":""}}'


def _fill(head: str, kind: str, name: str) -> str:
    return head.replace("{}", kind, 1).replace("{}", name, 1)


def _raw(gateway: str, t: float, rows: Rows) -> bytes:
    header = f'{{"gateway":"{gateway.lower()}","timestamp":"{time_text(t)}"}}'
    body = [
        f'{{"mac":"{mac.lower()}","timestamp":"{stamp}","rssi":{rssi},"raw":"{raw.lower()}"}}'
        for mac, rssi, stamp, raw in zip(rows.macs, rows.rssi, time_texts(rows.times), rows.raw, strict=True)
    ]
    return f"[{','.join([header, *body])}]".encode()


def _binary(gateway: str, rows: Rows) -> bytes:
    packets: dict[str, list[bytes]] = {}
    for mac, rssi, raw in zip(rows.macs, rows.rssi, rows.raw, strict=True):
        adv = bytes.fromhex(raw)
        packets.setdefault(mac, []).append(bytes((len(adv),)) + adv + bytes((0, rssi & 0xFF)))
    parts = [bytes.fromhex(gateway), len(packets).to_bytes(2, "big")]
    for mac, heard in packets.items():
        parts += (bytes.fromhex(mac), len(heard).to_bytes(2, "big"), *heard)
    body = b"".join(parts)
    return b"\xbb\x01" + (6 + len(body) + 1).to_bytes(4, "big") + body + _END


@lru_cache(maxsize=256)
def _minute(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:")


@lru_cache(maxsize=1)
def _seconds() -> tuple[str, ...]:
    """Text of every millisecond of a minute: looking them up is what makes a batch fast."""
    return tuple(f"{ms // 1000:02d}.{ms % 1000:03d}Z" for ms in range(60000))
