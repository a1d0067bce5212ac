"""Path loss with walls and slabs, and its fit to a survey.

`mu = P0_g - 10 n_g log10(max(d, 0.5 m)) - L_w W - L_f F` in dBm; d is the distance in space, W the walls and
F the slabs that the straight line crosses (reference "positioning", section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from twin.model import F64, I32

NEAREST_M = 0.5
P0_DBM, EXPONENT, WALL_DB, SLAB_DB = -59.0, 2.0, 4.5, 16.0
"""What is assumed without a survey: n and P0 from reference "positioning", section 2; walls 3 to 6 dB and
slabs 12 to 20 dB, the middle of each (same source)."""
POWER_SD_DB, EXPONENT_SD, WALL_SD_DB, SLAB_SD_DB = 10.0, 0.6, 2.0, 3.0
"""How far a building may be from what is assumed: priors of the fit of the common values."""
GATEWAY_SD_DB = 5.0
"""How far a gateway's P0 may be from the common one."""
RIDGE = 60.0
"""Weight that ties a gateway's exponent to the common one, in the squares of 10 log10 d that it multiplies: with
few survey points a gateway's own exponent is mostly noise (12 points in a hall: median 1.7 m with it, 1.9 with 20)."""
HUBER = 1.5
"""Residuals beyond so many sigma count less (same source)."""
ROUNDS = 12
OFF_DB = 15.0
"""A gateway silent where so much more was expected was off."""


@dataclass(frozen=True)
class Loss:
    """A fitted path loss; `power` (P0, dBm) and `exponent` have one element a gateway."""

    power: F64
    exponent: F64
    wall: float
    slab: float
    sigma: float
    """Robust spread of the residuals, dB; what was assumed when nothing was fitted."""

    def mean(self, gateway: I32, distance: F64, walls: F64, slabs: F64) -> F64:
        """Expected RSSI in dBm; the arguments broadcast together."""
        log = np.log10(np.maximum(distance, NEAREST_M))
        return self.power[gateway] - 10.0 * self.exponent[gateway] * log - self.wall * walls - self.slab * slabs


def assumed(gateways: int, sigma: float) -> Loss:
    """The path loss of a building nobody has surveyed."""
    return Loss(np.full(gateways, P0_DBM), np.full(gateways, EXPONENT), WALL_DB, SLAB_DB, sigma)


def fit(
    gateways: int, gateway: I32, distance: F64, walls: F64, slabs: F64, rssi: F64, silent: NDArray[np.bool_],
    sigma: float,
) -> Loss:  # fmt: skip
    """Fit to survey means, one row a (point, gateway), by Huber-weighted ridge least squares.

    `silent` rows say only that the signal lay below `rssi`.
    Common values and each gateway's own departures are solved in turn until they settle.
    """
    if not len(rssi):
        return assumed(gateways, sigma)
    log = -10.0 * np.log10(np.maximum(distance, NEAREST_M))
    start = common = np.array([P0_DBM, EXPONENT, WALL_DB, SLAB_DB])
    prior = 1.0 / np.array([POWER_SD_DB, EXPONENT_SD, WALL_SD_DB, SLAB_SD_DB]) ** 2
    design = np.column_stack((np.ones_like(log), log, -walls, -slabs))
    own_power, own_exponent = np.zeros(gateways), np.zeros(gateways)
    scale = sigma
    for _ in range(ROUNDS):
        own = own_power[gateway] + own_exponent[gateway] * log
        measured, used = imputed(rssi, silent, own + design @ common, scale)
        weight = _huber(measured - own - design @ common, scale) * used
        left = (design * weight[:, None]).T @ design / scale**2 + np.diag(prior)
        right = (design * weight[:, None]).T @ (measured - own) / scale**2 + prior * start
        common = np.linalg.solve(left, right)
        rest = measured - design @ common
        weight = _huber(rest - own, scale) * used
        own_power, own_exponent = _departures(gateways, gateway, log, rest, weight, scale)
        residual = (rest - own_power[gateway] - own_exponent[gateway] * log)[~silent]
        scale = float(np.clip(1.4826 * np.median(np.abs(residual)), 1.0, 12.0))
    return Loss(common[0] + own_power, common[1] + own_exponent, float(common[2]), float(common[3]), scale)


def imputed(rssi: F64, silent: NDArray[np.bool_], expected: F64, scale: float) -> tuple[F64, NDArray[np.bool_]]:
    """What was measured, with the mean of what may have been behind each silence, and which rows count.

    A silent row says that the signal lay below `rssi`; given that, a normal one with mean `expected` lies
    scale * phi(z) / Phi(z) lower (the censored regression of Tobin, 1958). Where far more than the edge was
    expected, the gateway was off.
    """
    z = (rssi - expected) / scale
    hidden = expected - scale * np.exp(norm.logpdf(z) - norm.logcdf(z))
    return np.where(silent, hidden, rssi), ~(silent & (expected > rssi + OFF_DB))


def _huber(residual: F64, scale: float) -> F64:
    return 1.0 / np.maximum(1.0, np.abs(residual) / (HUBER * scale))


def _departures(gateways: int, gateway: I32, log: F64, rest: F64, weight: F64, scale: float) -> tuple[F64, F64]:
    """Each gateway's own power and exponent beside the common ones: a 2 x 2 ridge solution each."""

    def total(values: F64) -> F64:
        return np.asarray(np.bincount(gateway, values, gateways), float)

    # The exponent is tied at the distances where there is data, so that power and exponent do not trade off.
    centre = total(weight * log) / np.maximum(total(weight), 1e-9)
    lever = log - centre[gateway]
    a = total(weight) + scale**2 / GATEWAY_SD_DB**2
    c = total(weight * lever * lever) + RIDGE
    b = total(weight * lever)
    p, q = total(weight * rest), total(weight * lever * rest)
    determinant = a * c - b * b
    power, exponent = (c * p - b * q) / determinant, (a * q - b * p) / determinant
    return power - exponent * centre, exponent
