"""The real buildings of the reference import as their expected.json says, and survive a round trip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from twin.site import Site
from twin.site.archive import read_archive
from twin.site.importing.take_in import TakenIn, export_building, take_in
from twin.site.load import load_building
from twin.site.route import route

BUILDINGS = Path(__file__).parents[2] / "../shared/data/buildings"
MODELS = {
    "institute-var-2": "AC11-Institute-Var-2-IFC.ifc.gz",
    "medical-dental-clinic": "clinic_rebuilt.ifc.gz",
}
WORKBOOK = "2013-10-09-Clinic-Handover-v14.xlsx"
FACES = [93, 120, 113, 116, 91, 8]

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not BUILDINGS.is_dir(), reason=f"no reference buildings at {BUILDINGS}"),
]

Imported = tuple[TakenIn, Path, Site]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Imported]:
    pytest.importorskip("ifcopenshell")
    found = {}
    for name, file in MODELS.items():
        assets = BUILDINGS / name / WORKBOOK
        out = tmp_path_factory.mktemp(name) / "building"
        taken = take_in(BUILDINGS / name / file, out, assets=assets if assets.exists() else None)
        site, problems = load_building(out)
        assert site is not None, problems
        found[name] = (taken, out, site)
    return found


def expected(name: str) -> dict[str, Any]:
    return json.loads((BUILDINGS / name / "expected.json").read_text())


@pytest.mark.parametrize("name", MODELS)
def test_storeys_rooms_and_areas(imported: dict[str, Imported], name: str) -> None:
    taken, _, _ = imported[name]
    assert taken.usable
    wanted = {k: v for k, v in expected(name)["storeys"].items() if v["spaces"]}
    levels = {level["name"]: level for level in taken.summary["levels"]}
    assert levels.keys() == wanted.keys()
    for storey, want in wanted.items():
        level = levels[storey]
        assert level["elevation_m"] == pytest.approx(want["elevation_m"], abs=0.005)
        assert len(level["rooms"]) == want["spaces"]
        assert sum(room["area_m2"] for room in level["rooms"]) == pytest.approx(want["footprint_area_m2"], rel=0.005)
    ordinals = sorted(level["ordinal"] for level in levels.values())
    assert ordinals == list(range(ordinals[0], ordinals[0] + len(ordinals)))


@pytest.mark.parametrize("name", MODELS)
def test_named_rooms(imported: dict[str, Imported], name: str) -> None:
    taken, out, site = imported[name]
    archive, _ = read_archive(out)
    stated = {u.properties["number"]: u.properties for u in archive.of("unit")}
    summary = {room["number"]: (level, room) for level in taken.summary["levels"] for room in level["rooms"]}
    for number, want in expected(name)["named_rooms"].items():
        level, room = summary[number]
        assert (level["name"], room["name"]) == (want["storey"], want["long_name"])
        assert room["area_m2"] == pytest.approx(want["footprint_area_m2"], rel=0.005)
        assert (room["parts"], room["holes"]) == (want["parts"], want["holes"])
        shape = site.room_shapes[site.room_by_number[number]]
        assert shape.bounds == pytest.approx(want["bounds_m"], abs=0.006)
        assert stated[number]["net_area"] == pytest.approx(want["published_area_m2"], abs=0.01)
        assert stated[number]["height"] == pytest.approx(want["height_m"], abs=0.01)


@pytest.mark.parametrize("name", MODELS)
def test_counts_of_everything_else(imported: dict[str, Imported], name: str) -> None:
    taken, out, site = imported[name]
    want = expected(name)
    counts = f"{want['spaces']} rooms, {want['doors']} doors, {want['walls']} walls, {want['windows']} windows, "
    assert any(counts in note and f"{want['zones']} zones" in note for note in taken.notes)
    archive, _ = read_archive(out)
    assert sum("source_id" in door.properties for door in archive.of("opening")) == want["doors"]
    assert site.frame.georeferenced == want["georeferenced"]


def test_the_institute_stands_in_karlsruhe(imported: dict[str, Imported]) -> None:
    _, _, site = imported["institute-var-2"]
    assert (site.frame.lat, site.frame.lon) == pytest.approx((49.15, 8 + 43 / 60), abs=1e-6)


def test_ways_lead_over_all_levels(imported: dict[str, Imported]) -> None:
    for taken, _, site in imported.values():
        first, last = site.rooms[0], site.rooms[-1]
        assert len({landing.level for c in site.connectors for landing in c.landings}) == len(taken.summary["levels"])
        stairs = [c for c in site.connectors if c.kind == "stairs"]
        foot, head = stairs[0].landings[0], stairs[-1].landings[-1]
        assert route(site, (foot.level, foot.x, foot.y), (head.level, head.x, head.y)), (first, last)


def test_rooms_of_the_clinic_have_a_use_and_a_department(imported: dict[str, Imported]) -> None:
    _, _, site = imported["medical-dental-clinic"]
    assert len(site.departments) == 18
    assert site.departments["adult_medicine"] == "Adult Medicine"
    of = {room.number: (room.category, room.space_type) for room in site.rooms}
    assert of["1A16"] == ("room", "pharmacy")
    assert of["1AC1"] == ("waitingroom", "waiting")
    assert of["1B04"] == ("laboratory", "lab")
    assert of["2D05"] == ("nonpublic", "plant")
    assert of["E1"] == ("elevator", "lift")
    assert sum(room.space_type == "corridor" for room in site.rooms) == 40


def test_assets_of_the_clinic_join_by_room(imported: dict[str, Imported]) -> None:
    taken, out, _ = imported["medical-dental-clinic"]
    rows = (out / "assets.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 5071 + 1
    assert rows[1].startswith("AC Unit Type 1 AC-1,AC Unit Type 1,23-75 10 24 21 27")
    assert ",1B21," in rows[1]
    assert any("knows 258 of the 258 rooms" in note for note in taken.notes)
    assert any(note.startswith("5071 assets") for note in taken.notes)


@pytest.mark.parametrize("name", MODELS)
def test_a_round_trip_keeps_ids_and_polygons(imported: dict[str, Imported], name: str, tmp_path: Path) -> None:
    _, out, site = imported[name]
    export_building(out, tmp_path / "building.zip")
    again = take_in(tmp_path / "building.zip", tmp_path / "again")
    assert again.usable
    other, _ = load_building(tmp_path / "again")
    assert other is not None
    assert [room.id for room in other.rooms] == [room.id for room in site.rooms]
    assert [door.id for door in other.doors] == [door.id for door in site.doors]
    apart = [shapely.hausdorff_distance(a, b) for a, b in zip(site.room_shapes, other.room_shapes, strict=True)]
    assert max(apart) < 0.001


def test_a_second_import_gives_the_same_ids(imported: dict[str, Imported], tmp_path: Path) -> None:
    _, _, site = imported["institute-var-2"]
    take_in(BUILDINGS / "institute-var-2" / MODELS["institute-var-2"], tmp_path / "again")
    other, _ = load_building(tmp_path / "again")
    assert other is not None
    assert [room.id for room in other.rooms] == [room.id for room in site.rooms]


def test_west_riverside_gets_its_rooms_from_faces(tmp_path: Path) -> None:
    taken = take_in(BUILDINGS / "west-riverside-hospital", tmp_path / "out")
    assert taken.usable, taken.problems
    assert [len(level["rooms"]) for level in taken.summary["levels"]] == FACES
    assert [level["name"] for level in taken.summary["levels"]] == [f"Level {n}" for n in range(1, 7)]
    assert taken.summary["levels"][0]["elevation_m"] == pytest.approx(165.811, abs=0.001)
    assert "The plan has no rooms; 93 rooms were made from enclosed faces on Level 1." in taken.notes
    assert any("541" in problem for problem in taken.problems)
    site, _ = load_building(tmp_path / "out")
    assert site is not None
    low, high = site.wall_shapes[2], site.wall_shapes[3]  # drawn from origins that differ by half a metre
    assert low.intersection(high).area > 0.6 * min(low.area, high.area)
