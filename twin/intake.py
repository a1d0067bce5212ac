"""From MQTT messages to the register: who sent it, which tags it names, and what is refused and why.

`receive` is the hot path: one call a message, no work a row that can wait for the tick.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.climate.board import MeterBoard, sample_of
from twin.locate.epochs import EpochBuilder
from twin.model import Tag
from twin.radio import Refusal, Response, Slots, Upload, read_upload, topic_gateway
from twin.site import Site

REJECTS = 50
UNKNOWN_GATEWAYS = 50
REPEATS = 8
"""Latest messages of a gateway among which a repeated one (QoS 1) is recognised."""
OFFSET_GAIN = 0.1
CLOCK_SET_S = 30.0

Listener = Callable[[int, Sequence[int], Sequence[int], Sequence[float]], None]
"""Takes a gateway's index and, in parallel, the register positions, RSSI and times of hearing of one upload."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A message that was refused as a whole; `t` is when it came."""

    t: float
    topic: str
    reason: str
    detail: str
    sample: str


@dataclass(slots=True)
class GatewayFacts:
    """What was seen of one installed gateway since the start."""

    uploads: int = 0
    rows: int = 0
    refused: int = 0
    clock: str = "unknown"
    clock_offset_s: float | None = None
    """Running mean of its own "now" minus our time of receipt."""
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=REPEATS))


class _Lookup(dict[str, int]):
    """Register position by MAC; -1 for strangers."""

    def __missing__(self, mac: str) -> int:
        return -1


class Intake:
    """Everything that happens to a message before the tick."""

    def __init__(
        self,
        site: Site,
        tags: Sequence[Tag],
        patterns: Sequence[str],
        slots: Slots,
        meters: MeterBoard | None = None,
    ) -> None:
        self.meters = meters or MeterBoard((), (), site.rooms, site.gateways)
        self.epochs = EpochBuilder(len(tags), len(site.gateways))
        self.slots = slots
        self.gateways = [GatewayFacts() for _ in site.gateways]
        self.counters: Counter[str] = Counter()
        """Messages by fate, rows by fault: "uploads", "rows", "repeated_messages", "refused.<reason>" ..."""
        self.rejects: deque[Reject] = deque(maxlen=REJECTS)
        self.unknown_gateways: Counter[str] = Counter()
        self.newest = -np.inf
        """When the newest upload came."""
        self.listener: Listener | None = None
        """Given the raw readings of every upload, while somebody walks a survey."""
        self._patterns = tuple(patterns)
        self._gateway = {gateway.mac: gateway.index for gateway in site.gateways}
        self._lookup = _Lookup({tag.mac: tag.index for tag in tags})

    def receive(self, topic: str, payload: bytes, received_at: float) -> None:
        """Take one message of a gateway or meter; whatever is in it, this does not raise."""
        if self.meters.takes(topic):
            self._meter(topic, payload, received_at)
            return
        named = topic_gateway(topic, self._patterns)
        message = read_upload(topic, payload, received_at, named)
        if isinstance(message, Upload):
            self._upload(message)
        elif isinstance(message, Refusal):
            self._refuse(message, named, received_at)
        elif isinstance(message, Response):
            self.counters["responses"] += 1

    def _meter(self, topic: str, payload: bytes, received_at: float) -> None:
        fault = self.meters.receive(topic, payload, received_at)
        if fault is not None:
            self.counters[f"refused.{fault.reason}"] += 1
            self.rejects.append(Reject(received_at, topic, fault.reason, fault.detail, sample_of(payload)))

    def _upload(self, upload: Upload) -> None:
        index = self._gateway.get(upload.gateway)
        if index is None:
            self._stranger(upload)
            return
        facts = self.gateways[index]
        if self._repeated(upload, facts):
            self.counters["repeated_messages"] += 1
            return
        rows = len(upload.macs)
        facts.uploads += 1
        facts.rows += rows
        self.counters["uploads"] += 1
        self.counters["rows"] += rows
        if upload.faults:
            self.counters.update({f"row.{reason}": count for reason, count in upload.faults.items()})
        self._watch_clock(upload, facts)
        self.newest = max(self.newest, upload.received_at)
        self.epochs.beat(index, upload.received_at)
        tags = list(map(self._lookup.__getitem__, upload.macs))
        if -1 in tags:
            strange = [row for row, tag in enumerate(tags) if tag < 0]
            macs, rssi = [upload.macs[row] for row in strange], [upload.rssi[row] for row in strange]
            self.epochs.unknown.add(macs, rssi, upload.gateway)
        self.epochs.add(index, tags, upload.rssi, upload.heard)
        if self.listener is not None:
            self.listener(index, tags, upload.rssi, upload.heard)
        self.slots.add(upload)

    def _repeated(self, upload: Upload, facts: GatewayFacts) -> bool:
        """Whether this is a message of a moment ago once more; without a time in it nobody can tell."""
        if upload.gateway_time is None:
            return False
        mark = hash((upload.gateway_time, *upload.rssi))
        if mark in facts.recent:
            return True
        facts.recent.append(mark)
        return False

    def _watch_clock(self, upload: Upload, facts: GatewayFacts) -> None:
        facts.clock = upload.clock
        now = upload.gateway_now
        if now is None:
            return
        offset = now - upload.received_at
        before = facts.clock_offset_s
        # A clock that was set anew is believed at once.
        if before is None or abs(offset - before) > CLOCK_SET_S:
            facts.clock_offset_s = offset
        else:
            facts.clock_offset_s = before + OFFSET_GAIN * (offset - before)

    def _stranger(self, upload: Upload) -> None:
        self.counters["unknown_gateway_messages"] += 1
        if upload.gateway in self.unknown_gateways or len(self.unknown_gateways) < UNKNOWN_GATEWAYS:
            self.unknown_gateways[upload.gateway] += 1

    def _refuse(self, refusal: Refusal, named: str | None, received_at: float) -> None:
        self.counters[f"refused.{refusal.reason}"] += 1
        index = self._gateway.get(named or "")
        if index is not None:
            self.gateways[index].refused += 1
        self.rejects.append(Reject(received_at, refusal.topic, refusal.reason, refusal.detail, refusal.sample))

    @property
    def refused(self) -> int:
        """Messages refused as a whole."""
        return sum(count for name, count in self.counters.items() if name.startswith("refused."))
