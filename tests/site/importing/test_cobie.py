"""COBie workbooks: rooms get what the model does not say, assets become a list."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from shapely import box

from twin.errors import SiteError
from twin.site.geodesy import Frame
from twin.site.importing.cobie import enrich, read_workbook, write_assets
from twin.site.importing.found import Found, FoundLevel, FoundRoom

openpyxl = pytest.importorskip("openpyxl", reason="reading COBie is optional: run `make ifc`")

SHEETS: dict[str, list[list[Any]]] = {
    "Space": [
        ["Name", "Category", "Description", "ExtIdentifier", "NetArea"],
        ["1A", "13-85 11 11: Corridor", "North corridor", "guid-1", 12.5],
        ["1B", "n/a", "X-Ray", "n/a", "n/a"],
    ],
    "Zone": [["Name", "Category", "SpaceNames"], ["AdultMedicine", "Occupancy Zone", "1A, 1B"]],
    "Type": [["Name", "Category", "Manufacturer", "WarrantyDurationParts"], ["Pump", "23-1: Pumps", "ACME", 24]],
    "Component": [
        ["Name", "TypeName", "Space", "SerialNumber", "InstallationDate"],
        ["Pump 1", "Pump", "1B, 1A", "S-1", "2011-04-22T10:30:25"],
        ["Pump 2", "Pump", "9Z", "n/a", None],
        [None, "Pump", "1A", "no name", None],
    ],
    "Coordinate": [
        ["Name", "Category", "SheetName", "RowName", "CoordinateXAxis", "CoordinateYAxis", "CoordinateZAxis"],
        ["p", "point", "Component", "Pump 1", 1.5, 2, 0],
    ],
}


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_rooms_join_by_id_and_by_number(tmp_path: Path) -> None:
    rooms = (FoundRoom("guid-1", "A", "A", box(0, 0, 1, 1)), FoundRoom("other", "1b", "1b", box(2, 0, 3, 1)))
    level = FoundLevel("l", "Ground", 0.0, 0, rooms)
    found, known = enrich(
        Found("k", "B", Frame(6.0, 46.0), (level,)), read_workbook(workbook(tmp_path / "b.xlsx", SHEETS))
    )
    first, second = found.levels[0].rooms
    assert known == 2
    assert (first.name, first.space_type, first.category, first.net_area) == (
        "North corridor",
        "corridor",
        "walkway",
        12.5,
    )
    assert (second.name, second.space_type, second.net_area) == ("X-Ray", "imaging", None)


def test_assets_are_listed_with_their_rooms(tmp_path: Path) -> None:
    book = read_workbook(workbook(tmp_path / "b.xlsx", SHEETS))
    assert write_assets(tmp_path / "assets.csv", book, {"1a": "1A", "1b": "1B"}) == (2, 1)
    with (tmp_path / "assets.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert (first["room"], first["more_rooms"], first["known_room"]) == ("1B", "1A", "yes")
    assert (first["serial"], first["installed"], first["manufacturer"], first["x"]) == (
        "S-1",
        "2011-04-22",
        "ACME",
        "1.5",
    )
    assert (second["room"], second["known_room"], second["serial"]) == ("9Z", "no", "")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"name;room\n", json.dumps({}).encode()])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(SiteError, match=r"b\.xlsx"):
        read_workbook(tmp_path / "b.xlsx")


def test_a_workbook_without_the_sheets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="Component"):
        read_workbook(workbook(tmp_path / "b.xlsx", {"Space": SHEETS["Space"]}))
