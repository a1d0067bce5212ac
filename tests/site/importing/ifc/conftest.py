from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely import Polygon, box

pytest.importorskip("ifcopenshell", reason="importing IFC is optional: run `make ifc`")

import ifcopenshell
import ifcopenshell.guid

UNITS = {"METRE": 1.0, "MILLIMETRE": 0.001, "FOOT": 0.3048}


class Draft:
    """A small IFC model, drawn in metres and written in the unit asked for."""

    def __init__(self, schema: Any = "IFC4", unit: str = "METRE", north: tuple[float, float] | None = None) -> None:
        self.file = ifcopenshell.file(schema=schema)
        self.per_metre = 1 / UNITS[unit]
        self._count = 0
        origin = self.file.create_entity("IfcAxis2Placement3D", self.point(0, 0, 0))
        towards = self.file.create_entity("IfcDirection", [float(v) for v in north]) if north else None
        self.context = self.file.create_entity(
            "IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, origin, towards
        )
        self.project = self.make(
            "IfcProject", "Project", RepresentationContexts=[self.context], UnitsInContext=self._units(unit)
        )
        self.site = self.make("IfcSite", "Site", ObjectPlacement=self.placed(0, 0, 0), CompositionType="ELEMENT")
        self.building = self.make(
            "IfcBuilding", "St. Älfgar", ObjectPlacement=self.placed(0, 0, 0), CompositionType="ELEMENT"
        )
        self.part(self.project, self.site)
        self.part(self.site, self.building)

    def _units(self, unit: str) -> Any:
        metre = self.file.create_entity(
            "IfcSIUnit", None, "LENGTHUNIT", "MILLI" if unit == "MILLIMETRE" else None, "METRE"
        )
        area = self.file.create_entity("IfcSIUnit", None, "AREAUNIT", None, "SQUARE_METRE")
        if unit == "FOOT":
            size = self.file.create_entity("IfcDimensionalExponents", 1, 0, 0, 0, 0, 0, 0)
            foot = self.file.create_entity(
                "IfcMeasureWithUnit", self.file.create_entity("IfcLengthMeasure", 0.3048), metre
            )
            metre = self.file.create_entity("IfcConversionBasedUnit", size, "LENGTHUNIT", "FOOT", foot)
            two = self.file.create_entity("IfcDimensionalExponents", 2, 0, 0, 0, 0, 0, 0)
            square = self.file.create_entity(
                "IfcMeasureWithUnit", self.file.create_entity("IfcAreaMeasure", 0.3048**2), area
            )
            area = self.file.create_entity("IfcConversionBasedUnit", two, "AREAUNIT", "SQUARE FOOT", square)
        return self.file.create_entity("IfcUnitAssignment", [metre, area])

    def make(self, kind: str, name: str | None = None, **attributes: Any) -> Any:
        self._count += 1
        entity = self.file.create_entity(kind, GlobalId=ifcopenshell.guid.compress(f"{self._count:032x}"), Name=name)
        for key, value in attributes.items():
            setattr(entity, key, value)
        return entity

    def point(self, *xyz: float) -> Any:
        return self.file.create_entity("IfcCartesianPoint", [float(v) * self.per_metre for v in xyz])

    def placed(self, x: float, y: float, z: float, parent: Any = None) -> Any:
        axes = self.file.create_entity("IfcAxis2Placement3D", self.point(x, y, z))
        return self.file.create_entity("IfcLocalPlacement", parent, axes)

    def part(self, whole: Any, *parts: Any) -> None:
        self.make("IfcRelAggregates", RelatingObject=whole, RelatedObjects=list(parts))

    def storey(self, name: str, z: float, *, stated: bool = True, building: Any = None) -> Any:
        storey = self.make("IfcBuildingStorey", name, ObjectPlacement=self.placed(0, 0, z), CompositionType="ELEMENT")
        if stated:
            storey.Elevation = z * self.per_metre
        self.part(building or self.building, storey)
        return storey

    def body(self, shapes: list[Polygon], height: float) -> Any:
        up = self.file.create_entity("IfcDirection", [0.0, 0.0, 1.0])
        axes = self.file.create_entity("IfcAxis2Placement3D", self.point(0, 0, 0))
        solids = [
            self.file.create_entity("IfcExtrudedAreaSolid", self._profile(s), axes, up, height * self.per_metre)
            for s in shapes
        ]
        shown = self.file.create_entity("IfcShapeRepresentation", self.context, "Body", "SweptSolid", solids)
        return self.file.create_entity("IfcProductDefinitionShape", None, None, [shown])

    def outline(self, shape: Polygon) -> Any:
        curve = self._ring(shape.exterior)
        curves = self.file.create_entity("IfcGeometricCurveSet", [curve])
        shown = self.file.create_entity(
            "IfcShapeRepresentation", self.context, "FootPrint", "GeometricCurveSet", [curves]
        )
        return self.file.create_entity("IfcProductDefinitionShape", None, None, [shown])

    def _profile(self, shape: Polygon) -> Any:
        holes = [self._ring(ring) for ring in shape.interiors]
        if holes:
            return self.file.create_entity(
                "IfcArbitraryProfileDefWithVoids", "AREA", None, self._ring(shape.exterior), holes
            )
        return self.file.create_entity("IfcArbitraryClosedProfileDef", "AREA", None, self._ring(shape.exterior))

    def _ring(self, ring: Any) -> Any:
        return self.file.create_entity("IfcPolyline", [self.point(x, y) for x, y in ring.coords])

    def space(
        self, whole: Any, number: str, name: str | None, *shapes: Polygon, z: float = 0.0, body: bool = True
    ) -> Any:
        space = self.make("IfcSpace", number, LongName=name, ObjectPlacement=self.placed(0, 0, z))
        if shapes and body:
            space.Representation = self.body(list(shapes), 2.5)
        elif shapes:
            space.Representation = self.outline(shapes[0])
        self.part(whole, space)
        return space

    def element(self, kind: str, storey: Any, name: str, *shapes: Polygon, z: float = 0.0, height: float = 2.8) -> Any:
        element = self.make(
            kind, name, ObjectPlacement=self.placed(0, 0, z), Representation=self.body(list(shapes), height)
        )
        if storey is not None:
            self.make("IfcRelContainedInSpatialStructure", RelatedElements=[element], RelatingStructure=storey)
        return element

    def hole(self, wall: Any, shape: Polygon, z: float = 0.0, height: float = 2.1, door: Any = None) -> Any:
        opening = self.make("IfcOpeningElement", "Opening", ObjectPlacement=self.placed(0, 0, z))
        opening.Representation = self.body([shape], height)
        self.make("IfcRelVoidsElement", RelatingBuildingElement=wall, RelatedOpeningElement=opening)
        if door is not None:
            self.make("IfcRelFillsElement", RelatingOpeningElement=opening, RelatedBuildingElement=door)
        return opening

    def property(self, entity: Any, group: str, **values: str) -> None:
        given = [
            self.file.create_entity(
                "IfcPropertySingleValue", key, None, self.file.create_entity("IfcLabel", value), None
            )
            for key, value in values.items()
        ]
        properties = self.make("IfcPropertySet", group, HasProperties=given)
        self.make("IfcRelDefinesByProperties", RelatedObjects=[entity], RelatingPropertyDefinition=properties)

    def save(self, folder: Path, name: str = "model.ifc") -> Path:
        path = folder / name
        self.file.write(str(path))
        return path


@pytest.fixture
def draft() -> Callable[..., Draft]:
    return Draft


@pytest.fixture
def two_rooms(draft: Callable[..., Draft]) -> Draft:
    """Two rooms with a door between them, and walls around."""
    model = draft()
    ground = model.storey("Ground floor", 0.0)
    model.space(ground, "001", "Flur", box(0.2, 0.2, 4.9, 3.8))
    model.space(ground, "002", "Büro Ærø", box(5.1, 0.2, 9.8, 3.8))
    walls(model, ground)
    return model


def walls(model: Draft, storey: Any) -> None:
    outside = Polygon(box(0, 0, 10, 4).exterior, [box(0.2, 0.2, 9.8, 3.8).exterior])
    model.element("IfcWall", storey, "Outer wall", outside)
    inner = model.element("IfcWall", storey, "Inner wall", box(4.9, 0.2, 5.1, 3.8))
    door = model.element("IfcDoor", storey, "Tür-1", box(4.95, 1.5, 5.05, 2.4), height=2.1)
    door.OverallWidth = 0.9 * model.per_metre
    model.hole(inner, box(4.9, 1.5, 5.1, 2.4), door=door)
