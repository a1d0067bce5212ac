"""IfcDoor, and gaps in walls without a door, to the lines that people cross."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from twin.site.importing.found import FoundDoor
from twin.site.importing.ifc.names import text
from twin.site.importing.ifc.plans import Body
from twin.site.importing.ifc.storeys import placement
from twin.site.importing.ifc.units import Units

_KINDS = (
    ("SLIDING", "sliding"), ("REVOLVING", "revolving"), ("ROLLINGUP", "shutter"), ("ROLLING", "shutter"),
    ("FOLDING", "movablepartition"), ("SWING", "swinging"), ("ACTING", "swinging"),
)  # fmt: skip
_WORDS = (
    ("slid", "sliding"), ("schieb", "sliding"), ("couliss", "sliding"), ("revolv", "revolving"), ("dreht", "revolving"),
    ("roll", "shutter"), ("shutter", "shutter"), ("fold", "movablepartition"), ("falt", "movablepartition"),
)  # fmt: skip
_SQUARE = 0.6
"""A box whose sides differ by less than this ratio does not tell which way its door stands: a leaf was drawn open."""
_STEP_M = 0.25
"""A gap in a wall that begins higher above its floor is a window or a hatch."""
_HEADROOM_M = 1.7


def door(element: Any, key: str, boxes: Mapping[int, Body], units: Units) -> FoundDoor | None:  # noqa: ANN401
    """The door with its opening line; None if neither its opening nor its own body has a shape."""
    opening = next((r.RelatingOpeningElement for r in getattr(element, "FillsVoids", None) or ()), None)
    body = boxes.get(opening.id()) if opening is not None else None
    own = body is None
    body = body or boxes.get(element.id())
    if body is None:
        return None
    stated = getattr(element, "OverallWidth", None)
    width = float(stated) * units.length if stated else None
    line = _across(body.shape, width, _direction(element, units) if own else None)
    if line is None:
        return None
    return FoundDoor(key, line, _kind(element), text(element.Name), round(body.z1 - body.z0, 3))


def gap(key: str, body: Body, floor: float) -> FoundDoor | None:
    """The gap that an opening without a door or window makes, if a person can walk through it."""
    if body.z0 > floor + _STEP_M or body.z1 - max(body.z0, floor) < _HEADROOM_M:
        return None
    line = _across(body.shape, None, None)
    return FoundDoor(key, line, "open", "", round(body.z1 - body.z0, 3)) if line is not None else None


def middle_line(shape: BaseGeometry) -> LineString | None:
    """The line along the middle of a long thin shape."""
    return _across(shape, None, None)


def _across(shape: BaseGeometry, width: float | None, along: np.ndarray | None) -> LineString | None:
    """The middle line of the smallest rectangle around `shape`, along the side that is the door's width.

    That is the long side; where the sides are alike, the one along `along`, else the one nearer to `width`.
    """
    box = shapely.minimum_rotated_rectangle(shape)
    corners = shapely.get_coordinates(box)
    if box.geom_type != "Polygon" or len(corners) < 4:
        return None
    sides = corners[1:3] - corners[0:2]
    length = np.hypot(sides[:, 0], sides[:, 1])
    if length.max() < 0.05:
        return None
    pick = int(length.argmax())
    if length.min() > _SQUARE * length.max():
        if along is not None:
            pick = int(np.abs(sides @ along / np.maximum(length, 1e-9)).argmax())
        elif width:
            pick = int(np.abs(length - width).argmin())
    centre, half = corners[:4].mean(axis=0), sides[pick] / 2
    return LineString([centre - half, centre + half])


def _direction(element: Any, units: Units) -> np.ndarray | None:  # noqa: ANN401
    """The door's own x axis in plan, which runs along its wall."""
    axis = placement(element, units)[:2, 0]
    length = math.hypot(*axis)
    return axis / length if length > 0.1 else None


def _kind(element: Any) -> str:  # noqa: ANN401
    import ifcopenshell.util.element  # noqa: PLC0415 - optional

    kind = ifcopenshell.util.element.get_type(element)
    operation = str(getattr(element, "OperationType", None) or getattr(kind, "OperationType", None) or "")
    for part, found in _KINDS:
        if part in operation:
            return found
    words = f"{text(element.Name)} {text(getattr(kind, 'Name', None))}".lower()
    return next((found for part, found in _WORDS if part in words), "swinging")
