"""Collect receptions between two ticks, and close them into an `Epoch`.

`add` is on the hot path and only keeps references; everything else happens once a tick on arrays.
An epoch holds what was heard since the tick before and nothing older: averaging over time is the
filter's work, which knows how a tag walks (reference "positioning", pitfall 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.model import F32, F64, I32, U8, Epoch

RSSI_MIN, RSSI_MAX = -110, -20
"""Values outside are error codes (reference "positioning", pitfall 14)."""
RSSI_NEAR = -45
"""Closer than this RSSI says nothing about distance (reference "minew-gateway", section 5, rule 8)."""
PACK = 200
"""Uploads that wait as lists; packed into arrays they take a tenth of the room, which a flood needs."""
LATE_S = 5.0
"""Older receptions do not move the present (reference "positioning", pitfall 8)."""
SAME_S = 0.05
"""Two rows of one tag and gateway closer than this are one reception reported twice."""
INTERVAL_GAIN = 0.1
INTERVAL_START_S = 2.0
INTERVAL_MAX_S = 30.0


@dataclass(slots=True)
class EpochCounts:
    """What was let in and what was not, since the start."""

    rows: int = 0
    unknown_tag: int = 0
    unknown_gateway: int = 0
    late: int = 0
    rssi_refused: int = 0
    repeated: int = 0


@dataclass(slots=True)
class _Rows:
    """Parallel columns, one element a reception, or a mean of `count` receptions of one tick."""

    tag: I32
    gateway: I32
    rssi: F32
    heard: F64
    count: F32

    def __getitem__(self, pick: np.ndarray) -> _Rows:
        return _Rows(self.tag[pick], self.gateway[pick], self.rssi[pick], self.heard[pick], self.count[pick])

    def means(self, start: np.ndarray, weight: F32) -> _Rows:
        """One row for each run of equal pairs that begins at `start`; sorted by time within runs."""
        total = np.add.reduceat(weight, start)
        last = np.append(start[1:], len(self.tag)) - 1
        mean = np.add.reduceat(weight * self.rssi, start) / total
        count = np.add.reduceat(self.count, start)
        return _Rows(self.tag[start], self.gateway[start], mean.astype(np.float32), self.heard[last], count)


class _Upload(NamedTuple):
    """The rows of one upload, as they came."""

    gateway: int
    tags: list[int]
    rssi: list[int]
    heard: list[float]


def _joined(uploads: Sequence[_Upload]) -> _Rows:
    sizes = [len(upload.tags) for upload in uploads]
    count = sum(sizes)
    return _Rows(
        np.fromiter(chain.from_iterable(upload.tags for upload in uploads), np.int32, count),
        np.repeat(np.array([upload.gateway for upload in uploads], np.int32), sizes),
        np.fromiter(chain.from_iterable(upload.rssi for upload in uploads), np.float32, count),
        np.fromiter(chain.from_iterable(upload.heard for upload in uploads), np.float64, count),
        np.ones(count, np.float32),
    )


def _stacked(parts: Sequence[_Rows]) -> _Rows:
    columns = zip(*((p.tag, p.gateway, p.rssi, p.heard, p.count) for p in parts), strict=True)
    return _Rows(*map(np.concatenate, columns))


class EpochBuilder:
    """Receptions in, one `Epoch` a tick out."""

    def __init__(self, tags: int, gateways: int, top_unknown: int = 50) -> None:
        self.counts = EpochCounts()
        self.interval = np.full(tags, INTERVAL_START_S, np.float32)
        """Observed advertising interval of each tag in seconds; lost packets lengthen it."""
        self.heartbeat = np.full(gateways, -np.inf)
        self.unknown = UnknownTags(top_unknown)
        self._heard = np.full(tags, -np.inf)
        self._gateways = gateways
        self._pending: list[_Upload] = []
        self._packed: list[_Rows] = []

    def add(self, gateway: int, tags: list[int], rssi: list[int], heard: list[float]) -> None:
        """Take the rows of one upload; `tags` holds register positions, -1 for strangers."""
        self._pending.append(_Upload(gateway, tags, rssi, heard))
        if len(self._pending) >= PACK:
            self._pack()

    def beat(self, gateway: int, received_at: float) -> None:
        """Note that a gateway lives, whatever it had to say."""
        self.heartbeat[gateway] = max(received_at, self.heartbeat[gateway])

    def close(self, t: float, motion: U8 | None = None) -> Epoch:
        """One row for each tag and gateway of this tick, RSSI averaged; tags not heard have no row."""
        rows = self._without_repeats(self._admit(t))
        self._learn_intervals(rows)
        return Epoch(t, rows.tag, rows.gateway, rows.rssi, rows.heard, self.heartbeat.copy(), motion)

    def _pack(self) -> None:
        self._packed.append(_joined(self._pending))
        self._pending = []

    def _admit(self, t: float) -> _Rows:
        self._pack()
        rows = _stacked(self._packed)
        self._packed = []
        self.counts.rows += len(rows.tag)
        known = rows.tag >= 0
        self.counts.unknown_tag += int(np.count_nonzero(~known))
        late = t - rows.heard > LATE_S
        self.counts.late += int(np.count_nonzero(late & known))
        sane = (rows.rssi >= RSSI_MIN) & (rows.rssi <= RSSI_MAX)
        self.counts.rssi_refused += int(np.count_nonzero(~sane & known & ~late))
        rows = rows[known & sane & ~late]
        rows.rssi = np.minimum(rows.rssi, RSSI_NEAR)
        rows.heard = np.minimum(rows.heard, t)
        return rows

    def _learn_intervals(self, fresh: _Rows) -> None:
        before = self._heard.copy()
        np.maximum.at(self._heard, fresh.tag, fresh.heard)
        tag = np.flatnonzero(np.isfinite(before) & (self._heard > before + SAME_S))
        gap = np.minimum(self._heard[tag] - before[tag], INTERVAL_MAX_S)
        self.interval[tag] += INTERVAL_GAIN * (gap - self.interval[tag])

    def _without_repeats(self, rows: _Rows) -> _Rows:
        """One row for each tag and gateway of this tick; what was reported twice counts once."""
        if not len(rows.tag):
            return rows
        pair = self._pair(rows)
        # One number to sort by: the pair, then the time in milliseconds.
        since = ((rows.heard - rows.heard.min()) * 1000).astype(np.int64)
        order = np.argsort(pair * (int(since.max()) + 1) + since)
        rows, pair = rows[order], pair[order]
        new = np.ones(len(pair), bool)
        new[1:] = (pair[1:] != pair[:-1]) | (np.diff(rows.heard) >= SAME_S)
        self.counts.repeated += int(np.count_nonzero(~new))
        rows, pair = rows[new], pair[new]
        return rows.means(_starts(pair), rows.count)

    def _pair(self, rows: _Rows) -> NDArray[np.int64]:
        return rows.tag.astype(np.int64) * self._gateways + rows.gateway


def _starts(pair: NDArray[np.int64]) -> np.ndarray:
    """Positions at which a new value begins in a sorted array."""
    first = np.ones(len(pair), bool)
    first[1:] = pair[1:] != pair[:-1]
    return np.flatnonzero(first)


class UnknownTags:
    """Strangers heard, a bounded list: the rare ones make room for new ones."""

    def __init__(self, top: int) -> None:
        self._limit = 8 * top
        self._top = top
        self._count: Counter[str] = Counter()
        self._last: dict[str, tuple[int, str]] = {}

    def add(self, macs: Sequence[str], rssi: Sequence[int], gateway: str) -> None:
        """Count the rows of one upload that no registered tag sent."""
        self._count.update(macs)
        self._last.update(zip(macs, zip(rssi, repeat(gateway)), strict=False))
        if len(self._count) > 2 * self._limit:
            self._count = Counter(dict(self._count.most_common(self._limit)))
            self._last = {mac: self._last[mac] for mac in self._count}

    def top(self) -> list[tuple[str, int, int, str]]:
        """(MAC, times heard, last RSSI, last gateway), the most frequent first."""
        return [(mac, count, *self._last[mac]) for mac, count in self._count.most_common(self._top)]
