"""The grid filter: one probability per tag over the cells of all levels.

A hidden Markov model on the map (reference "positioning", sections 1 and 2): probability walks along the
walkable cells, each epoch's RSSI weighs them, and everything reported is read off what results.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.locate import kernel
from twin.locate.cells import Cells
from twin.locate.evidence import offset_evidence
from twin.locate.kernel import Batch, Reading
from twin.locate.offsets import SHIFTS, GatewayOffsets, TagOffsets
from twin.locate.radio_map import EDGE_SOFT_DB, Anchors, RadioMap
from twin.locate.tiles import TALL, WIDE, Heard, ground_of, heard_of, posteriors_of
from twin.locate.travel import Travel
from twin.model import F32, F64, I32, NONE

REACH_DBM = np.arange(-110, -19)
R90_MIN_M = 1.3
"""Reference "positioning", section 3."""


@dataclass(frozen=True)
class Tuning:
    """The filter's constants: one set for every building."""

    noise_db: float = 5.0
    """s0: what RSSI does beside the map (reference "positioning", section 2)."""
    map_min_db: float = 1.0
    map_max_db: float = 2.0
    """Limits of the spread of a surveyed map. A spread that is small only near survey points would draw tags to
    them: median error of a resting tag 1.77 m with the whole spread, 1.55 m with this."""
    temper_s: float = 0.8
    """Successive epochs are not independent: one that comes dt after the one before counts
    1 - exp(-dt / temper_s), which is 0.71 at 1 Hz (same source: 0.5 to 0.8)."""
    rest_temper_s: float = 8.0
    """The same for a tag that knows itself still: its next epoch says little that is new."""
    moving_m2_s: float = 1.1
    resting_m2_s: float = 0.3
    """Diffusion of the random walk (same source)."""
    spread_max_m2: float = 6.0
    """Most diffusion in one step; after a longer silence the teleport term takes over."""
    teleport: float = 1e-3
    """Share of the probability that may be anywhere after a step (same source)."""
    ride_per_m2: float = 0.1
    """Share that takes a lift or stair for each m^2 of diffusion, at most 0.3."""
    silence: float = 0.95
    """What the silence of a gateway that surely should hear takes away (same source)."""
    caught_min: float = 0.02
    """A packet is never taken to be rarer than this: the map may be wrong."""
    audience: int = 24
    """At most so many gateways' silence is looked at for a cell ..."""
    audible: float = 0.1
    """... those that hear a packet sent there with at least this probability."""
    reach_m: float = 20.0
    reach_min_m: float = 6.0
    """A tag is sought no farther, and not less far, from the gateway that hears it best."""
    guessed_reach_m: float = 40.0
    guessed_reach_min_m: float = 20.0
    """The same where that gateway's own place is only guessed."""
    margin_db: float = 15.0
    """How much louder than the map a reading may be."""
    still_r90: float = 0.12
    moving_r90: float = 0.77
    still_spread: float = 0.1
    """Calibration of the radius (`GridFilter.calibrated`)."""


class GridFilter:
    """Posteriors of many tags on one map.

    Args:
        cells: The map.
        radio: What gateways would hear.
        anchors: Where the gateways are.
        groups: One number a tag; tags of a group are of one make and worn alike, so their offsets are alike.
        reference_tags: The tags are of the kind that made the survey.
        learn: Let gateways' offsets follow what is heard.
        trace: Keep each epoch's likelihood, for smoothing.
    """

    def __init__(
        self,
        cells: Cells,
        radio: RadioMap,
        anchors: Anchors,
        groups: I32,
        tuning: Tuning = Tuning(),
        *,
        reference_tags: bool = False,
        learn: bool = True,
        trace: bool = False,
    ) -> None:
        self.cells, self.tuning = cells, tuning
        tags = len(groups)
        self._levels_beside = np.where(anchors.guessed, cells.shape[0], 1)
        farthest = tuning.guessed_reach_m if anchors.guessed.any() else tuning.reach_m
        self.ground = ground_of(cells, _audience(radio, tuning))
        self._heard = _heard(cells, radio, tuning)
        kept = 2 * int(self._levels_beside.max(initial=1)) + 1
        self.state = posteriors_of(self.ground, tags, kept, int(np.ceil(farthest / cells.step)), trace=trace)
        self._row, self._column = cells.at(anchors.x, anchors.y)
        self._level = anchors.level
        self._reach = _reach(cells, radio, anchors, tuning)
        self.travel = Travel(tags)
        self.offsets = TagOffsets(groups, spike=reference_tags and bool(radio.surveyed.any()))
        self.gateways = GatewayOffsets(len(anchors.x), radio.edge, tuning.noise_db, learn=learn)

    def step(
        self,
        tags: I32,
        start: I32,
        gateway: I32,
        rssi: F32,
        elapsed: F64,
        diffusion: F64,
        heard: F64,
        heartbeat: F64,
        present: I32,
    ) -> Reading:
        """Predict and update `tags`; rows start[i] to start[i + 1] of gateway and rssi are tag i's.

        `elapsed` is seconds since each tag's step before, `diffusion` in m^2/s, `heard` when its newest row was
        received, `present` the room it is reported in; `heartbeat` is when each gateway last reported,
        one row for all or one a tag.
        """
        t = self.tuning
        memory = np.where(diffusion < t.moving_m2_s, t.rest_temper_s, t.temper_s)
        batch = Batch(
            tags, start, gateway, self.gateways.corrected(gateway, rssi), heard,
            self._boxes(tags, start, gateway, rssi),
            np.minimum(diffusion * elapsed, t.spread_max_m2).astype(np.float32),
            np.clip(np.rint(48.0 * (1.0 - np.exp(-elapsed / memory))), 1, 48).astype(np.int32), present,
        )  # fmt: skip
        new = self.state.box[tags, 0] < 0
        reading = self._advance(batch, heartbeat)
        self.travel.step(tags, reading.x, reading.y, elapsed)
        self.gateways.learn(gateway, batch.rssi, reading.residual)
        self._learn_tags(batch, elapsed)
        if new.any():
            # A first fix was made before anything was known of the tag's offset.
            self.state.box[tags[new]] = NONE
            beats = heartbeat[new] if heartbeat.ndim > 1 else heartbeat
            again = self._advance(_part(batch, np.flatnonzero(new)), beats)
            for column, better in zip(reading[:-1], again[:-1], strict=True):
                column[new] = better
        return reading._replace(r90=self.calibrated(reading.r90, self.travel.spread2[tags]))

    def _advance(self, batch: Batch, heartbeat: F64) -> Reading:
        t = self.tuning
        reading = empty_reading(len(batch.tag), len(batch.gateway))
        kernel.advance(
            self.state, self.ground, self._heard, batch, np.atleast_2d(heartbeat), self.cells.rooms,
            np.float32(t.teleport), np.float32(t.ride_per_m2), reading,
        )  # fmt: skip
        return reading

    def _boxes(self, tags: I32, start: I32, gateway: I32, rssi: F32) -> I32:
        """The tiles each tag may be in: those near enough to the gateway that hears it best."""
        box = self.state.box[tags].copy()
        count = np.diff(start)
        heard = np.flatnonzero(count)
        if not len(heard):
            return box
        of = np.repeat(np.arange(len(heard)), count[heard])
        loudest = np.flatnonzero(rssi == np.maximum.reduceat(rssi, start[heard])[of])
        best = np.empty(len(heard), np.intp)
        best[of[loudest]] = loudest
        g = gateway[best]
        loud = np.rint(rssi[best] - self.state.offset[tags[heard]]) - REACH_DBM[0]
        reach = self._reach[g, np.clip(loud, 0, len(REACH_DBM) - 1).astype(int)]
        half = np.ceil(reach).astype(np.int32)
        levels, rows, columns = (self._level[g], self._levels_beside[g]), (self._row[g], half), (self._column[g], half)
        middles = ((*levels, 1), (*rows, TALL), (*columns, WIDE))
        for axis, ((middle, side, tile), size) in enumerate(zip(middles, self.cells.shape, strict=True)):
            first = np.clip(middle - side, 0, size - 1) // tile
            last = np.clip(middle + side, 0, size - 1) // tile
            box[heard, axis], box[heard, axis + 3] = first, last - first + 1
        return box

    def _learn_tags(self, batch: Batch, elapsed: F64) -> None:
        which = self.offsets.due(batch.tag, np.diff(batch.start), elapsed)
        if not len(which):
            return
        evidence = np.empty((len(which), len(SHIFTS)), np.float32)
        offset_evidence(self.state, self.ground, self._heard, batch, which, SHIFTS, evidence)
        at = batch.tag[which]
        self.state.offset[at] = self.offsets.learn(at, evidence, self.travel)

    def calibrated(self, r90: F32, spread2: F64) -> F32:
        """The radius that is true 90 % of the time.

        A tag that moves meets the map's errors one after another and they average out, one that rests keeps its
        own, and more so where the gateways leave much room. Fitted on recorded walks and resting tags.
        """
        t = self.tuning
        still = np.exp(-spread2 / np.maximum(r90, 0.1) ** 2 / t.still_spread)
        return np.maximum(r90 * (t.moving_r90 + t.still_r90 * r90 * still), R90_MIN_M).astype(np.float32)


def _audience(radio: RadioMap, tuning: Tuning) -> I32:
    """For each cell the gateways most likely to hear a tag there, as far as their silence would tell much."""
    heard = np.moveaxis(radio.heard(), 0, -1)
    kept = min(tuning.audience, heard.shape[-1])
    order = np.argsort(-heard, axis=-1)[..., :kept]
    likely = np.take_along_axis(heard, order, axis=-1) > tuning.audible
    return np.where(likely, order, NONE).astype(np.int32)


def _reach(cells: Cells, radio: RadioMap, anchors: Anchors, tuning: Tuning) -> F32:
    """How many cells from gateway g a tag heard with REACH_DBM[i] can be, [gateway, i], map error included."""
    _, row, column = np.nonzero(cells.walkable)
    at_row, at_column = cells.at(anchors.x, anchors.y)
    reach = np.zeros((len(anchors.x), len(REACH_DBM)), np.float32)
    for g, mean in enumerate(radio.mean):
        away = np.maximum(np.abs(row - at_row[g]), np.abs(column - at_column[g]))
        loudest = np.ceil(mean[cells.walkable] + tuning.margin_db) - REACH_DBM[0]
        possible = loudest >= 0
        index = np.minimum(loudest[possible], len(REACH_DBM) - 1).astype(int)
        np.maximum.at(reach[g], index, away[possible].astype(np.float32))
        reach[g] = np.maximum.accumulate(reach[g][::-1])[::-1]
    least = np.where(anchors.guessed, tuning.guessed_reach_min_m, tuning.reach_min_m)[:, None]
    most = np.where(anchors.guessed, tuning.guessed_reach_m, tuning.reach_m)[:, None]
    return np.clip(reach, least / cells.step, most / cells.step).astype(np.float32)


def _heard(cells: Cells, radio: RadioMap, tuning: Tuning) -> Heard:
    surveyed = (radio.surveyed > 0)[:, None, None, None]
    spread = np.where(surveyed, np.clip(radio.sd, tuning.map_min_db, tuning.map_max_db), radio.sd)
    sigma2 = tuning.noise_db**2 + spread**2
    caught = np.maximum(radio.heard(), tuning.caught_min)
    # Weak packets are heard only when they happen to come strong: nothing heard is expected below the edge.
    mean = radio.edge + EDGE_SOFT_DB * np.logaddexp(0.0, (radio.mean - radio.edge) / EDGE_SOFT_DB)
    scale = (np.sqrt(sigma2) / tuning.noise_db / caught) ** (1.0 / 3.0)
    silence = (1.0 - tuning.silence * np.minimum(caught, 0.97)) ** (-1.0 / 3.0)
    return heard_of(cells, mean, scale, scale / (5.0 * sigma2), silence)


def _part(batch: Batch, which: NDArray[np.intp]) -> Batch:
    """The step of some tags of a batch."""
    count = np.diff(batch.start)[which]
    rows = np.repeat(batch.start[which], count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return Batch(
        batch.tag[which], np.append(0, np.cumsum(count)).astype(np.int32), batch.gateway[rows], batch.rssi[rows],
        batch.heard[which], batch.box[which], batch.spread[which], batch.power[which], batch.present[which],
    )  # fmt: skip


def empty_reading(tags: int, rows: int) -> Reading:
    """Room for what is read off `tags` posteriors after `rows` readings."""

    def whole() -> I32:
        return np.full(tags, NONE, np.int32)

    def real() -> F32:
        return np.zeros(tags, np.float32)

    return Reading(
        real(), real(), whole(), real(), whole(), real(), whole(), real(), real(), real(), real(),
        np.zeros(rows, np.float32),
    )  # fmt: skip
