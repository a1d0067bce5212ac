"""The supervisor with small stand-in parts: restarts, stops, leaves nobody behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twin.settings import ROOT

pytestmark = pytest.mark.integration

# Each part writes its process id, has a child of its own, and lives on.
PART = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(300)
"""
RUN = """
import sys
from twin import log
from twin.supervisor import Part, Supervisor
log.configure("run")
parts = [Part(name, [sys.executable, *command]) for name, *command in eval(sys.argv[1])]
sys.exit(Supervisor(parts).run())
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


class Run:
    """A supervisor process and the lives of its parts."""

    def __init__(self, folder: Path, *parts: tuple[str, ...]) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, repr(parts)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )

    def lives(self, name: str) -> list[tuple[int, int]]:
        """(process, its child) of each life so far."""
        path = self.folder / name
        if not path.exists():
            return []
        return [(int(a), int(b)) for a, b in (line.split() for line in path.read_text().splitlines())]

    def everybody(self) -> list[int]:
        return [pid for name in ("one", "two") for life in self.lives(name) for pid in life]


@pytest.fixture
def run(tmp_path) -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def start(*parts: tuple[str, ...]) -> Run:
        usual = [(name, "-c", PART, str(tmp_path / name)) for name in ("one", "two")]
        made.append(Run(tmp_path, *(parts or usual)))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.communicate()
        for pid in one.everybody():
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_a_killed_part_is_started_again_and_the_other_is_left_alone(run, until) -> None:
    running = run()
    until(lambda: running.lives("one") and running.lives("two"), 10, "both to start")
    first, child = running.lives("one")[0]
    os.kill(first, signal.SIGKILL)
    until(lambda: len(running.lives("one")) == 2, 10, "the restart")
    until(lambda: not alive(child), 5, "the dead part's child to end")
    assert len(running.lives("two")) == 1


def test_a_part_that_ends_by_itself_begins_anew_at_once_each_time(run, until, tmp_path) -> None:
    anew = PART.replace("time.sleep(300)\n", "time.sleep(1.2)\n")
    running = run(("one", "-c", anew, str(tmp_path / "one")))
    # Four lives of 1.2 s; with a pause that grows it would take 1 + 2 + 4 s more.
    until(lambda: len(running.lives("one")) >= 4, 7.5, "the fourth life")
    assert running.process.poll() is None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_ends_everybody(run, until, how: int) -> None:
    running = run()
    until(lambda: running.lives("one") and running.lives("two"), 10, "both to start")
    running.process.send_signal(how)
    assert running.process.wait(15) == 0
    assert not [pid for pid in running.everybody() if alive(pid)]


def test_killing_the_supervisor_leaves_no_orphans(run, until) -> None:
    running = run()
    until(lambda: running.lives("one") and running.lives("two"), 10, "both to start")
    running.process.kill()
    until(lambda: not [pid for pid in running.everybody() if alive(pid)], 15, "the parts to end")


def test_a_part_that_needs_a_person_stops_the_run(run) -> None:
    running = run(("one", "-c", "import sys; sys.exit(2)"))
    _, message = running.process.communicate(timeout=15)
    assert running.process.returncode == 2
    assert "one cannot run" in message


@pytest.mark.parametrize("variable", ["WARDLIGHT_WEB_PORT", "WARDLIGHT_BROKER_PORT"])
def test_a_port_in_use_is_named_with_its_setting(variable: str, tmp_path, free_ports) -> None:
    ports = {"WARDLIGHT_WEB_PORT": free_ports(), "WARDLIGHT_BROKER_PORT": free_ports()}
    with socket.create_server(("127.0.0.1", ports[variable])):
        done = subprocess.run(
            [sys.executable, "-m", "twin", "run"], check=False, cwd=ROOT, capture_output=True, text=True, timeout=20,
            env={**os.environ, **{k: str(v) for k, v in ports.items()}, "WARDLIGHT_VAR": str(tmp_path)},
        )  # fmt: skip
    assert done.returncode == 2
    assert str(ports[variable]) in done.stderr
    assert variable in done.stderr
    assert "Traceback" not in done.stderr


def test_the_lifeline_forgets_what_was_released() -> None:
    from twin.lifeline import held

    assert held(
        textwrap.dedent("""\
        +10
        +11
        -10
        +12
    """).splitlines(keepends=True)
    ) == {11, 12}
