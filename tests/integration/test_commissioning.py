"""Commissioning through the real broker: a stand with a simulated tag, a moved gateway, and the twin's new start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from twin.bus import Bus
from twin.commands import Reply
from twin.commission import points
from twin.commission.shelf import revision
from twin.settings import ROOT, Settings
from twin.site import load_site, load_tags
from twin.web.command import Asker
from twin.web.live import Hub, read_json

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


class Running:
    """A demo without its pages, and what a web worker would know of it."""

    def __init__(self, var: Path, broker: int, web: int) -> None:
        given = {
            "VAR": var, "BROKER_PORT": broker, "WEB_PORT": web, "OPEN_BROWSER": "false", "LOG_LEVEL": "WARNING",
            "DEMO_TAGS": 120, "DEMO_CATCH_UP_HOURS": 0,
        }  # fmt: skip
        environment = {**os.environ, **{f"WARDLIGHT_{name}": str(value) for name, value in given.items()}}
        self.settings = Settings(var=var, broker_port=broker, demo_tags=120)
        self.process = subprocess.Popen([sys.executable, "-m", "twin", "run"], cwd=ROOT, env=environment)
        self.hub, self.asker = Hub(self.settings.site, 1), Asker(self.settings.site)

    def connect(self) -> None:
        self.bus = Bus(self.settings, "web", "web")
        self.asker.connect(self.bus)
        self.hub.connect(self.bus, self.settings.site)

    def ask(self, name: str, **arguments: Any) -> Reply:
        reply = self.asker.ask(name, arguments)
        assert reply is not None, f"no reply to {name}"
        return reply

    def engine(self) -> int:
        """Process id of the engine; 0 between two lives."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if "-m twin engine" in " ".join(child.cmdline()):
                    return child.pid
            except psutil.Error:
                continue
        return 0

    def health(self) -> dict[str, Any]:
        return read_json(self.hub.newest("health")) or {}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, free_ports: Callable[[], int]) -> Iterator[Running]:
    one = Running(tmp_path_factory.mktemp("commissioning"), free_ports(), free_ports())
    deadline = time.monotonic() + 30
    while not (one.settings.secrets.exists() and one.settings.register.exists()) and time.monotonic() < deadline:
        time.sleep(0.1)
    one.connect()
    yield one
    one.bus.stop()
    one.process.send_signal(signal.SIGTERM)
    one.process.wait(20)


def test_a_stand_with_a_simulated_tag_becomes_a_point(running: Running, until: Callable[..., None]):
    until(lambda: running.hub.newest("summary"), 40, "the first summary")
    site = load_site(running.settings.building, running.settings.gateways)
    sensor = next(tag for tag in load_tags(running.settings.register) if tag.kind == "sensor" and tag.home)
    room = site.rooms[site.room_by_number[sensor.home]]
    where = {"x": room.x, "y": room.y, "level": room.level, "seconds": 6}
    started = running.ask("survey.start", tag=sensor.mac, **where)
    assert started.ok, started.text
    assert not running.ask("survey.start", tag=sensor.mac, **where).ok
    until(lambda: running.ask("survey.progress").data["state"] != "collecting", 20, "the stand to end")
    ended = running.ask("survey.progress").data
    assert ended["state"] == "stored", ended
    stored = points.points(points.read_lines(running.settings.survey))
    assert [(point.point, point.readings) for point in stored] == [("1", ended["readings"])]
    assert stored[0].gateways >= 1


def test_a_gateway_taken_out_is_unknown_after_the_twin_began_anew(running: Running, until: Callable[..., None]):
    until(lambda: running.hub.newest("summary"), 40, "the first summary")
    site = load_site(running.settings.building, running.settings.gateways)
    ordinal = [str(level.ordinal) for level in site.levels]
    rows = [
        {"gateway_id": g.mac, "name": g.name, "model": g.model, "floor": ordinal[g.level], "topic": g.topic,
         "x": str(g.x), "y": str(g.y), "z": str(g.z)}
        for g in site.gateways[1:]
    ]  # fmt: skip
    before = running.engine()
    saved = running.ask("gateways.save", rows=rows, base=revision(running.settings.gateway_list))
    assert saved.ok, saved
    assert running.ask("reload").ok
    asked = time.monotonic()
    until(lambda: running.engine() not in (0, before), 5, "the engine's next life")
    until(lambda: running.asker.ask("survey.progress", patience=0.5), 15, "an answer of the new engine")
    took = time.monotonic() - asked
    assert running.ask("survey.progress").data["in_use"]["gateways"] == revision(running.settings.gateway_list)
    gone = site.gateways[0].mac
    until(lambda: gone in dict(running.health().get("unknown_gateways", [])), 20, "the gateway to be heard as unknown")
    assert len(running.health()["gateways"]) == len(site.gateways) - 1
    assert running.process.poll() is None
    assert took < 15
