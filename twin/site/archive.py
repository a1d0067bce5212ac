"""Read and write IMDF archives: a folder or a zip of manifest.json and one .geojson a feature type."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape

from twin.errors import SiteError
from twin.site.schema import FORMS, REQUIRED_FILES, Archive, Feature, Problem

MAX_MEMBER_BYTES = 256 * 1024 * 1024
"""A file of an archive larger than this is refused rather than unpacked."""

DEGREE_DECIMALS = 9
"""0.1 mm on the ground."""

_ReadBytes = Callable[[str], bytes | None]


def read_archive(path: Path) -> tuple[Archive, list[Problem]]:
    """Parse the archive at `path`, a folder or a zip.

    Features that cannot be parsed are left out and named in the problems.

    Raises:
        SiteError: the path is neither a folder nor a readable zip.
    """
    if path.is_dir():
        return _read_members(lambda name: _read_file(path / name))
    if not path.exists():
        raise SiteError(f"No building at {path}. Set WARDLIGHT_BUILDING to an IMDF folder or zip.")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_members(lambda name: _read_zipped(archive, name))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise SiteError(f"{path} is not a zip that can be read ({error}). Export the IMDF archive again.") from error
    except OSError as error:
        raise SiteError(f"Cannot read {path}: {error.strerror or error}.") from error


def write_archive(folder: Path, manifest: Mapping[str, Any], features: Iterable[Feature]) -> None:
    """Write manifest.json and one .geojson a feature type into `folder`, one feature a line."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    by_type: dict[str, list[str]] = {}
    for feature in features:
        line = json.dumps(_geojson(feature), ensure_ascii=False, separators=(",", ":"))
        by_type.setdefault(feature.feature_type, []).append(line)
    for feature_type in FORMS.keys() - by_type.keys():
        (folder / f"{feature_type}.geojson").unlink(missing_ok=True)
    for feature_type, lines in by_type.items():
        body = ",\n".join(lines)
        text = f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'
        (folder / f"{feature_type}.geojson").write_text(text, encoding="utf-8")


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SiteError(f"Cannot read {path}: {error.strerror or error}.") from error


def _read_zipped(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """The member called `name`, at the top or in one folder, as people zip either way."""
    found = next((i for i in archive.infolist() if i.filename == name or i.filename.split("/")[1:] == [name]), None)
    if found is None:
        return None
    if found.file_size > MAX_MEMBER_BYTES:
        raise SiteError(f"{name} in the zip would unpack to {found.file_size} bytes; the limit is {MAX_MEMBER_BYTES}.")
    return archive.read(found)


def _read_members(read: _ReadBytes) -> tuple[Archive, list[Problem]]:
    problems: list[Problem] = []
    manifest = _parse("manifest.json", read, problems)
    if manifest is None:
        problems.append(Problem("manifest.json", "missing; every IMDF archive has one"))
    features: dict[str, tuple[Feature, ...]] = {}
    for feature_type in FORMS:
        name = f"{feature_type}.geojson"
        collection = _parse(name, read, problems)
        if collection is not None:
            features[feature_type] = tuple(_features(feature_type, collection, problems))
        elif feature_type in REQUIRED_FILES and not any(p.where == name for p in problems):
            problems.append(Problem(name, "missing; an IMDF archive must have it"))
    return Archive(manifest or {}, features), problems


def _parse(name: str, read: _ReadBytes, problems: list[Problem]) -> dict[str, Any] | None:
    raw = read(name)
    if raw is None:
        return None
    try:
        parsed = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        problems.append(Problem(name, f"is not JSON in UTF-8 ({error}); export it again"))
        return {}
    if not isinstance(parsed, dict):
        problems.append(Problem(name, "must hold one JSON object"))
        return {}
    return parsed


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _features(feature_type: str, collection: dict[str, Any], problems: list[Problem]) -> Iterable[Feature]:
    name = f"{feature_type}.geojson"
    rows = collection.get("features", [] if not collection else None)
    if not isinstance(rows, list):
        problems.append(Problem(name, 'must be a FeatureCollection with a list "features"'))
        return
    for number, row in enumerate(rows):
        feature = _feature(feature_type, f"{name} feature {number}", row, problems)
        if feature is not None:
            yield feature


def _feature(feature_type: str, where: str, row: Any, problems: list[Problem]) -> Feature | None:  # noqa: ANN401
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        problems.append(Problem(where, "must be a Feature with a text id"))
        return None
    where = f"{feature_type} {row['id']}"
    if row.get("feature_type", feature_type) != feature_type:
        problems.append(Problem(where, f"has feature_type {row['feature_type']!r} in {feature_type}.geojson"))
        return None
    properties = row.get("properties")
    if not isinstance(properties, dict):
        problems.append(Problem(where, "has no properties"))
        return None
    try:
        geometry = shape(row["geometry"]) if row.get("geometry") is not None else None
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        problems.append(Problem(where, f"has a geometry that cannot be read ({error})"))
        return None
    return Feature(row["id"], feature_type, geometry, properties)


def _geojson(feature: Feature) -> dict[str, Any]:
    geometry = feature.geometry
    return {
        "id": feature.id,
        "type": "Feature",
        "feature_type": feature.feature_type,
        "geometry": None if geometry is None else _rounded(geometry),
        "properties": feature.properties,
    }


def _rounded(geometry: shapely.Geometry) -> dict[str, Any]:
    return mapping(shapely.transform(geometry, lambda points: points.round(DEGREE_DECIMALS)))  # pyright: ignore[reportArgumentType]
