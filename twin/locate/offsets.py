"""Offsets beside the map: of each tag (power, battery, body, pocket) and of each gateway.

A tag's offset is a posterior over `SHIFTS`. Its evidence comes from how well each value explains what was heard
wherever the tag may be, so an offset cannot hide behind a place that suits it. At rest the map's own fixed error
looks like an offset (reference "positioning", section 2); so evidence counts by how far the tag has travelled, and
what it showed then is kept while it rests.
"""

from __future__ import annotations

import numpy as np

from twin.locate.travel import Travel
from twin.model import F32, F64, I32

SHIFTS = np.arange(-12, 13, 3).astype(np.float32)
"""Offsets tried, dB."""
PRIOR_VAR = 16.0
"""dB^2 (reference "positioning", section 2)."""
EVERY_S, MEMORY_S = 1.0, 20.0
"""How often evidence is taken, and how long it is remembered."""
JITTER_M, PLACE_M, PLACES_MAX = 1.0, 1.0, 8.0
"""Beyond the jitter of a resting estimate, each `PLACE_M` of spread squared is one more independent place."""
REST_PLACES = 4.0
"""What the evidence counts at rest."""
REST_NATS = 2.0
"""... where misfit by less (log likelihood) is put down to the map, for tags of the kind that surveyed."""
USUAL_AFTER = 8.0
"""The usual offset of a group counts half when so many of its tags have shown theirs."""

CLEAR_DB = 6.0
GAIN, FORGET, AFTER, MOST_DB = 0.05, 1e-3, 5.0, 8.0
"""Learning of a gateway's offset: share of the mean residual taken over a tick, leak, tags at which it counts
half, limit."""


class TagOffsets:
    """What is known of each tag's offset.

    Args:
        groups: One number a tag; tags of a group are alike.
        spike: An offset of exactly the usual one is likely.
    """

    def __init__(self, groups: I32, *, spike: bool) -> None:
        tags = len(groups)
        self._group = groups
        self._groups = int(groups.max(initial=-1)) + 1
        self._nats = REST_NATS if spike else 0.0
        self._evidence = np.zeros((tags, len(SHIFTS)), np.float32)
        self._belief = np.tile(-0.5 * SHIFTS**2 / PRIOR_VAR, (tags, 1))
        self._travelled = np.zeros(tags, bool)
        self._scans = np.zeros(tags)
        self._since = np.zeros(tags)

    def due(self, tags: I32, rows: I32, elapsed: F64) -> I32:
        """Positions in `tags` whose evidence should be taken now: heard by two gateways, and not just before."""
        self._since[tags] += elapsed
        return np.flatnonzero((rows > 1) & (self._since[tags] >= EVERY_S)).astype(np.int32)

    def learn(self, tags: I32, evidence: F32, travel: Travel) -> F32:
        """Take log likelihoods [tag, shift] in; the offsets of `tags` in dB."""
        self._scans[tags] += 1
        gain = np.maximum(1.0 - np.exp(-self._since[tags] / MEMORY_S), 1.0 / self._scans[tags])[:, None]
        self._since[tags] = 0.0
        evidence = evidence - evidence.max(axis=1, keepdims=True)
        self._evidence[tags] += (gain * (evidence - self._evidence[tags])).astype(np.float32)
        prior = -0.5 * (SHIFTS - self._usual()[self._group[tags]][:, None]) ** 2 / PRIOR_VAR
        places = np.clip((travel.spread2[tags] - JITTER_M**2) / PLACE_M**2, 0.0, PLACES_MAX)[:, None]
        moving = places[:, 0] >= 1.0
        self._travelled[tags] |= moving
        belief = np.where(self._travelled[tags][:, None], self._belief[tags], prior)
        belief = np.where(moving[:, None], places * self._evidence[tags] + prior, belief)
        self._belief[tags] = belief
        held = SHIFTS[belief.argmax(axis=1)][:, None] == SHIFTS
        at_rest = belief + REST_PLACES * (self._evidence[tags] + self._nats * held)
        offset = _mean_shift(np.where(moving[:, None], belief, at_rest))
        return offset.astype(np.float32)

    def _usual(self) -> F64:
        """Mean offset of each group, drawn towards 0 while few of its tags have shown theirs."""
        shown = self._scans >= 3
        own = _mean_shift(self._evidence[shown] - 0.5 * SHIFTS**2 / PRIOR_VAR)
        total = np.bincount(self._group[shown], own, self._groups)
        return total / (np.bincount(self._group[shown], minlength=self._groups) + USUAL_AFTER)


class GatewayOffsets:
    """What each gateway hears beside its map: learned slowly from all tags, so no survey is needed for it."""

    def __init__(self, gateways: int, edge: float, noise_db: float, *, learn: bool) -> None:
        self.db = np.zeros(gateways, np.float32)
        self._edge, self._noise, self._learns = edge, noise_db, learn

    def corrected(self, gateway: I32, rssi: F32) -> F32:
        """Readings with their gateway's offset taken off."""
        return (rssi - self.db[gateway]).astype(np.float32)

    def learn(self, gateway: I32, rssi: F32, residual: F32) -> None:
        """Take one tick's residuals (dB) in; rows as heard, `rssi` corrected."""
        if not self._learns:
            return
        count = len(self.db)
        # Of a weak link only the strong readings arrive.
        clear = rssi > self._edge + CLEAR_DB
        error = np.clip(residual, -2 * self._noise, 2 * self._noise) * clear
        pull = np.bincount(gateway, error, count) / (np.bincount(gateway, clear, count) + AFTER)
        moved = self.db * (1.0 - FORGET) + GAIN * pull
        # What all gateways share is the tags' own.
        moved -= 0.1 * moved.mean()
        self.db = np.clip(moved, -MOST_DB, MOST_DB).astype(np.float32)


def _mean_shift(log: F64 | F32) -> F64:
    """Mean of `SHIFTS` under log weights [n, shift]."""
    if not len(log):
        return np.empty(0)
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    return (weight @ SHIFTS) / weight.sum(axis=1)
