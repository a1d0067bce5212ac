"""Eddystone frames: service data of UUID 0xFEAA, all numbers big-endian."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from twin.radio import fields
from twin.radio.frames import Frame

_TLM = Struct(">HhII")
_SCHEMES = ("http://www.", "https://www.", "http://", "https://")
_ENDINGS = (".com", ".org", ".edu", ".net", ".info", ".biz", ".gov")


class EddystoneUid(Frame, frozen=True, omit_defaults=True, tag="eddystone-uid"):
    """Identity: 10 bytes of namespace and 6 of instance, lower-case hex."""

    tx_power_0m: int
    namespace: str
    instance: str


class EddystoneUrl(Frame, frozen=True, omit_defaults=True, tag="eddystone-url"):
    """A web address."""

    tx_power_0m: int
    url: str


class EddystoneTlm(Frame, frozen=True, omit_defaults=True, tag="eddystone-tlm"):
    """How the tag is: battery, temperature, advertisements sent and seconds since its start."""

    adv_count: int
    uptime_s: float
    battery_mv: int | None = None
    temperature_c: float | None = None


class EddystoneEncryptedTlm(Frame, frozen=True, omit_defaults=True, tag="eddystone-etlm"):
    """Telemetry that cannot be read without the tag's key."""

    encrypted: bool
    raw: str


class EddystoneEid(Frame, frozen=True, omit_defaults=True, tag="eddystone-eid"):
    """Identity that changes with time and cannot be resolved without the tag's key."""

    tx_power_0m: int
    eid: str


def decode_feaa(data: bytes) -> Frame | None:
    """The frame in the service `data` after UUID 0xFEAA; None when unknown, cut or not for us."""
    decode = _TYPES.get(data[0]) if data else None
    return decode(data) if decode else None


def _uid(data: bytes) -> EddystoneUid | None:
    if len(data) < 18:
        return None
    return EddystoneUid(fields.signed(data[1]), data[2:12].hex(), data[12:18].hex())


def _url(data: bytes) -> EddystoneUrl | None:
    if len(data) < 3 or data[2] >= len(_SCHEMES):
        return None
    return EddystoneUrl(fields.signed(data[1]), _SCHEMES[data[2]] + "".join(map(_url_part, data[3:])))


def _url_part(byte: int) -> str:
    if byte < 7:
        return _ENDINGS[byte] + "/"
    if byte < 14:
        return _ENDINGS[byte - 7]
    return chr(byte) if 0x20 < byte < 0x7F else ""


def _tlm(data: bytes) -> Frame | None:
    if len(data) >= 14 and data[1] == 0:
        millivolts, temperature, count, tenths = _TLM.unpack_from(data, 2)
        return EddystoneTlm(count, tenths / 10, millivolts or None, fields.temperature(temperature))
    if len(data) >= 2 and data[1] == 1:
        return EddystoneEncryptedTlm(encrypted=True, raw=data[2:].hex())
    return None


def _eid(data: bytes) -> EddystoneEid | None:
    return EddystoneEid(fields.signed(data[1]), data[2:10].hex()) if len(data) >= 10 else None


_TYPES: dict[int, Callable[[bytes], Frame | None]] = {0x00: _uid, 0x10: _url, 0x20: _tlm, 0x30: _eid}
"""Google's Find Hub (0x40, 0x41) is left out on purpose: nothing in it is ours."""
