"""Drafts become buildings and buildings become drafts, with the same ids and shapes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from twin.errors import SiteError
from twin.model import Gateway
from twin.settings import ROOT
from twin.site.archive import read_archive
from twin.site.building import Site
from twin.site.drawing.copied import draft_of
from twin.site.drawing.draft import (
    Department,
    Draft,
    DraftDoor,
    DraftGateway,
    DraftLevel,
    DraftRoom,
    Place,
    faults,
    parts_of,
    polygons,
)
from twin.site.drawing.drawn import gateway_rows, write_draft
from twin.site.geodesy import Frame
from twin.site.load import load_building

HERE = Frame(6.6, 46.5, 0.0)
MADE = "2026-03-01T08:00:00Z"
PLACE = Place("1 Rue du Test", "Lausanne", "CH", lon=6.63, lat=46.52, bearing=31.5)


def ident(n: int) -> str:
    return str(UUID(int=n))


def box(x: float, y: float, width: float, depth: float) -> tuple:
    return ((((x, y), (x + width, y), (x + width, y + depth), (x, y + depth)),),)


def room(n: int, shape: tuple, **more) -> DraftRoom:
    return DraftRoom(ident(n), shape, number=str(n), **more)


def level(*rooms: DraftRoom, n: int = 9000, ordinal: int = 0, **more) -> DraftLevel:
    return DraftLevel(ident(n), ordinal, f"Floor {ordinal}", str(ordinal), rooms=rooms, **more)


def draft(*levels: DraftLevel, **more) -> Draft:
    return Draft(**{"title": "Small clinic", "levels": levels, "place": PLACE, **more})


def built(one: Draft, folder: Path, anchor: Frame = HERE, base=None) -> Site:
    write_draft(one, folder, MADE, anchor, base)
    site, problems = load_building(folder)
    assert site, problems
    assert [str(p) for p in problems if p.fatal] == []
    return site


def again(one: Draft, folder: Path) -> tuple[Draft, Site]:
    site = built(one, folder)
    return draft_of(site, read_archive(folder)[0]), site


millimetres = st.integers(0, 12_000).map(lambda n: n / 1000)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Rooms in cells of a coarse grid, each somewhere in its cell, some with a hole, on one to three levels."""
    levels = []
    for ordinal in range(draw(st.integers(1, 3))):
        cells = draw(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8))
        rooms = []
        for n, (column, row) in enumerate(sorted(cells)):
            x, y = 20.0 * column - 50 + draw(millimetres) / 2, 20.0 * row - 30 + draw(millimetres) / 2
            width, depth = 2.5 + draw(millimetres), 2.5 + draw(millimetres)
            (ring,) = box(round(x, 3), round(y, 3), round(width, 3), round(depth, 3))
            hole = ((x + 1, y + 1), (x + 1, y + 1.5), (x + 2, y + 1.5), (x + 2, y + 1))
            hole = tuple((round(a, 3), round(b, 3)) for a, b in hole)
            shape = ((*ring, hole),) if draw(st.booleans()) else (ring,)
            beds = draw(st.integers(0, 4))
            rooms.append(room(100 * ordinal + n + 1, shape, space_type="patient_room", beds=beds, category="room"))
        levels.append(level(*rooms, n=9000 + ordinal, ordinal=ordinal, elevation=4.0 * ordinal))
    return draft(*levels)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=drafts())
def test_ids_and_corners_survive_the_way_to_imdf_and_back(one: Draft, tmp_path: Path):
    back, site = again(one, tmp_path / "building")
    assert {lv.id: lv.ordinal for lv in back.levels} == {lv.id: lv.ordinal for lv in one.levels}
    was = {r.id: r for lv in one.levels for r in lv.rooms}
    came = {r.id: r for lv in back.levels for r in lv.rooms}
    assert came.keys() == was.keys()
    for key, before in was.items():
        after = came[key]
        assert (after.number, after.space_type, after.beds) == (before.number, before.space_type, before.beds)
        a, b = polygons(before.shape), polygons(after.shape)
        assert shapely.hausdorff_distance(a, b) <= 1e-3
        assert [len(part) for part in after.shape] == [len(part) for part in before.shape]
    assert all(not lv.outline for lv in back.levels), "an outline that follows the rooms goes on following them"
    assert site.frame.bearing == 31.5


def test_a_copy_of_the_demo_building_is_the_demo_building(tmp_path: Path):
    source = ROOT / "data/demo/building"
    base, _ = read_archive(source)
    site, _ = load_building(source)
    assert site
    one = draft_of(site, base)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Draft) == one
    copy = built(one, tmp_path, site.frame, base)
    made, _ = read_archive(tmp_path)
    for kind in base.features:
        assert {f.id for f in made.of(kind)} == {f.id for f in base.of(kind)}, kind
    shapes = {r.id: copy.room_shapes[r.index] for r in copy.rooms}
    assert max(shapely.hausdorff_distance(site.room_shapes[r.index], shapes[r.id]) for r in site.rooms) <= 1e-3
    assert copy.departments == site.departments
    assert copy.beds == site.beds
    assert len(copy.connectors) == len(site.connectors)
    assert [d.kind for d in copy.doors] == [d.kind for d in site.doors]


def test_holes_parts_and_what_the_editor_does_not_show_stay(tmp_path: Path):
    shape = (*box(0, 0, 8, 6), *box(20, 0, 4, 4))
    shape = ((shape[0][0], ((1, 1), (1, 2), (2, 2), (2, 1))), shape[1])
    first = draft(level(room(1, shape), room(2, box(8, 0, 4, 6))))
    built(first, tmp_path / "a")
    unit = tmp_path / "a/unit.geojson"
    unit.write_text(unit.read_text().replace('"number":"1"', '"number":"1","source_id":"2O2Fr$t4X7Zf8NOew3FLOH"'))
    base, _ = read_archive(tmp_path / "a")
    site, _ = load_building(tmp_path / "a")
    assert site
    copied = draft_of(site, base)
    (hall,) = [r for r in copied.levels[0].rooms if r.id == ident(1)]
    assert [len(part) for part in hall.shape] == [2, 1]
    after = built(copied, tmp_path / "b", site.frame, base)
    made, _ = read_archive(tmp_path / "b")
    assert "2O2Fr$t4X7Zf8NOew3FLOH" in [f.properties.get("source_id") for f in made.of("unit")]
    assert after.room_shapes[after.room_by_number["1"]].area == pytest.approx(8 * 6 - 1 + 16)


def test_a_building_without_a_place_says_so(tmp_path: Path):
    site = built(draft(level(room(1, box(0, 0, 4, 3))), place=replace(PLACE, lon=None, lat=None)), tmp_path)
    assert not site.frame.georeferenced
    assert (site.frame.lon, site.frame.lat) == (HERE.lon, HERE.lat)


def test_lifts_of_one_name_are_joined_from_level_to_level(tmp_path: Path):
    def floor(ordinal: int) -> DraftLevel:
        hall = room(10 * ordinal + 1, box(0, 0, 6, 6))
        lift = room(10 * ordinal + 2, box(6, 0, 2, 2), space_type="lift", shaft="Lift A")
        stairs = room(10 * ordinal + 3, box(6, 2, 2, 4), space_type="stairs", name="North stairs")
        return level(hall, lift, stairs, n=9000 + ordinal, ordinal=ordinal)

    back, site = again(draft(floor(0), floor(1), floor(2)), tmp_path)
    assert sorted((c.kind, [landing.level for landing in c.landings]) for c in site.connectors) == [
        ("elevator", [0, 1, 2]),
        ("stairs", [0, 1, 2]),
    ]
    shafts = {
        kind: {r.shaft for lv in back.levels for r in lv.rooms if r.space_type == kind} for kind in ("lift", "stairs")
    }
    assert shafts == {"lift": {"elevator 2"}, "stairs": {"North stairs"}}


def test_doors_departments_and_beds_arrive(tmp_path: Path):
    ward = DraftRoom(ident(1), box(0, 0, 6, 4), "101", "Room", "patient_room", department="ward_a", beds=2)
    hall = DraftRoom(ident(2), box(0, 4, 6, 2), "100", "Corridor", "corridor")
    door = DraftDoor(ident(3), 2.0, 4.0, 3.3, 4.0, "sliding")
    site = built(draft(level(ward, hall, doors=(door,)), departments=(Department("ward_a", "Ward A"),)), tmp_path)
    (made,) = site.doors
    assert {site.rooms[i].number for i in made.rooms} == {"100", "101"}
    assert (made.kind, round(made.width, 3)) == ("sliding", 1.3)
    assert site.departments == {"ward_a": "Ward A"}
    assert site.beds[site.room_by_number["101"]] == 2
    assert site.rooms[site.room_by_number["100"]].category == "walkway"


def test_a_gap_as_wide_as_a_wall_lies_within_the_outline(tmp_path: Path):
    site = built(draft(level(room(1, box(0, 0, 4, 4)), room(2, box(4.2, 0, 4, 4)))), tmp_path)
    assert site.level_shapes[0].contains(shapely.Point(4.1, 2))
    assert site.level_shapes[0].area == pytest.approx(8.5 * 4.3, abs=0.01)


def test_an_outline_that_somebody_drew_stays_and_grows_over_rooms_outside(tmp_path: Path):
    wide = box(-5, -5, 20, 20)
    back, site = again(draft(level(room(1, box(0, 0, 4, 4)), outline=wide)), tmp_path / "a")
    assert site.level_shapes[0].equals(polygons(wide))
    assert back.levels[0].outline == parts_of(polygons(wide))
    site = built(draft(level(room(1, box(13, 0, 4, 4)), outline=wide)), tmp_path / "b")
    assert site.level_shapes[0].contains(shapely.box(13, 0, 17, 4))


def test_rooms_that_overlap_by_a_strip_are_trimmed_and_others_refused(tmp_path: Path):
    near = draft(level(room(1, box(0, 0, 4, 4)), room(2, box(3.95, 0, 4, 4))))
    site = built(near, tmp_path)
    assert site.rooms[site.room_by_number["2"]].area == pytest.approx(3.95 * 4, abs=0.01)
    over = draft(level(room(1, box(0, 0, 4, 4)), room(2, box(3, 0, 4, 4))))
    assert faults(over) == ["Room 2 (Floor 0) overlaps Room 1 (Floor 0) by 4.00 m2."]
    with pytest.raises(SiteError, match=r"Room 2 \(Floor 0\) overlaps"):
        write_draft(over, tmp_path / "x", MADE, HERE)
    assert not (tmp_path / "x").exists()


BOW = ((((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)),),)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (draft(), "no level"),
        (draft(level()), "Level Floor 0 has no room"),
        (draft(level(room(7, BOW))), "Room 7 (Floor 0): its outline is no valid polygon"),
        (draft(level(DraftRoom(ident(1), BOW))), "room without a number near x 0.0 m"),
        (draft(level(room(1, ((((0.0, 0.0), (1.0, 0.0)),),)))), "three corners"),
        (draft(level(room(1, ()))), "no corner"),
        (draft(level(room(1, box(0, 0, 3, 3)), room(1, box(5, 0, 3, 3)))), "is used 2 times"),
        (draft(level(room(1, box(9000, 0, 3, 3)))), "more than 5000 m"),
        (draft(level(room(1, box(0, 0, 3, 3))), level(room(2, box(0, 0, 3, 3)), n=9001)), "2 levels have ordinal 0"),
        (draft(level(room(1, box(0, 0, 3, 3))), title=" "), "lacks its name"),
        (draft(level(room(1, box(0, 0, 3, 3))), place=replace(PLACE, country="Swiss")), "two letters"),
        (draft(level(room(1, box(0, 0, 3, 3))), place=replace(PLACE, lat=None)), "belong together"),
        (draft(level(room(1, box(0, 0, 3, 3))), place=replace(PLACE, lon=0.0, lat=0.0)), "in the sea"),
        (draft(level(room(1, box(0, 0, 3, 3)), doors=(DraftDoor(ident(5), 1, 0, 1, 0),))), "no width"),
    ],
)
def test_what_cannot_be_built_is_named(one: Draft, said: str):
    assert any(said in fault for fault in faults(one)), faults(one)


def test_gateways_are_told_as_lines_of_their_list(tmp_path: Path):
    drawn = DraftGateway("g", 1.5, 2.25, 2.6, "AC233FC00001", "By the door", "MG3", "/mg3/ac233fc00001/status")
    one = draft(level(room(1, box(0, 0, 4, 4)), ordinal=2, gateways=(drawn,)))
    assert gateway_rows(one) == [
        {
            "gateway_id": "AC233FC00001", "name": "By the door", "model": "MG3", "floor": "2", "x": "1.50", "y": "2.25",
            "z": "2.60", "topic": "/mg3/ac233fc00001/status",
        }
    ]  # fmt: skip
    site = built(one, tmp_path)
    hung = Gateway(0, "AC233FC00001", "By the door", "MG3", 0, 1.5, 2.25, 2.6, "/mg3/ac233fc00001/status")
    copied = draft_of(dataclasses.replace(site, gateways=(hung,)), read_archive(tmp_path)[0])
    assert gateway_rows(copied) == gateway_rows(one)
