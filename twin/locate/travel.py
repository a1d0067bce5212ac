"""How far a tag has been about lately, from its own estimates."""

from __future__ import annotations

import numpy as np

from twin.model import F32, F64, I32

MEMORY_S = 20.0
SETTLE_S = 3.0
"""The first fixes jump to their place; that is no travel."""


class Travel:
    """Running mean and mean square distance from it (m^2), one element a tag."""

    def __init__(self, tags: int) -> None:
        self.spread2 = np.zeros(tags)
        self.watched = np.full(tags, -np.inf)
        """Seconds since the first fix."""
        self._x = np.zeros(tags)
        self._y = np.zeros(tags)

    def step(self, tags: I32, x: F32, y: F32, elapsed: F64) -> None:
        """Note where `tags` are now, `elapsed` seconds after the time before."""
        watched = np.where(np.isinf(self.watched[tags]), 0.0, self.watched[tags] + elapsed)
        self.watched[tags] = watched
        since = np.maximum(watched - SETTLE_S, 0.0)
        # A plain mean until the memory is full.
        gain = np.maximum(1.0 - np.exp(-elapsed / MEMORY_S), elapsed / np.maximum(since + elapsed, 1e-9))
        gain = np.where(watched <= SETTLE_S, 1.0, gain)
        dx, dy = x - self._x[tags], y - self._y[tags]
        self._x[tags] += gain * dx
        self._y[tags] += gain * dy
        self.spread2[tags] = (1.0 - gain) * (self.spread2[tags] + gain * (dx * dx + dy * dy))
