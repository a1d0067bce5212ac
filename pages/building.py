"""The building: bring one in, look at it beside the one in use, put it in place, go back, export.

What the stores hold, written by the page's script (`assets/page/building.js`) or for it:

- ``BUILDING_ASK``: ``{"n", "act": "replace" | "restore" | "discard" | "call-off", "value", "base"}``;
  ``BUILDING_ANSWER`` has its ``n`` and ``act``, ``ok``, ``text`` and ``faults``.
- ``BUILDING_NEWS``: a number that changes when an upload or an action has ended.
- ``BUILDING_LOOK``: the candidate that is looked at; ``BUILDING_PLANS``: ``{"now", "new"}``, see
  ``components.building_compare.plans``.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from components import building as parts
from components import building_compare, ids
from components.text import _
from twin.access import visitor
from twin.commission.versions import SHIPPED
from twin.web import buildings
from twin.web.building import building

BEAT_MS = 1_000


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Building')} · Wardlight"


dash.register_page(__name__, path="/building", title=title)


def layout(look: str = "", **_query: str) -> html.Div:
    """Lay out the page, or the look at the candidate `look`."""
    if not visitor().may_commission:
        return html.Div(
            [html.H1(_("Building")), html.P(_("You may not change the building."))], className="page lost-page"
        )
    stores = [dcc.Store(id=ids.BUILDING_ASK), dcc.Store(id=ids.BUILDING_ANSWER)]
    if look:
        found = buildings.compare(look)
        inside = building_compare.view(found, buildings.facts().used.id) if found else building_compare.gone()
        return html.Div([*inside, *stores], id=ids.BUILDING, className="page building")
    return html.Div(
        [
            parts.head(),
            html.Div(id=ids.BUILDING_ALERT),
            html.Div(id="building-said", className="said", role="status"),
            html.Div(id=ids.BUILDING_JOBS),
            html.Div(id=ids.BUILDING_CANDIDATES),
            html.Div(
                [html.Section(id=ids.BUILDING_USED, className="card"), parts.upload_card()], className="building-grid"
            ),
            html.Div(id=ids.BUILDING_EARLIER),
            dcc.Interval(id=ids.BUILDING_BEAT, interval=BEAT_MS, disabled=True),
            dcc.Store(id=ids.BUILDING_NEWS),
            *stores,
        ],
        id=ids.BUILDING,
        className="page building",
    )


@callback(
    Output(ids.BUILDING_ALERT, "children"),
    Output(ids.BUILDING_JOBS, "children"),
    Output(ids.BUILDING_CANDIDATES, "children"),
    Output(ids.BUILDING_USED, "children"),
    Output(ids.BUILDING_EARLIER, "children"),
    Output(ids.BUILDING_BEAT, "disabled"),
    Input(ids.BUILDING_BEAT, "n_intervals"),
    Input(ids.BUILDING_NEWS, "data"),
)
def refresh(_n: int | None, _news: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Tell what is in use, what runs and what waits; asked again each second while something runs."""
    if not visitor().may_commission:
        return (dash.no_update,) * 6
    now, site = buildings.facts(), building()
    base = now.used.id
    shipped = next((version for version in now.earlier if version.source == SHIPPED), None)
    alone = buildings.unheard_demo() and not site.gateways
    return (
        parts.deaf_demo(shipped, base) if alone else [],
        parts.jobs(now),
        parts.waiting(now.candidates),
        parts.used(site, now.used),
        parts.earlier(now.earlier, base),
        not now.busy,
    )


@callback(Output(ids.BUILDING_ANSWER, "data"), Input(ids.BUILDING_ASK, "data"), prevent_initial_call=True)
def act(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Do what a button asks for."""
    if not asked:
        return dash.no_update
    action, value, base = (str(asked.get(name) or "") for name in ("act", "value", "base"))
    told = {"n": asked.get("n"), "act": action, "ok": True, "text": "", "faults": []}
    if not visitor().may_commission:
        return told | {"ok": False, "text": _("You may not do this.")}
    if action == "discard":
        buildings.discard(value)
        return told
    if action == "call-off":
        buildings.call_off(value)
        return told
    done = buildings.put_in_place(value, base) if action == "replace" else buildings.go_back(value, base)
    text = (
        done.text if done.answered else _("The twin did not answer; look at the building in use before you try again.")
    )
    return told | {"ok": done.ok, "text": text, "faults": list(done.faults)}


@callback(Output(ids.BUILDING_PLANS, "data"), Input(ids.BUILDING_LEVEL, "value"), State(ids.BUILDING_LOOK, "data"))
def draw(level: str | None, look: str | None) -> Any:  # noqa: ANN401
    """Send the plans of a level of both buildings."""
    if not visitor().may_commission or not isinstance(level, str) or not level.lstrip("-").isdecimal():
        return dash.no_update
    found = buildings.compare(str(look))
    return building_compare.plans(found, int(level)) if found else dash.no_update


clientside_callback(ClientsideFunction("building", "answer"), Input(ids.BUILDING_ANSWER, "data"))
clientside_callback(ClientsideFunction("building", "plans"), Input(ids.BUILDING_PLANS, "data"))
clientside_callback(ClientsideFunction("building", "ready"), Input(ids.BUILDING_USED, "children"))
