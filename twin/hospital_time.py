"""Whose time the twin lives in, and when messages came in that time.

The network's thread only stamps (`stamp`); everything else belongs to the engine's thread.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from twin import clock


class Announcement(msgspec.Struct, frozen=True):
    """What a simulated hospital says on the clock topic."""

    t: float
    speed: float = 1.0
    """Hospital seconds a second; 0 while it is catching up."""
    catch_up_until: float | None = None

    @property
    def catching_up(self) -> bool:
        """Whether the hospital runs as fast as its listeners can."""
        return self.speed == 0 or (self.catch_up_until is not None and self.t < self.catch_up_until)


class HospitalTime(Protocol):
    """The hospital's time, and what a stamp of the network's thread means in it."""

    @property
    def known(self) -> bool:
        """Whether the time is known yet."""
        ...

    def stamp(self) -> float:
        """Note now, in some time of our own; may be called from any thread."""
        ...

    def received(self, stamp: float) -> float:
        """Hospital time of a stamp, POSIX seconds UTC."""
        ...

    def now(self) -> float:
        """POSIX seconds UTC."""
        ...


class OwnTime:
    """A real hospital: the time of this machine."""

    known = True

    def __init__(self) -> None:
        self._clock = clock.SystemClock()

    def stamp(self) -> float:
        """POSIX seconds UTC."""
        return self._clock.now()

    def received(self, stamp: float) -> float:
        """Return the stamp: it is the hospital's time already."""
        return stamp

    def now(self) -> float:
        """POSIX seconds UTC."""
        return self._clock.now()


class AnnouncedTime:
    """A simulated hospital: its announcements, and our own steady clock between them."""

    def __init__(self) -> None:
        self._followed = clock.FollowedClock()
        self.speed = 1.0

    @property
    def known(self) -> bool:
        """Whether an announcement has come."""
        return self._followed.known

    def announce(self, said: Announcement, *, old: bool) -> None:
        """Take an announcement; an `old` one was kept by the broker and says nothing of now."""
        self.speed = 0.0 if old else said.speed
        self._followed.announce(said.t, self.speed)

    def stamp(self) -> float:
        """Seconds of our own steady clock."""
        return clock.monotonic()

    def received(self, stamp: float) -> float:
        """Hospital time of a stamp."""
        return self._followed.now() - (clock.monotonic() - stamp) * self.speed

    def now(self) -> float:
        """POSIX seconds UTC of the hospital."""
        return self._followed.now()
