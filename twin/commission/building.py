"""What the twin does when people put another building in place, or go back to an earlier one.

The twin is the only writer of the site's files. It tries a building out before it lets go of the one in use, and
then begins anew with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec

from twin import log
from twin.commands import CommandError, Desk, Done
from twin.commission import fit, points
from twin.commission.fit import Fitted
from twin.commission.versions import LISTS, SHIPPED, Version, Versions
from twin.errors import SiteError
from twin.intake import Intake
from twin.jobs import candidates
from twin.locate.build import locator_of, map_of
from twin.model import Gateway, Tag
from twin.settings import Settings
from twin.site import Site
from twin.site.load import load_building
from twin.site.registers import Fault, gateways_csv, read_gateways
from twin.site.survey import read_survey

NAMED = 6
"""Gateways that are named one by one when they are left out."""

_log = log.get("building")

Ident = Annotated[str, msgspec.Meta(max_length=64)]


class Replace(msgspec.Struct, frozen=True):
    """`building.replace`: the candidate to put in place, and the version that was in use when that was decided."""

    candidate: Ident
    base: Ident


class Restore(msgspec.Struct, frozen=True):
    """`building.restore`: the version to go back to, and the one that was in use when that was decided."""

    version: Ident
    base: Ident


class Buildings:
    """Takes the commands that change the building.

    Args:
        settings: Where the files are.
        site: The building and gateways that the engine runs with.
        tags: Its register.
        intake: Tells whether somebody walks a survey.
        begin_anew: Has the engine start again with the files as they are then.
    """

    def __init__(
        self, settings: Settings, site: Site, tags: Sequence[Tag], intake: Intake, begin_anew: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._site = site
        self._tags = tags
        self._intake = intake
        self._begin_anew = begin_anew
        self._versions = Versions(settings.var / "site")

    def register(self, desk: Desk) -> None:
        """Make the commands known."""
        desk.on("building.replace", Replace, self.replace)
        desk.on("building.restore", Restore, self.restore)

    def replace(self, asked: Replace) -> Done:
        """Put a candidate in place of the building in use."""
        self._require_still(asked.base)
        candidate = candidates.find(self._settings.var, asked.candidate)
        if candidate is None:
            raise CommandError("This building is not here any more; import or draw it again.")
        new = _load(candidate.building)
        old = replace(self._site, gateways=self._listed())
        fitted = fit.fit_candidate(old, new, candidate, self._settings.gateway_topics[0])
        lines = points.read_lines(self._settings.survey)
        left = fit.fit_survey(old, new, fitted.kept, lines)
        new = replace(new, gateways=fitted.kept)
        lists = {"gateways.csv": gateways_csv(new, fitted.kept).encode(), "survey.csv": _survey_file(left)}
        self._try_out(new, lists["survey.csv"])
        said = told(candidate.title, new, fitted, len(lines) - len(left))
        version = self._versions.add(candidate.building, candidate.title, candidate.source)
        common = fitted.kept if fit.same_frame(old.frame, new.frame) and not candidate.gateways else ()
        self._swap(version, lists, gateways_csv(new, common).encode(), said)
        candidates.drop(self._settings.var, candidate.id)
        return Done(said, {"version": version.id})

    def restore(self, asked: Restore) -> Done:
        """Go back to an earlier building, with the gateways and the survey that it had."""
        self._require_still(asked.base)
        version = self._versions.find(asked.version)
        if version is None or version.id == asked.base:
            raise CommandError("There is no such earlier building.")
        shipped = version.source == SHIPPED
        new = _load(self._settings.building if shipped else version.building)
        lists = self._versions.lists(version)
        fitted = self._fit_list(new, lists["gateways.csv"], shipped=shipped)
        new = replace(new, gateways=fitted.kept)
        if fitted.left or (lists["gateways.csv"] is None and not shipped):
            lists["gateways.csv"] = gateways_csv(new, fitted.kept).encode()
        had_survey = lists["survey.csv"] is not None
        lists["survey.csv"] = _readable(lists["survey.csv"], new)
        self._try_out(new, lists["survey.csv"])
        said = told(version.title or new.name, new, fitted, 0)
        if had_survey and lists["survey.csv"] is None:
            said += " Its survey does not fit its gateways any more and was left out."
        self._swap(version, lists, gateways_csv(new, ()).encode(), said)
        return Done(said, {"version": version.id})

    def _require_still(self, base: str) -> None:
        if self._intake.listener:
            raise CommandError("Somebody walks a survey; wait until the stand ends, or cancel it.")
        if base != self._versions.in_use().id:
            raise CommandError("Somebody else has put another building in place meanwhile; reload the page.")

    def _listed(self) -> tuple[Gateway, ...]:
        """The gateways as they were saved last; the engine may run with an older list."""
        try:
            return read_gateways(self._settings.gateway_list, self._site)
        except SiteError:
            return self._site.gateways

    def _fit_list(self, new: Site, content: bytes | None, *, shipped: bool) -> Fitted:
        if content is None:
            return fit.fit_file(new, self._settings.gateways) if shipped else Fitted((), ())
        with TemporaryDirectory() as folder:
            path = Path(folder) / "gateways.csv"
            path.write_bytes(content)
            return fit.fit_file(new, path)

    def _try_out(self, new: Site, survey: bytes | None) -> None:
        """Do what the engine does at its start; what fails there must fail here, while the old building is in use."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "survey.csv"
            path.write_bytes(survey or b"")
            try:
                found = read_survey(path, new) if survey else None
                locator_of(new, self._tags, *map_of(new, found))
            except SiteError as error:
                raise CommandError(str(error)) from None
            except (ValueError, IndexError, ArithmeticError, MemoryError) as error:
                _log.error("a building cannot be run", exc_info=error)
                raise CommandError(
                    f"The twin cannot run with this building ({error or type(error).__name__}); the old one stays."
                ) from error

    def _swap(self, version: Version, lists: dict[str, bytes | None], common: bytes, said: str) -> None:
        """Exchange building and lists, and begin anew.

        The list that is written first fits both buildings, so that the engine could start at any moment.
        """
        versions = self._versions
        before = versions.lists()
        used = versions.settle()
        versions.lay_down(used)
        try:
            versions.write_lists({"survey.csv": None, "gateways.csv": common})
            versions.put_in_place(version, said)
        except BaseException:
            versions.write_lists({name: before[name] for name in LISTS})
            raise
        _log.info("another building is in place", version=version.id, before=used.id)
        try:
            versions.write_lists(lists)
            versions.tidy()
        finally:
            self._begin_anew()


def told(title: str, site: Site, fitted: Fitted, readings: int) -> str:
    """Say what was put in place and what was left out."""
    text = f"{title} is in place: {_count(len(site.levels), 'level')}, {_count(len(site.rooms), 'room')}."
    if fitted.left:
        names = ", ".join(fitted.left[:NAMED])
        more = len(fitted.left) - NAMED
        rest = f" and {more} more" if more > 0 else ""
        text += f" {_count(len(fitted.left), 'gateway')} left out, with no place in it: {names}{rest}."
    if readings:
        text += f" {_count(readings, 'survey reading')} left out with them."
    if not fitted.kept:
        text += " It has no gateway yet, so the twin hears nothing there; place them on the Commissioning page."
    return text


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _load(path: Path) -> Site:
    try:
        site, problems = load_building(path)
    except SiteError as error:
        raise CommandError(f"{error} The old building stays.") from None
    if site is None:
        faults = [Fault(0, "", str(problem)) for problem in problems if problem.fatal]
        raise CommandError("The twin cannot use this building; the old one stays.", faults)
    return site


def _survey_file(lines: Sequence[points.Line]) -> bytes | None:
    return points.as_csv(lines) if lines else None


def _readable(survey: bytes | None, site: Site) -> bytes | None:
    """The survey when the engine can start with it, else None."""
    if survey is None:
        return None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        path.write_bytes(survey)
        try:
            read_survey(path, site)
        except SiteError:
            return None
    return survey
