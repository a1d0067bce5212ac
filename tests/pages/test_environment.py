"""The Environment page: out of range, silent, calm; a past that is there, absent or empty; energy; the download."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dash
import msgspec
import pytest

from components import environment_charts, environment_tables
from twin.climate import SensorClimate
from twin.climate.meters import MeterReading
from twin.history import Batch, History, open_history
from twin.history.queries import open_reader
from twin.model import Kind, Sample, Tag, Visit
from twin.settings import ROOT, settings
from twin.site import load_tags
from twin.web import energy, environment, live
from twin.web.building import building

NOW = datetime(2026, 3, 29, 10, 30, tzinfo=UTC).timestamp()  # summer time began that night
ATTEND = (
    "..environment-about.children...environment-state.children...environment-lists-data.data"
    "...environment-sensor.data...environment-sensor.value.."
)
PAST = "..environment-chart.children...environment-figures.children...environment-parts-data.data.."
ENERGY = "..environment-energy-note.children...environment-energy-chart.children...environment-energy-data.data.."


@pytest.fixture(scope="module")
def tags() -> tuple[Tag, ...]:
    return load_tags(ROOT / "data/demo/tags.csv")


@pytest.fixture
def history(
    app_module: Any, tmp_path: Path, tags: tuple[Tag, ...], monkeypatch: pytest.MonkeyPatch
) -> Iterator[History]:
    """A history of its own, which the page reads."""
    url = f"sqlite:///{tmp_path}/history.sqlite"
    site = building()
    made = open_history(url, tags, site.rooms, site.levels, energy.known_meters())
    reader = open_reader(url)
    for module in (environment, energy):
        monkeypatch.setattr(module, "records", lambda: reader)
    for cached in (environment._began, environment._newest, energy._uses):
        cached.cache_clear()
    yield made
    made.close()
    reader.dispose()


@pytest.fixture
def report(fed: live.Hub, tags: tuple[Tag, ...]) -> Callable[..., None]:
    """Have the twin report sensors by label: `report({"Vaccine fridge 01": (9.5, "high")}, meters=[...])`."""
    sensors = [tag for tag in tags if tag.kind == Kind.SENSOR]

    def say(changed: dict[str, tuple[float | None, str]], meters: list[dict[str, Any]] | None = None) -> None:
        rows = []
        for tag in sensors:
            celsius, code = changed.get(tag.label, (22.0, "ok"))
            room = building().room_by_number[tag.home]
            fault = "temperature_c" if code in ("high", "low") else ""
            at = None if celsius is None else NOW - 5
            rows.append(SensorClimate(tag.index, room, celsius, 45.0, at, at and 5.0, code, fault))
        message = {"t": NOW, "hops": [], "sensors": rows, "meters": meters or []}
        fed.accept(f"wardlight/{settings().site}/health", msgspec.json.encode(message))

    return say


def post(app_module: Any, output: str, **values: Any) -> dict[str, Any]:
    client = app_module.server.test_client()
    client.get("/")
    listed = client.get("/_dash-dependencies").json
    found = next(c for c in listed if c["output"] == output)
    outputs = [dict(zip(("id", "property"), o.rsplit(".", 1), strict=True)) for o in output.strip(".").split("...")]

    def given(kind: str) -> list[dict[str, Any]]:
        return [{**part, "value": values.get(part["id"].removeprefix("environment-"))} for part in found[kind]]

    body = {
        "output": output, "outputs": outputs if output.startswith("..") else outputs[0], "inputs": given("inputs"),
        "state": given("state"), "changedPropIds": [f"{p['id']}.{p['property']}" for p in found["inputs"][:1]],
    }  # fmt: skip
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200, response.text
    return response.json["response"]


def rows_of(answer: dict[str, Any], store: str) -> dict[str, list[list[Any]]]:
    return {sheet["title"]: sheet["rows"] for sheet in answer[store]["data"]["sheets"]}


def warm(history: History, tag: Tag, begin: float, values: list[float], step: float = 60.0) -> None:
    samples = [Sample(tag.index, begin + step * i, "temperature_c", value) for i, value in enumerate(values)]
    history.write([history.rows(Batch(NOW, samples=samples))])


def sensor(tags: tuple[Tag, ...], label: str) -> Tag:
    return next(tag for tag in tags if tag.label == label)


def test_before_the_first_report_it_says_so(app_module: Any, silent: live.Hub) -> None:
    assert "has not reported yet" in post(app_module, ATTEND)["environment-about"]["children"]
    assert "has not reported yet" in json.dumps(post(app_module, PAST)["environment-chart"])
    assert "has not reported yet" in json.dumps(post(app_module, ENERGY)["environment-energy-note"])
    assert post(app_module, "environment-values.data")["environment-values"]["data"]["rooms"] == []


def test_when_all_is_well_it_is_calm(app_module: Any, history: History, report: Callable[..., None]) -> None:
    report({"Vaccine fridge 01": (5.0, "ok")})
    answer = post(app_module, ATTEND)
    assert rows_of(answer, "environment-lists-data") == {}
    assert "All 45 measured places are in range, and no sensor is silent." in json.dumps(answer["environment-state"])
    assert sum(len(group["items"]) for group in answer["environment-sensor"]["data"]) == 45


def test_what_is_out_of_range_comes_worst_first_with_since_when(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...]
) -> None:
    fridge = sensor(tags, "Vaccine fridge 01")
    warm(history, fridge, NOW - 3600, [5.0] * 30 + [9.0] * 30)
    report({"Room climate 02": (27.0, "high"), "Vaccine fridge 01": (12.0, "high"), "Room climate 01": (20.2, "low")})
    answer = post(app_module, ATTEND)
    rows = rows_of(answer, "environment-lists-data")["Out of range"]
    assert [row[0]["text"] for row in rows] == ["Vaccine fridge 01", "Room climate 02", "Room climate 01"]
    assert [row[3] for row in rows] == ["4.0 °C too high", "2.0 °C too high", "in range by less than 0.5 °C"]
    assert rows[0][4] == "2 to 8 °C"
    assert rows[0][5] == "12:00 (30 min)"
    assert rows[1][5] == "not known"
    assert rows[0][2]["icon"] == "ascending"
    assert answer["environment-sensor"]["value"] == fridge.mac
    assert "in range" not in json.dumps(answer["environment-state"])


def test_sensors_without_data_say_when_they_last_had_some(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...]
) -> None:
    warm(history, sensor(tags, "Room climate 02"), NOW - 7200, [21.0])
    report({"Room climate 02": (None, "silent"), "Room climate 03": (None, "silent")})
    answer = post(app_module, ATTEND)
    rows = rows_of(answer, "environment-lists-data")["Sensors without data"]
    assert [row[0]["text"] for row in rows] == ["Room climate 03", "Room climate 02"]
    assert [row[3] for row in rows] == ["not in the last 30 days", "29 Mar 2026, 10:30 (2 h ago)"]
    assert "All 43 measured places are in range; 2 silent." in json.dumps(answer["environment-state"])


def test_the_plan_shows_the_air_and_never_a_fridge(
    app_module: Any, history: History, report: Callable[..., None]
) -> None:
    report({"Vaccine fridge 01": (4.0, "ok"), "Room climate 01": (None, "silent"), "Room climate 02": (26.0, "high")})
    rows = post(app_module, "environment-values.data")["environment-values"]["data"]["rooms"]
    by_room = {row[0]: row for row in rows}
    number = building().room_by_number
    assert number["016"] not in by_room
    assert by_room[number["210"]][2:5] == [None, "–", "silent"]
    assert by_room[number["111"]][2:5] == [26.0, "26.0", "high"]
    assert "111" in by_room[number["111"]][5]
    humid = post(app_module, "environment-values.data", shown="humidity")["environment-values"]["data"]
    assert {row[0]: row for row in humid["rooms"]}[number["111"]][2:5] == [45.0, "45", "ok"]
    assert humid["unit"] == "%"


def test_the_past_has_figures_a_band_and_its_gaps(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...]
) -> None:
    fridge = sensor(tags, "Vaccine fridge 01")
    warm(history, fridge, NOW - 86_400, [5.0] * 1200)
    warm(history, fridge, NOW - 7200, [12.0] * 120)
    report({})
    answer = post(app_module, PAST, sensor=fridge.mac, span="24h", shown="temperature")
    said = json.dumps(answer["environment-figures"], ensure_ascii=False)
    for text in ("5.0 °C", "12.0 °C", "2 to 8 °C", "Mean kinetic temperature"):
        assert text in said
    figure = answer["environment-chart"]["children"]["props"]["figure"]
    assert [trace["type"] for trace in figure["data"]] == ["scatter"]
    assert len(figure["layout"]["shapes"]) == 4  # band, two limits, one gap
    assert answer["environment-chart"]["children"]["props"]["config"]["showSendToCloud"] is False
    table = answer["environment-parts-data"]["data"]["sheets"][0]["rows"]
    assert len(table) == 25
    assert table[0][1:4] == ["12.0 °C"] * 3


def test_thirty_days_are_drawn_with_few_points_and_all_extremes(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...]
) -> None:
    fridge = sensor(tags, "Vaccine fridge 01")
    values = [5.0 + (i % 7) / 10 for i in range(43_000)]
    values[20_011], values[30_017] = 1.25, 11.75
    warm(history, fridge, NOW - 43_000 * 60, values)
    report({})
    answer = post(app_module, PAST, sensor=fridge.mac, span="30d", shown="temperature")
    figure = answer["environment-chart"]["children"]["props"]["figure"]
    found = environment.past(fridge.mac, fridge.type, "temperature_c", (NOW - 30 * 86_400, NOW))
    chart = environment_charts.past_chart(found, "temperature_c", (2.0, 8.0), 600.0, "x").to_plotly_json()
    drawn = chart["props"]["figure"].data[0].y
    assert len(drawn) <= 2000
    assert (min(drawn), max(drawn)) == (1.25, 11.75)
    assert len(json.dumps(figure)) < 150_000
    assert len(answer["environment-parts-data"]["data"]["sheets"][0]["rows"]) == 31


def test_a_sensor_without_a_past_and_a_history_that_is_away_are_told(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    report({"Vaccine fridge 01": (12.0, "high")})
    mac = sensor(tags, "Vaccine fridge 01").mac
    assert "measured nothing in this time" in json.dumps(post(app_module, PAST, sensor=mac)["environment-chart"])
    assert "Choose a sensor" in json.dumps(post(app_module, PAST, sensor="nonsense")["environment-chart"])
    missing = open_reader(f"sqlite:///{tmp_path}/elsewhere.sqlite")
    for module in (environment, energy):
        monkeypatch.setattr(module, "records", lambda: missing)
    environment._began.cache_clear()
    for output, store, values in (
        (PAST, "environment-chart", {"sensor": mac}), (ENERGY, "environment-energy-note", {}),
        (ATTEND, "environment-state", {}),
    ):  # fmt: skip
        said = json.dumps(post(app_module, output, **values)[store])
        assert "There is no history" in said
        assert "alert" in said
    rows = rows_of(post(app_module, ATTEND), "environment-lists-data")["Out of range"]
    assert rows[0][5] == "not known"


def test_energy_tells_what_was_used_while_nobody_was_there(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...]
) -> None:
    listed = energy.known_meters()
    meter = next(m for m in listed if m.id == "em-ph-cool")
    patient = next(tag.index for tag in tags if tag.kind == Kind.PATIENT)
    readings = [MeterReading(meter.index, NOW - 7200 + 60 * i, 100.0 + i / 60, 1000.0) for i in range(121)]
    stay = Visit(patient, meter.rooms[0], NOW - 7200, NOW - 5400, 0.9, 1.0)
    history.write([history.rows(Batch(NOW, meters=readings, closed=[stay]))])
    rows = [
        {"id": m.id, "age_s": 10.0, "silent": m.id != meter.id, "watt": 1000.0, "kwh": 102.0} for m in listed
    ]  # fmt: skip
    report({}, rows)
    answer = post(app_module, ENERGY)
    table = {row[0]: row for row in answer["environment-energy-data"]["data"]["sheets"][0]["rows"]}
    pharmacy = table[building().departments["pharmacy"]]
    assert pharmacy[1:8] == ["1.0 kW", "2.0", "2.0", "1.5", "75 %", "0.0", "1"]
    laboratory = table[building().departments["laboratory"]]
    assert laboratory[1:6] == ["–", "0.0", "0.0", "0.0", "–"]
    assert laboratory[8] == "Laboratory board"
    figure = answer["environment-energy-chart"]["children"]["props"]["figure"]
    assert [trace["type"] for trace in figure["data"]] == ["bar"] * 3
    assert len({trace["marker"]["pattern"]["shape"] for trace in figure["data"]}) == 3


def test_without_a_reading_there_is_no_chart_of_energy(
    app_module: Any, history: History, report: Callable[..., None]
) -> None:
    report({})
    answer = post(app_module, ENERGY)
    assert "have not said enough yet" in json.dumps(answer["environment-energy-note"])
    assert answer["environment-energy-chart"]["children"] is None


def test_the_download_has_every_reading_and_every_gap(
    app_module: Any, history: History, report: Callable[..., None], tags: tuple[Tag, ...]
) -> None:
    fridge = sensor(tags, "Vaccine fridge 01")
    warm(history, fridge, NOW - 3600, [5.0] * 10)
    report({})
    answer = post(app_module, "environment-csv.data", sensor=fridge.mac, span="24h", shown="temperature")
    sent = answer["environment-csv"]["data"]
    rows = list(csv.DictReader(io.StringIO(sent["content"])))
    assert sent["filename"].startswith(f"wardlight-{fridge.mac}-temperature_c-20260329T103000Z")
    assert [row["note"] for row in rows if row["note"]] == [
        "no reading until 2026-03-29T09:30:00Z", "no reading until 2026-03-29T10:30:00Z",
    ]  # fmt: skip
    assert sum(row["value"] == "5.0" for row in rows) == 10
    assert [row["time_utc"] for row in rows] == sorted(row["time_utc"] for row in rows)


def test_days_and_hours_are_those_of_the_sites_zone(app_module: Any) -> None:
    page = next(p for p in dash.page_registry.values() if p["path"] == "/environment")
    edges = __import__(page["module"], fromlist=["edges"]).edges
    assert len(edges(NOW, "24h")) == 26
    assert all(t % 3600 == 0 for t in edges(NOW, "24h")[1:-1])
    days = [datetime.fromtimestamp(t, ZoneInfo("Europe/Paris")) for t in edges(NOW, "7d")[1:-1]]
    assert all((d.hour, d.minute) == (0, 0) for d in days)
    assert {b - a for a, b in pairwise(energy.midnights(NOW + 86_400, 3))} == {23 * 3600.0, 24 * 3600.0}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, ("1", "temperature", None, "24h")),
        (
            {"level": "3", "show": "humidity", "sensor": "ac:23:3f:aa:c0:ea", "span": "7d"},
            ("3", "humidity", "AC233FAAC0EA", "7d"),
        ),
        ({"level": "99", "show": "x", "sensor": "<script>", "span": "y"}, ("1", "temperature", "C", "24h")),
    ],
)  # fmt: skip
def test_the_address_chooses_what_is_shown_and_nonsense_does_not(
    app_module: Any, query: dict[str, str], wanted: tuple[Any, ...]
) -> None:
    page = next(p for p in dash.page_registry.values() if p["path"] == "/environment")
    with app_module.server.test_request_context():
        laid = json.loads(
            json.dumps(page["layout"](**query).to_plotly_json(), default=lambda part: part.to_plotly_json())
        )
    found: dict[str, Any] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "props" in node:
                found[node["props"].get("id", "")] = node["props"]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(laid)
    names = ("environment-level", "environment-shown", "environment-sensor", "environment-span")
    assert tuple(found[name].get("value") for name in names) == wanted


def test_ranges_are_written_for_people(app_module: Any) -> None:
    with app_module.server.test_request_context():
        say = environment_tables.allowed
        assert say((2.0, 8.0), "temperature_c") == "2 to 8 °C"
        assert say((float("-inf"), 60.0), "humidity_pct") == "at most 60 %"
        assert say((float("-inf"), float("inf")), "humidity_pct") == "–"
