"""The grid filter behind the live twin's `Locator` interface."""

from __future__ import annotations

import numpy as np

from twin.locate.cells import Cells
from twin.locate.grid import GridFilter
from twin.locate.place import choose_room
from twin.locate.radio_map import Anchors, RadioMap
from twin.locate.watch import GatewayResidual, GatewayWatch
from twin.model import I32, NONE, Doubt, Epoch, Fixes, Motion, State

R90_MAX_M = 25.0
FIRST_S = 1.0
LEAST_S = 0.05
"""Two ticks may share one advertisement, when a gateway reports later than another."""
UNHEARD_M2_S = 0.3
"""How fast the radius of a tag grows that is not heard: the walk of a resting one."""
R90_PER_SIGMA = 2.146
"""Radius that holds 90 % of a round two-dimensional normal distribution: sqrt(2 ln 10)."""


class GridLocator:
    """`Locator` on a map. State is one array element a tag.

    Args:
        cells: The map.
        radio: What gateways would hear.
        anchors: Where the gateways are.
        groups: One number a tag; tags of a group are of one make and worn alike.
    """

    def __init__(self, cells: Cells, radio: RadioMap, anchors: Anchors, groups: I32) -> None:
        tags = len(groups)
        self.filter = GridFilter(cells, radio, anchors, groups)
        self._watch = GatewayWatch(radio.surveyed > 0)
        self._x, self._y = np.zeros(tags, np.float32), np.zeros(tags, np.float32)
        self._level, self._room = np.full(tags, NONE, np.int32), np.full(tags, NONE, np.int32)
        self._p, self._p_level = np.zeros(tags, np.float32), np.zeros(tags, np.float32)
        self._second, self._p_second = np.full(tags, NONE, np.int32), np.zeros(tags, np.float32)
        self._r90 = np.full(tags, R90_MAX_M, np.float32)
        self._heard = np.full(tags, -np.inf)
        self._stepped = np.full(tags, -np.inf)
        self._gateways = np.zeros(tags, np.int32)

    def step(self, epoch: Epoch) -> Fixes:
        """See `Locator.step`."""
        if len(epoch.tag):
            self._place(epoch)
        silent = np.where(np.isfinite(self._heard), np.maximum(epoch.t - self._heard, 0.0), 0.0)
        grown = self._r90**2 + R90_PER_SIGMA**2 * 2.0 * UNHEARD_M2_S * silent
        return Fixes(
            t=epoch.t,
            x=self._x.copy(),
            y=self._y.copy(),
            level=self._level.copy(),
            room=self._room.copy(),
            p=self._p.copy(),
            r90=np.minimum(np.sqrt(grown), R90_MAX_M).astype(np.float32),
            heard=self._heard.copy(),
            gateways=self._gateways.copy(),
            state=np.where(np.isfinite(self._heard), State.LIVE, State.UNSEEN).astype(np.uint8),
            doubt=Doubt(self._p_level.copy(), self._second.copy(), self._p_second.copy()),
        )

    def restore(self, fixes: Fixes) -> None:
        """Go on reporting earlier fixes until each tag is heard; their posteriors are not kept."""
        known = fixes.level >= 0
        self._x[known], self._y[known] = fixes.x[known], fixes.y[known]
        self._level[known], self._heard[known] = fixes.level[known], fixes.heard[known]
        self._r90[known], self._room[known], self._p[known] = fixes.r90[known], fixes.room[known], fixes.p[known]

    def residuals(self) -> list[GatewayResidual]:
        """See `Locator.residuals`."""
        return self._watch.report()

    def _place(self, epoch: Epoch) -> None:
        tags, start, order = _by_tag(epoch.tag)
        np.maximum.at(self._heard, epoch.tag, epoch.heard)
        heard, before = self._heard[tags], self._stepped[tags]
        self._stepped[tags] = heard
        elapsed = np.maximum(np.where(np.isfinite(before), heard - before, FIRST_S), LEAST_S)
        tuning = self.filter.tuning
        still = np.zeros(len(tags), bool) if epoch.motion is None else epoch.motion[tags] == Motion.STILL
        gateway = epoch.gateway[order]
        reading = self.filter.step(
            tags, start, gateway, epoch.rssi[order], elapsed,
            np.where(still, tuning.resting_m2_s, tuning.moving_m2_s), heard, epoch.heartbeat, self._room[tags],
        )  # fmt: skip
        self._watch.add(gateway, reading.residual + self.filter.gateways.db[gateway])
        self._x[tags], self._y[tags], self._level[tags] = reading.x, reading.y, reading.level
        self._r90[tags], self._p_level[tags] = reading.r90, reading.p_level
        self._second[tags], self._p_second[tags] = reading.second, reading.p_second
        self._gateways[tags] = np.diff(start)
        self._room[tags], self._p[tags] = choose_room(self._room[tags], reading)


def _by_tag(tag: I32) -> tuple[I32, I32, I32]:
    """The tags of an epoch, where the rows of each start, and the order of the rows that this is about."""
    order = np.argsort(tag, kind="stable").astype(np.int32)
    tags, first = np.unique(tag[order], return_index=True)
    return tags.astype(np.int32), np.append(first, len(order)).astype(np.int32), order
