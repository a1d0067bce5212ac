"""Everything at once, as `make run` starts it: the first fix, and the death of each process.

The page is stood for by what it reads: the frames at `/live/poll` and the catalogue.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from twin.settings import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

FIRST_FIX_S = 30.0
BACK_S = 15.0
WORDS = {
    "broker": ["-m", "twin", "broker"],
    "engine": ["-m", "twin", "engine"],
    "simulator": ["-m", "twin", "simulate"],
    "web": ["-m", "gunicorn"],
}


class Whole:
    """A running Wardlight on ports of its own."""

    def __init__(self, folder: Path, broker: int, web: int) -> None:
        self.var = folder / "var"
        self.url = f"http://127.0.0.1:{web}"
        given = {
            "VAR": self.var, "BROKER_PORT": broker, "WEB_PORT": web, "OPEN_BROWSER": "false", "LOG_LEVEL": "WARNING",
            "DEMO_TAGS": 120, "DEMO_CATCH_UP_HOURS": 0.05,
        }  # fmt: skip
        environment = {**os.environ, **{f"WARDLIGHT_{name}": str(value) for name, value in given.items()}}
        self.process = subprocess.Popen([sys.executable, "-m", "twin", "run"], cwd=ROOT, env=environment)

    def poll(self) -> dict:
        """What a page would get now; empty when nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/live/poll?levels=0,1,2,3", timeout=2) as answer:
                return json.load(answer)
        except OSError:
            return {}

    def fixes(self) -> int:
        return sum(frame["n"] for frame in self.poll().get("frames", {}).values())

    def newest(self) -> float:
        """Hospital time of the newest frame."""
        return max((frame["t"] for frame in self.poll().get("frames", {}).values()), default=0.0)

    def data_age(self) -> float:
        """Hospital seconds since the newest upload, as the page shows it."""
        age = self.poll().get("summary", {}).get("kpi", {}).get("data_age_s")
        return float("inf") if age is None else age

    def part(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # or a zombie
                if " ".join(WORDS[name]) in " ".join(child.cmdline()):
                    return child
        return None

    def history(self, query: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.var / 'history.sqlite'}?mode=ro", uri=True) as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, free_ports: Callable[[], int]) -> Iterator[Whole]:
    running = Whole(tmp_path_factory.mktemp("whole"), free_ports(), free_ports())
    yield running
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(20)


def test_the_first_fix_is_on_the_map_in_half_a_minute(whole: Whole, until: Callable[..., None]):
    until(lambda: whole.fixes() > 0, FIRST_FIX_S, "the first fix")


@pytest.mark.parametrize("name", WORDS)
def test_after_the_death_of_a_part_the_page_is_live_again(whole: Whole, until: Callable[..., None], name: str):
    until(lambda: whole.newest() > 0, FIRST_FIX_S, "a frame")
    closed = set(whole.history("SELECT tag, enter FROM visit"))
    others = {other: whole.part(other) for other in WORDS if other != name}
    victim = whole.part(name)
    assert victim is not None
    victim.kill()
    died = time.monotonic()

    def left() -> float:
        return BACK_S - (time.monotonic() - died)

    until(lambda: (part := whole.part(name)) and part.pid != victim.pid, left(), f"a new {name}")
    last = whole.newest()
    until(lambda: whole.newest() > last + 2.0, left(), f"frames after {name} died")
    until(lambda: whole.data_age() < 3.0, left(), f"fresh data after {name} died")
    for other, process in others.items():
        now = whole.part(other)
        assert process is not None and now is not None and now.pid == process.pid, f"{other} did not carry on"
    assert closed <= set(whole.history("SELECT tag, enter FROM visit")), "closed visits were lost"
