"""Every page of the app, dark and light, on a phone, a desk and a wall: what must hold for all of them.

The pages are those that `pages/` registers, so a new one is looked at by itself. With WARDLIGHT_SHOTS=FOLDER the
pictures are kept for people to look at; with WARDLIGHT_WALK=http://HOST:PORT a running Wardlight is walked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Request, expect

from twin.fidelity.report import Curve, Figures, Known, Report, Run, Sureness, write_report

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
REGISTERED = re.compile(r'register_page\(\s*__name__,\s*path="([^"]+)"')
NOWHERE = "/nothing-here"
SHOTS = os.environ.get("WARDLIGHT_SHOTS")
RUNNING = os.environ.get("WARDLIGHT_WALK")
PHONE, DESK, WALL = (390, 844), (1440, 900), (3840, 2160)
LOOKS = [("dark", DESK), ("light", DESK), ("light", PHONE), ("dark", PHONE), ("dark", WALL)]
SERIOUS = ("serious", "critical")
PATIENCE_MS = 60_000
QUIET_MS = 300
MOST_KEPT_MB = 8
"""What thirty switches may add to a heap of 30 to 40 MB. Measured: 5.5, most of it at once and then 0.1 a visit; a
floor page that was kept for each visit would be 15."""
MOST_KEPT_NODES = 4000
"""The same for the elements: those of one list of 100 tags (3,300), which Chromium may not have let go of yet."""

WATCH = """
(() => {
    const watch = window.watch = {asked: 0, since: performance.now(), contexts: []};
    const fetched = window.fetch;
    window.fetch = (...call) => {
        watch.asked += 1;
        const done = () => { watch.asked -= 1; watch.since = performance.now(); };
        return fetched(...call).finally(done);
    };
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        const made = getContext.call(this, kind, ...more);
        const known = watch.contexts.some((one) => one.deref() === made);
        if (made && /webgl/.test(kind) && !known) watch.contexts.push(new WeakRef(made));
        return made;
    };
    /** WebGL contexts that draw into this document. */
    watch.drawing = () => watch.contexts.map((one) => one.deref())
        .filter((one) => one && one.canvas.isConnected && !one.isContextLost()).length;
    /** Nothing is asked for, and every graph is drawn. */
    watch.settled = (quiet) => watch.asked === 0 && performance.now() - watch.since > quiet
        && !document.querySelector('[data-dash-is-loading="true"], ._dash-loading')
        && [...document.querySelectorAll('.dash-graph')].every((one) => one.querySelector('.js-plotly-plot .main-svg'))
        && [...document.querySelectorAll('.floor-graph .js-plotly-plot')].every((one) => one.matches('.floor-ready'));
    document.addEventListener('securitypolicyviolation', (event) => console.error(
        `CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
})();
"""


def addresses() -> list[str]:
    """The path of each page, read from the sources: the app itself is not needed to name the tests."""
    found = []
    for file in sorted((ROOT / "pages").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        if "register_page" in source and not file.stem.startswith("not_found"):
            told = REGISTERED.search(source)
            assert told, f"{file.name} registers a page, but its path could not be read"
            found.append(told[1])
    return [*found, NOWHERE]


PAGES = addresses()


@dataclass
class Visit:
    """One page in one look, and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda m: self.complain(m.text) if m.type == "error" else self.warn(m.text))
        self.page.on("pageerror", lambda error: self.complain(str(error)))
        self.page.on("response", lambda r: self.complain(f"{r.status} {r.url}") if r.status >= 400 else None)
        self.page.on("requestfailed", self.failed)

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    def warn(self, text: str) -> None:
        if "WebGL contexts" in text:
            self.complain(text)

    def failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a stream that the page itself closed
            self.complain(f"{request.failure} {request.url}")

    def settle(self) -> None:
        """Wait until the page has all it asked for and has drawn it."""
        self.page.evaluate("() => { window.watch.since = performance.now() }")
        expect(self.page.locator("#lamp")).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)
        expect(self.page.locator("h1")).to_have_count(1, timeout=PATIENCE_MS)
        self.page.wait_for_function("quiet => window.watch.settled(quiet)", arg=QUIET_MS, timeout=PATIENCE_MS)


def figures(by: str, key: str) -> Figures:
    return Figures(by, key, 30, 1200, 2.1, 4.9, 0.86, 0.99, 0.9, 4.4, 0.84, 60.0, 0.1, 0.2, 0.3, 12, 5.1, 11.0, 0.08)


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest) -> str:
    """Where the app answers: at the running one that was named, else before a made-up twin."""
    if RUNNING:
        return RUNNING.rstrip("/")
    server: Server = request.getfixturevalue("server")
    groups = [("all", ""), ("kind", "patient"), ("kind", "staff"), ("kind", "asset"), ("level", "Ground floor")]
    run = Run(
        source="rehearsal", seed=4, minutes=15.0, warm_up_s=300.0, begin=1.7e9, end=1.7e9 + 900, survey="simulated",
        survey_points=60, gateways=75, tags=575,
    )  # fmt: skip
    curves = tuple(Curve(k, 1200, (0.0, 0.5, 0.9, 0.99), (0.0, 1.5, 3.0, 8.0)) for k in ("patient", "staff", "asset"))
    report = Report(
        made_at=1.78e9, run=run, bad_lines=0, figures=tuple(figures(*group) for group in groups),
        sureness=(Sureness(0.5, 0.7, 900, 0.6, 0.5),), curves=curves,
        known=(Known(True, 1200, {"live": 0.9, "stale": 0.1}),),
    )  # fmt: skip
    write_report(server.var / "fidelity/report.json", report)
    return server.url


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all pages, so that scripts are fetched and compiled once."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH)
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext) -> Iterator[Visit]:
    visit = Visit(context.new_page())
    visit.listen()
    yield visit
    visit.page.close()


@pytest.fixture(scope="module")
def titles() -> dict[str, str]:
    """The titles seen so far, and whose they are."""
    return {}


def keep(visit: Visit, path: str, scheme: str, width: int, folder: Path) -> None:
    """Keep a picture of the page."""
    name = path.strip("/").replace("/", "-") or "floor"
    visit.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", timeout=120_000)


def inaccessible(page: Page, *, targets: bool) -> list[str]:
    """What axe finds that keeps people out; with `targets`, also what is too small for a finger (WCAG 2.5.8)."""
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": targets}}}
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {', '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_the_standards(visit: Visit, url: str, titles: dict[str, str], tmp_path: Path, path: str):
    """Opened once on a desk, then looked at in all looks: loading is what costs."""
    page = visit.page
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.add_init_script("localStorage.setItem('mantine-color-scheme-value', 'dark')")
    page.goto(url + path)
    visit.settle()
    assert page.locator("h1").inner_text().strip()
    title = page.title()
    assert title.endswith(" · Wardlight")
    assert titles.setdefault(title, path) == path
    faults = []
    for scheme, size in LOOKS:
        look(visit, scheme, size)
        keep(visit, path, scheme, size[0], Path(SHOTS) if SHOTS else tmp_path)
        faults += [f"{scheme} {size[0]}: {fault}" for fault in faults_of(page, size)]
    told = "\n".join(visit.complaints + faults)
    assert not told, told


def look(visit: Visit, scheme: str, size: tuple[int, int]) -> None:
    """Change the page to a colour scheme and a size, as a person does."""
    page = visit.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    root = page.locator("html")
    if root.get_attribute("data-mantine-color-scheme") != scheme:
        page.locator(".mantine-ColorSchemeToggle-root, [aria-label='Dark or light']").first.click()
    expect(root).to_have_attribute("data-mantine-color-scheme", scheme)
    visit.settle()


def faults_of(page: Page, size: tuple[int, int]) -> list[str]:
    """What is wrong with the page as it looks now."""
    faults = [] if size == WALL else inaccessible(page, targets=size == PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > size[0]:
        faults.append(f"the document is {wide} px wide")
    drawing = page.evaluate("window.watch.drawing()")
    if drawing > 1:
        faults.append(f"{drawing} WebGL contexts")
    if page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].some((p) => p._context.showSendToCloud)"):
        faults.append("a graph can be sent to plotly's cloud")
    return faults


@dataclass(frozen=True)
class Held:
    """What a page holds on to after its garbage was collected."""

    heap: float
    """Megabytes of JavaScript."""
    nodes: int
    listeners: int

    @classmethod
    def by(cls, page: Page, devtools: CDPSession) -> Held:
        seen = []
        for _ in range(5):  # what one round finalises the next collects; live data comes in between
            devtools.send("HeapProfiler.collectGarbage")
            counted = devtools.send("Memory.getDOMCounters")
            heap = devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
            seen.append((heap, counted["nodes"], counted["jsEventListeners"]))
            page.wait_for_timeout(100)
        return cls(*map(min, *seen))


def test_thirty_switches_of_page_and_level_leave_memory_flat(visit: Visit, url: str):
    """Two rounds before the measurement, for what is loaded or compiled once; those after it keep next to nothing."""
    page = visit.page
    page.set_viewport_size({"width": 1000, "height": 480})
    page.goto(url + "/?level=all")
    visit.settle()
    links = page.locator(".nav-link")
    levels = page.locator(".level-switch label")

    def round_trip() -> int:
        """All levels, then all pages; the last is the plainest, where little is going on while memory is measured."""
        switches = 0
        for k in (1, 2, 0):
            levels.nth(k).click()
            visit.settle()
            assert page.evaluate("window.watch.drawing()") == 1
            switches += 1
        for path in (*(links.nth(k).get_attribute("href") for k in range(1, links.count())), "/", "/system"):
            page.locator(f'.nav-link[href="{path}"]').click()
            page.wait_for_url(f"**{path}*")
            visit.settle()
            assert page.evaluate("window.watch.drawing()") == (1 if path == "/" else 0)
            switches += 1
        return switches

    def back() -> None:
        page.locator('.nav-link[href="/"]').click()
        visit.settle()

    round_trip()
    back()
    round_trip()
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.enable")
    before, switches = Held.by(page, devtools), 0
    while switches < 30:
        back()
        switches += 1 + round_trip()
    after = Held.by(page, devtools)
    told = f"{switches} switches: {before} -> {after}"
    print(told)  # noqa: T201 - shown when a test fails, or with -s
    assert after.heap - before.heap < MOST_KEPT_MB, told
    assert after.nodes - before.nodes < MOST_KEPT_NODES, told
    assert after.listeners < 1.2 * before.listeners, told
    assert visit.complaints == []
