"""Files of buildings in and out: what is taken, what is refused and why."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from twin.access import Role, Visitor
from twin.jobs import candidates, spool
from twin.jobs.spool import Spool
from twin.settings import ROOT, Settings
from twin.web import jobs

MARK = {"X-Wardlight": "upload"}


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    s = Settings(var=tmp_path)
    for module in ("twin.web.jobs", "twin.web.buildings", "twin.web.building"):
        monkeypatch.setattr(f"{module}.settings", lambda: s)
    return tmp_path


@pytest.fixture
def client(var: Path) -> FlaskClient:
    app = Flask("test")
    app.register_blueprint(jobs.routes)
    return app.test_client()


def send(client: FlaskClient, body: bytes = b"ISO-10303-21;", headers: Any = MARK, **query: Any) -> Any:
    return client.post("/files/building", data=body, headers=headers, query_string={"name": "House.ifc"} | query)


def test_an_upload_becomes_a_job(client: FlaskClient, var: Path):
    answer = send(client)
    assert answer.status_code == 201
    job = Spool(var).find(answer.json["job"])
    assert job is not None
    assert (job.name, job.state) == ("House.ifc", "waiting")
    assert job.source.read_bytes() == b"ISO-10303-21;"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_workbook_comes_behind_the_file(client: FlaskClient, var: Path):
    answer = send(client, b"modelbook", assets="Equipment.xlsx", assets_size=4)
    job = Spool(var).find(answer.json["job"])
    assert job is not None
    assert job.workbook
    assert (job.source.read_bytes(), job.workbook.read_bytes()) == (b"model", b"book")


@pytest.mark.parametrize("size", [-1, 9, 99, "much"])
def test_sizes_that_cannot_be(client: FlaskClient, var: Path, size: object):
    answer = send(client, b"modelbook", assets="a.xlsx", assets_size=size)
    assert answer.status_code == (201 if size == "much" else 400)


def test_without_our_header_or_the_right_nothing_is_taken(
    client: FlaskClient, var: Path, monkeypatch: pytest.MonkeyPatch
):
    assert send(client, headers={}).status_code == 403
    monkeypatch.setattr(jobs, "visitor", lambda: Visitor(Role.NURSE))
    assert send(client).status_code == 403
    assert client.get("/files/building").status_code == 403
    assert Spool(var).listing() == []


def test_what_is_too_large_is_refused_before_it_is_read(
    client: FlaskClient, var: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(spool, "MOST_BYTES", 1 << 20)
    answer = send(client, b"x" * ((1 << 20) + 1))
    assert answer.status_code == 413
    assert "limit is 1 MB" in answer.json["text"]
    assert Spool(var).listing() == []


def test_an_empty_file_and_a_full_queue_are_refused(client: FlaskClient, var: Path, monkeypatch: pytest.MonkeyPatch):
    assert send(client, b"").status_code == 411
    monkeypatch.setattr(spool, "MOST_WAITING", 1)
    send(client)
    answer = send(client)
    assert answer.status_code == 429
    assert "wait already" in answer.json["text"]


def test_screens_keep_their_threads(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "_places", threading.BoundedSemaphore(1))
    with jobs._places:
        assert send(client).status_code == 429
    assert send(client).status_code == 201


def test_a_full_disk_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "_copy", full)
    answer = send(client)
    assert answer.status_code == 507
    assert "No space left" in answer.json["text"]


def test_the_building_in_use_is_sent_as_a_zip(client: FlaskClient, var: Path):
    answer = client.get("/files/building")
    assert answer.status_code == 200
    assert "saint-aubin-hospital-imdf.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {"manifest.json", "unit.geojson"} <= set(archive.namelist())


def test_candidates_are_sent_and_ids_lead_nowhere(client: FlaskClient, var: Path):
    made = candidates.put(var, ROOT / "data/demo/building", "Süd Klinik.ifc.gz", "import", {})
    answer = client.get("/files/building", query_string={"candidate": made.id})
    assert answer.status_code == 200
    assert "s-d-klinik-imdf.zip" in answer.headers["Content-Disposition"]
    for query in ({"candidate": "../" * 8}, {"version": "../" * 8}, {"candidate": "0" * 16}):
        assert client.get("/files/building", query_string=query).status_code == 404


def test_screens_are_told_that_the_building_is_another(client: FlaskClient, var: Path):
    first = client.get("/files/building/stamp")
    assert first.status_code == 200
    assert client.get("/files/building/stamp").data == first.data
    own = var / "site/building"
    own.mkdir(parents=True)
    (own / "manifest.json").write_text("{}")
    assert client.get("/files/building/stamp").data != first.data


def test_a_damaged_building_is_said(client: FlaskClient, var: Path):
    made = candidates.put(var, ROOT / "data/demo/building", "x", "import", {})
    (made.building / "manifest.json").write_text("{")
    answer = client.get("/files/building", query_string={"candidate": made.id})
    assert answer.status_code == 409
    assert answer.get_json()["text"]
