"""The building page in a real browser: a file in, a look at both buildings, the new one in place, and back."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from twin.jobs.worker import Worker
from twin.verbs.site import draw_plan

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PATIENCE = 60_000
PLAN = """
name = "Small clinic"
address = "1"
locality = "L"
country = "FR"
language = "en"
lon = 1.0
lat = 45.0
bearing = 0.0
[departments]
clinic = "Clinic"
[[level]]
ordinal = 0
name = "Ground"
short = "G"
elevation = 0.0
height = 3.0
halls = [["1", "Corridor", "corridor", [[0, 3, 9, 5]]]]
[[level.strip]]
at = [0, 0]
run = "east"
depth = 3.0
door = "north"
department = "clinic"
rooms = [["2", "Exam", "exam", 4.0], ["3", "Store", "store", 5.0]]
"""


@pytest.fixture
def server(own_server: Callable[..., Server]) -> Iterator[Server]:
    """A server for each test, and a worker beside it."""
    made = own_server()
    stop = threading.Event()
    worker = threading.Thread(target=Worker(made.var).run, args=(stop,), daemon=True)
    worker.start()
    yield made
    stop.set()
    worker.join(10)


@pytest.fixture
def page(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    size = getattr(request, "param", (1280, 900))
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    page.goto(server.url + "/building")
    expect(page.get_by_text("Drop the file of a building here")).to_be_visible()
    yield page
    assert complaints == []
    context.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("small")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    assert draw_plan(folder / "plan.toml", folder / "imdf", None) == []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for path in (folder / "imdf").iterdir():
            out.writestr(path.name, path.read_bytes())
    return packed.getvalue()


def give(page: Page, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#building-drop input").first.set_input_files(file)
    page.get_by_role("button", name="Upload and import").click()


def test_a_building_comes_in_takes_the_place_and_goes_again(page: Page, server: Server, small: bytes, tmp_path: Path):
    give(page, "Small.imdf.zip", small)
    page.get_by_role("link", name="Look at it").click()
    expect(page.locator("#building-plan-now svg .plan-rooms path")).to_have_count(68)
    expect(page.locator("#building-plan-new svg .plan-rooms path")).to_have_count(3)
    page.locator("#building-level").get_by_text("First floor", exact=True).click()
    expect(page.locator("#building-plan-new")).to_have_text("No such level")
    expect(page.get_by_text("75 gateways have no place")).to_be_visible()

    page.get_by_role("button", name="Put in place").click()
    question = page.get_by_role("dialog")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert not (server.var / "site/building").exists()

    page.get_by_role("button", name="Put in place").click()
    question.get_by_role("button", name="Put in place").click()
    expect(page.locator(".building-name")).to_have_text("Small clinic")
    expect(page.locator(".brand .site")).to_have_text("Small clinic")
    expect(page.get_by_text("nothing is heard until gateways are placed")).to_be_visible()
    page.get_by_role("button", name="Back to the demo hospital").click()
    question.get_by_role("button", name="Back to the demo hospital").click()
    expect(page.locator(".building-name")).to_have_text("Saint-Aubin Hospital")
    expect(page.locator(".building-list").get_by_text("Small.imdf.zip")).to_be_visible()


@pytest.mark.parametrize("page", [(390, 844)], indirect=True)
def test_a_broken_file_on_a_phone(page: Page, server: Server):
    give(page, "broken.ifc", b"ISO-10303-21;\nHEADER;")
    failed = page.locator(".building-job[data-state=failed]")
    expect(failed).to_contain_text("broken.ifc could not be imported")
    expect(failed).to_contain_text("The building in use was not touched.")
    assert page.evaluate("document.querySelector('.page').scrollWidth") <= 390
    failed.get_by_role("button", name="Dismiss").click()
    expect(failed).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Drop the file of a building here")).to_be_visible()
    expect(failed).to_have_count(0)


def test_what_cannot_be_uploaded_is_said_at_once(page: Page):
    drop = page.locator("#building-drop input").first
    drop.set_input_files({"name": "nothing.ifc", "mimeType": "x/y", "buffer": b""})
    expect(page.locator("#building-upload-said")).to_have_text("nothing.ifc is empty.")
    page.route("**/files/building?**", lambda route: route.abort())
    drop = page.locator("#building-drop input").first
    drop.set_input_files({"name": "House.ifc", "mimeType": "x/y", "buffer": b"ISO"})
    page.get_by_role("button", name="Remove House.ifc").click()
    expect(page.get_by_text("Drop the file of a building here")).to_be_visible()
