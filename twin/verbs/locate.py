"""`python -m twin locate`: recorded readings to positions, with the filter of the live twin."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import shapely
import typer

from twin.errors import SiteError, WardlightError
from twin.locate.build import map_of_sketch
from twin.locate.radio_map import TAG_HEIGHT_M
from twin.locate.recorded import Asked, Found, Readings
from twin.locate.recorded import locate as run
from twin.model import F64, I32
from twin.site.sketch import Sketch, read_sketch
from twin.site.survey import RSSI_MAX, RSSI_MIN, Survey

IN_WALL_M = 0.5
"""A survey point farther from all free space was entered wrongly."""
MOST_LINES = 20
Table = dict[str, np.ndarray]
SURVEY = ("point", "x", "y", "z", "floor", "gateway_id", "rssi")


def locate(
    gateways: Annotated[Path, typer.Option(help="CSV gateway_id,x,y,z[,floor]; metres, blank x and y for unknown.")],
    readings: Annotated[Path, typer.Option(help="CSV track,t,gateway_id,rssi.")],
    epochs: Annotated[Path, typer.Option(help="CSV track,t: when to answer.")],
    out: Annotated[Path, typer.Option(help="CSV to write: track,t,x,y,floor,room_id,p_room,r90.")],
    rooms: Annotated[Path | None, typer.Option(help="GeoJSON of rooms with room_id and floor.")] = None,
    outline: Annotated[Path | None, typer.Option(help="CSV x,y: closed polygon of the free space.")] = None,
    survey: Annotated[Path | None, typer.Option(help="CSV point,x,y,z,floor,gateway_id,rssi.")] = None,
    lag: Annotated[float, typer.Option(min=0.0, max=60.0, help="Seconds after an epoch that may be used.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Locate recorded tags; nothing later than an epoch is used but with --lag."""
    measured: Table = _table(survey, SURVEY) if survey else {name: np.empty(0, object) for name in SURVEY}
    sketch = read_sketch(gateways, rooms, outline, _floors(measured))
    dropped: Counter[str] = Counter()
    known = _survey(measured, sketch, dropped)
    if not sketch.rooms and not len(known.point):
        raise SiteError("Nothing says where a tag can be: give --rooms or --survey.")
    order = _table(epochs, ("track", "t"))
    tracks, asked = _asked(order, epochs)
    heard = _readings(_table(readings, ("track", "t", "gateway_id", "rssi")), sketch, tracks, dropped)
    found = run(map_of_sketch(sketch, known), heard, asked, lag)
    _write(out, sketch, order, found)
    counts = dict(sorted(dropped.items()))
    located = int(np.isfinite(found.x).sum())
    if as_json:
        told = {"epochs": len(asked.t), "located": located, "dropped": counts, "problems": list(sketch.problems)}
        print(json.dumps(told, ensure_ascii=False))
        return
    for problem in sketch.problems:
        print(problem, file=sys.stderr)
    lost = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
    print(f"{located} of {len(asked.t)} epochs located; dropped: {lost}; {out}")


def _table(path: Path, columns: tuple[str, ...]) -> Table:
    """The columns of a CSV as text.

    Raises:
        SiteError: it cannot be read, or lacks a column.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SiteError(f"Cannot read {path} ({error}). It must be a CSV in UTF-8 with {','.join(columns)}.") from error
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SiteError(f"{path} lacks the column(s) {', '.join(missing)}; its first line must be {','.join(columns)}.")
    return {name: np.asarray(frame[name], object) for name in columns}


def _numbers(texts: np.ndarray) -> F64:
    """As floats; what is no finite number becomes NaN."""
    values = np.asarray(pd.to_numeric(pd.Series(texts), errors="coerce"), float)
    return np.where(np.isfinite(values), values, np.nan)


def _index(names: np.ndarray, of: Sequence[str] | np.ndarray) -> I32:
    """Position of each name in `of`; -1 for strangers."""
    return pd.Index(of, dtype=object).get_indexer(pd.Index(names, dtype=object)).astype(np.int32)


def _floors(table: Table) -> tuple[int, ...]:
    values = _numbers(table["floor"])
    return tuple(int(v) for v in np.unique(values[np.isfinite(values)]))


class _Rows:
    """Columns of one length, and a count of what is dropped from them."""

    def __init__(self, columns: Table, dropped: Counter[str]) -> None:
        self.columns = columns
        self._dropped = dropped

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def keep(self, rows: np.ndarray, reason: str = "") -> None:
        """Drop all but `rows`, and count the others under `reason`, if any."""
        lost = int(np.count_nonzero(~rows))
        if lost and reason:
            self._dropped[reason] += lost
        self.columns = {name: column[rows] for name, column in self.columns.items()}

    def numbers(self, *names: str) -> None:
        """Read columns as numbers."""
        self.columns |= {name: _numbers(self.columns[name]) for name in names}

    def check_radio(self, sketch: Sketch, what: str) -> None:
        """Keep rows with a believable RSSI of a gateway that the list has; adds `gateway`."""
        self.numbers("rssi")
        self.keep((self["rssi"] >= RSSI_MIN) & (self["rssi"] <= RSSI_MAX), f"{what} without a believable RSSI")
        self.columns["gateway"] = _index(self["gateway_id"], sketch.gateways)
        self.keep(self["gateway"] >= 0, f"{what} of unknown gateways")


def _survey(table: Table, sketch: Sketch, dropped: Counter[str]) -> Survey:
    rows = _Rows(table, dropped)
    rows.numbers("x", "y", "z", "floor")
    rows.keep(np.isfinite(rows["x"] + rows["y"] + rows["floor"]), "survey rows without a place")
    rows.check_radio(sketch, "survey rows")
    rows.keep(_free(sketch, rows), "survey rows in walls")
    points, first, at = np.unique(rows["point"].astype(str), return_index=True, return_inverse=True)
    z = rows["z"][first]
    usual = float(np.nanmedian(z)) if np.isfinite(z).any() else TAG_HEIGHT_M
    level = np.searchsorted(sketch.floors, rows["floor"][first])
    return Survey(
        tuple(points.tolist()), rows["x"][first], rows["y"][first], np.where(np.isfinite(z), z, usual),
        level.astype(np.int32), at.astype(np.int32), rows["gateway"], rows["rssi"].astype(np.float32),
    )  # fmt: skip


def _free(sketch: Sketch, rows: _Rows) -> np.ndarray:
    """Which survey rows were measured where somebody can stand."""
    if not sketch.rooms:
        return np.ones(len(rows["x"]), bool)
    free = np.zeros(len(rows["x"]), bool)
    for index, floor in enumerate(sketch.floors):
        here = np.flatnonzero(rows["floor"] == floor)
        shapes = [s for s, f in zip(sketch.room_shapes, sketch.room_floor, strict=True) if f == index]
        if sketch.outline is not None:
            shapes = [sketch.outline]
        if shapes:
            points = shapely.points(rows["x"][here], rows["y"][here])
            free[here] = shapely.distance(shapely.union_all(shapes), points) <= IN_WALL_M
    return free


def _asked(table: Table, path: Path) -> tuple[np.ndarray, Asked]:
    """Names of the tracks, and the epochs.

    Raises:
        SiteError: naming each line without a time.
    """
    t = _numbers(table["t"])
    bad = np.flatnonzero(np.isnan(t))
    if len(bad):
        lines = tuple(f"{path.name} line {i + 2}: t is {table['t'][i]!r}, expected seconds" for i in bad[:MOST_LINES])
        raise SiteError(f"The epochs {path} have faults; correct these lines:", lines)
    tracks, of = np.unique(table["track"].astype(str), return_inverse=True)
    return tracks, Asked(of.astype(np.int32), t)


def _readings(table: Table, sketch: Sketch, tracks: np.ndarray, dropped: Counter[str]) -> Readings:
    rows = _Rows(table, dropped)
    rows.numbers("t")
    rows.keep(np.isfinite(rows["t"]), "readings without a time")
    rows.check_radio(sketch, "readings")
    rows.columns["of"] = _index(rows["track"], tracks)
    rows.keep(rows["of"] >= 0)
    return Readings(rows["of"], rows["t"], rows["gateway"], rows["rssi"].astype(np.float32))


def _write(out: Path, sketch: Sketch, asked: Table, found: Found) -> None:
    """One line an epoch, in the order they were asked for; blank where nothing had been heard."""
    known = found.level >= 0
    rooms, floors = (*sketch.rooms, ""), np.array(sketch.floors)
    room = np.where(known & (found.room < len(sketch.rooms)), found.room, -1)
    frame = pd.DataFrame(
        {
            "track": asked["track"],
            "t": asked["t"],
            "x": np.round(found.x, 3),
            "y": np.round(found.y, 3),
            "floor": np.where(known, floors[np.maximum(found.level, 0)].astype(str), ""),
            "room_id": [rooms[r] for r in room],
            "p_room": np.round(found.p_room, 3),
            "r90": np.round(found.r90, 3),
        }
    )
    try:
        frame.to_csv(out, index=False)
    except OSError as error:
        raise WardlightError(f"Cannot write {out}: {error.strerror}.") from None
