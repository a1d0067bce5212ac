"""Local metres to longitude and latitude and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyproj import Transformer

from twin.model import F64


@dataclass(frozen=True)
class Frame:
    """The site's own plane: origin at (`lon`, `lat`), y axis `bearing` degrees clockwise from true north.

    The projection is azimuthal equidistant about the origin, so that both ways agree to below a micrometre.
    """

    lon: float
    lat: float
    bearing: float = 0.0
    georeferenced: bool = True

    @cached_property
    def _projection(self) -> Transformer:
        here = f"+proj=aeqd +lat_0={self.lat!r} +lon_0={self.lon!r} +datum=WGS84 +units=m"
        return Transformer.from_crs("EPSG:4326", here, always_xy=True)

    @cached_property
    def _turn(self) -> F64:
        """Rows are the local axes in (east, north)."""
        angle = math.radians(self.bearing)
        return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])

    def to_local(self, lonlat: F64) -> F64:
        """Turn [n, 2] longitudes and latitudes into [n, 2] local metres."""
        east, north = self._projection.transform(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack([east, north]) @ self._turn.T

    def to_lonlat(self, local: F64) -> F64:
        """Turn [n, 2] local metres into [n, 2] longitudes and latitudes."""
        flat = np.asarray(local, dtype=float) @ self._turn
        lon, lat = self._projection.transform(flat[:, 0], flat[:, 1], direction="INVERSE")
        return np.column_stack([lon, lat])
