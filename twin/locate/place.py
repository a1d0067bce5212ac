"""Which room is reported: the likeliest, with hysteresis so that a dot does not flicker at a door."""

from __future__ import annotations

import numpy as np

from twin.locate.cloud import Cloud
from twin.model import F32, I32, NONE

LEAD = 1.0
"""A challenger takes over when its lead in probability, summed over evaluations after each other,
passes this: two sure ones, or many narrow ones. Without a lead limit a dot changes rooms several
times a minute while it rests (reference "positioning", section 6, column "switches")."""
SMOOTHING = 0.3
"""Weight of the newest evaluation in the reported probability."""


class RoomChoice:
    """Reported room of each tag and its probability."""

    def __init__(self, tags: int) -> None:
        self.room = np.full(tags, NONE, np.int32)
        self.p = np.zeros(tags, np.float32)
        self._challenger = np.full(tags, NONE, np.int32)
        self._lead = np.zeros(tags, np.float32)

    def restore(self, room: I32, p: F32) -> None:
        """Start from earlier rooms."""
        self.room, self.p = room.copy(), p.copy()

    def step(self, tags: I32, cloud: Cloud) -> None:
        """Decide anew for some tags."""
        present = self.room[tags]
        best, p_best, p_present = shares(cloud, present)
        lead = p_best - p_present
        lead += np.where(best == self._challenger[tags], self._lead[tags], 0)
        change = (best >= 0) & (best != present) & ((present < 0) | (lead > LEAD))
        self._challenger[tags] = np.where(change | (best == present), NONE, best)
        self._lead[tags] = np.where(change | (best == present), 0, lead)
        self.room[tags] = np.where(change, best, present)
        smoothed = self.p[tags] + SMOOTHING * (p_present - self.p[tags])
        self.p[tags] = np.where(change, p_best, smoothed)


def shares(cloud: Cloud, present: I32) -> tuple[I32, F32, F32]:
    """Likeliest room of each tag (NONE if no point is in a room), its probability, and that of `present`."""
    room, weight = cloud.room, cloud.weight * (cloud.room >= 0)
    same = (room[:, :, None] == room[:, None, :]).astype(np.float32)
    sums = np.matmul(same, weight[:, :, None])[:, :, 0]
    at = sums.argmax(axis=1)
    rows = np.arange(len(room))
    p_present = (weight * (room == present[:, None])).sum(axis=1)
    inside = weight.any(axis=1)
    return np.where(inside, room[rows, at], NONE).astype(np.int32), sums[rows, at], p_present
