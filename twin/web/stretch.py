"""A stretch of the past to be played: who moved where, and the figures on the way."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Collection
from typing import Any

import numpy as np
from sqlalchemy import Engine

from twin.frame import NO_ROOM
from twin.history.batch import FixColumns
from twin.history.happened import gaps, presses
from twin.history.past import places_at, samples_at, samples_between, stretch
from twin.model import NONE
from twin.web.then import House, Then, fixes_at, moved_on, new_climate, press_row, waits

MARK_S = 30.0
"""Figures and temperatures are told this often."""
BEFORE_S = 600.0
"""Holes are told that begin so much earlier, because they may reach into the stretch."""


def played(
    engine: Engine, here: House, since: float, until: float, levels: Collection[int], may: np.ndarray
) -> dict[str, Any]:
    """Write all that happened on `levels` in (since, until]; `may` says which tags may be told of.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    names = here.known(engine)
    every = stretch(engine, since, until, names)
    rooms = here.site.rooms
    pressed = (one for one in presses(engine, since, until, names) if may[one.tag])
    return {
        "from": since,
        "to": until,
        "rev": here.rev,
        "origins": {str(level.index): here.site.bounds[level.index][:2] for level in here.site.levels},
        **_packed(_told(every, levels, may), here, since),
        "marks": _marks(engine, here, every, since, until, levels, may),
        "presses": [press_row(one, rooms[one.room].level if one.room != NONE else NONE) for one in pressed],
        "gaps": gaps(engine, since - BEFORE_S, until),
    }


def _told(every: FixColumns, levels: Collection[int], may: np.ndarray) -> FixColumns:
    """The rows that tell who was on these levels: there, first of their tag, or on the way out."""
    if not len(every):
        return every
    here = np.isin(every.level, list(levels))
    first = np.append(True, every.tag[1:] != every.tag[:-1])
    return every.pick((here | first | np.append(False, here[:-1])) & may[every.tag])


def _packed(rows: FixColumns, here: House, since: float) -> dict[str, Any]:
    origin = np.array([bounds[:2] for bounds in here.site.bounds], np.float64).reshape(-1, 2)[rows.level]
    wide = len(here.tags) > NO_ROOM
    room = np.where(rows.room < 0, NO_ROOM, rows.room)
    columns_ = {
        "tag": _base64(rows.tag, "<u4" if wide else "<u2"),
        "dt": _base64((rows.t - since) * 10.0, "<u2"),
        "level": _base64(rows.level, "u1"),
        "x": _base64((rows.x - origin[:, 0]) * 100.0, "<u2"),
        "y": _base64((rows.y - origin[:, 1]) * 100.0, "<u2"),
        "room": _base64(room, "<u2"),
        "p": _base64(rows.p * 100.0, "u1"),
        "r": _base64(rows.r90 * 10.0, "u1"),
    }
    return {"n": len(rows), "wide": wide, **columns_}


def _base64(values: np.ndarray, dtype: str) -> str:
    limit = np.iinfo(np.dtype(dtype)).max
    return b2a_base64(np.clip(np.rint(values), 0, limit).astype(dtype).tobytes(), newline=False).decode("ascii")


def _marks(
    engine: Engine, here: House, every: FixColumns, since: float, until: float, levels: Collection[int], may: np.ndarray
) -> list[dict[str, Any]]:
    """Figures and temperatures at each `MARK_S` after `since`."""
    names = here.known(engine)
    fixes = fixes_at(here.tags, places_at(engine, since, names), since)
    climate = new_climate(here)
    climate.add(samples_at(engine, since, names))
    measured = samples_between(engine, since, until, names)
    rows = every.pick(np.argsort(every.t, kind="stable"))
    marks: list[dict[str, Any]] = []
    nan = np.full(len(here.tags), np.nan)
    waited = waits(engine, here, until)
    for t in np.arange(since + MARK_S, until + 0.01, MARK_S).tolist():
        before = t - MARK_S
        fixes = moved_on(fixes, rows.pick((rows.t > before) & (rows.t <= t)), here.tags, t)
        climate.add(one for one in measured if before < one.t <= t)
        picture = Then(here, fixes, nan, waited.entered(fixes), climate.step(t), [])
        used = picture.used() & may
        temperatures = picture.temperatures(levels)
        marks.append({"t": t, **picture.figures(), "temp": temperatures, "used": _base64(np.flatnonzero(used), "<u4")})
    return marks
