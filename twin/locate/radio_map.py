"""What each gateway would hear of a tag in each cell: expected RSSI and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.special import expit

from twin.locate.cells import Cells
from twin.locate.loss import NEAREST_M, Loss, assumed, fit, imputed
from twin.locate.rays import crossings
from twin.model import F32, F64, I32, Gateway
from twin.site.survey import Survey

MAP_SD_DB = 5.0
"""Spread of what the path loss misses, the same at each visit to a place: prior of the residual field
(reference "positioning", section 2: 3.5 to 4 dB)."""
MAP_LENGTH_M = 2.0
"""Correlation length of that field (same source: 1.2 m in rooms, 2.5 m in an open hall)."""
GUESSED_SD_DB, GUESSED_LENGTH_M = 9.0, 12.0
"""The same for a gateway whose place nobody knows: the survey has to say it all."""
POINT_SD_DB = 2.8
"""Error of the mean of a survey point, however long it lasted (same source)."""
PLACE_M = 0.25
"""Survey readings so near each other are one point."""
BLIND_SD_DB = 4.0
"""The same for a gateway that no survey heard: walls are guessed as well, but there are fewer of them near it."""
DEFAULT_SIGMA_DB = 6.0
WALLS_MAX = 7.0
"""Behind more walls a signal comes around them."""
TAG_HEIGHT_M = 1.1
EDGE_DBM, EDGE_LOW_DBM, EDGE_SOFT_DB = -94.0, -106.0, 4.0
"""Where packets begin to be lost: what gateways are usually given, the lowest believed, and how soft that edge
is seen through the error of the map."""
EDGE_QUANTILE = 0.02
"""So few of the readings of a survey lie below the edge of hearing."""
WEAK_DB, SENT_MIN = 10.0, 5
"""Missed packets tell of weakness only so near the edge; silence at all, only after so
many packets."""
TOLD_DB = 1.0
"""A silence that moves the expectation by less says nothing about its place."""
BELOW_DB = 2.0
"""A packet that was not received is taken to have been so far below the edge."""


class Anchors(NamedTuple):
    """Where the gateways hang: metres, z above the floor of their level."""

    x: F64
    y: F64
    z: F64
    level: I32
    guessed: NDArray[np.bool_]
    """The place is not known; it is only where the survey heard the gateway loudest."""

    @classmethod
    def of(cls, gateways: Sequence[Gateway]) -> Anchors:
        """Those of a gateway list."""
        x, y, z = (np.array([getattr(g, axis) for g in gateways], float) for axis in "xyz")
        return cls(x, y, z, np.array([g.level for g in gateways], np.int32), np.zeros(len(x), bool))


@dataclass(frozen=True)
class RadioMap:
    """Per gateway and cell, arrays [gateway, level, row, column]; cells nobody can be in hold anything."""

    mean: F32
    """Expected RSSI in dBm."""
    sd: F32
    """Standard deviation of that expectation in dB."""
    loss: Loss
    edge: float
    """Expected RSSI at which half of the packets are lost, dBm."""
    surveyed: I32
    """Survey points that heard each gateway."""

    def heard(self) -> F32:
        """Probability that a packet sent in a cell is received, by the expected RSSI."""
        return expit((self.mean - self.edge) / EDGE_SOFT_DB).astype(np.float32)


class Field(NamedTuple):
    """A zero-mean Gaussian field, Matern 3/2."""

    sd: float
    length: float

    def covariance(self, distance: F64) -> F64:
        """dB^2 between places so many metres apart."""
        scaled = np.sqrt(3.0) * distance / self.length
        return self.sd**2 * (1.0 + scaled) * np.exp(-scaled)


PLACED, SURVEY_ONLY = Field(MAP_SD_DB, MAP_LENGTH_M), Field(GUESSED_SD_DB, GUESSED_LENGTH_M)


class Points(NamedTuple):
    """What the survey says of each (place, gateway), silent gateways too; one row a pair."""

    x: F64
    y: F64
    z: F64
    level: I32
    place: I32
    gateway: I32
    rssi: F64
    """Mean over all packets sent there, those not received taken just below the edge of hearing."""
    silent: NDArray[np.bool_]
    """Nothing was received: `rssi` is an upper bound."""


def radio_map(
    cells: Cells, walls: Sequence[F32], anchors: Anchors, survey: Survey, *, wall_weight: float = 1.0,
    tag_height: float = TAG_HEIGHT_M,
) -> RadioMap:  # fmt: skip
    """Build the map from the plan alone, or from plan and survey.

    `walls` are segments, one array a level; `wall_weight` is 0.5 where a wall is drawn as its two faces.
    """
    gateways = len(anchors.x)
    edge = hearing_edge(survey)
    points = survey_means(survey, gateways, edge)
    world = _World(cells, walls, anchors, wall_weight)
    if len(points.rssi):
        rows = world.between(points.gateway, points.x, points.y, points.z, points.level)
        loss = fit(gateways, points.gateway, *rows, points.rssi, points.silent, DEFAULT_SIGMA_DB)
        expected = loss.mean(points.gateway, *rows)
        measured, told = imputed(points.rssi, points.silent, expected, loss.sigma)
        residual = measured - expected
        told &= ~points.silent | (residual < -TOLD_DB)
        points, residual = Points._make(column[told] for column in points), residual[told]
    else:
        loss, residual = assumed(gateways, DEFAULT_SIGMA_DB), np.empty(0)
    mean = np.full((gateways, *cells.shape), -200.0, np.float32)
    sd = np.full((gateways, *cells.shape), MAP_SD_DB, np.float32)
    level, row, column = np.nonzero(cells.walkable)
    x, y = cells.x[column], cells.y[row]
    tall = np.full(x.shape, tag_height)
    level = level.astype(np.int32)
    for g in range(gateways):
        index = np.full(x.shape, g, np.int32)
        expected = loss.mean(index, *world.between(index, x, y, tall, level))
        spread = np.full(x.shape, BLIND_SD_DB)
        mine = points.gateway == g
        if mine.any():
            near = Points._make(column[mine] for column in points)
            field = SURVEY_ONLY if anchors.guessed[g] else PLACED
            extra, spread = _residual_field(field, near, residual[mine], x, y, level)
            expected = expected + extra
        mean[g, level, row, column] = expected
        sd[g, level, row, column] = spread
    heard = np.bincount(points.gateway[~points.silent], minlength=gateways).astype(np.int32)
    return RadioMap(mean, sd, loss, edge, heard)


def hearing_edge(survey: Survey) -> float:
    """Expected RSSI at which half of the packets are lost, from the weakest readings."""
    if not len(survey.rssi):
        return EDGE_DBM
    return float(np.clip(np.quantile(survey.rssi, EDGE_QUANTILE), EDGE_LOW_DBM, EDGE_DBM))


def survey_means(survey: Survey, gateways: int, edge: float) -> Points:
    """Means per place and gateway; readings within `PLACE_M` of each other share a place.

    The gateway with most readings at a place tells how many packets were sent there.
    """
    key = np.column_stack((survey.level, np.floor(survey.x / PLACE_M), np.floor(survey.y / PLACE_M))).astype(np.int64)
    _, first, place = np.unique(key, axis=0, return_index=True, return_inverse=True)
    place, places = place.ravel(), len(first)
    number = np.bincount(place, minlength=places)
    x, y, z = (np.bincount(place, column, places) / number for column in (survey.x, survey.y, survey.z))
    pair = place[survey.at] * gateways + survey.gateway
    received = np.bincount(pair, minlength=places * gateways).reshape(places, gateways)
    total = np.bincount(pair, survey.rssi, places * gateways).reshape(places, gateways)
    sent = received.max(axis=1, keepdims=True, initial=0)
    # A gateway that never heard the survey's tag may have been off.
    told = (received > 0) | (sent >= SENT_MIN)
    at, gateway = np.nonzero(told & (received.sum(axis=0) > 0))
    mean = total / np.maximum(received, 1)
    # Far above the edge, packets are missed for other reasons than weakness.
    weak = mean < edge + WEAK_DB
    rssi = np.where(weak, (total + (sent - received) * (edge - BELOW_DB)) / np.maximum(sent, 1), mean)
    rssi = np.where(received > 0, rssi, edge - BELOW_DB)[at, gateway]
    return Points(
        x[at], y[at], z[at], survey.level[first][at], at.astype(np.int32), gateway.astype(np.int32), rssi,
        received[at, gateway] == 0,
    )  # fmt: skip


class _World:
    """Distances, walls and slabs between gateways and places."""

    def __init__(self, cells: Cells, walls: Sequence[F32], anchors: Anchors, wall_weight: float) -> None:
        self._cells, self._walls, self._anchors, self._weight = cells, walls, anchors, wall_weight

    def between(self, gateway: I32, x: F64, y: F64, z: F64, level: I32) -> tuple[F64, F64, F64]:
        """Distance in metres, walls and slabs; one element a row."""
        at, elevation = self._anchors, self._cells.elevation
        gx, gy, floor = at.x[gateway], at.y[gateway], at.level[gateway]
        height = elevation[level] + z - elevation[floor] - at.z[gateway]
        distance = np.sqrt((x - gx) ** 2 + (y - gy) ** 2 + height**2)
        slabs = np.abs(level - floor).astype(float)
        walls = np.zeros(len(x))
        for index, lines in enumerate(self._walls):
            here = np.flatnonzero(level == index)
            if len(lines) and len(here):
                walls[here] = self._weight * crossings(lines, gx[here], gy[here], x[here], y[here])
        # Through a slab the line crosses only a part of the walls that the plan shows.
        return np.maximum(distance, NEAREST_M), np.minimum(walls, WALLS_MAX) / (1.0 + slabs), slabs


def _residual_field(field: Field, points: Points, residual: F64, x: F64, y: F64, level: I32) -> tuple[F64, F64]:
    """Kriged residual and its standard deviation at each place: a zero-mean GP, Matern 3/2, each level by itself."""
    extra, spread = np.zeros(len(x)), np.full(len(x), field.sd)
    for floor in np.unique(points.level):
        known, here = np.flatnonzero(points.level == floor), np.flatnonzero(level == floor)
        if not len(here):
            continue
        px, py = points.x[known], points.y[known]
        own = field.covariance(np.hypot(px[:, None] - px, py[:, None] - py))
        factor = cho_factor(own + POINT_SD_DB**2 * np.eye(len(known)), lower=True)
        cross = field.covariance(np.hypot(x[here, None] - px, y[here, None] - py))
        extra[here] = cross @ cho_solve(factor, residual[known])
        explained = solve_triangular(factor[0], cross.T, lower=True)
        spread[here] = np.sqrt(np.maximum(field.sd**2 - (explained**2).sum(axis=0), 0.0))
    return extra, spread
