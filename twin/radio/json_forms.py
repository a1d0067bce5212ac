"""The uploads that are JSON: JSON-LONG with and without header, JSON raw A and B, responses.

The usual message is decoded straight into typed rows. Whatever does not fit those types is read
again row by row, so that a bad row costs only itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

from msgspec import DecodeError, ValidationError
from msgspec.json import Decoder

from twin.radio.json_rows import (
    Columns,
    DecodedRow,
    LongHead,
    LongRow,
    RawRow,
    loose_columns,
    typed_columns,
    typed_values,
)
from twin.radio.mac import mac_of
from twin.radio.times import clock_state, parse_time, time_rows
from twin.radio.upload import Response, Unusable, Upload

_LONG = Decoder(list[LongRow])
_LONG_HEAD = Decoder(LongHead)
_RAW = Decoder(list[RawRow])
_DECODED = Decoder(list[DecodedRow])
_LOOSE = Decoder()

_RAW_MARK = b'"gateway"'
_HEADER_BYTES = 200
"""Where to look for the mark; a message that the look misjudges is read the patient way."""


class _Head(NamedTuple):
    """What element 0 tells about the gateway; all empty for a message without header."""

    form: str = "json-long"
    present: bool = False
    mac: object = None
    time: float | None = None
    memory_free_pct: float | None = None
    load: float | None = None


_NO_HEAD = _Head()


def read_json(payload: bytes, received_at: float, gateway_of_topic: str | None) -> Upload | Response:
    """Read a payload in any of the JSON forms.

    Raises:
        Unusable: the payload is not JSON, has no known form, or names no or the wrong gateway.
    """
    try:
        typed = _read_typed(payload)
        if typed is None:
            return _read_loose(payload, received_at, gateway_of_topic)
    except (DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unusable("not-json", str(error)) from None
    return _upload(*typed, received_at, gateway_of_topic)


def _read_typed(payload: bytes) -> tuple[_Head, Columns] | None:
    """Header and rows of a message as gateways usually write it; None when anything is unusual."""
    is_raw = _RAW_MARK in payload[:_HEADER_BYTES]
    try:
        rows = _RAW.decode(payload) if is_raw else _LONG.decode(payload)
        head = (_raw_head(rows[0]) if isinstance(rows[0], RawRow) else _long_head(payload)) if rows else None
        if head is None:
            return None
        columns = typed_columns(rows[1:] if head.present else rows)
        if columns is not None and not is_raw and "" in columns.raw:
            decoded = _DECODED.decode(payload)
            columns.values.extend(typed_values(decoded[1:] if head.present else decoded, columns.raw))
    except ValidationError:
        return None
    return None if columns is None else (head, columns)


def _raw_head(first: RawRow) -> _Head | None:
    return _Head("json-raw", True, first.gateway, parse_time(first.timestamp)) if first.gateway else None


def _long_head(payload: bytes) -> _Head | None:
    """What the first element tells; None when it has braces of its own or is neither header nor row."""
    begin, end = payload.find(b"{"), payload.find(b"}") + 1
    try:
        first = _LONG_HEAD.decode(payload[begin:end])
    except DecodeError:
        return None
    if first.type == "Gateway":
        return _Head("json-long", True, first.mac, parse_time(first.timestamp), first.memory_free_pct, first.load)
    return _NO_HEAD if first.mac and first.type else None


def _read_loose(payload: bytes, received_at: float, gateway_of_topic: str | None) -> Upload | Response:
    message = _LOOSE.decode(payload)
    if isinstance(message, dict) and "code" in message:
        return _response(message, gateway_of_topic)
    if not isinstance(message, list):
        raise Unusable("unknown-form", f"neither an array nor a response, but {type(message).__name__}")
    head = _loose_head(message)
    body = message[1:] if head.present else message
    columns = loose_columns(body, long=head.form == "json-long")
    return _upload(head, columns, received_at, gateway_of_topic)


def _loose_head(rows: list[Any]) -> _Head:
    if not rows:
        return _Head("empty")
    head = rows[0]
    if isinstance(head, Mapping):
        time = parse_time(head.get("timestamp"))
        if head.get("type") == "Gateway":
            free, load = _finite(head.get("gatewayFree")), _finite(head.get("gatewayLoad"))
            return _Head("json-long", True, head.get("mac"), time, free, load)
        if "gateway" in head:
            return _Head("json-raw", True, head["gateway"], time)
    if any(isinstance(row, Mapping) and "mac" in row and "type" in row for row in rows):
        return _NO_HEAD
    raise Unusable("unknown-form", "an array whose rows have neither a header nor mac and type")


def _upload(head: _Head, columns: Columns, received_at: float, gateway_of_topic: str | None) -> Upload:
    named = mac_of(head.mac)
    if named and gateway_of_topic and named != gateway_of_topic:
        raise Unusable("wrong-gateway", f"the payload names {named}, its topic {gateway_of_topic}")
    gateway = named or gateway_of_topic
    if not gateway:
        raise Unusable("no-gateway", "neither the header nor the topic names the gateway")
    faults = columns.faults
    if head.present and not named:
        faults = {**faults, "bad-gateway-mac": 1}
    timing = time_rows(columns.stamps, head.time, received_at)
    if timing.broken:
        faults = {**faults, "bad-time": timing.broken}
    return Upload(
        gateway, head.form, received_at, head.time, timing.now, clock_state(timing.now, received_at),
        columns.macs, columns.rssi, timing.heard, columns.raw, columns.values, faults,
        head.memory_free_pct, head.load,
    )  # fmt: skip


def _response(message: Mapping[str, Any], gateway_of_topic: str | None) -> Response:
    code = message["code"]
    if isinstance(code, bool) or not isinstance(code, int):
        raise Unusable("unknown-form", "a response whose code is not a number")
    text, request = message.get("message"), message.get("requestId")
    return Response(
        gateway_of_topic or "", code == 200, code,
        text if isinstance(text, str) else "", request if isinstance(request, str) else "",
    )  # fmt: skip


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if isfinite(value) else None
