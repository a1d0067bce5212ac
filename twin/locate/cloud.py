"""Points around an estimate, weighed by how well they explain what was heard through the walls.

The fit knows no walls. Here a fixed pattern of points is laid over its uncertainty, and each gets
the likelihood of the readings at that place, with the walls between it and each gateway. The
weighted mean is the position, and the weight of a room's points its probability.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.locate.area import Area
from twin.locate.fit import BEHIND_WALLS, Floats, Heard, above, expected, log_likelihood, tag_offset
from twin.locate.walls import WallTable
from twin.model import I32

POINTS = 32
WALL_DB = 4.0
"""Loss of one light wall, 3 to 6 dB (reference "positioning", section 2)."""
TEMPER = 0.6
"""Power of the likelihood: successive epochs are not independent, and the fit has used the same
readings already (reference "positioning", section 2: 0.5 to 0.8 at 1 Hz)."""
IN_WALL = 1e-6
"""Weight of a point in no room, beside 1 for the others."""


class Cloud(NamedTuple):
    """Weighed points around each tag, arrays of shape (tags, POINTS); weights sum to 1 a tag."""

    room: I32
    weight: Floats
    x: Floats
    y: Floats

    def mean(self) -> tuple[Floats, Floats]:
        """Weighted mean of each tag's points."""
        return (self.weight * self.x).sum(axis=1), (self.weight * self.y).sum(axis=1)

    def variance(self, x: Floats, y: Floats) -> Floats:
        """Weighted mean square distance from (x, y) along one axis."""
        squared = (self.x - x[:, None]) ** 2 + (self.y - y[:, None]) ** 2
        return 0.5 * (self.weight * squared).sum(axis=1)


def _disc() -> tuple[Floats, Floats]:
    """Equally probable points of a round normal distribution with sigma 1, on a sunflower spiral."""
    k = np.arange(POINTS)
    radius = np.sqrt(-2.0 * np.log(1.0 - (k + 0.5) / POINTS))
    angle = k * np.pi * (3.0 - np.sqrt(5.0))
    return (radius * np.cos(angle)).astype(np.float32), (radius * np.sin(angle)).astype(np.float32)


_DISC = _disc()


class Places(NamedTuple):
    """Where each tag is thought to be: level, metres, standard deviation of an axis."""

    level: I32
    x: Floats
    y: Floats
    sigma: Floats


def weigh(area: Area, walls: WallTable, elevation: Floats, heard: Heard, at: Places) -> Cloud:
    """Lay points around where the tags are thought to be and weigh them."""
    x = at.x[:, None] + at.sigma[:, None] * _DISC[0]
    y = at.y[:, None] + at.sigma[:, None] * _DISC[1]
    room = area.rooms(at.level[:, None], x, y)
    height, slabs = above(heard, at.level, elevation)
    mean, _ = expected(
        x[:, :, None] - heard.x[:, None, :],
        y[:, :, None] - heard.y[:, None, :],
        height[:, None, :],
        slabs[:, None, :],
        BEHIND_WALLS,
    )
    between = walls.between(heard.gateway[:, None, :], at.level[:, None, None], x[:, :, None], y[:, :, None])
    residual = heard.rssi[:, None, :] - mean + np.float32(WALL_DB) * between
    used = heard.used[:, None, :]
    residual -= tag_offset(residual, used)[:, :, None]
    log = log_likelihood(residual, used)
    weight = np.exp(TEMPER * (log - log.max(axis=1, keepdims=True))) * np.where(room >= 0, 1.0, IN_WALL)
    weight /= weight.sum(axis=1, keepdims=True)
    return Cloud(room, weight.astype(np.float32), x, y)
