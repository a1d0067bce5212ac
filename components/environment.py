"""The parts of the Environment page: filters, plan, chart, energy. Filled by `pages/environment.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import dash
import dash_mantine_components as dmc
from dash import dcc, html

from components import ids
from components.attributes import aria
from components.icons import icon
from components.names import type_name
from components.text import _
from twin.climate.energy import LONGEST_S
from twin.model import Level
from twin.site import Site
from twin.web.environment import Sensor

SPANS = {"24h": 86_400.0, "7d": 7 * 86_400.0, "30d": 30 * 86_400.0}
SHOWN = ("temperature", "humidity")
QUANTITY = {"temperature": "temperature_c", "humidity": "humidity_pct"}


def span_names() -> dict[str, str]:
    """Name the stretches of time to look at."""
    return {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}


def shown_names() -> dict[str, str]:
    """Name what is measured."""
    return {"temperature": _("Temperature"), "humidity": _("Humidity")}


def unit(quantity: str) -> str:
    """The unit that stands behind a value."""
    return _("°C") if quantity == "temperature_c" else _("%")


def head(shown: str) -> html.Div:
    """Title, what the page is about, and the quantity."""
    return html.Div(
        [
            html.H1(_("Environment")),
            html.P(id=ids.ENVIRONMENT_ABOUT, className="quiet"),
            _switch(ids.ENVIRONMENT_SHOWN, shown_names(), shown, _("What is shown"), "sm"),
        ],
        className="page-head",
    )


def attention() -> html.Section:
    """What is out of range or silent, first on the page."""
    return html.Section(
        [html.Div(id=ids.ENVIRONMENT_STATE), html.Div(id=ids.ENVIRONMENT_LISTS, className="environment-lists")],
        className="environment-attention",
        **aria(label=_("Out of range and silent")),
    )


def plan_card(levels: Sequence[Level], level: int) -> html.Section:
    """The rooms of a level, coloured and with their values."""
    model = dcc.Link(
        [icon("cube"), html.Span(_("Floor model"))],
        id=ids.ENVIRONMENT_MODEL,
        href=dash.get_relative_path("/"),
        className="tool",
    )
    names = {str(lv.index): lv.name for lv in levels}
    bar = [
        html.H2(_("Rooms now")),
        _switch(
            ids.ENVIRONMENT_LEVEL, names, str(level), _("Level"), "xs", {str(v.index): v.short_name for v in levels}
        ),
        model,
    ]
    return html.Section(
        [
            html.Div(bar, className="environment-bar"),
            html.Div(id=ids.ENVIRONMENT_MAP, className="environment-map"),
            html.Div(id=ids.ENVIRONMENT_LEGEND, className="environment-legend"),
        ],
        className="card environment-plan",
    )


def past_card(sensor: str | None, span: str) -> html.Section:
    """The past of one sensor: choice, chart, figures, download."""
    choice = dmc.Select(
        id=ids.ENVIRONMENT_SENSOR,
        data=[],
        value=sensor,
        searchable=True,
        allowDeselect=False,
        placeholder=_("Choose a sensor"),
        nothingFoundMessage=_("Nothing found"),
        size="sm",
        **aria(label=_("Sensor")),
    )
    download = html.Button(
        [icon("download"), html.Span(_("CSV"))], id=ids.ENVIRONMENT_CSV_BUTTON, type="button", className="tool"
    )
    bar = [
        html.H2(_("History")), choice, _switch(ids.ENVIRONMENT_SPAN, span_names(), span, _("Stretch of time"), "xs"),
        download,
    ]  # fmt: skip
    more = html.Details(
        [html.Summary(_("The same as a table")), html.Div(id=ids.ENVIRONMENT_PARTS)], className="environment-more"
    )
    return html.Section(
        [
            html.Div(bar, className="environment-bar"),
            dcc.Loading(
                html.Div(id=ids.ENVIRONMENT_CHART, className="curves environment-chart"),
                delay_show=400,
                overlay_style={"visibility": "visible", "opacity": 0.5},
                type="dot",
            ),
            html.Div(id=ids.ENVIRONMENT_FIGURES, role="status"),
            more,
        ],
        className="card environment-past",
    )


def energy_card() -> html.Section:
    """Energy by department."""
    return html.Section(
        [
            html.Div([html.H2(_("Energy by department")), _definition()], className="environment-bar"),
            html.Div(
                html.P(_("Adding up…"), className="environment-empty"), id=ids.ENVIRONMENT_ENERGY_NOTE, role="status"
            ),
            html.Div(id=ids.ENVIRONMENT_ENERGY_CHART, className="curves environment-energy"),
            html.Div(id=ids.ENVIRONMENT_ENERGY),
        ],
        className="card environment-use",
    )


def _definition() -> html.Details:
    minutes = round(LONGEST_S / 60)
    texts = [
        _(
            "“Nobody there” is energy that flowed while no patient's and no staff member's tag was in any of the rooms"
            " that the meter feeds. It is a share of the energy of which that is known."
        ),
        _(
            "People without a tag are not seen: visitors, suppliers, staff who left their tag in a drawer. So some of"
            " it was used by somebody, and much of it has to flow at any hour: cooling, ventilation, servers."
        ),
        _(
            "Not known is the energy of times in which the gateway nearest to one of the rooms was silent, or the"
            " meter was not heard for more than %(minutes)s minutes. It is left out of the share and shown by itself.",
            minutes=minutes,
        ),
        _(
            "A counter that falls was reset or exchanged and counts from nought; a jump larger than the meter's rating"
            " lets through is not counted. Between two readings of a meter energy is taken to flow evenly."
        ),
    ]
    return html.Details(
        [html.Summary(_("What “nobody there” means")), *(html.P(text) for text in texts)], className="environment-more"
    )


def stores(refresh_ms: int, slow_ms: int) -> list[Any]:
    """What the page keeps and when it asks again."""
    names = (
        ids.ENVIRONMENT_LISTS_DATA, ids.ENVIRONMENT_PLAN_DATA, ids.ENVIRONMENT_VALUES,
        ids.ENVIRONMENT_PARTS_DATA, ids.ENVIRONMENT_ENERGY_DATA,
    )  # fmt: skip
    return [
        *(dcc.Store(id=name) for name in names),
        dcc.Interval(id=ids.ENVIRONMENT_REFRESH, interval=refresh_ms),
        dcc.Interval(id=ids.ENVIRONMENT_SLOW, interval=slow_ms),
        dcc.Download(id=ids.ENVIRONMENT_CSV),
    ]


def sensor_choices(site: Site, sensors: Sequence[Sensor]) -> list[dict[str, Any]]:
    """The sensors to choose from, grouped by what they watch."""
    groups: dict[str, list[dict[str, str]]] = {}
    for sensor in sorted(sensors, key=lambda s: (s.type, s.label)):
        groups.setdefault(type_name(sensor.type), []).append(
            {"value": sensor.mac, "label": f"{sensor.label} · {place(site, sensor.room)}"}
        )
    return [{"group": name, "items": items} for name, items in groups.items()]


def place(site: Site, room: int) -> str:
    """Number and name of a room."""
    if not 0 <= room < len(site.rooms):
        return _("Outside any room")
    found = site.rooms[room]
    return f"{found.number} {found.name}" if found.name and found.name != found.number else found.number


def calm(measured: int, silent: int) -> html.P:
    """Say that nothing is out of range."""
    if not measured:
        text = _("No sensor has measured anything yet.")
    elif silent:
        text = _("All %(n)s measured places are in range; %(m)s silent.", n=measured, m=silent)
    else:
        text = _("All %(n)s measured places are in range, and no sensor is silent.", n=measured)
    return html.P([icon("check" if measured else "sensor"), html.Span(text)], className="environment-calm")


def message(text: str) -> html.P:
    """Say what is missing, in place of what would be there."""
    return html.P([icon("alert"), html.Span(text)], className="environment-message", role="alert")


def _switch(
    ident: str,
    names: dict[str, str],
    value: str,
    label: str,
    size: Literal["xs", "sm"],
    short: dict[str, str] | None = None,
) -> dmc.SegmentedControl:
    def name(key: str) -> Any:  # noqa: ANN401
        if not short:
            return names[key]
        parts = [html.Span(names[key], className="wide-only"), html.Span(short[key], className="narrow-only")]
        return html.Span(parts)

    return dmc.SegmentedControl(
        id=ident,
        data=[{"value": key, "label": name(key)} for key in names],
        value=value,
        size=size,
        withItemsBorders=False,
        **aria(label=label),
    )
