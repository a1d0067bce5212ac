"""Where a tag can be at all: the rooms of each level as a raster, and the way back into them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.model import F32, I32, NONE
from twin.site import Site, rooms_at

CELL_M = 0.5
Metres = NDArray[np.floating]
_NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]


class Area:
    """Rooms of all levels on one raster.

    Every cell knows its nearest cell inside a room, so that an estimate in a wall or outside the
    building can be put back by one look-up.
    """

    def __init__(self, site: Site) -> None:
        bounds = np.array(site.bounds, float)
        self._x0, self._y0 = bounds[:, 0].min(), bounds[:, 1].min()
        width = int(np.ceil((bounds[:, 2].max() - self._x0) / CELL_M)) + 1
        height = int(np.ceil((bounds[:, 3].max() - self._y0) / CELL_M)) + 1
        row, column = np.mgrid[0:height, 0:width]
        x = (self._x0 + (column.ravel() + 0.5) * CELL_M).astype(np.float32)
        y = (self._y0 + (row.ravel() + 0.5) * CELL_M).astype(np.float32)
        rooms = [rooms_at(site, np.full(x.shape, level.index, np.int32), x, y) for level in site.levels]
        self._room = np.stack(rooms).reshape(len(rooms), height, width).astype(np.int32)
        self._home = np.stack([nearest_inside(room >= 0) for room in self._room])

    def cell(self, x: Metres, y: Metres) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of each point, clipped to the raster."""
        _, height, width = self._room.shape
        row = np.clip((y - self._y0) / CELL_M, 0, height - 1).astype(np.int32)
        column = np.clip((x - self._x0) / CELL_M, 0, width - 1).astype(np.int32)
        return row, column

    def rooms(self, level: I32, x: Metres, y: Metres) -> I32:
        """Room of each point; NONE in walls and outside."""
        _, height, width = self._room.shape
        row = np.floor((y - self._y0) / CELL_M).astype(np.int32)
        column = np.floor((x - self._x0) / CELL_M).astype(np.int32)
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        row, column = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
        return np.where(inside, self._room[level, row, column], NONE)

    def snap(self, level: I32, x: Metres, y: Metres) -> tuple[F32, F32]:
        """Move the points that are in no room to the nearest cell of one."""
        row, column = self.cell(x, y)
        home_row, home_column = self._home[level, :, row, column].T
        moved = self.rooms(level, x, y) < 0
        moved &= home_row >= 0
        snapped_x = self._x0 + (home_column + 0.5) * CELL_M
        snapped_y = self._y0 + (home_row + 0.5) * CELL_M
        return np.where(moved, snapped_x, x).astype(np.float32), np.where(moved, snapped_y, y).astype(np.float32)


def nearest_inside(inside: np.ndarray) -> np.ndarray:
    """For each cell, (row, column) of a nearest True cell; -1 everywhere when there is none.

    Jump flooding (Rong and Tan, 2006): the answer travels in steps of halving length.
    """
    height, width = inside.shape
    row, column = np.mgrid[0:height, 0:width]
    home = np.where(inside, np.stack((row, column)), -1).astype(np.int32)
    step = 1 << max(0, int(np.ceil(np.log2(max(height, width)))) - 1)
    while step >= 1:
        for dy, dx in _NEIGHBOURS:
            source_row = np.clip(row + dy * step, 0, height - 1)
            source_column = np.clip(column + dx * step, 0, width - 1)
            offer = home[:, source_row, source_column]
            better = _distance(offer, row, column) < _distance(home, row, column)
            home = np.where(better, offer, home)
        step //= 2
    return home


def _distance(home: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    squared = (home[0] - row) ** 2 + (home[1] - column) ** 2
    return np.where(home[0] < 0, np.iinfo(np.int32).max, squared)
