"""IFC models, drawn in the test, become buildings that the twin can use."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely import MultiPolygon, Polygon, box

from twin.errors import SiteError
from twin.site import Site
from twin.site.importing.ifc.read import read_ifc
from twin.site.importing.take_in import TakenIn, take_in
from twin.site.load import load_building
from twin.site.route import route

Draft = Callable[..., Any]


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own for each little model would take a second each; test_broken has it."""
    monkeypatch.setattr("twin.site.importing.take_in.read_ifc_apart", read_ifc)


def imported(path: Path) -> tuple[TakenIn, Site]:
    taken = take_in(path, path.parent / "out")
    site, _ = load_building(path.parent / "out")
    assert taken.usable, taken.problems
    assert site is not None
    return taken, site


def the_rooms(taken: TakenIn) -> dict[str, dict[str, Any]]:
    return {room["number"]: room for level in taken.summary["levels"] for room in level["rooms"]}


@pytest.mark.parametrize("unit", ["METRE", "MILLIMETRE", "FOOT"])
@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4", "IFC4X3"])
def test_every_unit_and_schema_gives_the_same_metres(draft: Draft, tmp_path: Path, schema: str, unit: str) -> None:
    model = draft(schema, unit)
    model.space(model.storey("Cellar", -3.0), "K1", "Lager", box(0, 0, 4, 3), z=-3.0)
    model.space(model.storey("Ground", 0.0), "1", "Office", box(0, 0, 4, 5))
    taken, site = imported(model.save(tmp_path))
    assert [(v["ordinal"], v["name"], v["elevation_m"]) for v in taken.summary["levels"]] == [
        (-1, "Cellar", -3.0),
        (0, "Ground", 0.0),
    ]
    assert [room["area_m2"] for room in the_rooms(taken).values()] == [12.0, 20.0]
    assert site.room_shapes[1].bounds == pytest.approx((0, 0, 4, 5))
    assert [room.space_type for room in site.rooms] == ["store", "office"]


def test_parts_and_holes_are_kept(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground = model.storey("Ground", 0.0)
    model.space(ground, "1", "Hall", box(0, 0, 10, 10).difference(box(4, 4, 6, 6)))
    model.space(ground, "2", "Store", box(20, 0, 22, 2), box(30, 0, 33, 2))
    taken, site = imported(model.save(tmp_path))
    found = the_rooms(taken)
    assert (found["1"]["area_m2"], found["1"]["parts"], found["1"]["holes"]) == (96.0, 1, 1)
    assert (found["2"]["area_m2"], found["2"]["parts"], found["2"]["holes"]) == (10.0, 2, 0)
    assert isinstance(site.room_shapes[site.room_by_number["2"]], MultiPolygon)


def test_a_room_without_body_is_reported_and_one_with_an_outline_is_read(draft: Draft, tmp_path: Path) -> None:
    model = draft(unit="MILLIMETRE")
    ground = model.storey("Ground", 0.0)
    model.space(ground, "1", "Office", box(0, 0, 4, 5))
    model.space(ground, "2", "Outline", box(5, 0, 8, 5), body=False)
    nothing = model.space(ground, "3", "Nothing")
    taken, _ = imported(model.save(tmp_path))
    assert {n: room["area_m2"] for n, room in the_rooms(taken).items()} == {"1": 20.0, "2": 15.0}
    assert any("Room 3 Nothing" in p and nothing.GlobalId in p for p in taken.problems)


def test_rooms_are_made_of_walls_where_there_are_none(two_rooms: Any, tmp_path: Path) -> None:
    for space in two_rooms.file.by_type("IfcSpace"):
        two_rooms.file.remove(space)
    for relation in two_rooms.file.by_type("IfcRelAggregates"):
        if not relation.RelatedObjects:
            two_rooms.file.remove(relation)
    taken, site = imported(two_rooms.save(tmp_path))
    assert [room["number"] for room in the_rooms(taken).values()] == ["0-001", "0-002"]
    assert "The model has no rooms (IfcSpace); 2 rooms were made from enclosed faces on Ground floor." in taken.notes
    assert any("made from the faces" in p for p in taken.problems)
    assert [door.rooms for door in site.doors] == [(1, 0)] or [door.rooms for door in site.doors] == [(0, 1)]


def test_the_opening_gives_the_door_and_a_way_leads_through_it(two_rooms: Any, tmp_path: Path) -> None:
    _, site = imported(two_rooms.save(tmp_path))
    (door,) = site.doors
    assert (door.x, door.y, door.width) == pytest.approx((5.0, 1.95, 0.9), abs=1e-3)
    assert sorted(door.rooms) == [0, 1]
    assert [point.x for point in route(site, (0, 1.0, 2.0), (0, 9.0, 2.0))][-1] == 9.0
    assert site.wall_shapes[0].area == pytest.approx(10 * 4 - 9.6 * 3.6 + 0.2 * 3.6, abs=0.01)


def test_an_open_leaf_does_not_turn_a_door(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground = model.storey("Ground", 0.0)
    model.space(ground, "1", "A", box(0, 0, 4, 4))
    model.space(ground, "2", "B", box(4.2, 0, 8, 4))
    model.element("IfcWall", ground, "Wall", box(4, 0, 4.2, 4))
    leaf = Polygon([(4.1, 1.0), (4.1, 1.9), (4.15, 1.9), (4.15, 1.05), (4.95, 1.05), (4.95, 1.0)])
    door = model.element("IfcDoor", ground, "Door", leaf, height=2.1)
    turned = model.file.create_entity("IfcDirection", [0.0, 1.0, 0.0])
    up = model.file.create_entity("IfcDirection", [0.0, 0.0, 1.0])
    door.ObjectPlacement.RelativePlacement.Axis, door.ObjectPlacement.RelativePlacement.RefDirection = up, turned
    points = [p for i in door.Representation.Representations[0].Items for p in i.SweptArea.OuterCurve.Points]
    for point in points:  # the same leaf in the turned axes of the door: along the wall is x
        x, y = point.Coordinates
        point.Coordinates = (y, -x)
    _, site = imported(model.save(tmp_path))
    assert abs(site.doors[0].x1 - site.doors[0].x0) < 0.01
    assert site.doors[0].width == pytest.approx(0.9, abs=0.01)


def test_a_gap_in_a_wall_is_an_opening_but_a_window_is_none(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground = model.storey("Ground", 0.0)
    model.space(ground, "1", "A", box(0, 0, 4, 4))
    model.space(ground, "2", "B", box(4.2, 0, 8, 4))
    wall = model.element("IfcWall", ground, "Wall", box(4, 0, 4.2, 4))
    model.hole(wall, box(4, 1, 4.2, 2.2))
    model.hole(wall, box(4, 3, 4.2, 3.8), z=1.0, height=1.0)
    _, site = imported(model.save(tmp_path))
    assert [(door.kind, round(door.width, 2)) for door in site.doors] == [("open", 1.2)]


def test_rooms_that_touch_without_a_wall_are_joined(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground = model.storey("Ground", 0.0)
    model.space(ground, "1", "Hall", box(0, 0, 4, 4))
    model.space(ground, "2", "Hall", box(4, 0, 8, 4))
    _, site = imported(model.save(tmp_path))
    (passage,) = site.doors
    assert (passage.kind, sorted(passage.rooms), round(passage.width, 2)) == ("open", [0, 1], 4.0)


def test_lifts_and_stairs_above_each_other_join_levels(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    for name, z in (("G", 0.0), ("1", 3.0), ("2", 6.0)):
        level = model.storey(name, z)
        model.space(level, f"{name}-L", "Lift A", box(0, 0, 2, 2), z=z)
        model.space(level, f"{name}-S", "Treppenhaus", box(2.2, 0, 6, 4), z=z)
    _, site = imported(model.save(tmp_path))
    assert sorted((c.kind, [landing.level for landing in c.landings]) for c in site.connectors) == [
        ("elevator", [0, 1, 2]),
        ("stairs", [0, 1, 2]),
    ]
    assert route(site, (0, 1.0, 1.0), (2, 1.0, 1.0), step_free=True)


def test_a_stair_within_a_corridor_joins_levels(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground, first = model.storey("G", 0.0), model.storey("1", 3.0)
    model.space(ground, "G1", "Corridor", box(0, 0, 10, 3))
    model.space(first, "11", "Corridor", box(0, 0, 10, 3), z=3.0)
    model.element("IfcStair", ground, "Stair", box(4, 0, 5, 3), height=3.0)
    _, site = imported(model.save(tmp_path))
    assert [(c.kind, [landing.room for landing in c.landings]) for c in site.connectors] == [("stairs", [0, 1])]


@pytest.mark.parametrize(
    ("north", "bearing"), [((0.0, 1.0), 0.0), ((0.6427876, 0.7660444), 320.0), ((1.0, 0.0), 270.0)]
)
def test_true_north_turns_the_frame_not_the_plan(
    draft: Draft, tmp_path: Path, north: tuple[float, float], bearing: float
) -> None:
    model = draft("IFC2X3", north=north)
    model.site.RefLatitude, model.site.RefLongitude = (49, 9, 0), (-8, -43, -30, -500000)
    model.space(model.storey("G", 0.0), "1", "Office", box(2, 1, 6, 3))
    _, site = imported(model.save(tmp_path))
    assert site.frame.bearing == pytest.approx(bearing, abs=1e-4)
    assert (site.frame.lat, site.frame.lon) == pytest.approx((49.15, -(8 + 43 / 60 + 30.5 / 3600)))
    assert site.frame.georeferenced
    assert site.room_shapes[0].bounds == pytest.approx((2, 1, 6, 3), abs=1e-3)


def test_a_map_conversion_wins_over_the_site(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    model.site.RefLatitude, model.site.RefLongitude = (10, 0, 0), (10, 0, 0)
    system = model.file.create_entity("IfcProjectedCRS", "EPSG:32632")
    model.file.create_entity("IfcMapConversion", model.context, system, 500000.0, 5000000.0, 0.0, 0.0, 1.0)
    model.space(model.storey("G", 0.0), "1", "Office", box(0, 0, 4, 5))
    _, site = imported(model.save(tmp_path))
    assert (site.frame.lon, site.frame.lat) == pytest.approx((9.0, 45.1537), abs=1e-3)
    assert site.frame.bearing == pytest.approx(270.0, abs=0.01)


def test_a_model_in_map_coordinates_is_brought_near(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    model.space(model.storey("G", 0.0), "1", "Office", box(500_000, 4_649_776, 500_004, 4_649_781))
    taken, site = imported(model.save(tmp_path))
    assert the_rooms(taken)["1"]["area_m2"] == 20.0
    assert site.room_shapes[0].bounds == pytest.approx((0, 0, 4, 5))
    assert any("x 500000, y 4649776" in note for note in taken.notes)


def test_floors_without_elevation_take_their_placement(draft: Draft, tmp_path: Path) -> None:
    model = draft(unit="FOOT")
    for name, z in (("A", 0.0), ("B", 3.5)):
        model.space(model.storey(name, z, stated=False), name, "Office", box(0, 0, 4, 5), z=z)
    taken, _ = imported(model.save(tmp_path))
    assert [(v["ordinal"], v["elevation_m"]) for v in taken.summary["levels"]] == [(0, 0.0), (1, 3.5)]


def test_rooms_without_any_storey_are_put_on_floors_by_height(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    for number, z in (("1", 0.0), ("2", 0.3), ("11", 3.0)):
        model.space(model.building, number, "Office", box(int(number), 0, int(number) + 1, 5), z=z)
    taken, _ = imported(model.save(tmp_path))
    assert [[room["number"] for room in v["rooms"]] for v in taken.summary["levels"]] == [["1", "2"], ["11"]]


def test_a_room_of_the_building_itself_goes_to_the_floor_at_its_height(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    model.space(model.storey("G", 0.0), "1", "Office", box(0, 0, 4, 5))
    model.space(model.storey("U", 3.0), "2", "Office", box(0, 0, 4, 5), z=3.0)
    model.space(model.building, "3", "Roof bar", box(5, 0, 8, 5), z=2.95)
    taken, _ = imported(model.save(tmp_path))
    assert [[room["number"] for room in v["rooms"]] for v in taken.summary["levels"]] == [["1"], ["2", "3"]]


def test_a_room_within_a_room_is_kept_and_wins_the_place(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    hall = model.space(model.storey("G", 0.0), "1", "Emergency hall", box(0, 0, 10, 10))
    model.space(hall, "1A", "Bay", box(1, 1, 4, 4))
    taken, site = imported(model.save(tmp_path))
    assert {n: room["area_m2"] for n, room in the_rooms(taken).items()} == {"1": 100.0, "1A": 9.0}
    assert any("overlaps" in p for p in taken.problems)
    from twin.site.raster import rooms_at

    found = rooms_at(site, [0, 0], [2.0, 6.0], [2.0, 6.0])  # pyright: ignore[reportArgumentType]
    assert [site.rooms[i].number for i in found] == ["1A", "1"]


def test_a_small_overlap_is_cut_off_and_said(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground = model.storey("G", 0.0)
    model.space(ground, "1", "Hall", box(0, 0, 10, 10))
    model.space(ground, "2", "Office", box(9.98, 0, 14, 5))
    taken, _ = imported(model.save(tmp_path))
    assert the_rooms(taken)["1"]["area_m2"] == pytest.approx(99.9)
    assert any("cut off the larger room" in p for p in taken.problems)


def test_wings_modelled_as_two_buildings_share_floors(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    other = model.make("IfcBuilding", "East", CompositionType="ELEMENT")
    model.part(model.site, other)
    model.space(model.storey("Ground", 0.0), "1", "Office", box(0, 0, 4, 5))
    model.space(model.storey("East ground", 0.2, building=other), "2", "Office", box(5, 0, 8, 5), z=0.2)
    taken, _ = imported(model.save(tmp_path))
    assert [(v["name"], len(v["rooms"])) for v in taken.summary["levels"]] == [("Ground / East ground", 2)]


def test_department_class_and_stated_area_come_along(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    space = model.space(model.storey("G", 0.0), "1", "MR 2", box(0, 0, 4, 5))
    model.property(space, "Pset_SpaceCommon", Department="AdultMedicine")
    area = model.file.create_entity("IfcQuantityArea", "NetFloorArea", None, None, 21.5)
    sizes = model.make("IfcElementQuantity", "Qto_SpaceBaseQuantities", Quantities=[area])
    model.make("IfcRelDefinesByProperties", RelatedObjects=[space], RelatingPropertyDefinition=sizes)
    code = model.file.create_entity("IfcClassificationReference", None, "13-41 41 31", "Imaging")
    model.make("IfcRelAssociatesClassification", RelatedObjects=[space], RelatingClassification=code)
    _, site = imported(model.save(tmp_path))
    (room,) = site.rooms
    assert (room.space_type, room.department, site.departments) == (
        "imaging", "adult_medicine", {"adult_medicine": "Adult Medicine"},
    )  # fmt: skip
    text = (tmp_path / "out/unit.geojson").read_text()
    assert f'"source_id":"{space.GlobalId}"' in text
    assert '"net_area":21.5' in text


def test_the_same_model_gives_the_same_archive(two_rooms: Any, tmp_path: Path) -> None:
    path = two_rooms.save(tmp_path)
    first, again = tmp_path / "one", tmp_path / "two"
    take_in(path, first)
    take_in(path, again)
    assert {f.name: f.read_bytes() for f in first.iterdir()} == {f.name: f.read_bytes() for f in again.iterdir()}


def test_one_global_id_used_twice_is_no_reason_to_stop(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    ground = model.storey("G", 0.0)
    one = model.space(ground, "1", "Office", box(0, 0, 4, 5))
    model.space(ground, "2", "Office", box(5, 0, 8, 5)).GlobalId = one.GlobalId
    taken, _ = imported(model.save(tmp_path))
    assert len(the_rooms(taken)) == 2
    assert any(one.GlobalId in p for p in taken.problems)


@pytest.mark.parametrize("name", ["model.ifc.gz", "model.ifczip", "model.dat"])
def test_packed_and_misnamed_models_are_read(two_rooms: Any, tmp_path: Path, name: str) -> None:
    raw = two_rooms.save(tmp_path).read_bytes()
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(raw))
    elif name.endswith(".ifczip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("some folder/a model.ifc", raw)
    else:
        path.write_bytes(raw)
    taken, _ = imported(path)
    assert len(the_rooms(taken)) == 2


def test_a_model_with_nothing_in_it_says_what_to_do(draft: Draft, tmp_path: Path) -> None:
    model = draft()
    model.storey("G", 0.0)
    with pytest.raises(SiteError, match="has no rooms"):
        take_in(model.save(tmp_path), tmp_path / "out")
    assert not (tmp_path / "out").exists()
