"""The gateway list and the tag register: two CSV files that people edit."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin.errors import SiteError
from twin.model import NONE, Gateway, Kind, Tag
from twin.site.raster import rooms_at

if TYPE_CHECKING:
    from twin.site.building import Site

GATEWAY_COLUMNS = ("gateway_id", "name", "model", "floor", "x", "y", "z", "topic")
TAG_COLUMNS = ("mac", "model", "kind", "type", "label", "home")
SAME_PLACE_M = 0.3
"""Two gateways of one level that are nearer than this were entered twice, or one of them in the wrong place."""
HIGHEST_M = 20.0
"""No gateway hangs higher above its floor, metres; a larger number was meant in another unit."""

_MAC = re.compile(r"[0-9A-F]{12}")


class Fault(NamedTuple):
    """What is wrong in one column of one line of a list."""

    line: int
    column: str
    text: str


def read_gateways(path: Path, site: Site) -> tuple[Gateway, ...]:
    """Read gateways.csv; `floor` is a level's ordinal, x and y are local metres, z metres above that floor.

    Raises:
        SiteError: naming each bad line.
    """
    gateways, faults = check_gateways(site, table_rows(path, GATEWAY_COLUMNS))
    if faults:
        problems = tuple(f"{path.name} line {fault.line}: {fault.text}" for fault in faults)
        raise SiteError(f"The gateway list {path} has faults; correct these lines:", problems)
    return gateways


def check_gateways(
    site: Site, rows: Iterable[tuple[int, Mapping[str, str]]]
) -> tuple[tuple[Gateway, ...], list[Fault]]:
    """Turn (line number, cells by `GATEWAY_COLUMNS`) into gateways, and say what is wrong with each line.

    Lines with a fault give no gateway, so use the gateways only when there is none.
    """
    level_of = {str(level.ordinal): level.index for level in site.levels}
    faults: list[Fault] = []
    gateways: list[Gateway] = []
    lines: list[int] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        found = [
            *(Fault(line, "gateway_id", text) for text in _mac_faults(row["gateway_id"], line, seen)),
            *(Fault(line, column, text) for column, text in _place_faults(row, level_of)),
            *(Fault(line, "topic", text) for text in _topic_faults(row["topic"])),
        ]
        faults += found
        if not found:
            place = (float(row["x"]), float(row["y"]), float(row["z"]))
            level = level_of[row["floor"]]
            mac = normal_mac(row["gateway_id"])
            gateways.append(Gateway(len(gateways), mac, row["name"], row["model"], level, *place, row["topic"]))
            lines.append(line)
    faults += [*_outside(site, gateways, lines), *_at_one_place(gateways, lines)]
    return tuple(gateways), sorted(faults)


def load_tags(path: Path) -> tuple[Tag, ...]:
    """Read tags.csv, the register of tags.

    Raises:
        SiteError: naming each bad line.
    """
    problems: list[str] = []
    tags: list[Tag] = []
    seen: dict[str, int] = {}
    for line, row in table_rows(path, TAG_COLUMNS):
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
    path.write_text(gateways_csv(site, gateways), encoding="utf-8")


def gateways_csv(site: Site, gateways: Iterable[Gateway]) -> str:
    """The content of a gateways.csv."""
    ordinal = {level.index: level.ordinal for level in site.levels}
    rows = [
        (g.mac, g.name, g.model, ordinal[g.level], f"{g.x:.2f}", f"{g.y:.2f}", f"{g.z:.2f}", g.topic) for g in gateways
    ]
    return _csv(GATEWAY_COLUMNS, rows)


def write_tags(path: Path, tags: Iterable[Tag]) -> None:
    """Write tags.csv as `load_tags` reads it."""
    path.write_text(tags_csv(tags), encoding="utf-8")


def tags_csv(tags: Iterable[Tag]) -> str:
    """The content of a tags.csv."""
    return _csv(TAG_COLUMNS, [(t.mac, t.model, t.kind.value, t.type, t.label, t.home) for t in tags])


def normal_mac(text: str) -> str:
    """A MAC as 12 upper-case hex digits, whatever separators it was typed with."""
    return re.sub(r"[\s:.-]", "", text).upper()


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def table_rows(
    path: Path, columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row, spaces around cells removed; `optional` columns may be missing (empty)."""
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
            yield reader.line_num, {c: (row.get(c) or "").strip() for c in (*columns, *optional)}
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


def _place_faults(row: Mapping[str, str], level_of: dict[str, int]) -> Iterator[tuple[str, str]]:
    if row["floor"] not in level_of:
        yield "floor", f"floor {row['floor']!r} is no level's ordinal; the building has {', '.join(level_of)}"
    for axis in ("x", "y", "z"):
        try:
            value = float(row[axis])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            yield axis, f"{axis} is {row[axis]!r}, expected metres"
        elif axis == "z" and not 0.0 <= value <= HIGHEST_M:
            yield axis, f"z is {row[axis]!r}, expected metres above the level's floor, 0 to {HIGHEST_M:.0f}"


def _topic_faults(topic: str) -> Iterator[str]:
    if not topic:
        yield "has no topic"
    elif not topic.isprintable() or any(wild in topic for wild in "+#"):
        yield f"topic {topic!r} is none that a gateway can publish on"


def _outside(site: Site, gateways: Sequence[Gateway], lines: Sequence[int]) -> Iterator[Fault]:
    """Gateways that hang in no room: most often x and y swapped, or the wrong floor."""
    if not gateways:
        return
    columns = ([g.level for g in gateways], [g.x for g in gateways], [g.y for g in gateways])
    rooms = rooms_at(site, np.array(columns[0], np.int32), np.array(columns[1]), np.array(columns[2]))
    for g, line, room in zip(gateways, lines, rooms, strict=True):
        if room == NONE:
            yield Fault(line, "x", f"gateway {g.mac} at x {g.x}, y {g.y} is in no room of its floor")


def _at_one_place(gateways: Sequence[Gateway], lines: Sequence[int]) -> Iterator[Fault]:
    """The later one of each two that are nearer to one another than `SAME_PLACE_M`."""
    places: dict[tuple[int, int, int], list[int]] = {}
    for i, g in enumerate(gateways):
        column, row = int(g.x // SAME_PLACE_M), int(g.y // SAME_PLACE_M)
        near = (
            j
            for c in range(column - 1, column + 2)
            for r in range(row - 1, row + 2)
            for j in places.get((g.level, c, r), ())
            if math.hypot(gateways[j].x - g.x, gateways[j].y - g.y) < SAME_PLACE_M
        )
        first = min(near, default=NONE)
        if first != NONE:
            other = gateways[first].name or gateways[first].mac
            yield Fault(lines[i], "x", f"gateway {g.mac} is at the place of {other} (line {lines[first]})")
        places.setdefault((g.level, column, row), []).append(i)
