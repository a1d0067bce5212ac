"""What is really where, written to files that nothing in the twin opens.

One JSON object a line, in one file an hour of hospital time:
`{"t", "who": [[tag, level, room, x, y, on air], ...]}`     those that changed since the last line
`{"t", "all": [...]}`                                        everybody, at the top of each file and each 10 min
`{"t", "air": [[tag, degrees C, per cent], ...]}`            every sensor, each minute
`{"t", "press": tag, "until"}`, `{"t", "fault": name, "tag", "until"}`, `{"t", "census", ...}`
Tags, rooms and levels are indices as in `twin.model`; metres, POSIX seconds UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from twin import log
from twin.hospital.world import World

KEEP_HOURS = 48
EVERY = 2.0
EVERYTHING_EVERY = 600.0
AIR_EVERY = 60.0

_log = log.get("truth")


class Truth:
    """The growing files; the oldest go when there are more than KEEP_HOURS."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: TextIOWrapper | None = None
        self._name = ""
        self._next = self._next_all = self._next_air = 0.0
        self._broken = False
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, world: World) -> None:
        """Add what is new at the world's time. A full disk costs lines, not the simulation."""
        t = world.stage.agenda.now
        if t < self._next:
            return
        self._next = t + EVERY
        try:
            self._open(t)
            for line in self._lines(world, t):
                self._put(line)
            if self._file:
                self._file.flush()
            self._broken = False
        except OSError as error:
            if not self._broken:
                _log.warning("cannot write the truth", reason=str(error))
            self._broken = True

    def close(self) -> None:
        """Finish the file."""
        if self._file:
            self._file.close()
            self._file = None

    def _lines(self, world: World, t: float) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        stamp = round(t, 3)
        where = world.stage.where
        everything = t >= self._next_all
        chosen = np.arange(len(where.x)) if everything else np.flatnonzero(where.truth_dirty)
        where.truth_dirty[:] = False
        if everything:
            self._next_all = t + EVERYTHING_EVERY
            lines.append({"t": stamp, "census": world.patients.census(), "staff": world.staff.present()})
        if len(chosen):
            columns = (where.level, where.room, where.x.round(2), where.y.round(2), where.on_air.astype(int))
            rows = zip(chosen.tolist(), *(c[chosen].tolist() for c in columns), strict=True)
            lines.append({"t": stamp, "all" if everything else "who": [_row(r) for r in rows]})
        if t >= self._next_air:
            self._next_air = t + AIR_EVERY
            air = zip(
                world.rooms.tags.tolist(), world.rooms.temperature.tolist(), world.rooms.humidity.tolist(), strict=True
            )
            lines.append({"t": stamp, "air": [[tag, round(c, 3), round(h, 2)] for tag, c, h in air]})
        for press in world.buttons.news:
            lines.append({"t": round(press.t, 3), "press": press.tag, "until": round(press.until, 3)})
        for fault in world.rooms.news:
            tag = int(world.rooms.tags[fault.sensor])
            lines.append({"t": round(fault.begin, 3), "fault": fault.name, "tag": tag, "until": round(fault.until, 3)})
        world.buttons.news.clear()
        world.rooms.news.clear()
        return lines

    def _put(self, line: dict[str, Any]) -> None:
        if self._file:
            self._file.write(msgspec.json.encode(line).decode() + "\n")

    def _open(self, t: float) -> None:
        name = datetime.fromtimestamp(t, UTC).strftime("truth-%Y%m%dT%H.ndjson")
        if name == self._name and self._file:
            return
        self.close()
        self._file = (self._folder / name).open("a", encoding="utf-8")
        self._name, self._next_all = name, 0.0
        for old in sorted(self._folder.glob("truth-*.ndjson"))[:-KEEP_HOURS]:
            old.unlink(missing_ok=True)


def _row(row: tuple[int, int, int, float, float, int]) -> list[float]:
    tag, level, room, x, y, on_air = row
    return [tag, level, room, round(x, 2), round(y, 2), on_air]
