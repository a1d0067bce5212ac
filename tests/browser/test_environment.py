"""The Environment page in a real browser: the plan, its keyboard, the chosen sensor, the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.made_up_past import remember

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PATIENCE = 60_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from tests.browser.conftest import Server

    var: Path = tmp_path_factory.mktemp("environment")
    remember(var)
    server = Server(var)
    yield server
    server.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1300, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    yield page
    context.close()
    assert complaints == []


def test_what_is_out_of_range_comes_first_and_the_plan_can_be_used_by_keyboard(page: Page, served: Server) -> None:
    page.goto(served.url + "/environment?level=2")
    lists = page.locator("#environment-lists")
    expect(lists).to_contain_text("Vaccine fridge 01", timeout=PATIENCE)
    expect(lists).to_contain_text("1.4 °C too high")
    expect(page.locator("#environment-sensor")).to_have_value(re.compile("Vaccine fridge 01"))
    room = page.locator(".environment-room[data-mac]").first
    expect(room).to_have_attribute("aria-label", re.compile("°C, in range"), timeout=PATIENCE)
    room.focus()
    page.keyboard.press("Enter")
    mac = room.get_attribute("data-mac")
    page.wait_for_url(f"**sensor={mac}**")
    expect(room).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#environment-chart .js-plotly-plot .main-svg").first).to_be_attached()


def test_the_same_address_shows_the_same_again_and_the_model_is_one_press_away(page: Page, served: Server) -> None:
    page.goto(served.url + "/environment?level=2&show=humidity&span=7d")
    expect(page.locator("#environment-legend")).to_contain_text("70 %", timeout=PATIENCE)
    expect(page.locator(".environment-labels text").first).to_have_text("44")
    expect(page.locator("#environment-energy table")).to_contain_text("kW")
    expect(page).to_have_url(re.compile(r"level=2&show=humidity&sensor=[0-9A-F]{12}&span=7d$"))
    expect(page.locator("#environment-model")).to_have_attribute("href", "/?layer=humidity&level=2")
