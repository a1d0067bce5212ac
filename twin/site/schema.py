"""What IMDF 1.0.0 asks of each feature type, as far as the twin reads it, and our declared extension.

Source: OGC 20-094 (Indoor Mapping Data Format 1.0.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry

IMDF_VERSION = "1.0.0"
EXTENSION = "imdf:extension:wardlight:twin#1.0.0"
"""Adds level.elevation, level.height, unit.space_type, .department, .number, .height, .bed_ids, venue.local_frame."""


class Problem(NamedTuple):
    """One fault of an archive. `fatal` means that the twin cannot use the archive with it."""

    where: str
    what: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Feature:
    """One IMDF feature. `geometry` is in longitude and latitude."""

    id: str
    feature_type: str
    geometry: BaseGeometry | None
    properties: Mapping[str, Any]

    @property
    def where(self) -> str:
        """Names the feature in a problem."""
        return f"{self.feature_type} {self.id}"


@dataclass(frozen=True, slots=True)
class Archive:
    """A parsed archive: the manifest, and the features by type."""

    manifest: Mapping[str, Any]
    features: Mapping[str, tuple[Feature, ...]]

    def of(self, feature_type: str) -> tuple[Feature, ...]:
        """The features of one type, maybe none."""
        return self.features.get(feature_type, ())


class Form(NamedTuple):
    """Shape of one feature type: allowed geometries, keys that need a value, keys that may be null."""

    geometries: tuple[str | None, ...]
    needed: tuple[str, ...]
    nullable: tuple[str, ...] = ()


_AREA = ("Polygon", "MultiPolygon")
_NAMED = ("name", "alt_name", "display_point")

FORMS: Mapping[str, Form] = {
    "address": Form(
        (None,),
        ("address", "locality", "country"),
        ("unit", "province", "postal_code", "postal_code_ext", "postal_code_vanity"),
    ),
    "venue": Form(
        _AREA,
        ("category", "name", "display_point", "address_id"),
        ("restriction", "alt_name", "hours", "website", "phone"),
    ),
    "building": Form((None,), ("category",), ("restriction", *_NAMED, "address_id")),
    "footprint": Form(_AREA, ("category", "building_ids"), ("name",)),
    "level": Form(
        _AREA,
        ("category", "outdoor", "ordinal", "name", "short_name", "building_ids"),
        ("restriction", "display_point", "address_id"),
    ),
    "unit": Form(_AREA, ("category", "level_id"), ("restriction", "accessibility", *_NAMED)),
    "opening": Form(("LineString",), ("category", "level_id"), ("accessibility", "access_control", "door", *_NAMED)),
    "fixture": Form(_AREA, ("category", "level_id"), ("name", "alt_name", "anchor_id", "display_point")),
    "section": Form(
        _AREA,
        ("category", "level_id"),
        ("restriction", "accessibility", *_NAMED, "address_id", "correlation_id", "parents"),
    ),
    "relationship": Form(
        (None, "Point", "LineString", *_AREA),
        ("category", "direction"),
        ("origin", "intermediary", "destination", "hours"),
    ),
}
"""The feature types that the twin reads. Others may be in the archive; they are left alone."""

REQUIRED_FILES = ("address", "venue", "building", "level", "unit")

REFERENCES: Mapping[str, str] = {
    "address_id": "address",
    "level_id": "level",
    "building_ids": "building",
    "level_ids": "level",
    "unit_ids": "unit",
    "parents": "section",
}
"""Property key to the feature type that its ids must name."""

VERTICAL = ("elevator", "stairs", "escalator", "ramp")
"""Relationship categories that lead from level to level."""
