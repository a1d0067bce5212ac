"""The assets page's callbacks, with a made-up twin in the same process and a history on disk."""

from __future__ import annotations

import base64
import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twin.access import Role, Visitor
from twin.assets.down import read_down
from twin.history import Batch, open_history
from twin.model import Kind, Sample, State, Visit
from twin.settings import settings
from twin.site import load_tags
from twin.web import stock as stock_module
from twin.web.building import building
from twin.web.records import records

START = 1_780_052_400.0


def post(app_module: Any, output: str, states: dict[str, Any] | None = None, **values: Any) -> Any:
    """Call one callback as a browser would."""
    client = app_module.server.test_client()
    client.get("/")
    callback = next(c for c in client.get("/_dash-dependencies").json if c["output"] == output)
    given = [{**part, "value": values.get(part["id"].replace("-", "_"))} for part in callback["inputs"]]
    state = [{**part, "value": (states or {}).get(part["id"])} for part in callback["state"]]
    body = {
        "output": output, "outputs": dict(zip(("id", "property"), output.rsplit(".", 1), strict=True)), "inputs": given,
        "changedPropIds": [f"{given[0]['id']}.{given[0]['property']}"], "state": state,
    }  # fmt: skip
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code in (200, 204), response.text
    told = response.json["response"] if response.status_code == 200 else {}
    return told.get(output.split(".", 1)[0], {}).get("data")


def news(app_module: Any, have: str | None = None) -> Any:
    return post(app_module, "equipment-news.data", {"equipment-have": have})


def act(app_module: Any, action: str, **more: Any) -> Any:
    return post(app_module, "equipment-answer.data", equipment_ask={"n": 7, "action": action, **more})


def detail(app_module: Any, mac: str) -> Any:
    return post(app_module, "equipment-detail-data.data", equipment_detail_ask={"n": 1, "mac": mac})


@pytest.fixture
def past(app_module: Any, fed: Any) -> Iterator[dict[str, Any]]:
    """A history in which one pump was used for an hour of four, and a patient was with each lost thing."""
    site, tags = building(), load_tags(settings().tags)
    told = {row[0]: row for row in lost_rows(app_module)}
    pump = next(tag for tag in tags if tag.type == "infusion_pump" and tag.mac not in told)
    patient, nurse = (next(tag for tag in tags if tag.kind == kind) for kind in (Kind.PATIENT, Kind.STAFF))
    bay = next(room.index for room in site.rooms if room.space_type == "icu_bay")
    lost = next(tag for tag in tags if tag.mac in told)
    closed = [
        Visit(pump.index, bay, START - 14_400, START - 300, 0.9, 1.0),
        Visit(patient.index, bay, START - 10_800, START - 7_200, 0.9, 1.0),
        Visit(lost.index, bay, START - 9_000, START - 8_000, 0.8, 1.0),
        Visit(nurse.index, bay, START - 8_400, START - 8_300, 0.9, 1.0),
    ]
    samples = [Sample(pump.index, START - 60, "battery_pct", 12.0)]
    path = Path(settings().history_url.removeprefix("sqlite:///"))
    history = open_history(settings().history_url, tags, site.rooms, site.levels)
    history.write([history.rows(Batch(START, closed=closed, samples=samples))])
    history.close()
    stock_module._past.cache_clear()
    yield {"pump": pump, "patient": patient, "nurse": nurse, "lost": lost, "bay": site.rooms[bay]}
    records().dispose()
    for part in path.parent.glob(path.name + "*"):
        part.unlink()
    stock_module._past.cache_clear()


def lost_rows(app_module: Any) -> list[Any]:
    told = news(app_module)
    pairs = zip(told["facts"]["things"], told["rows"], strict=True)
    return [[fact["mac"]] for fact, row in pairs if row[6] == State.LOST]


def thing(told: Any, mac: str) -> tuple[dict[str, Any], list[Any]]:
    at = next(i for i, fact in enumerate(told["facts"]["things"]) if fact["mac"] == mac)
    return told["facts"]["things"][at], told["rows"][at]


def test_before_the_twin_has_spoken_the_page_waits(app_module: Any, silent: Any):
    assert news(app_module) == {"waiting": True}
    assert detail(app_module, "C300003779B1") is None


def test_every_asset_comes_with_its_status_and_only_assets_come(app_module: Any, fed: Any):
    told = news(app_module)
    assets = [tag.mac for tag in load_tags(settings().tags) if tag.kind == Kind.ASSET]
    assert [fact["mac"] for fact in told["facts"]["things"]] == assets
    assert len(told["rows"]) == len(assets)
    assert {row[0] for row in told["rows"]} >= {0, 1, 4}
    for row in told["rows"]:
        assert (row[0] == 4) == (row[6] >= State.LOST)
    assert "no history" in told["facts"]["faults"][0]
    assert all(par["available"] + par["short"] >= par["target"] for par in told["par"])


def test_what_changes_seldom_is_sent_once(app_module: Any, fed: Any):
    told = news(app_module)
    assert news(app_module, told["mark"])["facts"] is None
    assert news(app_module, "other")["facts"]


def test_use_idle_time_and_battery_come_from_history(app_module: Any, past: dict[str, Any]):
    fact, _row = thing(news(app_module), past["pump"].mac)
    assert fact["day"][:2] == [26, 3.9]  # 3,600 of 14,100 s
    assert fact["week"][0] == 26
    assert fact["lastUse"] == START - 7_200
    assert fact["battery"] == [12, "%", True, START - 60]
    unseen = next(
        one for one in news(app_module)["facts"]["things"] if one["mac"] not in {past["pump"].mac, past["lost"].mac}
    )
    assert unseen["day"] is None


def test_a_things_stays_are_told_newest_first(app_module: Any, past: dict[str, Any]):
    told = detail(app_module, past["pump"].mac)["detail"]
    assert [stay[:3] for stay in told["stays"]] == [[past["bay"].number, past["bay"].name, START - 14_400]]
    assert told["company"] is None
    assert detail(app_module, past["patient"].mac)["detail"] is None


def test_who_was_with_a_missing_thing_is_for_those_who_may_know(
    app_module: Any, past: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    told = detail(app_module, past["lost"].mac)["detail"]["company"]
    assert (told["number"], told["end"], told["people"]) == (past["bay"].number, START - 8_000, 2)
    assert [row[0] for row in told["named"]] == [past["patient"].label, past["nurse"].label]
    be(monkeypatch, Visitor(Role.NURSE))
    told = detail(app_module, past["lost"].mac)["detail"]["company"]
    assert (told["people"], told["named"]) == (2, None)


def test_a_manager_who_may_not_see_patients_is_told_no_label(
    app_module: Any, past: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    be(monkeypatch, Visitor(Role.MANAGER, frozenset({Kind.ASSET, Kind.STAFF})))
    told = detail(app_module, past["lost"].mac)["detail"]["company"]
    assert [row[0] for row in told["named"]] == ["", past["nurse"].label]


def be(monkeypatch: pytest.MonkeyPatch, who: Visitor) -> Any:
    import dash

    page = next(page for page in dash.page_registry.values() if page["path"] == "/equipment")
    monkeypatch.setattr(sys.modules[page["module"]], "visitor", lambda: who)
    return page


def test_the_nearest_free_ones_come_in_order(app_module: Any, fed: Any):
    ask = {"n": 3, "from": "119", "type": "infusion_pump"}
    told = post(app_module, "equipment-near-data.data", equipment_near_ask=ask)
    assert told["n"] == 3
    assert len(told["near"]) == 5
    effort = [one["effort"] for one in told["near"]]
    assert effort == sorted(effort)
    assert told["free"] + told["unknown"] <= told["all"] == 80
    everything = news(app_module)
    for one in told["near"]:
        assert thing(everything, one["mac"])[1][0] == 0


def test_the_nearest_to_a_tag_and_to_nowhere(app_module: Any, fed: Any):
    nurse = next(tag for tag in load_tags(settings().tags) if tag.kind == Kind.STAFF)
    ask = {"n": 1, "from": nurse.mac, "type": "bed"}
    told = post(app_module, "equipment-near-data.data", equipment_near_ask=ask)
    assert told["start"] == nurse.label
    assert told["note"]
    told = post(app_module, "equipment-near-data.data", equipment_near_ask=ask | {"from": "Narnia"})
    assert "Narnia" in told["error"]
    told = post(app_module, "equipment-near-data.data", equipment_near_ask=ask | {"from": "119", "type": "laser"})
    assert (told["near"], told["all"]) == ([], 0)


def test_who_may_not_see_staff_cannot_start_at_one(app_module: Any, fed: Any, monkeypatch: pytest.MonkeyPatch):
    nurse = next(tag for tag in load_tags(settings().tags) if tag.kind == Kind.STAFF)
    be(monkeypatch, Visitor(Role.PORTER, frozenset({Kind.ASSET})))
    told = post(app_module, "equipment-near-data.data", equipment_near_ask={"n": 1, "from": nurse.mac, "type": "bed"})
    assert "error" in told


def test_the_csv_has_what_was_asked_for_in_that_order_and_starts_no_formula(
    app_module: Any, past: dict[str, Any], desk: Any
):
    macs = [past["lost"].mac, past["pump"].mac, past["patient"].mac, "nonsense"]
    assert act(app_module, "down", mac=past["pump"].mac, note="=cmd|'/c calc'!A1")["ok"]
    file = post(app_module, "equipment-csv.data", equipment_csv_ask={"n": 1, "macs": macs})
    content = base64.b64decode(file["content"])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["mac"] for row in rows] == macs[:2]
    assert (rows[1]["status"], rows[1]["utilisation_24h"], rows[1]["battery"]) == ("down", "0.255", "12.0")
    assert rows[1]["down_note"].startswith("'=")
    assert rows[0]["state"] == "lost"


def test_a_tag_is_tied_and_the_twin_begins_anew(app_module: Any, fed: Any, desk: Any):
    base = news(app_module)["facts"]["base"]
    told = act(
        app_module, "associate", mac="c3:99:00:00:00:01", type="bed", label="Bed 901", home="", model="", base=base
    )  # fmt: skip
    assert told["ok"], told
    assert "starts again" in told["text"]
    assert load_tags(settings().tag_list)[-1].label == "Bed 901"
    assert news(app_module)["facts"]["base"] != base
    told = act(app_module, "associate", mac="c3:99:00:00:00:01", type="bed", label="Bed 902", base=base)
    assert "Somebody else" in told["text"]


def test_down_and_repaired_change_the_status(app_module: Any, fed: Any, desk: Any):
    told = news(app_module)
    mac = told["facts"]["things"][3]["mac"]
    assert act(app_module, "down", mac=mac, note="no power")["ok"]
    fact, row = thing(news(app_module, told["mark"]), mac)
    assert (row[0], fact["down"][1]) == (3, "no power")
    assert mac in read_down(settings().survey.with_name("down.csv"))
    assert act(app_module, "repaired", mac=mac)["ok"]
    assert thing(news(app_module), mac)[1][0] != 3


@pytest.mark.parametrize(
    "asked", [{"action": "explode"}, {"action": "associate"}, {"action": "down", "mac": {}}, {"action": None}]
)
def test_nonsense_is_refused_in_words(app_module: Any, fed: Any, desk: Any, asked: dict[str, Any]):
    told = post(app_module, "equipment-answer.data", equipment_ask={"n": 1, **asked})
    assert not told["ok"]
    assert told["text"]


def test_who_may_not_gets_nothing(app_module: Any, fed: Any, desk: Any, monkeypatch: pytest.MonkeyPatch):
    page = be(monkeypatch, Visitor(Role.NURSE))
    assert not act(app_module, "associate", mac="C39900000001", type="bed", label="B", base="")["ok"]
    mac = news(app_module)["facts"]["things"][0]["mac"]
    assert act(app_module, "down", mac=mac)["ok"]
    with app_module.server.test_request_context():
        assert 'data-manage=""' in str(page["layout"]()) or getattr(page["layout"](), "data-manage") == ""
    be(monkeypatch, Visitor(Role.NURSE, frozenset({Kind.STAFF})))
    assert news(app_module) is None
    assert detail(app_module, mac) is None
    assert not act(app_module, "down", mac=mac)["ok"]
    assert post(app_module, "equipment-csv.data", equipment_csv_ask={"n": 1, "macs": [mac]}) is None
    with app_module.server.test_request_context():
        assert "may not" in str(page["layout"]())


def test_frames_of_another_register_are_not_believed(app_module: Any, fed: Any):
    kept = fed.newest("catalogue")
    other = kept.payload.replace(b'"rev":"', b'"rev":"x', 1)
    fed.accept(f"wardlight/{settings().site}/catalogue", other)
    assert news(app_module) == {"waiting": True}
