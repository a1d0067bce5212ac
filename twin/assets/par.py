"""Par levels: how many available things a place holds against how many it should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.assets.rules import Par
from twin.assets.status import Status
from twin.model import I32, NONE, U8, Room


class Count(NamedTuple):
    """One par level as it stands."""

    par: Par
    available: int
    """Clean and free, in this place, now."""
    elsewhere: tuple[tuple[str, int], ...]
    """Departments with available ones to spare, and how many: more than their own target, or all where none is
    set; most first. Empty while nothing is short."""
    unknown: int
    """Of the type, anywhere: those whose place is not known, so that some may be here."""

    @property
    def short(self) -> int:
        """How many are missing to the target."""
        return max(0, self.par.target - self.available)

    @property
    def critical(self) -> bool:
        """Whether so few are left that somebody has to be told."""
        return self.available <= self.par.critical


def count_places(
    pars: Sequence[Par], types: Sequence[str], type_: I32, room: I32, status: U8, rooms: Sequence[Room]
) -> list[Count]:
    """Count each par level; the worst first: critical ones, then by how many are missing.

    `type_` (position in `types`), `room` and `status` have one element an asset.
    """
    free = status == Status.AVAILABLE
    unknown = (status == Status.UNKNOWN) | (room == NONE)
    found = []
    for par in pars:
        of_type = type_ == types.index(par.type) if par.type in types else np.zeros(len(type_), bool)
        here = of_type & free & np.append([_holds(par, r) for r in rooms], False)[room]
        count = Count(par, int(here.sum()), (), int((of_type & unknown).sum()))
        if count.short:
            spare = _spare(pars, par, rooms, room[of_type & free & ~here])
            count = count._replace(elsewhere=spare)
        found.append(count)
    return sorted(found, key=lambda c: (not (c.short and c.critical), -c.short))


def _holds(par: Par, room: Room) -> bool:
    return room.department == par.department if par.department is not None else room.space_type == par.space


def _spare(pars: Sequence[Par], short: Par, rooms: Sequence[Room], free: I32) -> tuple[tuple[str, int], ...]:
    """What other departments hold beyond their own target; `free` are the rooms of free ones outside this place."""
    target = {par.department: par.target for par in pars if par.type == short.type}
    held: dict[str, int] = {}
    for index in free[free != NONE]:
        department = rooms[index].department
        held[department] = held.get(department, 0) + 1
    over = ((name, number - target.get(name, 0)) for name, number in held.items())
    return tuple(sorted(((name, n) for name, n in over if n > 0), key=lambda pair: (-pair[1], pair[0])))
