"""Compile the filter's loops before anybody waits for them; with the compiled code at hand this is quick."""

from __future__ import annotations

import numpy as np

from twin.locate.cells import Cells, with_edges
from twin.locate.locator import GridLocator
from twin.locate.radio_map import Anchors, radio_map
from twin.model import Epoch
from twin.site.survey import Survey

_SIDE = 6


def warm() -> None:
    """Take one step in a world of one room with two gateways."""
    room = np.zeros((1, _SIDE, _SIDE), np.int32)
    bare = Cells(1.0, 0.0, 0.0, np.zeros(1), room, np.empty(0, np.float32), (), 1, np.zeros(1, np.int32))
    walls = [np.array([[3.0, 0.0, 3.0, 2.0]], np.float32)]
    cells = with_edges(bare, walls)
    two = np.array([1.0, 4.0])
    anchors = Anchors(two, two, np.full(2, 2.5), np.zeros(2, np.int32), np.zeros(2, bool))
    locator = GridLocator(cells, radio_map(cells, walls, anchors, Survey.empty()), anchors, np.zeros(1, np.int32))
    gateway, rssi = np.array([0, 1], np.int32), np.array([-60, -65], np.float32)
    for t in (1.0, 3.0, 6.0):
        heard = np.full(2, t)
        locator.step(Epoch(t, np.zeros(2, np.int32), gateway, rssi, heard, heard))
