"""The commissioning page in a real browser, before a made-up twin that takes its commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PATIENCE = 60_000


@pytest.fixture
def server(own_server: Callable[..., Server]) -> Server:
    """A server for each test, as they change its gateways."""
    return own_server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    page.goto(server.url + "/commissioning")
    expect(page.locator(".plan-mark").first).to_be_attached()
    yield page
    assert complaints == []
    context.close()


def choose_task(page: Page, name: str) -> None:
    page.locator("#commission-task").get_by_text(name, exact=True).click()


def press_plan(page: Page, x: float, y: float) -> None:
    """Click at a place of the building, metres."""
    spot = page.evaluate(
        """([x, y]) => {
            const svg = document.querySelector('.plan-svg'), box = svg.getBoundingClientRect(), v = svg.viewBox.baseVal;
            return [box.left + (x - v.x) / v.width * box.width, box.top + (-y - v.y) / v.height * box.height];
        }""",
        [x, y],
    )
    page.mouse.click(*spot)


def listed(server: Server) -> str:
    path = server.var / "site/gateways.csv"
    return path.read_text() if path.exists() else ""


def test_a_gateway_is_placed_by_a_click_and_saved(page: Page, server: Server):
    marks = page.locator(".plan-mark").count()
    page.get_by_role("button", name="New gateway").click()
    page.get_by_label("Name", exact=True).fill("North corner")
    page.get_by_label("MAC address").fill("ac:23:3f:00:00:0")
    expect(page.get_by_text("Click its place on the plan")).to_be_visible()
    press_plan(page, 33.0, 25.0)  # the courtyard
    page.get_by_role("button", name="Save and reload the twin").click()
    expect(page.locator("#commission-said")).to_contain_text("Nothing was saved")
    expect(page.locator("#gw-gateway_id")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#gw-gateway_id-fault")).to_contain_text("no MAC address")
    page.get_by_label("MAC address").fill("ac:23:3f:00:00:01")
    expect(page.get_by_label("MQTT topic")).to_have_value("/gw/ac233f000001/status")
    page.get_by_role("button", name="Save and reload the twin").click()
    expect(page.locator("#gw-x-fault")).to_contain_text("in no room")
    assert listed(server) == ""
    press_plan(page, 56.0, 31.0)
    expect(page.locator("#gw-x-fault")).to_be_hidden()
    page.get_by_role("button", name="Save and reload the twin").click()
    expect(page.locator("#commission-said")).to_contain_text("Saved 76 gateways")
    assert "AC233F000001,North corner,," in listed(server)
    expect(page.locator(".plan-mark")).to_have_count(marks + 1)
    expect(page.get_by_text("No unsaved changes")).to_be_visible()


def test_everything_about_gateways_works_with_the_keyboard_alone(page: Page, server: Server):
    first = page.locator("#commission-list button[data-gateway]").first
    name = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gw-name")).to_be_focused()
    expect(page.locator("#gw-name")).to_have_value(name)
    page.keyboard.type(" renamed")
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(page.locator("#gw-y")).to_be_focused()
    page.locator(".plan-svg").focus()
    x = float(page.locator("#gw-x").input_value())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert float(page.locator("#gw-x").input_value()) == pytest.approx(x + 0.4)
    page.get_by_role("button", name="Undo").focus()
    for _ in range(2):
        page.keyboard.press("Enter")
    assert float(page.locator("#gw-x").input_value()) == pytest.approx(x)
    page.locator("[data-do=save]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#commission-said")).to_contain_text("Saved 75 gateways")
    assert " renamed," in listed(server)


def test_a_stand_shows_its_progress_and_becomes_a_point(page: Page, server: Server, tmp_path: Path):
    choose_task(page, "Walk-survey")
    page.locator("#commission-tag").click()
    page.keyboard.type("bed 003", delay=30)
    page.keyboard.press("Enter")
    press_plan(page, 33.0, 25.0)
    page.get_by_role("button", name="I stand here").click()
    expect(page.locator(".walk-ended")).to_contain_text("outside the building")
    press_plan(page, 56.0, 31.0)
    page.get_by_role("button", name="I stand here").click()
    expect(page.locator(".walk-progress")).to_contain_text("readings from 2 gateways")
    expect(page.locator(".walk-ended")).to_contain_text("Stored as point 1", timeout=40_000)
    expect(page.locator("#commission-points tbody tr")).to_have_count(1)
    expect(page.locator(".plan-point")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / "exported.csv"
    download.value.save_as(file)
    page.get_by_role("button", name="Use the new survey now").click()
    expect(page.get_by_role("button", name="Use the new survey now")).to_be_hidden()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No point yet.")).to_be_visible()
    assert not (server.var / "site/survey.csv").exists()
    page.locator("#commission-upload input[type=file]").set_input_files(file)
    expect(page.locator("#commission-said-survey")).to_contain_text("Imported 1 points")
    bad = file.with_name("bad.csv")
    bad.write_text(file.read_text().replace("-62", "loud"))
    page.locator("#commission-upload input[type=file]").set_input_files(bad)
    expect(page.locator("#commission-said-survey")).to_contain_text("line 2")


def test_the_heat_layer_shows_and_says_what_it_is(page: Page):
    page.get_by_text("Coverage", exact=True).click()
    expect(page.locator(".plan-heat image")).to_be_attached()
    expect(page.locator(".heat-legend")).to_contain_text("Gateways expected to hear a tag")
    expect(page.locator(".heat-figures")).to_contain_text("Median expected error")
    page.get_by_text("Expected error", exact=True).click()
    expect(page.locator(".heat-legend")).to_contain_text("metres")
    page.locator("#commission-list button[data-gateway]").first.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("have changed since this was worked out")).to_be_visible()
    page.get_by_role("button", name="Work it out again").click()
    expect(page.get_by_role("button", name="Before")).to_be_visible()
    page.get_by_role("button", name="Before").click()
    expect(page.get_by_role("button", name="Before")).to_have_attribute("aria-pressed", "true")


def test_an_unknown_gateway_is_placed_from_the_signals(page: Page):
    choose_task(page, "Offsets and suspects")
    expect(page.get_by_role("region", name="Gateways of the list")).to_contain_text("Moved or swapped?")
    page.get_by_role("button", name="Place it").click()
    expect(page.get_by_label("MAC address")).to_have_value("AC233FFFFF01")
    expect(page.get_by_label("MQTT topic")).to_have_value("/gw/ac233fffff01/status")


def test_a_deaf_twin_is_said(page: Page, server: Server):
    server.order("deaf")
    expect(page.locator("#commission-alert")).to_contain_text("does not answer")
    server.order("hear")
    expect(page.locator("#commission-alert")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 320])
def test_no_sideways_scroll_on_a_phone(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    for task in ("Gateways", "Walk-survey", "Offsets and suspects"):
        choose_task(page, task)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('.page').scrollWidth") <= width
