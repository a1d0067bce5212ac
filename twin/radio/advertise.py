"""Building the advertisements that Minew tags send: the inverse of the decoders, for the simulator.

All return lower-case hex digits of the whole advertisement. MACs are 12 hex digits.
"""

from __future__ import annotations

from functools import lru_cache

_FFE1 = "0201060303e1ff"
_FEAA = "0201060303aafe"
NO_ACCELERATION = "800080008000"

NAMESPACE = "496f49445554462d3332"
"""Of the UID slots in Minew's set-up guide for buttons."""
SINGLE_TAP, DOUBLE_TAP = "00000001f915", "00000001f44c"
BEACON_UUID = "E2C56DB5DFFB48D2B060D0F5A71096E0"
BUTTON_UUID = "FDA50693A4E24FB1AFCFC6EB07647825"


def temperature_humidity(mac: str, battery_pct: int, temperature_c: float, humidity_pct: float) -> str:
    """A1-01 of an S1; resolution 1/256."""
    return f"{_FFE1}1016e1ffa101{battery_pct:02x}{_fixed(temperature_c)}{_fixed(humidity_pct)}{reversed_mac(mac)}"


def acceleration(mac: str, battery_pct: int, x: float, y: float, z: float) -> str:
    """A1-03; g, resolution 1/256."""
    return f"{_FFE1}1216e1ffa103{battery_pct:02x}{_fixed(x)}{_fixed(y)}{_fixed(z)}{reversed_mac(mac)}"


def info(mac: str, battery_pct: int, name: str) -> str:
    """A1-08; at most 10 bytes of name fit."""
    text = name.encode()[:10].hex()
    return f"{_FFE1}{12 + len(text) // 2:02x}16e1ffa108{battery_pct:02x}{reversed_mac(mac)}{text}"


def telemetry(battery_mv: int, temperature_c: float, adv_count: int, uptime_s: float) -> str:
    """Eddystone-TLM."""
    tenths = round(uptime_s * 10) & 0xFFFFFFFF
    return f"{_FEAA}1116aafe2000{battery_mv:04x}{_fixed(temperature_c)}{adv_count & 0xFFFFFFFF:08x}{tenths:08x}"


def uid(namespace: str, instance: str, tx_power_0m: int = -24) -> str:
    """Eddystone-UID; 20 and 12 hex digits."""
    return f"{_FEAA}1516aafe00{tx_power_0m & 0xFF:02x}{namespace.lower()}{instance.lower()}"


def ibeacon(uuid: str, major: int, minor: int, tx_power: int = -59) -> str:
    """iBeacon; 32 hex digits of UUID, power at 1 m in dBm."""
    return f"0201061aff4c000215{uuid.lower()}{major:04x}{minor:04x}{tx_power & 0xFF:02x}"


def v3_info(mac: str, battery_pct: int, tail: int, firmware: tuple[int, int, int] = (3, 2, 0)) -> str:
    """V3-00; `tail` is a 32-bit number that should change with every transmission."""
    major, minor, patch = firmware
    version = major << 13 | minor << 7 | patch
    return f"0201061bff3906ca00{reversed_mac(mac)}{battery_pct:02x}{version:04x}400000003000000000{tail:08x}"


def v3_combination(
    battery_pct: int, tail: int, axes: tuple[float, float, float] | None, *, tamper: bool | None = None
) -> str:
    """V3-03 with acceleration and battery, and the tamper block when `tamper` is given."""
    blocks = f"03{''.join(map(_fixed, axes)) if axes else NO_ACCELERATION}21{battery_pct:02x}"
    if tamper is not None:
        blocks += f"22{tamper:02x}"
    return f"020106{9 + len(blocks) // 2:02x}ff3906ca03{blocks}{tail:08x}"


@lru_cache(maxsize=65536)
def reversed_mac(mac: str) -> str:
    """The MAC as frames hold it: last byte first."""
    return bytes.fromhex(mac)[::-1].hex()


def _fixed(value: float) -> str:
    """Signed 8.8, big-endian."""
    return f"{max(-0x8000, min(0x7FFF, round(value * 256))) & 0xFFFF:04x}"
