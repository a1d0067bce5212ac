"""What a running twin concluded, as far as its history tells.

History is thinned: a position is stored when the room or level changes, the tag has moved by more
than a metre, or a minute has passed. Here each holds until the next, for as long as a live tag
could go without one.
"""

from __future__ import annotations

import numpy as np
from sqlalchemy import Engine

from twin.fidelity.conclusions import Conclusions
from twin.history.queries import Stay, TrailPoint, trail, visits_of
from twin.history.thin import REPEAT_S
from twin.model import F64, NONE, State, Tag
from twin.site import Site

HOLD_S = REPEAT_S + 5.0


def remembered(history: Engine, site: Site, tags: tuple[Tag, ...], t: F64) -> Conclusions:
    """Return what history says of all tags at the times `t`, which go forward.

    A stay counts from the moment that the twin later said it began with, not from when it made up its mind.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    found = Conclusions.blank(t, len(tags))
    places = _Places(site)
    since, until = float(t[0]), float(t[-1])
    for tag in tags:
        _hold(found, tag.index, trail(history, tag.mac, since - HOLD_S, until), places)
        for stay in visits_of(history, tag.mac, since, until):
            _stay(found, tag.index, stay, places)
    return found


class _Places:
    """Indices of rooms and levels by IMDF id."""

    def __init__(self, site: Site) -> None:
        self.room = {room.id: room.index for room in site.rooms}
        self.level = {level.id: level.index for level in site.levels}


def _hold(found: Conclusions, tag: int, points: list[TrailPoint], places: _Places) -> None:
    if not points:
        return
    stored = np.array([point.t for point in points])
    at = np.searchsorted(stored, found.t, side="right") - 1
    held = (at >= 0) & (found.t - stored[np.maximum(at, 0)] <= HOLD_S)
    columns = {
        "level": [places.level.get(point.level, NONE) for point in points],
        "room": [places.room.get(point.room or "", NONE) for point in points],
        **{name: [getattr(point, name) for point in points] for name in ("x", "y", "r90", "p")},
    }
    for name, values in columns.items():
        getattr(found, name)[held, tag] = np.array(values)[at[held]]
    found.state[held, tag] = State.LIVE


def _stay(found: Conclusions, tag: int, stay: Stay, places: _Places) -> None:
    leave = np.inf if stay.leave is None else stay.leave
    found.stay[(found.t >= stay.enter) & (found.t < leave), tag] = places.room.get(stay.room, NONE)
