"""Draw up a register of tags for a demo: who and what carries which tag, and where it belongs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from twin.errors import SiteError
from twin.model import Kind, Room, Tag
from twin.site.building import Site
from twin.site.plan import USUAL

SEED = 7241
"""Chooses the patients' pseudonyms."""

_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without the characters that people misread."""


class Stock(NamedTuple):
    """How many tags of one type a block of the register holds, and the rooms they belong to.

    `homes` are space types, or words of a room's name; empty for things that belong nowhere.
    """

    kind: Kind
    type: str
    number: int
    label: str
    homes: tuple[str, ...] = ()


MODELS = {Kind.ASSET: "MBT02", Kind.PATIENT: "B7", Kind.STAFF: "B10", Kind.SENSOR: "S1"}

STOCK = (
    Stock(
        Kind.ASSET,
        "infusion_pump",
        80,
        "Infusion pump {:03}",
        ("patient_room", "icu_bay", "resus", "recovery", "equipment store"),
    ),
    Stock(Kind.ASSET, "syringe_pump", 40, "Syringe pump {:03}", ("icu_bay", "theatre", "recovery", "equipment store")),
    Stock(Kind.ASSET, "monitor", 45, "Patient monitor {:03}", ("icu_bay", "resus", "ed_bay", "recovery", "theatre")),
    Stock(Kind.ASSET, "ventilator", 12, "Ventilator {:02}", ("icu_bay", "theatre", "icu equipment store")),
    Stock(
        Kind.ASSET,
        "wheelchair",
        35,
        "Wheelchair {:02}",
        ("lobby", "imaging waiting", "ed waiting", "clinic waiting", "equipment store", "linen and bed store"),
    ),
    Stock(
        Kind.ASSET,
        "bed",
        60,
        "Bed {:03}",
        ("patient_room", "four-bed", "double", "icu_bay", "recovery", "linen and bed store"),
    ),
    Stock(
        Kind.ASSET,
        "defibrillator",
        14,
        "Defibrillator {:02}",
        ("nurse_station", "resus", "recovery", "lobby", "icu_bay"),
    ),
    Stock(Kind.ASSET, "ecg", 12, "ECG recorder {:02}", ("nurse_station", "exam", "triage")),
    Stock(
        Kind.ASSET, "ultrasound", 8, "Ultrasound {:02}", ("ultrasound", "resus", "icu equipment store", "anaesthesia")
    ),
    Stock(
        Kind.ASSET, "stretcher", 20, "Stretcher {:02}", ("ed_bay", "resus", "ambulance entrance", "theatre reception")
    ),
    Stock(Kind.ASSET, "suction", 16, "Suction unit {:02}", ("icu_bay", "resus", "utility_clean", "recovery")),
    Stock(Kind.ASSET, "bladder_scanner", 8, "Bladder scanner {:02}", ("utility_clean", "nurse_station")),
    Stock(Kind.PATIENT, "patient", 120, "Patient {}"),
    Stock(Kind.STAFF, "nurse", 30, "Nurse N-{:02}", ("nurse_station", "recovery", "triage")),
    Stock(Kind.STAFF, "doctor", 14, "Doctor D-{:02}", ("staff_room", "reporting")),
    Stock(Kind.STAFF, "porter", 6, "Porter P-{:02}", ("goods receiving", "main reception")),
    Stock(Kind.STAFF, "technician", 5, "Technician T-{:02}", ("control", "core laboratory")),
    Stock(Kind.STAFF, "cleaner", 5, "Cleaner C-{:02}", ("cleaners",)),
    Stock(Kind.SENSOR, "theatre", 4, "Theatre climate {:02}", ("theatre",)),
    Stock(
        Kind.SENSOR,
        "medicine_fridge",
        8,
        "Medicine fridge {:02}",
        ("pharmacy cold store", "utility_clean", "dispensary", "recovery", "laboratory cold store"),
    ),
    Stock(Kind.SENSOR, "vaccine_fridge", 3, "Vaccine fridge {:02}", ("pharmacy cold store", "exam room 6")),
    Stock(Kind.SENSOR, "blood_fridge", 3, "Blood fridge {:02}", ("blood bank", "theatre reception")),
    Stock(Kind.SENSOR, "sterile_store", 2, "Sterile store climate {:02}", ("sterile store", "instrument store")),
    Stock(Kind.SENSOR, "server_room", 2, "Server room climate {:02}", ("server",)),
    Stock(
        Kind.SENSOR,
        "room",
        23,
        "Room climate {:02}",
        ("patient_room", "icu_bay", "waiting", "resus", "imaging", "main kitchen", "core laboratory", "recovery"),
    ),
)
"""One block of the register: 350 assets, 120 patients, 60 staff, 45 sensors."""


def draw_register(site: Site, count: int) -> tuple[Tag, ...]:
    """Make `count` tags in the proportions of `STOCK`. A longer register begins with the shorter one.

    Raises:
        SiteError: `count` is not positive.
    """
    if count < 1:
        raise SiteError(f"A register of {count} tags makes no sense; ask for 1 or more.")
    order = _block_order()
    homes = {stock.type + stock.kind: _homes(site, stock) for stock in STOCK}
    numbers: Counter[str] = Counter()
    codes = _codes()
    tags = []
    for index in range(count):
        stock = order[index % len(order)]
        numbers[stock.label] += 1
        label = stock.label.format(next(codes) if stock.kind is Kind.PATIENT else numbers[stock.label])
        rooms = homes[stock.type + stock.kind]
        home = rooms[(numbers[stock.label] - 1) % len(rooms)].number if rooms else ""
        tags.append(Tag(index, _mac(stock.kind, index), MODELS[stock.kind], stock.kind, stock.type, label, home))
    return tuple(tags)


def _block_order() -> list[Stock]:
    """The tags of one block, types mixed so that any beginning of it has their proportions."""
    places = [
        ((i + 0.5) / stock.number, order, stock) for order, stock in enumerate(STOCK) for i in range(stock.number)
    ]
    return [stock for _, _, stock in sorted(places, key=lambda place: place[:2])]


def _homes(site: Site, stock: Stock) -> Sequence[Room]:
    """Rooms that match each of the stock's words in turn, word by word dealt out evenly."""
    piles = [[room for room in site.rooms if _matches(room, word)] for word in stock.homes]
    piles = [pile for pile in piles if pile]
    longest = max(map(len, piles), default=0)
    return [pile[i % len(pile)] for i in range(longest) for pile in piles]


def _matches(room: Room, word: str) -> bool:
    return room.space_type == word if word in USUAL else word in room.name.lower()


def _codes():  # noqa: ANN202
    """Pseudonyms of four characters, each once."""
    chance = random.Random(SEED)  # noqa: S311 - a demo's names are no secret
    used: set[str] = set()
    while True:
        code = "".join(chance.choice(_CODE_LETTERS) for _ in range(4))
        if code not in used:
            used.add(code)
            yield code


def _mac(kind: Kind, index: int) -> str:
    """A MAC in a range of the maker; multiplying by an odd number scatters without repeats."""
    if kind in (Kind.PATIENT, Kind.SENSOR):
        return f"AC233FA{index * 2654435761 % 2**20:05X}"
    return f"C30000{index * 2654435761 % 2**24:06X}"
