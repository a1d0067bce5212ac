"""Playing the past in a real browser: main thread a frame, at ten frames of data a second.

    python benchmarks/playback.py [--tags 1250] [--seconds 20]

Makes a history of a quarter of an hour in which every tag is stored each few seconds, starts the web
application before a made-up twin, and plays all of it in Chromium with WebGL in software. Thread time is
Chromium's own (`threadTicks`): it holds everything that the page does meanwhile, and other load on the
machine does not count. Limit: 60 ms a frame.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from twin.history import open_history
from twin.model import Tag
from twin.settings import ROOT, settings
from twin.site import Site, load_site
from twin.site.register import draw_register
from twin.site.registers import write_tags

FAKE = ROOT / "tests/browser/fake_twin.py"
WEBGL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
NOW = 1_780_052_400
"""When the made-up twin begins."""
LENGTH_S, EACH_S = 900, 4
LIMIT_MS = 60.0
PLAY = """speed => {
  const react = Plotly.react;
  window.drawn = [];
  Plotly.react = (...given) => {
    const began = performance.now(), done = react(...given);
    window.drawn.push(performance.now() - began);
    return done;
  };
  wardlight.travel.setSpeed(speed);
  wardlight.travel.play();
}"""


def make(var: Path, site: Site, tags: list[Tag]) -> None:
    """Store every tag each `EACH_S` on the way between two places of a room, in every part of the time."""
    url = f"sqlite:///{var / 'history.sqlite'}"
    open_history(url, tags, site.rooms, site.levels).close()
    random = np.random.default_rng(1)
    rooms = [site.rooms[i] for i in random.integers(0, len(site.rooms), len(tags))]
    raw = sqlite3.connect(var / "history.sqlite")
    for t in range(NOW - LENGTH_S, NOW + 120, EACH_S):
        at = [t + tag.index % 10 / 10 * EACH_S for tag in tags]
        way = np.clip(np.sin(t / 20 + np.arange(len(tags))), -1, 1)
        raw.executemany(
            "INSERT INTO fix VALUES (?, ?, ?, ?, ?, ?, ?, 90, 20)",
            [(int(at[i] // 3600), i + 1, at[i], room.level + 1, room.index + 1, round(100 * (room.x + 0.8 * way[i])),
              round(100 * room.y)) for i, room in enumerate(rooms)],
        )  # fmt: skip
    raw.commit()
    raw.close()


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def thread_ms(session: Any) -> float:  # noqa: ANN401 - Playwright's CDPSession
    """Milliseconds that the page's main thread has worked."""
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * metrics["TaskDuration"]


def measure(page: Page, url: str, level: str, speed: int, seconds: float) -> dict[str, Any]:
    """Play for so long; frames a second of data and main thread a frame."""
    page.goto(f"{url}/?level={level}")
    page.wait_for_function("window.wardlight && wardlight.live.held.summary && wardlight.floor.shown.data")
    page.wait_for_timeout(2000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate("t => wardlight.travel.go(t)", NOW - LENGTH_S + 30)
    page.evaluate(PLAY, speed)
    page.wait_for_function("window.drawn.length > 5")
    before, first = thread_ms(session), page.evaluate("window.drawn.length")
    page.wait_for_timeout(1000 * seconds)
    spent, drawn = thread_ms(session) - before, page.evaluate("window.drawn")[first:]
    per_frame = spent / len(drawn)
    return {
        "level": level, "speed": speed, "frames_a_s": round(len(drawn) / seconds, 1),
        "thread_ms": round(per_frame, 1), "of_limit": round(per_frame / LIMIT_MS, 2),
        "plotly_wall_ms": round(float(np.median(drawn)), 1),
    }  # fmt: skip


def main() -> int:
    """Print one JSON line a scene; exit 1 beyond the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tags", type=int, default=1250)
    options.add_argument("--seconds", type=float, default=12)
    asked = options.parse_args()
    chromium = os.environ.get("WARDLIGHT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("no Chromium: set WARDLIGHT_CHROMIUM")
        return 1
    site = load_site(settings().building, settings().gateways)
    with tempfile.TemporaryDirectory() as folder:
        var, port = Path(folder), free_port()
        tags = list(draw_register(site, asked.tags))
        write_tags(var / "tags.csv", tags)
        make(var, site, tags)
        given = {"WARDLIGHT_VAR": str(var), "WARDLIGHT_TAGS": str(var / "tags.csv")}
        server = subprocess.Popen(
            [sys.executable, str(FAKE), str(port)],
            env=os.environ | given,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert server.stdout
            server.stdout.readline()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=WEBGL)
                found = []
                for level, speed in (("1", 10), ("all", 10), ("all", 60)):
                    page = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True).new_page()
                    found.append(measure(page, f"http://127.0.0.1:{port}", level, speed, asked.seconds))
                    print(json.dumps({"tags": asked.tags, **found[-1]}), flush=True)
                    page.context.close()
                browser.close()
        finally:
            server.kill()
            server.wait()
    return 0 if all(one["thread_ms"] < LIMIT_MS for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
