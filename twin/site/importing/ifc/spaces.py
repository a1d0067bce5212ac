"""IfcSpace to rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from twin.site.importing.clean import areas
from twin.site.importing.found import FoundRoom
from twin.site.importing.ifc import names
from twin.site.importing.ifc.plans import Body
from twin.site.importing.ifc.storeys import placement
from twin.site.importing.ifc.units import Units
from twin.site.importing.kinds import room_kind

_CURVES = ("footprint", "annotation", "plan")


def label(space: Any) -> str:  # noqa: ANN401
    """Names a space in a problem."""
    number, name = names.text(space.Name), names.text(getattr(space, "LongName", None))
    return f"Room {' '.join(part for part in (number, name) if part) or '(no name)'} [{space.GlobalId}]"


def room(space: Any, key: str, body: Body, units: Units) -> FoundRoom | None:  # noqa: ANN401
    """The room of a space with its plan; None if the plan has no area."""
    shape = areas(body.shape)
    if shape.is_empty:
        return None
    sets = names.psets(space)
    code, class_names = names.classification(space)
    zones = names.zones(space)
    number, name = names.text(space.Name), names.text(getattr(space, "LongName", None))
    words = (name, number, names.use(sets), names.text(space.ObjectType), class_names, *(z[0] for z in zones))
    kind = room_kind(code, *words)
    height = body.z1 - body.z0
    return FoundRoom(
        key=key,
        number=number,
        name=name or names.text(space.Description) or number,
        shape=shape,
        space_type=kind.space_type,
        category=kind.category,
        department=names.department(sets, zones),
        height=round(height, 3) if height > 0.5 else None,
        net_area=names.stated_area(sets, units.area, shape.area),
        omniclass=code,
        zones=tuple(z[0] for z in zones if z[0]),
    )


def drawn_outline(space: Any, units: Units) -> Body | None:  # noqa: ANN401
    """The plan of a space without a body, from the curves of its foot print; None if it has none."""
    shown = getattr(space, "Representation", None)
    for shape in getattr(shown, "Representations", None) or ():
        if str(shape.RepresentationIdentifier or "").lower() in _CURVES:
            plan = _closed_curves(shape, placement(space, units))
            if plan is not None:
                height = float(placement(space, units)[2, 3])
                return Body(plan, height, height)
    return None


def _closed_curves(representation: Any, matrix: np.ndarray) -> BaseGeometry | None:  # noqa: ANN401
    import ifcopenshell.geom  # noqa: PLC0415 - optional

    settings = ifcopenshell.geom.settings()
    settings.set("dimensionality", ifcopenshell.ifcopenshell_wrapper.CURVES_SURFACES_AND_SOLIDS)
    try:
        geometry: Any = ifcopenshell.geom.create_shape(settings, representation)
    except RuntimeError:
        return None
    points = np.asarray(geometry.verts, dtype=float).reshape(-1, 3)
    flat = (points @ matrix[:3, :3].T + matrix[:3, 3])[:, :2]
    edges = np.asarray(geometry.edges, dtype=np.int64).reshape(-1, 2)
    return _faces_of([LineString(flat[edge]) for edge in edges if edge[0] != edge[1]])


def _faces_of(lines: Sequence[LineString]) -> BaseGeometry | None:
    """What closed lines enclose; a ring within a ring is a hole."""
    if not lines:
        return None
    noded = shapely.union_all(list(lines), grid_size=1e-4)
    rings = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    plan: BaseGeometry = shapely.Polygon()
    for ring in sorted((shapely.Polygon(r.exterior) for r in rings), key=lambda r: -r.area):
        plan = plan.symmetric_difference(ring)
    return None if plan.is_empty else plan
