"""Going back to a moment of the last 72 hours, in a history of 5,000 tags with a position each 20 s.

Makes such a history (`--tags`, `--hours`; the full one, 5,000 tags and 72 hours, has 65 million rows
and takes 2.5 GB of disk while it runs), seeks random moments of it, and reads one whole hour in the
same run to compare. Limit: p95 under 300 ms.

A seek is all that the server asks of history for one picture: positions, stays and climate.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from twin.history import open_history
from twin.history.happened import first_seen, gaps
from twin.history.past import Known, known, places_at, samples_at, stays_at, stretch
from twin.history.queries import open_reader
from twin.model import Kind, Level, Room, Tag

LIMIT_S = 0.3
EACH_S = 20
ROOMS, SENSORS = 150, 80
BEGIN = 1_780_000_000 // 3600
"""The first hour."""
_SERIES = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"


def make(folder: Path, tags: int, hours: int) -> tuple[str, list[str], list[str], list[str]]:
    """Fill a database in the order of its keys; returns its URL, MAC addresses, rooms and levels."""
    url = f"sqlite:///{folder / 'history.sqlite'}"
    kinds = (Kind.SENSOR, Kind.PATIENT, Kind.STAFF, Kind.ASSET)
    register = [
        Tag(i, f"AC233F{i:06X}", "E8", kinds[0] if i < SENSORS else kinds[1 + i % 3], "room", "") for i in range(tags)
    ]
    levels = [Level(i, f"level-{i}", i, str(i), str(i), 3.5 * i, 3.5) for i in range(4)]
    rooms = [Room(i, f"room-{i}", i % 4, str(i), "", "room", "", "", 12.0, 0.0, 0.0) for i in range(ROOMS)]
    open_history(url, register, rooms, levels).close()
    raw = sqlite3.connect(folder / "history.sqlite", isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")
    for hour in range(BEGIN, BEGIN + hours):
        fill_hour(raw, hour)
    raw.execute(
        f"{_SERIES} INSERT INTO visit SELECT tag.id, :begin + i * 900 + tag.id % 900,"
        " :begin + (i + 1) * 900 + tag.id % 900, 1 + (tag.id + i) % 150, 0.9, 0.95 FROM tag, n",
        {"begin": BEGIN * 3600, "last": hours * 4 - 1},
    )
    raw.execute(
        f"{_SERIES} INSERT INTO sample SELECT (:begin + i * 60) / 86400, tag.id, 'temperature_c', :begin + i * 60, 21.5"
        " FROM tag, n WHERE tag.kind = 'sensor'",
        {"begin": BEGIN * 3600, "last": hours * 60 - 1},
    )
    raw.close()
    return url, [tag.mac for tag in register], [room.id for room in rooms], [level.id for level in levels]


def fill_hour(raw: sqlite3.Connection, hour: int) -> None:
    """Store a position each `EACH_S` of every tag, each tag at its own seconds."""
    raw.execute(
        f"{_SERIES} INSERT INTO fix SELECT :hour, tag.id, :hour * 3600 + i * :each + tag.id % :each, 1 + tag.id % 4,"
        " 1 + (tag.id + i / 60) % 150, (tag.id * 37 + i * 11) % 8000, (tag.id * 53 + i * 7) % 4000, 90, 24 FROM tag, n",
        {"hour": hour, "last": 3600 // EACH_S - 1, "each": EACH_S},
    )


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def scan(path: Path, at: float) -> int:
    """The same picture by reading the whole hour, as a query without the key would."""
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    hour = int(at // 3600)
    rows = raw.execute(
        "SELECT tag, max(t), level, room, x_cm, y_cm FROM fix WHERE hour IN (?, ?) AND t <= ? GROUP BY tag",
        (hour, hour - 1, at),
    ).fetchall()
    raw.close()
    return len(rows)


def main() -> int:
    """Run and print; exit 1 beyond the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tags", type=int, default=5000)
    options.add_argument("--hours", type=int, default=4)
    options.add_argument("--seeks", type=int, default=60)
    options.add_argument("--folder", type=Path, help="where to make the database; default: the system's")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        began = time.perf_counter()
        url, macs, rooms, levels = make(Path(folder), asked.tags, asked.hours)
        rows = asked.tags * asked.hours * 3600 // EACH_S
        size = (Path(folder) / "history.sqlite").stat().st_size / 1e9
        print(f"  {asked.tags} tags, {asked.hours} h, {rows:,} positions, {size:.2f} GB", end="")
        print(f", made in {time.perf_counter() - began:.0f} s")
        reader = open_reader(url)

        def seek(at: float) -> Known:
            names = known(reader, macs, rooms, levels)
            assert len(places_at(reader, at, names)) == asked.tags
            stays_at(reader, at, names)
            samples_at(reader, at, names)
            return names

        chance = random.Random(1)
        moments = [(BEGIN + chance.uniform(1.0, asked.hours)) * 3600 for _ in range(asked.seeks)]
        took = np.sort([seconds(lambda at=at: seek(at)) for at in moments])
        names = known(reader, macs, rooms, levels)
        ten = seconds(lambda: stretch(reader, moments[0] - 600, moments[0], names))
        begin, end = BEGIN * 3600.0, (BEGIN + asked.hours) * 3600.0
        marks = seconds(lambda: (first_seen(reader, begin, end, names), gaps(reader, begin, end)))
        whole = seconds(lambda: scan(Path(folder) / "history.sqlite", moments[0]))
        reader.dispose()
    p50, p95 = float(np.median(took)), float(np.quantile(took, 0.95))
    print(f"  seek: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms = {p95 / LIMIT_S:.2f} of the limit")
    print(f"  first seek: {1000 * took[-1]:.0f} ms at worst; reading the hours whole: {1000 * whole:.0f} ms")
    print(f"  ten minutes of everything, for playback: {1000 * ten:.0f} ms")
    print(f"  marks of all {asked.hours} h, once an hour: {1000 * marks:.0f} ms")
    return 0 if p95 < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
