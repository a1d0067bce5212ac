"""How heavy the floor model is: figure bytes and build time, and the browser's main thread per live update.

    python benchmarks/floor.py [--tags 1250] [--updates 20]

Thread time is Chromium's own (`threadTicks`), so that other load on the machine does not count.
Limits: 150 kB a level (gzip), 60 ms of main thread an update.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import plotly  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from components import floor_style  # noqa: E402
from components.floor_model import CONFIG, floor_figure, theme_tables  # noqa: E402
from twin.settings import settings  # noqa: E402
from twin.site import Site, load_site, load_tags  # noqa: E402
from twin.web.areas import MOST_POINTS  # noqa: E402

SCRIPTS = (
    "floor_geometry.js", "floor_tags.js", "floor_layers.js", "floor_lines.js", "floor_values.js", "floor_hand.js",
    "floor_names.js", "floor_camera.js", "floor.js",
)  # fmt: skip
WEBGL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
WORDS = ("patients", "staff", "assets", "gateway", "seconds", "minutes", "stale", "unobserved", "keys")


def frame(site: Site, level: int, tags: int, seq: int) -> dict[str, Any]:
    """A frame of `tags` tags spread over the level, moved a little at each `seq`."""
    random, steps = np.random.default_rng(1), np.random.default_rng(seq)
    box = site.bounds[level]
    x = random.uniform(0, 100 * (box.x1 - box.x0), tags) + steps.normal(0, 30, tags)
    y = random.uniform(0, 100 * (box.y1 - box.y0), tags) + steps.normal(0, 30, tags)
    small = np.zeros(tags, np.uint8)
    columns = {
        "tag": np.arange(tags, dtype="<u2"), "x": np.clip(x, 0, 65535).astype("<u2"),
        "y": np.clip(y, 0, 65535).astype("<u2"), "room": np.zeros(tags, "<u2"), "since": np.zeros(tags, "<u2"),
        "age": small, "flags": (np.arange(tags) % 20 == 0).astype(np.uint8), "p": small, "r": small,
    }  # fmt: skip
    packed = {name: base64.b64encode(values.tobytes()).decode() for name, values in columns.items()}
    head = {"seq": seq, "t": float(seq), "rev": "b", "level": level, "x0": box.x0, "y0": box.y0, "n": tags, "temp": {}}
    return head | packed


def open_page(page: Page, site: Site, level: int | None) -> None:
    """The floor model alone in a page, without Dash."""
    page.set_content('<html><body style="margin:0"><div id="floor-graph"><div id="gd"></div></div></body></html>')
    page.add_style_tag(content="#floor-graph, #gd { height: 100vh; width: 100vw }")
    page.evaluate("window.dash_clientside = {no_update: {}, set_props: () => {}}")
    page.add_script_tag(path=Path(plotly.__file__).parent / "package_data/plotly.min.js")
    for script in SCRIPTS:
        page.add_script_tag(path=ROOT / "assets" / script)
    figure = floor_figure(site, level)
    page.evaluate("([f, c]) => Plotly.newPlot('gd', f.data, f.layout, c)", [figure, {**CONFIG, "plotGlPixelRatio": 1}])


def walked(points: int) -> dict[str, Any]:
    """An answer of `/areas/ways` with this many turns, 50 a way."""
    random = np.random.default_rng(2)
    x, y = (base64.b64encode(random.integers(0, 400, points).astype("<i2").tobytes()).decode() for _ in "xy")
    ways = points // 50
    return {"n": [50] * ways, "level": [1] * ways, "x": x, "y": y}


def measure(page: Page, site: Site, level: int | None, tags: int, updates: int, ways: int = 0) -> dict[str, float]:
    """Thread and wall milliseconds of one live update, medians; with `ways` turns of a group drawn too."""
    open_page(page, site, level)
    if ways:
        script = "b => { wardlight.areas = {rooms: () => null, trail: () => null, ways: () => ({stamp: 1, body: b})} }"
        page.evaluate(script, walked(ways))
    kinds = [[tag.mac, str(tag.kind), tag.type, tag.label, tag.model, tag.home] for tag in load_tags(settings().tags)]
    style = {
        "themes": theme_tables(site), "assets": floor_style.ASSET_LAYER, "gateways": [],
        "markers": [{"layer": m.layer, "open": m.open, "size": m.size} for m in floor_style.MARKERS],
        "words": dict.fromkeys(WORDS, "x"),
    }  # fmt: skip
    layers = ["patient", "staff", "labels", *(f"asset:{key}" for key in floor_style.ASSET_LAYER)]
    catalogue = {"rev": "b", "tags": [kinds[i % len(kinds)] for i in range(tags)]}
    levels = [level] if level is not None else [lv.index for lv in site.levels]
    page.evaluate("s => { window.style = s }", {"style": style, "layers": layers, "catalogue": catalogue})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    wall, thread = [], []
    for seq in range(updates + 3):
        frames = {str(k): frame(site, k, tags // len(levels), seq) for k in levels}
        before = _thread_ms(session)
        cost = page.evaluate(
            """frames => new Promise((done) => {
                const {style, layers, catalogue} = window.style;
                wardlight.floor.draw({frames, catalogue, summary: null}, {level: 0, layers}, null, null, style);
                const wait = () => (wardlight.floor.shown.buckets && wardlight.floor.shown.cost > 1
                    ? done(wardlight.floor.shown.cost) : setTimeout(wait, 50));
                requestAnimationFrame(() => requestAnimationFrame(wait));
            })""",
            frames,
        )
        page.wait_for_timeout(150)
        wall.append(cost)
        thread.append(_thread_ms(session) - before)
    return {"wall_ms": statistics.median(wall[3:]), "thread_ms": statistics.median(thread[3:])}


def _thread_ms(session: Any) -> float:  # noqa: ANN401 - Playwright's CDPSession
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * metrics["TaskDuration"]


def main() -> None:
    """Print one JSON line a figure and one a scene."""
    options = argparse.ArgumentParser()
    options.add_argument("--tags", type=int, default=1250)
    options.add_argument("--updates", type=int, default=20)
    given = options.parse_args()
    site = load_site(settings().building, settings().gateways)
    for level in (*(lv.index for lv in site.levels), None):
        began = time.process_time()
        figure = floor_figure(site, level)
        build = 1000 * (time.process_time() - began)
        text = json.dumps(figure, separators=(",", ":")).encode()
        packed = len(gzip.compress(text, 6))
        print(json.dumps({"level": level, "build_ms": round(build), "bytes": len(text), "gzip": packed,
                          "of_limit": round(packed / 150_000, 2), "traces": len(figure["data"])}))  # fmt: skip
    chromium = os.environ.get("WARDLIGHT_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=WEBGL)
        busiest = max(site.levels, key=lambda lv: len(site.rooms_of_level[lv.index])).index
        for level, ways in ((busiest, 0), (busiest, MOST_POINTS), (None, 0)):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            found = measure(page, site, level, given.tags, given.updates, ways)
            ratio = {"of_limit": round(found["thread_ms"] / 60, 2)}
            print(json.dumps({"scene": level, "tags": given.tags, "ways": ways, **found, **ratio}))
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
