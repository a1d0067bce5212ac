"""What will happen next: a calendar of actions."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any


class Agenda:
    """Runs actions in the order of their times; two of the same time in the order they were entered.

    Actions are bound methods, so that the whole calendar can be pickled.
    """

    def __init__(self, now: float) -> None:
        self.now = now
        self._entries: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0

    def at(self, t: float, action: Callable[..., None], *args: object) -> None:
        """Do `action(*args)` at `t`, or at once when `t` has passed."""
        self._count += 1
        heapq.heappush(self._entries, (max(t, self.now), self._count, action, args))

    def after(self, seconds: float, action: Callable[..., None], *args: object) -> None:
        """Do `action(*args)` in `seconds`."""
        self.at(self.now + seconds, action, *args)

    def run(self, until: float) -> int:
        """Do all that is due up to `until`; returns how many actions that were."""
        done = 0
        while self._entries and self._entries[0][0] <= until:
            t, _, action, args = heapq.heappop(self._entries)
            self.now = t
            action(*args)
            done += 1
        self.now = until
        return done

    def __len__(self) -> int:
        return len(self._entries)
