"""What the page tells of one chosen thing: its stays, and for a missing one who was with it."""

from __future__ import annotations

from typing import Any

from components.equipment import Now, Thing
from twin.access import Visitor
from twin.errors import HistoryError
from twin.history.queries import Stay, last_room, visits_of
from twin.history.stock import Companion, company
from twin.model import Kind
from twin.site.registers import normal_mac
from twin.web.picture import Picture
from twin.web.records import records
from twin.web.stock import DAY_S

BEFORE_S = 600.0
"""Who was in the room so long before a thing was last heard was with it."""
AFTER_S = 60.0
MOST_STAYS = 60
PEOPLE = (Kind.PATIENT, Kind.STAFF)


def detail(now: Now, picture: Picture, mac: str, who: Visitor) -> dict[str, Any] | None:
    """Everything that history tells of a thing; None for what is no equipment.

    `stays` are [room number, room name, enter, leave or null, per cent sure, per cent observed], the newest first.
    """
    thing = next((one for one in now.things if one.row.mac == normal_mac(mac)), None)
    if thing is None:
        return None
    told: dict[str, Any] = {"mac": thing.row.mac, "t": now.t, "stays": [], "more": 0, "company": None, "fault": ""}
    try:
        stays = visits_of(records(), thing.row.mac, now.t - DAY_S, now.t)
        told["stays"] = [_stay(stay) for stay in reversed(stays[-MOST_STAYS:])]
        told["more"] = max(0, len(stays) - MOST_STAYS)
        if thing.missing:
            told["company"] = _company(thing, picture, who)
    except HistoryError as error:
        told["fault"] = str(error)
    return told


def _stay(stay: Stay) -> list[Any]:
    sure, observed = round(100 * stay.confidence), round(100 * stay.observed)
    return [stay.number, stay.name, round(stay.enter), stay.leave and round(stay.leave), sure, observed]


def _company(thing: Thing, picture: Picture, who: Visitor) -> dict[str, Any] | None:
    """Where a missing thing was last, and the people there then: all of them counted, named to those who may know."""
    last = last_room(records(), thing.row.mac)
    if last is None:
        return None
    end = last.leave if last.leave is not None else thing.row.heard or last.enter
    found = [one for one in company(records(), last.room, end - BEFORE_S, end + AFTER_S) if one.kind in PEOPLE]
    told: dict[str, Any] = {
        "number": last.number,
        "name": last.name,
        "enter": round(last.enter),
        "end": round(end),
        "sure": round(100 * last.confidence),
        "minutes": round(BEFORE_S / 60),
        "people": len({one.mac for one in found}),
        "named": None,
    }
    if who.may_know_company:
        told["named"] = _named(found, picture, who)
    return told


def _named(found: list[Companion], picture: Picture, who: Visitor) -> list[list[Any]]:
    """[label, kind, enter, leave or null]; people of a kind that the visitor may not see stay unnamed."""
    label_of = {row[0]: row[3] for row in picture.tags}
    return [
        [
            label_of.get(one.mac, "") if who.sees(one.kind) else "",
            one.kind,
            round(one.enter),
            one.leave and round(one.leave),
        ]
        for one in found
    ]
