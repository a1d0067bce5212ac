"""The floor model as parts of a page: the graph, its legends and switches, and what its scripts need."""

from __future__ import annotations

from typing import Any, cast

import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from components import floor_scales, floor_style, ids
from components.attributes import aria
from components.floor_model import CONFIG, theme_tables
from components.text import _
from twin.site import Site

FLOOR_STYLE = "floor-style"
"""Id of the store with the themes, marker shapes and texts that `assets/floor.js` draws with."""


def floor_graph(site: Site) -> html.Div:
    """The graph, empty until its figure comes, and what stands there when the browser has no WebGL."""
    return html.Div(
        [
            dcc.Graph(id=ids.FLOOR_GRAPH, className="floor-graph", config=cast(Any, CONFIG), responsive=True),
            html.Div(_no_webgl(), id="floor-no-webgl", className="floor-no-webgl", hidden=True, role="alert"),
            dcc.Store(id=FLOOR_STYLE, data=floor_data(site)),
        ],
        className="floor",
    )


def floor_data(site: Site) -> dict[str, Any]:
    """What `assets/floor.js` needs besides the figure: JSON, the same for every level."""
    return {
        "themes": theme_tables(site),
        "assets": floor_style.ASSET_LAYER,
        "markers": [{"layer": m.layer, "open": m.open, "size": m.size} for m in floor_style.MARKERS],
        "gateways": [gateway.name for gateway in site.gateways],
        "levels": [level.index for level in site.levels],
        "beds": {str(i): beds for i, beds in enumerate(site.beds) if beds},
        "quantities": quantities(),
        "departments": departments(site),
        "words": words(),
    }


def quantities() -> dict[str, dict[str, Any]]:
    """What rooms can be coloured by, with all that a legend says of it."""
    names, units, notes = floor_scales.quantity_names(), floor_scales.quantity_units(), floor_scales.quantity_notes()
    return {
        q.key: {
            "name": names[q.key],
            "unit": units[q.key],
            "note": notes[q.key],
            "source": q.source,
            "range": q.range,
            "ticks": q.ticks,
            "digits": q.digits,
            "stops": {name: floor_scales.stops(theme, q) for name, theme in floor_style.THEMES.items()},
            "none": {name: floor_scales.no_data(theme) for name, theme in floor_style.THEMES.items()},
        }
        for q in floor_scales.QUANTITIES
    }


def departments(site: Site) -> list[list[str]]:
    """Key, name, and chip on the dark and on the light screen, of each department."""
    every = list(site.departments)
    chips = [floor_style.THEMES["dark"], floor_style.THEMES["light"]]
    return [[key, site.departments[key], *(floor_style.swatch(t, key, every) for t in chips)] for key in every]


def words() -> dict[str, str]:
    """The texts that the floor model shows by itself."""
    return {
        "patients": _("patients"),
        "staff": _("staff"),
        "assets": _("assets"),
        "gateway": _("Gateway"),
        "seconds": _("heard {n} s ago"),
        "minutes": _("heard {n} min ago"),
        "stale": _("not heard for a while"),
        "unobserved": _("gateways near it are silent"),
        "none": _("no data"),
        "of_beds": _("{n} / {beds} beds"),
        "per_bed": _("People now: {n}, beds: {beds} ({value} per bed)"),
        "per_10": _("People now: {n} ({value} per 10 m²)"),
        "keys": _(
            "Floor model. Arrow keys turn it, with Shift they move it, + and - zoom, Home shows the whole level, "
            "P changes between model and plan, F fills the screen, Escape clears the selection. "
            "The list page has the same facts as a table."
        ),
    }


def marker_key(layer: str) -> html.Span:
    """The shape and colour that stand for a layer of tags ("patient", "staff", "asset:<type>", ...)."""
    kind = {"patient": "patients", "staff": "staff"}.get(layer) or floor_style.ASSET_LAYER.get(layer[6:], "mobility")
    marker = next(m for m in floor_style.MARKERS if m.layer == kind)
    colours = {"--mark-dark": marker.dark, "--mark-light": marker.light}
    return html.Span(className=f"floor-mark floor-mark-{marker.symbol}", style=colours, **aria(hidden="true"))


def register() -> None:
    """Join the stores of the page to the drawing in `assets/floor.js`. Call once, when the page is registered."""
    clientside_callback(
        ClientsideFunction("wardlight", "draw"),
        Input(ids.LIVE, "data", allow_optional=True),
        Input(ids.VIEW, "data", allow_optional=True),
        Input(ids.SELECTION, "data", allow_optional=True),
        Input(ids.FLOOR_GRAPH, "figure", allow_optional=True),
        State(FLOOR_STYLE, "data", allow_optional=True),
    )
    clientside_callback(
        ClientsideFunction("wardlight", "config"),
        Output(ids.FLOOR_GRAPH, "config"),
        Input(FLOOR_STYLE, "data"),
        State(ids.FLOOR_GRAPH, "config"),
    )


def _no_webgl() -> list[Any]:
    return [
        dmc.Text(_("This browser cannot draw in 3D (WebGL is off or missing)."), fw=600),
        dcc.Link(_("Show the same facts as a list"), href="/list"),
    ]
