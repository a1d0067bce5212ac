"""A building from its file to the running twin and back; broken files and killed workers change nothing."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from twin.bus import Bus
from twin.commands import Reply
from twin.commission.versions import SHIPPED, Versions
from twin.jobs import candidates
from twin.jobs.job import Job
from twin.jobs.spool import Spool
from twin.settings import ROOT, Settings
from twin.web.command import Asker
from twin.web.live import Hub, read_json

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

DRAWN = """
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
        self.spool, self.versions = Spool(var), Versions(var / "site")

    def connect(self) -> None:
        self.bus = Bus(self.settings, "web", "web")
        self.asker.connect(self.bus)
        self.hub.connect(self.bus, self.settings.site)

    def ask(self, name: str, **arguments: Any) -> Reply:
        reply = self.asker.ask(name, arguments, patience=60.0)
        assert reply is not None, f"no reply to {name}"
        return reply

    def part(self, words: str) -> int:
        """Process id of a part; 0 between two lives."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if words in " ".join(child.cmdline()):
                    return child.pid
            except psutil.Error:
                continue
        return 0

    def ended(self, ident: str) -> Job | None:
        job = self.spool.find(ident)
        return job if job and job.state == "ended" else None

    def health(self) -> dict[str, Any]:
        return read_json(self.hub.newest("health")) or {}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, free_ports: Callable[[], int]) -> Iterator[Running]:
    one = Running(tmp_path_factory.mktemp("building"), free_ports(), free_ports())
    deadline = time.monotonic() + 30
    while not (one.settings.secrets.exists() and one.settings.register.exists()) and time.monotonic() < deadline:
        time.sleep(0.1)
    one.connect()
    yield one
    one.bus.stop()
    one.process.send_signal(signal.SIGTERM)
    one.process.wait(20)


def archive(folder: Path) -> bytes:
    """The files of a folder as a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.iterdir()):
            out.writestr(path.name, path.read_bytes())
    return packed.getvalue()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small building of two rooms that stands elsewhere, drawn from a floor description."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "plan.toml").write_text(DRAWN, encoding="utf-8")
    command = [sys.executable, "-m", "twin", "site", "draw", str(folder / "plan.toml"), str(folder / "imdf")]
    subprocess.run(command, cwd=ROOT, check=True)
    return archive(folder / "imdf")


def submit(running: Running, name: str, content: bytes) -> str:
    return running.spool.submit(name, io.BytesIO(content), len(content)).id


def test_a_broken_file_fails_with_its_problems_and_nothing_changes(running: Running, until: Callable[..., None]):
    until(lambda: running.hub.newest("summary"), 60, "the first summary")
    engine = running.part("-m twin engine")
    for name, content in (("x.ifc", b"ISO-10303-21;\nHEADER;\nnothing more"), ("x.zip", b"PK\x03\x04 no zip")):
        ident = submit(running, name, content)
        until(lambda ident=ident: running.ended(ident), 60, f"the end of {name}")
        job = running.ended(ident)
        assert job
        assert not job.outcome.ok
        assert job.outcome.reason
        assert "Traceback" not in job.outcome.reason
        assert job.tries == 1
    assert candidates.listing(running.settings.var) == []
    assert running.settings.building_in_use == running.settings.building
    assert running.part("-m twin engine") == engine


def test_a_building_is_imported_put_in_place_and_left_again(running: Running, small: bytes, until: Callable[..., None]):
    until(lambda: len(running.hub.levels()) == 4, 60, "the frames of the demo hospital")
    ident = submit(running, "Small clinic.imdf.zip", small)
    until(lambda: running.ended(ident), 60, "the end of the import")
    job = running.ended(ident)
    assert job
    assert job.outcome.ok, job.outcome
    found = candidates.find(running.settings.var, job.outcome.candidate)
    assert found
    assert found.title == "Small clinic.imdf.zip"
    assert len(found.told["summary"]["levels"]) == 1

    before = running.part("-m twin engine")
    reply = running.ask("building.replace", candidate=found.id, base=running.versions.in_use().id)
    assert reply.ok, reply
    assert "hears nothing" in reply.text
    until(lambda: running.part("-m twin engine") not in (0, before), 15, "the engine's next life")
    until(lambda: running.hub.levels() == [0], 30, "the one level of the new building, and no other")
    until(lambda: running.health().get("gateways") == [], 30, "a twin without gateways")
    until(lambda: running.health().get("unknown_gateways"), 30, "the demo's gateways to be strangers")

    shipped = next(version for version in running.versions.earlier() if version.source == SHIPPED)
    reply = running.ask("building.restore", version=shipped.id, base=running.versions.in_use().id)
    assert reply.ok, reply
    until(lambda: len(running.hub.levels()) == 4, 30, "the demo hospital's levels")
    until(lambda: len(running.health().get("gateways", [])) > 50, 30, "its gateways")
    assert running.process.poll() is None


def test_a_worker_that_is_killed_leaves_its_job_to_the_next(running: Running, small: bytes, until: Callable[..., None]):
    worker = running.part("-m twin worker")
    os.kill(worker, signal.SIGSTOP)
    ident = submit(running, "again.zip", small)
    os.kill(worker, signal.SIGKILL)
    until(lambda: running.part("-m twin worker") not in (0, worker), 20, "the worker's next life")
    until(lambda: running.ended(ident), 60, "the end of the import")
    job = running.ended(ident)
    assert job
    assert job.outcome.ok
