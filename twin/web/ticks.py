"""What happened, as the time line marks it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from twin.history.happened import excursions, first_seen, gaps, presses
from twin.model import NONE, Kind
from twin.web.building import Stamp
from twin.web.records import records
from twin.web.then import house, sensor_limits

BEGIN_S = 600.0
"""Tags that are first seen so soon after history began, or after a hole in it, may have been there before."""

Happened = tuple[list[dict[str, Any]], list[tuple[float, float]]]
"""What happened, oldest first, and the holes of history."""


@lru_cache(maxsize=8)
def what_happened(since: float, until: float, oldest: float, _rev: str, _stamp: Stamp) -> Happened:
    """Remember `look`: what is over does not change, with the same register and building."""
    return look(since, until, oldest)


def look(since: float, until: float, oldest: float) -> Happened:
    """List what happened in [since, until]; `oldest` is when history begins.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    engine, here = records(), house()
    names, rooms = here.known(engine), here.site.rooms
    holes = gaps(engine, since, until)
    begins = [oldest, *(end for _, end in holes)]
    rows: list[dict[str, Any]] = [
        {"kind": "press", "t": one.t, "tag": one.tag, "room": one.room} for one in presses(engine, since, until, names)
    ]
    rows += [
        {"kind": "first_seen", "t": one.t, "tag": one.tag, "room": one.room}
        for one in first_seen(engine, since, until, names)
        if not any(begin <= one.t < begin + BEGIN_S for begin in begins)
    ]
    home = {tag.index: here.site.room_by_number.get(tag.home, NONE) for tag in here.tags if tag.kind == Kind.SENSOR}
    rows += [
        {"kind": "excursion", "t": one.since, "until": one.until, "tag": one.tag, "room": home.get(one.tag, NONE),
         "quantity": one.quantity, "worst": round(one.worst, 2), "high": one.high}
        for one in excursions(engine, since, until, names, sensor_limits(here))
    ]  # fmt: skip
    levels = {room.index: room.level for room in rooms}
    return sorted((row | {"level": levels.get(row["room"], NONE)} for row in rows), key=lambda row: row["t"]), holes
