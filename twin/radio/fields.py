"""Reading single values out of a frame's bytes, and the ranges in which they can be believed."""

from __future__ import annotations

from struct import Struct

AXES = Struct(">hhh")
U16 = Struct(">H")
U16_LE = Struct("<H")
S16 = Struct(">h")

TEMPERATURE_C = (-60.0, 120.0)
HUMIDITY_PCT = (0.0, 100.0)
AXIS_G = 16.0

Axes = tuple[float, float, float]


def mac_le(data: bytes, at: int) -> str | None:
    """MAC stored in reverse in the 6 bytes from `at`; None when they are all zero."""
    mac = data[at : at + 6]
    return mac[::-1].hex().upper() if any(mac) else None


def battery(value: int) -> int | None:
    """Battery in per cent; None outside 0...100."""
    return value if value <= 100 else None


def temperature(value: int) -> float | None:
    """Degrees Celsius from a signed 8.8 number; None outside -60...120 (so for 0x8000, "none")."""
    celsius = value / 256
    return celsius if TEMPERATURE_C[0] <= celsius <= TEMPERATURE_C[1] else None


def humidity(value: int) -> float | None:
    """Relative humidity in per cent from a signed 8.8 number; None outside 0...100."""
    percent = value / 256
    return percent if HUMIDITY_PCT[0] <= percent <= HUMIDITY_PCT[1] else None


def acceleration(data: bytes, at: int) -> Axes | None:
    """Three signed 8.8 numbers in g; None when an axis is beyond 16 g (0x8000 means "none")."""
    x, y, z = AXES.unpack_from(data, at)
    axes = (x / 256, y / 256, z / 256)
    return axes if max(map(abs, axes)) <= AXIS_G else None


def signed(byte: int) -> int:
    """A byte read as a two's complement number."""
    return byte - 256 if byte > 127 else byte


def text(data: bytes) -> str:
    """UTF-8 text up to the first zero byte; undecodable bytes become U+FFFD."""
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")
