"""The simulator's truth, read from its files: where every tag really was at any moment.

The form of the files is told in `twin.hospital.truth`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from twin.errors import WardlightError
from twin.model import F32, F64, I32, NONE

GAP_S = 10.0
"""Lines are written every 2 s (5 s while catching up). Between lines further apart nothing is known."""
MOVING_M_S = 0.1
"""Faster than this, a tag counts as moving."""

Row = tuple[int, int, int, float, float, int]
"""Tag, level, room, x, y, on the air."""


class _Line(msgspec.Struct):
    t: float
    who: list[Row] = []
    all: list[Row] = []
    press: int | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the tags really were at some times: matrices of times by tags; `known` has one element a time.

    A tag that was just switched on or off is neither `on_air` nor `off_air`.
    """

    t: F64
    known: np.ndarray
    level: I32
    room: I32
    x: F32
    y: F32
    on_air: np.ndarray
    off_air: np.ndarray
    moving: np.ndarray


@dataclass(frozen=True, slots=True)
class Truth:
    """Snapshots in the order of time: matrices of lines by tags. `bad` lines could not be read."""

    t: F64
    level: I32
    room: I32
    x: F32
    y: F32
    on_air: np.ndarray
    bad: int = 0

    def at(self, t: F64) -> Places:
        """Where the tags were at the times `t`.

        Between two lines places are interpolated; room and level are those of the nearer line.
        """
        last = len(self.t) - 1
        i = np.searchsorted(self.t, t, side="right") - 1
        started = (i >= 0) & (last >= 0)
        i = np.maximum(i, 0)
        j = np.minimum(i + 1, last)
        span, after = self.t[j] - self.t[i], t - self.t[i]
        known = started & ((after == 0) | ((span > 0) & (span <= GAP_S)))
        share = np.divide(after, span, out=np.zeros(len(t)), where=span > 0)[:, None]
        near = np.where(share[:, 0] > 0.5, j, i)
        both = self.on_air[i] & self.on_air[j]
        straight = both & (self.level[i] == self.level[j])
        dx, dy = self.x[j] - self.x[i], self.y[j] - self.y[i]
        x = np.where(straight, self.x[i] + share * dx, self.x[near])
        y = np.where(straight, self.y[i] + share * dy, self.y[near])
        moving = both & (~straight | (np.hypot(dx, dy) > MOVING_M_S * span[:, None]))
        return Places(
            t, known, self.level[near], self.room[near], x.astype(np.float32), y.astype(np.float32),
            on_air=both, off_air=~(self.on_air[i] | self.on_air[j]), moving=moving,
        )  # fmt: skip


def read_truth(files: Sequence[Path], tags: int, since: float = -np.inf, until: float = np.inf) -> Truth:
    """Read truth files, oldest first, and keep what is needed for times in [since, until].

    `tags` is the size of the register. Lines that are cut off or malformed are counted and left
    out. Where time goes back (a simulator that crashed lives its last seconds again), the later lines hold.

    Raises:
        WardlightError: a file cannot be read, none holds a snapshot, or it names a tag beyond the register.
    """
    table = _Table(tags)
    for line in _lines(files, table):
        if line.press is None and line.fault is None and line.t <= until + GAP_S:
            table.apply(line, keep=line.t >= since - GAP_S)
    if not table.t:
        where = files[0].parent if files else "the folder given"
        raise WardlightError(f"There is no truth in {where} for the time asked; let the simulated hospital run first.")
    return table.truth()


def newest(files: Sequence[Path]) -> float:
    """Tell the time of the newest snapshot in the files.

    Raises:
        WardlightError: a file cannot be read, or none holds a snapshot.
    """
    for path in reversed(files):
        for raw in reversed(_read(path).splitlines()):
            line = _decoded(raw)
            if line is not None and line.press is None and line.fault is None:
                return line.t
    where = files[0].parent if files else "the folder given"
    raise WardlightError(f"There is no truth in {where}; let the simulated hospital run first.")


class _Table:
    """The snapshots while the files are read."""

    def __init__(self, tags: int) -> None:
        none, zero = np.full(tags, NONE, np.int32), np.zeros(tags, np.float32)
        self._now = [none, none.copy(), zero, zero.copy(), np.zeros(tags, bool)]
        self._kept: list[list[np.ndarray]] = []
        self._seen = False
        self.t: list[float] = []
        self.bad = 0

    def apply(self, line: _Line, *, keep: bool) -> None:
        rows = line.all or line.who
        self._seen |= bool(line.all)
        if rows:
            tag, *columns = (np.array(column) for column in zip(*rows, strict=True))
            if tag.min() < 0 or tag.max() >= len(self._now[0]):
                raise WardlightError(
                    f"The truth names tag {tag.max()}, but the register has {len(self._now[0])}:"
                    " it is of another register. Set WARDLIGHT_DEMO_TAGS as it was for the run."
                )
            for column, values in zip(self._now, columns, strict=True):
                column[tag] = values
        while self.t and self.t[-1] >= line.t:
            self.t.pop()
            self._kept.pop()
        if keep and self._seen:
            self.t.append(line.t)
            self._kept.append([column.copy() for column in self._now])

    def truth(self) -> Truth:
        level, room, x, y, on_air = (np.stack(column) for column in zip(*self._kept, strict=True))
        return Truth(np.array(self.t), level, room, x, y, on_air, self.bad)


def _lines(files: Iterable[Path], table: _Table) -> Iterator[_Line]:
    for path in files:
        for raw in _read(path).splitlines():
            line = _decoded(raw)
            if line is None:
                table.bad += 1
            else:
                yield line


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WardlightError(f"Cannot read the truth in {path}: {error.strerror}.") from None


_decode = msgspec.json.Decoder(_Line).decode


def _decoded(raw: bytes) -> _Line | None:
    try:
        return _decode(raw)
    except msgspec.MsgspecError:
        return None
