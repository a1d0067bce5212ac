"""The queue of jobs as folders on disk: handed in, claimed by a rename, followed by files, and tidied away.

A job is the folder `var/jobs/STATE/ID`; where it lies says how far it is: `waiting`, `working` or `ended`. Inside are
`job.json` (what was asked), the file itself until the job has ended, `progress.json` while it is worked on and
`outcome.json` afterwards. Every file is replaced at once, so that a reader never sees half of one.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import IO

from twin import clock
from twin.errors import WardlightError
from twin.jobs.job import Job, Outcome, note_outcome, read_job, safe_name, shown_name, write_job

MOST_BYTES = 512 << 20
"""One upload, with all its files."""
MOST_WAITING = 6
"""Jobs that wait or are worked on; a further one is refused."""
MOST_ENDED = 20
KEPT_S = 7 * 86_400.0
"""How long an ended job is told of."""
SPARE_BYTES = 1 << 30
"""Room that an upload leaves on the disk, for the database and for unpacking."""
ABANDONED_S = 3_600.0
"""An upload that has not grown for so long was given up."""
CHUNK = 1 << 20
STATES = ("waiting", "working", "ended")

_ID = re.compile(r"[0-9a-f]{16}")


class JobError(WardlightError):
    """A job that cannot be taken in; the message says why and what to do."""


class TooLargeError(JobError):
    """An upload that is larger than the limit."""


class Spool:
    """The jobs of one installation.

    Args:
        var: The folder for what is written at run time.
    """

    def __init__(self, var: Path) -> None:
        self.home = var / "jobs"
        self._held: dict[str, IO[str]] = {}

    def submit(self, name: str, stream: IO[bytes], size: int, assets: tuple[str, int] | None = None) -> Job:
        """Take an upload in, piece by piece.

        Args:
            name: What the person's file is called.
            stream: The file's bytes, and the workbook's right behind them.
            size: Of the file.
            assets: Name and size of a workbook of equipment; None for none.

        Raises:
            TooLargeError: it is larger than `MOST_BYTES`.
            JobError: the queue or the disk is full, or the upload broke off.
        """
        self._require_room(size + (assets[1] if assets else 0))
        ident = token_hex(8)
        making = self.home / "new" / ident
        making.mkdir(parents=True)
        try:
            job = Job(
                ident, shown_name(name), safe_name(name), safe_name(assets[0]) if assets else "", size,
                clock.wall(), 0, "waiting", self.home / "waiting" / ident,
            )  # fmt: skip
            laid = replace(job, folder=making)
            _copy(stream, laid.source, size)
            if assets and laid.workbook:
                _copy(stream, laid.workbook, assets[1])
            write_job(laid)
            job.folder.parent.mkdir(exist_ok=True)
            making.rename(job.folder)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        return job

    def _require_room(self, size: int) -> None:
        if size > MOST_BYTES:
            raise TooLargeError(
                f"The upload has {size / (1 << 20):.0f} MB; the limit is {MOST_BYTES >> 20} MB. "
                "Export only what makes rooms: spaces, walls, slabs, doors and stairs."
            )
        if size <= 0:
            raise JobError("The file is empty.")
        if len(self._ids("waiting")) + len(self._ids("working")) >= MOST_WAITING:
            raise JobError(f"{MOST_WAITING} imports wait already; try again when one has ended.")
        self.home.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.home).free < 3 * size + SPARE_BYTES:
            raise JobError("The disk has too little free space for this import; make room and upload again.")

    def find(self, ident: str) -> Job | None:
        """The job with this id; None for an id that is none, whatever it holds."""
        if not isinstance(ident, str) or not _ID.fullmatch(ident):
            return None
        # It may move on between two looks, but only forwards; a second round catches it.
        return next((job for state in (*STATES, *STATES) if (job := self._job(state, ident))), None)

    def listing(self) -> list[Job]:
        """All jobs, newest first."""
        jobs = {job.id: job for state in STATES for ident in self._ids(state) if (job := self._job(state, ident))}
        return sorted(jobs.values(), key=lambda job: (-job.made, job.id))

    def claim(self) -> Job | None:
        """Take the job that has waited longest; None when none waits.

        Only one worker gets it, and holds a lock on it until it ends the job or dies.
        """
        waiting = (self._job("waiting", ident) for ident in self._ids("waiting"))
        for job in sorted((job for job in waiting if job), key=lambda job: (job.made, job.id)):
            folder = self.home / "working" / job.id
            folder.parent.mkdir(exist_ok=True)
            try:
                self._hold(job)
                job.folder.rename(folder)
            except OSError:  # another worker was faster, or somebody called it off
                self._let_go(job.id)
                continue
            taken = replace(job, tries=job.tries + 1, state="working", folder=folder)
            write_job(taken)
            return taken
        return None

    def orphans(self) -> list[Job]:
        """Take over the jobs whose worker has died; they are ours now, to be put back or ended."""
        found = []
        for job in (job for ident in self._ids("working") if (job := self._job("working", ident))):
            if job.id in self._held:
                continue
            try:
                self._hold(job)
            except OSError:
                continue
            found.append(job)
        return found

    def _hold(self, job: Job) -> None:
        handle = (job.folder / "claim").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise
        self._held[job.id] = handle

    def _let_go(self, ident: str) -> None:
        handle = self._held.pop(ident, None)
        if handle:
            handle.close()

    def put_back(self, job: Job, *, counts: bool) -> None:
        """Let a job that was claimed wait again; `counts` says whether it used up one of its tries."""
        again = job if counts else replace(job, tries=job.tries - 1)
        write_job(again)
        (job.folder / "progress.json").unlink(missing_ok=True)
        job.folder.rename(self.home / "waiting" / job.id)
        self._let_go(job.id)

    def end(self, job: Job, outcome: Outcome) -> None:
        """Note how a job ended and let go of its files."""
        note_outcome(job.folder, replace(outcome, ended=clock.wall()))
        for path in job.folder.iterdir():
            if path.name not in ("job.json", "outcome.json"):
                _remove(path)
        ended = self.home / "ended"
        ended.mkdir(exist_ok=True)
        job.folder.rename(ended / job.id)
        self._let_go(job.id)

    def call_off(self, ident: str) -> None:
        """Take a waiting or ended job away; one that is being worked on is ended by its worker soon."""
        job = self.find(ident)
        if job is None:
            return
        if job.state == "working":
            (job.folder / "called-off").touch()
            return
        gone = self.home / "new" / ident
        gone.parent.mkdir(exist_ok=True)
        try:
            job.folder.rename(gone)
        except OSError:  # a worker has just taken it
            return
        _remove(gone)

    def tidy(self) -> None:
        """Remove what was given up while uploading, and ended jobs that are old or too many."""
        now = clock.wall()
        for ident in self._ids("new"):
            folder = self.home / "new" / ident
            newest = max((_written(path) for path in (folder, *folder.glob("*"))), default=0.0)
            if now - newest > ABANDONED_S:
                _remove(folder)
        ended = sorted((j for i in self._ids("ended") if (j := self._job("ended", i))), key=lambda j: -j.made)
        for place, job in enumerate(ended):
            if place >= MOST_ENDED or now - job.made > KEPT_S:
                _remove(job.folder)

    def _job(self, state: str, ident: str) -> Job | None:
        return read_job(state, self.home / state / ident)

    def _ids(self, state: str) -> list[str]:
        try:
            return [path.name for path in (self.home / state).iterdir() if _ID.fullmatch(path.name)]
        except FileNotFoundError:
            return []


def _copy(stream: IO[bytes], path: Path, size: int) -> None:
    left = size
    path.parent.mkdir()
    with path.open("wb") as file:
        while left:
            piece = stream.read(min(CHUNK, left))
            if not piece:
                raise JobError("The upload broke off before the file was complete; upload it again.")
            file.write(piece)
            left -= len(piece)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
