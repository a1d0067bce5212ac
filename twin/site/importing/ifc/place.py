"""Where on Earth a model stands: map conversion, else latitude and longitude of its site, else nowhere known."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from twin.site.geodesy import Frame
from twin.site.importing.ifc.names import text
from twin.site.importing.ifc.storeys import placement
from twin.site.importing.ifc.units import Units

UNKNOWN = (6.1432, 46.2022)
"""Longitude and latitude that a building gets which does not say where it stands: it must stand somewhere."""


class Address(NamedTuple):
    """Postal address as far as the file has one."""

    street: str
    locality: str
    country: str


def find_frame(model: Any, units: Units) -> tuple[Frame, str]:  # noqa: ANN401
    """The frame whose axes are those of the model, and a sentence that says where it was taken from."""
    bearing = _bearing(model)
    mapped = _map_conversion(model, units)
    if mapped is not None:
        return mapped, "Its place on Earth comes from the map conversion of the model."
    for site in model.by_type("IfcSite"):
        lat, lon = _degrees(site.RefLatitude), _degrees(site.RefLongitude)
        if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 or (abs(lat) < 0.1 and abs(lon) < 0.1):
            continue
        at_site = Frame(lon, lat, bearing)
        x, y = placement(site, units)[:2, 3]
        lon0, lat0 = at_site.to_lonlat(np.array([[-x, -y]]))[0]
        return Frame(float(lon0), float(lat0), bearing), "Its place on Earth is the latitude and longitude of its site."
    frame = Frame(*UNKNOWN, bearing, georeferenced=False)
    return frame, (
        "The model does not say where on Earth it stands; it was laid at a stand-in place "
        f"({UNKNOWN[1]:.4f} N, {UNKNOWN[0]:.4f} E, georeferenced: false)."
    )


def find_address(model: Any) -> Address:  # noqa: ANN401
    """The address of the building, else of the site; empty where there is none."""
    owners = [*((b, "BuildingAddress") for b in model.by_type("IfcBuilding")),
              *((s, "SiteAddress") for s in model.by_type("IfcSite"))]  # fmt: skip
    for owner, attribute in owners:
        given = getattr(owner, attribute, None)
        if given is not None:
            lines = " ".join(text(line) for line in given.AddressLines or ())
            return Address(lines, text(given.Town), text(given.Country))
    return Address("", "", "")


def _degrees(parts: Any) -> float | None:  # noqa: ANN401
    """Degrees of 3 or 4 whole numbers: degrees, minutes, seconds, millionths of a second, all of one sign."""
    if not parts:
        return None
    weights = (1.0, 1 / 60, 1 / 3600, 1 / 3.6e9)
    size = sum(abs(part) * weight for part, weight in zip(parts, weights, strict=False))
    return -size if any(part < 0 for part in parts) else size


def _bearing(model: Any) -> float:  # noqa: ANN401
    """Direction of the model's y axis, degrees clockwise from true north."""
    for context in model.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        north = getattr(context, "TrueNorth", None)
        if north is not None and len(north.DirectionRatios) >= 2:
            x, y = north.DirectionRatios[:2]
            if math.hypot(x, y) > 1e-6:
                return round(-math.degrees(math.atan2(x, y)), 6) % 360.0
    return 0.0


def _map_conversion(model: Any, units: Units) -> Frame | None:  # noqa: ANN401
    """The frame by IfcMapConversion, if its projected system is one that is known."""
    if model.schema == "IFC2X3":
        return None
    from pyproj import CRS, Transformer  # noqa: PLC0415 - slow to load
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    for given in model.by_type("IfcMapConversion"):
        name = text(getattr(given.TargetCRS, "Name", None))
        try:
            to_earth = Transformer.from_crs(CRS.from_user_input(name), "EPSG:4326", always_xy=True)
            scale = units.length if given.Scale is None else 1.0
            east, north = float(given.Eastings) * scale, float(given.Northings) * scale
            across, up = given.XAxisAbscissa, given.XAxisOrdinate
            turn = math.atan2(up or 0.0, 1.0 if across is None else across)
            ahead = (east - 100 * math.sin(turn), north + 100 * math.cos(turn))  # 100 m along the model's y axis
            (lon, lon1), (lat, lat1) = to_earth.transform([east, ahead[0]], [north, ahead[1]])
        except (ProjError, TypeError, ValueError):
            continue
        if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lat) > 89 or (abs(lat) < 0.1 and abs(lon) < 0.1):
            continue
        dx, dy = Frame(lon, lat).to_local(np.array([[lon1, lat1]]))[0]
        return Frame(float(lon), float(lat), round(math.degrees(math.atan2(dx, dy)), 6) % 360.0)
    return None
