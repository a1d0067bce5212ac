"""The assets page in a real browser, before a made-up twin and with a history on disk."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from twin.history import Batch, open_history
from twin.model import Kind, Sample, Visit
from twin.settings import ROOT
from twin.site import load_site, load_tags

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FAKE = Path(__file__).with_name("fake_twin.py")
PATIENCE = 60_000
START = 1_780_052_400.0
SITE = load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")
TAGS = load_tags(ROOT / "data/demo/tags.csv")


def of(kind: Kind, type_: str = "") -> list:
    return [tag for tag in TAGS if tag.kind == kind and type_ in ("", tag.type)]


def remember(var: Path) -> None:
    """Every asset stayed in an ICU bay, for an hour of it with a patient and a nurse; one battery is low."""
    bay = next(room.index for room in SITE.rooms if room.space_type == "icu_bay")
    things = of(Kind.ASSET)
    closed = [Visit(tag.index, bay, START - 14_400, START - 60, 0.9, 1.0) for tag in things]
    for kind in (Kind.PATIENT, Kind.STAFF):
        closed.append(Visit(of(kind)[0].index, bay, START - 3_600, START - 60, 0.9, 1.0))
    samples = [Sample(tag.index, START - 60, "battery_pct", 12.0 if tag is things[0] else 80.0) for tag in things]
    history = open_history(f"sqlite:///{var / 'history.sqlite'}", TAGS, SITE.rooms, SITE.levels)
    history.write([history.rows(Batch(START, closed=closed, samples=samples))])
    history.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    var = tmp_path_factory.mktemp("var")
    remember(var)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(FAKE), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"WARDLIGHT_VAR": str(var)},
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}/equipment", var
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def width() -> int:
    return 1440


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    yield page
    assert complaints == []
    context.close()


def go(page: Page, server: tuple[str, Path], query: str = "") -> None:
    page.goto(server[0] + query)
    expect(page.locator(".ag-row").first).to_be_visible()


def labels(page: Page) -> list[str]:
    return page.evaluate("() => wardlight.equipment.grid.listed().map(m => wardlight.equipment.now.byMac.get(m).label)")


def count_of(page: Page, tile: str) -> int:
    return int(page.locator(f".eq-tile[data-key='{tile}'] .eq-tile-value").inner_text().replace(",", ""))


def test_search_and_filters_find_and_the_address_keeps_them(page: Page, server: tuple[str, Path]) -> None:
    go(page, server)
    expect(page.locator(".eq-found")).to_have_text("350 things")
    page.get_by_role("searchbox", name="Find").fill("scanner bladder")
    expect(page.locator(".eq-found")).to_have_text("8 things")
    page.wait_for_function("() => wardlight.equipment.grid.listed().length === 8")
    assert all("Bladder scanner" in label for label in labels(page))
    page.locator("[data-filter='type']").select_option("ventilator")
    expect(page.locator(".eq-found")).to_have_text("Nothing fits these filters.")
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.locator(".eq-found")).to_have_text("350 things")
    page.locator("[data-filter='type']").select_option("ventilator")
    expect(page.locator(".eq-found")).to_have_text("12 things")
    available = count_of(page, "available")
    page.locator(".eq-tile[data-key='available'] .eq-tile-main").click()
    expect(page.locator(".eq-tile[data-key='available'] .eq-tile-main")).to_have_attribute("aria-pressed", "true")
    assert "type=ventilator" in page.url
    assert "status=available" in page.url
    page.reload()
    expect(page.locator(".eq-tile[data-key='available'] .eq-tile-main")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"() => wardlight.equipment.grid.listed().length === {available}")
    assert count_of(page, "available") == available


def test_every_number_has_its_meaning_one_tap_away(page: Page, server: tuple[str, Path]) -> None:
    go(page, server)
    for key in ("available", "in_use", "dirty", "down", "unknown", "par", "missing", "low", "due"):
        page.locator(f".eq-tile[data-key='{key}'] .eq-tile-help").click()
        expect(page.locator(".eq-about")).to_be_visible()
        assert len(page.locator(".eq-about").inner_text()) > 40
        assert "%(" not in page.locator(".eq-about").inner_text()
    assert count_of(page, "low") == 1


def test_a_refresh_leaves_scroll_choice_and_focus(page: Page, server: tuple[str, Path]) -> None:
    go(page, server)
    expect(page.locator(".eq-found")).to_have_text("350 things")
    page.locator(".ag-body-viewport").evaluate("e => e.scrollTo(0, 4000)")
    page.wait_for_timeout(500)
    row = page.locator(".ag-center-cols-container .ag-row").nth(6)
    row.locator("[col-id='statusText']").click()
    before = page.evaluate(
        "() => [document.querySelector('.ag-body-viewport').scrollTop, wardlight.equipment.now.chosen]"
    )
    t = page.evaluate("() => wardlight.equipment.now.t")
    page.wait_for_function(f"() => wardlight.equipment.now.t > {t + 5}")
    after = page.evaluate(
        "() => [document.querySelector('.ag-body-viewport').scrollTop, wardlight.equipment.now.chosen]"
    )
    assert after == before
    assert page.evaluate("() => document.activeElement.getAttribute('col-id')") == "statusText"
    assert page.locator(".ag-row-selected").count() >= 1


def test_the_keyboard_does_it_all(page: Page, server: tuple[str, Path]) -> None:
    go(page, server)
    page.keyboard.press("/")
    page.keyboard.type(of(Kind.ASSET, "suction")[2].mac[3:])
    expect(page.locator(".eq-found")).to_have_text("1 thing")
    page.locator(".ag-cell[col-id='label']").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#equipment-side h2")).to_have_text("Suction unit 03")
    page.keyboard.press("Escape")
    expect(page.locator("#equipment-side h2")).to_have_text("Nearest free")


def test_a_thing_tells_its_use_its_stays_and_who_was_with_it(page: Page, server: tuple[str, Path]) -> None:
    go(page, server, "?missing=1")
    expect(page.locator(".ag-row").first).to_be_visible()
    page.locator(".ag-center-cols-container .ag-row").first.click()
    side = page.locator("#equipment-side")
    expect(side.locator(".eq-stays li").first).to_be_visible()
    expect(side.locator(".eq-missing")).to_contain_text(of(Kind.PATIENT)[0].label)
    expect(side).to_contain_text("h observed")
    expect(side).to_contain_text("Unknown")


def test_the_nearest_free_one_is_told_and_shown_on_the_floor(page: Page, server: tuple[str, Path]) -> None:
    go(page, server, "?type=infusion_pump&from=119")
    expect(page.locator(".eq-near")).to_have_count(5)
    expect(page.locator("#equipment-side [role='status']")).to_contain_text("119 ICU equipment store")
    field = page.get_by_label("Where are you?")
    field.fill("nowhere")
    field.press("Tab")
    expect(page.locator("#equipment-side [role='alert']")).to_contain_text("neither a room nor a tag")
    field.fill(of(Kind.STAFF)[0].label)
    field.press("Tab")
    expect(page.locator(".eq-near")).to_have_count(5)
    mac = page.locator(".eq-near [data-pick]").first.get_attribute("data-pick")
    assert page.locator(".eq-near a").first.get_attribute("href") == f"/?tag={mac}"


def test_the_csv_holds_what_is_filtered(page: Page, server: tuple[str, Path], tmp_path: Path) -> None:
    go(page, server, "?type=ecg")
    expect(page.locator(".eq-found")).to_have_text("12 things")
    page.wait_for_function("() => wardlight.equipment.grid.listed().length === 12")
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / "assets.csv"
    got.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["label"] for row in rows] == labels(page)
    assert {row["battery"] for row in rows} == {"80.0"}


def test_a_scanned_tag_is_tied_and_a_taken_one_is_not(page: Page, server: tuple[str, Path]) -> None:
    go(page, server)
    page.get_by_role("button", name="Add a tag").click()
    taken = of(Kind.ASSET)[4]
    page.keyboard.type(f"MAC:{taken.mac}\n")
    expect(page.locator("#equipment-side [role='alert']")).to_contain_text(taken.label)
    field = page.locator("[data-tag-field='mac']")
    field.fill("no tag")
    field.press("Enter")
    expect(page.locator("#equipment-side")).to_contain_text("holds no MAC address")
    field.fill("c3:99:00:00:00:42")
    field.press("Enter")
    expect(page.locator("[data-tag-field='type']")).to_be_focused()
    page.locator("[data-tag-field='type']").select_option("bed")
    page.locator("[data-tag-field='label']").fill("Bed 001")
    page.get_by_role("button", name="Tie to this thing").click()
    expect(page.locator("#eq-fault-label")).to_contain_text("is the label of tag")
    page.locator("[data-tag-field='label']").fill("Bed 942")
    page.get_by_role("button", name="Tie to this thing").click()
    expect(page.locator("#equipment-side .eq-good")).to_contain_text("Tag C39900000042 is on Bed 942 now.")
    assert "C39900000042,,asset,bed,Bed 942," in (server[1] / "site/tags.csv").read_text()


def test_a_thing_is_marked_down_and_repaired(page: Page, server: tuple[str, Path]) -> None:
    tag = of(Kind.ASSET, "defibrillator")[0]
    go(page, server, f"?tag={tag.mac}")
    side = page.locator("#equipment-side")
    side.get_by_role("button", name="Mark as down").click()
    side.locator("[data-tag-field='note']").fill("no charge")
    side.locator("[data-tag-field='note']").press("Enter")
    expect(side.locator(".eq-now")).to_contain_text("Down")
    expect(side).to_contain_text("no charge")
    side.get_by_role("button", name="It is repaired").click()
    expect(side.locator(".eq-now")).not_to_contain_text("Down")


@pytest.mark.parametrize("width", [390])
def test_a_phone_gets_cards_and_a_sheet(page: Page, server: tuple[str, Path]) -> None:
    go(page, server, "?q=wheelchair")
    expect(page.locator(".eq-card").first).to_be_visible()
    box = page.locator(".ag-row").first.bounding_box()
    assert box
    assert box["height"] >= 44
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.locator(".ag-row").first.click()
    side = page.locator("#equipment-side")
    expect(side).to_be_visible()
    expect(side.locator("h2")).to_contain_text("Wheelchair")
    side.get_by_role("button", name="Hide details").or_(side.locator("[data-do='close']")).first.click()
    expect(side).to_be_hidden()
