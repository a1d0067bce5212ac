"""Where everything is when the twin starts: nowhere yet, or where history last saw it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.history.batch import Restored
from twin.model import NONE, Fixes, State


def nowhere(tags: int) -> Fixes:
    """Build fixes of a register that nobody has heard yet."""
    zero, none = np.zeros(tags, np.float32), np.full(tags, NONE, np.int32)
    never = np.full(tags, -np.inf)
    unseen = np.full(tags, State.UNSEEN, np.uint8)
    return Fixes(0.0, zero, zero, none, none, zero, zero, never, np.zeros(tags, np.int32), unseen)


def fixes_of(restored: Restored, tags: int) -> Fixes:
    """Build the fixes that history ended with: stale, with the true times of their last reception."""
    fixes, last = nowhere(tags), restored.last
    columns = {"x": last.x, "y": last.y, "level": last.level, "room": last.room}
    columns |= {"p": last.p, "r90": last.r90, "heard": last.t}
    filled = {name: getattr(fixes, name).copy() for name in columns}
    for name, values in columns.items():
        filled[name][last.tag] = values
    state = np.where(np.isfinite(filled["heard"]), State.STALE, State.UNSEEN).astype(np.uint8)
    return replace(fixes, t=restored.t or 0.0, state=state, **filled)
