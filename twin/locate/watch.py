"""Which gateways hear other than their place and power say: moved, swapped, weak."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.model import F32, I32

ALARM_DB, BLIND_ALARM_DB = 6.0, 9.0
"""Mean residual beyond which a gateway is suspect (reference "positioning", pitfall 6); more for one that no
survey heard, whose power is only assumed."""
SPREAD_DB = 9.0
"""Spread of the residual beyond which it is: a gateway that hangs elsewhere is now too loud, now too faint."""
FIXES_MIN = 200
"""... after so many fixes (same source)."""
MEMORY = 20_000.0
"""Fixes over which the mean runs."""


class GatewayResidual(NamedTuple):
    """What all tags say of one gateway."""

    gateway: int
    offset_db: float
    """Running mean of measured minus expected RSSI."""
    fixes: int
    suspect: str
    """"", "moved", "weak" or "strong"."""


class GatewayWatch:
    """Running mean and spread of each gateway's residual, dB.

    Args:
        surveyed: One a gateway: a survey heard it, so its power is known.
    """

    def __init__(self, surveyed: NDArray[np.bool_]) -> None:
        gateways = len(surveyed)
        self._alarm = np.where(surveyed, ALARM_DB, BLIND_ALARM_DB)
        self._mean = np.zeros(gateways)
        self._square = np.zeros(gateways)
        self._fixes = np.zeros(gateways, np.int64)

    def add(self, gateway: I32, residual: F32) -> None:
        """Take the residuals of one tick in, the gateways' learned offsets not taken off."""
        n = len(self._mean)
        count = np.bincount(gateway, minlength=n)
        heard = count > 0
        self._fixes += count
        # A plain mean until the memory is full.
        gain = np.where(heard, np.minimum(count / np.minimum(np.maximum(self._fixes, 1), MEMORY), 1.0), 0.0)
        divisor = np.maximum(count, 1)
        self._mean += gain * (np.bincount(gateway, residual, n) / divisor - self._mean)
        self._square += gain * (np.bincount(gateway, residual.astype(float) ** 2, n) / divisor - self._square)

    def report(self) -> list[GatewayResidual]:
        """One line a gateway."""
        spread = np.sqrt(np.maximum(self._square - self._mean**2, 0.0))
        rows = zip(self._mean.tolist(), spread.tolist(), self._fixes.tolist(), self._alarm.tolist(), strict=True)
        return [
            GatewayResidual(g, mean, fixes, _suspect(mean, sd, fixes, alarm))
            for g, (mean, sd, fixes, alarm) in enumerate(rows)
        ]


def _suspect(mean: float, spread: float, fixes: int, alarm: float) -> str:
    if fixes < FIXES_MIN:
        return ""
    if spread > SPREAD_DB:
        return "moved"
    if abs(mean) > alarm:
        return "strong" if mean > 0 else "weak"
    return ""
