"""The charts of the Environment page: a sensor's past, and energy by department. 2D SVG only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
from dash import dcc

from components.environment import unit
from components.environment_tables import DIGITS, allowed
from components.text import _
from twin.climate.kinetic import thinned
from twin.model import F64
from twin.settings import settings
from twin.web.energy import Department
from twin.web.environment import Past

CONFIG = {"displayModeBar": False, "showSendToCloud": False, "responsive": True}
MOST_POINTS = 2000
"""Of a chart's line."""
MOST_GAPS = 60
LEAST_SPAN = {"temperature_c": 4.0, "humidity_pct": 20.0}
ATTENDED, EMPTY, UNKNOWN = "#3a8fc7", "#a06fd0", "#8492a4"
_CLEAR = "rgba(0,0,0,0)"
_AXIS = {"zeroline": False, "fixedrange": True, "showline": False, "ticks": ""}


def past_chart(past: Past, quantity: str, limits: tuple[float, float], hold: float, label: str) -> dcc.Graph:
    """Draw what a sensor measured, with the band that is allowed; a gap stays a gap."""
    t, value = thinned(past.series.t, past.series.value, MOST_POINTS, hold)
    figure = go.Figure()
    figure.add_scatter(
        x=_local(t), y=np.round(value, 2), mode="lines", name=label, line={"width": 1.6}, connectgaps=False,
        hovertemplate=f"%{{x|%d %b %H:%M}} · %{{y:.{DIGITS[quantity]}f}} {unit(quantity)}<extra></extra>",
    )  # fmt: skip
    low, high = _reach(value, limits, quantity)
    _band(figure, limits, (low, high), quantity)
    for gap in past.summary.gaps[:MOST_GAPS]:
        begin, end = _local(np.array([gap.begin, gap.end]))
        figure.add_shape(
            type="rect", x0=begin, x1=end, y0=0, y1=1, yref="paper", layer="below", line_width=0,
            fillcolor="rgba(128,140,156,0.22)",
        )  # fmt: skip
    begin, end = _local(np.array([past.since, past.until]))
    figure.update_layout(
        margin={"l": 48, "r": 12, "t": 10, "b": 34}, hovermode="closest", font={"size": 12}, showlegend=False,
        paper_bgcolor=_CLEAR, plot_bgcolor=_CLEAR, uirevision="past",
        xaxis={**_AXIS, "range": [begin, end], "type": "date"},
        yaxis={**_AXIS, "range": [low, high], "ticksuffix": f" {unit(quantity)}", "nticks": 7},
    )  # fmt: skip
    return dcc.Graph(figure=figure, config=cast(Any, CONFIG), responsive=True)


def _reach(value: F64, limits: tuple[float, float], quantity: str) -> tuple[float, float]:
    """Lowest and highest value of the axis: all that was measured, and the limits that are asked."""
    seen = [*value[np.isfinite(value)].tolist(), *(limit for limit in limits if isfinite(limit))]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    more = max(LEAST_SPAN[quantity] - (high - low), 0.3 * (high - low)) / 2
    return low - more, high + more


def _band(figure: go.Figure, limits: tuple[float, float], reach: tuple[float, float], quantity: str) -> None:
    low, high = max(limits[0], reach[0]), min(limits[1], reach[1])
    if not any(map(isfinite, limits)):
        return
    figure.add_shape(
        type="rect", x0=0, x1=1, xref="paper", y0=low, y1=high, layer="below", line_width=0,
        fillcolor="rgba(64,176,132,0.13)",
    )  # fmt: skip
    for limit in limits:
        if isfinite(limit):
            figure.add_shape(
                type="line", x0=0, x1=1, xref="paper", y0=limit, y1=limit, layer="below",
                line={"width": 1, "dash": "dash", "color": "#4b9a7c"},
            )  # fmt: skip
    figure.add_annotation(
        x=1, xref="paper", y=high, yanchor="top", xanchor="right", showarrow=False,
        text=_("allowed: %(range)s", range=allowed(limits, quantity)),
    )  # fmt: skip


def energy_chart(found: Sequence[Department], names: Mapping[str, str]) -> dcc.Graph:
    """Draw the week's energy by department, split by whether somebody was there."""
    rows = list(found)[::-1]
    figure = go.Figure()
    kwh = _("kWh")
    parts = (
        (_("Somebody there"), ATTENDED, "", lambda d: d.week.attended),
        (_("Nobody there"), EMPTY, "/", lambda d: d.week.empty),
        (_("Not known"), UNKNOWN, ".", lambda d: d.week.unobserved),
    )
    for name, colour, pattern, part in parts:
        figure.add_bar(
            y=[names.get(d.key, d.key) or _("Whole building") for d in rows], x=[round(part(d), 2) for d in rows],
            orientation="h", name=name, hovertemplate=f"%{{y}} · {name}: %{{x:.1f}} {kwh}<extra></extra>",
            marker={"color": colour, "pattern": {"shape": pattern, "fgcolor": "#ffffff", "fgopacity": 0.55, "size": 6}},
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", bargap=0.35, hovermode="closest", font={"size": 12},
        margin={"l": 110, "r": 16, "t": 8, "b": 40}, paper_bgcolor=_CLEAR, plot_bgcolor=_CLEAR,
        legend={
            "orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemclick": False, "itemdoubleclick": False,
            "traceorder": "normal",
        },
        xaxis={**_AXIS, "title": {"text": _("kWh in 7 days, with today")}, "rangemode": "tozero"},
        yaxis={**_AXIS, "automargin": True},
    )  # fmt: skip
    return dcc.Graph(figure=figure, config=cast(Any, CONFIG), responsive=True)


def _local(t: F64) -> list[str]:
    """Times of the site's zone as plotly takes them: it knows no zones."""
    zone = ZoneInfo(settings().timezone)
    return [datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S") for at in t.tolist()]
