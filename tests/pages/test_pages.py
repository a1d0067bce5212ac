from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from dash.development.base_component import Component
from flask import Flask

from components.catalogue import extract
from components.text import set_up_text
from twin.settings import ROOT, settings
from twin.web.building import building
from twin.web.live import Hub

PAGES = ("/", "/list", "/system", "/fidelity")
TEXT_PROPS = ("children", "label", "placeholder", "title", "nothingFoundMessage", "description", "aria-label", "error")


def pages() -> list[dict[str, Any]]:
    return list(dash.page_registry.values())


def layouts() -> list[Component]:
    from components import shell
    from pages import building as building_page
    from twin.jobs import candidates

    told = {"summary": {}, "problems": [], "notes": []}
    candidate = candidates.put(settings().var, settings().building, "New.ifc", "import", told)
    try:
        compared = building_page.layout(look=candidate.id)
    finally:
        candidates.drop(settings().var, candidate.id)
    return [shell.shell(building(), settings()), compared, *(page["layout"]() for page in pages())]


def walk(node: Any) -> Iterator[Component]:
    if isinstance(node, Component):
        yield node
        for name in node._prop_names:
            yield from walk(getattr(node, name, None))
    elif isinstance(node, dict):
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from walk(value)


def ids_of(layout: Component) -> list[Any]:
    found = (getattr(part, "id", None) for part in walk(layout))
    return [ident for ident in found if ident is not None]


def test_every_page_is_there_and_named(app_module: Any):
    with app_module.server.test_request_context():
        titles = {page["path"]: page["title"]() for page in pages()}
    assert set(PAGES) <= set(titles)
    assert all(title.endswith(" · Wardlight") for title in titles.values())


def test_every_id_of_a_callback_stands_on_some_page(app_module: Any):
    client = app_module.server.test_client()
    client.get("/")
    with app_module.server.test_request_context():
        known = {ident for layout in layouts() for ident in ids_of(layout)}
    wanted = set()
    for callback in client.get("/_dash-dependencies").json:
        wanted |= {part["id"] for part in (*callback["inputs"], *callback["state"])}
        if not callback["no_output"]:
            wanted |= {out.rsplit(".", 1)[0] for out in callback["output"].strip(".").split("...")}
    assert {name for name in wanted if not name.startswith("_pages")} <= known


def test_no_id_is_there_twice(app_module: Any):
    with app_module.server.test_request_context():
        shell, *others = layouts()
        for layout in others:
            found = ids_of(shell) + ids_of(layout)
            assert len(found) == len(set(map(str, found)))


def test_no_graph_can_send_the_hospital_to_a_cloud(app_module: Any):
    with app_module.server.test_request_context():
        graphs = [part for layout in layouts() for part in walk(layout) if type(part).__name__ == "Graph"]
    assert graphs
    assert all(graph.to_plotly_json()["props"]["config"]["showSendToCloud"] is False for graph in graphs)


def test_nothing_is_fetched_from_elsewhere(app_module: Any):
    page = app_module.server.test_client().get("/").text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    for path in (ROOT / "assets").rglob("*.*"):
        text = path.read_text("utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"https?://", text), path


def test_the_policy_knows_every_inline_script(app_module: Any):
    response = app_module.server.test_client().get("/")
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", response.text)
    policy = response.headers["Content-Security-Policy"]
    assert policy.count("'sha256-") >= len(inline) > 0
    assert "unsafe-eval" not in policy


def post(app_module: Any, output: str, **values: Any) -> Any:
    """Call one callback as a browser would; `values` by "id.property" with dots written as double underscores."""
    client = app_module.server.test_client()
    client.get("/")
    listed = client.get("/_dash-dependencies").json
    callback = next(c for c in listed if c["output"] == output)
    outputs = [dict(zip(("id", "property"), o.rsplit(".", 1), strict=True)) for o in output.strip(".").split("...")]
    given = [{**part, "value": values.get(part["id"].replace("-", "_"))} for part in callback["inputs"]]
    changed = [f"{part['id']}.{part['property']}" for part in given[:1]]
    body = {
        "output": output, "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": given, "changedPropIds": changed, "state": [],
    }  # fmt: skip
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200, response.text
    return response.json["response"]


TAGS = "..list-tags-data.data...list-page.total...list-page.value...list-about.children.."


def test_the_list_tells_what_the_frames_hold(app_module: Any, fed: Hub):
    answer = post(app_module, TAGS, list_sort=["what", False], list_page=1)
    rows = answer["list-tags-data"]["data"]["sheets"][0]["rows"]
    assert len(rows) == 100
    assert answer["list-page"]["total"] == 6
    assert "575 tags" in answer["list-about"]["children"]
    one = post(app_module, TAGS, list_sort=["what", False], list_search=" patient 001 ", list_page=1)
    rows = one["list-tags-data"]["data"]["sheets"][0]["rows"]
    names = [row[0]["text"].lower() for row in rows]
    assert len(rows) < 20
    assert all("patient" in name or "001" in name for name in names)


def test_the_list_is_sorted_and_filtered(app_module: Any, fed: Hub):
    answer = post(app_module, TAGS, list_sort=["what", True], list_kind="sensor", list_page=1)
    rows = answer["list-tags-data"]["data"]["sheets"][0]["rows"]
    names = [row[0]["text"].casefold() for row in rows]
    assert names == sorted(names, reverse=True)
    assert len(rows) == 45


def test_rooms_tell_climate_and_people(app_module: Any, fed: Hub):
    answer = post(app_module, "list-rooms-data.data", list_room_sort=["patients", True])
    rows = answer["list-rooms-data"]["data"]["sheets"][0]["rows"]
    assert len(rows) == len(building().rooms)
    assert int(rows[0][7]) >= 8
    assert {"in range", "too high", "sensor silent"} <= {row[6] for row in rows}


def test_empty_states(app_module: Any, silent: Hub):
    answer = post(app_module, TAGS, list_sort=["what", False], list_page=1)
    assert answer["list-tags-data"]["data"]["sheets"][0]["rows"] == []
    assert "No data" in answer["list-about"]["children"]
    system = post(app_module, "..system-data.data...system-about.children..")
    assert "not reported" in system["system-about"]["children"]


def test_the_system_page_tells_the_report(app_module: Any, fed: Hub):
    answer = post(app_module, "..system-data.data...system-about.children..")
    sheets = {one["title"]: one for one in answer["system-data"]["data"]["sheets"]}
    assert sheets["From radio to screen"]["rows"][2][1] == {"text": "unwell", "form": "unwell"}
    assert sheets["Refused messages"]["rows"][0][4]["text"] == "<b>not json"
    assert sheets["Gateways"]["rows"][0][6].startswith("right (")


def test_the_csv_file_holds_every_tag(app_module: Any, fed: Hub):
    from components.export import tags_csv
    from twin.access import visitor
    from twin.web.picture import picture

    file = tags_csv(building(), picture(fed, visitor()))
    lines = file["content"].splitlines()
    assert len(lines) == 576
    assert lines[0].startswith("mac,kind,type,label,state,level,room_number")
    assert file["filename"].endswith(".csv")


# --- languages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pseudo(tmp_path: Path) -> Flask:
    """An app whose only language writes every text in brackets."""
    catalogue = Catalog(locale="en")
    for message in extract():
        if not message.id:
            continue
        forms = message.id if isinstance(message.id, (list, tuple)) else None
        catalogue.add(message.id, tuple(f"⟦{f}⟧" for f in forms) if forms else f"⟦{message.id}⟧", flags=message.flags)
    po = tmp_path / "en/LC_MESSAGES/messages.po"
    po.parent.mkdir(parents=True)
    with po.open("wb") as file:
        write_po(file, catalogue)
    app = Flask("pseudo")
    set_up_text(app, tmp_path / "compiled", tmp_path)
    return app


def texts(node: Any) -> Iterator[str]:
    """Everything in a layout that somebody reads or hears."""
    for part in walk(node):
        if type(part).__name__ in ("Store", "Kbd"):
            continue
        for name in TEXT_PROPS:
            value = getattr(part, name, None)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    yield one
        for row in getattr(part, "data", None) or ():
            if isinstance(row, dict) and isinstance(row.get("label"), str):
                yield row["label"]


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


def translated(text: str) -> bool:
    site = building()
    names = {site.name, "Wardlight", "New.ifc", *site.departments.values()}
    names |= {name for level in site.levels for name in (level.name, level.short_name)}
    return "⟦" in text or text in names or not re.search(r"[A-Za-z]{2}", text)


def test_every_visible_text_is_translated(app_module: Any, pseudo: Flask, fed: Hub):
    from components import hops, words
    from twin.web.live import read_json

    app_module.server.test_client().get("/")
    with pseudo.test_request_context("/"):
        found = [text for layout in layouts() for text in texts(layout)]
        found += list(leaves(words.words()))
        found += [page["title"]() for page in pages()]
        for sheet in hops.sheets(read_json(fed.newest("health")) or {}):
            found += [sheet["title"], sheet["empty"], *(head["title"] for head in sheet["heads"])]
    assert len(found) > 150
    assert {text for text in found if not translated(text)} == set()


def test_lists_are_translated(app_module: Any, pseudo: Flask, fed: Hub):
    from components import table
    from components.rows import room_rows, tag_rows
    from twin.access import visitor
    from twin.web.picture import picture

    with pseudo.test_request_context("/"):
        now = picture(fed, visitor())
        columns = table.tag_columns(building(), now.t or 0)
        heads = [column.title for column in (*columns, *table.room_columns(building()))]
        states = {str(columns[-1].show(row)) for row in tag_rows(now)}
        climates = {str(table.room_columns(building())[6].show(row)) for row in room_rows(building(), now)}
    assert all(translated(text) for text in (*heads, *states, *climates))


def test_the_browser_gets_words_and_facts_as_json(app_module: Any):
    with app_module.server.test_request_context():
        sent = {getattr(part, "id", None): part for part in walk(layouts()[0])}
    facts = json.loads(getattr(sent["site-facts"], "data-json"))
    assert len(facts["rooms"]) == len(building().rooms)
    assert facts["rooms"][0][0] == building().rooms[0].number
    assert json.loads(getattr(sent["words"], "data-json"))["states"]["0"] == "Live"
