"""Bodies to plans: tessellate elements and look at them from above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import shapely
from shapely import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

THREADS = 2
_FLAT = 0.5
"""A face counts as level when the vertical part of its unit normal exceeds this."""
_GRID = 1e-4

Faces = Literal["floor", "level", "box"]


class Body(NamedTuple):
    """The plan of an element in metres, and its lowest and highest point."""

    shape: BaseGeometry
    z0: float
    z1: float


def bodies(
    model: Any,  # noqa: ANN401
    elements: Sequence[Any],
    faces: Faces,
    *,
    voids: bool = True,
    tell: Callable[[float], None] = lambda share: None,
) -> dict[int, Body]:
    """Plans by step id. Elements without a body, or with one that cannot be computed, are absent.

    `faces`: "floor" joins the faces that look down (rooms), "level" those that look up or down (walls), "box" takes
    the smallest rectangle around everything (doors). Without `voids`, walls are not cut by their doors and windows.
    """
    import ifcopenshell.geom  # noqa: PLC0415 - optional

    shown = [e for e in elements if getattr(e, "Representation", None)]
    if not shown:
        return {}
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("disable-opening-subtractions", not voids)
    found: dict[int, Body] = {}
    shapes = ifcopenshell.geom.iterator(settings, model, THREADS, include=shown)
    more = shapes.initialize()
    while more:
        item: Any = shapes.get()
        body = _body(item.geometry, faces)
        if body is not None:
            found[item.id] = body
        tell(shapes.progress() / 100)
        more = shapes.next()
    return found


def _body(geometry: Any, faces: Faces) -> Body | None:  # noqa: ANN401
    points = np.asarray(geometry.verts, dtype=float).reshape(-1, 3)
    triangles = points[np.asarray(geometry.faces, dtype=np.int64).reshape(-1, 3)]
    if not len(points) or not np.isfinite(points).all():
        return None
    if faces == "box":
        shape: BaseGeometry = shapely.minimum_rotated_rectangle(MultiPoint(points[:, :2]))
    else:
        shape = _seen_from_above(triangles, down_only=faces == "floor")
    if not isinstance(shape, Polygon) and shape.geom_type != "MultiPolygon":
        return None
    return None if shape.is_empty else Body(shape, float(points[:, 2].min()), float(points[:, 2].max()))


def _seen_from_above(triangles: np.ndarray, *, down_only: bool) -> BaseGeometry:
    """Union of the level triangles; where there are none (a face turned inside out, a slope), of all of them."""
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    length = np.linalg.norm(normal, axis=1)
    slope = np.divide(normal[:, 2], length, out=np.zeros_like(length), where=length > 1e-12)
    choices = ([slope < -_FLAT, slope > _FLAT] if down_only else [np.abs(slope) > _FLAT]) + [length > 1e-12]
    for chosen in choices:
        shape = _union(triangles[chosen][:, :, :2])
        if not shape.is_empty:
            return shape
    return Polygon()


def _union(triangles: np.ndarray) -> BaseGeometry:
    if not len(triangles):
        return Polygon()
    rings: Any = shapely.polygons(np.concatenate([triangles, triangles[:, :1]], axis=1))
    rings = rings[shapely.area(rings) > 1e-9]
    try:
        return shapely.union_all(rings, grid_size=_GRID)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapely.make_valid(rings))
