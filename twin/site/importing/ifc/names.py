"""What an IFC file says about a space besides its shape: number, name, department, class, stated area."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from twin.site.importing.kinds import omniclass

_DEPARTMENT = re.compile(
    r"department( name)?|departement|abteilung|fachbereich|service|departamento|reparto|afdeling", re.I
)
_AREA = ("NetFloorArea", "GSA BIM Area", "Area", "NetArea", "GrossFloorArea", "Fläche", "Nettogrundfläche", "NRF")
_CATEGORY = re.compile(r"category|categorie|kategorie|nutzung|occupancytype|raumtyp|roomtype|usage", re.I)
_NO_DEPARTMENT = re.compile(
    r"temperat|thermal|therm|klima|hvac|vav|ahu|heat|cool|heiz|kühl|luft|ventil|brand|fire|feu|rauch|smoke|security|"
    r"licht|lighting|schutz|acoust|level|storey|geschoss",
    re.I,
)
"""Zones that are technical, not organisational."""
_DEPARTMENT_ZONE = re.compile(
    r"occupancy|department|departement|abteilung|service|functional|ward|station|klinik", re.I
)


def text(value: object) -> str:
    """A value of the file as one line of text."""
    return "" if value is None else " ".join(str(value).split())


def psets(element: Any) -> Mapping[str, Mapping[str, Any]]:  # noqa: ANN401
    """Property and quantity sets; none where they cannot be read."""
    import ifcopenshell.util.element  # noqa: PLC0415 - optional

    try:
        found = ifcopenshell.util.element.get_psets(element)
    except (AttributeError, TypeError, ValueError, RuntimeError, KeyError):
        return {}
    return {str(name): values for name, values in found.items() if isinstance(values, Mapping)}


def stated_area(sets: Mapping[str, Mapping[str, Any]], scale: float, plan: float) -> float | None:
    """The area that the file states, square metres; None where none is near the plan's area at all."""
    for key in _AREA:
        for values in sets.values():
            value = values.get(key)
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                area = float(value) * scale
                if plan / 5 < area < plan * 5:
                    return round(area, 3)
    return None


def department(sets: Mapping[str, Mapping[str, Any]], zones: Iterable[tuple[str, str, str]]) -> str:
    """The department by property, else by the zone (name, long name, kind) that most looks like one."""
    for name, value in _properties(sets):
        if _DEPARTMENT.fullmatch(name) and text(value):
            return readable(text(value))
    likely = [z for z in zones if z[0] and not _NO_DEPARTMENT.search(" ".join(z))]
    named = [z for z in likely if _DEPARTMENT_ZONE.search(" ".join(z))]
    return next((readable(z[0]) for z in [*named, *likely]), "")


def readable(name: str) -> str:
    """Turn "AdultMedicine" into "Adult Medicine"; names with spaces stay as they are."""
    return name if " " in name else re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", name)


def use(sets: Mapping[str, Mapping[str, Any]]) -> str:
    """What the file says a space is used for, in words."""
    return " ".join(text(v) for name, v in _properties(sets) if _CATEGORY.fullmatch(name) and isinstance(v, str))


def classification(element: Any) -> tuple[str, str]:  # noqa: ANN401
    """OmniClass Table 13 code ("" if none), and the names of all classes."""
    code, names = "", []
    for relation in getattr(element, "HasAssociations", None) or ():
        reference = getattr(relation, "RelatingClassification", None)
        if reference is None:
            continue
        given = getattr(reference, "Identification", None) or getattr(reference, "ItemReference", None)
        name = text(getattr(reference, "Name", None))
        code = code or omniclass(text(given)) or omniclass(name)
        names.append(name)
    return code, " ".join(names)


def zones(element: Any) -> tuple[tuple[str, str, str], ...]:  # noqa: ANN401
    """The zones of a space as (name, long name or description, kind)."""
    found = []
    for relation in getattr(element, "HasAssignments", None) or ():
        group = getattr(relation, "RelatingGroup", None)
        if group is not None and group.is_a("IfcZone"):
            long = getattr(group, "LongName", None) or group.Description
            found.append((text(group.Name), text(long), text(group.ObjectType)))
    return tuple(sorted(set(found)))


def _properties(sets: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    return ((str(name), value) for values in sets.values() for name, value in values.items())
