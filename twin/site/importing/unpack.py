"""What kind of building file is this? By its content, not by the end of its name."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from twin.errors import SiteError
from twin.site.importing.ifc.opening import HEAD
from twin.site.importing.sections import is_section

LARGEST_BYTES = 2 * 1024**3
"""A file that unpacks to more than this is refused."""
LARGEST_PLAN_BYTES = 64 * 1024**2
_KNOWN = (
    "It must be an IFC model (.ifc, .ifczip, .ifc.gz), an IMDF archive (folder or zip), "
    "or plan sections (level-N.json, one, a folder or a zip)."
)


class Source(NamedTuple):
    """A building file: an IFC file or an IMDF archive at `path`, or the contents of plan sections."""

    kind: Literal["ifc", "imdf", "sections"]
    path: Path
    sections: list[tuple[str, bytes]]


@contextmanager
def unpacked(path: Path) -> Iterator[Source]:
    """Tell what `path` is, unpacked to a temporary place if need be.

    Raises:
        SiteError: it cannot be read, or is nothing that the twin knows.
    """
    with tempfile.TemporaryDirectory(prefix="wardlight-") as scratch:
        try:
            yield _source(path, Path(scratch), depth=0)
        except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise SiteError(f"{path.name} is damaged and cannot be unpacked ({error}). Copy it again.") from error
        except OSError as error:
            raise SiteError(f"Cannot read {path}: {error.strerror or error}.") from error


def _source(path: Path, scratch: Path, depth: int) -> Source:
    if not path.exists():
        raise SiteError(f"There is nothing at {path}.")
    if path.is_dir():
        return _folder(path, scratch, depth)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise SiteError(f"{path.name} is empty.")
    if head.startswith(b"\x1f\x8b") and depth == 0:
        return _gunzipped(path, scratch)
    if head.startswith(b"PK"):
        return _zipped(path, scratch)
    if HEAD in head:
        return Source("ifc", path, [])
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        content = _plan(path)
        if content is not None:
            return Source("sections", path, [content])
    raise SiteError(f"{path.name} is no building that can be read. {_KNOWN}")


def _folder(path: Path, scratch: Path, depth: int) -> Source:
    if (path / "manifest.json").exists() or any(path.glob("*.geojson")):
        return Source("imdf", path, [])
    plans = [plan for file in sorted(path.glob("*.json")) if (plan := _plan(file))]
    if plans:
        return Source("sections", path, plans)
    models = sorted(f for f in path.iterdir() if f.name.lower().endswith((".ifc", ".ifczip", ".ifc.gz")))
    if len(models) == 1:
        return _source(models[0], scratch, depth)
    if models:
        raise SiteError(f"{path} holds {len(models)} IFC models ({', '.join(m.name for m in models[:5])}); give one.")
    raise SiteError(f"{path} holds no building. {_KNOWN}")


def _plan(file: Path) -> tuple[str, bytes] | None:
    """Name and content of a plan section; None if the file is something else."""
    if file.stat().st_size > LARGEST_PLAN_BYTES:
        return None
    raw = file.read_bytes()
    try:
        return (file.name, raw) if is_section(json.loads(raw.decode("utf-8-sig"))) else None
    except (ValueError, RecursionError):
        return None


def _gunzipped(path: Path, scratch: Path) -> Source:
    target = scratch / "unpacked"
    with gzip.open(path) as packed:
        _copy(packed, target, path.name)  # pyright: ignore[reportArgumentType]
    source = _source(target, scratch, 1)
    named = [(path.name, raw) for _, raw in source.sections]
    return Source(source.kind, source.path, named)


def _zipped(path: Path, scratch: Path) -> Source:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        names = [m.filename.rpartition("/")[2] for m in members]
        if "manifest.json" in names or any(name.endswith(".geojson") for name in names):
            return Source("imdf", path, [])
        wanted = [
            (m, n) for m, n in zip(members, names, strict=True) if n.lower().endswith((".ifc", ".ifc.gz", ".json"))
        ]
        models = [pair for pair in wanted if not pair[1].lower().endswith(".json")]
        if len(models) > 1:
            raise SiteError(f"{path.name} holds {len(models)} IFC models; give one.")
        inside = scratch / "members"
        inside.mkdir()
        for member, name in models or wanted:
            if member.file_size > LARGEST_BYTES:
                raise SiteError(f"{name} in {path.name} would unpack to {member.file_size} bytes; that is too much.")
            try:
                with archive.open(member) as packed:
                    _copy(packed, inside / name, name)  # pyright: ignore[reportArgumentType]
            except RuntimeError as error:  # a password
                raise SiteError(f"{path.name} cannot be unpacked ({error}).") from error
    if not wanted:
        raise SiteError(f"{path.name} holds no building. {_KNOWN}")
    return _folder(inside, scratch, 0)


def _copy(packed: BinaryIO, target: Path, name: str) -> None:
    """Copy at most `LARGEST_BYTES`."""
    with target.open("wb") as out:
        for chunk in iter(lambda: packed.read(1 << 20), b""):
            if out.tell() > LARGEST_BYTES:
                raise SiteError(f"{name} unpacks to more than {LARGEST_BYTES} bytes; that is too much for a building.")
            out.write(chunk)


def copy_rest(source: Path, out: Path, known: frozenset[str]) -> None:
    """Copy the feature types of an IMDF folder or zip that the twin leaves alone, byte for byte."""
    if source.is_dir():
        for file in source.glob("*.geojson"):
            if file.name not in known:
                shutil.copyfile(file, out / file.name)
        return
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            name = member.filename.rpartition("/")[2]
            if name.endswith(".geojson") and name not in known and member.filename.count("/") <= 1:
                if member.file_size > LARGEST_PLAN_BYTES * 4:
                    raise SiteError(f"{name} in {source.name} would unpack to {member.file_size} bytes.")
                with archive.open(member) as packed:
                    _copy(packed, out / name, name)  # pyright: ignore[reportArgumentType]
