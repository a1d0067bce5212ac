"""Storeys of an IFC model, and which one a thing stands on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from twin.site.importing.ifc.units import Units

SAME_FLOOR_M = 0.1
"""Storeys nearer to each other than this are one floor; those of different buildings within `WINGS_M`."""
WINGS_M = 1.0
_BELOW_M = 0.5
"""A thing may begin this far below the floor that it stands on."""
_NEW_FLOOR_M = 1.5
"""Without storeys, rooms whose floors differ by more than this are on different floors."""


class Storey(NamedTuple):
    """One floor of the model; several IfcBuildingStorey where wings are modelled apart."""

    key: str
    name: str
    elevation: float
    """As the file states it, metres."""
    z: float
    """Of its placement, in the frame of the geometry."""


class Storeys:
    """The floors of a model, lowest first."""

    def __init__(self, floors: Sequence[Storey], of_entity: dict[int, int]) -> None:
        self.floors = tuple(floors)
        self._of_entity = of_entity

    def of(self, element: Any) -> int | None:  # noqa: ANN401
        """The floor that `element` belongs to by the file's own relations; None if it does not say."""
        for parent in _parents(element):
            if parent.id() in self._of_entity:
                return self._of_entity[parent.id()]
        return None

    def at(self, z: float) -> int:
        """The floor of a thing whose lowest point is at height `z`."""
        below = [i for i, floor in enumerate(self.floors) if floor.z <= z + _BELOW_M]
        return below[-1] if below else 0


def find_storeys(model: Any, units: Units, room_floors: Sequence[float]) -> Storeys:  # noqa: ANN401
    """The floors of `model`; where it has no storey, floors by the heights at which rooms begin."""
    found = sorted(
        ((_storey(entity, units), entity) for entity in model.by_type("IfcBuildingStorey")),
        key=lambda pair: (pair[0].elevation, pair[0].key),
    )
    if not found:
        return Storeys(_from_heights(room_floors), {})
    floors: list[Storey] = []
    buildings: list[set[int]] = []
    of_entity: dict[int, int] = {}
    for storey, entity in found:
        home = _building(entity)
        gap = storey.elevation - floors[-1].elevation if floors else float("inf")
        if gap <= SAME_FLOOR_M or (gap <= WINGS_M and home not in buildings[-1]):
            buildings[-1].add(home)
            names = floors[-1].name.split(" / ")
            joined = floors[-1].name if storey.name in names else " / ".join((*names, storey.name))
            floors[-1] = floors[-1]._replace(name=joined)
        else:
            taken = {floor.key for floor in floors}
            floors.append(storey._replace(key=f"{storey.key}#{len(floors)}") if storey.key in taken else storey)
            buildings.append({home})
        of_entity[entity.id()] = len(floors) - 1
    return Storeys(floors, of_entity)


def _storey(entity: Any, units: Units) -> Storey:  # noqa: ANN401
    placed = placement_height(entity, units)
    stated = getattr(entity, "Elevation", None)
    elevation = placed if stated is None else float(stated) * units.length
    name = entity.Name or getattr(entity, "LongName", None) or f"Floor at {elevation:.2f} m"
    return Storey(entity.GlobalId, str(name).strip(), elevation, placed)


def placement_height(entity: Any, units: Units) -> float:  # noqa: ANN401
    """Height in metres of an entity's placement; 0 where it has none."""
    return float(placement(entity, units)[2, 3])


def placement(entity: Any, units: Units) -> np.ndarray:  # noqa: ANN401
    """The 4 x 4 matrix of an entity's placement in metres; the identity where it has none that can be used."""
    import ifcopenshell.util.placement  # noqa: PLC0415 - optional

    given = getattr(entity, "ObjectPlacement", None)
    if given is None:
        return np.eye(4)
    try:
        matrix = np.array(ifcopenshell.util.placement.get_local_placement(given), dtype=float)
    except (AttributeError, TypeError, ValueError, RuntimeError, RecursionError):
        return np.eye(4)
    matrix[:3, 3] *= units.length
    return matrix if np.isfinite(matrix).all() else np.eye(4)


def _from_heights(heights: Sequence[float]) -> list[Storey]:
    floors: list[float] = []
    for z in sorted(heights):
        if not floors or z - floors[-1] > _NEW_FLOOR_M:
            floors.append(z)
    return [Storey(f"floor {round(z, 2)}", f"Floor at {z:.2f} m", z, z) for z in floors]


def _building(entity: Any) -> int:  # noqa: ANN401
    return next((p.id() for p in _parents(entity) if p.is_a("IfcBuilding")), 0)


def _parents(element: Any) -> Iterator[Any]:  # noqa: ANN401
    """What `element` is part of, contained in, or fills, all the way up."""
    seen: set[int] = set()
    here: Any = element
    while here is not None and here.id() not in seen:
        seen.add(here.id())
        yield here
        here = _parent(here)


def _parent(element: Any) -> Any:  # noqa: ANN401
    relations = (
        ("ContainedInStructure", "RelatingStructure"),
        ("Decomposes", "RelatingObject"),
        ("Nests", "RelatingObject"),
        ("FillsVoids", "RelatingOpeningElement"),
        ("VoidsElements", "RelatingBuildingElement"),
    )
    for inverse, attribute in relations:
        for relation in getattr(element, inverse, None) or ():
            parent = getattr(relation, attribute, None)
            if parent is not None:
                return parent
    return None
