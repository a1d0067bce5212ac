"""A plan that makes no sense is refused with the room that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import SiteError
from twin.site.plan import read_plan
from twin.verbs.site import check_building, draw_plan, write_register

HEAD = """
name = "Small"
address = "1"
locality = "L"
country = "FR"
language = "en"
lon = 1.0
lat = 45.0
bearing = 0.0
[departments]
clinic = "Clinic"
[[level]]
ordinal = 0
name = "Ground"
short = "G"
elevation = 0.0
height = 3.0
halls = [["1", "Corridor", "corridor", [[0, 3, 9, 5]]]]
"""
STRIP = """
[[level.strip]]
at = [0, 0]
run = "east"
depth = 3.0
door = "north"
department = "clinic"
rooms = [["2", "Exam", "exam", 4.0], ["3", "Store", "store", 5.0]]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_plan_draws_and_checks(tmp_path: Path) -> None:
    out = tmp_path / "building"
    assert draw_plan(written(tmp_path, HEAD + STRIP), out, None) == []
    summary, usable = check_building(out)
    assert usable
    assert summary["problems"] == []
    assert [level["ordinal"] for level in summary["levels"]] == [0]
    assert {room["number"]: room["area_m2"] for room in summary["levels"][0]["rooms"]} == {"1": 18, "2": 12, "3": 15}
    assert all(room["parts"] == 1 and room["holes"] == 0 for room in summary["levels"][0]["rooms"])


def test_redrawing_leaves_no_old_file(tmp_path: Path) -> None:
    out = tmp_path / "building"
    out.mkdir()
    (out / "fixture.geojson").write_text("old", encoding="utf-8")
    assert draw_plan(written(tmp_path, HEAD + STRIP), out, None) == []


def test_overlaps_in_a_plan_are_reported(tmp_path: Path) -> None:
    text = HEAD + STRIP.replace("at = [0, 0]", "at = [0, 1]")
    assert any("overlaps" in p for p in draw_plan(written(tmp_path, text), tmp_path / "b", None))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "Cannot read the plan"),
        ("name = 'x'", "lacks 'level'"),
        (HEAD + STRIP.replace('"exam"', '"dungeon"'), "Room 2 .* 'dungeon'"),
        (HEAD + STRIP.replace('"3"', '"2"'), "used twice in the plan: 2"),
        (HEAD + STRIP.replace("4.0", "0.9"), "door of room 2.* does not fit its wall of 0.90 m"),
        (HEAD + STRIP.replace('"north"', '"up"'), "room 2 is on side 'up'"),
        (HEAD + STRIP.replace("4.0]", "'wide']"), "value of the wrong form"),
        (HEAD + 'doors = [{ rooms = ["1", "9"], width = 1.0 }]' + STRIP, "names room 9"),
        (HEAD + 'gateways = [["9", "G1"]]' + STRIP, "hangs in room 9"),
        (HEAD.replace("[[0, 3, 9, 5]]", "[[0, 3, 2, 5], [4, 3, 9, 5]]"), "Room 1 .* must touch"),
    ],
)
def test_a_bad_plan_names_its_fault(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SiteError, match=says):
        read_plan(written(tmp_path, text))


def test_a_register_needs_a_building(tmp_path: Path, demo_folder: Path) -> None:
    write_register(120, tmp_path / "tags.csv", demo_folder / "building")
    assert len((tmp_path / "tags.csv").read_text(encoding="utf-8").splitlines()) == 121
    with pytest.raises(SiteError):
        write_register(0, tmp_path / "tags.csv", demo_folder / "building")
