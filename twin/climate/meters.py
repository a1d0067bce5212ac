"""MQTT messages of energy meters, in the manner of Zigbee2MQTT and of Tasmota, as readings. Pure and total.

Zigbee2MQTT publishes a flat object on `zigbee2mqtt/<name>`, with `power` in W and the counter
`energy` in kWh. Tasmota publishes on `tele/<name>/SENSOR` an object whose `ENERGY` has `Power` (W; a
list, one a phase, on meters with several) and the counter `Total` (kWh). The time in a message is not
read: Tasmota's has no zone, Zigbee2MQTT's is switched off as it comes; the time of receipt counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from twin.site.meters import MeterKind

MAX_BYTES = 16_384
"""A meter's message has some hundred bytes; a larger one is none."""
MAX_KWH = 1e9
MAX_WATT = 1e8
SAMPLE_CHARS = 200


class MeterReading(NamedTuple):
    """What a meter said at `t`, POSIX seconds UTC: its counter in kWh, the power in W; None where it says nothing.

    `observed` is the share of the meter's rooms in which people's tags could be heard then.
    """

    meter: int
    t: float
    kwh: float | None
    watt: float | None
    observed: float = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of one message; at least one is not None."""

    kwh: float | None
    watt: float | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a message gives no values. `foreign` ones are sound but come from something that measures no energy."""

    reason: str
    detail: str
    foreign: bool = False


def read_meter(payload: bytes, kind: MeterKind) -> Measured | Unreadable:
    """Read one message; whatever is in it, this does not raise."""
    if len(payload) > MAX_BYTES:
        return Unreadable("meter-too-large", f"{len(payload)} bytes")
    try:
        found = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable("meter-not-json", str(error)[:SAMPLE_CHARS])
    if not isinstance(found, dict):
        return Unreadable("meter-not-an-object", type(found).__name__)
    if kind is MeterKind.ZIGBEE2MQTT:
        return _measured(found, "energy", "power")
    energy = found.get("ENERGY")
    if energy is None:
        return Unreadable("meter-without-energy", "no ENERGY", foreign=True)
    if not isinstance(energy, dict):
        return Unreadable("meter-not-an-object", f"ENERGY is {type(energy).__name__}")
    return _measured(energy, "Total", "Power")


def kind_of(payload: bytes) -> MeterKind | None:
    """Tell which manner of meter wrote a message of unknown origin; None when it tells of no energy."""
    return next((kind for kind in MeterKind if isinstance(read_meter(payload, kind), Measured)), None)


def _measured(values: dict[str, Any], counter: str, power: str) -> Measured | Unreadable:
    """Null stands for "not measured yet" and is no fault; both absent says that this is no meter."""
    kwh, watt = values.get(counter), values.get(power)
    if kwh is None and watt is None:
        return Unreadable("meter-without-energy", f"neither {counter} nor {power}", foreign=True)
    kwh = _number(_sum(kwh), 0.0, MAX_KWH) if kwh is not None else None
    watt = _number(_sum(watt), -MAX_WATT, MAX_WATT) if watt is not None else None
    bad = [name for name, value in ((counter, kwh), (power, watt)) if value is None and values.get(name) is not None]
    if bad:
        said = ", ".join(f"{name} = {values[name]!r}" for name in bad)
        return Unreadable("meter-bad-value", said[:SAMPLE_CHARS])
    return Measured(kwh, watt)


def _sum(value: object) -> object:
    """Phases of one meter come as a list."""
    if (
        isinstance(value, list)
        and 0 < len(value) <= 3
        and all(_number(v, -MAX_KWH, MAX_KWH) is not None for v in value)
    ):
        return sum(value)
    return value


def _number(value: object, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) and low <= number <= high else None
