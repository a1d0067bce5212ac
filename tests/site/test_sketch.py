"""A building in plain files: read, walls, refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from twin.errors import SiteError
from twin.site.sketch import HEIGHT_M, read_sketch

HALL = [(0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0)]


def rooms_file(folder: Path, *rooms: tuple[str, int, list[tuple[float, float]]]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"room_id": name, "floor": floor},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }
        for name, floor, ring in rooms
    ]
    return file(folder / "rooms.geojson", json.dumps({"type": "FeatureCollection", "features": features}))


def file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def gateways(folder: Path, text: str = "a,1,1,2\nb,9,7,2\n", head: str = "gateway_id,x,y,z") -> Path:
    return file(folder / "gateways.csv", f"{head}\n{text}")


def refused(*files) -> str:
    with pytest.raises(SiteError) as error:
        read_sketch(*files)
    return str(error.value)


def test_rooms_floors_and_gateways(tmp_path: Path):
    rooms = rooms_file(tmp_path, ("up", 3, HALL), ("down", -1, HALL))
    listed = gateways(tmp_path, "a,1,1,2,3\nb,9,7,2,\n", "gateway_id,x,y,z,floor")
    sketch = read_sketch(listed, rooms, None)
    assert sketch.floors == (-1, 3)
    assert sketch.rooms == ("up", "down")
    assert sketch.room_floor.tolist() == [1, 0]
    assert sketch.gateways == ("a", "b")
    assert sketch.gateway_floor.tolist() == [1, 0]
    assert sketch.problems == ()


def test_a_gateway_without_a_place_has_none_and_one_without_a_height_the_usual(tmp_path: Path):
    sketch = read_sketch(gateways(tmp_path, "a,,,2\nb,3,4,\n"), rooms_file(tmp_path, ("r", 0, HALL)), None)
    assert np.isnan(sketch.x).tolist() == [True, False]
    assert np.isnan(sketch.z).tolist()[1] is False
    assert sketch.z[1] == HEIGHT_M


def test_floors_of_a_survey_are_floors(tmp_path: Path):
    assert read_sketch(gateways(tmp_path), None, None, (0, 2, 5)).floors == (0, 2, 5)


def test_walls_are_what_lies_around_the_outline(tmp_path: Path):
    outline = file(tmp_path / "outline.csv", "x,y\n" + "\n".join(f"{x},{y}" for x, y in HALL))
    sketch = read_sketch(gateways(tmp_path), rooms_file(tmp_path, ("r", 0, HALL)), outline)
    walls = sketch.walls(0)
    assert walls.shape == (4, 4)
    assert np.hypot(walls[:, 2] - walls[:, 0], walls[:, 3] - walls[:, 1]).sum() == pytest.approx(36)
    assert len(read_sketch(gateways(tmp_path), rooms_file(tmp_path, ("r", 0, HALL)), None).walls(0)) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,one,1,2\n", "line 2: x is 'one'"),
        ("a,1,1,2\nb,nan,1,2\n", "line 3: x is 'nan'"),
        ("a,1,,2\n", "line 2: y is ''"),
        ("a,1,1,inf\n", "line 2: z is 'inf'"),
        (",1,1,2\n", "line 2: has no gateway_id"),
        ("a,1,1,2\na,5,5,2\n", "line 3: a was already on line 2"),
        ("", "lists no gateway"),
    ],
)
def test_a_bad_gateway_list_names_its_lines(tmp_path: Path, text: str, said: str):
    told = refused(gateways(tmp_path, text), rooms_file(tmp_path, ("r", 0, HALL)), None)
    assert "gateways.csv" in told
    assert said in told


def test_a_floor_that_is_no_number_is_refused(tmp_path: Path):
    told = refused(gateways(tmp_path, "a,1,1,2,attic\n", "gateway_id,x,y,z,floor"), None, None)
    assert "line 2: floor is 'attic'" in told


def test_a_floor_between_floors_is_refused(tmp_path: Path):
    assert "line 2: floor" in refused(gateways(tmp_path, "a,1,1,2,1.5\n", "gateway_id,x,y,z,floor"), None, None)


def test_oddities_are_said_and_prevent_nothing(tmp_path: Path):
    listed = gateways(tmp_path, "a,1,1,2\nb,1.1,1,2\nc,500,1,2\nd,,,2\n")
    sketch = read_sketch(listed, rooms_file(tmp_path, ("r", 0, HALL)), None)
    assert len(sketch.gateways) == 4
    same, far = sketch.problems
    assert "a and b are at one place" in same
    assert "c is more than 30 m outside all rooms" in far


def test_gateways_above_each_other_are_not_at_one_place(tmp_path: Path):
    listed = gateways(tmp_path, "a,1,1,2,0\nb,1,1,2,1\n", "gateway_id,x,y,z,floor")
    assert read_sketch(listed, rooms_file(tmp_path, ("r", 0, HALL)), None).problems == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a GeoJSON"),
        ("[]", "must be a GeoJSON"),
        ('{"features": 3, "a": 1}', ""),
        ('{"features": [{"properties": {}, "geometry": null}]}', "feature 0"),
        ('{"features": [7]}', "feature 0"),
        ('{"features": [{"properties": {"room_id": "r"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}', "r"),
        ('{"features": [{"properties": {"room_id": "r", "floor": "x"}, "geometry": null}]}', "feature 0"),
        (
            '{"features": [{"properties": {"room_id": "bow"}, "geometry":'
            ' {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}}]}',
            "room bow: its outline is no valid polygon",
        ),
        (
            '{"features": [{"properties": {"room_id": "r"}, "geometry":'
            ' {"type": "Polygon", "coordinates": [[[0, 0], [1, "a"], [1, 0], [0, 0]]]}}]}',
            "feature 0",
        ),
    ],
)
def test_bad_rooms_are_named(tmp_path: Path, text: str, said: str):
    rooms = file(tmp_path / "rooms.geojson", text)
    if not said:
        assert read_sketch(gateways(tmp_path), rooms, None).rooms == ()
        return
    told = refused(gateways(tmp_path), rooms, None)
    assert "rooms.geojson" in told
    assert said in told


@pytest.mark.parametrize("points", ["", "0,0\n1,1\n", "0,0\n1,1\n2,2\n", "0,0\n4,4\n4,0\n0,4\n", "0,0\n4,nan\n4,4\n"])
def test_a_bad_outline_is_refused(tmp_path: Path, points: str):
    outline = file(tmp_path / "outline.csv", "x,y\n" + points)
    told = refused(gateways(tmp_path), rooms_file(tmp_path, ("r", 0, HALL)), outline)
    assert "outline.csv" in told


def test_missing_files_and_other_encodings_are_refused(tmp_path: Path):
    latin = tmp_path / "latin"
    latin.write_bytes("gateway_id,x,y,z\né,1,1,2\n".encode("latin-1"))
    assert "UTF-8" in refused(latin, None, None)
    assert "Cannot read" in refused(gateways(tmp_path), latin, None)
    for bad in (tmp_path / "none", tmp_path):
        assert "Cannot read" in refused(bad, None, None)
        assert "Cannot read" in refused(gateways(tmp_path), bad, None)
        assert "Cannot read" in refused(gateways(tmp_path), rooms_file(tmp_path, ("r", 0, HALL)), bad)
