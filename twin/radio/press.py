"""Button presses: a press is no flag in a frame, it switches a whole advertising slot on.

So a press is a slot that is heard again after a quiet time. One press makes one burst; a second
press within the burst cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin.model import Press
from twin.radio.eddystone import EddystoneUid
from twin.radio.frames import Frame
from twin.radio.ibeacon import IBeacon

QUIET = 30.0
"""Seconds of silence after which the next burst is a new press; a burst has gaps of a few."""


@dataclass(frozen=True, slots=True)
class BeaconSelector:
    """Matches an iBeacon; None matches any value. `uuid` is 32 upper-case hex digits."""

    pattern: str
    uuid: str | None = None
    major: int | None = None
    minor: int | None = None

    def matches(self, frame: Frame) -> bool:
        """Whether `frame` is from the slot."""
        return isinstance(frame, IBeacon) and all(
            wanted is None or wanted == have
            for wanted, have in ((self.uuid, frame.uuid), (self.major, frame.major), (self.minor, frame.minor))
        )


@dataclass(frozen=True, slots=True)
class UidSelector:
    """Matches an Eddystone-UID by namespace and instance, lower-case hex."""

    pattern: str
    namespace: str
    instance: str

    def matches(self, frame: Frame) -> bool:
        """Whether `frame` is from the slot."""
        return isinstance(frame, EddystoneUid) and frame.instance == self.instance and frame.namespace == self.namespace


Selector = BeaconSelector | UidSelector

_GUIDE = "496f49445554462d3332"
ANY_BEACON = BeaconSelector("ibeacon")
SINGLE = UidSelector("single", _GUIDE, "00000001f915")
DOUBLE = UidSelector("double", _GUIDE, "00000001f44c")

BUTTONS: Mapping[str, tuple[Selector, ...]] = {
    "B10": (ANY_BEACON, SINGLE, DOUBLE),
    "B7": (ANY_BEACON, SINGLE, DOUBLE),
}
"""Tag model -> the slots that its button switches on, each with the name of its event."""


class PressDetector:
    """Turns matches of button slots into presses, over the union of all gateways.

    One state a tag and pattern: quiet -> (match) a press, active -> (no match for `quiet`
    seconds) quiet. It is told times and reads no clock.
    """

    def __init__(self, quiet: float = QUIET) -> None:
        self._quiet = quiet
        self._last: dict[tuple[int, str], float] = {}

    def match(self, tag: int, pattern: str, t: float) -> Press | None:
        """The slot was heard at `t`; a Press when that ends a quiet time.

        A reception older than the newest one of its slot changes nothing.
        """
        key = (tag, pattern)
        last = self._last.get(key)
        if last is not None and t <= last:
            return None
        self._last[key] = t
        return Press(tag, t, pattern) if last is None or t - last > self._quiet else None

    def resume(self, tag: int, pattern: str, t: float) -> None:
        """A press at `t` is known from before a restart: its burst must not count again."""
        key = (tag, pattern)
        self._last[key] = max(t, self._last.get(key, t))
