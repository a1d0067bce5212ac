"""How well a tag would be placed in each cell, before anybody carries one there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from twin.locate.build import map_of
from twin.locate.grid import Tuning
from twin.model import F32, I32
from twin.site import Site
from twin.site.survey import Survey

AROUND_M = 15.0
"""Places farther apart are not mistaken for each other."""
HEARD_MIN = 0.02
BLIND_ERROR, SURVEYED_ERROR = 1.45, 0.72
"""The map's real error beside its stated spread, in a simulated hospital: 5.8 dB where no survey heard the gateway
(walls are guessed), 3.6 dB with 60 points."""
CALIBRATION = 0.43
"""Factor that makes the median over the building that of a simulated hospital: many epochs, not one, place a tag."""


class Quality(NamedTuple):
    """Arrays [level, row, column]; x0, y0 is the lower left corner of cell [0, 0], metres."""

    step: float
    x0: float
    y0: float
    heard: F32
    """Expected number of gateways that hear a tag there."""
    error: F32
    """Expected median error in metres; NaN where nobody can walk."""


def quality(site: Site, survey: Survey | None) -> Quality:
    """Expected coverage and error of a building with its gateways, from the plan or from a survey."""
    cells, radio = map_of(site, survey)
    heard = radio.heard() if len(site.gateways) else np.zeros((0, *cells.shape), np.float32)
    known = np.where(radio.surveyed > 0, SURVEYED_ERROR, BLIND_ERROR)[:, None, None, None]
    precision = (heard / (Tuning().noise_db ** 2 + (known * radio.sd) ** 2)).astype(np.float32)
    reach = int(AROUND_M / cells.step)
    error = _expected_error(cells.room, np.moveaxis(radio.mean, 0, -1).copy(), np.moveaxis(precision, 0, -1).copy(),
                            np.moveaxis(heard, 0, -1).copy(), reach)  # fmt: skip
    error = np.where(cells.walkable, CALIBRATION * cells.step * error, np.nan).astype(np.float32)
    return Quality(cells.step, cells.x0, cells.y0, heard.sum(axis=0).astype(np.float32), error)


@njit(cache=True, fastmath=True)
def _expected_error(room: I32, mean: F32, precision: F32, heard: F32, reach: int) -> F32:  # noqa: PLR0912 - one sweep
    """Median distance in cells to the places that look alike from where the tag is.

    A place whose signals differ by D (root sum of squared differences over their spread) keeps the weight
    exp(-D^2 / 4): the likelihood ratio exp(-D^2 / 2) averaged over the noise that both share.
    """
    levels, rows, columns, gateways = mean.shape
    found = np.zeros(room.shape, np.float32)
    weight = np.zeros(2 * reach + 2)
    listed = np.empty(gateways, np.int64)
    for level in range(levels):
        for r in range(rows):
            for c in range(columns):
                if room[level, r, c] < 0:
                    continue
                n = 0
                for g in range(gateways):
                    if heard[level, r, c, g] > HEARD_MIN:
                        listed[n] = g
                        n += 1
                weight[:] = 0.0
                total = 0.0
                for rr in range(max(0, r - reach), min(rows, r + reach + 1)):
                    for cc in range(max(0, c - reach), min(columns, c + reach + 1)):
                        if room[level, rr, cc] < 0:
                            continue
                        away = np.sqrt((rr - r) ** 2 + (cc - c) ** 2)
                        if away > reach:
                            continue
                        apart = np.float32(0.0)
                        for k in range(n):
                            g = listed[k]
                            d = mean[level, r, c, g] - mean[level, rr, cc, g]
                            apart += d * d * precision[level, r, c, g]
                        w = np.exp(-0.25 * apart)
                        weight[int(away + 0.5)] += w
                        total += w
                so_far = 0.0
                for k in range(len(weight)):
                    so_far += weight[k]
                    if so_far >= 0.5 * total:
                        # within the ring, linearly
                        found[level, r, c] = max(k + 0.5 - (so_far - 0.5 * total) / weight[k], 0.0)
                        break
    return found
