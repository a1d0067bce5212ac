"""What `/areas` answers, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from twin import frame
from twin.access import Role, Visitor
from twin.history import Batch, FixColumns, open_history
from twin.history.queries import open_reader
from twin.model import Kind, Tag, Visit
from twin.settings import Settings
from twin.site import Site, load_site
from twin.web import areas
from twin.web.live import Hub

NOW = 1_700_000_000.0
PORTER = Visitor(Role.PORTER, frozenset({Kind.ASSET}))
MANAGER = Visitor(Role.MANAGER)


def site() -> Site:
    fields = Settings.model_fields
    return load_site(fields["building"].default, fields["gateways"].default)


SITE = site()
ROOMS = sorted((r for r in SITE.rooms if r.level == 1), key=lambda r: -r.area)
LARGE, SMALL = ROOMS[0], ROOMS[-1]
TAGS = [
    Tag(0, "AC233F000000", "B7", Kind.PATIENT, "patient", "Patient 1"),
    Tag(1, "AC233F000001", "E8", Kind.ASSET, "bed", "Bed 1", SMALL.number),
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An hour in which a patient and a bed cross a hall, and the patient leaves a small room."""
    url = f"sqlite:///{tmp_path_factory.mktemp('areas')}/history.sqlite"
    made = open_history(url, TAGS, SITE.rooms, SITE.levels)
    minutes = np.arange(60)
    for tag in (0, 1):
        n = len(minutes)
        x = np.where(minutes < 30, LARGE.x + 0.1 * minutes, SMALL.x)
        y = np.where(minutes < 30, LARGE.y, SMALL.y)
        room = np.where(minutes < 30, LARGE.index, SMALL.index)
        columns = FixColumns(
            tag=np.full(n, tag, np.int32), level=np.full(n, 1, np.int32), room=room.astype(np.int32),
            x=x.astype(np.float32), y=y.astype(np.float32), p=np.full(n, 0.9, np.float32),
            r90=np.full(n, 2.0, np.float32), t=np.asarray(NOW - 3600 + 60.0 * minutes, np.float64),
        )  # fmt: skip
        made.write([made.rows(Batch(NOW, fixes=columns))])
    made.write([made.rows(Batch(NOW, closed=[Visit(0, SMALL.index, NOW - 1200, NOW - 600, 0.9, 1.0)]))])
    made.close()
    return url


@pytest.fixture
def who() -> list[Visitor]:
    return [MANAGER]


@pytest.fixture
def client(history: str, who: list[Visitor], monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    here = Hub("demo", 1)
    here.accept("wardlight/demo/catalogue", frame.encode_catalogue("demo", TAGS)[1])
    reader = open_reader(history)
    for name, value in {"hub": here, "records": reader, "building": SITE, "stamp": 0}.items():
        monkeypatch.setattr(areas, name, lambda value=value: value)
    monkeypatch.setattr(areas, "visitor", lambda: who[0])
    server = Flask("areas")
    areas.set_up(server)
    yield server.test_client()
    reader.dispose()


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"{path}&until={NOW}")
    assert answer.status_code == status, answer.text
    return answer.json


def test_density_is_person_minutes_a_square_metre(client: FlaskClient) -> None:
    told = get(client, "/areas?colour=density&level=1&hours=1")
    rooms = dict(told["rooms"])
    assert rooms[LARGE.index] == pytest.approx(30 / LARGE.area, abs=0.01)
    assert rooms[SMALL.index] == pytest.approx(30 / SMALL.area, abs=0.7)
    assert told["total"] == pytest.approx(1.0, abs=0.05)
    assert {row[0] for row in told["cells"]} == {LARGE.index}
    assert get(client, "/areas?colour=density&level=2&hours=1")["rooms"] == []


def test_dwell_tells_how_many_stays_it_is_made_of(client: FlaskClient) -> None:
    assert get(client, "/areas?colour=dwell&level=all&hours=4")["rooms"] == [[SMALL.index, 10.0, 1]]


def test_a_trail_keeps_the_turns_and_tells_its_rooms(client: FlaskClient) -> None:
    told = get(client, "/areas/trail?tag=AC233F000000&hours=1")
    assert {LARGE.index, SMALL.index} == set(told["room"])
    assert told["begins"] == [0]
    assert len(told["t"]) < 60, "a rest was told minute by minute"
    assert set(told["level"]) == {1}


def test_ways_of_a_group(client: FlaskClient) -> None:
    for group, tags in (("patient", 1), ("type:bed", 1), (f"department:{SMALL.department}", 1), ("staff", 0)):
        told = get(client, f"/areas/ways?group={group}&level=1&hours=1")
        assert told["tags"] == tags, group


def test_who_may_not_see_patients_learns_nothing_of_them(client: FlaskClient, who: list[Visitor]) -> None:
    assert get(client, "/areas?colour=density&level=1&hours=1")["rooms"]
    who[0] = PORTER
    get(client, "/areas?colour=density&level=1&hours=1", 403)
    get(client, "/areas?colour=dwell&level=1&hours=1", 403)
    get(client, "/areas/trail?tag=AC233F000000&hours=1", 404)
    assert get(client, "/areas/ways?group=patient&level=1&hours=1")["tags"] == 0
    assert get(client, "/areas/trail?tag=AC233F000001&hours=1")["t"]


@pytest.mark.parametrize(
    "path",
    [
        "/areas?colour=density&level=99&hours=1", "/areas?colour=density&level=x&hours=1",
        "/areas?colour=density&level=1&hours=5", "/areas?colour=nothing&level=1&hours=1",
        "/areas?colour=dwell&level=1", "/areas/trail?tag=AC233F000000&hours=100",
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(client: FlaskClient, path: str) -> None:
    assert get(client, path, 400)["text"]


@pytest.mark.parametrize("until", ["nan", "inf", "-5", "now", "1e300"])
def test_a_time_that_is_none_is_refused(client: FlaskClient, until: str) -> None:
    assert client.get(f"/areas?colour=dwell&level=1&hours=1&until={until}").status_code == 400


def test_an_answer_that_is_known_is_not_sent_again(client: FlaskClient) -> None:
    path = f"/areas?colour=dwell&level=1&hours=1&until={NOW}"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert "private" in first.headers["Cache-Control"]


def test_a_missing_history_is_an_error_with_a_reason(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(areas, "records", lambda: open_reader(f"sqlite:///{tmp_path}/none.sqlite"))
    assert "no history" in get(client, "/areas?colour=dwell&level=1&hours=24", 503)["text"]


def test_a_change_of_layer_is_light(client: FlaskClient) -> None:
    for colour in ("density", "dwell"):
        for level in ("1", "all"):
            assert len(client.get(f"/areas?colour={colour}&level={level}&hours=1&until={NOW}").data) < 10_000
