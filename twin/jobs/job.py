"""One job as files tell it: what was asked for, how far it is, and how it ended."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LONGEST_NAME = 120
SAFE_NAME = 80


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: the share done, 0 to 1, and what is being done."""

    share: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended. `candidate` is the id of the building that it made; `reason` says why it made none."""

    candidate: str = ""
    reason: str = ""
    problems: tuple[str, ...] = ()
    ended: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it did what it should."""
        return bool(self.candidate)


@dataclass(frozen=True, slots=True)
class Job:
    """One import of a building. `file` and `assets` are its files by name, "" for no workbook."""

    id: str
    name: str
    """What the person's file is called."""
    file: str
    assets: str
    size: int
    made: float
    tries: int
    state: str
    folder: Path

    @property
    def source(self) -> Path:
        """The file that was uploaded."""
        return self.folder / "source" / self.file

    @property
    def workbook(self) -> Path | None:
        """The workbook that came with it."""
        return self.folder / "workbook" / self.assets if self.assets else None

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        told = read_json(self.folder / "progress.json")
        share, text = told.get("share"), told.get("text")
        sane = isinstance(share, int | float) and 0.0 <= share <= 1.0
        return Progress(float(share) if sane else 0.0, str(text or ""))  # pyright: ignore[reportArgumentType]

    @property
    def outcome(self) -> Outcome:
        """How it ended; empty while it has not."""
        told = read_json(self.folder / "outcome.json")
        problems = told.get("problems")
        return Outcome(
            str(told.get("candidate") or ""),
            str(told.get("reason") or ""),
            tuple(map(str, problems)) if isinstance(problems, list) else (),
            float(told.get("ended") or 0.0),
        )


def read_job(state: str, folder: Path) -> Job | None:
    """The job in `folder`; None where none is or its file is damaged."""
    told = read_json(folder / "job.json")
    try:
        return Job(
            folder.name, str(told["name"]), Path(str(told["file"])).name, Path(str(told["assets"])).name,
            int(told["size"]), float(told["made"]), int(told["tries"]), state, folder,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def write_job(job: Job) -> None:
    """Note what was asked for, in the job's folder."""
    names = ("name", "file", "assets", "size", "made", "tries")
    write_json(job.folder / "job.json", {name: getattr(job, name) for name in names})


def report(folder: Path, share: float, text: str) -> None:
    """Note how far the job in `folder` is."""
    write_json(folder / "progress.json", asdict(Progress(min(1.0, max(0.0, share)), text[:300])))


def note_outcome(folder: Path, outcome: Outcome) -> None:
    """Note, by the process that does the job, how it went; the worker ends the job."""
    write_json(folder / "outcome.json", asdict(outcome))


def shown_name(name: str) -> str:
    """A file's name as it is shown: no folders, nothing that cannot be printed."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in last if c.isprintable()).strip() or "building"
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 21]}…{plain[-20:]}"


def safe_name(name: str) -> str:
    """A file's name as it is stored: the importer tells it to people, and goes by its ending."""
    plain = re.sub(r"[^\w .()+-]", "_", shown_name(name))
    return plain[-SAFE_NAME:].lstrip(". ") or "building"


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a file that is never seen half written."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """An object from a file; empty when it cannot be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
