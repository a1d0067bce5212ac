"""Temperature and humidity around each sensor, with the faults that happen now and then."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.hospital.stage import Stage
from twin.hospital.tables import Fault
from twin.model import Kind

WANDER_TAU = 1500.0
"""Seconds in which the slow random wander forgets itself."""
COMPRESSOR = (0.35, 1380.0)
"""Half swing (degrees C) and period (s) of a fridge's compressor."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault at one sensor."""

    sensor: int
    name: str
    begin: float
    until: float
    toward: float
    tau: float


class Rooms:
    """The air at every sensor of the register; arrays run over sensors, not over tags."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage = stage
        self._rng = np.random.default_rng([seed, 7])
        sensors = [tag for tag in stage.tags if tag.kind == Kind.SENSOR]
        tables = stage.tables.climate
        kinds = [tables.get(tag.type, tables["room"]) for tag in sensors]
        self.tags = np.array([tag.index for tag in sensors], np.int32)
        self._types = [tag.type for tag in sensors]
        n = len(sensors)
        own = self._rng.normal(0.0, 1.0, (2, n))
        self._set = np.array([k.set for k in kinds]) + own[0] * np.array([0.35 * k.noise + 0.1 for k in kinds])
        self._swing = np.array([k.swing for k in kinds])
        self._heat = np.array([k.heat for k in kinds]) * self._rng.uniform(0.5, 1.3, n)
        self._noise = np.array([k.noise for k in kinds])
        self._base_humidity = np.array([k.humidity for k in kinds]) + 3.0 * own[1]
        self._tau = np.array([k.tau_min for k in kinds]) * 60.0
        self._fridge = np.array([t.endswith("fridge") for t in self._types])
        self._phase = self._rng.uniform(0.0, 2.0 * math.pi, n)
        self._wander = self._rng.normal(0.0, 1.0, n) * self._noise
        self._air = self._wish(stage.agenda.now)
        self._outside = np.zeros(n, bool)
        self.troubles: dict[int, Trouble] = {}
        self.news: list[Trouble] = []
        """Faults that the truth has not been told yet."""

    def open(self) -> None:
        """Set the first faults."""
        for fault in self._stage.tables.fault:
            self._later(fault)

    @property
    def temperature(self) -> np.ndarray:
        """Degrees C at each sensor now."""
        ripple = self._fridge * ~self._outside * COMPRESSOR[0]
        return self._air + ripple * np.sin(2.0 * math.pi * self._stage.agenda.now / COMPRESSOR[1] + self._phase)

    @property
    def humidity(self) -> np.ndarray:
        """Relative humidity in per cent: warmer air of the same water is drier."""
        return np.clip(self._base_humidity - 2.2 * (self._air - self._set) - 3.0 * self._wander, 15.0, 90.0)

    def settle(self, seconds: float) -> None:
        """Let `seconds` pass up to now: first-order approach to what the air tends to."""
        if not len(self.tags):
            return
        keep = math.exp(-seconds / WANDER_TAU)
        kick = self._rng.normal(0.0, 1.0, len(self.tags)) * self._noise * math.sqrt(1.0 - keep * keep)
        self._wander = self._wander * keep + kick
        goal, tau = self._wish(self._stage.agenda.now), self._tau.copy()
        self._outside[:] = False
        for trouble in self.troubles.values():
            goal[trouble.sensor], tau[trouble.sensor] = trouble.toward, trouble.tau
            self._outside[trouble.sensor] = True
        self._air += (goal - self._air) * (1.0 - np.exp(-seconds / tau))

    def _wish(self, t: float) -> np.ndarray:
        hour = self._stage.hour(t)
        day = math.sin((hour - 9.0) / 24.0 * 2.0 * math.pi)
        busy = min(max(math.sin((hour - 6.5) / 12.5 * math.pi), 0.0), 1.0) if 6.5 <= hour <= 19.0 else 0.0
        return self._set + self._swing * day + self._heat * busy + self._wander

    def _later(self, fault: Fault) -> None:
        self._stage.agenda.after(self._stage.rng.expovariate(1.0 / (3600.0 * fault.every_hours)), self._break, fault)

    def _break(self, fault: Fault) -> None:
        self._later(fault)
        whole = [n for n, kind in enumerate(self._types) if kind in fault.types and n not in self.troubles]
        if not whole:
            return
        sensor = whole[self._stage.rng.randrange(len(whole))]
        now = self._stage.agenda.now
        until = now + fault.minutes.seconds(self._stage.rng)
        trouble = Trouble(sensor, fault.name, now, until, fault.toward, 60.0 * fault.tau_min)
        self.troubles[sensor] = trouble
        self.news.append(trouble)
        self._stage.agenda.at(until, self._mend, sensor)

    def _mend(self, sensor: int) -> None:
        self.troubles.pop(sensor, None)
