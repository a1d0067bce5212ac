"""The energy meters as they stand now: what each said last, which are silent, and what is worth storing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.climate.meters import SAMPLE_CHARS, Measured, MeterReading, Unreadable, kind_of, read_meter
from twin.model import NONE, Gateway, Room
from twin.site.meters import Meter

SILENT_AFTER_S = 180.0
"""Three of the longest interval (60 s) in which meters are set to report."""
STORE_S = 50.0
"""A meter's reading is stored after so many seconds, a little less than a minute so that each of one that reports
once a minute is; and at once when its counter fell."""
UNKNOWN_METERS = 50
TOPICS = 10_000

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class _State:
    t: float = -np.inf
    kwh: float | None = None
    watt: float | None = None
    readings: int = 0
    refused: int = 0
    stored_t: float = -np.inf
    stored_kwh: float | None = None
    waiting: MeterReading | None = None


class MeterBoard:
    """Everything that happens to a meter's message.

    Args:
        meters: The list of meters.
        patterns: Topics on which meters may talk; `+` stands for their name.
        rooms: Of the building.
        gateways: Of the building; the nearest one of a room decides whether people in it can be heard.
    """

    def __init__(
        self, meters: Sequence[Meter], patterns: Sequence[str], rooms: Sequence[Room], gateways: Sequence[Gateway]
    ) -> None:
        self.meters = tuple(meters)
        self.counters: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        """Messages by topic of meters that are not in the list."""
        self._states = [_State() for _ in meters]
        self._by_topic = {meter.topic: meter for meter in meters}
        self._patterns = [pattern.split("/") for pattern in patterns]
        self._takes: dict[str, bool] = {}
        self._listeners = [_nearest_gateways(meter, rooms, gateways) for meter in meters]

    @property
    def topics(self) -> list[str]:
        """Topics of meters in the list that no pattern covers."""
        return [t for t in self._by_topic if not any(_matches(pattern, t.split("/")) for pattern in self._patterns)]

    def takes(self, topic: str) -> bool:
        """Whether a message on this topic is a meter's."""
        found = self._takes.get(topic)
        if found is None:
            found = topic in self._by_topic or any(_matches(pattern, topic.split("/")) for pattern in self._patterns)
            if len(self._takes) < TOPICS:
                self._takes[topic] = found
        return found

    def receive(self, topic: str, payload: bytes, received_at: float) -> Unreadable | None:
        """Take one message; returns why it was refused as a whole, None when there is nothing to complain of."""
        meter = self._by_topic.get(topic)
        if meter is None:
            self._stranger(topic, payload)
            return None
        state = self._states[meter.index]
        found = read_meter(payload, meter.kind)
        if isinstance(found, Unreadable):
            if found.foreign:
                self.counters["meters.without_energy"] += 1
                return None
            state.refused += 1
            return found
        self._take(meter, state, found, received_at)
        return None

    def _take(self, meter: Meter, state: _State, found: Measured, t: float) -> None:
        if t < state.t:
            self.counters["meters.late"] += 1
            return
        if t == state.t and found == Measured(state.kwh, state.watt):
            self.counters["meters.repeated"] += 1
            return
        self.counters["meters.readings"] += 1
        state.t, state.kwh, state.watt = t, found.kwh, found.watt
        state.readings += 1
        fell = found.kwh is not None and state.stored_kwh is not None and found.kwh < state.stored_kwh
        if t - state.stored_t >= STORE_S or fell:
            state.waiting = MeterReading(meter.index, t, found.kwh, found.watt)

    def _stranger(self, topic: str, payload: bytes) -> None:
        """Much else talks on these topics: only what tells of energy is a meter that somebody forgot to enter."""
        if kind_of(payload) is None:
            self.counters["meters.other_devices"] += 1
            return
        self.counters["meters.unknown"] += 1
        if topic in self.unknown or len(self.unknown) < UNKNOWN_METERS:
            self.unknown[topic] += 1

    def take(self, silent: Flags) -> list[MeterReading]:
        """Hand out the readings to store; `silent` says of each gateway whether it is silent now."""
        nobody = np.append(silent, True)  # the place that NONE points to
        out: list[MeterReading] = []
        for state, near in zip(self._states, self._listeners, strict=True):
            if state.waiting is None:
                continue
            heard = 1.0 - float(nobody[near].mean()) if len(near) else 0.0
            out.append(state.waiting._replace(observed=heard))
            state.stored_t, state.stored_kwh, state.waiting = state.waiting.t, state.waiting.kwh, None
        return out

    def report(self, now: float) -> list[dict[str, object]]:
        """Each meter as it stands at `now`, for the health message."""
        rows: list[dict[str, object]] = []
        for meter, state in zip(self.meters, self._states, strict=True):
            age = round(max(0.0, now - state.t), 1) if np.isfinite(state.t) else None
            rows.append(
                {
                    "id": meter.id,
                    "age_s": age,
                    "silent": age is None or age > SILENT_AFTER_S,
                    "watt": state.watt,
                    "kwh": state.kwh,
                    "readings": state.readings,
                    "refused": state.refused,
                }
            )
        return rows


def sample_of(payload: bytes) -> str:
    """Show the beginning of a message that was refused."""
    return payload[:SAMPLE_CHARS].decode("utf-8", "replace")


def _matches(pattern: Sequence[str], topic: Sequence[str]) -> bool:
    return len(pattern) == len(topic) and all(p in ("+", t) for p, t in zip(pattern, topic, strict=True))


def _nearest_gateways(meter: Meter, rooms: Sequence[Room], gateways: Sequence[Gateway]) -> NDArray[np.intp]:
    """The nearest gateway on its level of each of the meter's rooms; NONE where the level has none."""
    found: list[int] = []
    for index in meter.rooms:
        room = rooms[index]
        level = [g for g in gateways if g.level == room.level]
        near = min(level, key=lambda g: (g.x - room.x) ** 2 + (g.y - room.y) ** 2, default=None)
        found.append(NONE if near is None else near.index)
    return np.array(found, np.intp)
