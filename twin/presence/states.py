"""Live, stale, unobserved or lost: how far the position of each tag can be believed.

A tag that is not heard has either gone, or nobody is there to hear it. The time in which the
gateways that last heard it are silent themselves is not held against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from twin.model import F32, F64, NONE, U8, Epoch, Fixes, Kind, State, Tag

SILENT_GATEWAY_S = 60.0
"""Without an upload for so long, a gateway counts as silent (reference "alerts-and-safety", section 5)."""
WITNESSES = 3
"""Strongest gateways of a tag's last epoch that must all be silent to call it unobserved."""
INTERVALS = 3.0
"""A slow tag is stale after this many of its own advertising intervals, if that is later."""


class Limits(NamedTuple):
    """Seconds without reception until stale, and seconds of observed absence until lost."""

    stale_s: float
    lost_s: float


LIMITS: Mapping[Kind, Limits] = {
    Kind.PATIENT: Limits(15.0, 300.0),
    Kind.STAFF: Limits(15.0, 300.0),
    Kind.ASSET: Limits(120.0, 3600.0),
    Kind.SENSOR: Limits(60.0, 1800.0),
}
"""Reference "alerts-and-safety", section 5: person 15 s and 5 min, asset 120 s and 60 min. A sensor
is lost after 30 min, the longest gap that a vaccine log may have (section 6)."""


def silent_gateways(heartbeat: F64, now: float) -> np.ndarray:
    """Return which gateways have not uploaded for longer than `SILENT_GATEWAY_S`."""
    return now - heartbeat > SILENT_GATEWAY_S


class States:
    """State of each tag of the register. Time goes forward from call to call."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        limits = [LIMITS[tag.kind] for tag in tags]
        self._stale = np.array([limit.stale_s for limit in limits])
        self._lost = np.array([limit.lost_s for limit in limits])
        self._witness = np.full((len(tags), WITNESSES), NONE, np.int32)
        self._missing = np.zeros(len(tags))
        self._t: float | None = None

    def restore(self, fixes: Fixes) -> None:
        """Begin after a pause in which nobody listened: it counts for no tag's absence."""
        self._t = fixes.t

    def step(self, epoch: Epoch, fixes: Fixes, interval: F32) -> U8:
        """Return the state of each tag at `epoch.t`.

        `interval` is the observed advertising interval of each tag in seconds.
        """
        now = epoch.t
        self._remember_witnesses(epoch)
        unobserved = self._deaf(silent_gateways(epoch.heartbeat, now))
        elapsed = 0.0 if self._t is None else max(0.0, now - self._t)
        self._t = now
        age = now - fixes.heard
        self._missing[~unobserved] += elapsed
        self._missing = np.minimum(self._missing, age)
        stale_after = np.maximum(self._stale, INTERVALS * interval)
        state = np.full(len(age), State.LIVE, np.uint8)
        stale = age > stale_after
        state[stale] = State.STALE
        state[stale & unobserved] = State.UNOBSERVED
        state[stale & (self._missing > np.maximum(self._lost, stale_after))] = State.LOST
        state[~np.isfinite(fixes.heard)] = State.UNSEEN
        return state

    def _remember_witnesses(self, epoch: Epoch) -> None:
        if not len(epoch.tag):
            return
        order = np.lexsort((-epoch.rssi, epoch.tag))
        tag, gateway = epoch.tag[order], epoch.gateway[order]
        start = np.flatnonzero(np.append(True, tag[1:] != tag[:-1]))
        rank = np.arange(len(tag)) - np.repeat(start, np.diff(np.append(start, len(tag))))
        self._witness[tag[start]] = NONE
        keep = rank < WITNESSES
        self._witness[tag[keep], rank[keep]] = gateway[keep]

    def _deaf(self, silent: np.ndarray) -> np.ndarray:
        """Which tags have no witness left that could hear them; tags without witnesses are not among them."""
        no_witness = self._witness < 0
        mute = np.append(silent, True)[self._witness]
        return np.logical_and(np.all(mute, axis=1), ~np.all(no_witness, axis=1))
