import dataclasses

import numpy as np
import pytest

from twin.history import Batch, FixColumns, History, open_history
from twin.history.queries import last_room, open_reader, samples_of, trail, visits_of
from twin.model import NONE, Press, Sample, Visit

T0 = 1_700_000_000.25


def store(history: History, *batches: Batch) -> None:
    history.write([history.rows(batch) for batch in batches])


def test_a_new_history_has_nothing_to_restore(history: History) -> None:
    restored = history.restore()
    assert restored.t is None and restored.open_visits == [] and len(restored.last) == 0


def test_what_is_stored_can_be_read(history: History, url: str, hospital, fixes) -> None:
    visit = Visit(1, 3, T0 - 600, T0 - 1, 0.75, 0.9)
    batch = Batch(
        T0,
        opened=[Visit(1, 4, T0 - 1, None, 0.6, 1.0)],
        closed=[visit],
        fixes=fixes(T0, [1, 2], room=[4, NONE], x=[12.345, -3.2], y=7.0, p=0.61, r90=1.94),
        samples=[Sample(3, T0, "temperature_c", 4.7)],
        presses=[Press(1, T0, "ibeacon")],
    )
    store(history, batch)
    reader, tags = open_reader(url), hospital.tags

    stays = visits_of(reader, tags[1].mac, T0 - 3600, T0)
    assert [(s.room, s.level, s.number, s.enter, s.leave) for s in stays] == [
        ("room-3", "level-1", "103", T0 - 600, T0 - 1),
        ("room-4", "level-0", "104", T0 - 1, None),
    ]
    assert (stays[0].confidence, stays[0].observed) == (0.75, 0.9)
    assert last_room(reader, tags[1].mac) == stays[1]
    assert trail(reader, tags[1].mac, T0 - 10, T0) == [(T0, "level-0", "room-4", 12.35, 7.0, 0.61, 1.9)]
    assert trail(reader, tags[2].mac, T0 - 10, T0) == [(T0, "level-0", None, -3.2, 7.0, 0.61, 1.9)]
    assert samples_of(reader, tags[3].mac, "temperature_c", T0 - 1, T0 + 1) == [(T0, 4.7)]
    assert samples_of(reader, tags[3].mac, "humidity_pct", T0 - 1, T0 + 1) == []


def test_writing_the_same_batch_again_changes_nothing(history: History, url: str, hospital, fixes) -> None:
    batch = Batch(
        T0,
        opened=[Visit(1, 4, T0, None, 0.6, 1.0)],
        closed=[Visit(1, 3, T0 - 60, T0, 0.7, 1.0)],
        fixes=fixes(T0, [1]),
        samples=[Sample(1, T0, "battery_pct", 80)],
        presses=[Press(1, T0, "ibeacon")],
    )
    store(history, batch)
    store(history, batch, batch)
    reader, mac = open_reader(url), hospital.tags[1].mac
    assert len(visits_of(reader, mac, 0, T0)) == 2
    assert len(trail(reader, mac, 0, T0)) == 1
    assert len(samples_of(reader, mac, "battery_pct", 0, T0)) == 1


def test_a_failed_write_leaves_nothing_behind(history: History, url: str, hospital, fixes) -> None:
    good, bad = history.rows(Batch(T0, fixes=fixes(T0, [1]))), history.rows(Batch(T0 + 1, fixes=fixes(T0, [2])))
    bad.fixes[0] = (*bad.fixes[0][:4], 99999, *bad.fixes[0][5:])  # a room that does not exist
    with pytest.raises(Exception, match="FOREIGN KEY"):
        history.write([good, bad])
    assert trail(open_reader(url), hospital.tags[1].mac, 0, T0 + 9) == []
    assert history.restore().t is None


@pytest.mark.parametrize(
    ("batch", "still_open"),
    [
        (Batch(T0, closed=[Visit(1, 3, T0 - 60, T0, 0.7, 1.0)]), []),
        (Batch(T0, [Visit(1, 4, T0, None, 0.6, 1)], [Visit(1, 3, T0 - 60, T0, 0.7, 1)]), [4]),
        (Batch(T0, [Visit(1, 3, T0, None, 0.6, 1)], [Visit(1, 3, T0 - 60, T0, 0.7, 1)]), [3]),
        (Batch(T0, [Visit(1, 4, T0 - 5, None, 0.6, 1)], [Visit(1, 3, T0 - 60, T0, 0.7, 1)]), [4]),
        (Batch(T0, [Visit(2, 4, T0 - 2, None, 0.6, 1)], [Visit(2, 4, T0 - 2, T0, 0.7, 1)]), [3]),
        (Batch(T0, closed=[Visit(1, 3, T0 - 55, T0, 0.7, 1)]), []),
    ],
    ids=["ends", "moves on", "comes back", "overlaps", "opens and ends at once", "entry was corrected"],
)
def test_which_stay_is_open_afterwards(history: History, batch: Batch, still_open: list[int]) -> None:
    store(history, Batch(T0 - 60, opened=[Visit(1, 3, T0 - 60, None, 0.5, 1.0)]), batch)
    assert [visit.room for visit in history.restore().open_visits] == still_open


def test_restore_goes_on_where_the_last_run_ended(history: History, url: str, hospital, fixes) -> None:
    opened = Visit(2, 5, T0 - 1e-3, None, 0.625, 0.5)
    hours_ago = T0 - 50 * 3600
    store(history, Batch(hours_ago, fixes=fixes(hours_ago, [1, 2, 6], x=1.0, room=1)))
    store(history, Batch(T0, opened=[opened], fixes=fixes(T0, [2], x=8.0, room=5)))
    history.close()

    again = open_history(url, *hospital)
    restored = again.restore()
    assert restored.t == T0
    assert restored.open_visits == [opened]
    last = restored.last
    by_tag = dict(zip(last.tag.tolist(), zip(last.t, last.x, last.room, strict=True), strict=True))
    assert by_tag == {1: (hours_ago, 1.0, 1), 2: (T0, 8.0, 5), 6: (hours_ago, 1.0, 1)}
    again.close()


def test_rows_keep_their_meaning_when_register_and_building_change(history: History, url: str, hospital, fixes) -> None:
    opened = [Visit(tag, 2, T0, None, 0.5, 1.0) for tag in (0, 1, 7)] + [Visit(3, 0, T0, None, 0.5, 1.0)]
    store(history, Batch(T0, opened=opened, fixes=fixes(T0, [1, 7], level=1, room=[3, 0])))
    history.close()

    tags = tuple(dataclasses.replace(tag, index=i) for i, tag in enumerate(hospital.tags[:0:-1]))  # reversed, 0 is gone
    kept = [dataclasses.replace(room, number=f"N{room.number}") for room in hospital.rooms[:0:-1]]  # room 0 is gone
    rooms = tuple(dataclasses.replace(room, index=i, level=1 - room.level) for i, room in enumerate(kept))
    levels = tuple(dataclasses.replace(level, index=i) for i, level in enumerate(hospital.levels[::-1]))
    again = open_history(url, tags, rooms, levels)
    restored = again.restore()
    assert [(tags[v.tag].mac, rooms[v.room].id) for v in restored.open_visits] == [
        (hospital.tags[1].mac, "room-2"),
        (hospital.tags[7].mac, "room-2"),
    ]
    last = {tags[i].mac: (levels[lv].id, rm) for i, lv, rm in zip(*columns(restored.last), strict=True)}
    assert last[hospital.tags[1].mac] == ("level-1", 2)
    assert last[hospital.tags[7].mac] == ("level-1", NONE)

    # Stays that nobody can end any more end with the last run; their names are today's where there is one.
    reader = open_reader(url)
    assert visits_of(reader, hospital.tags[0].mac, 0, T0)[0].leave == T0
    assert visits_of(reader, hospital.tags[0].mac, 0, T0)[0].number == "N102"
    assert visits_of(reader, hospital.tags[3].mac, 0, T0)[0].room == "room-0"
    again.close()


def columns(fixes: FixColumns) -> tuple[list, list, list]:
    return fixes.tag.tolist(), fixes.level.tolist(), fixes.room.tolist()


def test_what_cannot_be_stored_is_left_out_and_counted(history: History, fixes) -> None:
    bad = Batch(
        T0,
        opened=[Visit(99, 1, T0, None, 1, 1), Visit(1, NONE, T0, None, 1, 1), Visit(1, 1, np.nan, None, 1, 1)],
        closed=[Visit(1, 1, T0, None, 1, 1), Visit(1, 1, T0, T0 - 1, 1, 1), Visit(1, 99, T0, T0 + 1, 1, 1)],
        fixes=fixes(T0, [0, 1, 2, 99], x=[1.0, np.nan, 1.0, 1.0], level=[0, 0, 7, 0], room=[NONE, 1, 1, 1]),
        samples=[Sample(-1, T0, "battery_pct", 1), Sample(1, T0, "battery_pct", np.inf)],
        presses=[Press(99, T0, "ibeacon")],
    )
    rows = history.rows(bad)
    assert rows.unfit == 12
    assert rows.count == 1
    history.write([rows])


@pytest.mark.parametrize("t", [-86_400.5, 0.0, 12_345.0, 4_000_000_000.0])
def test_the_hospital_may_live_at_any_date(history: History, url: str, hospital, fixes, t: float) -> None:
    store(history, Batch(t, opened=[Visit(1, 2, t, None, 1, 1)], fixes=fixes(t, [1])))
    reader, mac = open_reader(url), hospital.tags[1].mac
    assert [p.t for p in trail(reader, mac, t - 5000, t)] == [t]
    assert last_room(reader, mac) is not None
    restored = history.restore()
    assert restored.t == t and restored.last.t.tolist() == [t]


def test_presses_whose_bursts_may_still_be_on_the_air_come_back(history: History) -> None:
    old, new = Press(1, T0 - 3600.0, "ibeacon"), Press(2, T0 - 30.0, "ibeacon")
    store(history, Batch(T0, presses=[old, new]))
    assert history.restore().presses == [new]
