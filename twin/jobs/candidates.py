"""Buildings that were imported or drawn and wait to be looked at before they replace the one in use.

Each is a folder `var/candidates/ID` with the IMDF archive in `building`, what was found about it in
`told.json`, and its name and origin in `about.json`. A folder appears whole or not at all.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

from twin import clock
from twin.errors import SiteError

MOST = 12
"""Candidates kept; a further one takes the place of the oldest."""
MOST_BYTES = 512 << 20
"""One candidate unpacked."""
LONGEST_TITLE = 120
UNFINISHED_S = 7_200.0
"""What has not become a candidate for so long never will."""
SOURCES = ("import", "drawn")

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Candidate:
    """One building that could be put in place."""

    id: str
    title: str
    source: str
    """"import" or "drawn"."""
    made: float
    """POSIX seconds UTC."""
    folder: Path

    @property
    def building(self) -> Path:
        """Its IMDF archive, a folder."""
        return self.folder / "building"

    @property
    def gateways(self) -> list[dict[str, str]]:
        """The lines of the gateway list that came with it; none when none did."""
        rows = self.told.get("gateways")
        sane = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [{str(name): str(value) for name, value in row.items()} for row in sane]

    @cached_property
    def told(self) -> dict[str, Any]:
        """What was found: `summary` (as `twin.site.summary`), `problems` and `notes`; empty when unreadable."""
        return _read_json(self.folder / "told.json")


def put(
    var: Path, archive: Path | Callable[[Path], None], title: str, source: str, told: Mapping[str, Any]
) -> Candidate:
    """Keep a building for people to look at; the oldest makes room when there are too many.

    Args:
        var: The folder for what is written at run time.
        archive: An IMDF folder, which is copied, or what writes one into the folder that it is given.
        title: What people call it; a file's name as a rule.
        source: One of `SOURCES`.
        told: JSON values: `summary`, `problems`, `notes`, and perhaps `gateways`, the lines of the list that
            belongs to the building, cells by column of gateways.csv.

    Raises:
        SiteError: the archive is too large.
        OSError: it cannot be written.
    """
    if source not in SOURCES:
        raise ValueError(f"source is {source!r}, expected one of {', '.join(SOURCES)}")
    home = _home(var)
    home.mkdir(parents=True, exist_ok=True)
    ident = token_hex(8)
    making = home / f".{ident}"
    try:
        making.mkdir()
        if callable(archive):
            (making / "building").mkdir()
            archive(making / "building")
        else:
            shutil.copytree(archive, making / "building", symlinks=True)
        _require_sane(making / "building")
        name = " ".join(title.split())[:LONGEST_TITLE] or "Building"
        about = {"title": name, "source": source, "made": clock.wall()}
        (making / "told.json").write_text(json.dumps(dict(told), ensure_ascii=False), encoding="utf-8")
        (making / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        making.rename(home / ident)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    for surplus in listing(var)[MOST:]:
        drop(var, surplus.id)
    return Candidate(ident, about["title"], source, about["made"], home / ident)


def listing(var: Path) -> list[Candidate]:
    """All candidates, newest first."""
    home = _home(var)
    if not home.is_dir():
        return []
    found = (find(var, path.name) for path in home.iterdir())
    return sorted((c for c in found if c), key=lambda c: (-c.made, c.id))


def find(var: Path, ident: str) -> Candidate | None:
    """The candidate with this id; None for an id that is none, whatever it holds."""
    if not isinstance(ident, str) or not _ID.fullmatch(ident):
        return None
    folder = _home(var) / ident
    about = _read_json(folder / "about.json")
    title, source, made = about.get("title"), about.get("source"), about.get("made")
    if not isinstance(title, str) or source not in SOURCES or not isinstance(made, int | float):
        return None
    return Candidate(ident, title, source, float(made), folder)


def drop(var: Path, ident: str) -> None:
    """Remove a candidate; nothing happens when there is none of this id."""
    found = find(var, ident)
    if found is None:
        return
    gone = found.folder.with_name(f".{ident}-gone")
    try:
        found.folder.rename(gone)
    except FileNotFoundError:  # somebody else was faster
        return
    shutil.rmtree(gone, ignore_errors=True)


def tidy(var: Path) -> None:
    """Remove what a process that died left unfinished."""
    for path in _home(var).glob(".*"):
        try:
            old = clock.wall() - path.stat().st_mtime > UNFINISHED_S
        except FileNotFoundError:
            continue
        if old:
            shutil.rmtree(path, ignore_errors=True)


def _home(var: Path) -> Path:
    return var / "candidates"


def _require_sane(building: Path) -> None:
    """No links out of the folder, and no more bytes than a building can need."""
    size = 0
    for path in building.rglob("*"):
        if path.is_symlink():
            raise SiteError(f"The archive holds a link ({path.name}); export it as plain files.")
        size += path.stat().st_size if path.is_file() else 0
    if size > MOST_BYTES:
        raise SiteError(f"The building has {size >> 20} MB; the limit is {MOST_BYTES >> 20} MB.")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
