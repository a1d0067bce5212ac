"""The floor model: figures, the building in 3D, and a panel about what was chosen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from components import floor_view, ids
from components.attributes import aria
from components.controls import (
    LAYERS_AT_FIRST,
    full_button,
    layers_menu,
    level_switch,
    search_box,
    shape_switch,
)
from components.floor_model import floor_figure
from components.kpis import kpi_strip
from components.panel import panel
from components.text import _
from components.travel import travel_bar
from twin.access import visitor
from twin.site import Site
from twin.web.building import Stamp, building, stamp


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Floor model')} · Wardlight"


dash.register_page(__name__, path="/", title=title)


def layout(level: str | None = None, **_query: str) -> html.Div:
    """Lay out the page; the address chooses what it shows (`assets/page/address.js` reads and writes it)."""
    site = building()
    start = level if level in {"all", *(str(lv.index) for lv in site.levels)} else "all"
    return html.Div(
        [
            html.H1(_("Floor model"), className="sr-only"),
            kpi_strip(),
            html.Div([_model(site, start), panel()], className="floor-and-panel"),
            travel_bar(),
            dcc.Store(id=ids.VIEW),
            dcc.Store(id=ids.SELECTION),
            dcc.Store(id=ids.CAMERA),
            dcc.Store(id=ids.TRAIL, data=0),
            dcc.Store(id=ids.LAYERS_ALL, data=list(LAYERS_AT_FIRST)),
        ],
        className="floor-page",
    )


def _model(site: Site, start: str) -> html.Section:
    who = visitor()
    return html.Section(
        [
            floor_view.floor_graph(site),
            html.Div([search_box(), shape_switch(), layers_menu(site, who), full_button()], className="toolbar"),
            level_switch(site.levels, start),
            html.Div(id=ids.LEGEND, className="legend-box"),
            html.Div(html.Span(_("Drawing the building…"), className="loading-text"), className="loading"),
        ],
        className="model",
        **aria(label=_("Floor model")),
    )


@lru_cache(maxsize=64)
def _figure(level: int | None, _stamp: Stamp) -> dict[str, Any]:
    return floor_figure(building(), level)


@callback(Output(ids.FLOOR_GRAPH, "figure"), Input(ids.LEVEL, "value"))
def draw_level(level: str) -> dict[str, Any]:
    """Draw the building without its tags, once a level; the browser does the rest."""
    site = building()
    known = level.isascii() and level.isdecimal() and int(level) < len(site.levels)
    return _figure(int(level) if known else None, stamp())


floor_view.register()
clientside_callback(
    ClientsideFunction("wardlight", "view"),
    Output(ids.VIEW, "data"),
    Input(ids.LEVEL, "value"),
    Input(ids.LAYERS, "value"),
    Input(ids.SHAPE, "value"),
    Input(ids.COLOUR, "value"),
    Input(ids.HOURS, "value"),
    Input(ids.WAYS, "value"),
    Input(ids.TRAIL, "data"),
)
clientside_callback(ClientsideFunction("wardlight", "selected"), Input(ids.SELECTION, "data"))
clientside_callback(
    ClientsideFunction("wardlight", "searched"), Output(ids.SEARCH, "value"), Input(ids.SEARCH, "value")
)
clientside_callback(
    ClientsideFunction("wardlight", "everyAsset"),
    Output(ids.LAYERS, "value"),
    Input(ids.LAYERS_EVERY_ASSET, "n_clicks"),
    State(ids.LAYERS, "value"),
    State(ids.LAYERS_ALL, "data"),
)
