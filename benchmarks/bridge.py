"""How much of the speed of a bare MQTT subscriber is left once every message becomes live state.

A feeder process sends the same JSON-LONG messages of 40 rows through a real broker, first to a paho
client that does nothing, then to bus, inbox, radio, positions, visits and frames with a tick each
second. Both run in processes of their own; the ratio is of messages per second of processor time.

Run as `python -m benchmarks.bridge`. Limit: at least 0.3 of the bare subscriber.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from twin.bus import Bus, Inbox
from twin.climate import load_ranges
from twin.engine import Engine
from twin.locate.build import locator_of, map_of
from twin.radio.encode import Rows, encode_payload
from twin.settings import Settings
from twin.site import load_site, load_tags

LIMIT = 0.3
ROWS = 40
HEARD_BY = 4
DISTINCT = 2000
TOPIC = "/gw/+/status"


def messages(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Write DISTINCT different messages of the demo building: each transmission is heard by HEARD_BY gateways."""
    site, rng, now = load_site(settings.building, settings.gateways), np.random.default_rng(1), time.time()
    macs = [tag.mac for tag in load_tags(settings.tags)]
    for number in range(DISTINCT):
        gateway = site.gateways[number % len(site.gateways)]
        sent = number // HEARD_BY
        tags = [(sent * ROWS + row) % len(macs) for row in range(ROWS)]
        raw = [f"0201061AFF3906CA03030{tag & 0xFFF:03X}FFDFFEF52151{sent:08X}" for tag in tags]
        rows = Rows([macs[t] for t in tags], rng.integers(-88, -50, ROWS).tolist(), [now - 0.3] * ROWS, raw)
        payload = encode_payload("json-long", gateway.mac, now - 1 + number / 1000, rows)
        yield f"/gw/{gateway.mac.lower()}/status", payload


def packet(kind: int, body: bytes) -> bytes:
    """One MQTT control packet."""
    length, left = bytearray(), len(body)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (128 if left else 0))
        if not left:
            return bytes([kind]) + bytes(length) + body


def text(value: str) -> bytes:
    """Encode an MQTT string."""
    return struct.pack(">H", len(value)) + value.encode()


def feed(port: int, count: int) -> None:
    """Send `count` messages as fast as the broker takes them; without a client library, which would be the limit."""
    packets = [packet(0x30, text(topic) + payload) for topic, payload in messages(Settings())]
    with socket.create_connection(("127.0.0.1", port)) as broker:
        broker.sendall(packet(0x10, text("MQTT") + b"\x04\x02\x00\x3c" + text("feeder")))
        broker.recv(4)
        for start in range(0, count, 100):
            broker.sendall(b"".join(packets[i % DISTINCT] for i in range(start, min(start + 100, count))))
        broker.sendall(packet(0xE0, b""))


def subscribe_idly(port: int, count: int, ready: Path) -> dict[str, float]:
    """Receive and do nothing."""
    got, done, began = 0, threading.Event(), 0.0

    def arrived(*_: object) -> None:
        nonlocal got, began
        began = began or time.perf_counter()
        got += 1
        if got >= count:
            done.set()

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_subscribe = lambda *_: ready.touch()
    client.on_message = arrived
    client.connect("127.0.0.1", port)
    client.subscribe(TOPIC)
    before = time.process_time()
    client.loop_start()
    done.wait(120)
    return measured(got, time.process_time() - before, time.perf_counter() - began)


def subscribe_fully(port: int, count: int, ready: Path) -> dict[str, float]:
    """Receive, and keep the whole live state up to date."""
    with tempfile.TemporaryDirectory() as folder:
        s = Settings(mqtt_url=f"mqtt://127.0.0.1:{port}", var=Path(folder))  # pyright: ignore[reportCallIssue]
        site, tags = load_site(s.building, s.gateways), load_tags(s.tags)
        engine = Engine(
            site, tags, load_ranges(s.climate), s.gateway_topics, locator_of(site, tags, *map_of(site, None))
        )
        inbox, bus = Inbox(), Bus(s, "bench", "twin")

        def arrived(topic: str, payload: bytes, _retained: bool) -> None:
            while len(inbox) > 1000:  # hold the broker back instead of dropping: every message is to be worked on
                time.sleep(0.001)
            inbox.put(topic, payload, time.time())

        bus.subscribe(TOPIC, arrived)
        bus.start()
        bus.wait_connected(10)
        ready.touch()
        while not len(inbox):
            time.sleep(0.001)
        before, began, tick = time.process_time(), time.perf_counter(), time.time() + 1
        got, deadline = 0, began + 120
        while got < count and time.perf_counter() < deadline:
            for message in inbox.drain():
                engine.receive(*message)
                got += 1
            if time.time() >= tick:
                engine.tick(time.time())
                tick += 1
            time.sleep(0.002)
        engine.tick(time.time())
        result = measured(got, time.process_time() - before, time.perf_counter() - began)
        bus.stop()
        known = engine.intake.counters["rows"]
        return result | {"rows": known, "tags_placed": int(np.count_nonzero(engine.fixes.level >= 0))}


def measured(got: int, cpu: float, wall: float) -> dict[str, float]:
    """Put the figures together."""
    return {"messages": got, "per_cpu_second": round(got / cpu), "per_second": round(got / wall)}


@contextmanager
def broker() -> Iterator[int]:
    """Run Mosquitto on a free port.

    Raises:
        SystemExit: there is none.
    """
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    if not found:
        sys.exit("benchmarks.bridge needs mosquitto; install it with your package manager")
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        config = Path(folder) / "mosquitto.conf"
        unlimited = "max_queued_messages 0\nmax_queued_bytes 0\n"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{unlimited}")
        process = subprocess.Popen([found, "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            wait(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
            yield port
        finally:
            process.terminate()
            process.wait()


def wait(condition: object, seconds: float = 30.0) -> None:
    """Wait until `condition()` is true."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            sys.exit("benchmarks.bridge: a part did not start in time")
        time.sleep(0.02)


def run(part: str, port: int, count: int) -> dict[str, float]:
    """Run one subscriber against one feeder, each in its process."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        call = [
            sys.executable,
            "-m",
            "benchmarks.bridge",
            "--count",
            str(count),
            "--port",
            str(port),
            "--ready",
            str(ready),
        ]
        subscriber = subprocess.Popen([*call, "--part", part], stdout=subprocess.PIPE)
        wait(ready.exists)
        feeder = subprocess.Popen([*call, "--part", "feed"])
        out, _ = subscriber.communicate(timeout=180)
        feeder.wait()
        return json.loads(out)


def main() -> int:
    """Run and print; exit 1 below the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=15_000)
    options.add_argument("--json", action="store_true")
    options.add_argument("--part", choices=("feed", "idle", "full"), help=argparse.SUPPRESS)
    options.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options.add_argument("--ready", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.part == "feed":
        feed(asked.port, asked.count)
        return 0
    if asked.part:
        work = subscribe_idly if asked.part == "idle" else subscribe_fully
        print(json.dumps(work(asked.port, asked.count, asked.ready)))
        return 0
    with broker() as port:
        idle, full = run("idle", port, asked.count), run("full", port, asked.count)
    ratio = round(full["per_cpu_second"] / idle["per_cpu_second"], 3)
    result = {"bare_subscriber": idle, "whole_pipeline": full, "ratio": ratio, "limit": LIMIT}
    result["ratio_wall"] = round(full["per_second"] / idle["per_second"], 3)
    print(json.dumps(result, indent=None if asked.json else 2))
    return int(ratio < LIMIT)


if __name__ == "__main__":
    sys.exit(main())
