"""Runs the parts of Wardlight side by side and starts again what dies.

A part that ends with exit code 0 wants to begin anew, with settings and files as they are now, and
is started again at once; one that fails is given a growing pause.

Each part is a process group of its own. Stopping, by Ctrl-C or SIGTERM, ends them all; should
the supervisor itself be killed, its lifeline ends them.
"""

from __future__ import annotations

import http
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from twin import clock, log
from twin.lifeline import Lifeline, signal_group
from twin.settings import ROOT, Settings

STEADY_S = 30.0
"""A part that has run this long has its back-off forgotten."""
BACK_OFF_S = (1.0, 30.0)
GRACE_S = 8.0
"""Time for a part to end by itself; gunicorn takes 5 s when streams are open."""
NEEDS_A_PERSON = 2
"""Exit code of a command that printed what a person has to correct."""

_log = log.get("run")


@dataclass
class Part:
    """One process that is kept running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float = 0.0
    pause: float = field(default=BACK_OFF_S[0])
    deaths: int = 0


def parts(settings: Settings) -> list[Part]:
    """What has to run, in the order of starting."""
    twin = [sys.executable, "-m", "twin"]
    wanted = [
        Part("broker", [*twin, "broker"]) if settings.embedded_broker else None,
        Part("engine", [*twin, "engine"]),
        Part("worker", [*twin, "worker"]),
        Part("web", [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:server"]),
        Part("simulator", [*twin, "simulate"]) if settings.demo else None,
    ]
    return [part for part in wanted if part]


class Supervisor:
    """Keeps `parts` running until told to stop.

    Args:
        parts: What to run.
        ready: Asked now and then until it says True; then `announce` is called once.
        announce: Tells the person that all is up.
        environment: Of the parts; ours when left out.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        ready: Callable[[], bool] = lambda: False,
        announce: Callable[[], None] = lambda: None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.parts = parts
        self._ready = ready
        self._announce = announce
        self._environment = dict(environment if environment is not None else os.environ)
        self._stopping = threading.Event()
        self._impatient = False
        self._code = 0

    def stop(self, *_signal: object) -> None:
        """Begin to stop; asked twice, do it at once. Serves as a signal handler."""
        self._impatient = self._stopping.is_set()
        self._stopping.set()

    def run(self) -> int:
        """Start all parts together and look after them; the exit code once stopped."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        self._lifeline = Lifeline()
        announced = False
        try:
            for part in self.parts:
                self._start(part)
            while not self._stopping.wait(0.2):
                for part in self.parts:
                    self._look_after(part)
                if not announced and self._ready():
                    announced = True
                    self._announce()
        finally:
            self._end_all()
            self._lifeline.close()
        return self._code

    def _start(self, part: Part) -> None:
        part.process = subprocess.Popen(  # noqa: S603 - our own commands
            part.command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
        part.started = clock.monotonic()
        self._lifeline.hold(part.process.pid)

    def _look_after(self, part: Part) -> None:
        now = clock.monotonic()
        if part.process is None:
            if now >= part.restart_at:
                self._start(part)
            return
        code = part.process.poll()
        if code is None:
            return
        self._bury(part)
        lasted = now - part.started
        if code == 0 and lasted >= BACK_OFF_S[0]:
            _log.info(f"{part.name} ended by itself, starting it again", ran_s=round(lasted))
            self._start(part)
            return
        steady = lasted >= STEADY_S
        if code == NEEDS_A_PERSON and not part.deaths and not steady:
            _log.error(f"{part.name} cannot run, see its message above; stopping")
            self._code = NEEDS_A_PERSON
            self._stopping.set()
            return
        part.deaths += 1
        part.pause = BACK_OFF_S[0] if steady else part.pause
        _log.warning(f"{part.name} ended, starting it again", exit_code=code, in_s=part.pause)
        part.restart_at = now + part.pause
        part.pause = min(part.pause * 2, BACK_OFF_S[1])

    def _bury(self, part: Part) -> None:
        """End what a dead part left running, so that its successor finds the ports free."""
        if part.process:
            signal_group(part.process.pid, signal.SIGKILL)
            self._lifeline.release(part.process.pid)
            part.process = None

    def _end_all(self) -> None:
        """End the others first and the broker last, so that last words still arrive."""
        self._end([part for part in self.parts if part.name != "broker"])
        self._end(self.parts)

    def _end(self, parts: Sequence[Part]) -> None:
        processes = [part.process for part in parts if part.process]
        for process in processes:
            signal_group(process.pid, signal.SIGTERM)
        deadline = clock.monotonic() + GRACE_S
        pause = threading.Event()
        while any(p.poll() is None for p in processes) and clock.monotonic() < deadline and not self._impatient:
            pause.wait(0.05)
        for part in parts:
            self._bury(part)


def listens(host: str, port: int) -> bool:
    """Whether something accepts connections at `host:port`."""
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def serves(host: str, port: int) -> bool:
    """Whether a web worker answers; gunicorn listens long before its workers are ready."""
    connection = http.client.HTTPConnection(host, port, timeout=0.5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable_host(host: str) -> str:
    """Where a listener on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def show(url: str) -> None:
    """Open the browser when there is a display; never fails and never waits."""
    display = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not display:
        return

    def quietly() -> None:
        try:
            webbrowser.open(url)
        except Exception as error:
            _log.debug("no browser opened", reason=str(error))

    threading.Thread(target=quietly, daemon=True).start()
