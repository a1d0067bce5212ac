"""Position of many tags at once from RSSI: arrays of shape (tags, gateways kept)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.model import I32, Epoch

Floats = NDArray[np.floating]

KEEP = 8
"""Strongest gateways used for one tag; the weaker ones mostly describe walls."""
P0_DBM = -59.0
"""RSSI at 1 m without a survey (reference "positioning", section 2)."""


class Loss(NamedTuple):
    """A path loss: exponent of the distance, dB a metre for what stands in the way, dB a slab."""

    exponent: float
    clutter: float
    slab: float


ON_LEVEL = Loss(2.0, 0.3, 16.0)
"""Free space (n = 2, reference "positioning", section 2), light walls of 3 to 6 dB each 10 to 20 m,
slabs of 12 to 20 dB (same source)."""
BEHIND_WALLS = Loss(2.0, 0.0, 16.0)
"""The same where walls are counted one by one."""
BETWEEN_LEVELS = Loss(3.0, 0.0, 20.0)
"""For telling levels apart: walls and slabs in one exponent, as ITU-R P.1238 has it for offices."""
SIGMA_DB = 6.0
"""Residual without walls in the model: 6.1 dB on the data set "flat" (same source)."""
STUDENT = 5.0
"""Degrees of freedom of the error distribution (same source)."""
OFFSET_SD_DB = 4.0
"""Prior of a tag's own offset, N(0, 16 dB^2) (same source)."""
TAG_HEIGHT_M = 1.1
NEAREST_M = 0.5
STEPS = 6
STEP_MAX_M = 6.0
_DB = 10.0 / np.log(10.0)


class Heard(NamedTuple):
    """The gateways that heard each tag, strongest first; unused places have `used` 0."""

    tag: I32
    gateways: I32
    """Gateways that heard the tag, also those not kept."""
    gateway: I32
    x: Floats
    y: Floats
    z: Floats
    """Metres above the gateway's own floor."""
    level: I32
    rssi: Floats
    used: Floats
    """1 where the place holds a gateway, else 0."""

    def part(self, which: slice) -> Heard:
        """Some of the tags."""
        return Heard._make(column[which] for column in self)


class Solution(NamedTuple):
    """One estimate a tag; `variance` in m^2 for each of the two axes."""

    x: Floats
    y: Floats
    variance: Floats


def strongest(epoch: Epoch, gateway_at: Floats, gateway_level: I32) -> Heard:
    """Lay the rows of an epoch out as one line a tag."""
    order = np.lexsort((-epoch.rssi, epoch.tag))
    tag = epoch.tag[order]
    first = np.ones(len(tag), bool)
    first[1:] = tag[1:] != tag[:-1]
    start = np.flatnonzero(first)
    count = np.diff(np.append(start, len(tag))).astype(np.int32)
    keep = np.arange(min(KEEP, int(count.max())))
    used = keep < count[:, None]
    row = order[np.where(used, start[:, None] + keep, start[:, None])]
    gateway = epoch.gateway[row]
    x, y, z = gateway_at[gateway].transpose(2, 0, 1)
    level = gateway_level[gateway]
    return Heard(tag[start], count, gateway, x, y, z, level, epoch.rssi[row], used.astype(np.float32))


def above(heard: Heard, level: I32, elevation: Floats) -> tuple[Floats, Floats]:
    """Height in metres of tags on `level` (one a tag) over each gateway, and the slabs between them."""
    height = elevation[level][:, None] + np.float32(TAG_HEIGHT_M) - elevation[heard.level] - heard.z
    return height, np.abs(level[:, None] - heard.level).astype(np.float32)


def expected(dx: Floats, dy: Floats, height: Floats, slabs: Floats, loss: Loss) -> tuple[Floats, Floats]:
    """RSSI in dBm without walls at given distances along the axes, and the distance in metres."""
    squared = np.maximum(dx * dx + dy * dy + height * height, np.float32(NEAREST_M**2))
    distance = np.sqrt(squared)
    exponent, clutter, slab = map(np.float32, loss)
    lost = 5 * exponent * np.log10(squared) + clutter * distance + slab * slabs
    return np.float32(P0_DBM) - lost, distance


def centroid(heard: Heard, level: I32) -> tuple[Floats, Floats]:
    """Centre of the gateways weighted by received amplitude, those behind slabs discounted."""
    other = level[:, None] != heard.level
    weight = heard.used * 10.0 ** ((heard.rssi - heard.rssi[:, :1] - ON_LEVEL.slab * other) / 20.0)
    total = weight.sum(axis=1)
    return (weight * heard.x).sum(axis=1) / total, (weight * heard.y).sum(axis=1) / total


def level_costs(heard: Heard, elevation: Floats) -> Floats:
    """Negative log likelihood of each tag on each level, shape (tags, levels).

    Each level is tried at its own centroid; gateways above and below vote too, through their slabs.
    """
    cost = np.empty((len(heard.tag), len(elevation)), np.float32)
    for index in range(len(elevation)):
        level = np.full(len(heard.tag), index, np.int32)
        x, y = centroid(heard, level)
        mean, _ = expected(x[:, None] - heard.x, y[:, None] - heard.y, *above(heard, level, elevation), BETWEEN_LEVELS)
        residual = heard.rssi - mean
        own = tag_offset(residual, heard.used)
        cost[:, index] = -log_likelihood(residual - own[:, None], heard.used)
    return cost


def tag_offset(residual: Floats, used: Floats) -> Floats:
    """Most likely offset of each tag in dB, from its residuals (last axis: gateways).

    It is estimated anew each time: carried on from epoch to epoch, it would take over the fixed
    errors of the model at a place where a tag rests (reference "positioning", section 2).
    """
    precision = used.sum(axis=-1) / SIGMA_DB**2 + 1.0 / OFFSET_SD_DB**2
    return (used * residual).sum(axis=-1) / SIGMA_DB**2 / precision


def log_likelihood(residual: Floats, used: Floats) -> Floats:
    """Student-t log likelihood, constants left out, summed over the gateways (last axis)."""
    z = residual * np.float32(1.0 / SIGMA_DB)
    return -0.5 * (STUDENT + 1.0) * (used * np.log1p(z * z * np.float32(1.0 / STUDENT))).sum(axis=-1)


def fit(heard: Heard, level: I32, elevation: Floats) -> Solution:
    """Gauss-Newton in dB for x, y of all tags, started at and tied to their centroids.

    The tie (a normal prior as wide as the strongest reception suggests) keeps tags that one or two
    gateways heard near those gateways instead of anywhere on a circle.
    """
    x0, y0 = centroid(heard, level)
    x, y = x0.copy(), y0.copy()
    height, slabs = above(heard, level, elevation)
    tie = 1.0 / _reach(heard) ** 2
    a = b = d = np.empty(0, np.float32)
    for _ in range(STEPS):
        dx, dy = x[:, None] - heard.x, y[:, None] - heard.y
        mean, distance = expected(dx, dy, height, slabs, ON_LEVEL)
        residual = heard.rssi - mean
        residual -= tag_offset(residual, heard.used)[:, None]
        z = residual / SIGMA_DB
        weight = heard.used * (STUDENT + 1.0) / (STUDENT + z * z) / SIGMA_DB**2
        slope = -(ON_LEVEL.exponent * _DB / distance + ON_LEVEL.clutter) / distance
        gx, gy = slope * dx, slope * dy
        a, b, d = (weight * gx * gx).sum(1) + tie, (weight * gx * gy).sum(1), (weight * gy * gy).sum(1) + tie
        ex = (weight * gx * residual).sum(1) - tie * (x - x0)
        ey = (weight * gy * residual).sum(1) - tie * (y - y0)
        determinant = a * d - b * b
        step_x, step_y = (d * ex - b * ey) / determinant, (a * ey - b * ex) / determinant
        shrink = np.minimum(1.0, STEP_MAX_M / np.maximum(np.hypot(step_x, step_y), 1e-6))
        x, y = x + shrink * step_x, y + shrink * step_y
    variance = 0.5 * (a + d) / (a * d - b * b)
    return Solution(x.astype(np.float32), y.astype(np.float32), variance.astype(np.float32))


def _reach(heard: Heard) -> Floats:
    """How far the strongest gateway is likely to be, metres: the width of the tie."""
    loss = np.clip(P0_DBM - heard.rssi[:, 0], 0.0, 45.0)
    return np.clip(10.0 ** (loss / 30.0), 2.0, 12.0)
