"""Colours, marker shapes and lights of the floor model, for the dark and the light screen.

Department colours are made in OKLCH (Björn Ottosson's OKLab in polar form), where equal
lightness looks equally light: no department shouts louder than another, and each theme only
chooses one lightness and one chroma for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.floor_colour import oklch

ThemeName = Literal["dark", "light"]

SHADES = 3
"""Tones a plate colour comes in: lit floor, shade of a wall, foot of a wall."""
_HUES: dict[str, tuple[float, float]] = {
    "emergency": (22.0, 1.1),
    "imaging": (58.0, 1.0),
    "theatres": (192.0, 1.0),
    "icu": (305.0, 1.1),
    "ward_a": (250.0, 1.1),
    "ward_b": (222.0, 0.95),
    "outpatients": (150.0, 0.95),
    "pharmacy": (122.0, 1.0),
    "laboratory": (350.0, 1.0),
    "logistics": (85.0, 0.55),
    "administration": (275.0, 0.45),
    "plant": (250.0, 0.12),
}
"""OKLCH hue in degrees and how colourful (1 = the theme's chroma), by department key."""
_SPARE_HUES = (100.0, 330.0, 175.0, 40.0, 285.0, 210.0)


@dataclass(frozen=True, slots=True)
class Theme:
    """One screen: every colour that does not belong to a department or a kind of tag."""

    name: ThemeName
    background: str
    shadow: str
    slab: tuple[str, str, str]
    """Foot and upper edge of the slab's side, and its top."""
    wall: tuple[str, str]
    """A wall's side at its foot and at its top."""
    cap: str
    circulation: tuple[float, float, float]
    """OKLCH of corridors, lobbies and all that belongs to no department."""
    lightness: float
    chroma: float
    shade: tuple[float, ...]
    """How much each of the `SHADES` takes off a plate's lightness."""
    label: str
    label_quiet: str
    ink: str
    """Outline of a marker."""
    ghost: str
    patient: str
    staff: str
    accent: str
    disc: str
    """Ground of the circle that a chosen tag is in, nine times out of ten."""
    trail: tuple[str, str]
    """A way's colour long ago and now."""
    alarm: str
    ambient: float
    """Light on the walls' sides that comes from nowhere in particular."""
    swatch: float
    """OKLCH lightness of the chips of the legend and of department names."""


DARK = Theme(
    name="dark", background="#0b0f14", shadow="#05070a",
    slab=("#0f151d", "#2a3644", "#222b36"), wall=("#2c3846", "#8394a8"), cap="#d5dde8",
    circulation=(0.315, 0.014, 250.0), lightness=0.425, chroma=0.066, shade=(0.0, 0.05, 0.08),
    label="#f2f6fb", label_quiet="#b7c3d1", ink="#0b0f14", ghost="#93a0b0",
    patient="#ffffff", staff="#57d6a4", accent="#ffffff",
    disc="#3d6d8f", trail=("#3f5a70", "#7fd0ff"), alarm="#ff4d5e", ambient=0.62, swatch=0.72,
)  # fmt: skip
LIGHT = Theme(
    name="light", background="#f4f6f9", shadow="#d3dae3",
    slab=("#aab5c2", "#c9d1db", "#dfe5ec"), wall=("#b4bfcb", "#eef2f6"), cap="#566475",
    circulation=(0.945, 0.005, 250.0), lightness=0.885, chroma=0.048, shade=(0.0, 0.05, 0.08),
    label="#141c26", label_quiet="#46566a", ink="#ffffff", ghost="#6d7b8c",
    patient="#1d2733", staff="#08734b", accent="#0d1b2a",
    disc="#a9d3ee", trail=("#a8c3d6", "#005a94"), alarm="#d3122a", ambient=0.86, swatch=0.56,
)  # fmt: skip
THEMES: dict[ThemeName, Theme] = {"dark": DARK, "light": LIGHT}


@dataclass(frozen=True, slots=True)
class Marker:
    """How one layer of tags looks. `open` is the shape of a tag that is not heard now.

    Plotly draws no triangle in 3D: a layer with that shape is drawn as text.
    """

    layer: str
    symbol: str
    open: str
    size: float
    dark: str
    light: str
    bold: bool = False
    """Drawn with an outline in its own colour, because the shape is thin."""


MARKERS: tuple[Marker, ...] = (
    Marker("pumps", "diamond", "diamond-open", 8.5, "#35c9ff", "#00639a"),
    Marker("monitoring", "cross", "diamond-open", 9.5, "#cfa6ff", "#7a3fc4", bold=True),
    Marker("life_support", "triangle", "square-open", 8.5, "#ff9f5a", "#a84504"),
    Marker("mobility", "square", "square-open", 7.5, "#ffd166", "#855a00"),
    Marker("staff", "circle", "circle-open", 7, DARK.staff, LIGHT.staff),
    Marker("patients", "circle", "circle-open", 9, DARK.patient, LIGHT.patient),
)
"""One trace each, drawn in this order."""

ASSET_LAYER: dict[str, str] = {
    "infusion_pump": "pumps",
    "syringe_pump": "pumps",
    "monitor": "monitoring",
    "ecg": "monitoring",
    "ultrasound": "monitoring",
    "bladder_scanner": "monitoring",
    "ventilator": "life_support",
    "defibrillator": "life_support",
    "suction": "life_support",
    "wheelchair": "mobility",
    "bed": "mobility",
    "stretcher": "mobility",
}
"""Which layer a type of asset is drawn in; an unknown type goes with `mobility`."""

FLAT_LIGHT = {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0, "roughness": 1.0, "fresnel": 0.0}
"""Colours exactly as chosen: slab, plates and caps."""
WALL_LIGHT = {
    "ambient": 0.62, "diffuse": 0.55, "specular": 0.04, "roughness": 0.9, "fresnel": 0.02,
    "facenormalsepsilon": 0, "vertexnormalsepsilon": 0,
}  # fmt: skip
LIGHT_POSITION = {"x": -4000, "y": -9000, "z": 12000}


def _hue(department: str, departments: Sequence[str]) -> tuple[float, float]:
    if department in _HUES:
        return _HUES[department]
    strangers = [d for d in departments if d not in _HUES]
    return _SPARE_HUES[strangers.index(department) % len(_SPARE_HUES)], 0.8


def swatch(theme: Theme, department: str, departments: Sequence[str]) -> str:
    """The colour of a department's chip and name: its hue, light enough to be read."""
    hue, colourful = _hue(department, departments)
    return oklch(theme.swatch, 1.5 * theme.chroma * colourful, hue)


def plate_palette(theme: Theme, departments: Sequence[str]) -> list[str]:
    """Plate colours: `SHADES` tones of circulation, then of each department, in that order."""
    bases = [theme.circulation]
    for department in departments:
        hue, colourful = _hue(department, departments)
        bases.append((theme.lightness, theme.chroma * colourful, hue))
    return [oklch(lightness - off, chroma, hue) for lightness, chroma, hue in bases for off in theme.shade]


def stepped(palette: Sequence[str]) -> list[list[Any]]:
    """A Plotly colour scale in which code k of 0..n-1 (cmin -0.5, cmax n-0.5) shows `palette[k]`."""
    n = len(palette)
    return [[edge / n, colour] for i, colour in enumerate(palette) for edge in (i, i + 1)]


def theme_table(theme: Theme, departments: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Trace name -> the attributes of that trace which depend on the theme (flat keys)."""
    foot, rim, top = theme.slab
    table: dict[str, dict[str, Any]] = {
        "slab": {  # and the cut tops of the walls
            "colorscale": [
                [0, theme.background],
                [0.4, theme.shadow],
                [0.41, foot],
                [0.8, rim],
                [0.81, top],
                [0.94, top],
                [0.95, theme.cap],
                [1, theme.cap],
            ]
        },
        "plates": {"colorscale": stepped(plate_palette(theme, departments))},
        "walls": {"colorscale": [[0, theme.wall[0]], [1, theme.wall[1]]], "lighting.ambient": theme.ambient},
        "ghosts": {"marker.color": theme.ghost, "marker.line.color": theme.ghost},
        "disc": {"color": theme.disc},
        "trails": {
            "line.colorscale": [[0, theme.trail[0]], [1, theme.trail[1]]],
            "marker.color": theme.trail[1],
            "marker.line.color": theme.ink,
        },
        "selection": {"line.color": theme.accent},
        "presses": {"marker.color": theme.alarm, "marker.line.color": theme.label},
    }
    for marker in MARKERS:
        colour = marker.dark if theme.name == "dark" else marker.light
        edge = colour if marker.bold else theme.ink
        table[marker.layer] = {"marker.color": colour, "marker.line.color": edge, "textfont.color": colour}
    return table
