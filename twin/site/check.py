"""Find what is wrong with an IMDF archive, first by its form, then by its geometry."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from twin.site.schema import FORMS, IMDF_VERSION, REFERENCES, REQUIRED_FILES, Archive, Feature, Form, Problem

OVERLAP_M2 = 0.05
"""Two rooms may overlap by this much, square metres, before it is a fault."""
LEVEL_SLACK_M = 0.2
SLIVER_M = 0.1
LARGEST_M = 5000.0
"""Nothing of a site lies further from its origin, metres."""
DOOR_REACH_M = 0.35
"""A door lies this close to a room's edge, or it belongs to none."""
DOOR_LENGTH_M = (0.4, 6.0)


def check_form(archive: Archive) -> list[Problem]:
    """Check keys, ids, references, labels and geometry kinds. Needs no coordinates in metres."""
    problems: list[Problem] = []
    version = archive.manifest.get("version")
    if archive.manifest and version != IMDF_VERSION:
        problems.append(Problem("manifest.json", f"version is {version!r}, expected {IMDF_VERSION!r}", fatal=False))
    features = [f for group in archive.features.values() for f in group]
    problems += [
        Problem(f"{kind}.geojson", "has no feature") for kind in REQUIRED_FILES if archive.features.get(kind) == ()
    ]
    problems += [Problem(i, f"is the id of {n} features") for i, n in Counter(f.id for f in features).items() if n > 1]
    kinds = {f.id: f.feature_type for f in features}
    for feature in features:
        problems += _check_properties(feature, FORMS[feature.feature_type])
        problems += _check_references(feature, kinds)
        problems += _check_geometry_kind(feature, FORMS[feature.feature_type])
    problems += _check_ordinals(archive.of("level"))
    numbers = Counter(str(u.properties["number"]) for u in archive.of("unit") if u.properties.get("number"))
    problems += [
        Problem("unit.geojson", f"{n} units have number {i}", fatal=False) for i, n in numbers.items() if n > 1
    ]
    return problems


def _check_properties(feature: Feature, form: Form) -> Iterator[Problem]:
    given = feature.properties
    for key in form.needed:
        if given.get(key) is None:
            yield Problem(feature.where, f"lacks {key}")
    for key in form.nullable:
        if key not in given:
            yield Problem(feature.where, f"lacks the key {key} (null is allowed)", fatal=False)
    for key in ("name", "short_name", "alt_name"):
        value = given.get(key)
        if value is not None and not _is_labels(value):
            yield Problem(feature.where, f'{key} must be labels such as {{"en": "..."}}')
    ordinal = given.get("ordinal")
    if feature.feature_type == "level" and ordinal is not None and not isinstance(ordinal, int):
        yield Problem(feature.where, f"ordinal must be a whole number, not {ordinal!r}")
    for key in ("elevation", "height"):
        value = given.get(key)
        if value is not None and not _is_number(value):
            yield Problem(feature.where, f"{key} must be metres, not {value!r}")


def _is_labels(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(isinstance(v, str) for v in value.values())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_references(feature: Feature, kinds: Mapping[str, str]) -> Iterator[Problem]:
    for key, kind in REFERENCES.items():
        value = feature.properties.get(key)
        if value is None:
            continue
        if not isinstance(value, str if key.endswith("_id") else list):
            yield Problem(feature.where, f"{key} must be {'an id' if key.endswith('_id') else 'a list of ids'}")
            continue
        for target in [value] if isinstance(value, str) else value:
            if not isinstance(target, str) or kinds.get(target) != kind:
                yield Problem(feature.where, f"{key} names {target!r}, which is no {kind} of this archive")
    if feature.feature_type == "relationship":
        for target in linked_ids(feature):
            if target not in kinds:
                yield Problem(feature.where, f"leads to {target!r}, which is not in this archive")


def linked_ids(relationship: Feature) -> list[str]:
    """The ids that a relationship joins, in its order: origin, intermediaries, destination."""
    given = relationship.properties
    intermediary = given.get("intermediary")
    middle = intermediary if isinstance(intermediary, list) else []
    ends: list[Any] = [given.get("origin"), *middle, given.get("destination")]
    return [str(end.get("id")) for end in ends if isinstance(end, Mapping)]


def _check_geometry_kind(feature: Feature, form: Form) -> Iterator[Problem]:
    geometry = feature.geometry
    kind = None if geometry is None else geometry.geom_type
    if kind not in form.geometries:
        allowed = " or ".join(str(g) for g in form.geometries)
        yield Problem(feature.where, f"has geometry {kind}, expected {allowed}")
    if geometry is None:
        return
    coordinates = shapely.get_coordinates(geometry)
    if geometry.is_empty or not coordinates.size:
        yield Problem(feature.where, "has an empty geometry")
        return
    if not (abs(coordinates[:, 0]).max() <= 180 and abs(coordinates[:, 1]).max() <= 90):  # also catches NaN
        yield Problem(feature.where, "has coordinates that are no longitude and latitude")
    elif abs(coordinates).max() < 0.1:
        yield Problem(feature.where, "lies at longitude 0, latitude 0; give the building its place")
    elif not geometry.is_valid:
        yield Problem(feature.where, f"is not a valid shape: {shapely.is_valid_reason(geometry)}")


def _check_ordinals(levels: tuple[Feature, ...]) -> Iterator[Problem]:
    ordinals = sorted(f.properties["ordinal"] for f in levels if isinstance(f.properties.get("ordinal"), int))
    for ordinal, count in Counter(ordinals).items():
        if count > 1:
            yield Problem("level.geojson", f"{count} levels have ordinal {ordinal}")
    for below, above in pairwise(sorted(set(ordinals))):
        if above - below > 1:
            yield Problem("level.geojson", f"no level has an ordinal between {below} and {above}", fatal=False)


def check_geometry(archive: Archive, local: Mapping[str, BaseGeometry]) -> list[Problem]:
    """Check shapes against each other; `local` maps feature ids to shapes in metres.

    Assumes that `check_form` found nothing fatal.
    """
    problems = [*_check_scale(archive, local)]
    if problems:
        return problems
    for level in archive.of("level"):
        units = [u for u in archive.of("unit") if u.properties["level_id"] == level.id]
        shapes = [local[u.id] for u in units]
        if not units:
            problems.append(Problem(level.where, "has no unit", fatal=False))
            continue
        problems += _check_units(units, shapes, local[level.id])
        problems += _check_overlaps(units, shapes)
        doors = [o for o in archive.of("opening") if o.properties["level_id"] == level.id]
        problems += _check_doors(doors, local, shapes)
    return problems


def _check_scale(archive: Archive, local: Mapping[str, BaseGeometry]) -> Iterator[Problem]:
    """Find shapes that are far too large for a building or vanish when rounded to millimetres."""
    for group in archive.features.values():
        for feature in group:
            shape = local.get(feature.id)
            if shape is None:
                continue
            x0, y0, x1, y1 = shape.bounds
            if not max(abs(v) for v in (x0, y0, x1, y1)) <= LARGEST_M:  # also catches NaN
                yield Problem(feature.where, f"lies more than {LARGEST_M:.0f} m from the site's origin")
            elif not shape.is_valid:
                yield Problem(feature.where, f"is not a valid shape in millimetres: {shapely.is_valid_reason(shape)}")


def _check_units(units: list[Feature], shapes: list[BaseGeometry], level: BaseGeometry) -> Iterator[Problem]:
    roomy = level.buffer(LEVEL_SLACK_M)
    shapely.prepare(roomy)
    for unit, shape in zip(units, shapes, strict=True):
        if not roomy.covers(shape):
            yield Problem(unit.where, "reaches out of its level", fatal=False)
        if shape.buffer(-SLIVER_M / 2).is_empty:
            yield Problem(unit.where, f"is thinner than {SLIVER_M} m everywhere", fatal=False)


def _check_overlaps(units: list[Feature], shapes: list[BaseGeometry]) -> Iterator[Problem]:
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in zip(left, right, strict=True):
        if a < b:
            area = shapes[a].intersection(shapes[b]).area
            if area > OVERLAP_M2:
                what = f"overlaps {units[b].where} by {area:.2f} m2"
                if _declared(units[a], units[b]):
                    yield Problem(units[a].where, f"{what}, as its source draws it; the smaller room wins", fatal=False)
                else:
                    yield Problem(units[a].where, what)


def _declared(one: Feature, other: Feature) -> bool:
    """Tell whether an importer wrote that its source means the two rooms to overlap."""
    return any(
        isinstance(listed := a.properties.get("overlaps"), list) and b.id in listed
        for a, b in ((one, other), (other, one))
    )


def _check_doors(
    doors: Iterable[Feature], local: Mapping[str, BaseGeometry], shapes: list[BaseGeometry]
) -> Iterator[Problem]:
    edges = shapely.union_all([s.boundary for s in shapes])
    for door in doors:
        line = local[door.id]
        if not DOOR_LENGTH_M[0] <= line.length <= DOOR_LENGTH_M[1]:
            yield Problem(door.where, f"is {line.length:.2f} m wide", fatal=False)
        if line.distance(edges) > DOOR_REACH_M:
            yield Problem(door.where, "touches no unit", fatal=False)
