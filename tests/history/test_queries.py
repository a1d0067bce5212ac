import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from twin.errors import HistoryError
from twin.history import Batch, History
from twin.history.queries import last_room, open_reader, samples_of, trail, visits_of
from twin.model import Sample, Visit

T0 = 1_700_000_000.0
MAC = "AC233F000001"


@pytest.fixture
def filled(history: History, url: str, fixes):
    stays = [Visit(1, i % 6, T0 + i * 600, T0 + i * 600 + 600, 0.5, 1.0) for i in range(12)]
    moves = [fixes(T0 + i * 60, [1, 2], x=float(i)) for i in range(120)]
    warm = [Sample(1, T0 + i * 3600, "temperature_c", float(i)) for i in range(100)]
    history.write([history.rows(Batch(T0, closed=stays, samples=warm))])
    history.write([history.rows(Batch(T0, fixes=f)) for f in moves])
    return open_reader(url)


def test_visits_that_touch_the_time_asked_for(filled) -> None:
    assert [s.enter - T0 for s in visits_of(filled, MAC, T0 + 1300, T0 + 2000)] == [1200, 1800]
    assert len(visits_of(filled, MAC, 0, 2e9)) == 12
    assert visits_of(filled, MAC, 0, T0 - 1) == []


def test_a_trail_has_the_points_of_the_time_asked_for_in_order(filled) -> None:
    points = trail(filled, MAC, T0 + 3000, T0 + 4000)
    assert [p.t - T0 for p in points] == list(range(3000, 4001, 60))
    assert [p.x for p in points] == [50.0 + i for i in range(17)]
    assert len(trail(filled, MAC, 0, 1e12)) == 120
    assert trail(filled, MAC, 0, T0 - 1) == [] == trail(filled, MAC, T0 + 1e9, T0 + 2e9)


def test_samples_over_several_days(filled) -> None:
    assert [m.value for m in samples_of(filled, MAC, "temperature_c", T0 + 3600, T0 + 50 * 3600)] == list(range(1, 51))
    assert len(samples_of(filled, MAC, "temperature_c", 0, 1e12)) == 100


def test_last_room_is_the_newest_stay(filled, history: History) -> None:
    last = last_room(filled, MAC)
    assert last and last.room == "room-5" and last.leave == T0 + 7200
    history.write([history.rows(Batch(T0, opened=[Visit(1, 2, T0 + 7200, None, 0.5, 1.0)]))])
    last = last_room(filled, MAC)
    assert last and last.room == "room-2" and last.leave is None


def test_an_unknown_tag_has_no_history(filled) -> None:
    for mac in ("000000000000", "x' OR 1=1 --", ""):
        assert visits_of(filled, mac, 0, 2e9) == [] == trail(filled, mac, 0, 2e9)
        assert samples_of(filled, mac, "temperature_c", 0, 2e9) == []
        assert last_room(filled, mac) is None


def test_an_empty_history_answers_too(history: History, url: str) -> None:
    reader = open_reader(url)
    assert trail(reader, MAC, 0, 2e9) == [] == samples_of(reader, MAC, "temperature_c", 0, 2e9)


def test_a_reader_cannot_write(filled) -> None:
    with pytest.raises(OperationalError, match="readonly"), filled.begin() as connection:
        connection.execute(text("DELETE FROM fix"))


def test_a_missing_history_is_explained_and_found_once_it_is_there(url: str, tmp_path, hospital) -> None:
    reader = open_reader(url)
    with pytest.raises(HistoryError, match=r"no history at .*yet"):
        last_room(reader, MAC)
    assert not (tmp_path / "var").exists()
    from twin.history import open_history

    open_history(url, *hospital).close()
    assert last_room(reader, MAC) is None


def test_a_damaged_history_is_explained(history: History, url: str) -> None:
    history.close()
    history.path.write_bytes(b"Z" * 8192)
    with pytest.raises(HistoryError, match="damaged"):
        last_room(open_reader(url), MAC)


def test_a_path_with_odd_letters_can_be_read(tmp_path, hospital) -> None:
    from twin.history import open_history

    url = f"sqlite:///{tmp_path / 'Hôpital #1 100%' / 'history.sqlite'}"
    history = open_history(url, *hospital)
    history.write([history.rows(Batch(T0, closed=[Visit(1, 1, T0, T0 + 1, 1, 1)]))])
    assert len(visits_of(open_reader(url), MAC, 0, 2e9)) == 1
    history.close()


def test_readers_and_the_writer_do_not_hold_each_other_up(filled, history: History, fixes) -> None:
    with closing(sqlite3.connect(f"{history.path.as_uri()}?mode=ro", uri=True)) as slow:
        slow.execute("BEGIN")
        before = slow.execute("SELECT count(*) FROM fix").fetchone()
        history.write([history.rows(Batch(T0, fixes=fixes(T0 + 7200, [1])))])
        assert slow.execute("SELECT count(*) FROM fix").fetchone() == before
        assert len(trail(filled, MAC, T0 + 7200, T0 + 7200)) == 1
