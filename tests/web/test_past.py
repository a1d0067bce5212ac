"""The routes that go back in time, on the shipped building and register and a small history of a few hours."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from twin import frame
from twin import settings as settings_module
from twin.access import Role, Visitor
from twin.history import Batch, FixColumns, open_history
from twin.history.past import HEARD_S
from twin.model import Kind, Press, Sample, State, Tag, Visit
from twin.site import Site, load_tags
from twin.web import past
from twin.web.building import building
from twin.web.picture import columns
from twin.web.records import records
from twin.web.ticks import what_happened

NOW = 1_780_060_000.0
"""The newest position."""
NURSE = Visitor(Role.NURSE, frozenset({Kind.PATIENT, Kind.ASSET}))


def of_kind(tags: tuple[Tag, ...], kind: Kind) -> int:
    return next(tag.index for tag in tags if tag.kind == kind)


class Hospital:
    """A patient, a nurse, a pump and a sensor. For two hours they are stored each minute, but for a hole."""

    def __init__(self, var: Path) -> None:
        self.site: Site = building()
        self.tags = load_tags(settings_module.settings().tags)
        self.patient, self.nurse, self.asset = (of_kind(self.tags, k) for k in (Kind.PATIENT, Kind.STAFF, Kind.ASSET))
        self.sensor = next(tag.index for tag in self.tags if tag.type == "vaccine_fridge")
        self.rooms = [room for room in self.site.rooms if room.level == 1][:2]
        self.history = open_history(
            settings_module.settings().history_url, self.tags, self.site.rooms, self.site.levels
        )
        for minute in range(120):
            t = NOW - 60.0 * (119 - minute)
            if not 30 <= minute < 50:
                self.store(t, self.rooms[minute // 60])
        rooms = (self.rooms[0].index, self.rooms[1].index)
        self.write(
            closed=[Visit(self.patient, rooms[0], NOW - 7000, NOW - 3600, 0.9, 1.0),
                    Visit(self.patient, rooms[0], NOW - 3600, NOW - 3570, 0.9, 1.0)],
            opened=[Visit(self.patient, rooms[1], NOW - 3570, None, 0.8, 1.0)],
            presses=[Press(self.nurse, NOW - 600, "ibeacon")],
            samples=[Sample(self.sensor, NOW - 60.0 * k, "temperature_c", 12.0 if 30 < k < 40 else 5.0)
                     for k in range(120)],
        )  # fmt: skip

    def write(self, **parts: Any) -> None:
        self.history.write([self.history.rows(Batch(NOW, **parts))])

    def store(self, t: float, room: Any, tags: list[int] | None = None) -> None:
        tags = [self.patient, self.nurse, self.asset] if tags is None else tags
        n = len(tags)
        self.write(fixes=FixColumns(
            np.array(tags, np.int32), np.full(n, room.level, np.int32), np.full(n, room.index, np.int32),
            np.full(n, room.x, np.float32), np.full(n, room.y, np.float32), np.full(n, 0.9, np.float32),
            np.full(n, 2.0, np.float32), np.full(n, t),
        ))  # fmt: skip


def forget() -> None:
    for cached in (settings_module.settings, records, past.gate, what_happened):
        cached.cache_clear()


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path))
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def client(var: Path) -> FlaskClient:
    app = Flask("test")
    app.register_blueprint(past.routes)
    return app.test_client()


@pytest.fixture
def hospital(var: Path) -> Iterator[Hospital]:
    made = Hospital(var)
    yield made
    made.history.close()


def ask(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"/past/{path}")
    assert answer.status_code == status, answer.text
    return answer.json


def tags_of(told: dict[str, Any]) -> dict[int, int]:
    """State of each tag in a frame."""
    c = columns(told)
    return dict(zip(c["tag"].tolist(), (c["flags"] & 7).tolist(), strict=True))


def test_a_moment_has_the_form_of_the_live_picture(client: FlaskClient, hospital: Hospital):
    body = ask(client, f"at?t={NOW - 4000}&levels=1&tag={hospital.patient}")
    shown = body["frames"]["1"]
    assert tags_of(shown) == dict.fromkeys((hospital.patient, hospital.nurse, hospital.asset), State.LIVE)
    place = columns(shown)
    row = place["tag"].tolist().index(hospital.patient)
    assert place["room"][row] == hospital.rooms[0].index
    assert place["since"][row] == 50
    assert shown["t"] == body["summary"]["t"] == NOW - 4000
    assert body["where"] == 1
    assert body["gap"] is None
    rev, _ = frame.encode_catalogue(hospital.site.name, hospital.tags)
    assert body["rev"] == shown["rev"] == rev
    assert body["summary"]["kpi"]["patients"] == 1
    assert body["summary"]["levels"][1]["assets"] == 1


def test_what_history_does_not_hold_is_not_claimed(client: FlaskClient, hospital: Hospital):
    summary = ask(client, f"at?t={NOW - 100}&levels=1")["summary"]
    for key in ("unobserved", "lost", "gateways_silent", "gateways", "data_age_s"):
        assert summary["kpi"][key] is None
    assert summary["gateways"] == []


def test_who_waits_in_emergency_has_waited_since_they_came_into_it(client: FlaskClient, hospital: Hospital):
    emergency = [room for room in hospital.site.rooms if room.department == "emergency"]
    waiting = next(room for room in emergency if room.space_type == "waiting")
    bay = next(room for room in emergency if room.space_type == "ed_bay")
    other = [tag.index for tag in hospital.tags if tag.kind == Kind.PATIENT][1]
    hospital.store(NOW - 200, waiting, [other])
    stays = [(bay, 7000, 6500), (waiting, 3000, 2000), (hospital.rooms[0], 2000, 1500), (waiting, 1500, 100)]
    hospital.write(closed=[Visit(other, room.index, NOW - a, NOW - b, 0.9, 1.0) for room, a, b in stays])
    kpi = ask(client, f"at?t={NOW - 180}&levels=1")["summary"]["kpi"]
    assert kpi["ed_waiting"] == 1
    assert kpi["ed_wait_median_s"] == 3000 - 180
    told = ask(client, f"stretch?from={NOW - 210}&to={NOW - 150}&level=1")
    assert [mark["kpi"]["ed_wait_median_s"] for mark in told["marks"]] == [3000 - 180, 3000 - 150]


def test_a_tag_without_a_fresh_position_is_stale_and_then_gone(client: FlaskClient, hospital: Hospital):
    hospital.store(NOW + 400, hospital.rooms[1], [hospital.asset])
    body = ask(client, f"at?t={NOW + HEARD_S + 2}&levels=1")
    assert set(tags_of(body["frames"]["1"]).values()) == {State.STALE}
    later = ask(client, f"at?t={NOW + 399}&levels=1")
    assert tags_of(later["frames"]["1"]) == {hospital.asset: State.STALE}
    gone = {row[0]: row for row in later["summary"]["elsewhere"]}
    assert set(gone) == {hospital.patient, hospital.nurse}
    assert gone[hospital.patient][2:4] == [hospital.rooms[1].index, NOW]


def test_a_hole_of_history_is_told(client: FlaskClient, hospital: Hospital):
    hole = ask(client, f"at?t={NOW - 60 * 75}&levels=1")["gap"]
    assert hole[0] == pytest.approx(NOW - 60 * 90, abs=40)
    told = ask(client, f"events?from={NOW - 7000}&to={NOW}")
    ((begin, end),) = told["gaps"]
    assert begin == pytest.approx(NOW - 60 * 90, abs=40)
    assert end == pytest.approx(NOW - 60 * 69, abs=40)


def test_climate_and_presses_are_those_of_the_moment(client: FlaskClient, hospital: Hospital):
    room = str(hospital.site.room_by_number[hospital.tags[hospital.sensor].home])
    level = hospital.site.rooms[int(room)].level
    then = ask(client, f"at?t={NOW - 60 * 35}&levels={level}")
    assert then["frames"][str(level)]["temp"][room][:1] == [12.0]
    assert then["frames"][str(level)]["temp"][room][3] == "high"
    assert then["summary"]["kpi"]["rooms_out_of_range"] == 1
    assert then["summary"]["presses"] == []
    later = ask(client, f"at?t={NOW - 590}&levels=1")
    assert [press["tag"] for press in later["summary"]["presses"]] == [hospital.nurse]
    flags = dict(zip(*(columns(later["frames"]["1"])[k].tolist() for k in ("tag", "flags")), strict=True))
    assert flags[hospital.nurse] & frame.PRESSED


def test_a_stretch_leads_from_one_picture_to_the_next(client: FlaskClient, hospital: Hospital):
    told = ask(client, f"stretch?from={NOW - 3900}&to={NOW - 3300}&level=1")
    tags = np.frombuffer(b64decode(told["tag"]), "<u2").tolist()
    times = np.frombuffer(b64decode(told["dt"]), "<u2") / 10 + told["from"]
    rooms = np.frombuffer(b64decode(told["room"]), "<u2").tolist()
    assert told["n"] == len(tags) == 30
    assert tags == sorted(tags)
    assert {round(t) % 60 for t in times} == {NOW % 60}
    assert set(rooms) == {room.index for room in hospital.rooms}
    assert [mark["t"] for mark in told["marks"]] == [NOW - 3900 + 30 * k for k in range(1, 21)]
    assert {mark["kpi"]["patients"] for mark in told["marks"]} == {1}


def test_what_happened(client: FlaskClient, hospital: Hospital):
    told = ask(client, f"events?from={NOW - 7000}&to={NOW}")
    (press,) = [one for one in told["events"] if one["kind"] == "press"]
    assert (press["tag"], press["t"]) == (hospital.nurse, NOW - 600)
    (out,) = [one for one in told["events"] if one["kind"] == "excursion"]
    assert (out["t"], out["until"], out["worst"]) == (NOW - 60 * 39, NOW - 60 * 31, 12.0)
    assert not [one for one in told["events"] if one["kind"] == "first_seen"], "it was there when history began"


def test_stops_leave_out_who_only_passed(client: FlaskClient, hospital: Hospital):
    told = ask(client, f"stops?tag={hospital.patient}&from={NOW - 7100}&to={NOW}")
    assert [(stop["room"], stop["from"], stop["to"]) for stop in told["stops"]] == [
        (hospital.rooms[0].index, NOW - 7000, NOW - 3600), (hospital.rooms[1].index, NOW - 3570, None),
    ]  # fmt: skip
    assert told["left_out"] == 1


def test_what_somebody_may_not_see_is_left_out_everywhere(
    client: FlaskClient, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
):
    at = f"at?t={NOW - 4000}&levels=1&tag={hospital.nurse}"
    everything = client.get(f"/past/{at}").headers["ETag"]
    monkeypatch.setattr(past, "visitor", lambda: NURSE)
    answer = client.get(f"/past/{at}", headers={"If-None-Match": everything})
    assert answer.status_code == 200, "another person's ETag does not match"
    body = answer.json or {}
    assert set(tags_of(body["frames"]["1"])) == {hospital.patient, hospital.asset}
    assert body["where"] is None
    assert ask(client, f"at?t={NOW - 590}&levels=1")["summary"]["presses"] == []
    hospital.store(NOW + 400, hospital.rooms[1], [hospital.asset])
    past.gate.cache_clear()
    gone = ask(client, f"at?t={NOW + 399}&levels=1")["summary"]["elsewhere"]
    assert [row[0] for row in gone] == [hospital.patient]
    told = ask(client, f"stretch?from={NOW - 600}&to={NOW}&level=1")
    assert hospital.nurse not in np.frombuffer(b64decode(told["tag"]), "<u2")
    assert told["presses"] == []
    assert all(one["kind"] != "press" for one in ask(client, f"events?from={NOW - 7000}&to={NOW}")["events"])
    assert ask(client, f"stops?tag={hospital.nurse}&from={NOW - 7000}&to={NOW}", 400)["error"] == "tag"


def test_what_is_over_does_not_change_and_is_not_sent_twice(client: FlaskClient, hospital: Hospital):
    for path in (f"at?t={NOW - 4000}&levels=1", f"stretch?from={NOW - 900}&to={NOW - 600}&level=1",
                 f"events?from={NOW - 7000}&to={NOW - 600}"):  # fmt: skip
        tag = client.get(f"/past/{path}").headers["ETag"]
        assert client.get(f"/past/{path}", headers={"If-None-Match": tag}).status_code == 304
    fresh = client.get(f"/past/at?t={NOW}&levels=1")
    assert fresh.headers["Cache-Control"] == "no-store"
    assert "ETag" not in fresh.headers


@pytest.mark.parametrize(
    "path",
    [
        "at?levels=1",
        "at?t=soon&levels=1",
        "at?t=nan&levels=1",
        "at?t=inf&levels=1",
        f"at?t={NOW + 3600}&levels=1",
        f"at?t={NOW - 80 * 3600}&levels=1",
        f"stretch?from={NOW - 2000}&to={NOW}&level=1",
        f"stretch?from={NOW}&to={NOW - 10}&level=1",
        f"events?from={NOW}&to={NOW - 10}",
        f"events?from={NOW - 400 * 3600}&to={NOW}",
        f"stops?tag=999999&from={NOW - 100}&to={NOW}",
        f"stops?from={NOW - 100}&to={NOW}",
    ],
)
def test_what_cannot_be_asked_is_refused(client: FlaskClient, hospital: Hospital, path: str):
    assert ask(client, path, 400)["error"] in ("range", "tag")


def test_levels_that_are_not_there_are_ignored(client: FlaskClient, hospital: Hospital):
    assert set(ask(client, f"at?t={NOW - 100}&levels=1,99,x,,1")["frames"]) == {"1"}


def test_a_missing_or_empty_history_is_told(client: FlaskClient, var: Path):
    assert ask(client, "span")["error"] == "empty"
    assert ask(client, f"at?t={NOW}&levels=1", 503)["error"] == "history"
    site = building()
    open_history(settings_module.settings().history_url, (), site.rooms, site.levels).close()
    records.cache_clear()
    assert ask(client, "span")["error"] == "empty"
    assert ask(client, f"at?t={NOW}&levels=1", 404)["error"] == "empty"


def test_a_damaged_history_is_told(client: FlaskClient, var: Path):
    (var / "history.sqlite").write_bytes(b"no database" * 1000)
    body = ask(client, "span", 503)
    assert body["error"] == "history"
    assert body["message"]


def test_a_locked_history_is_told(client: FlaskClient, hospital: Hospital, var: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("twin.history.queries.BUSY_S", 0.05)
    records.cache_clear()
    hospital.history.close()
    with sqlite3.connect(var / "history.sqlite", isolation_level=None) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert ask(client, "span", 503)["error"] == "history"
    other.close()


def test_only_a_few_are_answered_at_a_time(client: FlaskClient, hospital: Hospital, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(past, "WAIT_S", 0.01)
    for _ in range(past.AT_ONCE):
        past.gate().places.acquire()
    answer = client.get("/past/span")
    assert (answer.status_code, json.loads(answer.data)["error"]) == (503, "busy")
    assert answer.headers["Retry-After"]
    past.gate().places.release()
    assert client.get("/past/span").status_code == 200
