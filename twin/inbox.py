"""A bounded queue between the network's thread and the one that works."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple


class Arrived(NamedTuple):
    """One message and when it came, POSIX seconds UTC."""

    topic: str
    payload: bytes
    received_at: float


class Inbox:
    """A bounded queue between the network's thread and one reader; the oldest go first.

    Args:
        limit: Most messages that wait.
        max_bytes: Most payload bytes that wait.
    """

    def __init__(self, limit: int = 2000, max_bytes: int = 64 << 20) -> None:
        self.received = 0
        self.dropped = 0
        self._limit = limit
        self._max_bytes = max_bytes
        self._bytes = 0
        self._waiting: deque[Arrived] = deque()
        self._ready = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, topic: str, payload: bytes, received_at: float) -> None:
        """Append; drops the oldest messages, counted, when there is no room."""
        with self._ready:
            self.received += 1
            self._waiting.append(Arrived(topic, payload, received_at))
            self._bytes += len(payload)
            while len(self._waiting) > self._limit or self._bytes > self._max_bytes:
                self._bytes -= len(self._waiting.popleft().payload)
                self.dropped += 1
            self._ready.notify()

    def drain(self) -> list[Arrived]:
        """Take everything out, oldest first."""
        with self._ready:
            taken = list(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            return taken

    def wait(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for a message; whether there is one."""
        with self._ready:
            return self._ready.wait_for(lambda: bool(self._waiting), timeout)
