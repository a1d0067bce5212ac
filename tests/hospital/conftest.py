"""A hospital small enough for tests: two floors of one corridor with rooms on both sides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from shapely import MultiPolygon, Polygon, box

from twin.hospital.ground import Ground
from twin.hospital.propagation import Propagation
from twin.hospital.save import FORM, Saved, load, save
from twin.hospital.station import Station
from twin.hospital.tables import Tables, load_tables
from twin.hospital.world import World
from twin.model import Gateway, Kind, Level, Room, Tag
from twin.site import Connector, Door, Landing, Site
from twin.site.geodesy import Frame

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC).timestamp()
ZONE = "Europe/Paris"

GROUND_FLOOR = [
    ("lobby", "", 1), ("reception", "emergency", 1), ("waiting", "emergency", 1), ("triage", "emergency", 2),
    ("ed_bay", "emergency", 14), ("resus", "emergency", 2), ("exam", "outpatients", 9), ("waiting", "outpatients", 1),
    ("reception", "outpatients", 1), ("imaging", "imaging", 4), ("waiting", "imaging", 1), ("pharmacy", "pharmacy", 2),
    ("lab", "laboratory", 2), ("utility_dirty", "emergency", 1), ("store", "logistics", 1), ("toilet", "", 2),
]  # fmt: skip
UPPER_FLOOR = [
    ("patient_room", "ward_a", 15), ("patient_room", "ward_b", 15), ("icu_bay", "icu", 9), ("theatre", "theatres", 4),
    ("anaesthesia", "theatres", 2), ("recovery", "theatres", 2), ("utility_dirty", "ward_a", 1),
    ("cssd", "theatres", 1), ("staff_room", "", 1), ("office", "administration", 1), ("toilet", "", 1),
]  # fmt: skip
BEDS = {"patient_room": 2, "recovery": 4, "ed_bay": 1, "icu_bay": 1, "resus": 1}
WIDE, DEEP, HALL = 5.0, 5.0, 2.6


def build_site() -> Site:
    rooms: list[Room] = []
    shapes: list[Polygon] = []
    doors: list[Door] = []
    for level, plan in enumerate((GROUND_FLOOR, UPPER_FLOOR)):
        kinds = [(kind, department) for kind, department, count in plan for _ in range(count)]
        kinds = [("lift", ""), ("stairs", ""), *kinds]
        length = WIDE * ((len(kinds) + 1) // 2)
        corridor = len(rooms)
        add_room(rooms, shapes, level, "corridor", "", box(0, DEEP, length, DEEP + HALL))
        for n, (kind, department) in enumerate(kinds):
            x, top = WIDE * (n // 2), n % 2
            y = DEEP + HALL if top else 0.0
            add_room(rooms, shapes, level, kind, department, box(x, y, x + WIDE, y + DEEP))
            wall = DEEP + HALL if top else DEEP
            between = (len(rooms) - 1, corridor)
            doors.append(Door(f"d{len(doors)}", level, x + 2, wall, x + 3, wall, "swinging", "pedestrian", between))
    levels = tuple(Level(i, f"l{i}", i, f"Level {i}", f"{i}", 4.0 * i, 3.0) for i in range(2))
    ends = [max(s.bounds[2] for s, r in zip(shapes, rooms, strict=True) if r.level == level) for level in (0, 1)]
    outlines = tuple(box(0, 0, end, 2 * DEEP + HALL) for end in ends)
    lift, stairs = ([r for r in rooms if r.space_type == kind] for kind in ("lift", "stairs"))
    connectors = tuple(
        Connector(kind, tuple(Landing(r.level, r.x, r.y, r.index) for r in members))
        for kind, members in (("elevator", lift), ("stairs", stairs))
    )
    spots = [(level, x) for level in (0, 1) for x in range(4, 118, 11)]
    gateways = tuple(gateway(n, level, x) for n, (level, x) in enumerate(spots))
    return Site(
        "Test", levels, tuple(rooms), gateways, tuple(doors), connectors, {}, tuple(shapes), outlines,
        (MultiPolygon(), MultiPolygon()), tuple(BEDS.get(r.space_type, 0) for r in rooms), Frame(2.0, 48.0),
    )  # fmt: skip


def add_room(rooms: list[Room], shapes: list[Polygon], level: int, kind: str, department: str, shape: Polygon) -> None:
    n = len(rooms)
    category = {"corridor": "walkway", "lift": "elevator", "stairs": "stairs", "lobby": "lobby"}.get(kind, "room")
    x, y = shape.centroid.x, shape.centroid.y
    rooms.append(Room(n, f"r{n}", level, f"{level}.{n}", kind, category, kind, department, shape.area, x, y))
    shapes.append(shape)


def gateway(n: int, level: int, x: float) -> Gateway:
    model, family = (("G1", "gw"), ("MG3", "mg3"), ("MG4", "mg4"))[n % 3]
    mac = f"AC233F{0xC00000 + n:06X}"
    y = DEEP + HALL / 2 if n % 2 else 2.0
    return Gateway(n, mac, f"gw {n}", model, level, float(x), y, 2.6, f"/{family}/{mac.lower()}/status")


def build_tags(site: Site, scale: float = 1.0) -> tuple[Tag, ...]:
    kinds = ("patient_room", "ed_bay")
    home = {kind: [r.number for r in site.rooms if r.space_type == kind] for kind in kinds}
    wards = home["patient_room"] + home["ed_bay"]
    rows: list[tuple[str, Kind, str, str]] = []
    assets = ("infusion_pump", "syringe_pump", "monitor", "wheelchair", "stretcher", "bed", "ventilator", "ecg")
    rows += [("MBT02", Kind.ASSET, assets[n % 8], wards[n % len(wards)]) for n in range(round(350 * scale))]
    rows += [("B7", Kind.PATIENT, "patient", "") for _ in range(round(120 * scale))]
    roles = ("nurse", "nurse", "nurse", "doctor", "porter", "technician", "cleaner", "nurse", "doctor", "porter")
    rows += [("B10", Kind.STAFF, roles[n % 10], wards[(7 * n) % len(wards)]) for n in range(round(60 * scale))]
    watched = ("room", "theatre", "vaccine_fridge", "medicine_fridge", "blood_fridge", "server_room")
    rows += [("S1", Kind.SENSOR, watched[n % 6], wards[n % len(wards)]) for n in range(round(45 * scale))]
    return tuple(
        Tag(n, f"C30000{n:06X}", model, kind, what, f"tag {n}", number)
        for n, (model, kind, what, number) in enumerate(rows)
    )


@pytest.fixture(scope="session")
def site() -> Site:
    return build_site()


@pytest.fixture(scope="session")
def tags(site: Site) -> tuple[Tag, ...]:
    return build_tags(site)


@pytest.fixture(scope="session")
def ground(site: Site) -> Ground:
    return Ground(site)


@pytest.fixture(scope="session")
def tables() -> Tables:
    return load_tables()


@pytest.fixture(scope="session")
def opened(ground: Ground, tags: tuple[Tag, ...], tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a hospital at NOON: reading it takes less time than opening one."""
    path = tmp_path_factory.mktemp("hospital") / "world.pickle"
    save(path, Saved(FORM, "", NOON, NOON, World.opened(ground, tags, tables, ZONE, 1, NOON)))
    return path


@pytest.fixture
def world(opened: Path, ground: Ground, tables: Tables) -> World:
    return load(opened, ground, tables).world


@pytest.fixture(scope="session")
def propagation(site: Site, tags: tuple[Tag, ...]) -> Propagation:
    return Propagation(site, tags, 1)


@pytest.fixture
def station(world: World, propagation: Propagation) -> Station:
    return Station(world, propagation, 1)
