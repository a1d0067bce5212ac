"""COBie workbooks: what a handover says about rooms and the assets in them."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin.errors import SiteError
from twin.site.importing.found import Found, FoundRoom
from twin.site.importing.ifc.names import readable
from twin.site.importing.kinds import ORDINARY, omniclass, room_kind

COLUMNS = (
    "name", "type", "category", "description", "room", "more_rooms", "known_room", "serial", "tag", "barcode",
    "asset_id",
    "installed", "warranty_start", "warranty_duration", "warranty_unit", "manufacturer", "model", "asset_type",
    "x", "y", "z", "source_id",
)  # fmt: skip
"""Columns of assets.csv; x, y, z are metres in the model's own axes."""

_EMPTY = {"n/a", "na", "none", "unknown", ""}
_REMEDY = "Reading a COBie workbook needs openpyxl, which is not installed. Run `make ifc`, then try again."
_SHEETS = ("Space", "Component")
_MOST_ROWS = 500_000

Row = Mapping[str, str]


@dataclass(frozen=True)
class Workbook:
    """The rows of the sheets that we read; cells as text, "" for "n/a"."""

    name: str
    spaces: tuple[Row, ...]
    zones: tuple[Row, ...]
    types: tuple[Row, ...]
    components: tuple[Row, ...]
    coordinates: tuple[Row, ...]


def read_workbook(path: Path) -> Workbook:
    """Read a COBie workbook.

    Raises:
        SiteError: openpyxl is missing, or the file is no workbook with the sheets Space and Component.
    """
    try:
        import openpyxl  # noqa: PLC0415 - optional
    except ImportError as error:
        raise SiteError(_REMEDY) from error
    if not path.exists():
        raise SiteError(f"There is no asset workbook at {path}.")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title.strip().lower(): sheet for sheet in book.worksheets}
        missing = [name for name in _SHEETS if name.lower() not in sheets]
        if missing:
            raise SiteError(f"{path.name} is no COBie workbook: it lacks the sheet(s) {', '.join(missing)}.")
        rows = {
            name: tuple(_rows(sheets[name])) if name in sheets else ()
            for name in ("space", "zone", "type", "component", "coordinate")
        }
        book.close()
    except SiteError:
        raise
    except (OSError, zipfile.BadZipFile) as error:
        raise SiteError(f"{path.name} is no workbook (.xlsx) that can be read ({error}).") from error
    except Exception as error:  # openpyxl lets the XML parser's and its own errors through
        raise SiteError(f"{path.name} is damaged ({type(error).__name__}: {error}). Save it again.") from error
    return Workbook(path.name, rows["space"], rows["zone"], rows["type"], rows["component"], rows["coordinate"])


def enrich(found: Found, book: Workbook) -> tuple[Found, int]:
    """Fill in what the model does not say about its rooms; returns also how many rooms the workbook knows."""
    by_id = {row["extidentifier"]: row for row in book.spaces if row.get("extidentifier")}
    by_number = {row["name"].lower(): row for row in book.spaces if row.get("name")}
    department = _departments(book)
    known = 0
    levels = []
    for level in found.levels:
        rooms = []
        for room in level.rooms:
            row = by_id.get(room.key.partition("#")[0]) or by_number.get(room.number.lower())
            known += row is not None
            rooms.append(room if row is None else _enriched(room, row, department))
        levels.append(replace(level, rooms=tuple(rooms)))
    return replace(found, levels=tuple(levels)), known


def write_assets(path: Path, book: Workbook, rooms: Mapping[str, str]) -> tuple[int, int]:
    """Write assets.csv; `rooms` maps lower-case room numbers and source ids to room numbers.

    Returns the number of assets, and of those in a room that the building has.
    """
    types = {row.get("name", ""): row for row in book.types}
    points = {
        row.get("rowname", ""): row
        for row in book.coordinates
        if row.get("sheetname", "").lower() == "component" and row.get("category", "").lower() == "point"
    }
    placed = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in book.components:
            cells = _asset(row, types.get(row.get("typename", ""), {}), points.get(row.get("name", ""), {}), rooms)
            placed += cells["known_room"] == "yes"
            writer.writerow(cells)
    return len(book.components), placed


def _asset(row: Row, kind: Row, point: Row, rooms: Mapping[str, str]) -> dict[str, str]:
    places = [place.strip() for place in row.get("space", "").split(",") if place.strip()]
    numbers = [rooms.get(place.lower(), place) for place in places]
    return {
        "name": row.get("name", ""),
        "type": row.get("typename", ""),
        "category": kind.get("category", ""),
        "description": row.get("description", ""),
        "room": numbers[0] if numbers else "",
        "more_rooms": " ".join(numbers[1:]),
        "known_room": "yes" if places and places[0].lower() in rooms else "no",
        "serial": row.get("serialnumber", ""),
        "tag": row.get("tagnumber", ""),
        "barcode": row.get("barcode", ""),
        "asset_id": row.get("assetidentifier", ""),
        "installed": row.get("installationdate", "")[:10],
        "warranty_start": row.get("warrantystartdate", "")[:10],
        "warranty_duration": kind.get("warrantydurationparts", ""),
        "warranty_unit": kind.get("warrantydurationunit", ""),
        "manufacturer": kind.get("manufacturer", ""),
        "model": kind.get("modelnumber", ""),
        "asset_type": kind.get("assettype", ""),
        "x": point.get("coordinatexaxis", ""),
        "y": point.get("coordinateyaxis", ""),
        "z": point.get("coordinatezaxis", ""),
        "source_id": row.get("extidentifier", ""),
    }


def _enriched(room: FoundRoom, row: Row, departments: Mapping[str, str]) -> FoundRoom:
    code = room.omniclass or omniclass(row.get("category", ""))
    kind = room_kind(code, room.name, row.get("description", ""), row.get("category", ""))
    better = kind != ORDINARY and not room.space_type
    return replace(
        room,
        omniclass=code,
        category=kind.category if better else room.category,
        space_type=kind.space_type if better else room.space_type,
        department=room.department or departments.get(row.get("name", "").lower(), ""),
        net_area=room.net_area or _number(row.get("netarea", "")),
        name=row.get("description", "") or room.name if room.name == room.number else room.name,
    )


def _departments(book: Workbook) -> dict[str, str]:
    """Room number to the name of its occupancy zone."""
    found: dict[str, str] = {}
    for row in book.zones:
        if "occupancy" in row.get("category", "").lower() or "department" in row.get("description", "").lower():
            for place in row.get("spacenames", "").split(","):
                found.setdefault(place.strip().lower(), readable(row.get("name", "")))
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e6 else None


def _rows(sheet: Any) -> Iterator[Row]:  # noqa: ANN401
    """Rows by lower-case column name without spaces; rows without a name are left out."""
    rows = sheet.iter_rows(values_only=True, max_row=_MOST_ROWS)
    header = [re.sub(r"\W", "", str(cell or "")).lower() for cell in next(rows, ())]
    for cells in rows:
        row = {key: _cell(value) for key, value in zip(header, cells, strict=False) if key}
        if row.get("name"):
            yield row


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return "" if text.lower() in _EMPTY else text
