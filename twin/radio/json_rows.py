"""Columns of usable rows out of the JSON forms: quickly from typed rows, patiently from any others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct, field

from twin.radio import fields
from twin.radio.mac import mac_of
from twin.radio.upload import ABSENT, RowValues

RSSI_RANGE = (-127, 20)

_UUID = re.compile(r"[0-9A-F]{32}", re.ASCII)
_INTEGER = re.compile(r"\s*[-+]?\d{1,6}\s*", re.ASCII)


Mac = Annotated[str, Meta(max_length=12)]
"""Without separators, as every known gateway writes it; any other takes the patient way."""
Rssi = Annotated[int, Meta(ge=RSSI_RANGE[0], le=RSSI_RANGE[1])]


class LongHead(Struct, gc=False):
    """The first element of JSON-LONG as gateways usually write it: the header, else a row."""

    timestamp: str | int | float = ""
    type: str | None = None
    mac: Mac = ""
    memory_free_pct: int | float | None = field(default=None, name="gatewayFree")
    load: float | None = field(default=None, name="gatewayLoad")


class LongRow(Struct, gc=False):
    """One row of JSON-LONG as gateways usually write it; without the header's members it is read a fifth faster."""

    timestamp: str | int | float = ""
    mac: Mac = ""
    rssi: Rssi = ABSENT
    raw: str | None = field(default=None, name="rawData")


class RawRow(Struct, gc=False):
    """One element of JSON raw as gateways usually write it; the first is the header."""

    gateway: Mac | None = None
    mac: Mac = ""
    timestamp: str | int | float = ""
    rssi: Rssi = ABSENT
    raw: str | None = None


class DecodedRow(Struct, gc=False):
    """The members of a JSON-LONG row that a G1 decoded itself."""

    battery: float | None = None
    temperature: float | None = None
    humidity: float | None = None
    uuid: str | None = field(default=None, name="ibeaconUuid")
    major: int | None = field(default=None, name="ibeaconMajor")
    minor: int | None = field(default=None, name="ibeaconMinor")
    tx_power: int | None = field(default=None, name="ibeaconTxPower")


class Columns(NamedTuple):
    """The usable rows."""

    macs: list[str]
    rssi: list[int]
    stamps: Sequence[Any]
    """Time stamps as they came."""
    raw: list[str]
    values: list[tuple[int, RowValues]]
    faults: dict[str, int]


def typed_columns(rows: Sequence[LongRow] | Sequence[RawRow]) -> Columns | None:
    """Columns of well-typed `rows` without header; None when one has to be looked at by itself.

    `values` stay empty; where a row lacks its advertisement, `typed_values` finds them.
    """
    macs = _plain_macs([row.mac for row in rows])
    if macs is None:
        return None
    raw: list[Any] = [row.raw for row in rows]
    if None in raw:
        raw = [text or "" for text in raw]
    return Columns(macs, [row.rssi for row in rows], [row.timestamp for row in rows], raw, [], {})


def _plain_macs(macs: list[str]) -> list[str] | None:
    """The MACs, each at most 12 characters, in upper case; None unless all are 12 hex digits.

    All are looked at as one text, which costs a third of looking at each.
    """
    joined = "".join(macs)
    try:
        octets = bytes.fromhex(joined)  # which lets blanks pass, so both lengths are checked
    except ValueError:
        return None
    if not len(joined) == 2 * len(octets) == 12 * len(macs):
        return None
    return macs if joined == joined.upper() else [mac.upper() for mac in macs]


def typed_values(rows: Sequence[DecodedRow], raw: Sequence[str]) -> list[tuple[int, RowValues]]:
    """Row number and what the gateway decoded, for the rows without advertisement in `raw`."""
    nothing = DecodedRow()
    return [
        (number, _values(row.temperature, row.humidity, row.battery, (row.uuid, row.major, row.minor, row.tx_power)))
        for number, (row, text) in enumerate(zip(rows, raw, strict=True))
        if not text and row != nothing
    ]


def loose_columns(rows: Sequence[object], *, long: bool) -> Columns:
    """Columns of whatever `rows` hold; each bad row is left out and counted by its reason."""
    columns = Columns([], [], stamps := [], [], [], {})
    faults = Counter[str]()
    for row in rows:
        if not isinstance(row, Mapping):
            faults["not-a-row"] += 1
        elif not (mac := mac_of(row.get("mac"))):
            faults["bad-mac"] += 1
        else:
            rssi = _rssi(row.get("rssi"))
            if rssi is None and row.get("rssi") is not None:
                faults["bad-rssi"] += 1
            raw = row.get("rawData" if long else "raw")
            if not isinstance(raw, str):
                raw = ""
            if not raw and (values := loose_values(row)):
                columns.values.append((len(columns.macs), values))
            columns.macs.append(mac)
            columns.rssi.append(rssi or ABSENT)
            columns.raw.append(raw)
            stamps.append(row.get("timestamp"))
    return columns._replace(faults=dict(faults))


def loose_values(row: Mapping[str, Any]) -> RowValues | None:
    """What a gateway decoded itself in one row of any types; None when nothing of it can be used."""
    beacon = tuple(row.get(f"ibeacon{key}") for key in ("Uuid", "Major", "Minor", "TxPower"))
    values = _values(row.get("temperature"), row.get("humidity"), row.get("battery"), beacon)
    return values if values != RowValues() else None


def _values(temperature: object, humidity: object, battery: object, beacon: tuple[object, ...]) -> RowValues:
    uuid = _uuid(beacon[0])
    level = _number(battery, (0, 100))
    if uuid and level == 0:  # iBeacon rows say 0 for "not known"
        level = None
    return RowValues(
        temperature_c=_number(temperature, fields.TEMPERATURE_C),
        humidity_pct=_number(humidity, fields.HUMIDITY_PCT),
        battery_pct=None if level is None else round(level),
        uuid=uuid,
        major=_integer(beacon[1], 0, 0xFFFF) if uuid else None,
        minor=_integer(beacon[2], 0, 0xFFFF) if uuid else None,
        tx_power=_integer(beacon[3], -128, 127) if uuid else None,
    )


def _rssi(value: object) -> int | None:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    return _integer(value, *RSSI_RANGE)


def _integer(value: object, low: int, high: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if low <= value <= high else None


def _number(value: object, limits: tuple[float, float]) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        return None
    return float(value) if limits[0] <= value <= limits[1] else None


def _uuid(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > 36:
        return None
    uuid = value.replace("-", "").upper()
    return uuid if _UUID.fullmatch(uuid) else None
