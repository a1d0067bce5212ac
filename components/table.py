"""The columns of the list: what is told of a tag, and of a room."""

from __future__ import annotations

from components import tell
from components.icons import KIND_ICON
from components.names import climate_names, kind_names, state_names, type_name
from components.rows import RoomRow, TagRow
from components.sheet import Cell, Column, link
from components.text import _
from twin.model import NONE, State
from twin.site import Site

PAGE = 100
"""Rows of tags shown at a time."""


def tag_columns(site: Site, now: float) -> list[Column[TagRow]]:
    """Give the columns of the table of tags; `now` is the time of the data."""
    kinds, states = kind_names(), state_names()

    def what(row: TagRow) -> Cell:
        return link(row.label or type_name(row.type), f"/?tag={row.mac}", KIND_ICON.get(row.kind, "asset"))

    def kind(row: TagRow) -> str:
        return type_name(row.type) if row.type else kinds.get(row.kind, row.kind)

    def heard(row: TagRow) -> float | None:
        return None if row.heard is None else now - row.heard

    def room(row: TagRow) -> str:
        if row.state == State.UNSEEN:
            return tell.UNKNOWN
        name = tell.room_name(site, row.room)
        if row.second == NONE:
            return name
        other = tell.room_name(site, row.second)
        return _("%(room)s, or %(other)s (%(percent)s)", room=name, other=other, percent=tell.percent(row.p_second))

    def level(row: TagRow) -> str:
        name = tell.level_name(site, row.level)
        return _("%(level)s, unsure", level=name) if row.level_unsure else name

    return [
        Column("what", _("What"), what, lambda r: (r.label or r.type).casefold()),
        Column("kind", _("Kind"), kind, lambda r: kind(r).casefold()),
        Column("room", _("Where"), room, lambda r: room(r).casefold()),
        Column("level", _("Level"), level, lambda r: r.level),
        Column("since", _("There since"), lambda r: tell.clock_time(r.since), lambda r: r.since, number=True),
        Column("p", _("Sure of room"), lambda r: tell.percent(r.p), lambda r: r.p, number=True),
        Column("r90", _("Within, m"), lambda r: tell.number(r.r90, 1), lambda r: r.r90, number=True),
        Column("heard", _("Last heard"), lambda r: tell.age(heard(r)), heard, number=True),
        Column("state", _("State"), lambda r: states.get(str(r.state), ""), lambda r: r.state),
    ]


def room_columns(site: Site) -> list[Column[RoomRow]]:
    """Give the columns of the table of rooms."""
    codes = climate_names()

    def department(row: RoomRow) -> str:
        return site.departments.get(site.rooms[row.room].department, "")

    def name(row: RoomRow) -> Cell:
        return link(tell.room_name(site, row.room), f"/?room={site.rooms[row.room].number}")

    def level(row: RoomRow) -> int:
        return site.rooms[row.room].level

    return [
        Column("number", _("Number"), lambda r: site.rooms[r.room].number, lambda r: site.rooms[r.room].number),
        Column("name", _("Room"), name, lambda r: tell.room_name(site, r.room).casefold()),
        Column("level", _("Level"), lambda r: tell.level_name(site, level(r)), level),
        Column("department", _("Department"), department, lambda r: department(r).casefold()),
        Column("temperature", _("°C"), lambda r: tell.number(r.temperature, 1), lambda r: r.temperature, number=True),
        Column("humidity", _("Humidity, %"), lambda r: tell.number(r.humidity), lambda r: r.humidity, number=True),
        Column("climate", _("Climate"), lambda r: codes.get(r.code, tell.UNKNOWN), lambda r: r.code or None),
        Column("patients", _("Patients"), lambda r: tell.number(r.patients), lambda r: r.patients, number=True),
        Column("staff", _("Staff"), lambda r: tell.number(r.staff), lambda r: r.staff, number=True),
        Column("assets", _("Equipment"), lambda r: tell.number(r.assets), lambda r: r.assets, number=True),
    ]
