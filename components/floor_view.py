"""The floor model as parts of a page: the graph, its legends and switches, and what its scripts need."""

from __future__ import annotations

from typing import Any, cast

import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from components import floor_style, ids
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
        "words": words(),
    }


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
        "keys": _(
            "Floor model. Arrow keys turn it, with Shift they move it, + and - zoom, Home shows the whole level, "
            "Escape clears the selection. The list page has the same facts as a table."
        ),
    }


def department_legend(site: Site, departments: list[str]) -> html.Ul:
    """One chip a department (its key), colour and name, in the order given."""
    every = list(site.departments)
    return html.Ul(
        [_chip(site.departments[key], _both(key, every)) for key in departments if key in site.departments],
        className="floor-legend",
        **aria(label=_("Departments")),
    )


def level_departments(site: Site, level: int | None) -> list[str]:
    """Keys of the departments that have rooms on the level (all levels for None), in the site's order."""
    present = {room.department for room in site.rooms if level is None or room.level == level}
    return [key for key in site.departments if key in present]


def temperature_legend() -> html.Div:
    """The colour bar of the temperature layer, with its ends and middle in degrees."""
    low, high = floor_style.TEMPERATURE_RANGE
    ticks = (low, (low + high) / 2, high)
    return html.Div(
        [
            html.Span(className="floor-scale-bar", style={"background": f"linear-gradient(90deg, {_stops()})"}),
            html.Span([html.Span(f"{tick:.0f}") for tick in ticks], className="floor-scale-ticks"),
            html.Span(_("°C; rooms without a fresh reading stay grey"), className="floor-scale-unit"),
        ],
        className="floor-scale",
    )


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


def _stops() -> str:
    return ", ".join(floor_style.TEMPERATURE_STOPS)


def _both(department: str, every: list[str]) -> dict[str, str]:
    return {f"--mark-{name}": floor_style.swatch(t, department, every) for name, t in floor_style.THEMES.items()}


def _chip(name: str, colours: dict[str, str]) -> html.Li:
    return html.Li([html.Span(className="floor-swatch", style=colours), name])


def _no_webgl() -> list[Any]:
    return [
        dmc.Text(_("This browser cannot draw in 3D (WebGL is off or missing)."), fw=600),
        dcc.Link(_("Show the same facts as a list"), href="/list"),
    ]
