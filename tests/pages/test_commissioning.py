"""The commissioning page's callbacks, with a twin in the same process that takes its commands."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from twin.access import Role, Visitor
from twin.settings import settings
from twin.site import Site, rooms_at
from twin.web.building import building
from twin.web.commission import saved_gateways

FACTS = (
    "..commission-facts.data...commission-points-data.data...commission-signals-data.data...commission-about.children.."
)


def post(app_module: Any, output: str, **values: Any) -> Any:
    """Call one callback as a browser would."""
    client = app_module.server.test_client()
    client.get("/")
    callback = next(c for c in client.get("/_dash-dependencies").json if c["output"] == output)
    outputs = [dict(zip(("id", "property"), o.rsplit(".", 1), strict=True)) for o in output.strip(".").split("...")]
    given = [{**part, "value": values.get(part["id"].replace("-", "_"))} for part in callback["inputs"]]
    body = {
        "output": output, "outputs": outputs if output.startswith("..") else outputs[0], "inputs": given,
        "changedPropIds": [f"{given[0]['id']}.{given[0]['property']}"], "state": [],
    }  # fmt: skip
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code in (200, 204), response.text
    return response.json["response"] if response.status_code == 200 else None


def act(app_module: Any, action: str, **more: Any) -> dict[str, Any]:
    asked = {"n": 7, "action": action, **more}
    return post(app_module, "commission-answer.data", commission_ask=asked)["commission-answer"]["data"]


def facts(app_module: Any) -> dict[str, Any]:
    return post(app_module, FACTS)


def test_the_page_is_told_what_is_saved_and_how_the_gateways_do(app_module: Any, fed: Any, desk: Any):
    told = facts(app_module)
    shown = told["commission-facts"]["data"]
    assert len(shown["gateways"]) == len(building().gateways)
    assert shown["state"]["state"] == "none"
    assert shown["survey"] == ""
    strangers, listed = told["commission-signals-data"]["data"]["sheets"]
    assert strangers["rows"][0][2] == {"text": "Place it", "action": "place-gateway", "value": "AC233FFFFF01"}
    assert listed["rows"][0][3] == {"text": "Moved or swapped?", "icon": "target", "form": "mark"}
    assert listed["rows"][0][4] == "−11.4"
    assert [row[2]["text"] for row in listed["rows"][2:5]] == ["Never heard", "Silent", "Heard"]
    assert "Report of the twin" in told["commission-about"]["children"]


def test_a_gateway_is_placed_and_every_page_knows_it_without_a_restart(app_module: Any, fed: Any, desk: Any):
    shown = facts(app_module)["commission-facts"]["data"]
    rows = shown["gateways"]
    count = len(rows)
    room = building().rooms[20]
    floor = str(building().levels[room.level].ordinal)
    new = {
        "gateway_id": "ac:23:3f:00:00:01", "name": "New", "model": "G1", "floor": floor,
        "x": f"{room.x + 0.5:.2f}", "y": f"{room.y:.2f}", "z": "2.5", "topic": "/gw/ac233f000001/status",
    }  # fmt: skip
    answer = act(app_module, "save", rows=[*rows, new], base=shown["base"])
    assert answer["ok"], answer
    assert "starts again" in answer["text"]
    assert len(building().gateways) == count + 1
    assert facts(app_module)["commission-facts"]["data"]["gateways"][-1]["gateway_id"] == "AC233F000001"
    assert "AC233F000001" in settings().gateway_list.read_text()


def test_faults_are_told_by_row_and_field(app_module: Any, fed: Any, desk: Any):
    rows = saved_gateways()
    rows[3]["x"] = "900"
    answer = act(app_module, "save", rows=rows, base=facts(app_module)["commission-facts"]["data"]["base"])
    assert not answer["ok"]
    assert [(fault["line"], fault["column"]) for fault in answer["faults"]] == [(4, "x")]
    assert not settings().survey.parent.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "save"},
        {"action": "save", "rows": [{"x": 1}], "base": 3},
        {"action": "start", "tag": 5},
        {"action": "import", "contents": "data:,rubbish"},
        {"action": "import"},
        {"action": "delete", "point": ["1"]},
        {"action": "format-disk"},
        {},
    ],
)
def test_nonsense_is_refused_in_words(app_module: Any, desk: Any, asked: dict[str, Any]):
    answer = post(app_module, "commission-answer.data", commission_ask={"n": 1, **asked})["commission-answer"]["data"]
    assert not answer["ok"]
    assert answer["text"]


def test_a_stand_its_progress_and_its_point(app_module: Any, fed: Any, desk: Any):
    room = building().rooms[20]
    tag = desk_tag(desk)
    assert act(app_module, "start", tag=tag, x=room.x, y=room.y, z=1.1, level=room.level)["ok"]
    desk.intake.listener(2, [desk.service._walk.stand.tag], [-61], [time.time()])
    told = post(app_module, "commission-walk-data.data", commission_beat=1)["commission-walk-data"]["data"]
    assert (told["state"], told["readings"], told["gateways"]) == ("collecting", 1, 1)
    desk.service._now = lambda: time.time() + 30
    desk.service.step()
    told = facts(app_module)
    point = told["commission-points-data"]["data"]["sheets"][0]["rows"][0]
    assert point[0] == "1"
    assert point[6:8] == ["1", "1"]
    assert told["commission-facts"]["data"]["state"]["in_use"]["survey"] != told["commission-facts"]["data"]["survey"]
    file = post(app_module, "commission-file.data", commission_export=1)["commission-file"]["data"]
    assert b"-61" in base64.b64decode(file["content"])
    contents = "data:text/csv;base64," + file["content"]
    assert act(app_module, "delete", point="1")["ok"]
    assert act(app_module, "import", contents=contents)["ok"]


def desk_tag(desk: Any) -> str:
    return next(iter(desk.service._tags))


def test_a_twin_that_does_not_answer_is_said(app_module: Any, fed: Any, desk: Any, monkeypatch: pytest.MonkeyPatch):
    desk.awake = False
    monkeypatch.setattr("twin.web.command.Asker.ask", lambda *_a, **_k: None)
    assert "did not answer" in act(app_module, "reload")["text"]
    assert facts(app_module)["commission-facts"]["data"]["state"] is None
    told = post(app_module, "commission-walk-data.data", commission_beat=1)["commission-walk-data"]["data"]
    assert told == {"state": "unknown"}


def test_who_may_not_commission_gets_nothing(app_module: Any, fed: Any, desk: Any, monkeypatch: pytest.MonkeyPatch):
    nurse = Visitor(Role.NURSE)
    assert not nurse.may_commission
    import dash

    page = next(page for page in dash.page_registry.values() if page["path"] == "/commissioning")
    monkeypatch.setattr(sys.modules[page["module"]], "visitor", lambda: nurse)
    assert not act(app_module, "reload")["ok"]
    assert not post(app_module, FACTS)
    assert not post(app_module, "commission-plan-data.data", commission_level="0")
    assert not post(app_module, "commission-file.data", commission_export=1)
    with app_module.server.test_request_context():
        assert "may not" in str(page["layout"]())


def test_the_plan_holds_every_room_of_its_level(app_module: Any):
    sent = post(app_module, "commission-plan-data.data", commission_level="1")["commission-plan-data"]["data"]
    assert sorted(room[1] for room in sent["rooms"]) == list(building().rooms_of_level[1])
    assert all(room[0].startswith("M") and room[0].endswith("Z") for room in sent["rooms"])
    assert not post(app_module, "commission-plan-data.data", commission_level="99")


class MadeUp(NamedTuple):
    step: float
    x0: float
    y0: float
    heard: np.ndarray
    error: np.ndarray


def made_up(site: Site, known: Any) -> MadeUp:
    """Every metre of floor is heard by as many gateways as hang on the level, and better with a survey."""
    x, y = np.meshgrid(np.arange(0.5, 66.0, dtype=np.float32), np.arange(0.5, 43.0, dtype=np.float32))
    shape = (len(site.levels), *x.shape)
    heard, error = np.zeros(shape, np.float32), np.full(shape, 4.0 if known is None else 2.0, np.float32)
    for level in site.levels:
        heard[level.index] = sum(g.level == level.index for g in site.gateways)
        outside = rooms_at(site, np.full(x.size, level.index, np.int32), x.ravel(), y.ravel()).reshape(x.shape) < 0
        error[level.index][outside] = np.nan
    return MadeUp(1.0, 0.0, 0.0, heard, error)


@pytest.fixture
def quality(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A quality that is quick; counts how often it is worked out."""
    calls: list[int] = []

    def counted(site: Site, known: Any) -> MadeUp:
        calls.append(len(site.gateways))
        return made_up(site, known)

    module = ModuleType("twin.locate.quality")
    module.quality = counted  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "twin.locate.quality", module)
    from twin.web.quality import _cache

    yield calls
    import app

    with app.server.app_context():
        _cache.clear()


def heat(app_module: Any, rows: Any = None, level: int = 1) -> dict[str, Any]:
    asked = {"n": 3, "level": level, "rows": rows}
    return post(app_module, "commission-heat.data", commission_heat_ask=asked)["commission-heat"]["data"]


def test_heat_before_and_after_an_edit_and_only_worked_out_once(app_module: Any, desk: Any, quality: list[int]):
    rows = saved_gateways()[:-1]
    told = heat(app_module, rows)
    assert (told["ok"], told["of"]) == (True, "edits")
    cells = np.frombuffer(base64.b64decode(told["after"]["error"]), np.uint8)
    assert len(cells) == told["rows"] * told["columns"]
    assert set(cells) == {40, 255}
    assert told["after"]["building"] == [4.0, 0.0]
    assert len(quality) == 2
    heat(app_module, rows, level=2)
    assert len(quality) == 2


def test_heat_without_edits_compares_with_and_without_the_survey(app_module: Any, desk: Any, quality: list[int]):
    assert heat(app_module)["of"] == "saved"
    assert heat(app_module)["before"] is None
    room = building().rooms[20]
    act(app_module, "start", tag=desk_tag(desk), x=room.x, y=room.y, z=1.1, level=room.level)
    desk.intake.listener(2, [desk.service._walk.stand.tag], [-61], [time.time()])
    desk.service._now = lambda: time.time() + 30
    desk.service.step()
    told = heat(app_module)
    assert told["of"] == "survey"
    assert (told["before"]["building"][0], told["after"]["building"][0]) == (4.0, 2.0)


def test_heat_of_a_faulty_list_is_refused_at_its_row(app_module: Any, desk: Any, quality: list[int]):
    rows = saved_gateways()
    rows[0]["gateway_id"] = "x"
    told = heat(app_module, rows)
    assert not told["ok"]
    assert told["faults"][0]["line"] == 1
    assert quality == []
    assert not heat(app_module, [{"a": 1}])["ok"]
