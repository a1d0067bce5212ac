"""A real writer process is killed in mid-sentence, and a real disk fills up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from twin.history import Batch, FixColumns, History, HistoryWriter, open_history
from twin.history.queries import open_reader, visits_of
from twin.model import Kind, Level, Room, Sample, Tag, Visit

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).resolve().parents[2]
TAGS = tuple(Tag(i, f"AC233F{i:06X}", "E8", Kind.PATIENT, "patient", f"tag {i}") for i in range(200))
LEVELS = (Level(0, "level-0", 0, "Ground", "G", 0.0, 3.5),)
ROOMS = tuple(Room(i, f"room-{i}", 0, f"1{i:02}", f"Room {i}", "room", "", "", 12.0, i, 1.0) for i in range(20))
T0 = 1_700_000_000.0


def tick(i: int) -> Batch:
    """Every tag changes room at each tick, so each tick ends and begins 200 stays."""
    t, n = T0 + i, len(TAGS)
    rng = np.random.default_rng(i)
    fixes = FixColumns(
        tag=np.arange(n, dtype=np.int32),
        level=np.zeros(n, np.int32),
        room=np.full(n, i % 20, np.int32),
        x=rng.random(n, np.float32),
        y=rng.random(n, np.float32),
        p=np.full(n, 0.5, np.float32),
        r90=np.full(n, 2, np.float32),
        t=np.full(n, t),
    )
    closed = [Visit(k, (i - 1) % 20, t - 1, t, 0.5, 1.0) for k in range(n)] if i else []
    samples = [Sample(k, t, "battery_pct", 50.0) for k in range(n)]
    return Batch(t, [Visit(k, i % 20, t, None, 0.5, 1.0) for k in range(n)], closed, fixes, samples)


def write_without_end(url: str) -> None:
    """Run in the process that is killed: says on stdout up to which tick all is stored."""
    writer = HistoryWriter(open_history(url, TAGS, ROOMS, LEVELS))
    for i in range(1_000_000):
        writer.put(tick(i))
        if i % 3 == 0 and writer.flush():
            sys.stdout.write(json.dumps(i) + "\n")
            sys.stdout.flush()


@pytest.mark.parametrize("seconds", [0.31, 0.77, 1.4])
def test_kill_9_loses_no_stay_that_was_stored_and_open_ones_go_on(tmp_path: Path, seconds: float) -> None:
    url = f"sqlite:///{tmp_path / 'history.sqlite'}"
    stored = killed_after(url, seconds)

    history = open_history(url, TAGS, ROOMS, LEVELS)
    restored = history.restore()
    assert restored.t is not None
    last = round(restored.t - T0)
    assert last >= stored
    assert restored.open_visits == [Visit(k, last % 20, T0 + last, None, 0.5, 1.0) for k in range(len(TAGS))]
    assert sorted(restored.last.tag.tolist()) == list(range(len(TAGS)))
    reader = open_reader(url)
    for tag in TAGS[::20]:
        stays = visits_of(reader, tag.mac, 0, T0 + last)
        assert [(s.enter, s.leave) for s in stays[:-1]] == [(T0 + i, T0 + i + 1) for i in range(last)]
    assert sound(tmp_path / "history.sqlite")

    writer = HistoryWriter(history)  # and it goes on from there
    writer.put(tick(last + 1))
    assert writer.flush() and writer.close()
    assert len(visits_of(reader, TAGS[7].mac, 0, T0 + last + 1)) == last + 2
    history.close()


def killed_after(url: str, seconds: float) -> int:
    """Start the writing process, kill it `seconds` after its first word; returns the last tick it said is stored."""
    command = [sys.executable, __file__, url]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        said = [process.stdout.readline()]
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().split("\n")
    assert process.returncode == -signal.SIGKILL
    whole = [line for line in said if line.strip()]
    assert whole, "the writing process never stored anything"
    return json.loads(whole[-1])


def sound(path: Path) -> bool:
    with create_engine(f"sqlite:///{path}").connect() as connection:
        return connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux to make a small disk")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_stops_nothing_and_no_stay_is_lost(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"0" * 13_000_000)
    url = f"sqlite:///{small_disk / 'history.sqlite'}"
    history = open_history(url, TAGS, ROOMS, LEVELS)
    writer = HistoryWriter(history, memory=5, retry_s=0.05)
    ticks = put_until_full(writer, history)
    assert writer.counters["thinned_out"] > 0  # there was no room for the spill file either
    ballast.unlink()
    assert writer.flush(60)
    assert writer.state == "ok" and writer.counters["lost"] == 0
    stays = visits_of(open_reader(url), TAGS[3].mac, 0, T0 + ticks)
    assert len(stays) == ticks and stays[-1].leave is None
    assert writer.close() and sound(history.path)
    history.close()


def put_until_full(writer: HistoryWriter, history: History) -> int:
    for i in range(2000):
        start = time.monotonic()
        writer.put(tick(i))
        assert time.monotonic() - start < 1
        time.sleep(0.02)
        if writer.counters["thinned_out"] > 0 and writer.counters["failures"] > 1:
            assert writer.state == f"disk full: free space on {history.path.parent}"
            return i + 1
    raise AssertionError(f"the disk never filled up: {writer.counters}")


if __name__ == "__main__":
    write_without_end(sys.argv[1])
