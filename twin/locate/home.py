"""The way back: for each cell of a raster the nearest one that is allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from twin.model import I32


def nearest_inside(inside: NDArray[np.bool_]) -> I32:
    """For each cell, (row, column) of a nearest True cell, shape [2, rows, columns]; -1 when there is none."""
    if not inside.any():
        return np.full((2, *inside.shape), -1, np.int32)
    found = distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return np.asarray(found, np.int32)
