"""The worker with stand-in processes: what ends well, what crashes, what takes too long."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twin.jobs import worker
from twin.jobs.job import Job
from twin.jobs.spool import Spool
from twin.jobs.worker import Worker, working

NOTES = "import json, os, sys, time, pathlib\nfolder = pathlib.Path(sys.argv[2])\n"
TRY = "tries = json.loads((folder / 'job.json').read_text())['tries']\n"
DONE = "(folder / 'outcome.json').write_text(json.dumps({'candidate': 'c' * 16}))\n"


class Stand:
    """A worker in a thread."""

    def __init__(self, var: Path) -> None:
        self.var, self.spool = var, Spool(var)
        self.stop = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self, script: str, longest: float = 30.0) -> None:
        one = Worker(self.var, (sys.executable, "-c", NOTES + script), longest)
        self.thread = threading.Thread(target=one.run, args=(self.stop,), daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        if self.thread:
            self.thread.join(10)

    def submit(self) -> Job:
        return self.spool.submit("x.ifc", io.BytesIO(b"x"), 1)

    def wait(self, job: Job, state: str = "ended", within: float = 15.0) -> Job:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            found = self.spool.find(job.id)
            if found and found.state == state:
                return found
            time.sleep(0.03)
        raise AssertionError(f"{job.id} is not {state}: {self.spool.find(job.id)}")


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(worker, "POLL_S", 0.02)
    monkeypatch.setattr(worker, "IDLE_S", 0.02)
    one = Stand(tmp_path)
    yield one
    one.end()


def test_a_job_is_done(stand: Stand):
    stand.start(DONE)
    ended = stand.wait(stand.submit())
    assert ended.outcome.candidate == "c" * 16
    assert ended.tries == 1
    assert ended.outcome.ended > 0
    assert working(stand.var)


def test_a_process_that_is_killed_is_tried_once_more(stand: Stand):
    stand.start(TRY + "if tries == 1: os.kill(os.getpid(), 9)\n" + DONE)
    ended = stand.wait(stand.submit())
    assert (ended.tries, ended.outcome.ok) == (2, True)


@pytest.mark.parametrize(
    ("script", "says"),
    [("os.kill(os.getpid(), 9)", "memory"), ("os.kill(os.getpid(), 11)", "SIGSEGV"), ("sys.exit(3)", "exit code 3")],
)
def test_a_second_crash_fails_the_job_and_not_the_worker(stand: Stand, script: str, says: str):
    stand.start(f"import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n{script}")
    ended = stand.wait(stand.submit())
    assert ended.tries == 2
    assert "crashed 2 times" in ended.outcome.reason
    assert says in ended.outcome.reason
    assert stand.wait(stand.submit()).outcome.reason


def test_a_job_that_fails_with_a_reason_is_not_tried_again(stand: Stand):
    stand.start("(folder / 'outcome.json').write_text(json.dumps({'reason': 'No rooms.', 'problems': ['#12']}))")
    ended = stand.wait(stand.submit())
    assert (ended.tries, ended.outcome.reason, ended.outcome.problems) == (1, "No rooms.", ("#12",))


def test_a_job_that_takes_too_long_is_ended(stand: Stand):
    stand.start("time.sleep(60)", longest=0.3)
    ended = stand.wait(stand.submit())
    assert "took longer than 0 seconds" in ended.outcome.reason
    assert ended.tries == 1


def test_a_job_is_called_off_while_it_runs(stand: Stand):
    stand.start("time.sleep(60)")
    job = stand.submit()
    stand.wait(job, "working")
    stand.spool.call_off(job.id)
    deadline = time.monotonic() + 10
    while stand.spool.find(job.id) and time.monotonic() < deadline:
        time.sleep(0.03)
    assert stand.spool.listing() == []


def test_stopping_gives_the_job_back(stand: Stand):
    stand.start("time.sleep(60)")
    job = stand.submit()
    stand.wait(job, "working")
    stand.end()
    again = stand.wait(job, "waiting")
    assert again.tries == 0


def test_what_a_dead_worker_left_is_taken_over_once(stand: Stand):
    job = stand.submit()
    dead = Spool(stand.var)
    claimed = dead.claim()
    assert claimed
    dead._let_go(claimed.id)
    stand.start(DONE)
    ended = stand.wait(job)
    assert (ended.tries, ended.outcome.ok) == (2, True)


def test_nobody_works_before_a_worker_has_begun(tmp_path: Path):
    assert not working(tmp_path)


def test_ids_of_signals_are_named():
    name: Callable[[int], str] = worker._cause
    assert name(-11) == "signal SIGSEGV"
    assert name(-24) == "it used up its processor time"
    assert name(-99) == "signal 99"
