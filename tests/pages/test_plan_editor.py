"""The plan editor's page and what its server keeps: drafts, pictures, a copy of the building, a candidate."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from components.editor_words import editor_words
from twin.access import Role, Visitor
from twin.jobs import candidates
from twin.settings import ROOT, settings
from twin.site.load import load_building
from twin.web import plan
from twin.web.building import building
from twin.web.plan_drafts import DraftError


@pytest.fixture
def client(app_module: ModuleType) -> Iterator[Any]:
    yield app_module.server.test_client()
    shutil.rmtree(settings().var / "drafts", ignore_errors=True)
    shutil.rmtree(settings().var / "candidates", ignore_errors=True)


def png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (60, 40), 255).save(out, "PNG")
    return out.getvalue()


def make(client: Any, **asked: Any) -> str:
    answer = client.post("/plan-drafts", json=asked)
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def put(client: Any, ident: str, draft: dict[str, Any], revision: str) -> Any:
    return client.put(f"/plan-drafts/{ident}", data=json.dumps(draft), headers={"If-Match": revision})


def drawn(level: str) -> dict[str, Any]:
    """Two rooms side by side with a door between them."""
    ring = [[0, 0], [4, 0], [4, 3], [0, 3]]
    rooms = [
        {"id": "00000000-0000-4000-8000-000000000001", "number": "1", "shape": [[ring]], "space_type": "exam"},
        {"id": "00000000-0000-4000-8000-000000000002", "number": "2", "shape": [[[[x + 4, y] for x, y in ring]]]},
    ]
    door = {"id": "00000000-0000-4000-8000-000000000003", "x0": 4, "y0": 1, "x1": 4, "y1": 2}
    gateway = {"id": "g", "x": 2, "y": 1, "mac": "AC233FC00001", "topic": "/gw/ac233fc00001/status"}
    return {
        "title": "Two rooms", "place": {"address": "1 Main St", "locality": "Town", "country": "fr"},
        "levels": [
            {"id": level, "ordinal": 0, "name": "Ground", "rooms": rooms, "doors": [door], "gateways": [gateway]}
        ],
    }  # fmt: skip


def test_the_page_is_for_who_may_commission(app_module: ModuleType, monkeypatch: pytest.MonkeyPatch):
    import pages.plan_editor as page

    with app_module.server.test_request_context():
        assert page.layout(draft="x").to_plotly_json()["props"]["id"] == "editor"
        monkeypatch.setattr(page, "visitor", lambda: Visitor(Role.NURSE))
        assert page.layout().to_plotly_json()["props"]["className"] == "page lost-page"


def test_nobody_else_reads_or_writes_drafts(client: Any, monkeypatch: pytest.MonkeyPatch):
    ident = make(client, title="Mine")
    monkeypatch.setattr(plan, "visitor", lambda: Visitor(Role.NURSE))
    for method, path in [
        ("get", ""), ("post", ""), ("get", f"/{ident}"), ("put", f"/{ident}"), ("delete", f"/{ident}"),
        ("post", f"/{ident}/pictures"), ("get", f"/{ident}/pictures/1.png"), ("post", f"/{ident}/finish"),
    ]:  # fmt: skip
        assert getattr(client, method)(f"/plan-drafts{path}").status_code == 403, path


def test_a_draft_is_made_changed_listed_and_deleted(client: Any):
    ident = make(client, title="New wing", level="Ground floor")
    told = client.get(f"/plan-drafts/{ident}").json
    assert told["draft"]["levels"][0]["name"] == "Ground floor"
    saved = put(client, ident, drawn(told["draft"]["levels"][0]["id"]), told["revision"])
    assert saved.status_code == 200
    (listed,) = client.get("/plan-drafts").json["drafts"]
    assert (listed["title"], listed["rooms"], listed["area"]) == ("Two rooms", 2, 24.0)
    assert client.delete(f"/plan-drafts/{ident}").status_code == 200
    assert client.get("/plan-drafts").json["drafts"] == []
    assert client.get(f"/plan-drafts/{ident}").json == {"code": "gone", "detail": ""}


def test_two_windows_do_not_overwrite_each_other_unasked(client: Any):
    ident = make(client, title="A")
    told = client.get(f"/plan-drafts/{ident}").json
    draft = told["draft"]
    assert put(client, ident, draft | {"title": "B"}, told["revision"]).status_code == 200
    late = put(client, ident, draft | {"title": "C"}, told["revision"])
    assert (late.status_code, late.json["code"]) == (409, "meanwhile")
    assert put(client, ident, draft | {"title": "C"}, "").status_code == 409, "no revision is no permission"
    assert put(client, ident, draft | {"title": "C"}, "*").status_code == 200
    assert client.get(f"/plan-drafts/{ident}").json["draft"]["title"] == "C"


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"title": 5, "levels": []}', '{"title": "x", "levels": [], "more": 1}', "[" * 50_000]
)
def test_what_is_no_draft_changes_nothing(client: Any, body: str):
    ident = make(client, title="A")
    before = client.get(f"/plan-drafts/{ident}").json
    answer = client.put(f"/plan-drafts/{ident}", data=body, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert client.get(f"/plan-drafts/{ident}").json == before


@pytest.mark.parametrize("ident", ["..", "../site", "x" * 24, "0" * 24, "a/../../site", ""])
def test_no_id_leads_out_of_the_drafts(app_module: ModuleType, ident: str):
    (settings().var / "site").mkdir(exist_ok=True)
    (settings().var / "site/draft.json").write_text("{}")
    with pytest.raises(DraftError, match="gone"):
        plan.drafts().folder(ident)


def test_a_picture_is_kept_with_its_draft(client: Any):
    ident = make(client, title="A")
    answer = client.post(f"/plan-drafts/{ident}/pictures", data=png())
    assert answer.json == {"file": 1, "width": 60, "height": 40, "page": 1, "pages": 1}
    assert (settings().var / f"drafts/{ident}/level-1.png").exists()
    shown = client.get(f"/plan-drafts/{ident}/pictures/1.png")
    assert shown.mimetype == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/plan-drafts/{ident}/pictures/2.png").status_code == 404
    refused = client.post(f"/plan-drafts/{ident}/pictures", data=b"<svg><script/></svg>")
    assert (refused.status_code, refused.json["code"]) == (400, "file_svg")


def test_a_finished_drawing_becomes_a_candidate(client: Any):
    ident = make(client, title="A")
    told = client.get(f"/plan-drafts/{ident}").json
    put(client, ident, drawn(told["draft"]["levels"][0]["id"]), "*")
    answer = client.post(f"/plan-drafts/{ident}/finish")
    assert answer.status_code == 201, answer.json
    made = candidates.find(settings().var, answer.json["candidate"])
    assert made
    assert (made.title, made.source) == ("Two rooms", "drawn")
    assert made.told["problems"] == []
    assert made.told["gateways"][0]["gateway_id"] == "AC233FC00001"
    site, problems = load_building(made.building)
    assert site
    assert problems == []
    assert [room.area for room in site.rooms] == pytest.approx([12.0, 12.0])
    assert site.doors[0].rooms in ((0, 1), (1, 0))
    assert not site.frame.georeferenced


def test_what_is_not_ready_is_told_room_by_room(client: Any):
    ident = make(client, title="A")
    told = client.get(f"/plan-drafts/{ident}").json
    draft = drawn(told["draft"]["levels"][0]["id"])
    draft["levels"][0]["rooms"][1]["shape"] = draft["levels"][0]["rooms"][0]["shape"]
    draft["place"]["locality"] = ""
    put(client, ident, draft, "*")
    answer = client.post(f"/plan-drafts/{ident}/finish")
    assert answer.status_code == 422
    assert answer.json["problems"] == [
        "The building lacks its town.",
        "Room 2 (Ground) overlaps Room 1 (Ground) by 12.00 m2.",
    ]
    assert candidates.listing(settings().var) == []


def test_a_copy_of_the_building_in_use_comes_back_whole(client: Any):
    ident = make(client, **{"from": "current"})
    told = client.get(f"/plan-drafts/{ident}").json
    assert told["copied"] is True
    rooms = [room for level in told["draft"]["levels"] for room in level["rooms"]]
    assert {room["id"] for room in rooms} == {room.id for room in building().rooms}
    gateways = [gateway["mac"] for level in told["draft"]["levels"] for gateway in level["gateways"]]
    assert sorted(gateways) == sorted(gateway.mac for gateway in building().gateways)
    made = candidates.find(settings().var, client.post(f"/plan-drafts/{ident}/finish").json["candidate"])
    assert made
    site, _ = load_building(made.building)
    assert site
    assert [r.id for r in site.rooms] == [r.id for r in building().rooms]
    assert site.frame == building().frame


def test_an_outline_for_the_level_above(client: Any):
    ident = make(client, title="A")
    level = client.get(f"/plan-drafts/{ident}").json["draft"]["levels"][0]["id"]
    assert client.get(f"/plan-drafts/{ident}/outlines/{level}").json["code"] == "no_outline"
    put(client, ident, drawn(level), "*")
    ((ring,),) = client.get(f"/plan-drafts/{ident}/outlines/{level}").json["outline"]
    assert sorted({x for x, _ in ring})[0] == pytest.approx(-0.15)


def test_every_text_that_the_scripts_ask_for_is_there(app_module: ModuleType):
    with app_module.server.test_request_context():
        known = set(editor_words())
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "assets/page").glob("editor*.js"))
    asked = set(re.findall(r"'(ed_[a-z_]+)'", scripts))
    stems = {name for name in asked if name.endswith("_")}
    assert asked - stems <= known
    assert {name for name in known if name not in asked and not name.startswith(tuple(stems))} == set()
