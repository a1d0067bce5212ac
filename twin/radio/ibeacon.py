"""Apple's iBeacon, in manufacturer data of company 0x004C."""

from __future__ import annotations

from struct import Struct

from twin.radio.frames import Frame

_BODY = Struct(">2x16sHHb")


class IBeacon(Frame, frozen=True, omit_defaults=True, tag="ibeacon"):
    """Identity that a tag shares with many others; `uuid` is 32 upper-case hex digits."""

    uuid: str
    major: int
    minor: int
    tx_power: int
    """Power at 1 m, dBm."""


def decode_apple(data: bytes) -> IBeacon | None:
    """The iBeacon in manufacturer `data` after the company id; None for anything else of Apple's."""
    if len(data) < _BODY.size or data[:2] != b"\x02\x15":
        return None
    uuid, major, minor, power = _BODY.unpack_from(data)
    return IBeacon(uuid.hex().upper(), major, minor, power)
