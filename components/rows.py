"""The live picture as rows: one a tag, one a room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from twin.frame import AGE_SECONDS, IN_USE, LEVEL_UNSURE, NO_ROOM, NO_SINCE
from twin.model import NONE, Kind, State
from twin.site import Site
from twin.web.picture import Picture, columns, second_rooms


class TagRow(NamedTuple):
    """What is known of one tag. Times are POSIX seconds; None and NONE stand for unknown."""

    tag: int
    mac: str
    kind: str
    type: str
    label: str
    level: int
    room: int
    since: float | None
    heard: float | None
    p: float | None
    r90: float | None
    state: int
    used: bool
    level_unsure: bool = False
    second: int = NONE
    """The room that is next likely, told of only where `room` is in doubt."""
    p_second: float | None = None


class RoomRow(NamedTuple):
    """What is known of one room. `code` is "" where there is no sensor."""

    room: int
    temperature: float | None
    humidity: float | None
    age: float | None
    code: str
    patients: int
    staff: int
    assets: int


def tag_rows(picture: Picture) -> list[TagRow]:
    """Give a row for each tag of the catalogue that the visitor may see, in its order."""
    found = dict(_placed(picture)) | dict(_lost(picture))
    never = (NONE, NONE, None, None, None, None, int(State.UNSEEN), False, False, NONE, None)
    return [
        TagRow(index, mac, kind, type_, label, *found.get(index, never))
        for index, (mac, kind, type_, label, _model, _home) in enumerate(picture.tags)
        if mac
    ]


Place = tuple[int, int, float | None, float | None, float | None, float | None, int, bool, bool, int, float | None]


def _placed(picture: Picture) -> Iterator[tuple[int, Place]]:
    """Where the tags of the frames are: what a `TagRow` says from `level` on."""
    for level, frame in picture.frames.items():
        t = frame["t"]
        c = {name: values.tolist() for name, values in columns(frame).items()}
        told = (column.tolist() for column in second_rooms(frame).values())
        second = {row: (other, share / 100) for row, other, share in zip(*told, strict=True)}
        for i, tag in enumerate(c["tag"]):
            room = NONE if c["room"][i] == NO_ROOM else c["room"][i]
            since = None if c["since"][i] == NO_SINCE else t - 60.0 * c["since"][i]
            age = c["age"][i]
            heard = t - (age if age < AGE_SECONDS else 60.0 * (age - AGE_SECONDS + 2))
            flags = c["flags"][i]
            p = c["p"][i] / 100 if room != NONE else None
            doubt = (bool(flags & LEVEL_UNSURE), *second.get(i, (NONE, None)))
            yield tag, (level, room, since, heard, p, c["r"][i] / 10, flags & 7, bool(flags & IN_USE), *doubt)


def _lost(picture: Picture) -> Iterator[tuple[int, Place]]:
    for tag, level, room, heard, state in picture.summary.get("elsewhere", []):
        yield tag, (level, room, None, heard, None, None, state, False, False, NONE, None)


def room_rows(site: Site, picture: Picture) -> list[RoomRow]:
    """Give a row for each room of the building, in its order."""
    counts: dict[tuple[int, str], int] = {}
    for row in tag_rows(picture):
        if row.room != NONE and row.state <= State.UNOBSERVED:
            counts[row.room, row.kind] = counts.get((row.room, row.kind), 0) + 1
    climate: dict[str, Any] = {}
    for frame in picture.frames.values():
        climate |= frame.get("temp", {})
    kinds = (Kind.PATIENT, Kind.STAFF, Kind.ASSET)
    return [
        RoomRow(
            r.index,
            *climate.get(str(r.index), (None, None, None, ""))[:4],
            *(counts.get((r.index, k), 0) for k in kinds),
        )
        for r in site.rooms
    ]
