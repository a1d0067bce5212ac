"""What the twin concluded, tick by tick: as matrices, and as the file that a run leaves behind.

One JSON object a line and tick: `{"t", "tag": [...], "level", "room", "x", "y", "r90", "p", "state", "stay"}`,
columns of all tags that were ever heard; x, y and r90 in centimetres, p in thousandths. `stay` is the
room of the confirmed visit. Indices are those of `twin.model`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

from twin.errors import WardlightError
from twin.model import F32, F64, I32, NONE, U8, Fixes, State, Visit


@dataclass(frozen=True, slots=True)
class Conclusions:
    """Matrices of ticks by tags, with the columns of `twin.model.Fixes`; `stay` is the room of the open visit."""

    t: F64
    level: I32
    room: I32
    x: F32
    y: F32
    r90: F32
    p: F32
    state: U8
    stay: I32

    def since(self, t: float) -> Self:
        """Leave out the ticks up to and at `t`."""
        kept = self.t > t
        return type(self)(*(getattr(self, column.name)[kept] for column in fields(self)))

    @classmethod
    def blank(cls, t: F64, tags: int) -> Self:
        """Nothing known at any of the times."""
        shape = (len(t), tags)
        level, room, stay = (np.full(shape, NONE, np.int32) for _ in range(3))
        x, y, r90, p = (np.zeros(shape, np.float32) for _ in range(4))
        return cls(t, level, room, x, y, r90, p, np.full(shape, State.UNSEEN, np.uint8), stay)


class _Line(msgspec.Struct):
    t: float
    tag: list[int]
    level: list[int]
    room: list[int]
    x: list[int]
    y: list[int]
    r90: list[int]
    p: list[int]
    state: list[int]
    stay: list[int]


SCALE = {"x": 100.0, "y": 100.0, "r90": 100.0, "p": 1000.0}
COLUMNS = ("level", "room", "x", "y", "r90", "p", "state", "stay")


class Notes:
    """Writes the file. Use as a context manager; a full disk ends the run with its OSError."""

    def __init__(self, path: Path, tags: int) -> None:
        self._path = path
        self._stay = np.full(tags, NONE, np.int32)

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _tb: TracebackType | None) -> None:
        self._file.close()

    def add(self, fixes: Fixes, opened: list[Visit], closed: list[Visit]) -> None:
        """Write one tick: its fixes, and the visits that its batch for history tells of."""
        for visit in closed:
            self._stay[visit.tag] = NONE
        for visit in opened:
            self._stay[visit.tag] = visit.room
        seen = np.flatnonzero(fixes.state != State.UNSEEN)
        columns = {"level": fixes.level, "room": fixes.room, "state": fixes.state, "stay": self._stay}
        columns |= {name: np.rint(np.nan_to_num(getattr(fixes, name)) * scale) for name, scale in SCALE.items()}
        lists = {name: column[seen].astype(np.int64).tolist() for name, column in columns.items()}
        self._file.write(msgspec.json.encode({"t": round(fixes.t, 3), "tag": seen.tolist()} | lists) + b"\n")


def read_conclusions(path: Path, tags: int) -> Conclusions:
    """Read what `Notes` wrote of a register of `tags` tags.

    Raises:
        WardlightError: the file cannot be read, or a line is malformed; names it.
    """
    try:
        raw = path.read_bytes().splitlines()
    except OSError as error:
        raise WardlightError(f"Cannot read the conclusions in {path}: {error.strerror}.") from None
    decode = msgspec.json.Decoder(_Line).decode
    times = np.full(len(raw), np.nan)
    found = Conclusions.blank(times, tags)
    for number, text in enumerate(raw):
        try:
            line = decode(text)
            times[number] = line.t
            for name in COLUMNS:
                getattr(found, name)[number, line.tag] = np.array(getattr(line, name)) / SCALE.get(name, 1)
        except (msgspec.MsgspecError, IndexError, ValueError) as error:
            raise WardlightError(f"{path} line {number + 1} is no tick of this register: {error}.") from None
    return found
