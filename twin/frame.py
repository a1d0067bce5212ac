"""What a screen gets: the one description of the live messages, and the functions that write them.

All are JSON. A frame holds every tag shown on one level as parallel columns, little-endian and in
base64; it is always complete, so one retained message is all that a late screen needs.

Frame: `seq`, `t`, `rev` (of the catalogue), `level`, `x0`, `y0` (metres), `n`, and the columns
`tag` (u16, or u32 when `wide`), `x`, `y` (u16, cm from x0, y0), `room` (u16, 65535 = none),
`since` (u16, minutes since the open visit began, 65535 = unknown), `age` (u8: below 120 seconds,
else 118 + minutes), `flags` (u8: bits 0-2 `State`, bit 3 button pressed, bit 4 asset in use, bit 5
level unsure: its probability is below 0.9), `p` (u8, per cent), `r` (u8, 90 % radius in dm).
`or`, there only when it has rows, tells of the tags whose room is less probable than 0.6 which room
comes next, if that has 0.05 or more: columns `i` (place of the tag in the columns above; u16, or u32
when `wide`), `room` (u16) and `p` (u8, per cent). `temp` maps a room's index to
[temperature C | null, humidity % | null, age s | null, "ok" | "high" | "low" | "silent", type of the
sensor]: what a fridge says is not how warm its room is.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from twin.climate.rooms import RoomClimate
from twin.flow.kpis import Kpis, LevelCounts
from twin.model import F64, Fixes, Press, State, Tag

NO_ROOM = NO_SINCE = 0xFFFF
PRESSED, IN_USE, LEVEL_UNSURE = 8, 16, 32
SURE_LEVEL, SURE_ROOM = 0.9, 0.6
"""Probabilities below which a screen tells of the doubt."""
LEAST_SECOND = 0.05
"""A room that is less probable is no help to who looks for the tag."""
AGE_SECONDS = 120
"""Ages below are whole seconds; from here on minutes, offset so that the scale goes on."""
SHOWN = (State.LIVE, State.STALE, State.UNOBSERVED)
PRESSES = 20

Flags = NDArray[np.bool_]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Live:
    """The state behind the messages of one tick; arrays have one element a tag of the register.

    `entered` is when the open visit began (NaN for none).
    """

    seq: int
    rev: str
    fixes: Fixes
    entered: F64
    pressed: Flags
    in_use: Flags


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button press and where the tag was."""

    press: Press
    room: int
    level: int


def encode_catalogue(site: str, tags: Sequence[Tag]) -> tuple[str, bytes]:
    """Write the register, as (revision, JSON); frames refer to tags by their position in it."""
    rows = [(tag.mac, tag.kind, tag.type, tag.label, tag.model, tag.home) for tag in tags]
    rev = hashlib.blake2s(_encode([site, rows]), digest_size=6).hexdigest()
    return rev, _encode({"rev": rev, "site": site, "tags": rows})


def encode_frame(live: Live, level: int, origin: tuple[float, float], climate: Sequence[RoomClimate] = ()) -> bytes:
    """Write one level's frame. `origin` is (x0, y0) in metres; `climate` the measured rooms of the level."""
    fixes = live.fixes
    shown = np.flatnonzero((fixes.level == level) & np.isin(fixes.state, SHOWN))
    wide = len(fixes.x) > NO_ROOM
    flags = fixes.state[shown] | PRESSED * live.pressed[shown] | IN_USE * live.in_use[shown]
    flags |= LEVEL_UNSURE * _level_unsure(fixes)[shown]
    room = fixes.room[shown]
    columns = {
        "tag": _packed(shown, np.uint32 if wide else np.uint16),
        "x": _packed((fixes.x[shown].astype(np.float64) - origin[0]) * 100.0, np.uint16),
        "y": _packed((fixes.y[shown].astype(np.float64) - origin[1]) * 100.0, np.uint16),
        "room": _packed(np.where(room < 0, NO_ROOM, room), np.uint16),
        "since": _packed(_since(fixes.t, live.entered[shown]), np.uint16),
        "age": _packed(_ages(fixes.t - fixes.heard[shown]), np.uint8),
        "flags": _packed(flags, np.uint8),
        "p": _packed(fixes.p[shown] * 100.0, np.uint8),
        "r": _packed(fixes.r90[shown].astype(np.float64) * 10.0, np.uint8),
    }
    head = {"seq": live.seq, "t": round(fixes.t, 3), "rev": live.rev, "level": level, "n": len(shown)}
    if wide:
        head["wide"] = True
    place = {"x0": round(origin[0], 3), "y0": round(origin[1], 3)}
    return _encode(head | place | columns | _second_rooms(fixes, shown, wide) | {"temp": _temperatures(climate)})


def encode_summary(
    live: Live,
    kpis: Kpis,
    levels: Sequence[LevelCounts],
    silent: Flags,
    presses: Sequence[Pressed],
    *,
    demo: bool,
    speed: float,
    catch_up_until: float | None,
) -> bytes:
    """Write the site's figures. `silent` has one element a gateway; `presses` the newest first."""
    fixes = live.fixes
    lost = np.flatnonzero(fixes.state == State.LOST)
    elsewhere = [
        (int(i), int(fixes.level[i]), int(fixes.room[i]), round(float(fixes.heard[i]), 1), int(State.LOST))
        for i in lost
    ]
    return _encode(
        {
            "seq": live.seq,
            "t": round(fixes.t, 3),
            "rev": live.rev,
            "demo": demo,
            "speed": speed,
            "catch_up_until": catch_up_until,
            "kpi": kpis,
            "levels": levels,
            "elsewhere": elsewhere,
            "gateways": silent.astype(int).tolist(),
            "presses": [
                {"tag": p.press.tag, "t": p.press.t, "pattern": p.press.pattern, "room": p.room, "level": p.level}
                for p in presses[:PRESSES]
            ],
        }
    )


def encode_health(health: object) -> bytes:
    """Write the state of the live path; `health` is a `twin.health.Health`."""
    return _encode(health)


def _packed(values: np.ndarray, dtype: type[np.unsignedinteger]) -> str:
    limits = np.iinfo(dtype)
    whole = np.clip(np.rint(np.nan_to_num(values)), 0, limits.max).astype(np.dtype(dtype).newbyteorder("<"))
    return b2a_base64(whole.tobytes(), newline=False).decode("ascii")


def _level_unsure(fixes: Fixes) -> Flags:
    if fixes.doubt is None:
        return np.zeros(len(fixes.x), bool)
    p = fixes.doubt.p_level
    return (p > 0.0) & (p < SURE_LEVEL)  # 0 says that it was not worked out: a place that only history knows


def _second_rooms(fixes: Fixes, shown: NDArray[np.intp], wide: bool) -> dict[str, dict[str, str]]:
    if fixes.doubt is None:
        return {}
    room, second, p_second = fixes.room[shown], fixes.doubt.second[shown], fixes.doubt.p_second[shown]
    another = (second >= 0) & (second != room) & (p_second >= LEAST_SECOND)
    rows = np.flatnonzero((fixes.p[shown] < SURE_ROOM) & (room >= 0) & another)
    if not len(rows):
        return {}
    columns = {
        "i": _packed(rows, np.uint32 if wide else np.uint16),
        "room": _packed(second[rows], np.uint16),
        "p": _packed(p_second[rows] * 100.0, np.uint8),
    }
    return {"or": columns}


def _since(t: float, entered: F64) -> F64:
    minutes = np.floor(np.maximum(t - entered, 0.0) / 60.0)
    return np.where(np.isnan(entered), NO_SINCE, np.minimum(minutes, NO_SINCE - 1))


def _ages(age: F64) -> F64:
    age = np.maximum(age, 0.0)
    return np.floor(np.where(age < AGE_SECONDS, age, AGE_SECONDS - 2 + age / 60.0))


_Climate = tuple[float | None, float | None, int | None, str, str]


def _temperatures(climate: Sequence[RoomClimate]) -> dict[str, _Climate]:
    return {
        str(room.room): (
            _rounded(room.temperature_c), _rounded(room.humidity_pct), _whole(room.age_s), room.code, room.of,
        )
        for room in climate
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
