"""What the tags send: which slot goes on the air when, and its bytes.

Slots per model as the reference of this project's tags has them. The iBeacon slot of a button
is silent but for the burst after a press. Derived from register and seed: never saved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from twin.hospital.buttons import Pressed
from twin.model import F64, I32, Tag
from twin.radio import RowValues, advertise


class Slot(IntEnum):
    """The frame a slot sends."""

    CLIMATE = 0
    """FFE1 01, temperature and humidity."""
    MOTION = 1
    """FFE1 03, acceleration."""
    NAME = 2
    """FFE1 08."""
    TELEMETRY = 3
    """Eddystone TLM."""
    COMBINED = 4
    """Connect V3 03, acceleration and battery."""
    DEVICE = 5
    """Connect V3 00."""
    BEACON = 6
    """iBeacon, always on."""
    PRESS = 7
    """iBeacon, only while a press lasts."""


SLOTS: Mapping[str, tuple[tuple[Slot, float, float], ...]] = {
    "S1": ((Slot.CLIMATE, 5.0, 5.0), (Slot.MOTION, 10.0, 10.0), (Slot.NAME, 15.0, 15.0)),
    "B7": ((Slot.MOTION, 0.95, 1.1), (Slot.NAME, 10.0, 10.0), (Slot.TELEMETRY, 10.0, 10.0)),
    "B10": ((Slot.MOTION, 0.95, 1.1), (Slot.NAME, 10.0, 10.0), (Slot.TELEMETRY, 10.0, 10.0)),
    "MBT02": ((Slot.COMBINED, 2.0, 5.0), (Slot.DEVICE, 30.0, 30.0), (Slot.BEACON, 10.0, 10.0)),
}
"""Slot, shortest and longest interval in seconds; each tag has its own in between."""
PRESS_INTERVAL = 0.5
NAMES = {"S1": "PLUS"}
"""What tags call themselves where that is not the model."""
BEACON_POWER = -59
DRIFT = 0.003
"""Share by which the clocks of tags differ."""
STALE_FRAMES = 0.1
"""Share of the unmoved tags whose acceleration bytes are made anew at a transmission."""


class Air(NamedTuple):
    """Temperature and humidity around tags; indexed by tag, NaN where it is not measured."""

    temperature: F64
    humidity: F64


class Sent(NamedTuple):
    """Transmissions of one step, parallel columns in the order of time."""

    tag: I32
    packets: I32
    """How often the frame was sent in the step."""
    last: np.ndarray
    """Whether the tag sent nothing later in the step."""
    t: F64
    raw: list[str]
    """Advertisement, hex digits."""
    values: list[RowValues | None]
    """What a gateway that decodes by itself sends in place of the bytes."""


class Transmitters:
    """All tags as radio senders."""

    def __init__(self, tags: Sequence[Tag], seed: int) -> None:
        rng = np.random.default_rng([seed, 17])
        rows = [
            (tag.index, slot, rng.uniform(low, high))
            for tag in tags
            for slot, low, high in SLOTS.get(tag.model, SLOTS["MBT02"])
        ]
        self._tags = tags
        self._tag = np.array([r[0] for r in rows], np.int32)
        self._slot = np.array([r[1] for r in rows], np.int32)
        self._period = np.array([r[2] for r in rows]) * rng.uniform(1.0 - DRIFT, 1.0 + DRIFT, len(rows))
        self._phase = rng.uniform(0.0, 1.0, len(rows))
        self._battery = rng.integers(35, 101, len(tags))
        self._gravity = _unit(rng.normal(0.0, 1.0, (len(tags), 3)))
        self._frames: dict[tuple[int, int], tuple[str, RowValues | None]] = {}
        self._macs = [tag.mac for tag in tags]
        self._models = [tag.model for tag in tags]

    def send(
        self, begin: float, end: float, on_air: np.ndarray, moving: np.ndarray, pressed: Mapping[int, Pressed],
        air: Air, rng: np.random.Generator,
    ) -> Sent:  # fmt: skip
        """All that tags on the air send from `begin` to `end`, POSIX seconds."""
        due = np.floor(end / self._period + self._phase)
        count = due - np.floor(begin / self._period + self._phase)
        rows = np.flatnonzero((count > 0) & on_air[self._tag])
        bursts = [b for press in pressed.values() if (b := _burst(press, begin, end, rng)) and on_air[press.tag]]
        tag = np.concatenate([self._tag[rows], np.array([b[0] for b in bursts], np.int32)])
        slot = np.concatenate([self._slot[rows], np.full(len(bursts), Slot.PRESS, np.int32)])
        packets = np.concatenate([count[rows].astype(np.int32), np.array([b[1] for b in bursts], np.int32)])
        t = np.concatenate([(due[rows] - self._phase[rows]) * self._period[rows], np.array([b[2] for b in bursts])])
        order = np.argsort(t, kind="stable")
        tag, slot, packets, t = tag[order], slot[order], packets[order], t[order]
        latest = np.full(len(self._tags), -1)
        latest[tag] = np.arange(len(tag))
        frames = self._make(tag, slot, t, moving, air, rng)
        return Sent(tag, packets, latest[tag] == np.arange(len(tag)), t, [f[0] for f in frames], [f[1] for f in frames])

    def _make(
        self, tag: I32, slot: I32, t: F64, moving: np.ndarray, air: Air, rng: np.random.Generator
    ) -> list[tuple[str, RowValues | None]]:
        tails = rng.bytes(4 * len(tag)).hex()
        fresh = (rng.random(len(tag)) < STALE_FRAMES) | moving[tag]
        jolt = np.where(moving[tag], 0.18, 0.006)[:, None] * rng.standard_normal((len(tag), 3))
        acceleration = self._gravity[tag] + jolt
        columns = zip(tag.tolist(), slot.tolist(), t.tolist(), fresh.tolist(), acceleration.tolist(), strict=True)
        frames = self._frames
        made: list[tuple[str, RowValues | None]] = []
        for n, (who, what, when, new, force) in enumerate(columns):
            frame = frames.get((who, what))
            if (
                frame is None
                or what in (Slot.CLIMATE, Slot.TELEMETRY)
                or (new and what in (Slot.MOTION, Slot.COMBINED))
            ):
                frame = frames[who, what] = self._frame(who, what, when, force, air)
            if what in (Slot.COMBINED, Slot.DEVICE):
                frame = (frame[0][:-8] + tails[8 * n : 8 * n + 8], None)
            made.append(frame)
        return made

    def _frame(self, tag: int, slot: int, t: float, force: list[float], air: Air) -> tuple[str, RowValues | None]:
        mac, battery = self._macs[tag], int(self._battery[tag])
        x, y, z = force
        match slot:
            case Slot.CLIMATE:
                celsius, percent = float(air.temperature[tag]), float(air.humidity[tag])
                values = RowValues(temperature_c=round(celsius, 2), humidity_pct=round(percent, 2), battery_pct=battery)
                return advertise.temperature_humidity(mac, battery, celsius, percent), values
            case Slot.MOTION:
                return advertise.acceleration(mac, battery, x, y, z), None
            case Slot.NAME:
                return advertise.info(mac, battery, NAMES.get(self._models[tag], self._models[tag])), None
            case Slot.TELEMETRY:
                seconds = t % 8.64e6
                return advertise.telemetry(2600 + 4 * battery, 25.0, int(seconds), seconds), None
            case Slot.COMBINED:
                return advertise.v3_combination(battery, 0, (x, y, z)), None
            case Slot.DEVICE:
                return advertise.v3_info(mac, battery, 0), None
            case _:
                uuid = advertise.BUTTON_UUID if slot == Slot.PRESS else advertise.BEACON_UUID
                values = RowValues(uuid=uuid, major=1, minor=tag & 0xFFFF, tx_power=BEACON_POWER)
                return advertise.ibeacon(uuid, 1, tag & 0xFFFF, BEACON_POWER), values


def _burst(press: Pressed, begin: float, end: float, rng: np.random.Generator) -> tuple[int, int, float] | None:
    """Tag, packets and time of the last of them between `begin` and `end`; gaps of a few seconds occur."""
    first, last = max(begin, press.t), min(end, press.until)
    if last <= first or (end - begin < 2.0 and first > press.t + 3.0 and rng.random() < 0.15):
        return None
    packets = math.ceil((last - first) / PRESS_INTERVAL)
    return press.tag, packets, last - float(rng.uniform(0.0, min(PRESS_INTERVAL, last - first)))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
