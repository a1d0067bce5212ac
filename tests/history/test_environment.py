"""What the Environment page asks of history: series, last readings, energy, and when somebody was in a room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import Engine, text

from twin.climate.meters import MeterReading
from twin.errors import HistoryError
from twin.history import Batch, History, Retention, open_history
from twin.history.environment import energy_of, newest_of, presence_in, series_of
from twin.history.queries import open_reader
from twin.model import Sample, Visit
from twin.site.meters import Meter, MeterKind

DAY = 86_400.0
T0 = 19_675 * DAY  # a midnight, UTC
METERS = tuple(Meter(i, f"m-{i}", f"M {i}", f"t/{i}", MeterKind.TASMOTA, "icu", (), "x") for i in range(2))


@pytest.fixture
def metered(url: str, hospital) -> Iterator[History]:
    history = open_history(url, *hospital, meters=METERS)
    yield history
    history.close()


@pytest.fixture
def reader(metered: History, url: str) -> Engine:
    return open_reader(url)


def put(history: History, **parts) -> None:
    history.write([history.rows(Batch(T0, **parts))])


def test_a_series_over_several_days_in_order(metered: History, reader: Engine) -> None:
    put(metered, samples=[Sample(3, T0 + 3600 * i, "temperature_c", float(i)) for i in range(72)])
    found = series_of(reader, "AC233F000003", "temperature_c", T0 + 3600, T0 + 50 * 3600)
    assert found.value.tolist() == list(range(1, 51))
    assert found.t[0] == T0 + 3600
    assert len(series_of(reader, "AC233F000003", "humidity_pct", T0, T0 + DAY).t) == 0
    assert len(series_of(reader, "000000000000", "temperature_c", T0, T0 + DAY).t) == 0


def test_the_newest_reading_of_each_sensor(metered: History, reader: Engine) -> None:
    put(metered, samples=[Sample(3, T0 + 60 * i, "temperature_c", 1.0) for i in range(5)])
    put(metered, samples=[Sample(7, T0 + 9 * DAY, "humidity_pct", 1.0)])
    macs = ["AC233F000003", "AC233F000007", "AC233F000001"]
    assert newest_of(reader, macs, T0 - DAY) == {macs[0]: T0 + 240, macs[1]: T0 + 9 * DAY}
    assert newest_of(reader, macs, T0 + DAY) == {macs[1]: T0 + 9 * DAY}


def test_energy_comes_back_by_meter_with_the_reading_before(metered: History, reader: Engine) -> None:
    rows = [MeterReading(i % 2, T0 - 120 + 60 * i, 10.0 + i, 100.0 * i, 1.0) for i in range(10)]
    put(metered, meters=[*rows, MeterReading(1, T0 + 900, None, 5.0, 0.5)])
    found = energy_of(reader, T0, T0 + 1000)
    assert found["m-0"].kwh.tolist() == [10.0, 12.0, 14.0, 16.0, 18.0]
    assert found["m-1"].t.tolist()[:2] == [T0 - 60, T0 + 60]
    assert np.isnan(found["m-1"].kwh[-1])
    assert (found["m-1"].watt[-1], found["m-1"].observed[-1]) == (5.0, 0.5)


def test_a_meter_that_said_nothing_has_no_readings(reader: Engine) -> None:
    assert [len(r.t) for r in energy_of(reader, T0, T0 + DAY).values()] == [0, 0]


def test_what_is_no_reading_is_left_out_and_counted(metered: History) -> None:
    bad = [MeterReading(9, T0, 1.0, 1.0), MeterReading(0, T0, None, None), MeterReading(0, float("nan"), 1.0, None)]
    rows = metered.rows(Batch(T0, meters=[*bad, MeterReading(0, T0, 1.0, None)]))
    assert (len(rows.energy), rows.unfit) == (1, 3)


def test_old_energy_goes_and_the_rest_stays(metered: History, url: str) -> None:
    put(metered, meters=[MeterReading(0, T0 + DAY * i, float(i), None) for i in range(100)])
    metered.prune(T0 + 99.5 * DAY, Retention())
    with open_reader(url).connect() as connection:
        left = connection.execute(text("SELECT min(t), count(*) FROM energy")).one()
    assert left == (T0 + 9 * DAY, 91)


def there(reader: Engine, since: float, until: float, *rooms: str) -> list[tuple[float, float]]:
    found = presence_in(reader, {"g": rooms}, T0 + since, T0 + until)["g"]
    return [(b - T0, e - T0) for b, e in zip(found.begin.tolist(), found.end.tolist(), strict=True)]


def test_people_are_there_and_equipment_is_not(metered: History, reader: Engine) -> None:
    stays = [(0, 1, 0, 100), (1, 1, 50, 200), (2, 1, 300, 400), (3, 1, 300, 400), (1, 2, 250, 260), (0, 4, 500, 600)]
    put(metered, closed=[Visit(tag, room, T0 + a, T0 + b, 0.9, 1.0) for tag, room, a, b in stays])
    assert there(reader, -10, 1000, "room-1") == [(0, 200)]
    assert there(reader, -10, 1000, "room-1", "room-2") == [(0, 200), (250, 260)]
    assert there(reader, -10, 1000, "room-3") == []
    assert there(reader, -10, 1000, "room that was torn down") == []


def test_a_stay_that_reaches_into_the_time_or_lasts_counts(metered: History, reader: Engine) -> None:
    put(metered, closed=[Visit(0, 1, T0 - 40 * DAY, T0 + 100, 0.9, 1.0), Visit(1, 1, T0 - 500, T0 - 10, 0.9, 1.0)])
    put(metered, opened=[Visit(4, 1, T0 + 700, None, 0.9, 1.0), Visit(6, 1, T0 + 150, None, 0.9, 1.0)])
    assert there(reader, 0, 1000, "room-1") == [(0, 100), (700, 1000)]
    assert there(reader, 200, 600, "room-1") == []


def test_without_a_database_it_says_so(url: str) -> None:
    missing = open_reader(url)
    for ask in (
        lambda: series_of(missing, "x", "temperature_c", 0, 1),
        lambda: newest_of(missing, ["x"], 0),
        lambda: energy_of(missing, 0, 1),
        lambda: presence_in(missing, {}, 0, 1),
    ):
        with pytest.raises(HistoryError, match="no history"):
            ask()
