"""The floor model in a real browser: what it draws, picks, keeps and answers to."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import pytest
from playwright.sync_api import Browser, Page

from components import floor_scales, floor_style
from components.floor_model import CONFIG, floor_figure, theme_tables
from twin.settings import Settings
from twin.site import Site, load_site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = (
    "floor_geometry.js", "floor_tags.js", "floor_layers.js", "floor_lines.js", "floor_values.js", "floor_hand.js",
    "floor_names.js", "floor_camera.js", "floor.js",
)  # fmt: skip
WORDS = ("patients", "staff", "assets", "gateway", "seconds", "minutes", "stale", "unobserved", "keys")
WORDS += ("none", "of_beds", "per_bed", "per_10")
TAGS = [["A0", "patient", "patient", "Patient 1"], ["A1", "staff", "nurse", "Nurse 1"]]
TAGS += [["A2", "asset", "infusion_pump", "Pump 1"], ["A3", "asset", "ventilator", "Ventilator 1"]]
LAYERS = ["patient", "staff", "labels", "asset:infusion_pump", "asset:ventilator"]


@lru_cache
def building() -> Site:
    fields = Settings.model_fields
    return load_site(fields["building"].default, fields["gateways"].default)


def frame(seq: int, places: list[tuple[float, float]], states: list[int] | None = None, **more: Any) -> dict[str, Any]:
    """A frame of level 1 with one tag a place (metres)."""
    n = len(places)
    columns = {
        "tag": np.arange(n, dtype="<u2"), "x": np.array([100 * x for x, _ in places], "<u2"),
        "y": np.array([100 * y for _, y in places], "<u2"), "room": np.full(n, 65535, "<u2"),
        "since": np.zeros(n, "<u2"), "age": np.full(n, 3, "u1"), "flags": np.array(states or [0] * n, "u1"),
        "p": np.full(n, 90, "u1"), "r": np.full(n, 20, "u1"),
    }  # fmt: skip
    packed = {name: base64.b64encode(values.tobytes()).decode() for name, values in columns.items()}
    head = {"seq": seq, "t": 1e9 + seq, "rev": "r", "level": 1, "x0": 0.0, "y0": 0.0, "n": n, "temp": {}}
    return head | packed | more


def quantities() -> dict[str, Any]:
    return {
        q.key: {"name": q.key, "unit": "u", "source": q.source, "range": q.range, "ticks": q.ticks, "digits": q.digits}
        for q in floor_scales.QUANTITIES
    }


def style() -> dict[str, Any]:
    return {
        "themes": theme_tables(building()),
        "assets": floor_style.ASSET_LAYER,
        "markers": [{"layer": m.layer, "open": m.open, "size": m.size} for m in floor_style.MARKERS],
        "gateways": [g.name for g in building().gateways],
        "levels": [level.index for level in building().levels],
        "beds": {str(i): beds for i, beds in enumerate(building().beds) if beds},
        "quantities": quantities(),
        "words": {word: f"{word} {{n}}" for word in WORDS},
    }


class Floor:
    """The floor model in a page without Dash, fed by hand."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_content(
            '<html><body style="margin:0"><div id="floor-graph"><div id="gd"></div></div>'
            '<div id="floor-no-webgl" hidden>list</div></body></html>'
        )
        page.add_style_tag(content="#floor-graph, #gd { height: 100vh; width: 100vw }")
        page.evaluate("window.sets = []; window.dash_clientside = {set_props: (id, p) => window.sets.push([id, p])}")
        page.add_script_tag(path=Path(plotly.__file__).parent / "package_data/plotly.min.js")
        for script in SCRIPTS:
            page.add_script_tag(path=ROOT / "assets" / script)
        page.evaluate("s => { window.style = s }", style())

    def reset(self) -> None:
        """Forget what earlier tests chose."""
        self.page.evaluate(
            """() => {
                delete document.documentElement.dataset.mantineColorScheme;
                const {asked, shown} = wardlight.floor;
                Object.assign(asked, {live: null, selection: null});
                delete wardlight.areas;
                Object.assign(shown, {data: null, meta: null, flat: false, turned: false, buckets: null});
                Object.assign(shown, {flyTo: null, own: ''});
                window.sets = [];
            }"""
        )

    def show(self, level: int | None) -> None:
        """Put a level's figure into the graph, as dcc.Graph does."""
        config = {**CONFIG, "plotGlPixelRatio": 1}
        self.page.evaluate(
            "([f, c]) => Plotly.react('gd', f.data, f.layout, c)", [floor_figure(building(), level), config]
        )
        self.page.evaluate("gd.data = [...gd.data]")

    def draw(
        self,
        frames: list[dict[str, Any]],
        selection: Any = None,
        layers: list[str] | None = None,
        view: dict[str, Any] | None = None,
        **summary: Any,
    ) -> None:
        """One live update; waits until it is on the screen."""
        live = {
            "frames": {str(f["level"]): f for f in frames},
            "catalogue": {"rev": "r", "tags": TAGS},
            "summary": {"t": 1e9, "levels": [], "gateways": [], "presses": [], **summary},
        }
        self.page.evaluate(
            """([live, selection, layers, more]) => new Promise((done) => {
                const view = {level: gd.layout.meta.level ?? 'all', layers, ...more};
                wardlight.floor.draw(live, view, selection, null, window.style);
                const before = performance.now();
                const wait = () => (wardlight.floor.shown.buckets || performance.now() - before > 20000
                    ? setTimeout(done, 250) : setTimeout(wait, 30));
                wait();
            })""",
            [live, selection, LAYERS if layers is None else layers, view or {}],
        )

    def points(self, name: str) -> list[list[float]]:
        """x, y, z (cm) of a trace's points."""
        script = (
            "n => { const t = gd.data[gd.layout.meta.traces[n]]; return [...t.x].map((x, i) => [x, t.y[i], t.z[i]]) }"
        )
        return self.page.evaluate(script, name)

    def camera(self) -> list[float]:
        eye = self.page.evaluate("gd._fullLayout.scene._scene.getCamera().eye")
        return [eye["x"], eye["y"], eye["z"]]

    def pixel(self, x: float, y: float, z: float) -> list[float]:
        """Where a place (cm) is on the screen, by our own projection."""
        script = """p => wardlight.geometry.projector(wardlight.floor.shown.camera, ...wardlight.floor.size())(
            wardlight.floor.shown.toScene(...p))"""
        return self.page.evaluate(script, [x, y, z])


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Floor]:
    page = browser.new_page(viewport={"width": 900, "height": 600}, reduced_motion="reduce")
    yield Floor(page)
    page.close()


@pytest.fixture
def floor(opened: Floor) -> Iterator[Floor]:
    """Level 1 as at first, without tags; loading Plotly afresh for each test would take minutes."""
    opened.reset()
    opened.show(1)
    yield opened
    assert opened.errors == []


HALL = next(r for r in building().rooms if r.level == 1 and r.area > 40)
SPOTS = [(HALL.x, HALL.y), (HALL.x + 2, HALL.y), (20.0, 20.0), (5.0, 5.0)]


def test_a_dragged_camera_stays_while_tags_move(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    start = floor.camera()
    floor.page.mouse.move(450, 300)
    floor.page.mouse.down()
    floor.page.mouse.move(560, 330, steps=4)
    floor.page.mouse.up()
    floor.page.wait_for_timeout(400)
    dragged = floor.camera()
    assert dragged != pytest.approx(start, abs=1e-3)
    seen = []
    for seq in (2, 3, 4):
        floor.draw([frame(seq, [(x + seq, y) for x, y in SPOTS])])
        seen.append(floor.points("patients")[0][0])
        assert floor.camera() == pytest.approx(dragged, abs=1e-6)
    assert np.diff(seen) == pytest.approx([100, 100], abs=1)


def test_tags_go_to_the_trace_of_their_kind(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    counts = {name: len(floor.points(name)) for name in ("patients", "staff", "pumps", "life_support", "ghosts")}
    assert counts == {"patients": 1, "staff": 1, "pumps": 1, "life_support": 1, "ghosts": 0}
    assert floor.points("patients")[0] == pytest.approx([100 * HALL.x, 100 * HALL.y, 130], abs=1)


def test_a_tag_not_heard_now_is_drawn_open(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS, [1, 0, 2, 0])])
    assert len(floor.points("patients")) == len(floor.points("pumps")) == 0
    assert floor.page.evaluate("gd.data[gd.layout.meta.traces.ghosts].marker.symbol") == ["circle-open", "diamond-open"]


def test_hidden_layers_are_not_drawn(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)], layers=["staff"])
    assert len(floor.points("patients")) == 0
    assert len(floor.points("staff")) == 1
    assert floor.points("labels") == []


def test_a_click_chooses_the_tag_or_the_room_under_it(floor: Floor) -> None:
    floor.draw([frame(1, [(HALL.x, HALL.y)])])
    x, y, _ = floor.pixel(100 * HALL.x, 100 * HALL.y, 130)
    floor.page.mouse.click(x, y)
    other = next(r for r in building().rooms if r.level == 1 and r.index != HALL.index and r.area > 15)
    x, y, _ = floor.pixel(100 * other.x, 100 * other.y, 0)
    floor.page.mouse.click(x, y)
    chosen = floor.page.evaluate("window.sets.map(([id, p]) => [id, p.data])")
    assert chosen[0] == ["selection", {"type": "tag", "index": 0}]
    assert chosen[1][1]["type"] == "room"
    assert building().rooms[chosen[1][1]["index"]].level == 1
    assert chosen[1][1]["index"] == other.index


def test_every_room_is_picked_at_its_middle(floor: Floor) -> None:
    floor.draw([frame(1, [])])
    rooms = [r for r in building().rooms if r.level == 1]
    for room in rooms:
        x, y, _ = floor.pixel(100 * room.x, 100 * room.y, 0)
        assert floor.page.evaluate("([x, y]) => wardlight.hand.pick(x, y)", [x, y]) == {
            "type": "room",
            "index": room.index,
        }


def test_our_projection_is_plotlys(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    script = """p => {
        const scene = gd._fullLayout.scene._scene, c = scene.glplot.cameraParams, s = scene.dataScale;
        const row = (m, v, r) => m[r] * v[0] + m[r + 4] * v[1] + m[r + 8] * v[2] + m[r + 12] * v[3];
        const mul = (m, v) => [0, 1, 2, 3].map((r) => row(m, v, r));
        const q = mul(c.projection, mul(c.view, mul(c.model, [p[0] * s[0], p[1] * s[1], p[2] * s[2], 1])));
        const [w, h] = wardlight.floor.size();
        return [w / 2 * (1 + q[0] / q[3]), h / 2 * (1 - q[1] / q[3])];
    }"""
    for place in ([0, 0, 0], [3000, 2000, 130], [6600, 4300, 0]):
        deadline = time.monotonic() + 10  # plotly takes a new camera with its next picture
        while time.monotonic() < deadline:
            if floor.page.evaluate(script, place) == pytest.approx(floor.pixel(*place)[:2], abs=1.0):
                break
            floor.page.wait_for_timeout(50)
        assert floor.page.evaluate(script, place) == pytest.approx(floor.pixel(*place)[:2], abs=1.0)


def test_the_building_fills_the_frame(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    spots = floor.page.evaluate(
        """() => { const f = wardlight.floor, see = wardlight.geometry.projector(f.shown.camera, ...f.size());
        return f.shown.meta.hull.map((p) => see(f.shown.toScene(...p))) }"""
    )
    x, y = [s[0] for s in spots], [s[1] for s in spots]
    assert min(x) >= 0
    assert max(x) <= 900
    assert min(y) >= 0
    assert max(y) <= 600
    assert max((max(x) - min(x)) / 900, (max(y) - min(y)) / 600) > 0.85


def test_keys_turn_zoom_and_bring_home(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    home = floor.camera()
    floor.page.evaluate("gd.focus()")
    for key in ("ArrowLeft", "+", "Shift+ArrowUp"):
        before = floor.camera()
        floor.page.keyboard.press(key)
        floor.page.wait_for_timeout(120)
        assert floor.camera() != pytest.approx(before, abs=1e-4), key
    floor.page.keyboard.press("Home")
    floor.page.wait_for_timeout(120)
    assert floor.camera() == pytest.approx(home, abs=1e-3)
    floor.page.keyboard.press("Escape")
    assert floor.page.evaluate("window.sets.at(-1)") == ["selection", {"data": None}]


def test_a_found_tag_is_flown_to_and_marked(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    home = floor.camera()
    floor.draw([frame(2, SPOTS)], {"type": "tag", "index": 3})
    floor.page.wait_for_timeout(300)
    assert floor.camera() != pytest.approx(home, abs=1e-2)
    x, y, _ = floor.pixel(500, 500, 130)
    assert (x, y) == pytest.approx((450, 300), abs=5)
    assert len(floor.points("selection")) > 40
    floor.draw([frame(3, SPOTS)], None)
    assert floor.points("selection") == []


def test_the_theme_changes_without_a_new_figure(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    floor.page.evaluate("document.documentElement.dataset.mantineColorScheme = 'light'")
    floor.page.wait_for_timeout(400)
    assert floor.page.evaluate("gd._fullLayout.paper_bgcolor").lower() in ("rgb(244, 246, 249)", "#f4f6f9")
    assert floor.page.evaluate("gd.data[gd.layout.meta.traces.slab].colorscale.at(-1)[1]") == floor_style.LIGHT.cap


def test_temperature_colours_rooms_with_a_fresh_reading_only(floor: Floor) -> None:
    warm, silent, fridge = [r.index for r in building().rooms if r.level == 1][:3]
    temp = {
        str(warm): [27.0, 40.0, 5, "high", "room"],
        str(silent): [21.0, 40.0, 4000, "silent", "room"],
        str(fridge): [4.9, 40.0, 5, "ok", "vaccine_fridge"],
    }
    floor.draw([frame(1, SPOTS, temp=temp)], view={"colour": "temperature"})
    codes = floor.page.evaluate(
        """rooms => { const p = gd.layout.meta.plates, t = gd.data[gd.layout.meta.traces.plates];
        const faces = (k) => [...t.intensity.slice(p.face[k], p.face[k + 1])];
        return rooms.map((r) => faces(p.room.indexOf(r))) }""",
        [warm, silent, fridge],
    )
    shades, steps = floor_style.SHADES, floor_scales.STEPS
    assert {code // shades for code in codes[0]} == {steps}
    assert {code // shades for code in codes[1]} == {0}
    assert {code // shades for code in codes[2]} == {0}, "a fridge coloured the room it stands in"


def test_scripts_unpack_what_the_twin_packs(floor: Floor) -> None:
    fixture = json.loads((ROOT / "tests/fixtures/frame.json").read_text())
    script = """frame => { const g = wardlight.geometry, cols = Object.entries(g.columns(frame));
        const plain = Object.fromEntries(cols.map(([k, v]) => [k, ArrayBuffer.isView(v) ? Array.from(v) : v]));
        return {...plain, second: Array.from(g.secondRooms(frame), ([row, rest]) => [row, ...rest])}; }"""
    got, wanted = floor.page.evaluate(script, fixture["frame"]), fixture["unpacked"]
    second = got.pop("second")
    assert got == {name: wanted[name] for name in got}
    assert second == [list(row) for row in zip(*(wanted["or"][name] for name in ("i", "room", "p")), strict=True)]
    assert floor.page.evaluate("wardlight.geometry.secondRooms({n: 0}).size") == 0


def test_a_level_change_keeps_drawing(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    floor.show(2)
    floor.draw([frame(2, SPOTS) | {"level": 2}])
    assert len(floor.points("patients")) == 1
    assert floor.page.evaluate("wardlight.floor.levels()") == [2]
    floor.show(None)
    floor.draw([frame(3, SPOTS)])
    assert floor.page.evaluate("wardlight.floor.levels()") == [0, 1, 2, 3]
    names = floor.page.evaluate("gd.data[gd.layout.meta.traces.labels].text")
    assert {level.name for level in building().levels} <= set(names)


NAMES = "wardlight.names.rooms().map((n) => [n.text, ...n.box])"


def assert_apart(names: list[list[Any]], width: int, height: int) -> None:
    for k, (text, x, y, w, h) in enumerate(names):
        assert x - w / 2 >= 0, text
        assert x + w / 2 <= width, text
        assert y - h / 2 >= 0, text
        assert y + h / 2 <= height, text
        for other, ox, oy, ow, oh in names[k + 1 :]:
            assert abs(x - ox) >= (w + ow) / 2 or abs(y - oy) >= (h + oh) / 2, (text, other)


@pytest.mark.parametrize("shape", ["3d", "plan"])
@pytest.mark.parametrize("colour", ["department", "temperature"])
def test_names_never_overlap_at_any_zoom(floor: Floor, shape: str, colour: str) -> None:
    temp = {str(r.index): [20.0 + r.index % 7, 40.0, 5, "ok", "room"] for r in building().rooms if r.level == 1}
    floor.draw([frame(1, SPOTS, temp=temp)], view={"shape": shape, "colour": colour})
    floor.page.evaluate("gd.focus()")
    counts = []
    for _ in range(5):
        names = floor.page.evaluate(NAMES)
        assert_apart(names, 900, 600)
        counts.append(len(names))
        if colour == "temperature":
            assert all("°" in text or " u" in text for text, *_ in names)
        floor.page.keyboard.press("+")
        floor.page.keyboard.press("+")
        floor.page.wait_for_timeout(120)
    assert counts[0] >= 5


def test_names_fit_a_phone(floor: Floor) -> None:
    floor.page.set_viewport_size({"width": 390, "height": 600})
    floor.page.evaluate("Plotly.Plots.resize(gd)")
    floor.draw([frame(1, SPOTS)], view={"shape": "plan"})
    floor.page.evaluate("wardlight.floor.home()")
    names = floor.page.evaluate(NAMES)
    floor.page.set_viewport_size({"width": 900, "height": 600})
    floor.page.evaluate("Plotly.Plots.resize(gd)")
    assert len(names) >= 4
    assert_apart(names, 390, 600)


def test_a_chosen_room_is_named_before_larger_ones(floor: Floor) -> None:
    named = floor.page.evaluate("gd.layout.meta.labels.map((l) => l[4])")
    smallest = named[-1]
    floor.draw([frame(1, SPOTS)], {"type": "room", "index": smallest})
    floor.page.wait_for_timeout(300)
    texts = floor.page.evaluate("wardlight.names.rooms().map((n) => n.text)")
    wanted = floor.page.evaluate("i => gd.layout.meta.labels.find((l) => l[4] === i)[0]", smallest)
    assert wanted in texts


def test_the_plan_is_seen_from_straight_above_and_keeps_one_context(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    floor.page.evaluate("window.gl = gd._fullLayout.scene._scene.glplot.gl; 0")
    for shape in ("plan", "3d", "plan"):
        floor.draw([frame(1, SPOTS)], view={"shape": shape})
        floor.page.wait_for_timeout(200)
    foot, head = floor.pixel(100, 100, 0), floor.pixel(100, 100, 110)
    assert head[:2] == pytest.approx(foot[:2], abs=2.5), "a wall leans"
    assert floor.page.evaluate("gd._fullLayout.scene._scene.glplot.gl === window.gl")
    camera = floor.page.evaluate("wardlight.floor.shown.camera")
    assert camera["eye"]["x"] == pytest.approx(camera["center"]["x"])
    assert camera["eye"]["y"] == pytest.approx(camera["center"]["y"])


def test_keys_shift_a_plan_and_never_tilt_it(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)], view={"shape": "plan"})
    floor.page.evaluate("gd.focus()")
    before = floor.pixel(3000, 2000, 0)
    floor.page.keyboard.press("ArrowRight")
    floor.page.wait_for_timeout(120)
    after = floor.pixel(3000, 2000, 0)
    assert before[0] - after[0] > 10
    assert before[1] == pytest.approx(after[1], abs=1)


def test_a_chosen_tag_has_the_circle_of_its_radius(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)], {"type": "tag", "index": 2})
    x, y, _ = zip(*floor.points("disc"), strict=True)
    assert (max(x) - min(x)) / 2 == pytest.approx(200, rel=0.01)
    assert (max(y) - min(y)) / 2 == pytest.approx(200, rel=0.01)
    floor.draw([frame(2, SPOTS)], None)
    assert len(floor.points("disc")) == 1


def test_occupancy_is_people_per_bed_or_per_ten_square_metres(floor: Floor) -> None:
    room = next(r for r in building().rooms if r.level == 1 and not building().beds[r.index])
    columns = frame(1, SPOTS)
    columns["room"] = base64.b64encode(np.full(4, room.index, "<u2").tobytes()).decode()
    floor.draw([columns], view={"colour": "occupancy"})
    value = floor.page.evaluate("r => wardlight.floor.shown.found.rooms.get(r)", room.index)
    assert value["n"] == 2, "equipment is not people"
    assert value["value"] == pytest.approx(2 / (round(room.area, 1) / 10))


def test_squares_of_a_hall_have_their_own_values(floor: Floor) -> None:
    picks = floor.page.evaluate("gd.layout.meta.plates")
    k = next(i for i, cell in enumerate(picks["cell"]) if cell)
    room, (column, row) = picks["room"][k], picks["cell"][k]
    body = {"rooms": [[room, 5.0]], "cells": [[room, column, row, 9.0]], "total": 1}
    floor.page.evaluate(
        "b => { wardlight.areas = {rooms: () => ({stamp: 1, body: b}), trail: () => null, ways: () => null} }", body
    )
    floor.draw([frame(1, SPOTS)], view={"colour": "density"})
    codes = floor.page.evaluate(
        """k => { const p = gd.layout.meta.plates, t = gd.data[gd.layout.meta.traces.plates];
        return [p.face[k], p.face[k + 1]].map((f, i) => t.intensity[f - i]) }""",
        k,
    )
    assert {code // floor_style.SHADES for code in codes} == {floor_scales.STEPS}
    assert floor.page.evaluate("wardlight.floor.shown.limits") == [0, 5]


def test_a_trail_has_marks_and_breaks_where_it_was_not_heard(floor: Floor) -> None:
    trail = {"hours": 1, "since": 1e9 - 3600, "t": [0, 60, 120, 900], "level": [1] * 4, "begins": [0, 3],
             "x": [100, 500, 900, 2000], "y": [100, 100, 100, 300]}  # fmt: skip
    floor.page.evaluate(
        "b => { wardlight.areas = {rooms: () => null, ways: () => null, trail: () => ({stamp: 1, body: b})} }", trail
    )
    floor.draw([frame(1, SPOTS)], {"type": "tag", "index": 0})
    x = [point[0] for point in floor.points("trails")]
    assert x == [100, 500, 900, None, 2000, None]
    assert floor.page.evaluate("wardlight.floor.shown.marks.length") == 2
    shades = floor.page.evaluate("gd.data[gd.layout.meta.traces.trails].line.color")
    assert shades[0] < shades[2] < shades[4]


def test_a_lost_context_comes_back(floor: Floor) -> None:
    floor.draw([frame(1, SPOTS)])
    floor.page.evaluate(
        """() => { const gl = gd._fullLayout.scene._scene.glplot.gl; const ext = gl.getExtension('WEBGL_lose_context');
        ext.loseContext(); setTimeout(() => ext.restoreContext(), 200); }"""
    )
    floor.page.wait_for_timeout(2500)
    floor.draw([frame(2, [(x + 1, y) for x, y in SPOTS])])
    assert not floor.page.evaluate("gd._fullLayout.scene._scene.glplot.gl.isContextLost()")
    assert floor.points("patients")[0][0] == pytest.approx(100 * HALL.x + 100, abs=1)


def test_without_webgl_the_page_says_so(browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto("about:blank")
    floor = Floor(page)
    page.evaluate("s => wardlight.floor.draw(null, null, null, null, s)", style())
    page.wait_for_timeout(200)
    assert page.evaluate("document.getElementById('floor-no-webgl').hidden") is False
    assert floor.errors == []
    page.close()
