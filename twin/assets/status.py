"""The status of each piece of equipment, by the room that it is in."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from twin.assets.rules import Rule
from twin.model import I32, NONE, U8, Room, State

Flags = NDArray[np.bool_]


class Status(IntEnum):
    """What can be done with it now. AVAILABLE says clean and free as well."""

    AVAILABLE = 0
    IN_USE = 1
    DIRTY = 2
    DOWN = 3
    UNKNOWN = 4


PLACED = (State.LIVE, State.STALE, State.UNOBSERVED)
"""States in which the last room still counts; the age tells how old it is."""


class Statuses:
    """The rules worked out for every type, room and company, so that a look-up decides.

    Args:
        rules: The first that fits decides; where none does, the thing is available.
        types: Types of equipment; an asset is known by its type's position here.
        rooms: All rooms of the building.
    """

    def __init__(self, rules: Sequence[Rule], types: Sequence[str], rooms: Sequence[Room]) -> None:
        self.types = tuple(types)
        self.table = np.full((len(types), len(rooms) + 1, 2), Status.AVAILABLE, np.uint8)
        """[type, room, a patient is there]; the last room stands for NONE."""
        for rule in reversed(rules):
            self._apply(rule, rooms)
        self.table[:, NONE] = Status.UNKNOWN

    def _apply(self, rule: Rule, rooms: Sequence[Room]) -> None:
        types = [rule.types is None or name in rule.types for name in self.types]
        places = [
            (rule.spaces is None or room.space_type in rule.spaces)
            and (rule.departments is None or room.department in rule.departments)
            and (rule.rooms is None or room.number in rule.rooms)
            for room in rooms
        ]
        company = [rule.patient is not True, rule.patient is not False]
        self.table[np.ix_(types, [*places, False], company)] = Status[rule.status.upper()]

    def now(self, type_: I32, room: I32, state: U8, *, patients: Flags, down: Flags) -> U8:
        """The status of each asset.

        Args:
            type_: Position of its type, one element an asset.
            room: Room index or NONE.
            state: A `State` each; who is lost or was never heard has no known status.
            patients: Whether a patient is in it, one element a room.
            down: Whether people said that it is broken; that outweighs every rule.
        """
        company = np.append(patients, False)[room].astype(np.intp)
        status = self.table[type_, room, company].copy()
        status[~np.isin(state, PLACED)] = Status.UNKNOWN
        status[down] = Status.DOWN
        return status

    def used(self, type_: int) -> tuple[Flags, Flags]:
        """Rooms in which a type is in use: whoever is there, and only with a patient; the last one is NONE."""
        alone, company = (self.table[type_, :, k] == Status.IN_USE for k in (0, 1))
        return alone & company, company & ~alone
