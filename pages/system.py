"""The system page: every step from radio to screen, and what was refused or not understood."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from components import hops, ids, tell
from components.text import _
from twin.settings import settings
from twin.web.live import hub, read_json

REFRESH_MS = 5_000


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('System')} · Wardlight"


dash.register_page(__name__, path="/system", title=title)


def layout(**_query: str) -> html.Div:
    """Lay out the page; its tables come with the first refresh."""
    return html.Div(
        [
            html.Div(
                [html.H1(_("System")), html.P(id=ids.SYSTEM_ABOUT, className="quiet"), *_more()], className="page-head"
            ),
            html.Div(id=ids.SYSTEM_BODY, className="cards"),
            dcc.Store(id=ids.SYSTEM_DATA),
            dcc.Interval(id=ids.SYSTEM_REFRESH, interval=REFRESH_MS),
        ],
        className="page",
    )


def _more() -> list[dcc.Link]:
    """Lead to the pages that only a demo has something for."""
    if not settings().demo:
        return []
    return [dcc.Link(_("Fidelity report"), href=dash.get_relative_path("/fidelity"), className="tool")]


@callback(
    Output(ids.SYSTEM_DATA, "data"),
    Output(ids.SYSTEM_ABOUT, "children"),
    Input(ids.SYSTEM_REFRESH, "n_intervals"),
)
def show(_n: int | None) -> tuple[dict[str, Any], str]:
    """Fill the page with the twin's last report."""
    report = read_json(hub().newest("health"))
    if report is None:
        return {"slot": ids.SYSTEM_BODY, "sheets": []}, _("The twin has not reported yet.")
    about = _("Report of %(time)s.", time=tell.clock_time(report.get("t"), seconds=True))
    return {"slot": ids.SYSTEM_BODY, "sheets": hops.sheets(report)}, about


clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(ids.SYSTEM_DATA, "data"))
