"""Going back in time in a real browser: a made-up twin in the present, and a small history behind it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from twin.history import Batch, FixColumns, open_history
from twin.model import Kind, Press, Visit
from twin.settings import Settings
from twin.site import load_site, load_tags

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
FIELDS = Settings.model_fields
SITE = load_site(FIELDS["building"].default, FIELDS["gateways"].default)
TAGS = load_tags(FIELDS["tags"].default)
NOW = 1_780_052_400.0
"""When the made-up twin begins."""
NURSE, PATIENT = (next(t.index for t in TAGS if t.kind == kind) for kind in (Kind.STAFF, Kind.PATIENT))
LEVEL = 1
HOME, NEXT = [room for room in SITE.rooms if room.level == LEVEL][:2]
HOLE = (NOW - 1800, NOW - 1200)
PATIENCE = 60_000


def remember(var: Path) -> None:
    """Write an hour, and ten minutes more than there are: a nurse walks up and down in a room, a patient rests."""
    history = open_history(f"sqlite:///{var / 'history.sqlite'}", TAGS, SITE.rooms, SITE.levels)

    def store(t: float, tag: int, x: float) -> None:
        one = (np.array([value]) for value in (tag, LEVEL, HOME.index, x, HOME.y, 0.9, 2.0, t))
        tag_, level, room, *rest = one
        fixes = FixColumns(tag_.astype(np.int32), level.astype(np.int32), room.astype(np.int32), *rest)
        history.write([history.rows(Batch(t, fixes=fixes))])

    for k in range(0, 4200, 5):
        t = NOW - 3600 + k
        if HOLE[0] < t < HOLE[1]:
            continue
        store(t, NURSE, HOME.x + 0.1 * (k // 5 % 20))
        if not k % 60:
            store(t, PATIENT, HOME.x)
    history.write([history.rows(Batch(
        NOW, presses=[Press(NURSE, NOW - 700, "ibeacon")],
        closed=[Visit(NURSE, HOME.index, NOW - 3600, NOW - 900, 0.9, 1.0)],
        opened=[Visit(NURSE, NEXT.index, NOW - 900, None, 0.9, 1.0)],
    ))])  # fmt: skip
    history.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from tests.browser.conftest import Server

    var = tmp_path_factory.mktemp("var")
    remember(var)
    server = Server(var)
    yield server
    server.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce", bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def go_to_floor(page: Page, server: Server, query: str = f"level={LEVEL}") -> None:
    page.goto(f"{server.url}/?{query}")
    page.wait_for_function("window.wardlight && wardlight.live.held.summary && wardlight.floor.shown.data")
    expect(page.locator("#travel .travel-track")).to_be_visible()


def go(page: Page, t: float) -> None:
    """Go to a moment and wait for its picture."""
    page.evaluate("t => wardlight.travel.go(t)", t)
    page.wait_for_function(
        "t => { const p = wardlight.travel.state.picture; const b = wardlight.link.bundle();"
        " return p && Math.abs(p.t - t) < 0.1 && b.past && b.summary.t === p.t }",
        arg=t,
    )


def shown(page: Page) -> dict[str, Any]:
    """What the page has been given to show: tags of the level and their places (cm)."""
    return page.evaluate(
        f"""() => {{
            const b = wardlight.link.bundle(), f = b.frames[{LEVEL}];
            if (!f) return {{t: b.summary.t, tags: []}};
            const c = wardlight.geometry.columns(f);
            return {{t: b.summary.t, tags: [...c.tag], x: [...c.x].map(v => v + 100 * f.x0)}};
        }}"""
    )


def test_a_moment_of_the_past_is_shown_and_never_called_live(page: Page, server: Server):
    go_to_floor(page, server)
    expect(page.locator("#lamp")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    go(page, NOW - 600)
    assert sorted(shown(page)["tags"]) == sorted([NURSE, PATIENT])
    banner = page.locator("#travel-banner")
    expect(banner).to_contain_text("12:50:00")
    expect(banner).to_contain_text("not now")
    expect(page.locator("#lamp")).to_have_attribute("data-state", "past")
    expect(page.locator("#lamp .lamp-state")).to_have_text("Past")
    expect(page.locator("#site-clock .clock-time")).to_have_text("12:50:00")
    expect(page.locator('[data-kpi="patients"]')).to_have_text("1")
    expect(page.locator('[data-kpi="gateways_silent"]')).to_have_text("–")
    expect(page.locator('[data-kpi="data_age"]')).to_have_text("–")
    page.wait_for_timeout(2500)  # news of the present come meanwhile
    assert sorted(shown(page)["tags"]) == sorted([NURSE, PATIENT])
    assert "Live" not in page.locator("#lamp").inner_text()


def test_one_press_leads_back_to_now(page: Page, server: Server):
    go_to_floor(page, server)
    go(page, NOW - 600)
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator("#travel-banner")).to_be_hidden()
    page.wait_for_function(f"wardlight.link.bundle().frames[{LEVEL}].n > 50")
    expect(page.locator("#lamp")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    page.wait_for_function("!location.search.includes('at=')")
    go(page, NOW - 600)
    page.keyboard.press("Escape")
    expect(page.locator("#travel-banner")).to_be_hidden()


def test_a_moment_is_chosen_by_hand_by_keys_and_by_typing_it(page: Page, server: Server):
    go_to_floor(page, server)
    page.wait_for_function("wardlight.travelEvents.known.span")
    track = page.locator("#travel .travel-track")
    box = track.bounding_box()
    assert box
    track.hover(position={"x": box["width"] * 0.3, "y": 10})
    expect(page.locator("#travel .travel-hover strong")).to_contain_text("12:")
    track.click(position={"x": box["width"] * 0.5, "y": 10})
    at = page.evaluate("wardlight.travel.at()")
    assert abs(at - (NOW - 1800)) < 120
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert page.evaluate("wardlight.travel.at()") == pytest.approx(at - 540, abs=1)
    expect(track).to_have_attribute(
        "aria-valuetext",
        page.evaluate(
            "wardlight.words.time(wardlight.travel.at()) + ', ' + wardlight.words.date(wardlight.travel.at())"
        ),
    )
    page.keyboard.press("Home")
    assert page.evaluate("wardlight.travel.at()") == pytest.approx(NOW - 3600, abs=2)
    page.keyboard.press("End")
    assert page.evaluate("wardlight.travel.at()") is None
    field = page.locator('#travel input[data-travel="moment"]')
    field.fill("2026-05-29T12:45:30")  # in the time of the site
    field.press("Tab")
    assert page.evaluate("wardlight.travel.at()") == NOW - 870


def test_events_and_holes_are_marked_and_stepped_through(page: Page, server: Server):
    go_to_floor(page, server)
    page.wait_for_function("wardlight.travelEvents.known.tail")
    expect(page.locator('#travel .travel-marks [data-kind="press"]')).to_have_count(1)
    expect(page.locator("#travel .travel-gap")).to_have_count(1)
    page.get_by_role("button", name="Previous event").click()
    page.wait_for_function("wardlight.travel.state.picture")
    assert page.evaluate("wardlight.travel.at()") == NOW - 700
    expect(page.locator("#travel .travel-said")).to_contain_text("Button pressed")
    go(page, NOW - 1300)
    expect(page.locator("#travel-banner")).to_contain_text("Nothing was stored")


def test_playing_moves_the_tags_and_leads_to_what_is_stored(page: Page, server: Server):
    go_to_floor(page, server)
    go(page, NOW - 600)
    first = shown(page)
    page.locator('#travel select[data-travel="speed"]').select_option("10")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("t => wardlight.travel.at() > t + 12", arg=NOW - 600)
    moving = shown(page)
    page.wait_for_function("t => JSON.parse(wardlight.floor.shown.sequence)[0][0][1] > t + 12", arg=NOW - 600)  # drawn
    assert moving["x"] != first["x"]
    page.get_by_role("button", name="Pause").click()
    at = page.evaluate("wardlight.travel.at()")
    played = shown(page)
    go(page, round(at, 1))
    stored = shown(page)
    assert played["tags"] == stored["tags"]
    assert np.abs(np.array(played["x"]) - stored["x"]).max() <= 10, "it glides towards the next position at most"


def test_playing_goes_on_behind_a_hole_and_says_so(page: Page, server: Server):
    go_to_floor(page, server)
    go(page, HOLE[0] - 20)
    page.evaluate("wardlight.travel.setSpeed(60); wardlight.travel.play()")
    page.wait_for_function("t => wardlight.travel.at() >= t", arg=HOLE[1] - 60)
    expect(page.locator("#travel .travel-said")).to_contain_text("Nothing is stored from")


def test_the_address_leads_to_the_moment(page: Page, server: Server):
    go_to_floor(page, server)
    go(page, NOW - 600)
    page.wait_for_function("location.search.includes('at=')")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function("window.wardlight && wardlight.travel && wardlight.travel.at()")
    assert page.evaluate("wardlight.travel.at()") == pytest.approx(NOW - 600, abs=60)
    expect(page.locator("#travel-banner")).to_be_visible()


def test_stops_have_durations_and_lead_there(page: Page, server: Server):
    go_to_floor(page, server)
    page.evaluate("tag => wardlight.choose.select({type: 'tag', index: tag})", NURSE)
    page.get_by_role("button", name="Stops").click()
    stops = page.locator("#travel-stops .travel-stop")
    expect(stops).to_have_count(2)
    expect(stops.nth(1)).to_contain_text("45 min")
    expect(stops.nth(0)).to_contain_text("still there")
    stops.nth(1).click()
    page.wait_for_function("wardlight.travel.state.picture")
    assert page.evaluate("wardlight.travel.at()") == pytest.approx(NOW - 3600, abs=2)
    page.keyboard.press("Escape")
    expect(page.locator("#travel-stops")).to_be_hidden()
    expect(page.locator("#travel-banner")).to_be_visible()


def test_another_page_shows_the_present(page: Page, server: Server):
    go_to_floor(page, server)
    go(page, NOW - 600)
    page.get_by_role("link", name="List").click()
    expect(page.locator("#lamp")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    assert page.evaluate("wardlight.travel.at()") is None


def test_without_a_history_the_bar_says_so(page: Page, own_server: Callable[..., Server]):
    go_to_floor(page, own_server())
    page.evaluate("wardlight.travel.go(wardlight.travel.newest() - 60)")
    expect(page.locator("#travel .travel-fault")).to_contain_text("History cannot be read")
    expect(page.locator("#travel-banner")).to_be_visible()
    assert shown(page)["tags"] == []
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator("#travel .travel-fault")).to_be_hidden()


# --- gliding, without a server ----------------------------------------------------------------------------------------


def packed(values: list[int], dtype: str) -> str:
    return b64encode(np.array(values, dtype).tobytes()).decode()


def glide(page: Page, rows: list[tuple[float, int, int]], at: float) -> int:
    """Where (cm) the only tag is drawn at `at`, from rows of (time, x, room) after it stood at 0 in room 7."""
    head = {"seq": 0, "t": 0.0, "rev": "r", "level": 0, "n": 1, "x0": 0, "y0": 0, "temp": {}}
    two = {name: packed([value], "<u2") for name, value in (("tag", 0), ("x", 0), ("y", 0), ("room", 7), ("since", 0))}
    one = {name: packed([0], "u1") for name in ("age", "flags", "p", "r")}
    summary = {"presses": [], "elsewhere": [], "kpi": {}, "levels": []}
    picture = {"t": 0.0, "frames": {"0": head | two | one}, "summary": summary, "heard_s": 65, "lost_s": {"staff": 300}}
    n = len(rows)
    piece = {
        "from": 0.0, "to": 300.0, "marks": [], "presses": [], "gaps": [], "origins": {"0": [0, 0]}, "n": n,
        "tag": packed([0] * n, "<u2"), "dt": packed([round(10 * t) for t, _, _ in rows], "<u2"),
        "level": packed([0] * n, "u1"), "x": packed([x for _, x, _ in rows], "<u2"), "y": packed([0] * n, "<u2"),
        "room": packed([room for _, _, room in rows], "<u2"), "p": packed([90] * n, "u1"), "r": packed([20] * n, "u1"),
    }  # fmt: skip
    return page.evaluate(
        """([picture, piece, at]) => {
            const P = wardlight.play, world = P.begin(picture, {tags: [["A0", "staff", "nurse", "N"]]});
            P.feed(world, P.unpack(piece));
            P.advance(world, at);
            const frame = P.bundle(world, () => 0).frames[0];
            return frame.n ? wardlight.geometry.columns(frame).x[0] : null;
        }""",
        [picture, piece, at],
    )


@pytest.mark.parametrize(
    ("rows", "at", "x"),
    [
        ([(4.0, 200, 7)], 1.0, 50),  # half a metre on the way, in the same room
        ([(4.0, 200, 7)], 4.0, 200),
        ([(4.0, 200, 8)], 3.9, 0),  # another room: no way through the wall
        ([(4.0, 200, 8)], 4.0, 200),
        ([(12.0, 200, 7)], 11.0, 0),  # too long ago to know the way
        ([(4.0, 200, 7), (8.0, 400, 7)], 6.0, 300),
        ([(4.0, 200, 7)], 100.0, 200),
        ([(4.0, 200, 7)], 310.0, None),  # not believed any more
    ],
)
def test_tags_glide_within_a_room_and_never_through_a_wall(page: Page, rows: Any, at: float, x: int | None):
    page.set_content("<html></html>")
    for script in ("floor_geometry.js", "page/travel_play.js"):
        page.add_script_tag(path=ROOT / "assets" / script)
    assert glide(page, json.loads(json.dumps(rows)), at) == x
