"""What the twin does for commissioning: collects the readings of a stand and writes the site's files.

The only writer of the gateway list and the survey, so that what they may hold is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import numpy as np
import shapely

from twin import log
from twin.commands import CommandError, Data, Desk, Done, Nothing
from twin.commission import points
from twin.commission.gateways import Rows, check
from twin.commission.shelf import Shelf, revision
from twin.commission.walk import Stand, Walk
from twin.errors import SiteError
from twin.intake import Intake
from twin.model import NONE, Tag
from twin.settings import Settings
from twin.site import Site, rooms_at, survey
from twin.site.registers import Fault, gateways_csv, normal_mac

_log = log.get("commission")

HIGHEST_M = 10.0
LONGEST_S = 120.0


class Start(msgspec.Struct, frozen=True):
    """`survey.start`: somebody stands at x, y, z (metres, z above the floor of level number `level`)."""

    tag: str
    x: float
    y: float
    level: int
    z: Annotated[float, msgspec.Meta(ge=0.0, le=HIGHEST_M)] = 1.1
    seconds: Annotated[float, msgspec.Meta(ge=1.0, le=LONGEST_S)] = 20.0


class Save(msgspec.Struct, frozen=True):
    """`gateways.save`: the whole list, and the revision of the list that it was made from."""

    rows: Rows
    base: str


class Import(msgspec.Struct, frozen=True):
    """`survey.import`: a survey file, as `points.pack` makes it."""

    packed: bytes


class Delete(msgspec.Struct, frozen=True):
    """`survey.delete`: the name of a point."""

    point: str


class Commissioning:
    """Takes the commands of commissioning.

    Args:
        settings: Where the files are, and what topics the twin listens to.
        site: The building and gateways that the engine runs with.
        tags: Its register.
        intake: Hands over raw readings while somebody stands.
        now: The hospital's time, POSIX seconds UTC; None while it is not known or races ahead.
    """

    def __init__(
        self, settings: Settings, site: Site, tags: Iterable[Tag], intake: Intake, now: Callable[[], float | None]
    ) -> None:
        self._settings = settings
        self._site = site
        self._tags = {tag.mac: tag.index for tag in tags}
        self._intake = intake
        self._now = now
        self._shelf = Shelf(settings.survey.parent)
        self._in_use = {"gateways": revision(settings.gateway_list), "survey": revision(settings.survey)}
        self._walk: Walk | None = None
        self._last: Data = {"state": "none"}
        self._saved = False

    def register(self, desk: Desk) -> None:
        """Make the commands known."""
        desk.on("survey.start", Start, self.start)
        desk.on("survey.progress", Nothing, self.progress)
        desk.on("survey.cancel", Nothing, self.cancel)
        desk.on("survey.delete", Delete, self.delete)
        desk.on("survey.import", Import, self.take_in)
        desk.on("gateways.save", Save, self.save)

    def start(self, asked: Start) -> Done:
        """Begin to collect what is heard of a tag."""
        now = self._now()
        if now is None:
            raise CommandError("The twin does not live in the present yet; try again when it has caught up.")
        if self._walk:
            raise CommandError("Another stand is being collected; wait until it ends, or cancel it.")
        if self._saved:
            raise CommandError("The gateway list is new; have the twin reload before the next stand.")
        mac = normal_mac(asked.tag)
        if mac not in self._tags:
            raise CommandError(f"Tag {asked.tag!r} is not in the register.")
        if not 0 <= asked.level < len(self._site.levels):
            raise CommandError(f"The building has no level number {asked.level}.")
        fault = place_fault(self._site, asked.level, asked.x, asked.y)
        if fault:
            raise CommandError(fault, (Fault(1, "x", fault),))
        self._walk = Walk(Stand(self._tags[mac], mac, asked.x, asked.y, asked.z, asked.level, now, asked.seconds))
        self._intake.listener = self._walk.hear
        return Done("Stand still; the twin is collecting.", self._state())

    def progress(self, _asked: Nothing) -> Done:
        """Say how far the stand is, or how the last one ended, and which files the engine runs with."""
        return Done(data=self._state())

    def cancel(self, _asked: Nothing) -> Done:
        """Stop collecting and store nothing."""
        if self._walk is None:
            return Done("Nothing was being collected.", self._state())
        self._end({"state": "cancelled", "text": "Cancelled; nothing was stored."})
        return Done("Cancelled; nothing was stored.", self._state())

    def step(self) -> None:
        """Store the stand when its time is up. Never raises; call it often."""
        now = self._now() if self._walk else None
        if now is None or self._walk is None or not self._walk.over(now):
            return
        walk = self._walk
        if not walk.readings:
            text = f"No gateway heard the tag in {walk.stand.seconds:.0f} s, so nothing was stored. Is it awake?"
            self._end({"state": "silent", "text": text})
            return
        try:
            path = self._settings.survey
            point, lines = points.with_walk(points.read_lines(path), walk, self._site)
            self._write_survey(points.as_csv(lines))
        except Exception as error:
            _log.error("a point of the survey could not be stored", exc_info=error)
            self._end({"state": "failed", "text": f"The point could not be stored: {error}"})
            return
        text = f"Stored as point {point}: {len(walk.readings)} readings of {walk.gateways} gateways."
        self._end({"state": "stored", "point": point, "text": text})

    def delete(self, asked: Delete) -> Done:
        """Take a point out of the survey."""
        lines = points.read_lines(self._settings.survey)
        left = [line for line in lines if line.point != asked.point]
        if len(left) == len(lines):
            raise CommandError(f"The survey has no point {asked.point!r}.")
        self._put_survey(left)
        return Done(f"Point {asked.point} is deleted; the survey as it was is kept in versions.")

    def take_in(self, asked: Import) -> Done:
        """Replace the survey by a file, when nothing is wrong with it."""
        content = points.unpack(asked.packed)
        self._write_survey(content)
        found = points.points(points.read_lines(self._settings.survey))
        readings = sum(point.readings for point in found)
        return Done(f"Imported {len(found)} points with {readings} readings.")

    def save(self, asked: Save) -> Done:
        """Write the gateway list, when nothing is wrong with it."""
        s = self._settings
        if self._walk:
            raise CommandError("Somebody walks a survey; wait until the stand ends, or cancel it.")
        if asked.base != revision(s.gateway_list):
            raise CommandError("Somebody else saved the list since this page read it; reload the page and edit again.")
        gateways, faults = check(self._site, asked.rows, s.gateway_topics)
        if faults:
            raise CommandError("Nothing was saved: correct the marked gateways.", faults)
        if not gateways:
            raise CommandError("Nothing was saved: the list is empty, and the twin would be deaf.")
        known = {gateway.mac for gateway in gateways}
        lines = points.read_lines(s.survey)
        left = [line for line in lines if normal_mac(line.gateway_id) in known]
        # The survey first: were we to die in between, the old list would still fit it.
        if len(left) < len(lines):
            self._put_survey(left)
        content = gateways_csv(self._site, gateways).encode()
        self._shelf.replace(s.survey.with_name("gateways.csv"), content, before=s.gateway_list)
        self._site, self._saved = replace(self._site, gateways=gateways), True
        text = f"Saved {len(gateways)} gateways."
        if len(left) < len(lines):
            text += f" {len(lines) - len(left)} survey readings of gateways no longer listed were left out."
        return Done(text, {"revision": revision(s.gateway_list)})

    def _put_survey(self, lines: list[points.Line]) -> None:
        if lines:
            self._shelf.replace(self._settings.survey, points.as_csv(lines))
        else:
            self._shelf.remove(self._settings.survey)

    def _write_survey(self, content: bytes) -> None:
        """Write a survey that the engine can start with, or raise what is wrong with it."""
        with TemporaryDirectory() as folder:
            trial = Path(folder) / "survey.csv"
            trial.write_bytes(content)
            try:
                survey.read_survey(trial, self._site)
            except SiteError as error:
                faults = [Fault(0, "", problem) for problem in error.problems]
                text = "The survey has faults, the old one stays:" if faults else str(error)
                raise CommandError(text, faults) from None
        self._shelf.replace(self._settings.survey, content)

    def _end(self, last: Data) -> None:
        self._last = last | ({"readings": len(self._walk.readings)} if self._walk else {})
        self._walk = None
        self._intake.listener = None

    def _state(self) -> Data:
        common: Data = {"in_use": self._in_use}
        if self._walk is None:
            return self._last | common
        walk, now = self._walk, self._now()
        passed = max(0.0, (now or walk.stand.since) - walk.stand.since)
        return common | {
            "state": "collecting",
            "tag": walk.stand.mac,
            "passed": round(min(passed, walk.stand.seconds), 1),
            "seconds": walk.stand.seconds,
            "readings": len(walk.readings),
            "gateways": walk.gateways,
        }


def place_fault(site: Site, level: int, x: float, y: float) -> str:
    """Why nobody can stand there; "" when somebody can."""
    if rooms_at(site, np.array([level], np.int32), np.array([x]), np.array([y]))[0] == NONE:
        return f"Nobody can stand at x {x:.2f}, y {y:.2f}: it is outside the building or in a wall."
    if site.walls(level).contains(shapely.Point(x, y)):
        return f"Nobody can stand at x {x:.2f}, y {y:.2f}: it is in a wall."
    return ""
