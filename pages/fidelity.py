"""The fidelity report: how well the twin knows the simulated hospital, for the engineer."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import fidelity, ids
from components.text import _
from twin.errors import WardlightError
from twin.fidelity.report import read_report
from twin.settings import settings

REFRESH_MS = 15_000


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Fidelity report')} · Wardlight"


dash.register_page(__name__, path="/fidelity", title=title)


def layout(**_query: str) -> html.Div:
    """Lay out the page; the report comes with the first refresh."""
    back = dcc.Link(_("System"), href=dash.get_relative_path("/system"), className="tool")
    head = [html.H1(_("Fidelity report")), html.P(id=ids.FIDELITY_ABOUT, className="quiet"), back]
    parts = [html.Div(id=ids.FIDELITY_CHART), html.Div(id=ids.FIDELITY_BODY)]
    return html.Div(
        [
            html.Div(head, className="page-head"),
            html.Div(id=ids.FIDELITY_TOP),
            html.Div(parts, className="fidelity-grid"),
            dcc.Store(id=ids.FIDELITY_DATA),
            dcc.Interval(id=ids.FIDELITY_REFRESH, interval=REFRESH_MS),
        ],
        className="page",
    )


@callback(
    Output(ids.FIDELITY_ABOUT, "children"),
    Output(ids.FIDELITY_TOP, "children"),
    Output(ids.FIDELITY_CHART, "children"),
    Output(ids.FIDELITY_DATA, "data"),
    Input(ids.FIDELITY_REFRESH, "n_intervals"),
    State(ids.FIDELITY_DATA, "data"),
)
def show(_n: int | None, shown: dict[str, Any] | None) -> tuple[Any, ...]:
    """Show the newest report, or say how to get one; nothing changes while it is the one shown."""
    try:
        report = read_report(settings().var / "fidelity/report.json")
    except WardlightError as error:
        return "", _unreadable(str(error)), None, _tables([])
    if report is None:
        return "", _empty(), None, _tables([])
    if shown and shown.get("made_at") == report.made_at:
        return (no_update,) * 4
    top = [fidelity.notice(report), fidelity.tiles(report)]
    return fidelity.about(report), top, fidelity.curves(report), _tables(fidelity.sheets(report), report.made_at)


def _tables(sheets: list[dict[str, Any]], made_at: float | None = None) -> dict[str, Any]:
    return {"slot": ids.FIDELITY_BODY, "sheets": sheets, "made_at": made_at}


def _empty() -> html.Div:
    return html.Div(
        [
            html.H2(_("There is no report yet")),
            html.P(
                _(
                    "A fidelity report compares where everybody in the simulated hospital really was with what the"
                    " twin concluded. Run the two together in a terminal; it takes a few minutes:"
                )
            ),
            html.Kbd("make fidelity"),
            html.P(_("Or report on the demo that runs now, from its history:")),
            html.Kbd("python -m twin fidelity --live"),
            html.P(_("The report appears here by itself."), className="quiet"),
        ],
        className="no-report",
    )


def _unreadable(why: str) -> html.Div:
    return html.Div(
        [
            html.H2(_("The report cannot be read")),
            html.P(why, className="mono"),
            html.P(_("Make a new one, which takes the place of the old:")),
            html.Kbd("make fidelity"),
        ],
        className="no-report",
        role="alert",
    )


clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(ids.FIDELITY_DATA, "data"))
