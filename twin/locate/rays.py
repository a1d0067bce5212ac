"""How many walls a straight line crosses."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.model import F32, F64

Floats = NDArray[np.floating]


def crossings(walls: F32, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> F64:
    """Number of `walls` ([n, 4] segments) between (x0, y0) and (x1, y1), arrays that broadcast together."""
    arrays = np.broadcast_arrays(x0, y0, x1, y1)
    flat = [np.ascontiguousarray(a, np.float64).ravel() for a in arrays]
    return _crossings(np.ascontiguousarray(walls, np.float64), *flat).reshape(arrays[0].shape)


@njit(cache=True)
def _crossings(walls: F64, x0: F64, y0: F64, x1: F64, y1: F64) -> F64:
    """Orientation test, half open at the wall's ends so that a ray through a corner counts once."""
    found = np.zeros(x0.size)
    for i in range(x0.size):
        dx, dy = x1[i] - x0[i], y1[i] - y0[i]
        low_x, high_x = min(x0[i], x1[i]), max(x0[i], x1[i])
        low_y, high_y = min(y0[i], y1[i]), max(y0[i], y1[i])
        count = 0
        for w in range(walls.shape[0]):
            ax, ay, bx, by = walls[w, 0], walls[w, 1], walls[w, 2], walls[w, 3]
            if max(ax, bx) < low_x or min(ax, bx) > high_x or max(ay, by) < low_y or min(ay, by) > high_y:
                continue
            side_a = dx * (ay - y0[i]) - dy * (ax - x0[i]) >= 0
            side_b = dx * (by - y0[i]) - dy * (bx - x0[i]) >= 0
            if side_a == side_b:
                continue
            wx, wy = bx - ax, by - ay
            start = wx * (y0[i] - ay) - wy * (x0[i] - ax) >= 0
            end = wx * (y1[i] - ay) - wy * (x1[i] - ax) >= 0
            if start != end:
                count += 1
        found[i] = count
    return found
