"""Legacy frames of UUID 0xFFF1 that some tags send beside an iBeacon.

Both follow a list of service UUIDs that holds just 0xFFF1 (`0303F1FF`).
"""

from __future__ import annotations

from struct import Struct

from twin.radio import fields
from twin.radio.frames import Frame

_SCAN = Struct(">BHH6s")
_BEACON = Struct(">16sHHbB")


class Fff1Scan(Frame, frozen=True, omit_defaults=True, tag="minew-fff1-scan"):
    """Scan response of a plain iBeacon tag. Its MAC is not reversed."""

    major: int
    minor: int
    battery_pct: int | None = None
    mac: str | None = None
    name: str | None = None


class Fff1Beacon(Frame, frozen=True, omit_defaults=True, tag="minew-fff1-ibeacon"):
    """The iBeacon's fields once more, with the battery."""

    uuid: str
    major: int
    minor: int
    tx_power: int
    battery_pct: int | None = None


def decode_fff1_scan(data: bytes) -> Fff1Scan | None:
    """The frame in the service `data` after UUID 0xFFF1; None when too short."""
    if len(data) < _SCAN.size:
        return None
    battery, major, minor, mac = _SCAN.unpack_from(data)
    name = fields.text(data[_SCAN.size :]) or None
    return Fff1Scan(major, minor, fields.battery(battery), mac.hex().upper() if any(mac) else None, name)


def decode_fff1_beacon(data: bytes) -> Fff1Beacon | None:
    """The frame in service `data` that has no UUID of its own; None unless it is 22 bytes long."""
    if len(data) != _BEACON.size:
        return None
    uuid, major, minor, power, battery = _BEACON.unpack(data)
    return Fff1Beacon(uuid.hex().upper(), major, minor, power, fields.battery(battery))
