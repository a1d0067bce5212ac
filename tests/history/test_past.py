from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Select, text

from twin.errors import HistoryError
from twin.history import Batch, FixColumns, History, happened, open_history, past
from twin.history.queries import open_reader
from twin.model import NONE, Press, Sample, Visit

BEGIN = 1_780_000_000.0 // 3600 * 3600
HOUR = 3600.0


class Row(NamedTuple):
    t: float
    tag: int
    level: int
    room: int
    x: float


def columns(rows: list[Row]) -> FixColumns:
    def column(name: str, kind: type) -> Any:
        return np.array([getattr(row, name) for row in rows], kind)

    n = len(rows)
    return FixColumns(
        column("tag", np.int32), column("level", np.int32), column("room", np.int32), column("x", np.float32),
        np.zeros(n, np.float32), np.full(n, 0.5, np.float32), np.full(n, 2.0, np.float32), column("t", np.float64),
    )  # fmt: skip


rows = st.builds(
    Row,
    t=st.floats(0, 3 * HOUR, allow_nan=False).map(lambda t: BEGIN + round(t, 1)),
    tag=st.integers(0, 7), level=st.integers(0, 1), room=st.integers(-1, 5), x=st.integers(0, 90).map(float),
)  # fmt: skip
lists = st.lists(rows, max_size=60, unique_by=lambda row: (row.tag, row.t))


def names(engine: Engine, hospital: Any) -> past.Known:
    macs = [tag.mac for tag in hospital.tags]
    return past.known(engine, macs, [room.id for room in hospital.rooms], [level.id for level in hospital.levels])


@pytest.fixture
def write(history: History) -> Callable[..., None]:
    def write(t: float, **parts: Any) -> None:
        history.write([history.rows(Batch(t, **parts))])

    return write


@pytest.fixture
def engine(url: str, history: History) -> Engine:
    return open_reader(url)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=lists, after=st.floats(0, 4 * HOUR, allow_nan=False))
def test_the_place_at_a_moment_is_the_last_stored_before_it(
    stored: list[Row], after: float, hospital: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('past') / 'history.sqlite'}"
    history = open_history(url, *hospital)
    history.write([history.rows(Batch(BEGIN, fixes=columns(stored)))])
    engine = open_reader(url)
    at = BEGIN + after
    found = past.places_at(engine, at, names(engine, hospital))
    expected: dict[int, Row] = {}
    for row in sorted(stored, key=lambda row: row.t):
        if at - past.LOOK_BACK_S < row.t <= at:
            expected[row.tag] = row
    got = {
        tag: Row(t, tag, level, room, x)
        for tag, level, room, x, t in zip(
            *(getattr(found, name).tolist() for name in ("tag", "level", "room", "x", "t")), strict=True
        )
    }
    assert got == expected
    engine.dispose()
    history.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=lists, ends=st.tuples(st.floats(0, 3 * HOUR), st.floats(0, 3 * HOUR)), on=st.sampled_from([None, 0, 1]))
def test_what_follows_a_picture_leads_to_the_next_one(
    stored: list[Row],
    ends: tuple[float, float],
    on: int | None,
    hospital: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('past') / 'history.sqlite'}"
    history = open_history(url, *hospital)
    history.write([history.rows(Batch(BEGIN, fixes=columns(stored)))])
    engine = open_reader(url)
    since, until = BEGIN + min(ends), BEGIN + max(ends)
    known = names(engine, hospital)
    moved = past.stretch(engine, since, until, known, None if on is None else [on])
    assert sorted(zip(moved.tag.tolist(), moved.t.tolist(), strict=True)) == list(
        zip(moved.tag.tolist(), moved.t.tolist(), strict=True)
    )
    # Played on from the first picture, those that are on the level at the end are those of the second picture.
    last = {int(tag): (int(level), float(x)) for tag, level, x in _columns(past.places_at(engine, since, known))}
    last |= {int(tag): (int(level), float(x)) for tag, level, x in _columns(moved)}
    wanted = {int(tag): (int(level), float(x)) for tag, level, x in _columns(past.places_at(engine, until, known))}
    for tag, place in wanted.items():
        if on is None or place[0] == on:
            assert last[tag] == place
    for tag, place in last.items():
        if place[0] == on and tag in wanted:
            assert wanted[tag] == place
    engine.dispose()
    history.close()


def _columns(found: FixColumns) -> Any:
    return zip(found.tag.tolist(), found.level.tolist(), found.x.tolist(), strict=True)


def plan(engine: Engine, asked: Select) -> str:
    sql = str(asked.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        return "\n".join(row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}".replace(":", r"\:"))))


@pytest.mark.parametrize(
    "asked",
    [past.last_of_hour(494_444, BEGIN - HOUR, BEGIN), past.all_of_hour(494_444, BEGIN, BEGIN + 300)],
    ids=["a moment", "a stretch"],
)
def test_positions_are_sought_by_the_whole_key_and_never_scanned(engine: Engine, asked: Select) -> None:
    told = plan(engine, asked)
    of_fix = [line for line in told.splitlines() if " fix " in f"{line} "]
    assert of_fix
    assert all("SEARCH fix USING PRIMARY KEY (hour=? AND tag=? AND t" in line for line in of_fix), told


def test_what_has_gone_from_the_register_or_the_building_is_left_out(
    engine: Engine, hospital: Any, write: Callable[..., None], fixes: Callable[..., FixColumns]
) -> None:
    write(BEGIN, fixes=fixes(BEGIN, [0, 1, 2], room=3))
    macs = [tag.mac for tag in hospital.tags[1:]]
    rooms = [room.id for room in hospital.rooms if room.index != 3]
    known = past.known(engine, macs, rooms, [level.id for level in hospital.levels])
    found = past.places_at(engine, BEGIN + 1, known)
    assert sorted(found.tag.tolist()) == [0, 1]
    assert found.room.tolist() == [NONE, NONE]


def test_stays_that_lasted_then_are_found_whether_or_not_they_last_still(
    engine: Engine, hospital: Any, write: Callable[..., None]
) -> None:
    write(
        BEGIN + 100,
        closed=[Visit(0, 1, BEGIN, BEGIN + 50, 0.9, 1.0), Visit(0, 2, BEGIN + 50, BEGIN + 100, 0.9, 1.0)],
        opened=[Visit(0, 3, BEGIN + 100, None, 0.9, 1.0), Visit(1, 4, BEGIN + 10, None, 0.9, 1.0)],
    )
    known = names(engine, hospital)
    early, late = past.stays_at(engine, BEGIN + 60, known), past.stays_at(engine, BEGIN + 200, known)
    assert (early.entered[0], early.room[0]) == (BEGIN + 50, 2)
    assert (late.entered[0], late.room[0]) == (BEGIN + 100, 3)
    assert (early.entered[1], early.room[1]) == (BEGIN + 10, 4)
    assert np.isnan(past.stays_at(engine, BEGIN - 1, known).entered).all()


def test_the_last_samples_of_sensors_are_found_over_midnight(
    engine: Engine, hospital: Any, write: Callable[..., None]
) -> None:
    midnight = BEGIN // 86400 * 86400 + 86400
    measured = [Sample(3, midnight - 60, "temperature_c", 21.0), Sample(3, midnight + 60, "temperature_c", 22.0)]
    measured += [Sample(7, midnight - 30, "humidity_pct", 40.0), Sample(0, midnight - 30, "temperature_c", 9.0)]
    write(midnight + 60, samples=measured)
    known = names(engine, hospital)
    assert past.samples_at(engine, midnight, known) == [measured[0], measured[2]]
    assert past.samples_at(engine, midnight + 61, known)[-1] == measured[1]
    assert past.samples_between(engine, midnight - 60, midnight + 60, known) == [measured[2], measured[1]]


def test_a_history_that_is_not_there_is_told(tmp_path: Path, hospital: Any) -> None:
    with pytest.raises(HistoryError, match="no history"):
        names(open_reader(f"sqlite:///{tmp_path / 'none.sqlite'}"), hospital)


def test_the_span_and_the_holes_of_history(
    engine: Engine, history: History, fixes: Callable[..., FixColumns], hospital: Any
) -> None:
    assert happened.span(engine) is None
    heard = [*range(0, 1200, 60), *range(2400, 4500, 60)]
    for t in heard:
        # Only the tag that is no sensor is heard at first: it proves as well that the twin was running.
        history.write([history.rows(Batch(BEGIN + t, fixes=fixes(BEGIN + t, [0] if t < 1200 else [3])))])
    assert happened.span(engine) == (BEGIN, BEGIN + 4440)
    (hole,) = happened.gaps(engine, BEGIN, BEGIN + 4470)
    assert hole[0] == pytest.approx(BEGIN + 1140, abs=30)
    assert hole[1] == pytest.approx(BEGIN + 2400, abs=30)
    assert happened.gaps(engine, BEGIN - 1000, BEGIN + 600) == [(BEGIN - 1000, BEGIN)]


def test_presses_know_the_room_they_happened_in(engine: Engine, hospital: Any, write: Callable[..., None]) -> None:
    write(
        BEGIN + 100,
        presses=[Press(0, BEGIN + 20, "ibeacon"), Press(1, BEGIN + 30, "ibeacon"), Press(2, BEGIN + 40, "ibeacon")],
        closed=[Visit(0, 1, BEGIN, BEGIN + 50, 0.9, 1.0)],
        opened=[Visit(1, 4, BEGIN + 10, None, 0.9, 1.0)],
    )
    found = happened.presses(engine, BEGIN, BEGIN + 100, names(engine, hospital))
    assert [(one.tag, one.t - BEGIN, one.room) for one in found] == [(0, 20, 1), (1, 30, 4), (2, 40, NONE)]


def test_a_patient_is_first_seen_once_and_again_after_hours_without_a_stay(
    engine: Engine, hospital: Any, write: Callable[..., None]
) -> None:
    stays = [
        (0, 0.0, 0.5), (0, 0.5, 1.0), (0, 4.5, 4.6), (0, 8.7, 9.0),  # away for 3.5 and for 4.1 hours
        (1, 1.0, 2.0),  # staff
    ]  # fmt: skip
    closed = [Visit(tag, 1, BEGIN + a * HOUR, BEGIN + b * HOUR, 0.9, 1.0) for tag, a, b in stays]
    write(BEGIN + 9 * HOUR, closed=closed, opened=[Visit(4, 2, BEGIN + 2 * HOUR, None, 0.9, 1.0)])
    found = happened.first_seen(engine, BEGIN, BEGIN + 10 * HOUR, names(engine, hospital))
    assert [(one.tag, (one.t - BEGIN) / HOUR) for one in found] == [(0, 0.0), (4, 2.0), (0, 8.7)]
    later = happened.first_seen(engine, BEGIN + HOUR, BEGIN + 8 * HOUR, names(engine, hospital))
    assert [one.tag for one in later] == [4]


def test_values_out_of_range_are_one_excursion_until_they_pause(
    engine: Engine, hospital: Any, write: Callable[..., None]
) -> None:
    values = [(0, 21.0), (60, 26.0), (120, 27.5), (180, 24.9), (240, 25.5), (3000, 26.0), (3060, 19.0), (3120, 21.0)]
    write(BEGIN + 4000, samples=[Sample(3, BEGIN + t, "temperature_c", value) for t, value in values])
    limits = {3: {"temperature_c": (20.0, 25.0)}, 7: {"temperature_c": (20.0, 25.0)}}
    found = happened.excursions(engine, BEGIN, BEGIN + 4000, names(engine, hospital), limits)
    assert [(one.since - BEGIN, one.until - BEGIN, one.worst, one.high) for one in found] == [
        (60, 240, 27.5, True), (3000, 3000, 26.0, True), (3060, 3060, 19.0, False),
    ]  # fmt: skip
