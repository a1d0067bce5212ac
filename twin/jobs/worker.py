"""Takes jobs from the spool one after the other and has each done by a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

from twin import clock, log
from twin.jobs import candidates
from twin.jobs.job import Job, Outcome, note_outcome, report
from twin.jobs.spool import Spool
from twin.settings import ROOT

TRIES = 2
"""A job whose process dies is tried again so often in all."""
LONGEST_S = 1_800.0
POLL_S = 0.25
IDLE_S = 0.5
BEAT_S = 2.0
TIDY_S = 300.0

_log = log.get("worker")


class Worker:
    """Works through the jobs in `var` until told to stop.

    Args:
        var: The folder for what is written at run time.
        command: What does a job; it is given `var` and the job's folder.
        longest: Seconds that a job may take.
    """

    def __init__(self, var: Path, command: tuple[str, ...] = (), longest: float = LONGEST_S) -> None:
        self._var = var
        self._spool = Spool(var)
        self._command = command or (sys.executable, "-m", "twin.jobs.child")
        self._longest = longest
        self._beaten = self._tidied = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        self._spool.home.mkdir(parents=True, exist_ok=True)
        while not stop.is_set():
            self._beat()
            self._take_over()
            job = self._spool.claim()
            if job:
                self._work(job, stop)
            else:
                stop.wait(IDLE_S)

    def _take_over(self) -> None:
        """Go on with what another worker left when it died."""
        for job in self._spool.orphans():
            _log.warning("a job was left by a worker that died", job=job.id, name=job.name)
            self._again_or_fail(job, "The import was interrupted twice.")

    def _work(self, job: Job, stop: threading.Event) -> None:
        _log.info("job begins", job=job.id, name=job.name, try_number=job.tries)
        report(job.folder, 0.0, "")
        began = clock.monotonic()
        code = self._watch(job, stop)
        took = round(clock.monotonic() - began, 1)
        if (job.folder / "called-off").exists():
            _log.info("job called off", job=job.id)
            self._spool.end(job, Outcome())
            self._spool.call_off(job.id)
        elif code == 0 and (job.outcome.ok or job.outcome.reason):
            _log.info("job ended", job=job.id, ok=job.outcome.ok, reason=job.outcome.reason, took_s=took)
            self._spool.end(job, job.outcome)
        elif stop.is_set():
            self._spool.put_back(job, counts=False)
        elif code is None:
            self._spool.end(
                job, Outcome(reason=f"The import took longer than {_minutes(self._longest)} and was ended.")
            )
        else:
            _log.warning("the process of a job died", job=job.id, code=code, took_s=took)
            self._again_or_fail(job, f"The import crashed {job.tries} times ({_cause(code)}).")

    def _again_or_fail(self, job: Job, reason: str) -> None:
        if job.tries < TRIES:
            self._spool.put_back(job, counts=True)
            return
        advice = "Check the file in the program that made it, and export it again."
        note_outcome(job.folder, Outcome(reason=f"{reason} {advice}"))
        self._spool.end(job, job.outcome)

    def _watch(self, job: Job, stop: threading.Event) -> int | None:
        """Wait for the process of a job; its exit code, None when it took too long."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*self._command, str(self._var), str(job.folder)], cwd=ROOT, stdin=subprocess.DEVNULL
        )
        deadline = clock.monotonic() + self._longest
        try:
            while process.poll() is None:
                self._beat()
                if clock.monotonic() > deadline:
                    return None
                if stop.is_set() or (job.folder / "called-off").exists():
                    return -signal.SIGKILL
                stop.wait(POLL_S)
            return process.returncode
        finally:
            process.kill()
            process.wait()

    def _beat(self) -> None:
        """Show that somebody works here, and tidy up now and then."""
        now = clock.monotonic()
        if now - self._beaten >= BEAT_S:
            self._beaten = now
            beat_file(self._var).touch()
        if now - self._tidied >= TIDY_S:
            self._tidied = now
            self._spool.tidy()
            candidates.tidy(self._var)


def beat_file(var: Path) -> Path:
    """The file that a worker touches every `BEAT_S`."""
    return var / "jobs/worker"


def working(var: Path) -> bool:
    """Whether a worker has shown itself lately."""
    try:
        return clock.wall() - beat_file(var).stat().st_mtime < 5 * BEAT_S
    except OSError:
        return False


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _cause(code: int) -> str:
    """What an exit code says of the end of a process."""
    if code == -signal.SIGKILL:
        return "it was killed, perhaps because memory ran out"
    if code == -signal.SIGXCPU:
        return "it used up its processor time"
    if code < 0:
        try:
            return f"signal {signal.Signals(-code).name}"
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"
