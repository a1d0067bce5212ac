"""One stand of a walk-survey: everything that gateways hear of a tag while somebody stands still with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from twin.locate.epochs import RSSI_MAX, RSSI_MIN, SAME_S

MOST_READINGS = 20_000


class Heard(NamedTuple):
    """One reading: which gateway (its index), how loud in dBm, and when, POSIX seconds UTC."""

    gateway: int
    rssi: int
    t: float


@dataclass(frozen=True, slots=True)
class Stand:
    """Who stands where: `tag` is its place in the register, lengths are metres, `z` above the level's floor."""

    tag: int
    mac: str
    x: float
    y: float
    z: float
    level: int
    since: float
    seconds: float


@dataclass(slots=True)
class Walk:
    """Collects the readings of one stand. Times are given to it; it reads no clock."""

    stand: Stand
    readings: list[Heard] = field(default_factory=list)
    _last: dict[int, float] = field(default_factory=dict)

    def hear(self, gateway: int, tags: Sequence[int], rssi: Sequence[int], heard: Sequence[float]) -> None:
        """Take the rows of one upload: register positions, RSSI and time of hearing, in parallel."""
        tag = self.stand.tag
        if tag not in tags:
            return
        for row, found in enumerate(tags):
            if found == tag:
                self._take(Heard(gateway, rssi[row], heard[row]))

    def _take(self, reading: Heard) -> None:
        within = self.stand.since <= reading.t <= self.stand.since + self.stand.seconds
        sane = RSSI_MIN <= reading.rssi <= RSSI_MAX
        repeated = abs(reading.t - self._last.get(reading.gateway, -1.0)) < SAME_S
        if within and sane and not repeated and len(self.readings) < MOST_READINGS:
            self._last[reading.gateway] = reading.t
            self.readings.append(reading)

    @property
    def gateways(self) -> int:
        """How many gateways have heard the tag so far."""
        return len(self._last)

    def over(self, now: float) -> bool:
        """Whether the time to stand is up."""
        return now >= self.stand.since + self.stand.seconds
