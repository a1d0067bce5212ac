"""What tags said last of their own movement, and for how long that holds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from twin.model import U8, Motion

HOLDS_S = 30.0
"""A tag that has said nothing for so long may have been carried off."""


class MotionMemory:
    """Newest accelerometer report of each tag of the register."""

    def __init__(self, tags: int) -> None:
        self._motion = np.full(tags, Motion.UNKNOWN, np.uint8)
        self._said = np.full(tags, -np.inf)

    def step(self, now: float, reports: Iterable[tuple[int, bool]]) -> U8:
        """Take in which tags moved or not since they said so before; what is known of all tags at `now`."""
        for tag, moved in reports:
            self._motion[tag] = Motion.MOVING if moved else Motion.STILL
            self._said[tag] = now
        return np.where(now - self._said <= HOLDS_S, self._motion, Motion.UNKNOWN).astype(np.uint8)
