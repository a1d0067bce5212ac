"""The live channel to the browser: a stream of events, and the same by polling.

A stream holds a thread of the worker for as long as it is open, so their number is limited;
who is turned away polls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec
from flask import Blueprint, Response, request

from twin import clock
from twin.access import Visitor, visitor
from twin.web.live import Hub, Kept, hub
from twin.web.picture import level_of, seen

COMMENT_EACH_S = 15.0
RETRY_AFTER_S = 10
MAX_LEVELS = 64

routes = Blueprint("live", __name__, url_prefix="/live")


@routes.get("/stream")
def stream() -> Response:
    """Server-Sent Events: `frame`, `summary`, `catalogue` (its revision); a comment each 15 s."""
    here, who = hub(), visitor()
    if not here.admit():
        return Response("", 503, {"Retry-After": str(RETRY_AFTER_S), "Cache-Control": "no-store"})
    response = Response(events(here, _names(), who), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(here.release)
    return response


def events(here: Hub, names: tuple[str, ...], who: Visitor) -> Iterator[bytes]:
    """Send the newest of each of `names` at once, then each change, until the worker stops."""
    yield b"retry: 2000\n\n"
    since, said = 0, clock.monotonic()
    while not here.closing:
        for name, kept in here.wait(names, since, 1.0):
            since = kept.version
            said = clock.monotonic()
            yield event(name, seen(here, name, kept, who))
        if clock.monotonic() - said >= COMMENT_EACH_S:
            said = clock.monotonic()
            yield b": still here\n\n"


def event(name: str, payload: bytes) -> bytes:
    """One event in the form of the standard."""
    kind = name.partition("/")[0]
    data = _revision(payload) if kind == "catalogue" else payload.replace(b"\n", b" ").replace(b"\r", b" ")
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), data)


@routes.get("/poll")
def poll() -> Response:
    """All of it in one answer: `{"frames": {level: frame}, "summary", "rev"}`, with an ETag."""
    here, who = hub(), visitor()
    kept = [(name, newest) for name in _names() if (newest := here.newest(name))]
    etag = _etag([newest for _, newest in kept], who)
    if request.if_none_match.contains(etag):
        return _cached(Response(status=304), etag)
    body: dict[str, object] = {"frames": {}}
    for name, newest in kept:
        payload = seen(here, name, newest, who)
        if name.startswith("frame/"):
            body["frames"][name[6:]] = msgspec.Raw(payload)  # pyright: ignore[reportIndexIssue]
        elif name == "catalogue":
            body["rev"] = _revision(payload).decode()
        else:
            body[name] = msgspec.Raw(payload)
    return _cached(Response(msgspec.json.encode(body), mimetype="application/json"), etag)


@routes.get("/catalogue")
def catalogue() -> Response:
    """Give the tags, in the order of their numbers in the frames."""
    here, who = hub(), visitor()
    kept = here.newest("catalogue")
    if kept is None:
        return Response("", 503, {"Retry-After": "2", "Cache-Control": "no-store"})
    etag = _etag([kept], who)
    if request.if_none_match.contains(etag):
        return _cached(Response(status=304), etag)
    return _cached(Response(seen(here, "catalogue", kept, who), mimetype="application/json"), etag)


@routes.get("/where")
def where() -> Response:
    """Say on which level a tag is: `{"level": index | null}`; null when no frame shows it."""
    tag = request.args.get("tag", type=int)
    level = None if tag is None else level_of(hub(), tag, visitor())
    response = Response(msgspec.json.encode({"level": level}), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _names() -> tuple[str, ...]:
    """Read what was asked for: the catalogue first, because the rest refers to it."""
    asked = request.args.get("levels", "").split(",")[:MAX_LEVELS]
    levels = dict.fromkeys(int(level) for level in asked if level.isascii() and level.isdecimal() and len(level) < 4)
    return ("catalogue", *(f"frame/{level}" for level in levels), "summary")


def _revision(payload: bytes) -> bytes:
    rev = msgspec.json.decode(payload).get("rev", "")
    return str(rev).encode()


def _etag(kept: list[Kept], who: Visitor) -> str:
    text = "".join(newest.tag for newest in kept) + ",".join(sorted(who.kinds))
    return hashlib.blake2s(text.encode(), digest_size=10).hexdigest()


def _cached(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
