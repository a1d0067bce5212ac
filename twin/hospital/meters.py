"""Energy meters: what flows through them, and the messages they send, as plugs and distribution boards do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from twin.hospital.stage import Stage
from twin.hospital.tables import Load
from twin.hospital.uploads import Message
from twin.model import F64, Kind
from twin.site.meters import Meter, MeterKind

EVERY = 15.0
"""Seconds of hospital time between two looks at what is switched on."""
PERIODS = (30.0, 60.0)
"""Meters report at intervals between these."""
MAINS = 230.0
WANDER_TAU = 900.0
"""Seconds in which the random part of a load forgets itself."""
WANDER = 0.06
HEAVY = {"theatre": 5.0, "icu_bay": 3.0, "cssd": 3.0, "resus": 2.5, "imaging": 2.0, "lab": 2.0}
"""How much more air than elsewhere is blown through such a room, by space type."""
DAYLIGHT = (9.0, 17.0, 0.6)
"""From and to local hours lamps are dimmed to this share."""
NIGHT = (22.0, 6.0, 0.15)
"""Patients asleep have so much light."""
SILENCE_EVERY = 9.0 * 3600.0
SILENCE = (900.0, 4500.0)
SWAPPED = 0.3
"""Share of the silences after which the counter starts at nought, because the meter was exchanged."""
REPEATED = 0.004
_NEVER = -1e18


class Meters:
    """The state of all meters; arrays run over meters. Their chance is their own, so that the hospital's
    course is the same with and without them.
    """  # noqa: D205

    def __init__(self, stage: Stage, meters: Sequence[Meter], seed: int) -> None:
        self._stage = stage
        self._meters = tuple(meters)
        self._rng = np.random.default_rng([seed, 29])
        rooms, n = stage.ground.site.rooms, len(self._meters)
        pairs = [(m.index, room) for m in self._meters for room in m.rooms]
        self._of, self._room = np.array(pairs, np.intp).reshape(-1, 2).T
        self._area = np.array([rooms[room].area for _, room in pairs])
        loads = [stage.tables.load.get(m.what, Load()) for m in self._meters]
        self._loads = {name: np.array([getattr(load, name) for load in loads]) for name in Load.__struct_fields__}
        self._air = np.array([HEAVY.get(rooms[room].space_type, 1.0) for _, room in pairs])
        self._air = np.where(self._loads["air"][self._of] > 0, self._air, 1.0)
        self._persons = np.array([t.index for t in stage.tags if t.kind in (Kind.PATIENT, Kind.STAFF)], np.intp)
        self._patients = np.array([t.index for t in stage.tags if t.kind == Kind.PATIENT], np.intp)
        self._used_at = np.full(len(rooms), _NEVER)
        self._wander = np.zeros(n)
        self._period = self._rng.uniform(*PERIODS, n)
        self._phase = self._rng.uniform(0.0, 60.0, n)
        self._at = stage.agenda.now
        self._day = self._local_day()
        self.kwh: F64 = self._rng.uniform(200.0, 60_000.0, n)
        self._midnight = self.kwh.copy()
        self.watt: F64 = np.zeros(n)
        self.silent_until = np.zeros(n)

    def open(self) -> None:
        """Switch on."""
        if self._meters:
            self._measure()
            self._stage.agenda.after(float(self._rng.exponential(SILENCE_EVERY)), self._fall_silent)

    def messages(self, begin: float, end: float) -> list[Message]:
        """What the meters report after `begin` and up to `end`: each at most once."""
        turn = np.floor((end - self._phase) / self._period) > np.floor((begin - self._phase) / self._period)
        sent: list[Message] = []
        for index in np.flatnonzero(turn & (self.silent_until <= end)).tolist():
            message = Message(self._meters[index].topic, self._payload(index, end), 0)
            # A repetition at QoS 1, told by the reports' own numbers, so that a listener changes nothing.
            twice = (int(end) * 2654435761 + index) % 1000 < 1000 * REPEATED
            sent += [message] * (2 if twice else 1)
        return sent

    def _payload(self, index: int, t: float) -> bytes:
        watt, kwh = float(self.watt[index]), float(self.kwh[index])
        if self._meters[index].kind is MeterKind.ZIGBEE2MQTT:
            volts = round(MAINS + 2.0 * float(self._wander[index]) / WANDER)
            said: dict[str, Any] = {
                "current": round(watt / volts, 2), "energy": round(kwh, 2), "linkquality": 60 + 7 * index % 190,
                "power": round(watt), "state": "ON", "voltage": volts,
            }  # fmt: skip
            return json.dumps(said).encode()
        today = max(0.0, kwh - float(self._midnight[index]))
        apparent = watt / 0.94
        energy = {
            "Total": round(kwh, 3), "Today": round(today, 3), "Power": round(watt), "ApparentPower": round(apparent),
            "Factor": 0.94, "Voltage": round(MAINS), "Current": round(apparent / MAINS, 3),
        }  # fmt: skip
        when = datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return json.dumps({"Time": when, "ENERGY": energy}).encode()

    def _measure(self) -> None:
        """Count what has flowed since the last time, and see what is switched on now."""
        stage, now = self._stage, self._stage.agenda.now
        passed = now - self._at
        self.kwh += self.watt * passed / 3.6e6
        self._at = now
        if self._local_day() != self._day:
            self._day = self._local_day()
            self._midnight = self.kwh.copy()
        keep = np.exp(-passed / WANDER_TAU)
        kick = self._rng.normal(0.0, WANDER, len(self.kwh))
        self._wander = self._wander * keep + kick * np.sqrt(1.0 - keep * keep)
        self.watt = np.maximum(0.0, self._demand(now) * (1.0 + self._wander))
        stage.agenda.after(EVERY, self._measure)

    def _demand(self, now: float) -> F64:
        """W now, for each meter, without the random part."""
        load, hour, n = self._loads, self._stage.hour(now), len(self._meters)
        persons, patients = self._count(self._persons), self._count(self._patients)
        self._used_at[persons > 0] = now
        used = now - self._used_at[self._room] <= 60.0 * load["linger_min"][self._of]
        light = np.ones(len(self._room))
        if DAYLIGHT[0] <= hour < DAYLIGHT[1]:
            light[:] = DAYLIGHT[2]
        if hour >= NIGHT[0] or hour < NIGHT[1]:
            light[(patients > 0)[self._room]] = NIGHT[2]
        by_room = self._area * np.where(load["dims"][self._of] > 0, light, 1.0) * used

        def gather(values: F64) -> F64:
            return np.bincount(self._of, values, minlength=n).astype(np.float64)

        day = load["day_m2"] * _working(hour) + load["meal_m2"] * _meals(hour)
        burst = np.where(load["bursts"] > 0, self._rng.uniform(0.05, 1.0, n), 1.0)
        return (
            gather(self._area * self._air) * (load["idle_m2"] + day)
            + gather(by_room) * load["used_m2"]
            + gather(persons[self._room]) * load["person"]
            + gather(patients[self._room]) * load["patient"] * burst
        )

    def _count(self, tags: np.ndarray) -> F64:
        """How many of them are in each room, walkers left out."""
        where = self._stage.where
        there = tags[where.on_air[tags] & ~where.moving[tags] & (where.room[tags] >= 0)]
        return np.bincount(where.room[there], minlength=len(self._used_at)).astype(np.float64)

    def _fall_silent(self) -> None:
        now = self._stage.agenda.now
        index = int(self._rng.integers(len(self._meters)))
        until = now + float(self._rng.uniform(*SILENCE))
        self.silent_until[index] = until
        if self._rng.random() < SWAPPED:
            self._stage.agenda.at(until, self._swap, index)
        self._stage.agenda.after(float(self._rng.exponential(SILENCE_EVERY)), self._fall_silent)

    def _swap(self, index: int) -> None:
        self.kwh[index] = self._midnight[index] = 0.0

    def _local_day(self) -> int:
        return round((self._at - 3600.0 * self._stage.hour(self._at)) / 60.0)  # the minute of the last midnight


def _working(hour: float) -> float:
    """Share of a working day's full load, with slopes at its ends."""
    return float(np.clip(min(hour - 6.0, 20.0 - hour), 0.0, 1.0))


def _meals(hour: float) -> float:
    """Share of a kitchen's full load: before each of three meals."""
    return float(sum(np.exp(-(((hour - meal) / 0.8) ** 2)) for meal in (7.0, 11.3, 17.3)))
