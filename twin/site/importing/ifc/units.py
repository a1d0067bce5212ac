"""File units to metres and square metres."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

_PREFIX = {"KILO": 1e3, "HECTO": 1e2, "DECA": 1e1, "DECI": 1e-1, "CENTI": 1e-2, "MILLI": 1e-3, "MICRO": 1e-6}


class Units(NamedTuple):
    """Metres in a length unit of the file, square metres in its area unit, radians in its angle unit."""

    length: float
    area: float


def file_units(model: Any) -> Units:  # noqa: ANN401
    """The units of the project; metres where it declares none. Geometry comes in metres whatever this says."""
    length, area = None, None
    for unit in _declared(model):
        kind = getattr(unit, "UnitType", None)
        if kind == "LENGTHUNIT":
            length = _scale(unit, 1)
        elif kind == "AREAUNIT":
            area = _scale(unit, 2)
    length = length or 1.0
    return Units(length, area or length**2)


def _declared(model: Any) -> tuple[Any, ...]:  # noqa: ANN401
    assignments = [p.UnitsInContext for p in model.by_type("IfcProject") if p.UnitsInContext]
    return tuple(assignments[0].Units or ()) if assignments else ()


def _scale(unit: Any, power: int) -> float | None:  # noqa: ANN401
    """SI units in one of `unit`; None if it does not say."""
    try:
        if unit.is_a("IfcSIUnit"):
            return _PREFIX.get(unit.Prefix, 1.0) ** power
        if unit.is_a("IfcConversionBasedUnit"):
            factor = unit.ConversionFactor
            base = _scale(factor.UnitComponent, power) or 1.0
            value = float(factor.ValueComponent.wrappedValue) * base
            return value if math.isfinite(value) and value > 0 else None
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return None
    return None
