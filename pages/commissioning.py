"""Commissioning: place gateways, walk a survey, see what to expect of both, and find what does not fit.

What the stores hold, written by the page's script (`assets/page/commission.js`) or for it:

- ``COMMISSION_ASK``: ``{"n", "action": "save" | "start" | "cancel" | "delete" | "import" | "reload", ...}`` with what
  the action needs; ``COMMISSION_ANSWER`` has its ``n``, ``ok``, ``text`` and ``faults``.
- ``COMMISSION_HEAT_ASK``: ``{"n", "level", "rows"}``, rows of the edited list or null; ``COMMISSION_HEAT``: ``{"n",
  "ok", "text", "level", "of": "edits" | "survey" | "saved", "step", "x0", "y0", "rows", "columns", "before",
  "after"}``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from components import commission, commission_plan, commission_tables, ids, tell
from components.attributes import data
from components.commission_heat import heat_answer
from components.text import _
from twin.access import visitor
from twin.settings import settings
from twin.web import command
from twin.web import commission as known
from twin.web.building import Stamp, building, stamp

REFRESH_MS = 5_000
BEAT_MS = 700


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Commissioning')} · Wardlight"


dash.register_page(__name__, path="/commissioning", title=title)


def layout(**_query: str) -> html.Div:
    """Lay out the page; what it shows comes with the first refresh."""
    if not visitor().may_commission:
        return html.Div(
            [html.H1(_("Commissioning")), html.P(_("You may not move gateways here."))], className="page lost-page"
        )
    site = building()
    start = next((level.index for level in site.levels if level.ordinal == 0), 0)
    side = html.Div(
        [commission.gateways_task(), commission.survey_task(site.rooms, site.levels), commission.signals_task()],
        className="commission-side",
    )
    return html.Div(
        [
            commission.head(),
            html.Div(id="commission-alert", className="alert", role="alert", hidden=True),
            html.Div([commission.plan_card(site.levels, start), side], className="commission-grid"),
            *commission.lists(),
            *commission.stores(),
            dcc.Download(id=ids.COMMISSION_FILE),
            dcc.Interval(id=ids.COMMISSION_REFRESH, interval=REFRESH_MS),
            dcc.Interval(id=ids.COMMISSION_BEAT, interval=BEAT_MS, disabled=True),
        ],
        id=ids.COMMISSION,
        className="page commission",
        **data(task=commission.TASKS[0]),
    )


@callback(
    Output(ids.COMMISSION_FACTS, "data"),
    Output(ids.COMMISSION_POINTS_DATA, "data"),
    Output(ids.COMMISSION_SIGNALS_DATA, "data"),
    Output(ids.COMMISSION_ABOUT, "children"),
    Input(ids.COMMISSION_REFRESH, "n_intervals"),
    Input(ids.COMMISSION_ANSWER, "data"),
)
def refresh(_n: int | None, _answer: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Tell the page what is saved, what is measured and how the gateways do."""
    if not visitor().may_commission:
        return (dash.no_update,) * 4
    now, site = known.facts(), building()
    shown = {
        "gateways": now.gateways,
        "base": now.base,
        "levels": [[str(level.ordinal), level.name] for level in site.levels],
        "centres": [[room.level, round(room.x, 2), round(room.y, 2)] for room in site.rooms],
        "pattern": settings().gateway_topics[0],
        "points": [[p.point, p.floor, p.x, p.y] for p in now.survey],
        "survey": now.survey_base,
        "state": now.state,
        "report": [
            [g["mac"], g["age_s"], bool(g.get("silent")), g.get("suspect") or ""]
            for g in now.report.get("gateways", [])
        ],
    }
    points = commission_tables.points(site, now.survey, now.survey_fault)
    about = _("The twin has not reported yet.")
    if now.report:
        about = _("Report of the twin of %(time)s.", time=tell.clock_time(now.report.get("t"), seconds=True))
    return (
        shown,
        {"slot": ids.COMMISSION_POINTS, "sheets": [points]},
        {"slot": ids.COMMISSION_SIGNALS, "sheets": commission_tables.signals(now.report)},
        about,
    )


@callback(Output(ids.COMMISSION_PLAN, "data"), Input(ids.COMMISSION_LEVEL, "value"))
def draw(level: str) -> Any:  # noqa: ANN401
    """Send the plan of a level."""
    at = _level(level)
    return dash.no_update if at is None or not visitor().may_commission else _plan(at, stamp())


@lru_cache(maxsize=64)
def _plan(level: int, _stamp: Stamp) -> dict[str, Any]:
    return commission_plan.plan(building(), level)


def _level(text: object) -> int | None:
    known_one = isinstance(text, str) and text.isascii() and text.isdecimal() and int(text) < len(building().levels)
    return int(text) if known_one else None  # pyright: ignore[reportArgumentType]


@callback(Output(ids.COMMISSION_ANSWER, "data"), Input(ids.COMMISSION_ASK, "data"), prevent_initial_call=True)
def act(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Have the twin do what the page asks for."""
    if not asked:
        return dash.no_update
    if not visitor().may_commission:
        return {"n": asked.get("n"), "ok": False, "text": _("You may not do this."), "faults": []}
    done = known.carry_out(asked)
    text = done.text if done.answered else _("The twin did not answer; nothing was changed. Is it running?")
    if asked.get("action") == "save" and done.ok:
        reloads = _("The twin starts again with them; that takes some seconds.")
        text = f"{text} {reloads if done.reloads else _('But the twin did not say that it reloads; restart it.')}"
    faults = [fault._asdict() for fault in done.faults]
    return {"n": asked.get("n"), "action": asked.get("action"), "ok": done.ok, "text": text, "faults": faults}


@callback(Output(ids.COMMISSION_WALK, "data"), Input(ids.COMMISSION_BEAT, "n_intervals"), prevent_initial_call=True)
def walk(_n: int | None) -> Any:  # noqa: ANN401
    """Tell how far the stand is."""
    if not visitor().may_commission:
        return dash.no_update
    reply = command.asker().ask("survey.progress", patience=known.STATE_PATIENCE_S)
    return reply.data if reply and reply.ok else {"state": "unknown"}


@callback(Output(ids.COMMISSION_HEAT, "data"), Input(ids.COMMISSION_HEAT_ASK, "data"), prevent_initial_call=True)
def heat(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Work out coverage and expected error of a level, before and after."""
    if not asked or not visitor().may_commission:
        return dash.no_update
    level = _level(str(asked.get("level")))
    return dash.no_update if level is None else heat_answer(building(), level, asked)


@callback(Output(ids.COMMISSION_FILE, "data"), Input(ids.COMMISSION_EXPORT, "n_clicks"), prevent_initial_call=True)
def export(_clicks: int) -> Any:  # noqa: ANN401
    """Send the survey as its file is."""
    content = known.survey_bytes() if visitor().may_commission else b""
    return dcc.send_bytes(content, "wardlight-survey.csv") if content else dash.no_update


_SCRIPT = (
    ("facts", ids.COMMISSION_FACTS, "data"),
    ("plan", ids.COMMISSION_PLAN, "data"),
    ("answer", ids.COMMISSION_ANSWER, "data"),
    ("walk", ids.COMMISSION_WALK, "data"),
    ("heat", ids.COMMISSION_HEAT, "data"),
    ("layer", ids.COMMISSION_LAYER, "value"),
    ("task", ids.COMMISSION_TASK, "value"),
    ("tag", ids.COMMISSION_TAG, "value"),
    ("room", ids.COMMISSION_ROOM, "value"),
    ("upload", ids.COMMISSION_UPLOAD, "contents"),
)
for _name, _id, _property in _SCRIPT:
    clientside_callback(ClientsideFunction("commission", _name), Input(_id, _property))
clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(ids.COMMISSION_POINTS_DATA, "data"))
clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(ids.COMMISSION_SIGNALS_DATA, "data"))
