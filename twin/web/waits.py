"""Since when patients had been in the emergency department at a moment of the past."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Engine

from twin.flow.kpis import EMERGENCY, PATIENT, DepartmentStays, Register, present
from twin.history.queries import Stay, visits_of
from twin.model import F64, Fixes, Tag
from twin.site import Site

LONGEST_S = 24 * 3600.0
"""Who came earlier than this is taken to have come then."""


class Waits:
    """Entries of those who waited, from their stays; each patient's are looked up once.

    Args:
        until: The last moment that will be asked for.
    """

    def __init__(self, engine: Engine, site: Site, tags: Sequence[Tag], register: Register, until: float) -> None:
        self._engine = engine
        self._tags = tags
        self._register = register
        self._until = until
        self._emergency = {room.id for room in site.rooms if room.department == EMERGENCY}
        self._stays: dict[int, list[Stay]] = {}

    def entered(self, fixes: Fixes) -> F64:
        """Give when each tag that waits at `fixes.t` entered the department; NaN for the others.

        Raises:
            HistoryError: the database is missing or unreadable.
        """
        found = np.full(len(fixes.x), np.nan)
        waiting = present(fixes) & (self._register.kind == PATIENT) & self._register.waiting[fixes.room]
        for tag in np.flatnonzero(waiting).tolist():
            found[tag] = self._entry(self._of(tag), fixes.t)
        return found

    def _of(self, tag: int) -> list[Stay]:
        if tag not in self._stays:
            stays = visits_of(self._engine, self._tags[tag].mac, self._until - LONGEST_S, self._until)
            self._stays[tag] = [stay for stay in stays if stay.room in self._emergency]
        return self._stays[tag]

    @staticmethod
    def _entry(stays: Sequence[Stay], t: float) -> float:
        """When the stays in the department began that led up to `t`, in spite of short absences."""
        entry, left = np.nan, -np.inf
        for stay in stays:
            if stay.enter > t:
                break
            if stay.enter - left > DepartmentStays.GAP_S:
                entry = stay.enter
            left = np.inf if stay.leave is None else stay.leave
        return entry if t - left <= DepartmentStays.GAP_S else np.nan
