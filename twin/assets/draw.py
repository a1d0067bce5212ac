"""Draw up a register of equipment for a demo: makers that do not exist, and services that come round each year."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

from twin.assets.upkeep import Upkeep
from twin.model import Kind, Tag
from twin.site import Site

YEAR = 365
LONGEST_LATE = 40
"""Days; with lateness spread evenly up to here, one thing in eighteen is overdue at any time."""

MAKERS = {
    "infusion_pump": (("Halden Medical", "Voluma 3"), ("Norvik", "Infusa S")),
    "syringe_pump": (("Halden Medical", "Syra 2"),),
    "monitor": (("Corvanta", "Vita 12"), ("Corvanta", "Vita 15")),
    "ventilator": (("Aerolis", "Respira V"),),
    "wheelchair": (("Rollan", "Transit 20"),),
    "bed": (("Lindqvist", "Enna 4"), ("Lindqvist", "Enna 5 ICU")),
    "defibrillator": (("Corvanta", "Pulsa D"),),
    "ecg": (("Tessaro", "Cardio 12"),),
    "ultrasound": (("Tessaro", "Sono P"),),
    "stretcher": (("Rollan", "Mobile 8"),),
    "suction": (("Aerolis", "Aspira"),),
    "bladder_scanner": (("Tessaro", "Vesica"),),
}
"""Invented makers and their models, by type."""


def draw_upkeep(tags: Iterable[Tag], site: Site, today: date) -> dict[str, Upkeep]:
    """Make a line for every tagged asset. The same MAC and day give the same line, on every machine."""
    return {tag.mac: _line(tag, site, today) for tag in tags if tag.kind is Kind.ASSET}


def _line(tag: Tag, site: Site, today: date) -> Upkeep:
    chance = hashlib.blake2s(tag.mac.encode(), digest_size=8).digest()
    makes = MAKERS.get(tag.type, (("Norvik", "General"),))
    maker, model = makes[chance[0] % len(makes)]
    phase = int.from_bytes(chance[1:3], "big") % YEAR
    late = chance[3] % (LONGEST_LATE + 1)
    home = site.room_by_number.get(tag.home)
    department = site.rooms[home].department if home is not None else ""
    serial = f"{maker[0]}{tag.type[:1].upper()}{int.from_bytes(chance[4:7], 'big') % 1_000_000:06}"
    return Upkeep(tag.mac, serial, maker, model, _next(phase, late, today), department)


def _next(phase: int, late: int, today: date) -> date:
    """The first day of the yearly round that is not past, allowing for people who come `late` days too late."""
    day = today - timedelta(days=late)
    return day + timedelta(days=(phase - day.toordinal()) % YEAR)
