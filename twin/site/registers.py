"""The gateway list and the tag register: two CSV files that people edit."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twin.errors import SiteError
from twin.model import NONE, Gateway, Kind, Tag
from twin.site.raster import rooms_at

if TYPE_CHECKING:
    from twin.site.building import Site

GATEWAY_COLUMNS = ("gateway_id", "name", "model", "floor", "x", "y", "z", "topic")
TAG_COLUMNS = ("mac", "model", "kind", "type", "label", "home")

_MAC = re.compile(r"[0-9A-F]{12}")


def read_gateways(path: Path, site: Site) -> tuple[Gateway, ...]:
    """Read gateways.csv; `floor` is a level's ordinal, x and y are local metres, z metres above that floor.

    Raises:
        SiteError: naming each bad line.
    """
    level_of = {str(level.ordinal): level.index for level in site.levels}
    problems: list[str] = []
    gateways: list[Gateway] = []
    seen: dict[str, int] = {}
    for line, row in _rows(path, GATEWAY_COLUMNS):
        faults = [*_mac_faults(row["gateway_id"], line, seen), *_place_faults(row, level_of)]
        if not row["topic"]:
            faults.append("has no topic")
        problems += [f"{path.name} line {line}: {fault}" for fault in faults]
        if not faults:
            place = (float(row["x"]), float(row["y"]), float(row["z"]))
            level = level_of[row["floor"]]
            mac = normal_mac(row["gateway_id"])
            gateways.append(Gateway(len(gateways), mac, row["name"], row["model"], level, *place, row["topic"]))
    problems += _outside(path, site, gateways)
    if problems:
        raise SiteError(f"The gateway list {path} has faults; correct these lines:", tuple(problems))
    return tuple(gateways)


def load_tags(path: Path) -> tuple[Tag, ...]:
    """Read tags.csv, the register of tags.

    Raises:
        SiteError: naming each bad line.
    """
    problems: list[str] = []
    tags: list[Tag] = []
    seen: dict[str, int] = {}
    for line, row in _rows(path, TAG_COLUMNS):
        faults = _mac_faults(row["mac"], line, seen)
        if row["kind"] not in set(Kind):
            faults.append(f"kind is {row['kind']!r}, expected one of {', '.join(Kind)}")
        if not row["label"]:
            faults.append("has no label")
        problems += [f"{path.name} line {line}: {fault}" for fault in faults]
        if not faults:
            mac, kind = normal_mac(row["mac"]), Kind(row["kind"])
            tags.append(Tag(len(tags), mac, row["model"], kind, row["type"], row["label"], row["home"]))
    if problems:
        raise SiteError(f"The tag register {path} has faults; correct these lines:", tuple(problems))
    return tuple(tags)


def write_gateways(path: Path, site: Site, gateways: Iterable[Gateway]) -> None:
    """Write gateways.csv as `read_gateways` reads it."""
    ordinal = {level.index: level.ordinal for level in site.levels}
    rows = [
        (g.mac, g.name, g.model, ordinal[g.level], f"{g.x:.2f}", f"{g.y:.2f}", f"{g.z:.2f}", g.topic) for g in gateways
    ]
    _write(path, GATEWAY_COLUMNS, rows)


def write_tags(path: Path, tags: Iterable[Tag]) -> None:
    """Write tags.csv as `load_tags` reads it."""
    _write(path, TAG_COLUMNS, [(t.mac, t.model, t.kind.value, t.type, t.label, t.home) for t in tags])


def normal_mac(text: str) -> str:
    """A MAC as 12 upper-case hex digits, whatever separators it was typed with."""
    return re.sub(r"[\s:.-]", "", text).upper()


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row, spaces around cells removed."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"Cannot read {path} ({error}). It must be a CSV in UTF-8 with {','.join(columns)}.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        raise SiteError(f"{path} lacks the column(s) {', '.join(missing)}; its first line must be {','.join(columns)}.")
    try:
        for row in reader:
            yield reader.line_num, {c: row[c].strip() for c in columns}
    except csv.Error as error:
        raise SiteError(f"{path} line {reader.line_num}: is not CSV ({error}).") from error


def _mac_faults(text: str, line: int, seen: dict[str, int]) -> list[str]:
    mac = normal_mac(text)
    if not _MAC.fullmatch(mac):
        return [f"{text!r} is no MAC address; write 12 hex digits"]
    if mac in seen:
        return [f"{mac} was already on line {seen[mac]}"]
    seen[mac] = line
    return []


def _place_faults(row: dict[str, str], level_of: dict[str, int]) -> Iterator[str]:
    if row["floor"] not in level_of:
        yield f"floor {row['floor']!r} is no level's ordinal; the building has {', '.join(level_of)}"
    for axis in ("x", "y", "z"):
        try:
            known = math.isfinite(float(row[axis]))
        except ValueError:
            known = False
        if not known:
            yield f"{axis} is {row[axis]!r}, expected metres"


def _outside(path: Path, site: Site, gateways: Sequence[Gateway]) -> list[str]:
    """Gateways that hang in no room: most often x and y swapped, or the wrong floor."""
    if not gateways:
        return []
    columns = ([g.level for g in gateways], [g.x for g in gateways], [g.y for g in gateways])
    rooms = rooms_at(site, np.array(columns[0], np.int32), np.array(columns[1]), np.array(columns[2]))
    return [
        f"{path.name}: gateway {g.mac} at x {g.x}, y {g.y} is in no room of its floor"
        for g, room in zip(gateways, rooms, strict=True)
        if room == NONE
    ]
