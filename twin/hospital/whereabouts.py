"""Where every tag really is, as parallel arrays indexed by `Tag.index`."""

from __future__ import annotations

import numpy as np

from twin.model import NONE


class Whereabouts:
    """True positions. A tag that is off the air lies in a drawer or went home with its bearer."""

    def __init__(self, tags: int) -> None:
        self.x = np.zeros(tags, np.float32)
        self.y = np.zeros(tags, np.float32)
        self.level = np.full(tags, NONE, np.int32)
        self.room = np.full(tags, NONE, np.int32)
        self.heading = np.zeros(tags, np.float32)
        """Where the bearer looks, radians from east, anticlockwise."""
        self.on_air = np.zeros(tags, bool)
        self.moving = np.zeros(tags, bool)
        self.radio_dirty = np.ones(tags, bool)
        """Moved since the radio model last looked."""
        self.truth_dirty = np.ones(tags, bool)
        """Changed since the truth was last written."""

    def put(self, tag: int, room: int, level: int, x: float, y: float, heading: float | None = None) -> None:
        """The tag is here now."""
        self.x[tag], self.y[tag], self.level[tag], self.room[tag] = x, y, level, room
        if heading is not None:
            self.heading[tag] = heading
        self.radio_dirty[tag] = self.truth_dirty[tag] = True

    def switch(self, tag: int, on: bool) -> None:
        """The tag is handed out, or taken off the air."""
        self.on_air[tag] = on
        self.radio_dirty[tag] = self.truth_dirty[tag] = True
