"""The building page: what it tells, what it asks of the twin, and who may."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

from twin.access import Role, Visitor
from twin.bus import Handler, command_topic, reply_topic
from twin.commands import Desk
from twin.commission.building import Buildings
from twin.intake import Intake
from twin.jobs import candidates, worker
from twin.jobs.job import Outcome, report
from twin.jobs.spool import Spool
from twin.model import Kind, Tag
from twin.radio import Slots
from twin.settings import ROOT, settings
from twin.web import buildings, command
from twin.web.building import building

REFRESHED = (
    "..building-alert.children...building-jobs.children...building-candidates.children"
    "...building-used.children...building-earlier.children...building-beat.disabled.."
)
SHIPPED = ROOT / "data/demo/building"


class Twin:
    """A bus that is the twin's desk for buildings."""

    def __init__(self) -> None:
        self.awake = True
        self._answer: Handler | None = None
        tags = (Tag(0, "C30000000009", "B10", Kind.STAFF, "nurse", "N-1"),)
        self._desk = Desk(Counter())
        site = building()
        intake = Intake(site, tags, settings().gateway_topics, Slots(tags))
        Buildings(settings(), site, tags, intake, lambda: None).register(self._desk)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        assert topic == command_topic(settings().site)
        if self.awake:
            assert self._answer
            self._answer(reply_topic(settings().site), self._desk.take(payload), retain)
        return True

    def subscribe(self, pattern: str, handler: Handler) -> None:
        self._answer = handler


@pytest.fixture
def page(app_module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The page's module, with a folder of its own to write in."""
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path))
    settings.cache_clear()
    assert settings().var == tmp_path
    yield sys.modules["pages.building"]
    settings.cache_clear()


@pytest.fixture
def twin(page: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    monkeypatch.setattr(buildings, "REPLACE_PATIENCE_S", 0.3)
    command.asker.cache_clear()
    made = Twin()
    command.asker().connect(made)
    yield made
    command.asker.cache_clear()


def post(app_module: Any, output: str, state: Any = None, **values: Any) -> Any:
    """Call one callback as a browser would."""
    client = app_module.server.test_client()
    client.get("/")
    callback = next(c for c in client.get("/_dash-dependencies").json if c["output"] == output)
    outputs = [dict(zip(("id", "property"), o.rsplit(".", 1), strict=True)) for o in output.strip(".").split("...")]
    given = [{**part, "value": values.get(part["id"].replace("-", "_"))} for part in callback["inputs"]]
    held = [{**part, "value": state} for part in callback["state"]]
    body = {
        "output": output, "outputs": outputs if output.startswith("..") else outputs[0], "inputs": given,
        "changedPropIds": [f"{given[0]['id']}.{given[0]['property']}"], "state": held,
    }  # fmt: skip
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code in (200, 204), response.text
    return response.json["response"] if response.status_code == 200 else None


def act(app_module: Any, action: str, value: str, base: str = "") -> dict[str, Any]:
    asked = {"n": 5, "act": action, "value": value, "base": base}
    return post(app_module, "building-answer.data", building_ask=asked)["building-answer"]["data"]


def texts(thing: Any) -> str:
    """All text of a tree of components, or of what a callback sent."""
    if isinstance(thing, Component):
        thing = json.loads(json.dumps(thing.to_plotly_json(), default=lambda c: c.to_plotly_json()))
    if isinstance(thing, dict):
        return " ".join(texts(value) for value in thing.values())
    if isinstance(thing, list | tuple):
        return " ".join(map(texts, thing))
    return str(thing)


def offer(title: str = "Nova.ifc", **told: Any) -> candidates.Candidate:
    return candidates.put(settings().var, SHIPPED, title, "import", {"notes": [], "problems": [], **told})


def other(made: candidates.Candidate) -> candidates.Candidate:
    """Have it stand where nobody knows."""
    path = made.building / "venue.geojson"
    venue = json.loads(path.read_text())
    venue["features"][0]["properties"]["local_frame"] |= {"origin": [0.7, 47.4], "georeferenced": False}
    path.write_text(json.dumps(venue))
    return made


def test_it_tells_what_is_in_use(app_module: Any, page: Any):
    told = post(app_module, REFRESHED)
    used = texts(told["building-used"])
    assert "Saint-Aubin Hospital" in used
    assert "181" in used
    assert "Ground floor" in used
    assert "/files/building" in used
    assert told["building-beat"]["disabled"] is True
    assert told["building-alert"]["children"] == []
    assert told["building-candidates"]["children"] == []
    assert told["building-earlier"]["children"] == []


def test_it_follows_a_job_as_long_as_it_runs(app_module: Any, page: Any):
    spool = Spool(settings().var)
    spool.submit("House.ifc", io.BytesIO(b"x"), 1)
    told = post(app_module, REFRESHED)
    assert told["building-beat"]["disabled"] is False
    assert "No worker is running" in texts(told["building-jobs"])
    worker.beat_file(settings().var).touch()
    assert "Waiting for its turn" in texts(post(app_module, REFRESHED)["building-jobs"])
    job = spool.claim()
    assert job
    report(job.folder, 0.42, "Walls")
    jobs = texts(post(app_module, REFRESHED)["building-jobs"])
    assert "House.ifc" in jobs
    assert "Walls" in jobs
    assert "42 %" in jobs
    spool.end(job, Outcome(reason="No rooms.", problems=("#12 IfcSpace: no body",)))
    told = post(app_module, REFRESHED)
    failed = texts(told["building-jobs"])
    assert "could not be imported" in failed
    assert "#12 IfcSpace" in failed
    assert "was not touched" in failed
    assert told["building-beat"]["disabled"] is True
    act(app_module, "call-off", job.id)
    assert post(app_module, REFRESHED)["building-jobs"]["children"] == []


def test_two_buildings_beside_each_other(app_module: Any, page: Any):
    made = offer(
        "Nova.ifc", notes=["Storeys without rooms were left out: Roof."], problems=["#7 Door: touches no room"]
    )
    shown = texts(page.layout(look=made.id))
    for text in ("Nova.ifc", "Put in place", "Discard", "Rooms without a door", "Roof.", "#7 Door", "181"):
        assert text in shown
    assert "Every gateway of the list has a place" in shown
    plans = post(app_module, "building-plans.data", state=made.id, building_level="0")["building-plans"]["data"]
    assert len(plans["now"]["rooms"]) == len(plans["new"]["rooms"]) == 68
    assert len(plans["new"]["gateways"]) > 10
    plans = post(app_module, "building-plans.data", state=made.id, building_level="7")["building-plans"]["data"]
    assert plans == {"now": None, "new": None}


def test_what_will_be_lost_is_said_before(app_module: Any, page: Any):
    shown = texts(page.layout(look=other(offer()).id))
    assert "75 gateways have no place in the new building" in shown
    assert "and 63 more" in shown
    assert "Nothing is heard until gateways are placed" in shown


def test_a_candidate_that_cannot_be_used_cannot_be_put_in_place(app_module: Any, page: Any):
    made = offer()
    (made.building / "unit.geojson").write_text("{")
    shown = texts(page.layout(look=made.id))
    assert "cannot use this building" in shown
    assert "unit.geojson" in shown
    assert "Put in place" not in shown


@pytest.mark.parametrize("ident", ["0" * 16, "../../etc", "x"])
def test_a_candidate_that_is_gone(page: Any, ident: str):
    assert "not here any more" in texts(page.layout(look=ident))


def test_it_is_put_in_place_and_taken_back(app_module: Any, page: Any, twin: Twin):
    made = other(offer())
    base = buildings.facts().used.id
    answer = act(app_module, "replace", made.id, base)
    assert answer["ok"], answer
    told = post(app_module, REFRESHED)
    assert "Nova.ifc" in texts(told["building-used"])
    assert "Back to the demo hospital" in texts(told["building-alert"])
    assert "nothing is heard" in texts(told["building-alert"])
    assert told["building-candidates"]["children"] == []
    earlier = buildings.facts().earlier
    assert [version.source for version in earlier] == ["shipped"]
    twin.__init__()
    command.asker().connect(twin)
    answer = act(app_module, "restore", earlier[0].id, buildings.facts().used.id)
    assert answer["ok"], answer
    told = post(app_module, REFRESHED)
    assert told["building-alert"]["children"] == []
    assert "Nova.ifc" in texts(told["building-earlier"])


def test_what_the_twin_refuses_is_told_with_its_reasons(app_module: Any, page: Any, twin: Twin):
    made = offer()
    (made.building / "unit.geojson").write_text("{")
    answer = act(app_module, "replace", made.id, buildings.facts().used.id)
    assert not answer["ok"]
    assert any("unit.geojson" in fault for fault in answer["faults"])
    twin.awake = False
    answer = act(app_module, "replace", made.id, buildings.facts().used.id)
    assert "did not answer" in answer["text"]


def test_a_discarded_candidate_is_gone(app_module: Any, page: Any):
    made = offer()
    assert "Nova.ifc" in texts(post(app_module, REFRESHED)["building-candidates"])
    assert act(app_module, "discard", made.id)["ok"]
    assert candidates.listing(settings().var) == []


def test_others_may_not(app_module: Any, page: Any, monkeypatch: pytest.MonkeyPatch):
    made = offer()
    monkeypatch.setattr(page, "visitor", lambda: Visitor(Role.NURSE))
    assert "may not" in texts(page.layout())
    assert not post(app_module, REFRESHED)
    assert not act(app_module, "discard", made.id)["ok"]
    assert candidates.find(settings().var, made.id)
    assert not post(app_module, "building-plans.data", state=made.id, building_level="0")


def test_titles_cannot_smuggle_paths(page: Any):
    made = offer("../../../evil.ifc")
    found = buildings.archive_of(made.id, "")
    assert found
    assert found.name == "evil-imdf.zip"
    assert Path(found.building).is_relative_to(settings().var)
