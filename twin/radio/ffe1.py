"""Service data of UUID 0xFFE1: the BeaconPlus frames of S1, B7, B10, E8, C10, MSP01, MBT01.

After the UUID come `A1`, a version, the battery in per cent, data, and the MAC in reverse at the
very end (versions 07, 08 and 15 differ). A longer frame keeps its MAC at its end; a shorter one
than its version needs is rejected.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from twin.radio import fields
from twin.radio.fields import Axes
from twin.radio.frames import Frame

_TWO = Struct(">hh")
_VIBRATION = Struct(">IB")
_PRESSURE = Struct(">i")


class A1Frame(Frame, frozen=True, omit_defaults=True):
    """What all FFE1 frames may carry."""

    battery_pct: int | None = None
    mac: str | None = None


class A1TemperatureHumidity(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-01"):
    """Temperature and humidity of an S1."""

    temperature_c: float | None = None
    humidity_pct: float | None = None


class A1SatechClimate(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-04"):
    """The same as sent by Satech beacons."""

    temperature_c: float | None = None
    humidity_pct: float | None = None


class A1Light(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-02"):
    """Whether light is seen."""

    light: bool | None = None


class A1Acceleration(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-03"):
    """Acceleration x, y, z in g."""

    accel_g: Axes | None = None


class A1Illuminance(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-05"):
    """Illuminance in lux."""

    illuminance_lux: int | None = None


class A1Update(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-07"):
    """The tag waits for new firmware."""


class A1Info(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-08"):
    """The name that the tag was given."""

    name: str = ""


class A1Motion(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-11"):
    """Whether the infrared sensor sees motion."""

    motion: bool | None = None


class A1Tvoc(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-12"):
    """Total volatile organic compounds, unit not documented."""

    tvoc: int | None = None


class A1Temperature(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-13"):
    """Temperature alone."""

    temperature_c: float | None = None


class A1Inertia(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-15"):
    """Acceleration in g and rotation (hundredths on the air, unit not documented); no battery."""

    accel_g: Axes | None = None
    gyro: Axes | None = None


class A1Magnetic(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-16"):
    """Magnetic field x, y, z, unit not documented."""

    magnetic: Axes | None = None


class A1Pressure(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-17"):
    """Air pressure in hPa."""

    pressure_hpa: float | None = None


class A1Vibration(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-18"):
    """Vibration and the tag's own time stamp of it."""

    vibration: bool | None = None
    vibration_ts: int | None = None


class A1Photoresistor(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-19"):
    """Reading of a photoresistor."""

    photoresistor: int | None = None


class A1Tamper(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-20"):
    """Whether the tag was opened or removed; None when the frame cannot be trusted."""

    tamper: bool | None = None


class A1Water(A1Frame, frozen=True, omit_defaults=True, tag="minew-a1-21"):
    """Whether water is felt; None when the frame cannot be trusted."""

    water: bool | None = None


def decode_ffe1(data: bytes) -> Frame | None:
    """The frame in the service `data` after UUID 0xFFE1; None when unknown or too short."""
    if len(data) < 2 or data[0] != 0xA1:
        return None
    length, parse = _VERSIONS.get(data[1], _UNKNOWN)
    return parse(data) if len(data) >= length else None


def _head(data: bytes) -> tuple[int | None, str | None]:
    """Battery and MAC, where nearly all versions have them."""
    return fields.battery(data[2]), fields.mac_le(data, len(data) - 6)


def _climate(data: bytes) -> tuple[float | None, float | None]:
    temperature, humidity = _TWO.unpack_from(data, 3)
    return fields.temperature(temperature), fields.humidity(humidity)


def _u16(data: bytes) -> int:
    return fields.U16.unpack_from(data, 3)[0]


def _info(data: bytes) -> A1Info:
    return A1Info(fields.battery(data[2]), fields.mac_le(data, 3), fields.text(data[9:]))


def _inertia(data: bytes) -> A1Inertia:
    x, y, z = fields.AXES.unpack_from(data, 8)
    mac = fields.mac_le(data, len(data) - 6)
    return A1Inertia(None, mac, fields.acceleration(data, 2), (x / 100, y / 100, z / 100))


def _magnetic(data: bytes) -> A1Magnetic:
    x, y, z = fields.AXES.unpack_from(data, 3)
    return A1Magnetic(*_head(data), (x / 256, y / 256, z / 256))


def _vibration(data: bytes) -> A1Vibration:
    stamp, flags = _VIBRATION.unpack_from(data, 3)
    return A1Vibration(*_head(data), bool(flags & 1), stamp)


def _trusted_flag(data: bytes) -> bool | None:
    """Bit 0 after the battery, unless the battery is impossible: no alarm from a broken frame."""
    return bool(data[3] & 1) if data[2] <= 100 else None


_UNKNOWN: tuple[int, Callable[[bytes], Frame | None]] = (0, lambda _: None)
_VERSIONS: dict[int, tuple[int, Callable[[bytes], Frame]]] = {
    0x01: (13, lambda d: A1TemperatureHumidity(*_head(d), *_climate(d))),
    0x02: (10, lambda d: A1Light(*_head(d), bool(d[3] & 1))),
    0x03: (15, lambda d: A1Acceleration(*_head(d), fields.acceleration(d, 3))),
    0x04: (13, lambda d: A1SatechClimate(*_head(d), *_climate(d))),
    0x05: (11, lambda d: A1Illuminance(*_head(d), _u16(d))),
    0x07: (8, lambda d: A1Update(None, fields.mac_le(d, len(d) - 6))),
    0x08: (9, _info),
    0x11: (11, lambda d: A1Motion(*_head(d), bool(_u16(d) & 1))),
    0x12: (11, lambda d: A1Tvoc(*_head(d), _u16(d))),
    0x13: (11, lambda d: A1Temperature(*_head(d), fields.temperature(fields.S16.unpack_from(d, 3)[0]))),
    0x15: (20, _inertia),
    0x16: (15, _magnetic),
    0x17: (13, lambda d: A1Pressure(*_head(d), _PRESSURE.unpack_from(d, 3)[0] / 65536)),
    0x18: (14, _vibration),
    0x19: (11, lambda d: A1Photoresistor(*_head(d), _u16(d))),
    0x20: (10, lambda d: A1Tamper(*_head(d), _trusted_flag(d))),
    0x21: (10, lambda d: A1Water(*_head(d), _trusted_flag(d))),
}
"""Per version: the least length, counted from `A1`, and how to read it."""
