import sqlite3
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from twin.history import Batch, History, HistoryWriter, open_history
from twin.history.queries import open_reader, trail, visits_of
from twin.model import Sample, Visit

T0 = 1_700_000_000.0
MAC = "AC233F000001"


def tick(i: int, fixes) -> Batch:
    """Tag 1 changes room each tick; 5 tags have a fix."""
    t = T0 + i
    closed = [Visit(1, (i - 1) % 6, t - 1, t, 0.5, 1.0)] if i else []
    samples = [Sample(3, t, "temperature_c", 20.0)]
    return Batch(t, [Visit(1, i % 6, t, None, 0.5, 1.0)], closed, fixes(t, [1, 2, 3, 4, 5]), samples)


def eventually(true, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def only_so_many_pages(history: History, pages: int) -> None:
    """Make the database "full": SQLite answers exactly as it does on a full disk."""
    with history._engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def check_all_there(url: str, n: int) -> None:
    reader = open_reader(url)
    stays = visits_of(reader, MAC, 0, T0 + n)
    assert len(stays) == n
    assert stays[-1].leave is None and all(a.leave == b.enter for a, b in pairwise(stays))
    assert len(trail(reader, MAC, 0, T0 + n)) == n
    reader.dispose()


def test_what_is_put_is_stored(history: History, url: str, fixes) -> None:
    writer = HistoryWriter(history)
    for i in range(100):
        writer.put(tick(i, fixes))
    assert writer.flush(60)
    assert writer.state == "ok" and writer.waiting == 0
    assert writer.counters["batches"] == 100 and writer.counters["rows"] == 100 * 8 - 1
    check_all_there(url, 100)
    assert writer.close()


def test_close_stores_what_waits(history: History, url: str, fixes) -> None:
    writer = HistoryWriter(history)
    for i in range(50):
        writer.put(tick(i, fixes))
    assert writer.close()
    check_all_there(url, 50)


def test_a_locked_database_holds_nobody_up_and_loses_nothing(history: History, url: str, fixes, monkeypatch) -> None:
    """Another program holds the file: batches wait in memory, then in the spill file, then are stored in order."""
    with history._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
    writer = HistoryWriter(history, memory=5, retry_s=0.02)
    with closing(sqlite3.connect(history.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        slowest = 0.0
        for i in range(40):
            start = time.monotonic()
            writer.put(tick(i, fixes))
            slowest = max(slowest, time.monotonic() - start)
        eventually(lambda: writer.counters["spilled"] >= 35)
        assert slowest < 1
        assert writer.state.startswith("behind: another program holds") and not writer.flush(0.05)
        other.execute("ROLLBACK")
    assert writer.flush(60)
    assert writer.state == "ok"
    assert writer.counters["recovered"] == writer.counters["spilled"] >= 35
    check_all_there(url, 40)
    assert writer.close()
    assert not (history.path.parent / "spill" / "history.spill").exists()


def test_a_full_disk_is_said_and_survived(history: History, url: str, fixes) -> None:
    writer = HistoryWriter(history, memory=5, retry_s=0.02)
    writer.put(tick(0, fixes))
    assert writer.flush(60)
    only_so_many_pages(history, 1)
    for i in range(1, 300):
        writer.put(tick(i, fixes))
    eventually(lambda: writer.state != "ok" and writer.counters["spilled"] >= 50)
    assert writer.state == f"disk full: free space on {history.path.parent}"
    only_so_many_pages(history, 1_000_000)
    assert writer.flush(60)
    assert writer.state == "ok"
    check_all_there(url, 300)
    assert writer.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_with_no_room_for_a_spill_either_visits_are_kept_and_fixes_given_up(history, url, fixes, tmp_path) -> None:
    spill = tmp_path / "full"
    spill.mkdir()
    (spill / "history.spill").symlink_to("/dev/full")
    writer = HistoryWriter(history, spill=spill, memory=5, retry_s=0.02)
    only_so_many_pages(history, 1)
    for i in range(300):
        writer.put(tick(i, fixes))
    eventually(lambda: writer.counters["thinned_out"] >= 6 * 50)
    assert writer.state.startswith("disk full") and writer.counters["lost"] == 0
    (spill / "history.spill").unlink()
    only_so_many_pages(history, 1_000_000)
    assert writer.flush(60)
    stays = visits_of(open_reader(url), MAC, 0, T0 + 300)
    assert len(stays) == 300 and stays[-1].leave is None
    assert writer.close()


def test_a_spill_of_the_last_run_is_stored_first(history: History, url: str, hospital, fixes) -> None:
    only_so_many_pages(history, 1)
    writer = HistoryWriter(history, memory=5, retry_s=60)
    for i in range(200):
        writer.put(tick(i, fixes))
    eventually(lambda: writer.state != "ok")
    assert writer.close()  # keeps what it could not store
    assert writer.counters["lost"] == 0
    history.close()

    again = open_history(url, *hospital)
    writer = HistoryWriter(again)
    writer.put(tick(200, fixes))
    assert writer.flush(60)
    check_all_there(url, 201)
    assert writer.close()
    again.close()


def test_a_batch_that_can_never_be_stored_does_not_stop_the_others(history: History, url: str, fixes) -> None:
    writer = HistoryWriter(history)
    broken = fixes(T0, [1, 2, 3])
    object.__setattr__(broken, "t", broken.t[:1])
    for i in range(10):
        writer.put(tick(i, fixes))
        writer.put(Batch(T0, fixes=broken))
    assert writer.flush(60)
    assert writer.state == "ok" and writer.counters["refused"] == 10
    check_all_there(url, 10)
    assert writer.close()


def test_rows_that_the_database_refuses_do_not_stop_the_others(history: History, url: str, fixes) -> None:
    rows_of = history.rows

    def with_unknown_room(batch: Batch):
        rows = rows_of(batch)
        rows.fixes[:] = [(*row[:4], 999, *row[5:]) if batch.t == T0 + 4 else row for row in rows.fixes]
        return rows

    history.rows = with_unknown_room  # type: ignore[method-assign]
    writer = HistoryWriter(history)
    for i in range(10):
        writer.put(tick(i, fixes))
    assert writer.flush(60)
    assert writer.state == "ok" and writer.counters["refused"] == 1
    assert len(trail(open_reader(url), MAC, 0, T0 + 10)) == 9
    assert writer.close()


def test_a_database_that_breaks_later_is_said_with_the_remedy(history: History, fixes) -> None:
    writer = HistoryWriter(history, retry_s=0.02)
    writer.put(tick(0, fixes))
    assert writer.flush(60)
    history._engine.dispose()
    for name in ("-wal", "-shm"):
        history.path.with_name(history.path.name + name).unlink(missing_ok=True)
    history.path.write_bytes(b"Z" * 16384)
    writer.put(tick(1, fixes))
    eventually(lambda: writer.state.startswith("damaged"))
    assert "put a backup in its place" in writer.state
    assert writer.close()
    assert (history.path.parent / "spill" / "history.spill").stat().st_size > 0


def test_old_rows_are_deleted_once_an_hour_of_the_hospital(history: History, url: str, fixes) -> None:
    writer = HistoryWriter(history)
    writer.put(tick(0, fixes))
    assert writer.flush(60)
    writer.put(Batch(T0 + 200 * 3600))
    assert writer.flush(60)
    eventually(lambda: writer.counters["pruned"] == 5)
    assert trail(open_reader(url), MAC, 0, 2e9) == []
    assert writer.close()
