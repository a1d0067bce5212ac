"""Drafts of the plan editor on disk: `var/drafts/ID` with draft.json, level-N.png, and the archive it began as.

The web process writes them; nothing else of the site depends on them until one is finished.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import msgspec

from twin import clock
from twin.site.archive import read_archive, write_archive
from twin.site.drawing.draft import Draft
from twin.site.schema import Archive

MOST = 40
"""Drafts kept."""
MOST_JSON = 6 * 1024 * 1024
MOST_PICTURES = 40
"""Pictures of one draft; those that no level shows make room."""
MOST_PICTURE_BYTES = 400 * 1024 * 1024

_ID = re.compile(r"[0-9a-f]{24}")
_PICTURE = re.compile(r"level-(\d{1,4})\.png")


class DraftError(Exception):
    """A draft that cannot be kept. `code` says why: a key of `components.editor_words`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Stored(NamedTuple):
    """A draft as it is on disk."""

    draft: Draft
    revision: str


class Listed(NamedTuple):
    """A draft in the list. `at` is POSIX seconds UTC of the last change."""

    id: str
    title: str
    at: float
    levels: int
    rooms: int
    area: float


@dataclass(frozen=True)
class Drafts:
    """All drafts of a site."""

    home: Path

    def folder(self, ident: str) -> Path:
        """The folder of a draft.

        Raises:
            DraftError: there is no such draft.
        """
        folder = self.home / ident
        if not _ID.fullmatch(ident) or not (folder / "draft.json").is_file():
            raise DraftError("gone")
        return folder

    def listing(self) -> list[Listed]:
        """Every draft that can be read, the last changed first."""
        found = []
        for path in self.home.glob("*/draft.json"):
            try:
                draft, at = _decode(path.read_bytes()), path.stat().st_mtime
            except (OSError, DraftError):
                continue
            rooms = [room for level in draft.levels for room in level.rooms]
            area = sum(abs(_area(part)) for room in rooms for part in room.shape)
            found.append(Listed(path.parent.name, draft.title, at, len(draft.levels), len(rooms), area))
        return sorted(found, key=lambda one: -one.at)

    def make(self, draft: Draft, base: Archive | None = None) -> str:
        """Keep a new draft; `base` is the archive that it began as.

        Raises:
            DraftError: there are too many.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in self.home.glob("*/draft.json")) >= MOST:
            raise DraftError("too_many")
        ident = token_hex(12)
        making = self.home / f".{ident}"
        making.mkdir()
        try:
            if base:
                features = (feature for group in base.features.values() for feature in group)
                write_archive(making / "base", base.manifest, features)
            (making / "draft.json").write_bytes(msgspec.json.encode(draft))
            making.rename(self.home / ident)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        return ident

    def read(self, ident: str) -> Stored:
        """A draft and its revision."""
        raw = (self.folder(ident) / "draft.json").read_bytes()
        return Stored(_decode(raw), _revision(raw))

    def base(self, ident: str) -> Archive | None:
        """The archive that a draft began as."""
        folder = self.folder(ident) / "base"
        return read_archive(folder)[0] if folder.is_dir() else None

    def save(self, ident: str, raw: bytes, revision: str) -> str:
        """Write a draft that was changed from `revision` ("" = whatever is there); its new revision.

        Raises:
            DraftError: it is too large or malformed, or somebody else has changed it meanwhile.
        """
        path = self.folder(ident) / "draft.json"
        if len(raw) > MOST_JSON:
            raise DraftError("too_large")
        draft = _decode(raw)
        if revision and _revision(path.read_bytes()) != revision:
            raise DraftError("meanwhile")
        body = msgspec.json.encode(draft)
        fresh = path.with_name(f".draft-{token_hex(4)}")
        fresh.write_bytes(body)
        fresh.replace(path)
        return _revision(body)

    def remove(self, ident: str) -> None:
        """Remove a draft with its pictures."""
        gone = self.home / f".{ident}-gone"
        self.folder(ident).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def add_picture(self, ident: str, png: bytes) -> int:
        """Keep a picture; its number.

        Raises:
            DraftError: the draft holds too many or too large ones.
        """
        folder = self.folder(ident)
        have = self._pictures(folder)
        if len(have) >= MOST_PICTURES or sum(path.stat().st_size for path in have.values()) > MOST_PICTURE_BYTES:
            shown = {level.picture.file for level in self.read(ident).draft.levels if level.picture}
            for number in have.keys() - shown:
                have.pop(number).unlink(missing_ok=True)
        if len(have) >= MOST_PICTURES:
            raise DraftError("too_many_pictures")
        number = max(have, default=0) + 1
        fresh = folder / f".picture-{token_hex(4)}"
        fresh.write_bytes(png)
        fresh.replace(folder / f"level-{number}.png")
        return number

    def picture(self, ident: str, number: int) -> Path:
        """The file of a picture.

        Raises:
            DraftError: there is none.
        """
        path = self.folder(ident) / f"level-{int(number)}.png"
        if not path.is_file():
            raise DraftError("gone")
        return path

    def _pictures(self, folder: Path) -> dict[int, Path]:
        found = ((_PICTURE.fullmatch(path.name), path) for path in folder.iterdir())
        return {int(match[1]): path for match, path in found if match}


def now_text() -> str:
    """The moment, as an archive's manifest writes it."""
    return datetime.fromtimestamp(clock.wall(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _decode(raw: bytes) -> Draft:
    try:
        return msgspec.json.decode(raw, type=Draft)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DraftError("malformed", str(error)[:200]) from error


def _revision(raw: bytes) -> str:
    return hashlib.blake2s(raw, digest_size=12).hexdigest()


def _area(part: tuple[tuple[tuple[float, float], ...], ...]) -> float:
    """Area of a polygon: its outer ring less its holes."""
    sizes = [abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(r, (*r[1:], *r[:1]), strict=True))) / 2 for r in part]
    return sizes[0] - sum(sizes[1:]) if sizes else 0.0
