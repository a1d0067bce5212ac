"""Take a building in: an IFC model, an IMDF archive or plan sections become an IMDF archive that the twin can use."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin.errors import SiteError
from twin.site.archive import read_archive, write_archive
from twin.site.building import Site
from twin.site.check import check_form
from twin.site.importing.cobie import Workbook, enrich, read_workbook, write_assets
from twin.site.importing.compose import write_found
from twin.site.importing.found import Found
from twin.site.importing.ifc.apart import read_ifc_apart
from twin.site.importing.sections import read_sections
from twin.site.importing.unpack import Source, copy_rest, unpacked
from twin.site.load import load_building
from twin.site.schema import FORMS, Feature, Problem
from twin.site.summary import summarise

ASSETS = "assets.csv"
_FILES = frozenset(f"{feature_type}.geojson" for feature_type in FORMS)


@dataclass(frozen=True)
class TakenIn:
    """What became of a file that was taken in."""

    summary: dict[str, Any]
    """In the form of `twin.site.summary.summarise`."""
    problems: tuple[str, ...]
    """Faults of the source, also in the summary."""
    notes: tuple[str, ...]
    """What was read, and what the import decided by itself, in sentences for people."""
    usable: bool


Tell = Callable[[float, str], None]
"""Progress: the share done, 0 to 1, and a short text."""


def _silent(share: float, text: str) -> None:
    """Tell nobody."""


def take_in(source: Path, out: Path, *, assets: Path | None = None, tell: Tell = _silent) -> TakenIn:
    """Read `source` and write it as an IMDF archive into the folder `out`, with assets.csv if there are `assets`.

    `out` is replaced as a whole, and only by a building that can be used.

    Raises:
        SiteError: `source`, `assets` or `out` cannot be used at all; its problems say what and where.
    """
    _check_target(out)
    tell(0.0, "Reading")
    book = read_workbook(assets) if assets else None
    with unpacked(source) as given, tempfile.TemporaryDirectory(prefix=".import-", dir=_parent(out)) as scratch:
        folder = Path(scratch) / "building"
        said, notes = _write(given, source.name, folder, book, tell)
        tell(0.92, "Checking")
        site, found = load_building(folder) if folder.exists() else (None, [])
        problems = (*said, *(problem for problem in found if str(problem) not in set(map(str, said))))
        if site is not None:
            notes += _missing_ways(site)
            if book:
                notes.append(_assets_note(write_assets(folder / ASSETS, book, _room_names(folder)), book))
            _put(folder, out)
    tell(1.0, "Done")
    return TakenIn(summarise(site, problems), tuple(map(str, problems)), tuple(notes), site is not None)


def export_building(folder: Path, out_zip: Path) -> None:
    """Write the IMDF archive in `folder` (or a zip) as a zip.

    Raises:
        SiteError: `folder` is no archive that the twin can use, or `out_zip` cannot be written.
    """
    site, problems = load_building(folder)
    if site is None:
        raise SiteError(f"The building in {folder} cannot be exported:", tuple(str(p) for p in problems if p.fatal))
    part = out_zip.with_name(out_zip.name + ".part")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="wardlight-") as scratch,
            zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            _write_imdf(folder, Path(scratch))
            for file in sorted(Path(scratch).iterdir()):
                member = zipfile.ZipInfo(file.name, (2026, 1, 5, 8, 0, 0))
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, file.read_bytes())
        part.replace(out_zip)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SiteError(f"Cannot write {out_zip}: {error.strerror or error}.") from error


def _write(
    given: Source, name: str, folder: Path, book: Workbook | None, tell: Tell
) -> tuple[list[Problem], list[str]]:
    """Write the source into `folder`; nothing is written of an archive that cannot be used."""
    if given.kind == "imdf":
        return _write_imdf(given.path, folder), []
    found: Found = read_ifc_apart(given.path, name, tell) if given.kind == "ifc" else read_sections(given.sections)
    notes = []
    if book:
        found, known = enrich(found, book)
        rooms = sum(len(level.rooms) for level in found.levels)
        notes.append(f"{book.name} knows {known} of the {rooms} rooms.")
    tell(0.85, "Writing")
    written, _ = write_found(found, folder)
    return [_said(problem) for problem in written.problems], [*written.notes, *notes]


def _said(problem: str) -> Problem:
    where, _, what = problem.partition(": ")
    return Problem(where, what, fatal=False) if what else Problem("model", problem, fatal=False)


def _write_imdf(path: Path, folder: Path) -> list[Problem]:
    """Write an archive anew: same features, keys that may be null added; other feature types byte for byte."""
    archive, problems = read_archive(path)
    problems += check_form(archive)
    if any(problem.fatal for problem in problems):
        return problems
    features = [_complete(feature) for group in archive.features.values() for feature in group]
    write_archive(folder, archive.manifest, features)
    copy_rest(path, folder, _FILES)
    return []


def _complete(feature: Feature) -> Feature:
    empty = dict.fromkeys(FORMS[feature.feature_type].nullable)
    return replace(feature, properties={**empty, **feature.properties})


def _missing_ways(site: Site) -> list[str]:
    """What will keep people from being led through the building."""
    notes = []
    entered = {room for door in site.doors for room in door.rooms}
    shut = [room.number or room.name for room in site.rooms if room.index not in entered]
    if shut:
        some = ", ".join(shut[:10]) + (", ..." if len(shut) > 10 else "")
        notes.append(f"{len(shut)} rooms have no door or opening, so no way leads there: {some}.")
    if len(site.levels) > 1 and not site.connectors:
        notes.append("No lift or stair joins the levels, so no way leads from one to another. Name them in the source.")
    return notes


def _room_names(folder: Path) -> dict[str, str]:
    """Room numbers, and ids in the source, to room numbers."""
    archive, _ = read_archive(folder)
    names: dict[str, str] = {}
    for unit in archive.of("unit"):
        number = str(unit.properties.get("number") or "")
        for key in (number, str(unit.properties.get("source_id") or "")):
            if key and number:
                names[key.lower()] = number
    return names


def _assets_note(counts: tuple[int, int], book: Workbook) -> str:
    total, placed = counts
    return f"{total} assets from {book.name} are in {ASSETS}; {placed} of them are in a room of this building."


def _parent(out: Path) -> Path:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SiteError(f"Cannot write to {out.parent}: {error.strerror or error}.") from error
    if not os.access(out.parent, os.W_OK):
        raise SiteError(f"Cannot write to {out.parent}: permission denied.")
    return out.parent


def _check_target(out: Path) -> None:
    """See that nothing but a building would be replaced."""
    if out.is_file():
        raise SiteError(f"{out} is a file; give a folder for the IMDF archive.")
    if out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").exists():
        raise SiteError(f"{out} holds something that is no building; give a new or empty folder.")


def _put(folder: Path, out: Path) -> None:
    """Replace `out` by `folder`; the old building is gone only when the new one stands."""
    old = folder.with_name("old")
    try:
        if out.exists():
            out.replace(old)
        shutil.move(folder, out)
    except OSError as error:
        if old.exists() and not out.exists():
            old.replace(out)
        raise SiteError(f"Cannot write {out}: {error.strerror or error}.") from error
