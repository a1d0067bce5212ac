"""The files of a site that are written at run time: replaced at once, and the older ones kept."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from twin import clock

KEPT = 50
"""Older versions kept of each file."""


def revision(path: Path) -> str:
    """A short text that changes with the content of a file; "" when there is none."""
    try:
        return hashlib.blake2s(path.read_bytes(), digest_size=8).hexdigest()
    except FileNotFoundError:
        return ""


class Shelf:
    """The folder `var/site` with its `versions`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._versions = folder / "versions"

    def replace(self, path: Path, content: bytes, before: Path | None = None) -> None:
        """Write `path` so that readers see all of the old or all of the new, and keep the old.

        Args:
            path: A file of this folder.
            content: What it will hold; nothing happens when it holds that already.
            before: What was used until now, where that was another file.
        """
        if path.exists() and path.read_bytes() == content:
            return
        self.keep(before or path, path.stem)
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def remove(self, path: Path) -> None:
        """Take a file away; it stays among the versions."""
        self.keep(path, path.stem)
        path.unlink(missing_ok=True)

    def keep(self, path: Path, stem: str) -> None:
        """Copy a file, when there is one, to `versions/STEM-NUMBER-DATE.csv`."""
        if not path.exists():
            return
        self._versions.mkdir(parents=True, exist_ok=True)
        older = self._of(stem)
        number = 1 + max((n for n, _ in older), default=0)
        date = datetime.fromtimestamp(clock.wall(), UTC).strftime("%Y%m%d-%H%M%S")
        (self._versions / f"{stem}-{number:04d}-{date}.csv").write_bytes(path.read_bytes())
        for _, surplus in older[: max(0, len(older) + 1 - KEPT)]:
            surplus.unlink(missing_ok=True)

    def _of(self, stem: str) -> list[tuple[int, Path]]:
        """Versions of a file by number, oldest first."""
        form = re.compile(rf"{re.escape(stem)}-(\d+)-")
        return sorted((int(m[1]), p) for p in self._versions.glob(f"{stem}-*.csv") if (m := form.match(p.name)))
