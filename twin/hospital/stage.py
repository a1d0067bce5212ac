"""What everybody in the simulated hospital shares."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from twin.hospital.agenda import Agenda
from twin.hospital.ground import Ground
from twin.hospital.places import Places
from twin.hospital.tables import Tables
from twin.hospital.walking import Walks
from twin.hospital.whereabouts import Whereabouts
from twin.model import NONE, Tag

WRISTBANDS = 120
"""Wristbands of the demo register: the size the tables are written for."""


@dataclass
class Stage:
    """Building, tables, time, chance, positions."""

    ground: Ground
    tags: Sequence[Tag]
    tables: Tables
    timezone: str
    scale: float
    """Wristbands of this register by those of the demo."""
    rng: random.Random
    agenda: Agenda
    where: Whereabouts
    places: Places
    walks: Walks

    def hour(self, t: float | None = None) -> float:
        """Local hour of the day, 0 to 24, now or at `t`."""
        local = datetime.fromtimestamp(self.agenda.now if t is None else t, ZoneInfo(self.timezone))
        return local.hour + local.minute / 60.0 + local.second / 3600.0

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.rng.random() < probability

    def place(self, tag: int, room: int) -> None:
        """Put the tag on a spot in the room at once (opening, arrival at the door)."""
        x, y = self.ground.spot(room, self.rng)
        self.where.put(tag, room, self.ground.site.rooms[room].level, x, y, self.rng.uniform(-3.14, 3.14))

    def entrance(self, types: Sequence[str], department: str = "") -> int:
        """Where somebody comes into the building."""
        room = self.places.somewhere(types, department, NONE, self.rng)
        return room if room != NONE else 0
