"""The only place that reads the time.

The twin runs on the hospital's time. In a real hospital that is this machine's clock; a
simulated hospital lives at its own date and speed and announces them on the clock topic.
"""

from __future__ import annotations

import time
from typing import Protocol


def wall() -> float:
    """The machine's time, POSIX seconds UTC."""
    return time.time()


def monotonic() -> float:
    """Seconds that never go back, for measuring how long something took."""
    return time.monotonic()


class Clock(Protocol):
    """Something that knows the hospital's time."""

    def now(self) -> float:
        """POSIX seconds UTC; never goes back."""
        ...


class SystemClock:
    """The hospital lives in our own time."""

    def now(self) -> float:
        """POSIX seconds UTC."""
        return wall()


class FollowedClock:
    """Follows announcements (`t`, `speed`) and extrapolates between them.

    It goes on when the announcements stop, so that ages keep growing when a simulated
    hospital dies, and it never goes back.
    """

    def __init__(self) -> None:
        self._t = 0.0
        self._at = monotonic()
        self._speed = 0.0
        self._latest = 0.0

    @property
    def known(self) -> bool:
        """Whether any announcement has come yet."""
        return self._t > 0.0

    def announce(self, t: float, speed: float) -> None:
        """The hospital's time is `t` and runs at `speed` times ours (0 = as announced only)."""
        self._t, self._speed, self._at = t, speed, monotonic()

    def now(self) -> float:
        """POSIX seconds UTC of the hospital; 0 before the first announcement."""
        t = self._t + (monotonic() - self._at) * self._speed
        self._latest = max(self._latest, t)
        return self._latest
