"""What the engine hands to history, and what it gets back after a restart.

Everything here is in the numbers of the running twin: indices into the tag register and into
the site's rooms and levels.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np

from twin.climate.meters import MeterReading
from twin.model import F32, F64, I32, Press, Sample, Visit


@dataclass(frozen=True, slots=True)
class FixColumns:
    """Fixes as parallel columns, one element a fix, in any order.

    `room` may be NONE; `x`, `y`, `r90` are metres, `p` the probability of the room, `t` when
    the tag was there.
    """

    tag: I32
    level: I32
    room: I32
    x: F32
    y: F32
    p: F32
    r90: F32
    t: F64

    def __len__(self) -> int:
        return len(self.tag)

    def pick(self, which: np.ndarray) -> Self:
        """Take the fixes chosen by a mask or by positions."""
        return type(self)(*(getattr(self, column.name)[which] for column in fields(self)))

    @classmethod
    def empty(cls) -> Self:
        """No fixes."""
        i, f = np.empty(0, np.int32), np.empty(0, np.float32)
        return cls(i, i, i, f, f, f, f, np.empty(0, np.float64))


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one tick at time `t` adds to history.

    `opened` holds visits that began, or whose confidence or observed share is to be refreshed
    while they last (`leave` is None); `closed` those that ended. `fixes` are thinned already.
    """

    t: float
    opened: list[Visit] = field(default_factory=list)
    closed: list[Visit] = field(default_factory=list)
    fixes: FixColumns = field(default_factory=FixColumns.empty)
    samples: list[Sample] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    meters: list[MeterReading] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restarted twin goes on from.

    `t` is the time of the newest stored batch (None in a new history), `open_visits` the stays
    that nobody has ended yet, `last` the newest stored fix of each tag that has one, `presses`
    the button presses of the last minutes before, whose bursts may still be on the air.
    """

    t: float | None
    open_visits: list[Visit]
    last: FixColumns
    presses: list[Press]
