"""How many walls stand between each gateway and each place, as one table."""

from __future__ import annotations

import numpy as np

from twin.locate.fit import Floats
from twin.model import I32
from twin.site import Site, walls_crossed

WALLS_MAX = 8
"""Behind more walls a signal comes around them."""


class WallTable:
    """Walls crossed on the straight line in plan, on a raster of 1 m that covers all levels."""

    def __init__(self, site: Site) -> None:
        grids = [site.grid(level.index) for level in site.levels]
        self._x0 = np.array([grid.x[0] for grid in grids], np.float32)
        self._y0 = np.array([grid.y[0] for grid in grids], np.float32)
        self._step = float(grids[0].x[1] - grids[0].x[0]) if len(grids[0].x) > 1 else 1.0
        self._columns = np.array([len(grid.x) for grid in grids], np.int32)
        self._rows = np.array([len(grid.y) for grid in grids], np.int32)
        shape = (len(site.gateways), len(grids), int(self._rows.max()), int(self._columns.max()))
        self._count = np.zeros(shape, np.uint8)
        for gateway in site.gateways:
            for level in range(len(grids)):
                walls = np.minimum(walls_crossed(site, level, gateway.x, gateway.y), WALLS_MAX)
                self._count[gateway.index, level, : walls.shape[0], : walls.shape[1]] = walls

    def between(self, gateway: I32, level: I32, x: Floats, y: Floats) -> Floats:
        """Walls from gateways to points; all arguments are of shapes that broadcast together.

        On the way to another level, the walls of the point's level are counted.
        """
        column = np.clip(np.rint((x - self._x0[level]) / self._step), 0, self._columns[level] - 1).astype(np.int32)
        row = np.clip(np.rint((y - self._y0[level]) / self._step), 0, self._rows[level] - 1).astype(np.int32)
        return self._count[gateway, level, row, column].astype(np.float32)
