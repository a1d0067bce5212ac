"""Reads what `twin.frame` writes, and leaves out what a visitor may not see.

The one place where live messages are cut down to a person's rights.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from twin.access import Visitor
from twin.web.live import Hub, Kept

_SECOND = {"room": "<u2", "p": "u1"}
_COLUMNS = {"x": "<u2", "y": "<u2", "room": "<u2", "since": "<u2", "age": "u1", "flags": "u1", "p": "u1", "r": "u1"}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


def columns(frame: dict[str, Any]) -> dict[str, NDArray[np.unsignedinteger]]:
    """Unpack the columns of a decoded frame as arrays, raw values as `twin.frame` describes them."""
    types = {"tag": "<u4" if frame.get("wide") else "<u2", **_COLUMNS}
    return {name: np.frombuffer(a2b_base64(frame[name]), dtype) for name, dtype in types.items()}


def second_rooms(frame: dict[str, Any]) -> dict[str, NDArray[np.unsignedinteger]]:
    """Unpack `or` of a decoded frame in the same way; its columns are empty where the frame has none."""
    types = {"i": "<u4" if frame.get("wide") else "<u2", **_SECOND}
    told = frame.get("or", {})
    return {name: np.frombuffer(a2b_base64(told.get(name, "")), dtype) for name, dtype in types.items()}


def seen(hub: Hub, name: str, kept: Kept, visitor: Visitor) -> bytes:
    """Give the payload of `kept` ("summary", "catalogue", "frame/0", ...) as this visitor may see it."""
    if visitor.sees_all:
        return kept.payload
    catalogue = hub.newest("catalogue")
    if catalogue is None:
        return b"{}"
    return _cut(name.partition("/")[0], kept.payload, catalogue.payload, visitor)


def level_of(hub: Hub, tag: int, visitor: Visitor) -> int | None:
    """Find the level whose frame shows a tag; None when none does, or the visitor may not see it."""
    for level in hub.levels():
        kept = hub.newest(f"frame/{level}")
        if kept and tag in columns(_decode(seen(hub, f"frame/{level}", kept, visitor)))["tag"]:
            return level
    return None


@lru_cache(maxsize=64)
def _cut(form: str, payload: bytes, catalogue: bytes, visitor: Visitor) -> bytes:
    may = _may_see(catalogue, visitor)
    if form == "frame":
        return _cut_frame(_decode(payload), may, _kinds(catalogue))
    cut = {"summary": _cut_summary, "catalogue": _cut_catalogue}.get(form)
    return cut(_decode(payload), may) if cut else b"{}"


@lru_cache(maxsize=8)
def _may_see(catalogue: bytes, visitor: Visitor) -> NDArray[np.bool_]:
    return np.array([visitor.sees(row[1]) for row in _decode(catalogue)["tags"]], bool)


@lru_cache(maxsize=8)
def _kinds(catalogue: bytes) -> list[str]:
    return [row[1] for row in _decode(catalogue)["tags"]]


def _cut_frame(frame: dict[str, Any], may: NDArray[np.bool_], kinds: list[str]) -> bytes:
    """Leave out the rows that are not to be seen; `hidden` tells how many of each kind are in which room."""
    kept = columns(frame)
    tags = kept["tag"]
    keep = np.zeros(len(tags), bool)
    known = tags < len(may)
    keep[known] = may[tags[known]]
    cut = frame | _packed(kept, keep) | {"n": int(keep.sum())}
    if "or" in frame:
        second = second_rooms(frame)
        place = np.cumsum(keep) - 1
        left = keep[second["i"]]
        cut["or"] = _packed(second | {"i": place[second["i"]].astype(second["i"].dtype)}, left)
    gone = known & ~keep
    if gone.any():
        cut["hidden"] = _counts(kept["room"][gone], [kinds[tag] for tag in tags[gone]])
    return _encode(cut)


def _counts(rooms: NDArray[np.unsignedinteger], kinds: list[str]) -> list[tuple[int, str, int]]:
    """How many tags of each kind are in each room: [room, kind, number], without saying which."""
    found = Counter(zip(rooms.tolist(), kinds, strict=True))
    return [(room, kind, n) for (room, kind), n in sorted(found.items())]


def _packed(kept: dict[str, NDArray[np.unsignedinteger]], keep: NDArray[np.bool_]) -> dict[str, str]:
    return {name: b2a_base64(values[keep].tobytes(), newline=False).decode() for name, values in kept.items()}


def _cut_summary(summary: dict[str, Any], may: NDArray[np.bool_]) -> bytes:
    def allowed(tag: int) -> bool:
        return 0 <= tag < len(may) and bool(may[tag])

    elsewhere = [row for row in summary.get("elsewhere", []) if allowed(row[0])]
    presses = [press for press in summary.get("presses", []) if allowed(press["tag"])]
    return _encode(summary | {"elsewhere": elsewhere, "presses": presses})


def _cut_catalogue(catalogue: dict[str, Any], may: NDArray[np.bool_]) -> bytes:
    """Rows keep their number; those not to be seen say only their kind."""
    rows = [
        row if ok else ["", row[1], "", "", "", ""] for row, ok in zip(catalogue["tags"], may.tolist(), strict=False)
    ]
    return _encode(catalogue | {"tags": rows})


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that a visitor may see now, decoded. Parts are empty until the twin has sent them."""

    summary: dict[str, Any]
    tags: list[list[str]]
    """Rows of the catalogue: mac, kind, type, label, model, home."""
    frames: dict[int, dict[str, Any]]

    @property
    def t(self) -> float | None:
        """When it was true, POSIX seconds of the hospital's time; None while there is none."""
        return self.summary.get("t")


def picture(hub: Hub, visitor: Visitor) -> Picture:
    """Take the newest of all levels together."""

    def read(name: str) -> dict[str, Any]:
        kept = hub.newest(name)
        return _decode(seen(hub, name, kept, visitor)) if kept else {}

    catalogue = read("catalogue")
    frames = {level: read(f"frame/{level}") for level in hub.levels()}
    # For a moment after the register changed, a frame may still count the tags of the one before.
    known = {level: frame for level, frame in frames.items() if frame.get("rev") == catalogue.get("rev")}
    return Picture(read("summary"), catalogue.get("tags", []), known)
