"""The survey as its file holds it: a line a reading, several readings a point."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from twin.commission.walk import Walk
from twin.errors import SiteError
from twin.site import Site

COLUMNS = ("point", "x", "y", "z", "floor", "gateway_id", "rssi", "heard")
"""`heard` is when, UTC; what reads a survey does not need it."""
MOST_BYTES = 8 << 20
"""Size of the largest survey file that is taken in."""


class Line(NamedTuple):
    """One reading as the file writes it."""

    point: str
    x: str
    y: str
    z: str
    floor: str
    gateway_id: str
    rssi: str
    heard: str


class Point(NamedTuple):
    """One point with what was heard there; `floor` is the level's ordinal, `heard` when the first reading came."""

    point: str
    x: float
    y: float
    z: float
    floor: int
    readings: int
    gateways: int
    heard: str


def read_lines(path: Path) -> list[Line]:
    """Every reading of a survey file; none when there is no file.

    Raises:
        SiteError: it is no CSV with the columns of a survey.
    """
    try:
        rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), restval="")
        missing = [name for name in COLUMNS[:-1] if name not in (rows.fieldnames or ())]
        if missing:
            raise SiteError(f"{path} lacks the column(s) {', '.join(missing)}.")
        return [Line(*((row.get(name) or "").strip() for name in COLUMNS)) for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SiteError(f"Cannot read the survey {path}: {error}.") from error


def points(lines: Iterable[Line]) -> list[Point]:
    """The points in the order of the file; lines that say no place are left out."""
    of_point: dict[str, list[Line]] = {}
    for line in lines:
        of_point.setdefault(line.point, []).append(line)
    found = []
    for name, own in of_point.items():
        first = own[0]
        try:
            place = (float(first.x), float(first.y), float(first.z), int(first.floor))
        except ValueError:
            continue
        heard = min((line.heard for line in own if line.heard), default="")
        found.append(Point(name, *place, len(own), len({line.gateway_id for line in own}), heard))
    return found


def with_walk(lines: Sequence[Line], walk: Walk, site: Site) -> tuple[str, list[Line]]:
    """The survey with one point more, and that point's name: the next number."""
    numbers = {line.point for line in lines if line.point.isascii() and line.point.isdecimal() and len(line.point) < 9}
    taken = map(int, numbers)
    name = str(max(taken, default=0) + 1)
    stand = walk.stand
    floor = str(site.levels[stand.level].ordinal)
    place = (name, f"{stand.x:.2f}", f"{stand.y:.2f}", f"{stand.z:.2f}", floor)
    fresh = [Line(*place, site.gateways[h.gateway].mac, str(h.rssi), _utc(h.t)) for h in walk.readings]
    return name, [*lines, *fresh]


def as_csv(lines: Iterable[Line]) -> bytes:
    """The content of the file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue().encode()


def pack(content: bytes) -> bytes:
    """Make a survey small enough for one message."""
    return zlib.compress(content, 9)


def unpack(packed: bytes) -> bytes:
    """Undo `pack`.

    Raises:
        SiteError: it is something else, or too large.
    """
    opener = zlib.decompressobj()
    try:
        content = opener.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise SiteError(f"The survey did not arrive whole ({error}); send it again.") from error
    if not opener.eof:
        raise SiteError(f"The survey is larger than {MOST_BYTES >> 20} MB; leave points out.")
    return content


def _utc(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
