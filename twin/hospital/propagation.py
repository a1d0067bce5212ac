"""How strongly each gateway hears each place of the building, and what gets through.

Multi-wall path loss: `P0 - 10 n log10(d) - walls - slabs - shadow`, with P0 and n per gateway
(positioning literature: n about 2 indoors, 3 to 6 dB a light wall, 12 to 20 dB a concrete slab),
a shadow field that is correlated over a few metres, an offset per tag, and the bearer's body.
Derived from site and seed alone: rebuilt at every start, never saved.
"""

from __future__ import annotations

import numpy as np

from twin.model import F32, I32, NONE, Kind, Tag
from twin.site import Site, walls_crossed

POWER_AT_1M = (-58.0, 2.5)
EXPONENT = (2.1, 0.12)
WALL_DB = (3.0, 6.0)
SLAB_DB = (13.0, 19.0)
MOST_WALLS = 7
"""Beyond so many, energy comes round by corridors and stairs instead."""
SHADOW_DB = 3.5
SHADOW_METRES = 2.5
TAG_DB = 4.0
BODY_DB = 4.0
"""Half of the difference between a tag before and behind the bearer's body."""
FADING_DB = 3.0
SENSITIVITY = -94.0
"""RSSI at which half of the packets are lost."""
SOFTNESS = 1.6
CAUGHT = 0.95
"""Share of packets a gateway catches when they are strong: it scans one channel at a time."""
DEAF = -106.0
"""Mean below which a packet is not worth a draw."""
TAG_HEIGHT = 1.1


class Propagation:
    """Mean RSSI of every tag at every gateway, kept up for tags that move."""

    def __init__(self, site: Site, tags: tuple[Tag, ...], seed: int) -> None:
        rng = np.random.default_rng([seed, 11])
        gateways = site.gateways
        self._x = np.array([g.x for g in gateways], np.float32)
        self._y = np.array([g.y for g in gateways], np.float32)
        self._level = np.array([g.level for g in gateways], np.int32)
        elevation = np.array([level.elevation for level in site.levels], np.float32)
        self._height = elevation[self._level] + np.array([g.z for g in gateways], np.float32)
        self._elevation = elevation
        self._power = rng.normal(*POWER_AT_1M, len(gateways)).astype(np.float32)
        self._slope = (10.0 * rng.normal(*EXPONENT, len(gateways)).clip(1.7, 2.6)).astype(np.float32)
        self._tag_offset = rng.normal(0.0, TAG_DB, len(tags)).astype(np.float32)
        self._worn = np.array([t.kind in (Kind.PATIENT, Kind.STAFF) for t in tags])
        self._bounds = np.array(site.bounds, np.float32)
        self._loss = [self._level_loss(site, level, rng) for level in range(len(site.levels))]
        self.mean = np.full((len(tags), len(gateways)), -200.0, np.float32)
        """dBm, tags by gateways."""

    def _level_loss(self, site: Site, level: int, rng: np.random.Generator) -> F32:
        """The dB lost between each gateway and each 1 m cell of a level: gateways by rows by columns."""
        wall, slab = rng.uniform(*WALL_DB, len(site.gateways)), rng.uniform(*SLAB_DB, len(site.gateways))
        grids: list[F32] = []
        for g, gateway in enumerate(site.gateways):
            floors = abs(gateway.level - level)
            walls = np.minimum(walls_crossed(site, level, gateway.x, gateway.y), MOST_WALLS).astype(np.float32)
            # Through a slab the straight line crosses only part of the walls that the plan shows.
            grid = walls * wall[g] / (1.0 + floors) + slab[g] * floors
            grids.append((grid + SHADOW_DB * _field(rng, grid.shape, SHADOW_METRES)).astype(np.float32))
        return np.stack(grids)

    def follow(self, tags: I32, x: F32, y: F32, level: I32, heading: F32) -> None:
        """Bring `mean` up to date for `tags`, which are at those places now."""
        for floor in range(len(self._loss)):
            chosen = level == floor
            if chosen.any():
                self._follow_on(floor, tags[chosen], x[chosen], y[chosen], heading[chosen])
        self.mean[tags[level == NONE]] = -200.0

    def _follow_on(self, floor: int, tags: I32, x: F32, y: F32, heading: F32) -> None:
        self.mean[tags] = self.mean_at(floor, x, y, heading, self._tag_offset[tags], self._worn[tags])

    def mean_at(self, floor: int, x: F32, y: F32, heading: F32, offset: F32, worn: np.ndarray) -> F32:
        """Mean RSSI at each gateway, places by gateways, of tags at these places of the level `floor`.

        `offset` is how many dB stronger than usual each tag is; `worn` tags have a body behind them,
        which looks to `heading`.
        """
        loss = self._loss[floor]
        column = np.clip((x - self._bounds[floor, 0]).astype(np.int32), 0, loss.shape[2] - 1)
        row = np.clip((y - self._bounds[floor, 1]).astype(np.int32), 0, loss.shape[1] - 1)
        dx, dy = self._x - x[:, None], self._y - y[:, None]
        dz = self._height - (self._elevation[floor] + TAG_HEIGHT)
        square = dx * dx + dy * dy
        mean = self._power - self._slope * 0.5 * np.log10(np.maximum(square + dz * dz, 0.25))
        mean -= loss[:, row, column].T
        mean += offset[:, None]
        ahead = (dx * np.cos(heading)[:, None] + dy * np.sin(heading)[:, None]) / np.sqrt(square + 0.25)
        mean += worn[:, None] * BODY_DB * (ahead - 1.0)
        return mean

    def receive(self, tags: I32, packets: I32, awake: np.ndarray, rng: np.random.Generator) -> tuple[I32, I32, I32]:
        """Who hears what: `packets[i]` advertisements of `tags[i]` go out.

        `awake` says which gateways listen. Returns (which i, gateway, RSSI in dBm), in no order.
        """
        return caught(self.mean[tags], packets, awake, rng)


def caught(mean: F32, packets: I32, awake: np.ndarray, rng: np.random.Generator) -> tuple[I32, I32, I32]:
    """What gets through of `packets[i]` advertisements with the mean RSSI `mean[i]` (by gateways); as `receive`."""
    which, gateway = np.nonzero((mean > DEAF) & awake)
    rssi = mean[which, gateway] + rng.standard_normal(len(which), np.float32) * FADING_DB
    lost = 1.0 - CAUGHT / (1.0 + np.exp((SENSITIVITY - rssi) / SOFTNESS))
    heard = rng.random(len(which), np.float32) > lost ** packets[which]
    rssi = np.clip(np.rint(rssi), -104, -22).astype(np.int32)
    return which[heard].astype(np.int32), gateway[heard].astype(np.int32), rssi[heard]


def _field(rng: np.random.Generator, shape: tuple[int, ...], metres: float) -> np.ndarray:
    """A Gaussian random field with unit variance, on a 1 m grid, correlated over `metres`."""
    white = np.fft.rfft2(rng.standard_normal(shape))
    fy = np.fft.fftfreq(shape[0])[:, None]
    fx = np.fft.rfftfreq(shape[1])[None, :]
    smooth = np.fft.irfft2(white * np.exp(-2.0 * (np.pi * metres) ** 2 * (fx * fx + fy * fy)), s=shape[:2])
    return smooth / max(float(smooth.std()), 1e-9)
