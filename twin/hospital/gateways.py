"""The installed gateways: which form each sends, its clock, its failures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.hospital.stage import Stage
from twin.model import Gateway

CLOCK_SPREAD = 0.2
"""Seconds; gateways in one room have been seen 0.5 to 0.6 s apart."""
BAD_CLOCK = (0.4, 0.6)
"""Seconds that one gateway in twelve is off."""
REBOOT_EVERY = 30.0 * 3600.0
REBOOT = (40.0, 150.0)
OUTAGE_EVERY = 5.0 * 3600.0
"""Mean time between two longer failures in the whole house."""
OUTAGE = (8.0 * 60.0, 45.0 * 60.0)
NO_TIME = (240.0, 600.0)
"""Seconds after a reboot in which a gateway without time server counts from 1970."""
FORGETS_TIME = 0.2


class Manner(NamedTuple):
    """How one gateway uploads."""

    form: str
    """As in `twin.radio.encode`: "json-long", "json-raw" or "binary-long"."""
    decodes: bool
    """A G1: sends what it decoded in place of the bytes."""
    filters: bool
    """Keeps only the latest frame of a tag in an upload."""
    qos: int


def manner_of(gateway: Gateway) -> Manner:
    """The settings of a gateway, mixed as in an installation that has grown."""
    n = gateway.index
    qos = int(n % 5 == 0)
    if gateway.model.upper().startswith("G1"):
        if n % 4 == 1:
            return Manner("binary-long", False, n % 3 == 0, qos)
        return Manner("json-long", True, n % 3 == 0, qos)
    if n % 6 == 5:
        return Manner("json-raw", False, True, qos)
    return Manner("json-long", False, n % 2 == 0, qos)


class Gateways:
    """What is wrong with which gateway just now."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage = stage
        rng = np.random.default_rng([seed, 13])
        n = len(stage.ground.site.gateways)
        self.offset = rng.normal(0.0, CLOCK_SPREAD, n).clip(-0.5, 0.5)
        for bad in range(5, n, 12):
            self.offset[bad] = rng.uniform(*BAD_CLOCK)
        self.silent_until = np.zeros(n)
        self.wrong_until = np.zeros(n)
        self.booted = stage.agenda.now - rng.uniform(3600.0, 30 * 86400.0, n)

    def open(self) -> None:
        """Set the first failures."""
        for gateway in range(len(self.offset)):
            self._stage.agenda.after(self._stage.rng.expovariate(1.0 / REBOOT_EVERY), self._reboot, gateway)
        self._stage.agenda.after(self._stage.rng.expovariate(1.0 / OUTAGE_EVERY), self._fail)

    def awake(self, t: float) -> np.ndarray:
        """Which gateways listen and upload at `t`."""
        return self.silent_until <= t

    def clock(self, gateway: int, t: float) -> float:
        """What its clock shows at `t`, POSIX seconds."""
        if t < self.wrong_until[gateway]:
            return t - float(self.booted[gateway])
        return t + float(self.offset[gateway])

    def _reboot(self, gateway: int) -> None:
        stage = self._stage
        stage.agenda.after(stage.rng.expovariate(1.0 / REBOOT_EVERY), self._reboot, gateway)
        self._down(gateway, stage.rng.uniform(*REBOOT))
        if stage.chance(FORGETS_TIME):
            self.wrong_until[gateway] = self.silent_until[gateway] + stage.rng.uniform(*NO_TIME)

    def _fail(self) -> None:
        stage = self._stage
        stage.agenda.after(stage.rng.expovariate(1.0 / OUTAGE_EVERY), self._fail)
        self._down(stage.rng.randrange(len(self.offset)), stage.rng.uniform(*OUTAGE))

    def _down(self, gateway: int, seconds: float) -> None:
        until = self._stage.agenda.now + seconds
        self.silent_until[gateway] = max(self.silent_until[gateway], until)
        self.booted[gateway] = self.silent_until[gateway]
