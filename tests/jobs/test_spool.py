"""The queue on disk: what is taken in, who gets it, and what is left when somebody dies."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from twin.jobs import spool
from twin.jobs.job import Job, Outcome, report
from twin.jobs.spool import JobError, Spool, TooLargeError


@pytest.fixture
def queue(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


def hand_in(queue: Spool, name: str = "House.IFC", content: bytes = b"ISO-10303-21;") -> Job:
    return queue.submit(name, io.BytesIO(content), len(content))


def test_a_job_is_handed_in_claimed_and_ended(queue: Spool):
    made = hand_in(queue)
    assert queue.find(made.id) == made
    assert (made.state, made.tries, made.file) == ("waiting", 0, "House.IFC")
    claimed = queue.claim()
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.tries) == (made.id, "working", 1)
    assert queue.claim() is None
    report(claimed.folder, 0.4, "Walls")
    found = queue.find(made.id)
    assert found is not None
    assert (found.progress.share, found.progress.text) == (0.4, "Walls")
    queue.end(claimed, Outcome(candidate="0123456789abcdef"))
    ended = queue.find(made.id)
    assert ended is not None
    assert (ended.state, ended.outcome.ok) == ("ended", True)
    assert sorted(p.name for p in ended.folder.iterdir()) == ["job.json", "outcome.json"], "the upload is gone"


def test_the_one_that_waited_longest_comes_first(queue: Spool):
    first, second = hand_in(queue, "a.ifc"), hand_in(queue, "b.ifc")
    claims = [queue.claim(), queue.claim()]
    assert [job.id for job in claims if job] == [first.id, second.id]
    assert [job.id for job in queue.listing()] == [second.id, first.id]


@pytest.mark.parametrize(
    ("name", "shown", "file"),
    [
        ("Klinik Süd.ifc", "Klinik Süd.ifc", "Klinik Süd.ifc"),
        ("C:\\models\\x.IFC.GZ", "x.IFC.GZ", "x.IFC.GZ"),
        ("../../etc/passwd", "passwd", "passwd"),
        (".htaccess", ".htaccess", "htaccess"),
        ("a\x00b\n.ifc", "ab.ifc", "ab.ifc"),
        ("$(rm)*.ifc", "$(rm)*.ifc", "_(rm)_.ifc"),
        ("n" * 300 + ".ifc", "n" * 99 + "…" + "n" * 16 + ".ifc", "n" * 59 + "_" + "n" * 16 + ".ifc"),
        ("", "building", "building"),
        ("x.ifc/..", "..", "building"),
    ],
)
def test_names_of_files_lead_nowhere(queue: Spool, name: str, shown: str, file: str):
    job = hand_in(queue, name)
    assert (job.name, job.file) == (shown, file)
    assert job.source.resolve().parent.parent == (queue.home / "waiting" / job.id).resolve()


def test_a_workbook_comes_right_behind_the_file(queue: Spool):
    job = queue.submit("h.ifc", io.BytesIO(b"modelbook"), 5, ("equipment.XLSX", 4))
    assert job.source.read_bytes() == b"model"
    assert job.workbook
    assert job.workbook.read_bytes() == b"book"
    assert job.assets == "equipment.XLSX"


def test_an_upload_that_breaks_off_leaves_nothing(queue: Spool):
    with pytest.raises(JobError, match="broke off"):
        queue.submit("h.ifc", io.BytesIO(b"half"), 10)
    assert queue.listing() == []
    assert list((queue.home / "new").iterdir()) == []


def test_too_large_empty_and_too_many_are_refused(queue: Spool, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(TooLargeError, match="512 MB"):
        queue.submit("h.ifc", io.BytesIO(b""), spool.MOST_BYTES + 1)
    with pytest.raises(TooLargeError):
        queue.submit("h.ifc", io.BytesIO(b"x"), 1, ("a.xlsx", spool.MOST_BYTES))
    with pytest.raises(JobError, match="empty"):
        queue.submit("h.ifc", io.BytesIO(b""), 0)
    for _ in range(spool.MOST_WAITING):
        hand_in(queue)
    with pytest.raises(JobError, match="wait already"):
        hand_in(queue)
    monkeypatch.setattr(spool, "MOST_WAITING", 99)
    monkeypatch.setattr(spool, "SPARE_BYTES", 1 << 60)
    with pytest.raises(JobError, match="free space"):
        hand_in(queue)


def test_a_job_put_back_waits_again_and_counts_its_tries(queue: Spool):
    hand_in(queue)
    for tries in (1, 2):
        claimed = queue.claim()
        assert claimed is not None
        assert claimed.tries == tries
        queue.put_back(claimed, counts=True)
    claimed = queue.claim()
    assert claimed is not None
    queue.put_back(claimed, counts=False)
    waiting = queue.find(claimed.id)
    assert waiting is not None
    assert waiting.tries == 2


def test_only_jobs_whose_worker_died_are_taken_over(queue: Spool, tmp_path: Path):
    hand_in(queue)
    claimed = queue.claim()
    assert claimed is not None
    other = Spool(tmp_path)
    assert queue.orphans() == []
    assert other.orphans() == [], "its worker lives"
    queue._let_go(claimed.id)  # as the system does when the process ends
    assert [job.id for job in other.orphans()] == [claimed.id]
    assert other.orphans() == []


def test_a_job_is_called_off_wherever_it_is(queue: Spool):
    waiting = hand_in(queue)
    queue.call_off(waiting.id)
    assert queue.find(waiting.id) is None
    hand_in(queue)
    working = queue.claim()
    assert working is not None
    queue.call_off(working.id)
    assert (working.folder / "called-off").exists()
    queue.end(working, Outcome(reason="x"))
    queue.call_off(working.id)
    assert queue.listing() == []
    queue.call_off("../../etc")


def test_ended_jobs_do_not_pile_up(queue: Spool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spool, "MOST_ENDED", 2)
    for n in range(4):
        hand_in(queue, f"{n}.ifc")
        claimed = queue.claim()
        assert claimed is not None
        queue.end(claimed, Outcome(reason="no"))
    queue.tidy()
    assert [job.name for job in queue.listing()] == ["3.ifc", "2.ifc"]
    monkeypatch.setattr(spool, "KEPT_S", -1.0)
    queue.tidy()
    assert queue.listing() == []


def test_an_upload_given_up_is_removed(queue: Spool, monkeypatch: pytest.MonkeyPatch):
    half = queue.home / "new/0123456789abcdef"
    half.mkdir(parents=True)
    queue.tidy()
    assert half.exists()
    monkeypatch.setattr(spool, "ABANDONED_S", -1.0)
    queue.tidy()
    assert not half.exists()


@pytest.mark.parametrize("ident", ["", "..", "../waiting", "0" * 17, "0123456789ABCDEF", "0123456789abcde\n"])
def test_ids_lead_nowhere(queue: Spool, ident: str):
    assert queue.find(ident) is None


def test_damaged_files_are_passed_over(queue: Spool):
    job = hand_in(queue)
    (job.folder / "progress.json").write_text('{"share": 7, "text": null}')
    (job.folder / "outcome.json").write_text('{"problems": 3, "ended"')
    assert (job.progress.share, job.progress.text) == (0.0, "")
    assert not job.outcome.ok
    told = json.loads((job.folder / "job.json").read_text())
    (job.folder / "job.json").write_text(json.dumps(told | {"tries": "many"}))
    assert queue.find(job.id) is None
    assert queue.claim() is None
