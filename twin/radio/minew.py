"""Manufacturer frames of company 0x0639: V3, and the older S3, S4 and energy-harvesting buttons MSE01/02."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from twin.radio import fields
from twin.radio.frames import Frame
from twin.radio.v3 import decode_v3

_CLIMATE = Struct(">hh")
_FULL_STORE = 4095


class S3Static(Frame, frozen=True, omit_defaults=True, tag="minew-s3-static"):
    """What the S3 is."""

    firmware: str
    mac: str | None = None


class S3Climate(Frame, frozen=True, omit_defaults=True, tag="minew-s3-ht"):
    """Temperature and humidity of an S3."""

    battery_pct: int | None = None
    temperature_c: float | None = None
    humidity_pct: float | None = None
    mac: str | None = None


class S4Static(Frame, frozen=True, omit_defaults=True, tag="minew-s4-static"):
    """What the S4 is."""

    firmware: str
    mac: str | None = None


class S4Door(Frame, frozen=True, omit_defaults=True, tag="minew-s4-door"):
    """Door contact."""

    door_open: bool
    disassembled: bool
    alarm_trigger: bool
    battery_pct: int | None = None
    mac: str | None = None


class MseButton(Frame, frozen=True, omit_defaults=True, tag="minew-mse"):
    """Button that lives on the energy of its press; `energy_pct` of its store is left."""

    model: int
    tx_count: int
    buttons: tuple[bool, bool]
    detached: bool
    motion: bool
    energy_pct: float
    battery_pct: int | None = None


def decode_minew(data: bytes) -> Frame | None:
    """The frame in manufacturer `data` after company id 0x0639; None when unknown or too short."""
    if not data:
        return None
    if data[0] == 0xCA:
        return decode_v3(data)
    if data[0] == 0x51:
        return _mse(data) if len(data) >= 7 else None
    length, parse = _FRAMES.get(data[:2], _UNKNOWN)
    return parse(data) if len(data) >= length else None


def _firmware(data: bytes) -> str:
    return f"{data[2]}.{data[3]}.{data[4]}"


def _s3_climate(data: bytes) -> S3Climate:
    temperature, humidity = _CLIMATE.unpack_from(data, 3)
    return S3Climate(
        fields.battery(data[2]), fields.temperature(temperature), fields.humidity(humidity), fields.mac_le(data, 7)
    )


def _s4_door(data: bytes) -> S4Door:
    return S4Door(
        battery_pct=fields.battery(data[2]),
        door_open=data[3] > 0,
        disassembled=data[4] > 0,
        alarm_trigger=data[5] > 0,
        mac=fields.mac_le(data, 7),
    )


def _mse(data: bytes) -> MseButton:
    status = data[4]
    return MseButton(
        model=data[1],
        tx_count=data[2],
        battery_pct=fields.battery(data[3]),
        buttons=(bool(status & 0x20), bool(status & 0x40)),
        detached=bool(status & 0x01),
        motion=bool(status & 0x02),
        energy_pct=round(100 * fields.U16_LE.unpack_from(data, 5)[0] / _FULL_STORE, 4),
    )


_UNKNOWN: tuple[int, Callable[[bytes], Frame | None]] = (0, lambda _: None)
_FRAMES: dict[bytes, tuple[int, Callable[[bytes], Frame]]] = {
    b"\xa3\x01": (20, lambda d: S3Static(_firmware(d), fields.mac_le(d, 12))),
    b"\xa3\x03": (16, _s3_climate),
    b"\xa4\x00": (18, lambda d: S4Static(_firmware(d), fields.mac_le(d, 10))),
    b"\xa4\x01": (15, _s4_door),
}
"""Per first two bytes: the least length and how to read it."""
