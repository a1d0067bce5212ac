"""Minew's "connect V3" frames: manufacturer data of company 0x0639 that begins with `CA`.

Sent by MBT02, MTB02, MST01, MTB07 and newer tags. Sensor values are big-endian, the counters
of frames 18 and 1E little-endian. The last four bytes change with every transmission and hold
no sensor data; the same four reach every gateway that heard that one transmission.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from twin.radio import fields
from twin.radio.fields import Axes
from twin.radio.frames import Frame

_TAIL = 4
_NO_HUMIDITY_SENSOR = 0x02
_ENCRYPTED = 0x80


class V3Info(Frame, frozen=True, omit_defaults=True, tag="minew-v3-00"):
    """What the tag is."""

    tail: str
    firmware: str
    capabilities: str
    """Nine bytes of unknown meaning, hex."""
    battery_pct: int | None = None
    mac: str | None = None


class V3Opaque(Frame, frozen=True, omit_defaults=True, tag="minew-v3-01"):
    """A frame whose layout is not public."""

    tail: str
    raw: str


class V3Combination(Frame, frozen=True, omit_defaults=True, tag="minew-v3-03"):
    """Whatever blocks the tag was set to send."""

    tail: str
    accel_g: Axes | None = None
    temperature_c: float | None = None
    battery_pct: int | None = None
    tamper: bool | None = None


class V3Climate(Frame, frozen=True, omit_defaults=True, tag="minew-v3-05"):
    """Temperature logger. `marked`: its button was pressed."""

    tail: str
    subversion: int
    name: str
    temperature_c: float | None = None
    humidity_pct: float | None = None
    marked: bool | None = None


class V3Radar(Frame, frozen=True, omit_defaults=True, tag="minew-v3-18"):
    """People counter: either passages both ways, or how many are there."""

    tail: str
    subversion: int
    serial: int
    entries: int | None = None
    exits: int | None = None
    people: int | None = None


class Contact(Struct, frozen=True):
    """Another tag that was near. `mac_suffix` is the last six hex digits of its MAC."""

    mac_suffix: str
    rssi: int


class V3Contacts(Frame, frozen=True, omit_defaults=True, tag="minew-v3-1a"):
    """The other tags that this one heard."""

    tail: str
    subversion: int
    contacts: tuple[Contact, ...]


class V3Mtb02(Frame, frozen=True, omit_defaults=True, tag="minew-v3-1b"):
    """Tag with a coin cell. When `encrypted`, nothing else can be read."""

    tail: str
    encrypted: bool
    product_id: int | None = None
    mac: str | None = None
    battery_v: float | None = None
    temperature_c: float | None = None
    tx_power: int | None = None


class V3RangeFinder(Frame, frozen=True, omit_defaults=True, tag="minew-v3-1e"):
    """Distance to whatever is before the sensor."""

    tail: str
    cycle: int
    distance_m: float
    low_battery: bool
    occupied: bool
    motion: bool
    detached: bool
    occupancy_cycle: int
    tamper_cycle: int


def decode_v3(data: bytes) -> Frame | None:
    """The frame in manufacturer `data` from `CA` on; None when unknown or too short."""
    if len(data) < 2:
        return None
    length, parse = _FRAMES.get(data[1], _UNKNOWN)
    return parse(data, data[-_TAIL:].hex()) if len(data) >= length else None


def _info(data: bytes, tail: str) -> V3Info:
    version = fields.U16.unpack_from(data, 9)[0]
    firmware = f"{version >> 13 & 0x3}.{version >> 7 & 0x3F}.{version & 0x7F}"
    return V3Info(tail, firmware, data[11:20].hex(), fields.battery(data[8]), fields.mac_le(data, 2))


def _combination(data: bytes, tail: str) -> V3Combination:
    found: dict[str, Any] = {}
    at, end = 2, len(data) - _TAIL
    while at < end:
        size, name, read = _BLOCKS.get(data[at], _NO_BLOCK)
        if not size or at + 1 + size > end:
            break
        found[name] = read(data, at + 1)
        at += 1 + size
    return V3Combination(tail, **found)


def _climate(data: bytes, tail: str) -> V3Climate:
    humidity = None if data[3] & _NO_HUMIDITY_SENSOR else fields.humidity(fields.S16.unpack_from(data, 7)[0])
    temperature = fields.temperature(fields.S16.unpack_from(data, 5)[0])
    marked = data[17] == 1 if data[2] > 0 else None
    return V3Climate(tail, data[2], fields.text(data[9:17]), temperature, humidity, marked)


def _radar(data: bytes, tail: str) -> V3Radar | None:
    if data[2] == 0:
        entries, exits = fields.U16_LE.unpack_from(data, 4)[0], fields.U16_LE.unpack_from(data, 6)[0]
        return V3Radar(tail, 0, data[3], entries, exits)
    return V3Radar(tail, 1, data[3], people=data[4] & 0x0F) if data[2] == 1 else None


def _contacts(data: bytes, tail: str) -> V3Contacts:
    heard = [data[at : at + 4] for at in range(4, 20, 4)]
    contacts = tuple(Contact(c[2::-1].hex().upper(), fields.signed(c[3])) for c in heard if any(c))
    return V3Contacts(tail, data[2], contacts)


def _mtb02(data: bytes, tail: str) -> V3Mtb02:
    if data[2] & _ENCRYPTED:
        return V3Mtb02(tail, encrypted=True)
    millivolts = fields.U16.unpack_from(data, 12)[0]
    return V3Mtb02(
        tail,
        encrypted=False,
        product_id=fields.U16.unpack_from(data, 3)[0],
        mac=fields.mac_le(data, 6),
        battery_v=millivolts / 1000 if millivolts else None,
        temperature_c=fields.temperature(fields.S16.unpack_from(data, 14)[0]),
        tx_power=fields.signed(data[17]),
    )


def _range_finder(data: bytes, tail: str) -> V3RangeFinder:
    flags = data[6]
    return V3RangeFinder(
        tail,
        cycle=data[3],
        distance_m=fields.U16_LE.unpack_from(data, 4)[0] / 1000,
        low_battery=bool(flags & 8),
        occupied=bool(flags & 4),
        motion=bool(flags & 2),
        detached=bool(flags & 1),
        occupancy_cycle=data[7],
        tamper_cycle=data[8],
    )


_BLOCKS: dict[int, tuple[int, str, Callable[[bytes, int], object]]] = {
    0x03: (6, "accel_g", fields.acceleration),
    0x20: (2, "temperature_c", lambda d, at: fields.temperature(fields.S16.unpack_from(d, at)[0])),
    0x21: (1, "battery_pct", lambda d, at: fields.battery(d[at])),
    0x22: (1, "tamper", lambda d, at: d[at] > 0),
}
"""Blocks of the combination frame: size after the id, field, reader."""
_NO_BLOCK: tuple[int, str, Callable[[bytes, int], object]] = (0, "", lambda _d, _at: None)

_UNKNOWN: tuple[int, Callable[[bytes, str], Frame | None]] = (0, lambda _d, _t: None)
_FRAMES: dict[int, tuple[int, Callable[[bytes, str], Frame | None]]] = {
    0x00: (24, _info),
    0x01: (6, lambda d, tail: V3Opaque(tail, d.hex())),
    0x03: (6, _combination),
    0x05: (24, _climate),
    0x18: (24, _radar),
    0x1A: (24, _contacts),
    0x1B: (24, _mtb02),
    0x1E: (24, _range_finder),
}
"""Per frame id: the least length, counted from `CA`, and how to read it."""
