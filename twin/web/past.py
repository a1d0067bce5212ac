"""The past in the browser: a picture of a moment, a stretch to play, what happened, where a tag stopped.

All of it is read from history, for at most the time that positions of persons are kept. Only a few
questions are answered at a time, so that nobody's slider can starve the live picture.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from flask import Blueprint, Response, request
from sqlalchemy import Engine

from twin import clock
from twin.access import Visitor, visitor
from twin.errors import HistoryError, SiteError
from twin.history.happened import Span, gaps, span
from twin.history.past import HEARD_S
from twin.history.queries import visits_of
from twin.history.retention import Retention
from twin.model import NONE, State
from twin.presence.states import LIMITS
from twin.web.building import stamp
from twin.web.records import records
from twin.web.stretch import played
from twin.web.then import House, Then, house, then
from twin.web.ticks import look, what_happened

KEPT_S = Retention().person_fix_hours * 3600.0
STRETCH_S = 900.0
"""Longest piece that is played at a time."""
STOPS = 500
STOP_S = 60.0
"""A shorter stay is passing through, and not listed as a stop."""
EVENTS = 3000
AT_ONCE = 3
"""Questions that one worker answers at a time."""
WAIT_S = 4.0
SETTLED_S = 90.0
"""What is older than this before the newest position does not change any more."""
SPAN_S = 5.0
"""How long the span is believed."""
MAX_LEVELS = 64

routes = Blueprint("past", __name__, url_prefix="/past")
_encode = msgspec.json.Encoder().encode


class Refused(Exception):  # noqa: N818 - not a fault of ours
    """Something that cannot be asked; `args` are the word for it and an explanation."""


class Gate:
    """Lets a few questions in at a time, and remembers the span of history for a moment."""

    def __init__(self) -> None:
        self.places = threading.BoundedSemaphore(AT_ONCE)
        self._span: tuple[float, Span | None] = (-math.inf, None)

    def span(self, engine: Engine) -> Span:
        """How far back positions go.

        Raises:
            HistoryError: the database is missing or unreadable.
            Refused: there are no positions yet.
        """
        asked, found = self._span
        if found is None or clock.monotonic() - asked > SPAN_S:
            found = span(engine)
            self._span = (clock.monotonic(), found)
        if found is None:
            raise Refused("empty", "History holds no positions yet.")
        return found


@lru_cache
def gate() -> Gate:
    """Give the gate of this process."""
    return Gate()


def _answer(work: Callable[[], Response]) -> Callable[[], Response]:
    """Turn what goes wrong into an answer that the bar can show: `{"error": word, "message": text}`."""

    @wraps(work)
    def route() -> Response:
        if not gate().places.acquire(timeout=WAIT_S):
            return _sorry(503, "busy", "Too many people look back at once; try again in a moment.")
        try:
            return work()
        except HistoryError as error:
            return _sorry(503, "history", str(error))
        except SiteError as error:
            return _sorry(503, "building", str(error))
        except Refused as refused:
            return _sorry(404 if refused.args[0] == "empty" else 400, *refused.args)
        finally:
            gate().places.release()

    return route


def _sorry(status: int, word: str, message: str) -> Response:
    response = Response(_encode({"error": word, "message": message}), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


@routes.get("/span")
@_answer
def kept() -> Response:
    """Say how far back one can go: `{"oldest", "newest"}`, POSIX seconds; `{"error": "empty"}` at a new site."""
    engine = records()
    try:
        found = gate().span(engine)
    except (HistoryError, Refused) as error:
        if isinstance(error, HistoryError) and Path(str(engine.url.database)).exists():
            raise
        return _fresh({"error": "empty", "message": str(error.args[-1])})
    oldest = max(found.oldest, found.newest - KEPT_S)
    return _fresh({"oldest": math.ceil(oldest), "newest": round(found.newest, 1)})


@routes.get("/at")
@_answer
def at() -> Response:
    """Give the picture of a moment `t` in the form of `/live/poll`: frames of `levels`, and the summary.

    With `tag` (its number in the catalogue) also `where`: the level that shows it, or null. `heard_s` is how long
    after its last position a tag counts as heard, `lost_s` (by kind) how long its place is believed.
    """
    engine, who, here = records(), visitor(), house()
    t = _moment("t", gate().span(engine))
    if (known := _unchanged(t, here, who)) is not None:
        return known
    picture = then(engine, here, t)
    body = {
        "t": t,
        "rev": here.rev,
        "frames": picture.frames(_levels(here), who),
        "summary": picture.summary(who),
        "heard_s": HEARD_S,
        "lost_s": {kind: limit.lost_s for kind, limit in LIMITS.items()},
        "where": _where(picture, who),
        "gap": _gap(engine, picture, t),
    }
    return _closed(body, t, here, who)


@routes.get("/stretch")
@_answer
def piece() -> Response:
    """Give what follows a picture, to play it: all positions of `levels` in (`from`, `to`], `STRETCH_S` at most.

    Columns by tag and time, little-endian in base64: `tag` (u16, or u32 when `wide`), `dt` (u16, tenths of a second
    after `from`), `level` (u8), `x`, `y` (u16, cm from the level's `origins`), `room` (u16, 65535 = none), `p` (u8),
    `r` (u8, dm). A row may tell that a tag went to a level that was not asked for. `marks` has the figures and
    temperatures each 30 s, and `used`, the assets in use (column of u32); `presses` those of the time.
    """
    engine, who, here = records(), visitor(), house()
    kept = gate().span(engine)
    since, until = _moment("from", kept), _moment("to", kept)
    if not 0 < until - since <= STRETCH_S:
        raise Refused("range", f"A piece to play lasts at most {STRETCH_S:.0f} s.")
    if (known := _unchanged(until, here, who)) is not None:
        return known
    return _closed(played(engine, here, since, until, _levels(here), here.seen_by(who)), until, here, who)


@routes.get("/events")
@_answer
def events() -> Response:
    """List what happened in [`from`, `to`], oldest first, and the holes of history there.

    Kinds: "press", "excursion" (has `until`, `quantity`, `worst`, `high`) and "first_seen" (of a patient's tag: it
    came into a room, for the first time or after four hours; nobody said that somebody was admitted).
    """
    engine, who, here = records(), visitor(), house()
    kept = gate().span(engine)
    since, until = _moment("from", kept), _moment("to", kept)
    if until < since:
        raise Refused("range", "The end lies before the beginning.")
    if (known := _unchanged(until, here, who)) is not None:
        return known
    settled = until < kept.newest - SETTLED_S
    begin = round(kept.oldest)
    rows, holes = what_happened(since, until, begin, here.rev, stamp()) if settled else look(since, until, begin)
    may = here.seen_by(who)
    told = [row for row in rows if row["kind"] == "excursion" or may[row["tag"]]]
    body = {"from": since, "to": until, "events": told[-EVENTS:], "left_out": max(0, len(told) - EVENTS), "gaps": holes}
    return _closed(body, until, here, who)


@routes.get("/stops")
@_answer
def stops() -> Response:
    """List where a tag (`tag`, its number in the catalogue) stayed for a minute or more in [`from`, `to`].

    The oldest comes first; `left_out` counts shorter stays, and what was too much for one list.
    """
    engine, who, here = records(), visitor(), house()
    kept = gate().span(engine)
    since, until = _moment("from", kept), _moment("to", kept)
    tag = request.args.get("tag", type=int)
    if tag is None or not 0 <= tag < len(here.tags) or not who.sees(here.tags[tag].kind):
        raise Refused("tag", "There is no such tag.")
    place = {room.id: room.index for room in here.site.rooms}
    stays = visits_of(engine, here.tags[tag].mac, since, until)
    rows = [
        {
            "room": place.get(stay.room, NONE),
            "name": stay.name or stay.number,
            "from": stay.enter,
            "to": stay.leave,
            "p": round(stay.confidence, 2),
            "observed": round(stay.observed, 2),
        }
        for stay in stays
        if stay.leave is None or stay.leave - stay.enter >= STOP_S
    ]
    return _fresh({"stops": rows[-STOPS:], "left_out": len(stays) - len(rows[-STOPS:])})


# --- what was asked ---------------------------------------------------------------------------------------------------


def _moment(name: str, kept: Span) -> float:
    try:
        t = float(request.args[name])
    except (KeyError, ValueError):
        raise Refused("range", f"{name} must be a time, in seconds since 1970.") from None
    if not math.isfinite(t) or t > kept.newest + SETTLED_S:
        raise Refused("range", "That moment has not come yet.")
    if t < max(kept.oldest, kept.newest - KEPT_S) - SETTLED_S:
        raise Refused("range", f"Positions are kept for {KEPT_S / 3600:.0f} hours; that moment is older.")
    return round(t, 1)


def _levels(here: House) -> list[int]:
    asked = request.args.get("levels", request.args.get("level", "")).split(",")[:MAX_LEVELS]
    known = {str(level.index): level.index for level in here.site.levels}
    return list(dict.fromkeys(known[level] for level in asked if level in known))


# --- the picture ------------------------------------------------------------------------------------------------------


def _where(picture: Then, who: Visitor) -> int | None:
    tag = request.args.get("tag", type=int)
    tags, fixes = picture.house.tags, picture.fixes
    if tag is None or not 0 <= tag < len(tags) or not who.sees(tags[tag].kind) or fixes.state[tag] >= State.LOST:
        return None
    return int(fixes.level[tag])


def _gap(engine: Engine, picture: Then, t: float) -> list[float] | None:
    """The hole of history that the moment lies in: nobody was heard just before it."""
    newest = picture.fixes.heard.max(initial=-np.inf)
    if t - newest <= 60.0:
        return None
    around = gaps(engine, max(t - 6 * 3600.0, 0.0), t)
    return [around[-1][0], t] if around and around[-1][1] >= t - 60.0 else None


# --- answers ----------------------------------------------------------------------------------------------------------


def _fresh(body: dict[str, Any]) -> Response:
    response = Response(_encode(body), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _tag_of(here: House, who: Visitor) -> str:
    text = "\0".join((request.full_path, here.rev, repr(stamp()), ",".join(sorted(who.kinds))))
    return hashlib.blake2s(text.encode(), digest_size=10).hexdigest()


def _unchanged(until: float, here: House, who: Visitor) -> Response | None:
    """The browser has it already: what is over does not change."""
    tag = _tag_of(here, who)
    if until >= gate().span(records()).newest - SETTLED_S or not request.if_none_match.contains(tag):
        return None
    return _tagged(Response(status=304), tag)


def _closed(body: dict[str, Any], until: float, here: House, who: Visitor) -> Response:
    if until >= gate().span(records()).newest - SETTLED_S:
        return _fresh(body)
    return _tagged(Response(_encode(body), mimetype="application/json"), _tag_of(here, who))


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
