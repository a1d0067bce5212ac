"""Layers, views and links of the floor model's page, before a made-up twin that has a past."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from twin.history import Batch, FixColumns, open_history
from twin.model import Kind, Visit
from twin.settings import Settings
from twin.site import load_site, load_tags

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PATIENCE = 60_000
NOW = 1_780_052_400.0
LAYERS = ("occupancy", "temperature", "humidity", "density", "dwell", "coverage")
FIELDS = Settings.model_fields
SITE = load_site(FIELDS["building"].default, FIELDS["gateways"].default)
TAGS = load_tags(FIELDS["tags"].default)


@pytest.fixture(scope="module", autouse=True)
def past(server: Server) -> None:
    """An hour in which every patient crosses a room of the ground floor and leaves it."""
    history = open_history(f"sqlite:///{server.var}/history.sqlite", TAGS, SITE.rooms, SITE.levels)
    rooms = [SITE.rooms[i] for i in SITE.rooms_of_level[1]]
    patients = [tag.index for tag in TAGS if tag.kind == Kind.PATIENT]
    for k, tag in enumerate(patients):
        room = rooms[k % len(rooms)]
        minutes = np.arange(50)
        n = len(minutes)
        history.write([history.rows(Batch(NOW, fixes=FixColumns(
            tag=np.full(n, tag, np.int32), level=np.full(n, 1, np.int32), room=np.full(n, room.index, np.int32),
            x=(room.x + 2.0 * np.sin(minutes)).astype(np.float32), y=np.full(n, room.y, np.float32),
            p=np.full(n, 0.9, np.float32), r90=np.full(n, 2.0, np.float32),
            t=np.asarray(NOW - 3000 + 60.0 * minutes, np.float64),
        )))])  # fmt: skip
        stay = Visit(tag, room.index, NOW - 3000, NOW - 60.0 * (k % 9 + 1), 0.9, 1.0)
        history.write([history.rows(Batch(NOW, closed=[stay]))])
    history.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []
    context.close()


def show(page: Page, server: Server, query: str) -> None:
    page.goto(f"{server.url}/?{query}")
    page.wait_for_selector(".js-plotly-plot.floor-ready", timeout=PATIENCE)
    drawn(page, "s.buckets")


def drawn(page: Page, condition: str) -> None:
    """Wait until a condition on what is shown holds; asked from outside, since the page's policy allows no eval."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(f"(() => {{ const s = wardlight.floor.shown; return Boolean({condition}) }})()"):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(100)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_colours_rooms_and_says_what_it_shows(page: Page, server: Server, layer: str):
    show(page, server, f"level=1&layer={layer}")
    drawn(page, "s.found && s.found.known && s.found.rooms.size > 0")
    legend = page.locator("#floor-legend-box")
    name = page.evaluate(f"wardlight.floor.asked.style.quantities.{layer}.name")
    expect(legend).to_contain_text(name)
    expect(legend).to_contain_text("no data")
    assert len(legend.locator(".floor-scale-ticks span").all()) >= 3
    counted = "({data, meta}) => new Set(data[meta.traces.plates].intensity).size"
    codes = page.evaluate(f"({counted})(wardlight.floor.shown)")
    assert codes > 3, "every room has one colour"
    assert page.evaluate("wardlight.floor.shown.data.length") <= 15


def test_a_change_of_layer_is_light_on_the_wire(page: Page, server: Server):
    show(page, server, "level=1")
    page.wait_for_timeout(1500)
    sizes: dict[str, int] = {}
    page.on("response", lambda r: sizes.update({r.url: len(r.body())}) if "/live/" not in r.url else None)
    for layer in LAYERS:
        page.evaluate(f"dash_clientside.set_props('floor-colour', {{value: '{layer}'}})")
        drawn(page, f"s.painted && s.painted.includes('{layer}')")
        page.wait_for_timeout(1200)
    assert any("colour=density" in url for url in sizes)
    assert all(size < 10_000 for size in sizes.values()), sizes


def test_a_link_brings_everything_back(page: Page, server: Server):
    mac = next(tag.mac for tag in TAGS if tag.kind == Kind.PATIENT)
    query = f"level=1&view=plan&layer=dwell&hours=4&ways=patient&tag={mac}&trail=4&hide=staff&show=gateways"
    show(page, server, query)
    drawn(page, "wardlight.choose.selection()")
    drawn(page, "s.flat && s.found && s.found.rooms.size")
    view = page.evaluate("wardlight.floor.asked.view")
    asked = {name: view[name] for name in ("shape", "colour", "hours", "ways", "trail")}
    assert asked == {"shape": "plan", "colour": "dwell", "hours": 4, "ways": "patient", "trail": 4}
    assert "gateways" in view["layers"]
    assert "staff" not in view["layers"]
    page.wait_for_timeout(1500)
    written = page.evaluate("location.search")
    for part in query.split("&")[1:]:
        assert part in written, written


def test_plan_and_model_change_by_key_and_keep_level_and_layer(page: Page, server: Server):
    show(page, server, "level=2&layer=temperature")
    page.locator("body").press("p")
    drawn(page, "s.flat")
    assert "view=plan" in page.evaluate("location.search")
    assert page.evaluate("wardlight.floor.asked.view.colour") == "temperature"
    assert page.evaluate("wardlight.floor.shown.meta.level") == 2
    page.locator("body").press("p")
    drawn(page, "!s.flat")
    page.locator("body").press("a")
    drawn(page, "s.meta.level === null")
    page.locator("body").press("p")
    drawn(page, "s.flat && s.meta.level === 1")


def test_full_screen_hides_the_rest_and_escape_brings_it_back(page: Page, server: Server):
    show(page, server, "level=1")
    page.locator("body").press("f")
    expect(page.locator(".kpi-strip")).to_be_hidden()
    expect(page.locator(".header")).to_be_hidden()
    expect(page.locator("#floor-full")).to_have_attribute("aria-pressed", "true")
    page.locator("body").press("Escape")
    expect(page.locator(".kpi-strip")).to_be_visible()


def test_a_room_tells_the_value_of_the_layer_and_who_is_there(page: Page, server: Server):
    room = next(r for r in SITE.rooms if r.space_type == "waiting" and r.department == "emergency")
    show(page, server, f"level=1&room={room.number}&layer=dwell")
    panel = page.locator("#panel-body")
    expect(panel).to_contain_text(re.compile(r"Dwell of patients: \d+ min \(n = \d+\)"), timeout=PATIENCE)
    expect(panel.locator("h3", has_text="Patients")).to_contain_text(re.compile(r"\d"))
    expect(panel.locator("[data-tag]").first).to_contain_text("ago")


def heap(page: Page) -> float:
    """Bytes of live JavaScript objects, after the rest was collected."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(200)
    counts = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return counts["JSHeapUsedSize"]


def test_thirty_switches_leave_memory_flat_and_one_context(page: Page, server: Server):
    show(page, server, "level=1")

    def switch(k: int) -> None:
        step = k % 5
        if step == 4:
            page.get_by_role("link", name="List", exact=True).click()
            page.wait_for_selector("#list-tags", state="attached")
            page.get_by_role("link", name="Floor model", exact=True).click()
            page.wait_for_selector(".js-plotly-plot.floor-ready", timeout=PATIENCE)
        elif step == 3:
            page.evaluate("k => dash_clientside.set_props('level', {value: k})", ["0", "2", "all", "1"][k % 4])
        elif step == 2:
            page.evaluate("wardlight.choose.shape()")
        else:
            page.evaluate("c => dash_clientside.set_props('floor-colour', {value: c})", LAYERS[k % len(LAYERS)])
        page.wait_for_timeout(900)

    for k in range(10):
        switch(k)
    before = heap(page)
    for k in range(30):
        switch(k)
    after = heap(page)
    assert after < 1.25 * before + 5e6, (before, after)
    assert page.evaluate("document.querySelectorAll('.gl-container canvas').length") == 1
    lost = page.evaluate("wardlight.floor.shown.gd._fullLayout.scene._scene.glplot.gl.isContextLost()")
    assert lost is False


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_view_is_seen(
    browser: Browser, server: Server, width: int, scheme: str, tmp_path_factory: pytest.TempPathFactory
):
    folder: Path = tmp_path_factory.mktemp("floor")
    context = browser.new_context(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    context.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{scheme}')")
    page = context.new_page()
    for query in ("level=1&layer=density", "level=1&view=plan&layer=dwell", "level=all"):
        show(page, server, query)
        page.wait_for_timeout(1500)
        page.screenshot(path=folder / f"{query.replace('&', '_')}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
