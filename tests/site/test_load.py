"""Archives and lists as people hand them in: good, foreign, broken."""

from __future__ import annotations

import csv
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely

from twin.errors import SiteError
from twin.model import Gateway
from twin.site import Site, load_site, load_tags
from twin.site.archive import read_archive, write_archive
from twin.site.load import load_building
from twin.site.registers import Fault, check_gateways, gateways_csv

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def building(demo_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_folder / "building", tmp_path / "building"))


def edit(building: Path, name: str, change: Edit) -> None:
    path = building / name
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def bow_tie(feature: dict[str, Any]) -> None:
    ring = feature["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]


def problems_of(building: Path) -> str:
    return "\n".join(str(p) for p in load_building(building)[1] if p.fatal)


def test_round_trip_keeps_ids_and_polygons(demo: Site, building: Path, tmp_path: Path) -> None:
    archive, problems = read_archive(building)
    assert problems == []
    again = tmp_path / "again"
    write_archive(again, archive.manifest, [f for group in archive.features.values() for f in group])
    copy, _ = load_building(again)
    assert copy is not None
    assert copy.rooms == demo.rooms
    for a, b in zip(demo.room_shapes, copy.room_shapes, strict=True):
        assert shapely.hausdorff_distance(a, b) <= 1e-3


@pytest.mark.parametrize("inside", ["", "hospital/"])
def test_a_zip_loads_like_its_folder(demo: Site, building: Path, tmp_path: Path, inside: str) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as zipped:
        for path in building.iterdir():
            zipped.write(path, inside + path.name)
    site, _ = load_building(tmp_path / "b.zip")
    assert site is not None
    assert site.rooms == demo.rooms


def test_an_archive_without_the_extension_loads(demo: Site, building: Path) -> None:
    def strip(collection: dict[str, Any]) -> None:
        for feature in collection["features"]:
            for key in ("elevation", "height", "space_type", "department", "number", "bed_ids", "local_frame"):
                feature["properties"].pop(key, None)

    for name in ("level", "unit", "venue"):
        edit(building, f"{name}.geojson", strip)
    edit(building, "manifest.json", lambda m: m.pop("extensions"))
    site, problems = load_building(building)
    assert site is not None
    assert problems == []
    assert [level.elevation for level in site.levels] == [-4.0, 0.0, 4.0, 8.0]
    assert sum(room.area for room in site.rooms) == pytest.approx(sum(room.area for room in demo.rooms), rel=1e-4)
    departments = {room.name: room.department for room in site.rooms}
    assert departments["Majors 1"] == "emergency"
    assert departments["Main lobby"] == ""
    x0, y0, _, _ = site.level_shapes[1].bounds
    assert x0 > 0
    assert y0 > 0


def test_a_missing_building_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="WARDLIGHT_BUILDING"):
        load_site(tmp_path / "none", tmp_path / "gateways.csv")


def test_a_corrupt_zip_is_refused(building: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for member in building.iterdir():
            zipped.write(member, member.name)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"no zip at all", b"", whole[:3000] + bytes(500) + whole[3500:]):
        path.write_bytes(damaged)
        with pytest.raises(SiteError):
            load_site(path, tmp_path / "gateways.csv")


@pytest.mark.parametrize("name", ["manifest.json", "unit.geojson", "level.geojson", "venue.geojson", "address.geojson"])
def test_missing_and_broken_files_are_named(building: Path, name: str) -> None:
    (building / name).write_text("{ not json", encoding="utf-8")
    assert name in problems_of(building)
    (building / name).write_bytes(b"\xff\xfe\x00")
    assert name in problems_of(building)
    (building / name).unlink()
    assert name in problems_of(building)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("unit", lambda f: f["properties"].pop("category"), "lacks category"),
        ("unit", lambda f: f["properties"].update(level_id="nowhere"), "names 'nowhere', which is no level"),
        ("unit", lambda f: f["properties"].update(name="plain"), "name must be labels"),
        ("unit", lambda f: f.update(geometry=None), "has geometry None"),
        ("unit", lambda f: f.update(geometry={"type": "Point", "coordinates": [1, 2]}), "has geometry Point"),
        ("unit", lambda f: f.update(geometry={"type": "Polygon", "coordinates": []}), "has an empty geometry"),
        ("unit", lambda f: f.update(geometry={"type": "Polygon", "coordinates": "x"}), "cannot be read"),
        ("unit", lambda f: f["geometry"]["coordinates"][0].insert(1, [0.7, 47.0]), "more than 5000 m"),
        ("unit", lambda f: f["geometry"]["coordinates"][0].reverse() or bow_tie(f), "not a valid shape"),
        ("unit", lambda f: f["geometry"]["coordinates"][0].__setitem__(1, [900, 900]), "no longitude and latitude"),
        ("unit", lambda f: f["geometry"]["coordinates"][0].__setitem__(1, [float("nan"), 1]), "NaN is no JSON number"),
        ("level", lambda f: f["properties"].update(ordinal="ground"), "ordinal must be a whole number"),
        ("level", lambda f: f["properties"].update(elevation="high"), "elevation must be metres"),
        ("level", lambda f: f["properties"].update(ordinal=1), "2 levels have ordinal 1"),
        ("venue", lambda f: f["properties"].update(address_id=7), "address_id must be an id"),
        ("opening", lambda f: f["properties"].update(level_id=None), "lacks level_id"),
        ("relationship", lambda f: f["properties"].update(origin={"id": "gone"}), "leads to 'gone'"),
    ],
)
def test_bad_features_are_named(building: Path, name: str, change: Edit, says: str) -> None:
    edit(building, f"{name}.geojson", lambda c: change(c["features"][0]))
    assert says in problems_of(building)


def test_ids_must_be_unique(building: Path) -> None:
    edit(building, "unit.geojson", lambda c: c["features"].append(c["features"][0]))
    assert "is the id of 2 features" in problems_of(building)


def test_null_island_is_refused(building: Path) -> None:
    box = {"type": "Polygon", "coordinates": [[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]]]}
    edit(building, "venue.geojson", lambda c: c["features"][0].update(geometry=box))
    assert "longitude 0, latitude 0" in problems_of(building)


def test_the_error_lists_every_problem(building: Path, demo_folder: Path) -> None:
    def spoil(collection: dict[str, Any]) -> None:
        for feature in collection["features"][:3]:
            feature["properties"].pop("category")

    edit(building, "unit.geojson", spoil)
    with pytest.raises(SiteError) as caught:
        load_site(building, demo_folder / "gateways.csv")
    assert len(caught.value.problems) == 3
    assert "correct and export it again" in str(caught.value)


def test_overlapping_rooms_are_both_named(building: Path, demo: Site) -> None:
    def double(collection: dict[str, Any]) -> None:
        collection["features"][0]["geometry"] = collection["features"][1]["geometry"]

    edit(building, "unit.geojson", double)
    assert "overlaps unit" in problems_of(building)


JUNK: list[Any] = [None, 0, -1.5, "", "x", [], {}, [None], {"id": 3}, True, 10**9, [[1, 2]], {"origin": [1]}]


@pytest.mark.parametrize("seed", range(60))
def test_any_spoiled_archive_is_refused_or_loads(building: Path, seed: int) -> None:
    """Whatever value a file holds, the answer is a site, a problem or a SiteError."""
    chance = random.Random(seed)
    kinds = ["unit", "level", "venue", "opening", "relationship", "section", "address", "building", "footprint"]
    path = building / f"{chance.choice(kinds)}.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    holder: Any = content
    key: Any = "features"
    for _ in range(chance.randint(1, 6)):
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner:
            break
        holder, key = inner, chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
    holder[key] = chance.choice(JUNK)
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        site, problems = load_building(building)
    except SiteError:
        return
    if site is None:
        assert any(p.fatal for p in problems)
    else:
        assert site.graph
        assert site.raster
        assert all(site.walls(level.index) is not None for level in site.levels)


def rewrite(path: Path, out: Path, change: Callable[[list[list[str]]], Any]) -> Path:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[1].__setitem__(0, "zz"), "gateways.csv line 2: 'zz' is no MAC"),
        (lambda rows: rows[2].__setitem__(0, rows[1][0]), "line 3: .* was already on line 2"),
        (lambda rows: rows[1].__setitem__(3, "7"), "line 2: floor '7' is no level's ordinal"),
        (lambda rows: rows[1].__setitem__(4, "left"), "line 2: x is 'left', expected metres"),
        (lambda rows: rows[1].__setitem__(5, "nan"), "line 2: y is 'nan', expected metres"),
        (lambda rows: rows[1].__setitem__(4, "400"), "line 2: gateway .* is in no room"),
        (lambda rows: rows[1].__setitem__(6, "27"), "line 2: z is '27', expected metres above the level's floor"),
        (lambda rows: rows[1].__setitem__(6, "-1"), "line 2: z is '-1'"),
        (lambda rows: rows[1].__setitem__(7, "/gw/+/status"), "line 2: topic '/gw/\\+/status' is none"),
        (lambda rows: rows[1].__setitem__(7, ""), "line 2: has no topic"),
        (lambda rows: rows[0].__setitem__(6, "height"), r"lacks the column\(s\) z"),
        (lambda rows: rows[1].clear() or rows[1].append("AC233FC00000"), "line 2: floor ''"),
    ],
)
def test_bad_gateway_lines_are_named(
    demo_folder: Path, tmp_path: Path, change: Callable[[list[list[str]]], Any], says: str
) -> None:
    listed = rewrite(demo_folder / "gateways.csv", tmp_path / "gateways.csv", change)
    with pytest.raises(SiteError, match=says):
        load_site(demo_folder / "building", listed)


@pytest.mark.parametrize("apart", [(0.0, 0.0), (0.29, 0.0), (-0.2, 0.2)])
def test_two_gateways_at_one_place_are_a_fault(demo: Site, apart: tuple[float, float]) -> None:
    first = demo.gateways[8]
    near = replace(demo.gateways[9], level=first.level, x=first.x + apart[0], y=first.y + apart[1])
    faults = faults_of(demo, first, near)
    assert [(fault.line, fault.column) for fault in faults] == [(2, "x")]
    assert f"at the place of {first.name} (line 1)" in faults[0].text


def test_gateways_above_one_another_or_apart_are_no_fault(demo: Site) -> None:
    first = demo.gateways[8]
    above = next(level.index for level in demo.levels if level.index != first.level)
    assert not faults_of(demo, first, replace(demo.gateways[9], level=first.level, x=first.x + 0.31, y=first.y))
    assert not [
        f for f in faults_of(demo, first, replace(first, mac="AC233F0000FF", level=above)) if "at the place" in f.text
    ]


def faults_of(demo: Site, *gateways: Gateway) -> list[Fault]:
    cells = csv.DictReader(gateways_csv(demo, gateways).splitlines())
    return check_gateways(demo, enumerate(cells, 1))[1]


def test_gateway_macs_may_be_typed_with_separators(demo_folder: Path, tmp_path: Path, demo: Site) -> None:
    listed = rewrite(
        demo_folder / "gateways.csv",
        tmp_path / "gateways.csv",
        lambda rows: rows[1].__setitem__(0, "ac:23:3f:c0:00:00"),
    )
    assert load_site(demo_folder / "building", listed).gateways == demo.gateways


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[1].__setitem__(2, "robot"), "tags.csv line 2: kind is 'robot'"),
        (lambda rows: rows[4].__setitem__(4, ""), "line 5: has no label"),
        (lambda rows: rows[4].__setitem__(0, "AC233"), "line 5: 'AC233' is no MAC"),
    ],
)
def test_bad_tag_lines_are_named(
    demo_folder: Path, tmp_path: Path, change: Callable[[list[list[str]]], Any], says: str
) -> None:
    with pytest.raises(SiteError, match=says):
        load_tags(rewrite(demo_folder / "tags.csv", tmp_path / "tags.csv", change))


def test_an_unreadable_register_says_what_it_must_be(tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(SiteError, match="UTF-8"):
        load_tags(tmp_path / "tags.csv")
    with pytest.raises(SiteError, match="Cannot read"):
        load_tags(tmp_path / "none.csv")
