"""Environment: what is out of range, how warm rooms are, what sensors measured, and the energy of departments."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, html, no_update

from components import environment as parts
from components import environment_charts as charts
from components import environment_tables as tables
from components import ids, tell
from components.attributes import data
from components.commission_plan import plan
from components.text import _
from twin.access import visitor
from twin.errors import HistoryError
from twin.model import Kind
from twin.settings import settings
from twin.web import energy, environment
from twin.web.building import Stamp, building, stamp
from twin.web.environment import Now, Sensor
from twin.web.live import hub

REFRESH_MS, SLOW_MS = 10_000, 60_000


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Environment')} · Wardlight"


dash.register_page(__name__, path="/environment", title=title)


def layout(
    level: str | None = None,
    show: str | None = None,
    sensor: str | None = None,
    span: str | None = None,
    **_query: str,
) -> html.Div:
    """Lay out the page; its address chooses `level` (index), `show`, `sensor` (MAC address) and `span`."""
    if not visitor().sees(Kind.SENSOR):
        said = html.P(_("You may not see the sensors of this building."))
        return html.Div([html.H1(_("Environment")), said], className="page lost-page")
    levels = building().levels
    ground = next((lv.index for lv in levels if lv.ordinal == 0), 0)
    chosen = int(level) if level in {str(lv.index) for lv in levels} else ground  # pyright: ignore[reportArgumentType]
    shown = show if show in parts.SHOWN else parts.SHOWN[0]
    mac = re.sub(r"[^0-9A-F]", "", (sensor or "").upper())[:12] or None
    cards = [
        parts.plan_card(levels, chosen),
        parts.past_card(mac, span if span in parts.SPANS else "24h"),  # pyright: ignore[reportArgumentType]
    ]
    return html.Div(
        [
            parts.head(shown),
            parts.attention(),
            html.Div(cards, className="environment-grid"),
            parts.energy_card(),
            *parts.stores(REFRESH_MS, SLOW_MS),
        ],
        id=ids.ENVIRONMENT,
        className="page environment",
        **data(arrived="no"),
    )


def _now() -> Now:
    return environment.now(hub(), visitor())


@callback(
    Output(ids.ENVIRONMENT_ABOUT, "children"),
    Output(ids.ENVIRONMENT_STATE, "children"),
    Output(ids.ENVIRONMENT_LISTS_DATA, "data"),
    Output(ids.ENVIRONMENT_SENSOR, "data"),
    Output(ids.ENVIRONMENT_SENSOR, "value"),
    Input(ids.ENVIRONMENT_REFRESH, "n_intervals"),
    State(ids.ENVIRONMENT_SENSOR, "value"),
    State(ids.ENVIRONMENT_SENSOR, "data"),
)
def attend(_n: int | None, chosen: str | None, choices: list[Any]) -> tuple[Any, ...]:
    """Show what is out of range or silent, and offer the sensors."""
    now, site = _now(), building()
    if now.t is None:
        about = _("The twin has not reported yet.")
        return about, None, _lists([]), no_update, no_update
    out = sorted((s for s in now.sensors if s.code in tables.OUT), key=environment.severity, reverse=True)
    quiet = [s for s in now.sensors if s.code == "silent"]
    found, note = _excursions(out, now.t)
    seen = _seen(quiet, now.t)
    sheets = [tables.excursions(site, found, now.t)] if out else []
    sheets += [tables.silent(site, quiet, seen, now.t)] if quiet else []
    state = [parts.calm(len(now.sensors) - len(quiet), len(quiet))] if not out else []
    offered = parts.sensor_choices(site, now.sensors)
    first = (out or now.sensors or [None])[0]
    known = any(s.mac == chosen for s in now.sensors)
    about = _(
        "Values of %(time)s, refreshed every 10 s. For information: these are air sensors without a buffered probe,"
        " no calibrated loggers.",
        time=tell.clock_time(now.t, seconds=True),
    )
    return (
        about,
        [*state, *([parts.message(note)] if note else [])],
        _lists(sheets),
        no_update if offered == choices else offered,
        no_update if known or first is None else first.mac,
    )


def _lists(sheets: list[dict[str, Any]]) -> dict[str, Any]:
    return {"slot": ids.ENVIRONMENT_LISTS, "sheets": sheets}


def _excursions(out: list[Sensor], t: float) -> tuple[list[tables.Excursion], str]:
    """Since when each is out of range, and what stands in the way of knowing."""
    try:
        began = [environment.began(sensor, t) for sensor in out]
    except HistoryError as error:
        return [tables.Excursion(sensor, None, longer=False) for sensor in out], str(error)
    edge = t - environment.LOOK_BACK_S + environment.hold_s("")
    return [
        tables.Excursion(sensor, at, longer=at is not None and at < edge) for sensor, at in zip(out, began, strict=True)
    ], ""


def _seen(quiet: list[Sensor], t: float) -> dict[str, float]:
    try:
        return environment.last_seen(tuple(quiet), t)
    except HistoryError:
        return {sensor.mac: sensor.at for sensor in quiet if sensor.at is not None}


@callback(
    Output(ids.ENVIRONMENT_PLAN_DATA, "data"),
    Output(ids.ENVIRONMENT_MODEL, "href"),
    Input(ids.ENVIRONMENT_LEVEL, "value"),
    Input(ids.ENVIRONMENT_SHOWN, "value"),
)
def show_plan(level: str | None, shown: str | None) -> tuple[Any, str]:
    """Give a level's plan, and the way to the same in 3D."""
    layer = shown if shown in parts.SHOWN else parts.SHOWN[0]
    if level is None or not level.isdecimal() or int(level) >= len(building().levels):
        return no_update, dash.get_relative_path("/")
    drawn = dict(_plan(int(level), stamp()), name=building().levels[int(level)].name)
    return drawn, f"{dash.get_relative_path('/')}?layer={layer}&level={level}"


@lru_cache(maxsize=16)
def _plan(level: int, _stamp: Stamp) -> dict[str, Any]:
    made = plan(building(), level)
    return {key: made[key] for key in ("level", "bounds", "outline", "walls", "rooms")}


@callback(
    Output(ids.ENVIRONMENT_VALUES, "data"),
    Input(ids.ENVIRONMENT_REFRESH, "n_intervals"),
    Input(ids.ENVIRONMENT_SHOWN, "value"),
)
def show_values(_n: int | None, shown: str | None) -> dict[str, Any]:
    """Give the values of all measured rooms."""
    now = _now()
    made = tables.values(building(), now.sensors, _quantity(shown))
    return made | {"reported": now.t is not None, "name": parts.shown_names().get(shown or "", "")}


def _quantity(shown: str | None) -> str:
    return parts.QUANTITY.get(shown or "", "temperature_c")


@callback(
    Output(ids.ENVIRONMENT_CHART, "children"),
    Output(ids.ENVIRONMENT_FIGURES, "children"),
    Output(ids.ENVIRONMENT_PARTS_DATA, "data"),
    Input(ids.ENVIRONMENT_SENSOR, "value"),
    Input(ids.ENVIRONMENT_SPAN, "value"),
    Input(ids.ENVIRONMENT_SHOWN, "value"),
    Input(ids.ENVIRONMENT_SLOW, "n_intervals"),
)
def show_past(mac: str | None, span: str | None, shown: str | None, _n: int | None) -> tuple[Any, Any, Any]:
    """Draw what the chosen sensor measured."""
    now, quantity = _now(), _quantity(shown)
    sensor = next((s for s in now.sensors if s.mac == mac), None)
    nothing = None, {"slot": ids.ENVIRONMENT_PARTS, "sheets": []}
    if now.t is None or sensor is None:
        text = _("Choose a sensor.") if now.t is not None else _("The twin has not reported yet.")
        return html.P(text, className="environment-empty"), *nothing
    try:
        past = environment.past(sensor.mac, sensor.type, quantity, edges(now.t, span))
    except HistoryError as error:
        return parts.message(str(error)), *nothing
    limits = environment.limits(sensor.type, quantity)
    if not len(past.series.t):
        text = _("%(sensor)s measured nothing in this time.", sensor=sensor.label)
        return html.P(text, className="environment-empty"), *nothing
    chart = charts.past_chart(past, quantity, limits, environment.hold_s(sensor.type), sensor.label)
    table = tables.parts(past, quantity, hours=span not in ("7d", "30d"))
    return chart, tables.figures(past, quantity, limits), {"slot": ids.ENVIRONMENT_PARTS, "sheets": [table]}


def edges(t: float, span: str | None) -> tuple[float, ...]:
    """Begin, full hours (of 24 h) or midnights of the site's zone in between, and now."""
    zone = ZoneInfo(settings().timezone)
    seconds = parts.SPANS.get(span or "", parts.SPANS["24h"])
    begin = t - seconds
    if seconds <= parts.SPANS["24h"]:
        first = 3600.0 * (begin // 3600 + 1)
        return (begin, *(first + 3600.0 * k for k in range(24) if first + 3600.0 * k < t), t)
    day = datetime.fromtimestamp(begin, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = ((day + timedelta(days=k)).timestamp() for k in range(1, round(seconds / 86_400) + 2))
    return (begin, *(at for at in days if begin < at < t), t)


@callback(
    Output(ids.ENVIRONMENT_CSV, "data"),
    Input(ids.ENVIRONMENT_CSV_BUTTON, "n_clicks"),
    State(ids.ENVIRONMENT_SENSOR, "value"),
    State(ids.ENVIRONMENT_SPAN, "value"),
    State(ids.ENVIRONMENT_SHOWN, "value"),
    prevent_initial_call=True,
)
def download(_clicks: int, mac: str | None, span: str | None, shown: str | None) -> Any:  # noqa: ANN401
    """Send the chosen sensor's stretch of time, gaps included."""
    from components.environment_csv import past_csv  # noqa: PLC0415 - pandas comes with it

    now, quantity = _now(), _quantity(shown)
    sensor = next((s for s in now.sensors if s.mac == mac), None)
    if now.t is None or sensor is None:
        return no_update
    try:
        past = environment.past(sensor.mac, sensor.type, quantity, edges(now.t, span))
    except HistoryError:
        return no_update
    rooms = building().rooms
    number = rooms[sensor.room].number if 0 <= sensor.room < len(rooms) else ""
    return past_csv(sensor, number, quantity, past)


@callback(
    Output(ids.ENVIRONMENT_ENERGY_NOTE, "children"),
    Output(ids.ENVIRONMENT_ENERGY_CHART, "children"),
    Output(ids.ENVIRONMENT_ENERGY_DATA, "data"),
    Input(ids.ENVIRONMENT_SLOW, "n_intervals"),
)
def show_energy(_n: int | None) -> tuple[Any, Any, Any]:
    """Show the energy of each department."""
    now = _now()
    nothing = {"slot": ids.ENVIRONMENT_ENERGY, "sheets": []}
    if now.t is None:
        return html.P(_("The twin has not reported yet."), className="environment-empty"), None, nothing
    if not visitor().sees(Kind.PATIENT) or not visitor().sees(Kind.STAFF):
        said = _("You may not see where people were, and so not what was used without them.")
        return html.P(said, className="environment-empty"), None, nothing
    try:
        found = energy.departments(now.t, now.meters)
    except HistoryError as error:
        return parts.message(str(error)), None, nothing
    if not found:
        return html.P(_("No meter is entered."), className="environment-empty"), None, nothing
    names = building().departments
    table = {"slot": ids.ENVIRONMENT_ENERGY, "sheets": [tables.energy(found, names)]}
    measured = any(d.week.kwh for d in found)
    if not measured:
        return html.P(_("The meters have not said enough yet."), className="environment-empty"), None, table
    share = tell.percent(energy.heard_share(found, now.t), 1)
    note = html.P(_("The meters were heard in %(share)s of the time of these 7 days.", share=share), className="quiet")
    return note, charts.energy_chart(found, names), table


for _store in (ids.ENVIRONMENT_LISTS_DATA, ids.ENVIRONMENT_PARTS_DATA, ids.ENVIRONMENT_ENERGY_DATA):
    clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(_store, "data"))
clientside_callback(ClientsideFunction("environment", "plan"), Input(ids.ENVIRONMENT_PLAN_DATA, "data"))
clientside_callback(ClientsideFunction("environment", "values"), Input(ids.ENVIRONMENT_VALUES, "data"))
clientside_callback(
    ClientsideFunction("environment", "address"),
    Input(ids.ENVIRONMENT_LEVEL, "value"),
    Input(ids.ENVIRONMENT_SHOWN, "value"),
    Input(ids.ENVIRONMENT_SENSOR, "value"),
    Input(ids.ENVIRONMENT_SPAN, "value"),
)
