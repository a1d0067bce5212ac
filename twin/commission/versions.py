"""The building in use and the earlier ones: folders of `var/site/versions`, and a link to the one in use.

`var/site/building` is a link to the `building` of one version, so that another takes its place in one step. A version
that is not in use holds the gateway list and the survey that belonged to it; the shipped building is a version
without `building`, and is in use when there is no link.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twin import clock

KEPT = 12
"""Earlier buildings kept."""
SHIPPED, OWN = "shipped", "own"
LISTS = ("gateways.csv", "survey.csv")

_NAME = re.compile(r"building-(\d{4,9})-\d{8}-\d{6}")


@dataclass(frozen=True, slots=True)
class Version:
    """One building that is or was in use."""

    id: str
    title: str
    source: str
    """"import", "drawn" or "shipped"."""
    placed: float
    """When it was put in place the last time, POSIX seconds UTC; 0 for the shipped building before it ever was."""
    said: str
    """What the twin said then."""
    folder: Path

    @property
    def building(self) -> Path:
        """Its IMDF archive; the shipped building's is elsewhere."""
        return self.folder / "building"


class Versions:
    """The folder `var/site`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.link = folder / "building"
        self._home = folder / "versions"

    def in_use(self) -> Version:
        """The one in use."""
        if (self.link / "manifest.json").exists():
            found = self.find(self.link.resolve().parent.name) if self.link.is_symlink() else None
            return found or Version(OWN, "", "import", _written(self.link), "", self.link)
        return self._shipped() or Version(SHIPPED, "", SHIPPED, 0.0, "", self._home / SHIPPED)

    def settle(self) -> Version:
        """The one in use as a version with a folder of its own, made if it has none yet."""
        used = self.in_use()
        if used.id == OWN:  # somebody copied a folder there by hand
            own = self.add(self.link, "Copied by hand", "import")
            shutil.rmtree(self.link)
            self._point_at(own)
            return own
        return self.add(None, used.title, SHIPPED) if used.id == SHIPPED else used

    def earlier(self) -> list[Version]:
        """All that can be gone back to, the last one used first."""
        used = self.in_use().id
        return sorted((v for v in self._all() if v.id != used), key=lambda v: (-v.placed, v.id))

    def find(self, ident: str) -> Version | None:
        """The version with this id; None for an id that is none, whatever it holds."""
        if not isinstance(ident, str) or not _NAME.fullmatch(ident):
            return None
        folder = self._home / ident
        about = _read(folder / "about.json")
        title, source, placed = about.get("title"), about.get("source"), about.get("placed")
        if not isinstance(title, str) or not isinstance(source, str) or not isinstance(placed, int | float):
            return None
        return Version(ident, title, source, float(placed), str(about.get("said") or ""), folder)

    def add(self, building: Path | None, title: str, source: str, said: str = "") -> Version:
        """Copy a building (None for the shipped one) among the versions; it is not in use yet."""
        self._home.mkdir(parents=True, exist_ok=True)
        now = clock.wall()
        date = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
        number = 1 + max((int(m[1]) for p in self._home.iterdir() if (m := _NAME.fullmatch(p.name))), default=0)
        name = f"building-{number:04d}-{date}"
        making = self._home / f".{name}"
        try:
            making.mkdir()
            if building:
                shutil.copytree(building, making / "building")
            _write(making / "about.json", {"title": title, "source": source, "placed": now, "said": said})
            making.rename(self._home / name)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        return Version(name, title, source, now, said, self._home / name)

    def put_in_place(self, version: Version, said: str) -> None:
        """Make it the building in use, in one step."""
        placed = clock.wall()
        about = {"title": version.title, "source": version.source, "placed": placed, "said": said}
        _write(version.folder / "about.json", about)
        if version.source == SHIPPED:
            self.link.unlink(missing_ok=True)
            return
        (version.building / "manifest.json").touch()  # who has read this building before reads it again
        self._point_at(version)

    def _point_at(self, version: Version) -> None:
        fresh = self.link.with_name(".building")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(version.building.relative_to(self.folder))
        fresh.replace(self.link)

    def lay_down(self, version: Version) -> None:
        """Keep the lists as they are now with the version that they belong to."""
        for name, content in self.lists().items():
            _replace(version.folder / name, content)

    def lists(self, version: Version | None = None) -> dict[str, bytes | None]:
        """The lists that were laid down with a version, or those in use; None for one that does not exist."""
        folder = version.folder if version else self.folder
        return {name: _bytes(folder / name) for name in LISTS}

    def write_lists(self, lists: Mapping[str, bytes | None]) -> None:
        """Put lists in use; None takes one away."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, content in lists.items():
            _replace(self.folder / name, content)

    def tidy(self) -> None:
        """Remove the oldest of too many; never the one in use, nor the shipped one, which takes no room."""
        others = [v for v in self.earlier() if v.source != SHIPPED]
        for version in others[KEPT:]:
            shutil.rmtree(version.folder, ignore_errors=True)

    def _shipped(self) -> Version | None:
        return next((v for v in self._all() if v.source == SHIPPED), None)

    def _all(self) -> list[Version]:
        if not self._home.is_dir():
            return []
        return [v for path in self._home.iterdir() if (v := self.find(path.name))]


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, value: Mapping[str, Any]) -> None:
    _replace(path, json.dumps(dict(value), ensure_ascii=False).encode())


def _replace(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
