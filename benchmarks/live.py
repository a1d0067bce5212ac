"""From advertisement to browser at 5,000 tags, and what one live stream costs.

Starts the broker, the twin and the web workers as `make run` does, and feeds them as 75 gateways
would: every tag heard by four gateways, uploads of one second at staggered moments. Tags that were
silent so far begin to advertise at random moments; their delay is from that advertisement to the
moment a real browser holds the frame that shows them. Limit: p95 under 2 s.

A stream's cost is what the web workers use with many streams open, less what they use with none,
as a share of one core. Limit: 0.1 %.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from twin.bus import Bus
from twin.radio import advertise
from twin.radio.encode import Rows, encode_payload
from twin.settings import ROOT, Settings, settings
from twin.site import load_site, load_tags
from twin.site.register import draw_register
from twin.site.registers import write_tags

HEARD_BY = 4
LIMIT_S, LIMIT_PERCENT = 2.0, 0.1
LISTEN = """levels => {
  window.firstSeen = {};
  const source = new EventSource("/live/stream?levels=" + levels);
  source.addEventListener("frame", event => {
    const frame = JSON.parse(event.data), now = Date.now() / 1000;
    const bytes = Uint8Array.from(atob(frame.tag), c => c.charCodeAt(0));
    for (const tag of frame.wide ? new Uint32Array(bytes.buffer) : new Uint16Array(bytes.buffer))
      if (!(tag in window.firstSeen)) window.firstSeen[tag] = now;
  });
}"""


class Gateways(threading.Thread):
    """All gateways of the site: once a second each uploads what it heard since its last upload."""

    def __init__(self, s: Settings, probes: int) -> None:
        super().__init__(daemon=True)
        self._site = load_site(s.building, s.gateways)
        self.tags = load_tags(s.tags)
        self._bus = Bus(s, "gateways", "simulator")
        self._probes = set(range(len(self.tags) - probes, len(self.tags)))
        self._chance = random.Random(1)
        self.begins: dict[int, float] = {}
        """When each probe first advertised."""
        self._start: dict[int, float] = {}
        self.stop = threading.Event()

    def release(self, over_s: float) -> None:
        """Let the probes begin at random moments of the next `over_s` seconds."""
        now = time.time() + 1.0
        self._start = {tag: now + self._chance.random() * over_s for tag in self._probes}

    def run(self) -> None:
        """Upload until stopped."""
        self._bus.start()
        self._bus.wait_connected(10)
        gateways = self._site.gateways
        # Neighbours in the list hang beside each other, so a tag's four gateways are close together.
        hears = [[t.index for t in self.tags if (g.index - t.index) % len(gateways) < HEARD_BY] for g in gateways]
        slot = time.time()
        while not self.stop.is_set():
            for number, gateway in enumerate(gateways):
                due = slot + number / len(gateways)
                self.stop.wait(max(0.0, due - time.time()))
                self._upload(gateway.topic, gateway.mac, hears[number])
            slot += 1.0
        self._bus.stop()

    def _upload(self, topic: str, mac: str, tags: list[int]) -> None:
        now = time.time()
        rows: list[tuple[str, int, float, str]] = []
        for tag in tags:
            at = now - self._chance.random()
            if tag in self._probes:
                begins = self._start.get(tag, float("inf"))
                if begins > now:
                    continue
                at = max(at, begins)
                self.begins.setdefault(tag, begins)
            raw = advertise.v3_combination(80, self._chance.getrandbits(32), (0.0, 0.0, -1.0))
            rows.append((self.tags[tag].mac, self._chance.randint(-80, -50), at, raw))
        if rows:
            macs, rssi, times, raws = map(list, zip(*rows, strict=True))
            self._bus.publish(topic, encode_payload("json-long", mac, now, Rows(macs, rssi, times, raws)))


@contextmanager
def stack(folder: Path, tags: int, port: int) -> Iterator[tuple[Settings, subprocess.Popen[bytes]]]:
    """Broker, twin and web on their own ports, with a register of `tags`; yields settings and the web process."""
    plain = settings()
    write_tags(folder / "tags.csv", draw_register(load_site(plain.building, plain.gateways), tags))
    given = {
        "DEMO": "false", "VAR": folder / "var", "TAGS": folder / "tags.csv", "BROKER_PORT": port, "WEB_PORT": port + 1,
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    environment = {**os.environ, **{f"WARDLIGHT_{name}": str(value) for name, value in given.items()}}

    def start(*command: str, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env={**environment, **more})

    # Only a demo's broker knows the account that may write for every gateway.
    parts = [start("twin", "broker", WARDLIGHT_DEMO="true"), start("twin", "engine")]
    web = start("gunicorn", "-c", "gunicorn.conf.py", "app:server")
    try:
        await_page(f"http://127.0.0.1:{port + 1}/health", 60)
        yield Settings(**{name.lower(): value for name, value in given.items()}), web  # pyright: ignore[reportArgumentType]
    finally:
        for process in (web, *reversed(parts)):
            process.terminate()
            process.wait()


def await_page(url: str, seconds: float) -> None:
    """Wait until something answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"{url} did not answer in {seconds} s")


def delays(url: str, feed: Gateways, seconds: float, chromium: str) -> list[float]:
    """Seconds from each probe's first advertisement to the browser, sorted."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url + "/health")
        page.evaluate(LISTEN, "0,1,2,3")
        time.sleep(3)
        feed.release(seconds)
        time.sleep(seconds + 6)
        seen = {int(tag): at for tag, at in page.evaluate("window.firstSeen").items()}
        browser.close()
    missing = [tag for tag in feed.begins if tag not in seen]
    if missing:
        print(f"  {len(missing)} of {len(feed.begins)} new tags were never shown")
    return sorted(seen[tag] - begin for tag, begin in feed.begins.items() if tag in seen)


def web_cpu(web: subprocess.Popen[bytes], seconds: float) -> float:
    """Processor seconds a second that the web workers use."""
    processes = psutil.Process(web.pid).children()

    def used() -> float:
        return sum(sum(p.cpu_times()[:2]) for p in processes)

    before, start = used(), time.monotonic()
    time.sleep(seconds)
    return (used() - before) / (time.monotonic() - start)


def stream_cost(url: str, web: subprocess.Popen[bytes], clients: int, seconds: float) -> float:
    """Per cent of a core that one more stream of a level costs the web workers."""
    idle = web_cpu(web, seconds)
    reader = (
        "import socket,sys,time,selectors\n"
        "n,port,end=int(sys.argv[1]),int(sys.argv[2]),time.time()+float(sys.argv[3])\n"
        "pick=selectors.DefaultSelector()\n"
        "for i in range(n):\n"
        "  s=socket.create_connection(('127.0.0.1',port))\n"
        "  s.sendall(b'GET /live/stream?levels=%d HTTP/1.1\\r\\nHost: 127.0.0.1:%d\\r\\n\\r\\n'%(i%4,port))\n"
        "  pick.register(s,1)\n"
        "while time.time()<end:\n"
        "  for k,_ in pick.select(1): k.fileobj.recv(1<<20)\n"
    )
    port = url.rsplit(":", 1)[1]
    client = subprocess.Popen([sys.executable, "-c", reader, str(clients), port, str(seconds + 6)])
    time.sleep(4)
    busy = web_cpu(web, seconds)
    client.wait()
    return (busy - idle) / clients * 100


def main() -> int:
    """Run and print; exit 1 beyond a limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tags", type=int, default=5000)
    options.add_argument("--probes", type=int, default=400)
    options.add_argument("--seconds", type=float, default=40)
    options.add_argument("--streams", type=int, default=50)
    options.add_argument("--port", type=int, default=28830)
    asked = options.parse_args()
    chromium = os.environ.get("WARDLIGHT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("no Chromium: set WARDLIGHT_CHROMIUM")
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        stack(Path(folder), asked.tags, asked.port) as (s, web),
    ):
        url = f"http://127.0.0.1:{asked.port + 1}"
        feed = Gateways(s, asked.probes)
        feed.start()
        time.sleep(10)
        waits = delays(url, feed, asked.seconds, chromium)
        cost = stream_cost(url, web, asked.streams, 10)
        feed.stop.set()
        feed.join()
    if not waits:
        return 1
    p50, p95 = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
    print(f"  {asked.tags} tags, {HEARD_BY} gateways each, {len(waits)} first advertisements")
    print(f"  advertisement to browser: p50 {p50:.2f} s, p95 {p95:.2f} s = {p95 / LIMIT_S:.2f} of the limit")
    print(f"  one stream: {cost:.3f} % of a core = {cost / LIMIT_PERCENT:.2f} of the limit ({asked.streams} open)")
    return 0 if p95 < LIMIT_S and cost < LIMIT_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main())
