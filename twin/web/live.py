"""The newest of everything the twin publishes, kept once per web worker.

Newest wins: a slow reader skips frames and never holds a queue.
"""

from __future__ import annotations

import hashlib
import signal
import threading
from collections.abc import Iterable
from functools import lru_cache
from types import FrameType
from typing import NamedTuple

import msgspec

from twin import clock, log
from twin.bus import Bus, live_pattern
from twin.settings import Settings, settings
from twin.web.command import asker

FREE_THREADS = 32
"""Threads of a worker that live streams never take, so that callbacks are always answered."""
NAMES = ("summary", "catalogue", "health")

_log = log.get("live")


class Kept(NamedTuple):
    """The newest payload of one topic."""

    payload: bytes
    version: int
    """Grows by one with every message that the hub accepts."""
    tag: str
    """Same bytes, same tag: for ETags that hold across workers."""
    received: float
    """Monotonic seconds."""


class Hub:
    """Keeps the last payload of each live topic and wakes those who wait for a newer one.

    Args:
        site: Short name of the site, the second level of its topics.
        streams: Most live streams open at a time.
    """

    def __init__(self, site: str, streams: int) -> None:
        self.closing = False
        """Set when the worker stops; streams end within a second."""
        self.bus: Bus | None = None
        self._prefix = f"wardlight/{site}/"
        self._limit = streams
        self._open = 0
        self._kept: dict[str, Kept] = {}
        self._version = 0
        self._news = threading.Condition()

    def accept(self, topic: str, payload: bytes, _retained: bool = False) -> None:
        """Take a message from the bus; topics that no screen shows are ignored."""
        name = topic.removeprefix(self._prefix)
        if name not in NAMES and not (name.startswith("frame/") and name[6:].isdecimal()):
            return
        tag = hashlib.blake2s(payload, digest_size=8).hexdigest()
        with self._news:
            if not payload:
                self._kept.pop(name, None)
                return
            self._version += 1
            self._kept[name] = Kept(payload, self._version, tag, clock.monotonic())
            self._news.notify_all()

    def newest(self, name: str) -> Kept | None:
        """Give the last payload of "summary", "catalogue", "health" or "frame/<level>"; None before the first."""
        return self._kept.get(name)

    def levels(self) -> list[int]:
        """Level indices that have a frame, lowest first."""
        return sorted(int(name[6:]) for name in list(self._kept) if name.startswith("frame/"))

    def news(self, names: Iterable[str], since: int) -> list[tuple[str, Kept]]:
        """Give what of `names` is newer than version `since`, oldest first."""
        kept = ((name, self._kept.get(name)) for name in names)
        return sorted(((n, k) for n, k in kept if k and k.version > since), key=lambda pair: pair[1].version)

    def wait(self, names: tuple[str, ...], since: int, timeout: float) -> list[tuple[str, Kept]]:
        """Like `news`, but waits up to `timeout` seconds for some."""
        with self._news:
            self._news.wait_for(lambda: self.closing or self._any_newer(names, since), timeout)
        return self.news(names, since)

    def _any_newer(self, names: tuple[str, ...], since: int) -> bool:
        return any((kept := self._kept.get(name)) and kept.version > since for name in names)

    def age(self) -> float | None:
        """Seconds since the last summary came; None before the first."""
        kept = self._kept.get("summary")
        return clock.monotonic() - kept.received if kept else None

    @property
    def open_streams(self) -> int:
        """Live streams open now."""
        return self._open

    def admit(self) -> bool:
        """Take a place for one more live stream, to be given back with `release`; False when all are taken."""
        with self._news:
            if self.closing or self._open >= self._limit:
                return False
            self._open += 1
            return True

    def release(self) -> None:
        """Give a stream's place back."""
        with self._news:
            self._open -= 1

    def connect(self, bus: Bus, site: str) -> None:
        """Listen to the twin from now on."""
        self.bus = bus
        bus.subscribe(live_pattern(site), self.accept)
        bus.start()


@lru_cache
def hub() -> Hub:
    """Give the hub of this process; silent until `start`."""
    s = settings()
    return Hub(s.site, s.web_threads - FREE_THREADS)


def start() -> None:
    """Connect this worker's hub, and end its streams when the worker is told to stop."""
    s: Settings = settings()
    bus = Bus(s, "web", "web")
    asker().connect(bus)
    hub().connect(bus, s.site)
    if threading.current_thread() is threading.main_thread():
        _end_streams_on(signal.SIGTERM)
        _end_streams_on(signal.SIGINT)


def _end_streams_on(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    def handle(received: int, frame: FrameType | None) -> None:
        hub().closing = True  # no lock here: a signal may interrupt its holder
        if callable(before):
            before(received, frame)

    signal.signal(number, handle)


def read_json(kept: Kept | None) -> dict | None:
    """Read the payload as plain data; None for nothing or for what is not a JSON object."""
    if kept is None:
        return None
    try:
        value = msgspec.json.decode(kept.payload)
    except msgspec.DecodeError as error:
        _log.warning("unreadable live message", reason=str(error))
        return None
    return value if isinstance(value, dict) else None
