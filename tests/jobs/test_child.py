"""The process of one job: what it notes, and what it may take."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twin.errors import SiteError
from twin.jobs import candidates, child
from twin.jobs.job import Job
from twin.jobs.spool import Spool
from twin.settings import ROOT
from twin.site.importing.take_in import TakenIn

Import = Callable[..., TakenIn]


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Import], Job]:
    """Do one job with a stand-in for the importer."""

    def run(take_in: Import) -> Job:
        monkeypatch.setattr(child, "limit", lambda: None)
        monkeypatch.setattr("twin.site.importing.take_in.take_in", take_in)
        spool = Spool(tmp_path)
        spool.submit("Mine.ifc", io.BytesIO(b"modelbook"), 5, ("Equipment.xlsx", 4))
        job = spool.claim()
        assert job
        assert child.main([str(tmp_path), str(job.folder)]) == 0
        return job

    return run


def test_what_was_read_becomes_a_candidate(done: Callable[[Import], Job], tmp_path: Path):
    seen: dict[str, Any] = {}

    def take_in(source: Path, out: Path, *, assets: Path | None, tell: Callable[[float, str], None]) -> TakenIn:
        seen.update(source=source.read_bytes(), assets=assets and assets.read_bytes(), name=source.name)
        tell(1.0, "Done")
        (out / "manifest.json").write_text("{}")
        return TakenIn({"levels": []}, ("a problem",), ("a note",), usable=True)

    job = done(take_in)
    assert seen == {"source": b"model", "assets": b"book", "name": "Mine.ifc"}
    assert job.progress.text == "Done"
    made = candidates.find(tmp_path, job.outcome.candidate)
    assert made
    assert (made.title, made.source) == ("Mine.ifc", "import")
    assert made.told == {"summary": {"levels": []}, "problems": ["a problem"], "notes": ["a note"]}


@pytest.mark.parametrize(
    ("error", "reason", "problems"),
    [
        (SiteError("No rooms:", ("#12 IfcSpace", "#13 IfcSpace")), "No rooms:", ("#12 IfcSpace", "#13 IfcSpace")),
        (MemoryError(), child.TOO_LITTLE_MEMORY, ()),
        (OSError(28, "No space left on device"), "could not be written: No space left", ()),
    ],
)
def test_failures_are_told_and_leave_nothing(
    done: Callable[[Import], Job], tmp_path: Path, error: Exception, reason: str, problems: tuple[str, ...]
):
    def take_in(*_given: Any, **_named: Any) -> TakenIn:
        raise error

    outcome = done(take_in).outcome
    assert not outcome.ok
    assert reason in outcome.reason
    assert outcome.problems == problems
    assert candidates.listing(tmp_path) == []


def test_what_the_twin_cannot_use_is_no_candidate(done: Callable[[Import], Job], tmp_path: Path):
    outcome = done(lambda *_g, **_n: TakenIn({}, ("unit 7: overlaps unit 8",), (), usable=False)).outcome
    assert outcome.problems == ("unit 7: overlaps unit 8",)
    assert "cannot" in outcome.reason or "no building that the twin can use" in outcome.reason
    assert candidates.listing(tmp_path) == []


def test_it_cannot_take_all_memory():
    script = "from twin.jobs import child; child.MEMORY_BYTES = 2 << 30; child.limit(); bytearray(3 << 30)"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "MemoryError" in ended.stderr


def test_it_ends_when_its_worker_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tell = child.teller(tmp_path)
    tell(0.5, "Walls")
    monkeypatch.setattr(child.os, "getppid", lambda: 1)
    with pytest.raises(SystemExit):
        tell(0.6, "Walls")
