"""What the building page knows: the building in use, the ones that wait or were, and the imports that run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from twin.commands import Reply
from twin.commission import fit
from twin.commission.versions import Version, Versions
from twin.errors import SiteError
from twin.jobs import candidates, worker
from twin.jobs.candidates import Candidate
from twin.jobs.job import Job
from twin.jobs.spool import Spool
from twin.model import NONE
from twin.settings import settings
from twin.site import Site
from twin.site.load import load_building
from twin.web.building import building
from twin.web.command import asker

REPLACE_PATIENCE_S = 60.0
"""The twin loads and tries a building out before it answers."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything at one moment."""

    used: Version
    earlier: list[Version]
    candidates: list[Candidate]
    jobs: list[Job]
    """Newest first; those that ended well are not told, their candidate is."""
    works: bool
    """Whether a worker has shown itself lately."""

    @property
    def busy(self) -> bool:
        """Whether a job waits or runs."""
        return any(job.state != "ended" for job in self.jobs)


def facts() -> Facts:
    """Gather them."""
    var = settings().var
    versions = Versions(var / "site")
    jobs = [job for job in Spool(var).listing() if not (job.state == "ended" and job.outcome.ok)]
    return Facts(versions.in_use(), versions.earlier(), candidates.listing(var), jobs, worker.working(var))


def unheard_demo() -> bool:
    """Whether the simulated hospital goes on in a building that the twin has let go of."""
    s = settings()
    return s.demo and s.building_in_use != s.building


class Found(NamedTuple):
    """An archive to send, and what the file shall be called."""

    building: Path
    name: str


def archive_of(candidate: str, version: str) -> Found | None:
    """The archive of a candidate or a version, or of the building in use when neither is named."""
    s = settings()
    versions = Versions(s.var / "site")
    if candidate:
        found = candidates.find(s.var, candidate)
        return Found(found.building, _file_name(found.title)) if found else None
    if version:
        other = versions.find(version)
        return Found(other.building, _file_name(other.title)) if other and other.building.exists() else None
    return Found(s.building_in_use, _file_name(building().name))


def _file_name(title: str) -> str:
    plain = re.sub(r"(\.(ifc|gz|zip|ifczip|imdf))+$", "", title, flags=re.IGNORECASE)
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', plain).strip('-').lower()[:60] or 'building'}-imdf.zip"


class Numbers(NamedTuple):
    """A building in figures; `area` is that of its rooms, square metres."""

    levels: int
    rooms: int
    area: float
    departments: int
    doors: int
    doorless: int
    """Rooms that no door leads into."""
    connectors: int
    beds: int


class LevelNumbers(NamedTuple):
    """One level of both buildings; None where a building has no such level."""

    ordinal: int
    name: str
    area: tuple[float | None, float | None]
    rooms: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """The building in use beside a candidate."""

    candidate: Candidate
    now: Site
    new: Site | None
    """None when the twin cannot use it; then `problems` say why."""
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    kept: int = 0
    """Gateways that hang in the new building too, or came with it."""
    left: tuple[str, ...] = ()
    """Names of gateways that would be left out."""
    same_numbers: int = 0
    """Rooms of the one in use whose number the new one has too."""


def compare(ident: str) -> Compared | None:
    """Set a candidate beside the building in use; None when there is no such candidate."""
    candidate = candidates.find(settings().var, ident)
    if candidate is None:
        return None
    now = building()
    new, faults = candidate_site(candidate)
    told = candidate.told
    notes = tuple(map(str, _list(told.get("notes"))))
    problems = faults or tuple(map(str, _list(told.get("problems"))))
    if new is None:
        return Compared(candidate, now, None, problems, notes)
    fitted = fit.fit_candidate(now, new, candidate, settings().gateway_topics[0])
    numbers = {room.number for room in new.rooms if room.number}
    same = sum(room.number in numbers for room in now.rooms)
    new = replace(new, gateways=fitted.kept)
    return Compared(candidate, now, new, problems, notes, len(fitted.kept), fitted.left, same)


def candidate_site(candidate: Candidate) -> tuple[Site | None, tuple[str, ...]]:
    """A candidate as the twin would see it, or why it cannot."""
    return _candidate_site(candidate.building, _written(candidate.building / "manifest.json"))


@lru_cache(maxsize=2)
def _candidate_site(path: Path, _stamp: int) -> tuple[Site | None, tuple[str, ...]]:
    try:
        site, problems = load_building(path)
    except SiteError as error:
        return None, (str(error),)
    return site, tuple(str(p) for p in problems if p.fatal)


def numbers(site: Site) -> Numbers:
    """Count what a building holds."""
    joined = {room for door in site.doors for room in door.rooms if room != NONE}
    return Numbers(
        levels=len(site.levels),
        rooms=len(site.rooms),
        area=sum(room.area for room in site.rooms),
        departments=len(site.departments),
        doors=len(site.doors),
        doorless=len(site.rooms) - len(joined),
        connectors=len(site.connectors),
        beds=sum(site.beds),
    )


def level_area(site: Site, level: int) -> float:
    """The area of a level's rooms."""
    return sum(site.rooms[room].area for room in site.rooms_of_level[level])


def level_numbers(now: Site, new: Site | None) -> list[LevelNumbers]:
    """The levels of both, by ordinal, the highest first."""
    sides = (now, new)
    places = [{level.ordinal: level for level in site.levels} if site else {} for site in sides]
    rows = []
    for ordinal in sorted({*places[0], *places[1]}, reverse=True):
        found = [place.get(ordinal) for place in places]
        named = next(level for level in (found[1], found[0]) if level)
        pairs = [(site, level) if site and level else None for site, level in zip(sides, found, strict=True)]
        areas = [pair and level_area(pair[0], pair[1].index) for pair in pairs]
        rooms = [pair and len(pair[0].rooms_of_level[pair[1].index]) for pair in pairs]
        rows.append(LevelNumbers(ordinal, named.name, (areas[0], areas[1]), (rooms[0], rooms[1])))
    return rows


class Outcome(NamedTuple):
    """How an action of the page went; `text` is the twin's own."""

    ok: bool
    text: str = ""
    faults: tuple[str, ...] = ()
    answered: bool = True


def put_in_place(candidate: str, base: str) -> Outcome:
    """Have the twin put a candidate in place."""
    return _ask("building.replace", {"candidate": candidate, "base": base})


def go_back(version: str, base: str) -> Outcome:
    """Have the twin go back to an earlier building."""
    return _ask("building.restore", {"version": version, "base": base})


def discard(candidate: str) -> None:
    """Remove a candidate."""
    candidates.drop(settings().var, candidate)


def call_off(job: str) -> None:
    """End an import, or take the news of one away."""
    Spool(settings().var).call_off(job)


def _ask(name: str, arguments: dict[str, Any]) -> Outcome:
    reply: Reply | None = asker().ask(name, arguments, patience=REPLACE_PATIENCE_S)
    if reply is None:
        return Outcome(False, answered=False)
    return Outcome(reply.ok, reply.text, tuple(fault.text for fault in reply.faults))


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
