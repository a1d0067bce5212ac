"""First positioning: weighted centroid, refined by robust least squares in dB and by the walls.

A plain method that needs no survey: one path loss for the whole building, one offset a tag. It is
the yardstick for the grid filter, and shares its interface. Errors are minimised in dB, never in
metres (reference "positioning", pitfall 4); silence of a gateway is not used at all.
"""

from __future__ import annotations

import numpy as np

from twin.locate.area import Area
from twin.locate.cloud import Places, weigh
from twin.locate.fit import Heard, Solution, fit, level_costs, strongest
from twin.locate.place import RoomChoice
from twin.locate.walls import WallTable
from twin.model import NONE, Epoch, Fixes, State
from twin.site import Site

LEVEL_MARGIN = 2.0
"""A level must be this much likelier (natural log) than the present one to replace it."""
LEVEL_MEMORY_S = 20.0
"""Time constant with which the evidence for levels is forgotten."""
MOVING_M2_S, RESTING_M2_S = 1.0, 0.03
"""Diffusion of a random walk: for moving tags reference "positioning", section 2; for resting ones
far less than there (0.3), because what makes the radius false is held by `SIGMA_MIN_M`."""
DRIFT_S, DRIFT_M = 6.0, 2.0
"""A tag moves when the estimates of the last `DRIFT_S` seconds lie `DRIFT_M` to one side of it."""
SURPRISE = 16.0
"""Squared distance in units of its variance from which a tag is taken to have been carried off."""
SIGMA_MIN_M = 2.5
"""The model is wrong in the same way each second, so that error never averages out (reference
"positioning", pitfall 11): the points that are weighed lie at least this wide."""
R90_PER_SIGMA = 2.146
"""Radius that holds 90 % of a round two-dimensional normal distribution: sqrt(2 ln 10)."""
R90_SCALE = 1.3
"""Fitted: makes the radius hold 90 % of positions in a simulated building."""
R90_MIN_M, R90_MAX_M = 1.3, 25.0
"""Lower limit: reference "positioning", section 3."""
_PART = 512
"""Tags weighed at once, so that the work stays in the processor's cache."""


class CentroidLocator:
    """`Locator` by least squares. State is one array element a tag."""

    def __init__(self, site: Site, tags: int) -> None:
        self._area = Area(site)
        self._walls = WallTable(site)
        self._gateway_level = np.array([g.level for g in site.gateways], np.int32)
        self._gateway_at = np.array([(g.x, g.y, g.z) for g in site.gateways], np.float32).reshape(-1, 3)
        self._elevation = np.array([level.elevation for level in site.levels], np.float32)
        self._rooms = RoomChoice(tags)
        self._track = _Track(tags)
        self._x = np.zeros(tags, np.float32)
        self._y = np.zeros(tags, np.float32)
        self._level = np.full(tags, NONE, np.int32)
        self._r90 = np.full(tags, R90_MAX_M, np.float32)
        self._evidence = np.zeros((tags, len(site.levels)), np.float32)
        self._heard = np.full(tags, -np.inf)
        self._gateways = np.zeros(tags, np.int32)

    def restore(self, fixes: Fixes) -> None:
        """Start from earlier fixes; what spoke for their level is forgotten."""
        known = fixes.level >= 0
        self._x[known], self._y[known] = fixes.x[known], fixes.y[known]
        self._level[known], self._heard[known] = fixes.level[known], fixes.heard[known]
        self._r90[known] = fixes.r90[known]
        self._track.restore(known, fixes)
        self._rooms.restore(fixes.room, fixes.p)

    def step(self, epoch: Epoch) -> Fixes:
        """See `Locator.step`."""
        if len(epoch.tag):
            self._place(strongest(epoch, self._gateway_at, self._gateway_level), epoch)
        state = np.where(np.isfinite(self._heard), State.LIVE, State.UNSEEN).astype(np.uint8)
        return Fixes(
            t=epoch.t,
            x=self._x.copy(),
            y=self._y.copy(),
            level=self._level.copy(),
            room=self._rooms.room.copy(),
            p=self._rooms.p.copy(),
            r90=self._r90.copy(),
            heard=self._heard.copy(),
            gateways=self._gateways.copy(),
            state=state,
        )

    def _place(self, heard: Heard, epoch: Epoch) -> None:
        tags = heard.tag
        before = self._heard[tags]
        np.maximum.at(self._heard, epoch.tag, epoch.heard)
        elapsed = np.where(np.isfinite(before), self._heard[tags] - before, 0.0).astype(np.float32)
        self._gateways[tags] = heard.gateways
        moved = self._decide_level(heard, elapsed)
        solution = fit(heard, self._level[tags], self._elevation)
        self._track.follow(tags, solution, elapsed, moved)
        for start in range(0, len(tags), _PART):
            self._refine(heard.part(slice(start, start + _PART)))

    def _decide_level(self, heard: Heard, elapsed: np.ndarray) -> np.ndarray:
        """Update the levels of the tags heard; returns which of them changed."""
        tags = heard.tag
        cost = level_costs(heard, self._elevation)
        keep = np.exp(-np.maximum(elapsed, 1.0) / LEVEL_MEMORY_S)[:, None]
        evidence = keep * self._evidence[tags] - cost
        evidence -= evidence.max(axis=1, keepdims=True)
        self._evidence[tags] = evidence
        best = evidence.argmax(axis=1).astype(np.int32)
        present = self._level[tags]
        margin = -evidence[np.arange(len(tags)), np.maximum(present, 0)]
        change = (present < 0) | ((best != present) & (margin > LEVEL_MARGIN))
        self._level[tags] = np.where(change, best, present)
        return change

    def _refine(self, heard: Heard) -> None:
        """Let the walls correct position, radius and room."""
        tags, track = heard.tag, self._track
        sigma = np.maximum(np.sqrt(track.variance[tags]), SIGMA_MIN_M).astype(np.float32)
        at = Places(self._level[tags], track.x[tags], track.y[tags], sigma)
        cloud = weigh(self._area, self._walls, self._elevation, heard, at)
        x, y = self._area.snap(at.level, *cloud.mean())
        self._x[tags], self._y[tags] = x, y
        radius = R90_SCALE * R90_PER_SIGMA * np.sqrt(cloud.variance(x, y))
        self._r90[tags] = np.clip(radius, R90_MIN_M, R90_MAX_M)
        self._rooms.step(tags, cloud)


class _Track:
    """Estimates of the fit blended over time, one element a tag; walls have no say in it."""

    def __init__(self, tags: int) -> None:
        self.x = np.zeros(tags, np.float32)
        self.y = np.zeros(tags, np.float32)
        self.variance = np.full(tags, np.inf, np.float32)
        """m^2 of each axis."""
        self._drift = np.zeros((2, tags), np.float32)

    def restore(self, known: np.ndarray, fixes: Fixes) -> None:
        """Begin at earlier fixes."""
        self.x[known], self.y[known] = fixes.x[known], fixes.y[known]
        self.variance[known] = (fixes.r90[known] / R90_PER_SIGMA) ** 2

    def follow(self, tags: np.ndarray, solution: Solution, elapsed: np.ndarray, moved: np.ndarray) -> None:
        """Blend new estimates in by the variances of both; those `moved` to another level begin anew."""
        off = np.stack((solution.x - self.x[tags], solution.y - self.y[tags]))
        drift = self._drift[:, tags]
        drift += (1.0 - np.exp(-elapsed / DRIFT_S)) * (off - drift)
        moving = (drift**2).sum(axis=0) > DRIFT_M**2
        prior = self.variance[tags] + 2.0 * np.where(moving, MOVING_M2_S, RESTING_M2_S) * elapsed
        lost = moved | ~np.isfinite(prior) | ((off**2).sum(axis=0) > SURPRISE * (prior + solution.variance))
        prior = np.where(lost, np.float32(1e6), prior)
        gain = prior / (prior + solution.variance)
        self.x[tags] += gain * off[0]
        self.y[tags] += gain * off[1]
        self.variance[tags] = (1.0 - gain) * prior
        self._drift[:, tags] = (1.0 - gain) * drift
