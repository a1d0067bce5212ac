"""Tables of the commissioning page: points of the survey, how each gateway does, and unknown gateways."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from components import tell
from components.sheet import Cell, Column, act, code, mark, sheet
from components.text import _
from twin.commission.points import Point
from twin.site import Site, rooms_at

Row = dict[str, Any]


def suspect_names() -> dict[str, tuple[str, str]]:
    """Words and icon for each reason to suspect a gateway."""
    return {
        "moved": (_("Moved or swapped?"), "target"),
        "weak": (_("Too weak"), "descending"),
        "strong": (_("Too strong"), "ascending"),
    }


def points(site: Site, found: list[Point], fault: str) -> dict[str, Any]:
    """Show the survey, a row a point."""
    level_of = {level.ordinal: level.index for level in site.levels}

    def room(point: Point) -> str:
        level = np.array([level_of.get(point.floor, -1)], np.int32)
        return tell.room_name(site, int(rooms_at(site, level, np.array([point.x]), np.array([point.y]))[0]))

    columns = [
        Column[Point]("point", _("Point"), lambda p: p.point),
        Column[Point]("room", _("Room"), room),
        Column[Point]("level", _("Level"), lambda p: tell.level_name(site, level_of.get(p.floor, -1))),
        Column[Point]("x", _("x, m"), lambda p: tell.number(p.x, 2), number=True),
        Column[Point]("y", _("y, m"), lambda p: tell.number(p.y, 2), number=True),
        Column[Point]("z", _("z, m"), lambda p: tell.number(p.z, 2), number=True),
        Column[Point]("readings", _("Readings"), lambda p: tell.number(p.readings), number=True),
        Column[Point]("gateways", _("Gateways"), lambda p: tell.number(p.gateways), number=True),
        Column[Point]("heard", _("Walked"), lambda p: _moment(p.heard)),
        Column[Point]("delete", _("Delete"), lambda p: act(_("Delete"), "delete-point", p.point)),
    ]
    return sheet(_("Points of the survey"), columns, found, empty=fault or _("No point yet."), heading=False)


def _moment(text: str) -> str:
    """Tell a time of the file; one that is written in another way stays as it is."""
    try:
        return tell.moment(datetime.fromisoformat(text).timestamp())
    except ValueError:
        return text or tell.UNKNOWN


def signals(report: Row) -> list[dict[str, Any]]:
    """Show how each gateway does, and the ones that nobody has entered."""
    rows = sorted(report.get("gateways", []), key=_worst_first)
    columns = [
        Column[Row]("name", _("Gateway"), lambda g: g["name"] or g["mac"]),
        Column[Row]("mac", _("MAC address"), lambda g: code(g["mac"])),
        Column[Row]("state", _("State"), _state),
        Column[Row]("suspect", _("Suspect"), _suspect),
        Column[Row]("residual", _("Offset, dB"), lambda g: _signed(g.get("residual_db")), number=True),
        Column[Row]("fixes", _("Fixes"), lambda g: tell.number(g.get("fixes")), number=True),
        Column[Row]("age", _("Heard"), lambda g: tell.age(g["age_s"]), number=True),
        Column[Row]("show", _("Show"), lambda g: act(_("Show"), "show-gateway", g["mac"])),
    ]
    strangers = [
        Column[list[Any]]("mac", _("MAC address"), lambda r: code(str(r[0]))),
        Column[list[Any]]("count", _("Messages"), lambda r: tell.number(r[1]), number=True),
        Column[list[Any]]("place", _("Place"), lambda r: act(_("Place it"), "place-gateway", str(r[0]))),
    ]
    return [
        sheet(
            _("Heard, but not in the list"),
            strangers,
            report.get("unknown_gateways", []),
            empty=_("None was heard."),
        ),
        sheet(_("Gateways of the list"), columns, rows, empty=_("The twin has not reported yet.")),
    ]


def _worst_first(gateway: Row) -> tuple[int, float]:
    """Suspects first, then those never heard, then the silent ones, then by the size of their offset."""
    if gateway.get("suspect"):
        order = 0
    elif gateway["age_s"] is None:
        order = 1
    else:
        order = 2 if gateway.get("silent") else 3
    return order, -abs(gateway.get("residual_db") or 0.0)


def _state(gateway: Row) -> Cell:
    if gateway["age_s"] is None:
        return mark(_("Never heard"), "unplugged")
    return mark(_("Silent"), "unplugged") if gateway.get("silent") else mark(_("Heard"), "gateway")


def _suspect(gateway: Row) -> Cell:
    found = gateway.get("suspect")
    if found is None:
        return tell.UNKNOWN
    if not found:
        return _("No")
    words, icon = suspect_names().get(found, (str(found), "help"))
    return mark(words, icon)


def _signed(value: float | None) -> str:
    if value is None:
        return tell.UNKNOWN
    return f"+{tell.number(value, 1)}" if round(value, 1) > 0 else tell.number(value, 1).replace("-", "−")
