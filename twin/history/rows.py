"""A batch in the numbers of the running twin -> rows in the numbers of the database, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from twin.climate.meters import MeterReading
from twin.history.batch import Batch, FixColumns
from twin.history.schema import HOUR_S, day_of
from twin.model import NONE, Press, Sample, Visit

I64 = NDArray[np.int64]

FixRow = tuple[int, int, float, int, int | None, int, int, int, int]
VisitRow = tuple[int, float, float, int, float, float]
OpenRow = tuple[int, float, int, float, float]
SampleRow = tuple[int, int, str, float, float]
PressRow = tuple[float, int, str]
EnergyRow = tuple[int, int, float, float | None, float | None, float]


@dataclass(frozen=True, slots=True)
class Keys:
    """Database ids by the running twin's index: element i belongs to tag, room, level or meter i."""

    tag: I64
    room: I64
    level: I64
    meter: I64 = field(default_factory=lambda: np.empty(0, np.int64))


class Rows(msgspec.Struct, frozen=True, array_like=True):
    """What one batch adds, each list in the column order of its table.

    `unfit` counts what had to be left out: an index outside the register or site, or a number
    that is not finite.
    """

    t: float
    opened: list[OpenRow] = []
    closed: list[VisitRow] = []
    fixes: list[FixRow] = []
    samples: list[SampleRow] = []
    presses: list[PressRow] = []
    unfit: int = 0
    energy: list[EnergyRow] = []

    @property
    def count(self) -> int:
        """How many rows there are."""
        parts = (self.opened, self.closed, self.fixes, self.samples, self.presses, self.energy)
        return sum(map(len, parts))


def rows_of(batch: Batch, keys: Keys) -> Rows:
    """Translate a batch into rows; what cannot be stored is left out and counted."""
    opened = [row for visit in batch.opened if (row := _open_row(visit, keys))]
    closed = [row for visit in batch.closed if (row := _visit_row(visit, keys))]
    fixes = _fix_rows(batch.fixes, keys)
    samples = [row for sample in batch.samples if (row := _sample_row(sample, keys))]
    presses = [row for press in batch.presses if (row := _press_row(press, keys))]
    energy = [row for reading in batch.meters if (row := _energy_row(reading, keys))]
    parts = (batch.opened, batch.closed, batch.fixes, batch.samples, batch.presses, batch.meters)
    rows = Rows(batch.t, opened, closed, fixes, samples, presses, energy=energy)
    return msgspec.structs.replace(rows, unfit=sum(map(len, parts)) - rows.count)


def _id(ids: I64, index: int) -> int | None:
    return int(ids[index]) if 0 <= index < len(ids) else None


def _finite(*values: float) -> bool:
    return bool(np.isfinite(values).all())


def _open_row(visit: Visit, keys: Keys) -> OpenRow | None:
    tag, room = _id(keys.tag, visit.tag), _id(keys.room, visit.room)
    if tag is None or room is None or not _finite(visit.enter, visit.confidence, visit.observed):
        return None
    return tag, float(visit.enter), room, float(visit.confidence), float(visit.observed)


def _visit_row(visit: Visit, keys: Keys) -> VisitRow | None:
    row = _open_row(visit, keys)
    if row is None or visit.leave is None or not _finite(visit.leave) or visit.leave < visit.enter:
        return None
    tag, enter, room, confidence, observed = row
    return tag, enter, float(visit.leave), room, confidence, observed


def _sample_row(sample: Sample, keys: Keys) -> SampleRow | None:
    tag = _id(keys.tag, sample.tag)
    if tag is None or not _finite(sample.t, sample.value):
        return None
    return day_of(sample.t), tag, sample.quantity, float(sample.t), float(sample.value)


def _press_row(press: Press, keys: Keys) -> PressRow | None:
    tag = _id(keys.tag, press.tag)
    return (float(press.t), tag, press.pattern) if tag is not None and _finite(press.t) else None


def _energy_row(reading: MeterReading, keys: Keys) -> EnergyRow | None:
    meter = _id(keys.meter, reading.meter)
    values = [value for value in (reading.kwh, reading.watt) if value is not None]
    if meter is None or not values or not _finite(reading.t, reading.observed, *values):
        return None
    return day_of(reading.t), meter, float(reading.t), reading.kwh, reading.watt, float(reading.observed)


def _fix_rows(fixes: FixColumns, keys: Keys) -> list[FixRow]:
    f = fixes.pick(_storable(fixes, keys))
    room = [None if i == NONE else int(keys.room[i]) for i in f.room.tolist()]
    columns: tuple[Sequence, ...] = (
        np.floor(f.t / HOUR_S).astype(np.int64).tolist(),
        keys.tag[f.tag].tolist(),
        f.t.astype(np.float64).tolist(),
        keys.level[f.level].tolist(),
        room,
        np.rint(f.x.astype(np.float64) * 100).astype(np.int64).tolist(),
        np.rint(f.y.astype(np.float64) * 100).astype(np.int64).tolist(),
        np.rint(np.nan_to_num(f.p) * 100).astype(np.int64).tolist(),
        np.rint(np.clip(np.nan_to_num(f.r90), 0, 3000) * 10).astype(np.int64).tolist(),
    )
    return list(zip(*columns, strict=True))


def _storable(f: FixColumns, keys: Keys) -> np.ndarray:
    finite = np.isfinite(f.t) & np.isfinite(f.x) & np.isfinite(f.y)
    placed = (f.level >= 0) & (f.level < len(keys.level)) & (f.room >= NONE) & (f.room < len(keys.room))
    return finite & placed & (f.tag >= 0) & (f.tag < len(keys.tag))
