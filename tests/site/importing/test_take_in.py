"""Buildings in and out as IMDF, as plan sections, and through the commands."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import box

from twin.errors import SiteError
from twin.site import Site
from twin.site.importing.take_in import export_building, take_in
from twin.site.load import load_building

ROOT = Path(__file__).parents[3]


def test_an_archive_goes_out_and_in_with_the_same_ids_and_polygons(
    demo_folder: Path, demo: Site, tmp_path: Path
) -> None:
    export_building(demo_folder / "building", tmp_path / "demo.zip")
    taken = take_in(tmp_path / "demo.zip", tmp_path / "out")
    assert taken.usable
    assert taken.problems == ()
    site, _ = load_building(tmp_path / "out")
    assert site is not None
    assert [room.id for room in site.rooms] == [room.id for room in demo.rooms]
    assert [room.number for room in site.rooms] == [room.number for room in demo.rooms]
    apart = [shapely.hausdorff_distance(a, b) for a, b in zip(site.room_shapes, demo.room_shapes, strict=True)]
    assert max(apart) < 0.001
    assert site.connectors == demo.connectors
    assert site.departments == demo.departments


def test_feature_types_that_the_twin_does_not_read_are_kept(demo_folder: Path, tmp_path: Path) -> None:
    export_building(demo_folder / "building", tmp_path / "demo.zip")
    with zipfile.ZipFile(tmp_path / "demo.zip", "a") as archive:
        archive.writestr("amenity.geojson", '{"type":"FeatureCollection","features":[]}')
    take_in(tmp_path / "demo.zip", tmp_path / "out")
    export_building(tmp_path / "out", tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert archive.read("amenity.geojson") == b'{"type":"FeatureCollection","features":[]}'


def test_an_archive_with_faults_is_not_put_in_place(demo_folder: Path, tmp_path: Path) -> None:
    export_building(demo_folder / "building", tmp_path / "demo.zip")
    take_in(tmp_path / "demo.zip", tmp_path / "out")
    before = (tmp_path / "out/unit.geojson").read_bytes()
    broken = tmp_path / "broken"
    with zipfile.ZipFile(tmp_path / "demo.zip") as archive:
        archive.extractall(broken)
    (broken / "unit.geojson").write_text('{"type":"FeatureCollection","features":[{"id":"x"}]}')
    taken = take_in(broken, tmp_path / "out")
    assert not taken.usable
    assert taken.summary["levels"] == []
    assert taken.problems
    assert (tmp_path / "out/unit.geojson").read_bytes() == before


def test_a_folder_with_something_else_is_not_replaced(demo_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SiteError, match="no building"):
        take_in(demo_folder / "building", tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def plan(name: str, elevation: float, shift: float = 0.0) -> dict[str, Any]:
    """Two rooms of 4 x 3 m with a door between, its corner at (`shift`, 0), walls 0.2 m."""

    def part(key: str, kind: str, x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
        corners = list(box(x0 + shift, y0, x1 + shift, y1).exterior.coords)
        return {"id": key, "kind": kind, "geometryType": "polygon", "coordinates": corners, "name": key}

    features = [
        part("w1", "wall", 0, 0, 8.6, 0.2), part("w2", "wall", 0, 3.2, 8.6, 3.4), part("w3", "wall", 0, 0, 0.2, 3.4),
        part("w4", "wall", 8.4, 0, 8.6, 3.4), part("w5", "wall", 4.2, 0, 4.4, 1.2),
        part("w6", "wall", 4.2, 2.2, 4.4, 3.4),
        part("d1-0", "door", 4.28, 1.2, 4.32, 1.7), part("d1-1", "door", 4.28, 1.7, 4.32, 2.2),
        part("c1", "column", 1, 1, 1.3, 1.3),
    ]  # fmt: skip
    return {"source": {"storey": name}, "floor": {"elevation": elevation, "bounds": [0, 0, 9, 4]}, "features": features}


def test_plan_sections_give_rooms_doors_and_levels_above_each_other(tmp_path: Path) -> None:
    source = tmp_path / "plans"
    source.mkdir()
    (source / "level-1.json").write_text(json.dumps(plan("Level 1", 100.0)))
    (source / "level-2.json").write_text(json.dumps(plan("Level 2", 104.0, shift=2.5)))
    taken = take_in(source, tmp_path / "out")
    levels = taken.summary["levels"]
    assert [(v["ordinal"], v["name"], v["elevation_m"]) for v in levels] == [
        (0, "Level 1", 100.0),
        (1, "Level 2", 104.0),
    ]
    assert [[room["number"] for room in v["rooms"]] for v in levels] == [["1-001", "1-002"], ["2-001", "2-002"]]
    assert [room["holes"] for room in levels[0]["rooms"]] == [1, 0]
    assert any("Level 2 by -2.50, 0.00 m" in note for note in taken.notes)
    site, _ = load_building(tmp_path / "out")
    assert site is not None
    assert [(sorted(door.rooms), round(door.width, 2)) for door in site.doors] == [([0, 1], 1.0), ([2, 3], 1.0)]
    assert site.room_shapes[2].bounds == pytest.approx(site.room_shapes[0].bounds, abs=0.005)


def test_a_plan_that_encloses_nothing_is_refused(tmp_path: Path) -> None:
    given = plan("Level 1", 0.0)
    given["features"] = given["features"][:1]
    (tmp_path / "level-1.json").write_text(json.dumps(given))
    with pytest.raises(SiteError, match="no room"):
        take_in(tmp_path / "level-1.json", tmp_path / "out")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "twin", "site", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)


def test_the_commands_import_check_and_export(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan("Level 1", 0.0)))
    done = run("import", str(tmp_path / "plan.json"), str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary.keys() == {"levels", "problems"}
    assert summary["levels"][0].keys() == {"ordinal", "name", "elevation_m", "area_m2", "rooms"}
    assert summary["levels"][0]["rooms"][0].keys() == {"number", "name", "area_m2", "parts", "holes"}
    assert "2 rooms were made from enclosed faces" in done.stderr
    checked = run("check", str(tmp_path / "out"), "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout)["levels"] == summary["levels"]
    assert run("export", str(tmp_path / "out"), str(tmp_path / "out.zip")).returncode == 0
    assert zipfile.is_zipfile(tmp_path / "out.zip")


def test_bad_input_ends_with_2_and_a_message(tmp_path: Path) -> None:
    (tmp_path / "notes.ifc").write_text("no model")
    for arguments in (
        ("import", str(tmp_path / "notes.ifc"), str(tmp_path / "out")),
        ("import", str(tmp_path / "absent.ifc"), str(tmp_path / "out")),
        ("export", str(tmp_path / "absent"), str(tmp_path / "out.zip")),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stderr
        assert "Traceback" not in done.stderr
        assert not done.stdout
