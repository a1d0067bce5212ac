"""The page of the fidelity report: none yet, one, a damaged one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components import fidelity
from twin.fidelity.report import Curve, Figures, Known, Report, Run, Sureness, write_report
from twin.settings import settings

SHOWN = "..fidelity-about.children...fidelity-top.children...fidelity-chart.children...fidelity-data.data.."


def figures(by: str, key: str, n: int = 1200) -> Figures:
    some = None if n == 0 else 0.875
    return Figures(
        by, key, 30, n, some, some, some, some, some, some, some, 60.0, 0.1, 0.2, 0.3, 0 if n == 0 else 12,
        some, some, some,
    )  # fmt: skip


def report(source: str = "rehearsal", made_at: float = 1.78e9, survey_points: int | None = 60) -> Report:
    groups = [("all", ""), ("kind", "staff"), ("level", "Ground floor"), ("motion", "resting"), ("motion", "moving")]
    return Report(
        made_at=made_at,
        run=Run(
            source=source, seed=4, minutes=15.0, warm_up_s=300.0, begin=1.7e9, end=1.7e9 + 900, survey="simulated",
            survey_points=survey_points, gateways=75, tags=575,
        ),
        bad_lines=1,
        figures=(*(figures(*group) for group in groups), figures("kind", "sensor", 0)),
        sureness=(Sureness(0.5, 0.7, 900, 0.6, 0.5),),
        curves=(Curve("staff", 1200, (0.0, 0.5, 0.9, 0.99), (0.0, 1.5, 3.0, 8.0)),),
        known=(Known(True, 1200, {"live": 0.9, "stale": 0.1}),),
    )  # fmt: skip


@pytest.fixture
def file(app_module: Any) -> Iterator[Path]:
    path = settings().var / "fidelity/report.json"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def show(app_module: Any, shown: dict[str, Any] | None = None) -> dict[str, Any]:
    client = app_module.server.test_client()
    client.get("/")
    parts = [dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in SHOWN.strip(".").split("...")]
    body = {
        "output": SHOWN, "outputs": parts, "changedPropIds": ["fidelity-refresh.n_intervals"],
        "inputs": [{"id": "fidelity-refresh", "property": "n_intervals", "value": 0}],
        "state": [{"id": "fidelity-data", "property": "data", "value": shown}],
    }  # fmt: skip
    response = client.post("/_dash-update-component", json=body)
    if response.status_code == 204:
        return {}
    assert response.status_code == 200, response.text
    return response.json["response"]


def test_without_a_report_it_says_how_to_get_one(app_module: Any, file: Path):
    answer = show(app_module)
    said = json.dumps(answer["fidelity-top"])
    assert "make fidelity" in said
    assert "no report yet" in said
    assert answer["fidelity-data"]["data"]["sheets"] == []


@pytest.mark.parametrize("damaged", [b"{", b'{"form": 1}', b"\xff"])
def test_an_unreadable_report_is_an_alert_with_a_remedy(app_module: Any, file: Path, damaged: bytes):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(damaged)
    said = json.dumps(show(app_module)["fidelity-top"])
    assert "cannot be read" in said
    assert str(file) in said
    assert "make fidelity" in said
    assert '"role": "alert"' in said


def test_a_report_is_shown_with_what_is_behind_each_figure(app_module: Any, file: Path):
    write_report(file, report())
    answer = show(app_module)
    about = answer["fidelity-about"]["children"]
    assert "seed 4" in about
    assert "15 min" in about
    assert "a survey of 60 points" in about
    top = json.dumps(answer["fidelity-top"], ensure_ascii=False)
    for said in ("Simulated", "1,200 positions", "12 lasting changes", "60 tag minutes", "87.5", "should be 90 %"):
        assert said in top
    assert "thinned" not in top
    sheets = {sheet["title"]: sheet for sheet in answer["fidelity-data"]["data"]["sheets"]}
    assert len(sheets) == 6
    kinds = sheets["Positions by kind of tag"]
    assert [row[0] for row in kinds["rows"]] == ["Staff"]
    for sheet in sheets.values():
        assert {"Positions", "Tag minutes", "Moments"} & {head["title"] for head in sheet["heads"]}
    assert "1,200" in json.dumps(answer["fidelity-chart"])


def test_the_same_report_is_not_drawn_again_and_a_newer_one_is(app_module: Any, file: Path):
    write_report(file, report())
    first = show(app_module)["fidelity-data"]["data"]
    assert show(app_module, first) == {}
    write_report(file, report(made_at=1.79e9))
    assert show(app_module, first)["fidelity-data"]["data"]["made_at"] == 1.79e9


def test_history_and_a_group_without_data_are_told(app_module: Any, file: Path):
    found = report(source="history", survey_points=None)
    nothing = Report(**{name: getattr(found, name) for name in found.__struct_fields__} | {
        "figures": (figures("all", "", 0),), "curves": (), "known": (), "sureness": (),
    })  # fmt: skip
    write_report(file, nothing)
    answer = show(app_module)
    top = json.dumps(answer["fidelity-top"], ensure_ascii=False)
    assert "thinned" in top
    assert "0 positions" in top
    assert "–" in top
    assert "no survey" in answer["fidelity-about"]["children"]
    assert all(sheet["rows"] == [] for sheet in answer["fidelity-data"]["data"]["sheets"])


def test_every_text_is_translated(app_module: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fidelity, "_", lambda text, **values: f"⟦{text % values if values else text}⟧")
    monkeypatch.setattr(fidelity, "ngettext", lambda one, many, n, **values: f"⟦{many % ({'num': n} | values)}⟧")
    with app_module.server.test_request_context():
        sheets = fidelity.sheets(report())
        said = [tile.label for tile in fidelity._tiles(report().figures[0])] + [fidelity.about(report())]
        said += [tile.note for tile in fidelity._tiles(report().figures[0])]
    said += [text for sheet in sheets for text in (sheet["title"], sheet["empty"])]
    said += [head["title"] for sheet in sheets[:-1] for head in sheet["heads"]]
    assert [text for text in said if not text.startswith("⟦")] == []
    assert len({sheet["title"] for sheet in sheets}) == len(sheets)


def test_the_system_page_of_a_demo_leads_here(app_module: Any):
    import dash

    with app_module.server.test_request_context():
        page = next(page for page in dash.page_registry.values() if page["path"] == "/system")
        assert "/fidelity" in json.dumps(page["layout"]().to_plotly_json(), default=lambda part: part.to_plotly_json())
