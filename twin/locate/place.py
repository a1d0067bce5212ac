"""Which room is reported: the likeliest, with hysteresis so that a dot does not flicker at a door."""

from __future__ import annotations

import numpy as np

from twin.locate.kernel import Reading
from twin.model import F32, I32

SURE = 0.6
"""A new room must be this probable (reference "positioning", section 3)."""


def choose_room(present: I32, reading: Reading) -> tuple[I32, F32]:
    """The room to report for each tag and its probability, given the one reported so far."""
    change = (present < 0) | ((reading.room != present) & (reading.p_room > SURE))
    return np.where(change, reading.room, present), np.where(change, reading.p_room, reading.p_present)
