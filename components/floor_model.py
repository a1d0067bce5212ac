"""The floor model: one level, or all levels lifted apart, as a Plotly figure.

A figure is plain JSON with packed arrays. It is a pure function of the building, so it is
built once a level and cached; tags, temperatures and the camera are the browser's
(`assets/floor.js`), which finds what it needs to know in `layout.meta`. Lengths in the
figure are centimetres.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from components import floor_labels, floor_mesh, floor_scales, floor_style
from components.floor_mesh import Mesh
from components.floor_plates import Plates, plates
from components.floor_style import MARKERS, SHADES, THEMES, ThemeName
from twin.site import Site

Trace = dict[str, Any]
Figure = dict[str, Any]
Point = tuple[int, ...]

WALL_TOP = 1.1
"""Height in metres at which the walls are cut open."""
SLAB_DEPTH = 0.39
_SLAB_RIM = 0.35
_HALO = 3.0
_STRAIGHT = 0.03
"""Metres by which a drawn wall may be out of line; imported walls have corners that nobody can see."""
_LABEL_HEIGHT = 1.5
_MARGIN = 40.0
"""Metres around the building that the axes still hold: nothing beyond is drawn, and names stand outside it."""
_FONT = "Inter, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "modeBarButtons": [["toImage"]],
    "scrollZoom": True,
    "doubleClick": False,
    "responsive": True,
}


def floor_figure(site: Site, level: int | None, theme: ThemeName = "dark") -> Figure:
    """The figure of one level (its index), or of the whole building (None). No tags are in it yet."""
    levels = [level] if level is not None else [lv.index for lv in site.levels]
    lifts = {k: (i * storey_gap(site) if level is None else 0.0) for i, k in enumerate(levels)}
    scene = _scene(site, lifts, theme)
    made = plates(site, lifts)
    beyond = tuple(int(scene[f"{axis}axis"]["range"][1]) + 500 for axis in "xyz")
    traces = [*_shell(site, lifts, made), _labels(beyond, level is None), *_tag_traces(beyond)]
    table = floor_style.theme_table(THEMES[theme], list(site.departments))
    for trace in traces:
        _set(trace, table.get(trace["name"], {}))
    meta = {
        "level": level,
        "lifts": {str(k): round(100 * lift) for k, lift in lifts.items()},
        "traces": {trace["name"]: i for i, trace in enumerate(traces)},
        "plates": made.picks | {"code": _packed(made.code)},
        "rooms": _rooms(site, lifts),
        "gateways": [
            [g.index, *(round(100 * v) for v in (g.x, g.y, lifts[g.level] + g.z))]
            for g in site.gateways
            if g.level in lifts
        ],
        "hull": _hull(site, lifts),
        "labels": [] if level is None else _label_rows(site, level),
        "levels": [{"index": k, "name": site.levels[k].name, "short": site.levels[k].short_name} for k in levels],
        "departments": list(site.departments),
        "theme": theme,
    }
    return {"data": traces, "layout": _layout(scene, theme, meta)}


def storey_gap(site: Site) -> float:
    """Metres between two levels lifted apart: enough to look between, little enough to fill the screen."""
    depth = min(
        max(b.x1 for b in site.bounds) - min(b.x0 for b in site.bounds),
        max(b.y1 for b in site.bounds) - min(b.y0 for b in site.bounds),
    )
    return min(max(0.58 * depth, 12.0), 40.0)


def theme_tables(site: Site) -> dict[str, Any]:
    """What the browser needs to change the theme or to show temperatures without a new figure."""
    departments = list(site.departments)
    return {
        name: {
            "traces": floor_style.theme_table(theme, departments),
            "background": theme.background,
            "label": theme.label,
            "quiet": theme.label_quiet,
            "alarm": theme.alarm,
            "scales": {q.key: floor_scales.palette(theme, q) for q in floor_scales.QUANTITIES},
        }
        for name, theme in THEMES.items()
    }


# --- the building ---------------------------------------------------------------------------------------------------


def _shell(site: Site, lifts: Mapping[int, float], made: Plates) -> list[Trace]:
    slabs, walls = [], []
    for level, lift in lifts.items():
        outline = site.level_shapes[level].buffer(_SLAB_RIM, join_style="mitre")
        low = lift - SLAB_DEPTH
        slabs.append(floor_mesh.skirt(outline, _HALO, low, (40, 0)))
        slabs.append(floor_mesh.sides(outline, low, lift - 0.02, (42, 80)))
        slabs.append(floor_mesh.plate(outline, lift - 0.02, 90))
        standing = shapely.simplify(site.walls(level), _STRAIGHT)
        walls.append(floor_mesh.sides(standing, lift, lift + WALL_TOP, (0, 100)))
        slabs.append(floor_mesh.plate(standing, lift + WALL_TOP, 100))
    n = SHADES * (len(site.departments) + 1)
    slab, side = floor_mesh.merge(slabs), floor_mesh.merge(walls)
    floor = _mesh("plates", made.mesh, floor_style.FLAT_LIGHT)
    floor |= {"intensity": _packed(made.code), "intensitymode": "cell", "cmin": -0.5, "cmax": n - 0.5}
    return [
        _mesh("slab", slab, floor_style.FLAT_LIGHT) | _toned(slab),
        floor,
        _mesh("walls", side, floor_style.WALL_LIGHT) | _toned(side),
    ]


def _toned(mesh: Mesh) -> Trace:
    return {"intensity": _packed(mesh.tone), "intensitymode": "vertex", "cmin": 0, "cmax": 100}


def _mesh(name: str, mesh: Mesh, light: Mapping[str, float]) -> Trace:
    index = np.uint16 if len(mesh.xyz) < 65536 else np.int32
    axes = {axis: _packed(mesh.xyz[:, k]) for k, axis in enumerate("xyz")}
    faces = {corner: _packed(mesh.faces[:, k].astype(index)) for k, corner in enumerate("ijk")}
    fixed = {"type": "mesh3d", "name": name, "hoverinfo": "skip", "showscale": False, "flatshading": True}
    return fixed | axes | faces | {"lighting": dict(light), "lightposition": dict(floor_style.LIGHT_POSITION)}


# --- labels, tags, gateways -----------------------------------------------------------------------------------------


def _labels(beyond: Point, exploded: bool) -> Trace:
    """The texts, which the browser chooses and places; until then a dot out of sight (see `_tag_traces`)."""
    return {
        "type": "scatter3d", "name": "labels", "mode": "text", "hoverinfo": "skip", "text": ["·"],
        "textposition": "middle left" if exploded else "middle center",
        **{axis: [value] for axis, value in zip("xyz", beyond, strict=True)},
        "textfont": {"family": _FONT, "size": 12, "weight": 600},
    }  # fmt: skip


def _label_rows(site: Site, level: int) -> list[list[Any]]:
    """Per name: text, x, y, z (cm), room, and the room it needs around it (cm to the nearest wall; 0 for none)."""
    z = round(100 * _LABEL_HEIGHT)
    names = [(label, 0) for label in floor_labels.candidates(site, level)]
    names += [(label, max(round(100 * label.radius), 1)) for label in floor_labels.namesakes(site, level)]
    return [[label.text, round(100 * label.x), round(100 * label.y), z, label.room, radius] for label, radius in names]


def _tag_traces(beyond: Point) -> list[Trace]:
    """The traces of tags, each with its shapes once, out of sight.

    plotly.js measures a glyph in the pixel ratio of the moment it first meets it: 1 while a trace is made, the
    screen's later. Meeting every shape now makes their sizes the same on every screen.
    """
    shapes = ["circle", "circle-open", "square", "square-open", "diamond", "diamond-open", "cross"]
    traces = [_points(m.layer, m.symbol, m.size, beyond, 2.0 if m.bold else 1.0) for m in MARKERS]
    ghosts = _points("ghosts", "circle-open", 9.0, beyond, 2.0)
    ghosts["marker"]["symbol"] = shapes
    ghosts |= {axis: [value] * len(shapes) for axis, value in zip("xyz", beyond, strict=True)}
    outline = _points("selection", "circle", 0.0, beyond) | {"mode": "lines", "line": {"width": 6}}
    trails = _points("trails", "circle", 0.0, beyond) | {"mode": "lines+markers"}
    trails["line"] = {"width": 4, "cmin": 0, "cmax": 1, "color": [0]}
    disc = {"type": "mesh3d", "name": "disc", "hoverinfo": "skip", "showscale": False}
    disc |= {axis: [value] for axis, value in zip("xyz", beyond, strict=True)} | {"i": [0], "j": [0], "k": [0]}
    disc |= {"lighting": dict(floor_style.FLAT_LIGHT)}
    return [disc, *traces, ghosts, trails, outline, _points("presses", "circle", 12.0, beyond, 2.0)]


def _points(name: str, symbol: str, size: float, at: Point, line: float = 1.0) -> Trace:
    trace: Trace = {"type": "scatter3d", "name": name, "hoverinfo": "skip"}
    trace |= {axis: [value] for axis, value in zip("xyz", at, strict=True)}
    if symbol == "triangle":
        return trace | {"mode": "text", "text": "▲", "textfont": {"family": _FONT, "size": 1.7 * size}}
    marker = {"symbol": symbol, "size": size, "line": {"width": line}, "opacity": 1}
    return trace | {"mode": "markers", "marker": marker}


# --- what the browser must know -------------------------------------------------------------------------------------


def _rooms(site: Site, lifts: Mapping[int, float]) -> list[list[Any]]:
    """Per room: index, number, name, level, x, y (cm), outline as x, y, x, y, ... (cm; its largest part), m2."""
    rows = []
    for level in lifts:
        for i in site.rooms_of_level[level]:
            room = site.rooms[i]
            biggest = max(floor_mesh.parts(site.room_shapes[i]), key=lambda part: part.area)
            outline = np.rint(100 * shapely.get_coordinates(shapely.simplify(biggest.exterior, 0.05))).astype(int)
            place = [round(100 * room.x), round(100 * room.y)]
            rows.append([i, room.number, room.name, level, *place, outline.ravel().tolist(), round(room.area, 1)])
    return rows


def _hull(site: Site, lifts: Mapping[int, float]) -> list[list[int]]:
    """Corner points (cm) of the box that must be inside the picture, for fitting the camera."""
    points = []
    for level, lift in lifts.items():
        hull = site.level_shapes[level].buffer(_SLAB_RIM, join_style="mitre").convex_hull.simplify(0.5)
        for x, y in shapely.get_coordinates(hull)[:-1]:
            points += [[round(100 * x), round(100 * y), round(100 * (lift + dz))] for dz in (-SLAB_DEPTH, WALL_TOP)]
    return points


def _scene(site: Site, lifts: Mapping[int, float], theme: ThemeName) -> dict[str, Any]:
    x = (min(b.x0 for b in site.bounds) - _MARGIN, max(b.x1 for b in site.bounds) + _MARGIN)
    y = (min(b.y0 for b in site.bounds) - _MARGIN, max(b.y1 for b in site.bounds) + _MARGIN)
    z = (-1.0, max(lifts.values()) + _MARGIN)
    longest = max(x[1] - x[0], y[1] - y[0])
    axes = {
        f"{name}axis": {
            "visible": False,
            "showticklabels": False,
            "range": [round(100 * low), round(100 * high)],
            "autorange": False,
        }
        for name, (low, high) in zip("xyz", (x, y, z), strict=True)
    }
    ratio = {name: (high - low) / longest for name, (low, high) in zip("xyz", (x, y, z), strict=True)}
    eye = {"x": -0.42, "y": -0.86, "z": 0.78}
    return axes | {
        "aspectmode": "manual",
        "aspectratio": ratio,
        "bgcolor": THEMES[theme].background,
        "dragmode": "turntable",
        "hovermode": False,
        "camera": {
            "eye": eye,
            "center": {"x": 0, "y": 0, "z": -ratio["z"] / 2},
            "up": {"x": 0, "y": 0, "z": 1},
            "projection": {"type": "perspective"},
        },
    }


def _layout(scene: dict[str, Any], theme: ThemeName, meta: dict[str, Any]) -> dict[str, Any]:
    return {
        "scene": scene,
        "uirevision": "floor",
        "paper_bgcolor": THEMES[theme].background,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "autosize": True,
        "meta": meta,
    }


# --- packing --------------------------------------------------------------------------------------------------------


def _packed(array: NDArray[Any]) -> dict[str, str]:
    """The array as Plotly's base64 form, in the smallest type that holds it."""
    if array.dtype.kind == "i" and (array.size == 0 or np.abs(array).max() < 32768):
        array = array.astype(np.int16)
    little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    code = f"{array.dtype.kind}{array.dtype.itemsize}"
    return {"dtype": code, "bdata": base64.b64encode(little.tobytes()).decode("ascii")}


def _set(trace: Trace, values: Mapping[str, Any]) -> None:
    """Set attributes given by dotted keys."""
    for key, value in values.items():
        *path, last = key.split(".")
        place = trace
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
