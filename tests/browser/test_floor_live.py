"""The live channel in a real browser: stream, fallback to polling, age, levels. The server is made up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

LIVE_JS = Path(__file__).resolve().parents[2] / "assets/live.js"
HOME = "http://wardlight.test/"
CATALOGUE = {"rev": "r1", "site": "demo", "tags": [["A0", "patient", "patient", "Patient 1", "B7", ""]]}


class Server:
    """Answers the live routes; `streams` says whether streams are accepted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[tuple[str, str | None]] = []
        self.streams = True
        self.seq = 1
        self.levels = "[1]"
        page.route(HOME + "**", self.answer)

    def open(self) -> None:
        self.page.goto(HOME)
        self.page.evaluate(
            f"""window.sets = []; window.dash_clientside = {{set_props: (id, p) => window.sets.push(p.data)}};
            window.wardlight = {{floor: {{levels: () => {self.levels}}}}}; 0"""
        )
        self.page.add_script_tag(content=LIVE_JS.read_text())

    def frame(self) -> dict[str, Any]:
        return {"seq": self.seq, "t": float(self.seq), "rev": "r1", "level": 1, "n": 0}

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME)
        self.asked.append((path, route.request.headers.get("if-none-match")))
        if path.startswith("live/stream"):
            if not self.streams:
                route.fulfill(status=503, headers={"Retry-After": "10"})
                return
            frame = f"event: frame\ndata: {json.dumps(self.frame())}\n\n" if "levels=1" in path else ""
            body = f"retry: 60000\n\nevent: catalogue\ndata: r1\n\n{frame}"
            route.fulfill(content_type="text/event-stream", body=body + self.summary())
        elif path.startswith("live/poll"):
            etag = f'"{self.seq}"'
            if route.request.headers.get("if-none-match") == etag:
                route.fulfill(status=304, headers={"ETag": etag})
                return
            body = {"frames": {"1": self.frame()}, "rev": "r1", "summary": {"seq": self.seq, "t": float(self.seq)}}
            route.fulfill(json=body, headers={"ETag": etag})
        elif path.startswith("live/catalogue"):
            route.fulfill(json=CATALOGUE)
        else:
            route.fulfill(content_type="text/html", body="<html></html>")

    def summary(self) -> str:
        return f'event: summary\ndata: {{"seq": {self.seq}, "t": {self.seq}.0}}\n\n'

    def wait(self, condition: str, seconds: float = 10) -> dict[str, Any]:
        """Wait until the newest bundle `b` meets the condition, and return it."""
        script = f"() => {{ const b = window.sets.at(-1); return b && ({condition}) }}"
        self.page.wait_for_function(script, timeout=1000 * seconds)
        return self.page.evaluate("window.sets.at(-1)")


@pytest.fixture
def server(browser: Browser) -> Iterator[Server]:
    page = browser.new_page()
    yield Server(page)
    page.close()


def test_the_stream_brings_frames_summary_and_catalogue(server: Server) -> None:
    server.open()
    bundle = server.wait("b.frames[1] && b.summary && b.catalogue")
    assert bundle["catalogue"]["rev"] == "r1"
    assert bundle["frames"]["1"]["seq"] == 1
    assert bundle["state"] == "live"
    assert any(path == "live/stream?levels=1" for path, _ in server.asked)


def test_a_refused_stream_becomes_polling_with_an_etag(server: Server) -> None:
    server.streams = False
    server.open()
    bundle = server.wait("b.frames[1] && b.catalogue")
    assert bundle["link"] == "poll"
    server.page.wait_for_timeout(4500)
    polls = [etag for path, etag in server.asked if path.startswith("live/poll?levels=1")]
    assert polls[0] is None
    assert '"1"' in polls
    server.seq = 2
    assert server.wait("b.frames[1].seq === 2")["summary"]["seq"] == 2


def test_the_picture_ages_when_nothing_new_comes(server: Server) -> None:
    server.streams = False
    server.open()
    server.wait("b.summary")
    bundle = server.wait("b.state === 'lagging'", 12)
    assert bundle["age_s"] >= 5


def test_another_level_opens_another_stream_and_drops_its_frames(server: Server) -> None:
    server.open()
    server.wait("b.frames[1]")
    server.page.evaluate("wardlight.live && (window.wardlight.floor = {levels: () => [2]}); 0")
    bundle = server.wait("!b.frames[1]")
    assert bundle["frames"] == {}
    assert server.asked[-1][0] == "live/stream?levels=2"


def test_a_half_message_is_survived(server: Server) -> None:
    errors: list[str] = []
    server.page.on("pageerror", lambda error: errors.append(str(error)))
    server.summary = lambda: 'event: summary\ndata: {"seq": 1, "t"\n\n'  # type: ignore[method-assign]
    server.open()
    server.wait("b.frames[1]")
    assert errors == []
