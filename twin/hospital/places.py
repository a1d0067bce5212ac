"""Which rooms are for what, how many patients fit, and who holds a place."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from twin.model import NONE
from twin.site import Site

SINGLE = {"icu_bay", "ed_bay", "resus", "exam", "triage", "theatre", "anaesthesia", "imaging"}
"""Rooms for one patient, unless there are several bays in one room."""
AREA = {"patient_room": 9.0, "icu_bay": 14.0, "ed_bay": 10.0, "recovery": 9.0, "resus": 16.0}
"""Square metres a patient needs where several share a room."""


class Places:
    """Places for patients, by room. A place is held from the moment somebody sets out for it."""

    def __init__(self, site: Site, scale: float) -> None:
        """`scale`: how much denser than the demo, for registers with more tags than one house has."""
        self._rooms: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._department = [room.department for room in site.rooms]
        self._level = [room.level for room in site.rooms]
        self._type = [room.space_type for room in site.rooms]
        self.capacity = [
            max(1, round(scale * (site.beds[room.index] or _capacity(room.space_type, room.area))))
            for room in site.rooms
        ]
        self.held = [0] * len(site.rooms)
        for room in site.rooms:
            self._rooms[room.space_type, room.department].append(room.index)
            self._rooms[room.space_type, ""].append(room.index)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_rooms": dict(self._rooms)}

    def rooms(self, types: Iterable[str], department: str = "") -> list[int]:
        """All rooms of the types, in the order of the types."""
        return [room for kind in types for room in self._rooms.get((kind, department), ())]

    def free(self, types: Sequence[str], department: str, rng: random.Random) -> int:
        """A room with a free place, of the first type that has one; NONE when all are taken."""
        for kind in types:
            spare = [r for r in self._rooms.get((kind, department), ()) if self.held[r] < self.capacity[r]]
            if spare:
                return spare[rng.randrange(len(spare))]
        return NONE

    def somewhere(self, types: Sequence[str], department: str, near: int, rng: random.Random) -> int:
        """A room to be in without a place of one's own: own department, then same level, then any."""
        for kind in types:
            own = self._rooms.get((kind, department), ())
            if own and department:
                return own[rng.randrange(len(own))]
            rooms = self._rooms.get((kind, ""), ())
            level = [r for r in rooms if near != NONE and self._level[r] == self._level[near]]
            if level or rooms:
                choice = level or rooms
                return choice[rng.randrange(len(choice))]
        return NONE

    def beds(self, types: Sequence[str], department: str = "") -> int:
        """How many patients fit into rooms of these types."""
        return sum(self.capacity[r] for r in self.rooms(types, department))

    def department(self, room: int) -> str:
        """Department key of a room."""
        return self._department[room]

    def space_type(self, room: int) -> str:
        """Space type of a room."""
        return self._type[room]

    def hold(self, room: int) -> None:
        """Somebody is to have a place here."""
        self.held[room] += 1

    def release(self, room: int) -> None:
        """A place here is free again."""
        self.held[room] -= 1


def _capacity(kind: str, area: float) -> int:
    if kind in AREA:
        return max(1, int(area / AREA[kind]))
    if kind in SINGLE:
        return 1
    return max(2, int(area / 2.5)) if kind in ("waiting", "lobby") else 2
