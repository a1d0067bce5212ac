"""The loop: first the catch-up run as fast as the twin follows, then at the pace of the clock."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol

from twin import clock, log
from twin.hospital.station import Station
from twin.hospital.uploads import Message

COARSE = 5.0
"""Seconds of hospital time in a step of the catch-up run."""
AHEAD = 20
"""Steps of the catch-up run that may be on their way to the twin."""
NO_PACE = 5.0
"""Seconds without news from the twin after which the catch-up run goes on slowly."""
FIRST_PACE = 30.0
"""The same before the twin has said anything: it may be starting."""
SLOWLY = 0.5
"""Seconds between steps then."""
SAVE_EVERY = 10.0
"""Seconds between saves; what lies between the last one and a crash is lived through again."""
STEPS_A_SECOND = 10.0
"""Of real time, at most: at high speed a step covers more hospital time."""
LATE = 10.0
"""Seconds of real time behind which the loop gives up catching up with the clock."""

_log = log.get("hospital")


class Outlet(Protocol):
    """Where messages go: `twin.bus.Bus`, or a list in a test."""

    @property
    def connected(self) -> bool:
        """Whether anything sent now can arrive."""
        ...

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        """Send without waiting; False when it was dropped."""
        ...


class Pace:
    """How far the twin has come, as it says itself."""

    def __init__(self) -> None:
        self.t = 0.0
        self._told_at = clock.monotonic()

    def told(self, _topic: str, payload: bytes, _retained: bool) -> None:
        """A message on the pace topic; anything malformed is ignored."""
        try:
            t = float(json.loads(payload)["t"])
        except (ValueError, TypeError, KeyError):
            return
        if t != self.t:
            self.t, self._told_at = t, clock.monotonic()

    def silent_for(self) -> float:
        """Seconds since the last news."""
        return clock.monotonic() - self._told_at


class Course(NamedTuple):
    """What the loop is told."""

    clock_topic: str
    speed: float
    live_from: float
    right_at: float
    """When the world's time was right, our monotonic seconds: starting up took a while since then."""


class Runner:
    """Runs a station until it is told to stop. `each(station)` is called after every step."""

    def __init__(
        self, station: Station, outlet: Outlet, pace: Pace, course: Course,
        each: Callable[[], None], keep: Callable[[], None],
    ) -> None:  # fmt: skip
        self._station, self._outlet, self._pace, self._course = station, outlet, pace, course
        self._each, self._keep = each, keep
        self._saved_at = clock.monotonic()
        self._told = False

    def run(self, stop: threading.Event) -> None:
        """Catch up, then live."""
        caught_up = self.catch_up(stop)
        self.live(stop, clock.monotonic() if caught_up else self._course.right_at)

    def catch_up(self, stop: threading.Event) -> bool:
        """Steps of COARSE seconds up to `live_from`, never far ahead of the twin; whether there were any."""
        world, started = self._station.world, clock.monotonic()
        first = world.now
        while world.now < self._course.live_from and not stop.is_set():
            if self._outlet.connected and self._may_go_on(first, stop):
                self.step(min(world.now + COARSE, self._course.live_from), stop)
            else:
                stop.wait(0.02)
        if world.now > first and not stop.is_set():
            took = round(clock.monotonic() - started, 1)
            _log.info("caught up", hours=round((world.now - first) / 3600.0, 2), took_s=took)
            self._keep()
        return world.now > first

    def _may_go_on(self, begin: float, stop: threading.Event) -> bool:
        """Whether the twin is near enough; `begin` is the hospital's time at the start of the run."""
        if self._station.world.now - max(self._pace.t, begin) <= AHEAD * COARSE:
            return True
        if self._pace.silent_for() < (NO_PACE if self._pace.t > begin else FIRST_PACE):
            return False
        if not self._told:
            _log.warning("the twin does not say how far it is; the catch-up run goes on slowly")
            self._told = True
        return not stop.wait(SLOWLY)

    def live(self, stop: threading.Event, start: float) -> None:
        """Steps of a second (more at high speed) when their time has come; at `start` it was the world's now."""
        world, speed = self._station.world, self._course.speed
        step = max(1.0, speed / STEPS_A_SECOND)
        origin, late = world.now, False
        while not stop.is_set():
            goal = world.now + step
            wait = start + (goal - origin) / speed - clock.monotonic()
            if wait < -LATE:
                if not late:
                    _log.warning("this machine is too slow for the simulated hospital; its time lags", speed=speed)
                start, origin, late = clock.monotonic(), world.now, True
            if wait > 0 and stop.wait(wait):
                return
            self.step(goal, stop)

    def step(self, end: float, stop: threading.Event) -> None:
        """Live up to `end`, say so, upload."""
        messages = self._station.step(end)
        catching_up = end < self._course.live_from
        announcement = {
            "t": end,
            "speed": 1.0 if catching_up else self._course.speed,
            "catch_up_until": self._course.live_from if catching_up else None,
        }
        self._send(Message(self._course.clock_topic, json.dumps(announcement).encode(), 0), True, catching_up, stop)
        for message in messages:
            self._send(message, False, catching_up, stop)
        self._each()
        if clock.monotonic() - self._saved_at >= SAVE_EVERY:
            self._keep()
            self._saved_at = clock.monotonic()

    def _send(self, message: Message, retain: bool, patient: bool, stop: threading.Event) -> None:
        """Publish; during the catch-up run wait for room instead of losing the message."""
        topic, payload, qos = message
        while not self._outlet.publish(topic, payload, retain=retain, qos=qos):
            if not patient or stop.wait(0.02):
                return
