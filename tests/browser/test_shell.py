"""The pages in a real browser, before a made-up twin that stops, goes and falls silent on order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PATIENCE = 60_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.complaints = complaints  # pyright: ignore[reportAttributeAccessIssue]
    yield page
    context.close()


def lamp(page: Page, state: str, patience: int = PATIENCE) -> None:
    expect(page.locator("#lamp")).to_have_attribute("data-state", state, timeout=patience)


def seen(locator: Locator, text: str) -> None:
    expect(locator).to_contain_text(text, timeout=PATIENCE)


@pytest.mark.parametrize("path", ["/?level=0", "/list", "/system", "/nothing-here"])
def test_a_page_loads_without_a_complaint(page: Page, server: Server, path: str):
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    page.goto(server.url + path)
    lamp(page, "live")
    expect(page.locator("h1")).to_have_count(1)
    if path.startswith("/?"):
        expect(page.locator(".js-plotly-plot canvas").first).to_be_attached(timeout=PATIENCE)
        expect(page.locator('[data-kpi="patients"]')).to_have_text("111")
    page.wait_for_timeout(1500)
    assert page.complaints == []  # pyright: ignore[reportAttributeAccessIssue]


def test_light_and_dark_are_remembered(page: Page, server: Server):
    page.goto(server.url + "/system")
    html = page.locator("html")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("button", name="Dark or light").click()
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")
    page.reload()
    lamp(page, "live")
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")


@pytest.mark.parametrize("path", ["/?level=0", "/list", "/system"])
@pytest.mark.parametrize("width", [390, 320])
def test_no_sideways_scroll_on_a_phone(page: Page, server: Server, path: str, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(server.url + path)
    lamp(page, "live")
    page.wait_for_timeout(1000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#nav-menu-button").click()
    expect(page.get_by_role("link", name="System")).to_be_visible()


def test_the_panel_is_a_sheet_on_a_phone(page: Page, server: Server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.url + "/?level=0")
    handle = page.locator("#panel-handle")
    expect(handle).to_have_attribute("aria-expanded", "false")
    seen(handle, "The building now")
    handle.click()
    expect(page.get_by_text("Button presses")).to_be_visible()
    assert page.locator("#panel").bounding_box()["height"] > 400  # pyright: ignore[reportOptionalSubscript]


def test_everything_is_reached_by_keyboard(page: Page, server: Server):
    page.goto(server.url + "/?level=0")
    lamp(page, "live")
    expect(page.locator('[data-kpi="patients"]')).not_to_be_empty()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    names = []
    for _ in range(30):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("(document.activeElement.textContent || document.activeElement.ariaLabel || '').trim()")
        )
    for wanted in ("Floor model", "List", "System", "Layers"):
        assert any(name.startswith(wanted) for name in names), (wanted, names)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


def test_a_figure_tells_what_it_counts(page: Page, server: Server):
    page.goto(server.url + "/?level=0")
    tile = page.locator(".kpi").nth(3)
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Half of those waiting now")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Half of those waiting now")).to_be_hidden()
    page.get_by_role("button", name="Layers").click()
    expect(page.get_by_role("checkbox", name="Ventilator")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("checkbox", name="Ventilator")).to_be_hidden()


def test_searching_chooses_a_tag_and_the_address_says_so(page: Page, server: Server):
    page.goto(server.url + "/?level=0")
    lamp(page, "live")
    page.locator("#search").click()
    page.keyboard.type("ventilator 0", delay=40)
    option = page.locator("[role=option]").first
    seen(option, "Ventilator")
    expect(option).to_have_attribute("data-combobox-selected", "true")
    name = option.locator(".choice-label").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text(name)
    seen(page.locator("#panel"), "nine times out of ten")
    page.wait_for_url("**tag=**")
    page.goto(page.url)
    expect(page.locator("#panel h2")).to_have_text(name)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    seen(page.locator("#panel"), "Choose a room or a tag")
    assert "tag=" not in page.url


def test_a_room_tells_who_is_there(page: Page, server: Server):
    page.goto(server.url + "/list")
    page.get_by_role("tab", name="Rooms").click()
    page.get_by_role("link", name="ED waiting").click()
    expect(page.locator("#panel h2")).to_have_text("ED waiting")
    seen(page.locator("#panel"), "Patients")
    page.locator("#panel .tag-row").first.click()
    seen(page.locator("#panel"), "Last heard")


def test_doubt_is_told_in_words(page: Page, server: Server):
    page.goto(server.url + "/list")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Bed 004"))
    seen(row, ", or ")
    seen(row, "(31 %)")
    seen(row, ", unsure")
    row.get_by_role("link", name="Bed 004").click()
    panel = page.locator("#panel")
    seen(panel, "(54%)")
    seen(panel, "Level unsure")
    other = panel.locator(".place button", has_text="or ")
    seen(other, "(31%)")
    name = other.inner_text().removeprefix("or ").removesuffix(" (31%)")
    other.click()
    expect(panel.locator("h2")).to_have_text(name)
    page.goto(server.url + "/list")
    page.get_by_role("link", name="Bed 003").click()
    seen(panel, "nine times out of ten")
    expect(panel).not_to_contain_text("Level unsure")
    expect(panel.locator(".place button")).to_have_count(2)


def test_the_list_refreshes_without_losing_focus(page: Page, server: Server):
    page.goto(server.url + "/list")
    button = page.locator('th[data-key="heard"] button')
    button.click()
    expect(page.locator('th[data-key="heard"]')).to_have_attribute("aria-sort", "ascending")
    before = page.locator("#list-about").inner_text()
    expect(page.locator("#list-about")).not_to_have_text(before, timeout=25_000)
    expect(button).to_be_focused()
    page.get_by_role("button", name="Pause updates").click()
    expect(page.get_by_role("button", name="Pause updates")).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_silent_gateways_make_tags_unobserved(page: Page, own_server: Callable[..., Server]):
    server = own_server()
    page.goto(server.url + "/list")
    page.get_by_role("link", name="Bed 003").click()
    seen(page.locator("#panel .state"), "Live")
    server.order("silent")
    seen(page.locator("#panel .state"), "Unobserved")
    page.get_by_role("button", name="Close").click()
    seen(page.locator("#panel"), "Choose a room or a tag")
    assert "tag=" not in page.url
    seen(page.locator('[data-kpi-note="data_age"]'), "unobserved")
    lamp(page, "stale")


def test_a_twin_that_stops_and_one_that_dies(page: Page, own_server: Callable[..., Server]):
    server = own_server()
    page.goto(server.url + "/system")
    lamp(page, "live")
    server.order("stop")
    lamp(page, "lagging")
    lamp(page, "stale")
    seen(page.locator("#link-banner"), "not the present")
    seen(page.locator("#lamp"), "ago")
    server.order("go")
    lamp(page, "live")
    expect(page.locator("#link-banner")).to_be_hidden()
    server.kill()
    lamp(page, "lost")
    seen(page.locator("#link-banner"), "No connection")
    server.start()
    lamp(page, "live")


def test_what_was_chosen_does_not_look_live_when_the_data_stops(page: Page, own_server: Callable[..., Server]):
    server = own_server()
    page.goto(server.url + "/list")
    page.get_by_role("link", name="Bed 003").click()
    seen(page.locator("#panel .state"), "Live")
    server.order("stop")
    lamp(page, "stale")
    expect(page.locator("#panel .state")).to_have_text("Live when the data stopped")
    expect(page.locator("#panel")).not_to_contain_text(" ago")


def test_refused_streams_fall_back_to_polling(page: Page, own_server: Callable[..., Server]):
    server = own_server()
    server.order("drop")
    time.sleep(0.5)
    page.goto(server.url + "/system")
    lamp(page, "live")


def test_before_any_data(page: Page, own_server: Callable[..., Server]):
    page.goto(own_server("--mute").url + "/?level=0")
    lamp(page, "connecting")
    seen(page.locator("#lamp"), "no data yet")
    expect(page.locator('[data-kpi="patients"]')).to_be_empty()
    seen(page.locator("#panel"), "Choose a room or a tag")
    lamp(page, "stale")


def test_catching_up_is_told(page: Page, own_server: Callable[..., Server]):
    server = own_server()
    page.goto(server.url + "/system")
    expect(page.locator("#catch-up")).to_be_hidden()
    server.order("catch-up")
    seen(page.locator("#catch-up"), "Catching up")
    assert 0 < float(page.locator("#catch-up progress").evaluate("bar => bar.value")) < 1
