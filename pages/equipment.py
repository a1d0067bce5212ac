"""Assets: find equipment, see what can be done with it, and fetch the nearest free one.

What the stores hold, written by the page's scripts (`assets/page/equipment*.js`) or for them:

- ``EQUIPMENT_HAVE``: the mark of the facts that the page has; ``EQUIPMENT_NEWS``: ``{"waiting": true}`` before the
  twin has spoken, else what `components.equipment.news` gives.
- ``EQUIPMENT_ASK``: ``{"n", "action": "associate" | "rename" | "dissociate" | "down" | "repaired", ...}`` with what
  the action needs; ``EQUIPMENT_ANSWER`` has its ``n`` and ``action``, ``ok``, ``text`` and ``faults``.
- ``EQUIPMENT_DETAIL_ASK``: ``{"n", "mac"}``; ``EQUIPMENT_DETAIL``: ``{"n", "detail"}``, see
  `components.equipment_detail.detail`.
- ``EQUIPMENT_NEAR_ASK``: ``{"n", "from": room number or MAC, "type"}``; ``EQUIPMENT_NEAR``: its ``n`` and what
  `components.equipment_near.nearest` gives, or ``error``.
- ``EQUIPMENT_CSV_ASK``: ``{"n", "macs"}`` in the order of the table.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from components import ids
from components.equipment import Now, consistent, news, standing
from components.equipment_detail import detail
from components.equipment_near import nearest, places, start_of
from components.equipment_view import view
from components.text import _
from twin.access import visitor
from twin.model import Kind
from twin.web.building import building
from twin.web.live import hub
from twin.web.picture import Picture
from twin.web.stock import Stock, stock
from twin.web.stock_ask import carry_out

REFRESH_MS = 4_000
MOST_ROWS = 20_000


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Assets')} · Wardlight"


dash.register_page(__name__, path="/equipment", title=title)


def layout(**_query: str) -> html.Div:
    """Lay out the page; what it shows comes with the first refresh."""
    who = visitor()
    if not who.sees(Kind.ASSET):
        return html.Div(
            [html.H1(_("Assets")), html.P(_("Your role may not see equipment."))], className="page lost-page"
        )
    frame = view(who)
    frame.children = [*(frame.children or []), dcc.Interval(id=ids.EQUIPMENT_REFRESH, interval=REFRESH_MS)]
    return frame


def _everything() -> tuple[Picture, Now, Stock] | None:
    """All that is known now; None before the twin has spoken."""
    now = consistent(hub())
    known = stock(now.t) if now.t is not None else None
    return None if known is None else (now, standing(building(), now, known), known)


@callback(
    Output(ids.EQUIPMENT_NEWS, "data"),
    Input(ids.EQUIPMENT_REFRESH, "n_intervals"),
    Input(ids.EQUIPMENT_ANSWER, "data"),
    State(ids.EQUIPMENT_HAVE, "data"),
)
def refresh(_n: int | None, _answer: Any, have: str | None) -> Any:  # noqa: ANN401
    """Tell the page where everything is now."""
    if not visitor().sees(Kind.ASSET):
        return dash.no_update
    known = _everything()
    return {"waiting": True} if known is None else news(building(), known[1], known[2], have)


@callback(Output(ids.EQUIPMENT_ANSWER, "data"), Input(ids.EQUIPMENT_ASK, "data"), prevent_initial_call=True)
def act(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Have the twin do what the page asks for."""
    if not asked:
        return dash.no_update
    who, action = visitor(), str(asked.get("action"))
    head = {"n": asked.get("n"), "action": action}
    allowed = who.sees(Kind.ASSET) if action in ("down", "repaired") else who.may_manage_assets
    if not allowed:
        return head | {"ok": False, "text": _("You may not do this."), "faults": []}
    done = carry_out(asked)
    text = done.text if done.answered else _("The twin did not answer; nothing was changed. Is it running?")
    if done.ok and action not in ("down", "repaired"):
        reloads = _("The twin starts again with it; that takes some seconds.")
        text = f"{text} {reloads if done.reloads else _('But the twin did not say that it reloads; restart it.')}"
    return head | {"ok": done.ok, "text": text, "faults": [fault._asdict() for fault in done.faults]}


@callback(Output(ids.EQUIPMENT_DETAIL, "data"), Input(ids.EQUIPMENT_DETAIL_ASK, "data"), prevent_initial_call=True)
def tell_detail(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Tell what history knows of one thing."""
    who = visitor()
    known = _everything() if asked and who.sees(Kind.ASSET) else None
    if not asked or known is None:
        return dash.no_update
    return {"n": asked.get("n"), "detail": detail(known[1], known[0], str(asked.get("mac")), who)}


@callback(Output(ids.EQUIPMENT_NEAR, "data"), Input(ids.EQUIPMENT_NEAR_ASK, "data"), prevent_initial_call=True)
def tell_nearest(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Tell where the nearest free ones are."""
    who = visitor()
    known = _everything() if asked and who.sees(Kind.ASSET) else None
    if not asked or known is None:
        return dash.no_update
    picture, now, knows = known
    site, text, type_ = building(), str(asked.get("from")), str(asked.get("type"))
    start = start_of(site, picture, text, who)
    if start is None:
        lost = _("%(place)s is no room of this building, nor a tag whose place is known.", place=text[:60])
        return {"n": asked.get("n"), "error": lost}
    carried = type_ in knows.rules.walk.carried
    return {"n": asked.get("n"), **nearest(site, now, places(site, picture), start, type_, carried)}


@callback(Output(ids.EQUIPMENT_CSV, "data"), Input(ids.EQUIPMENT_CSV_ASK, "data"), prevent_initial_call=True)
def download(asked: dict[str, Any] | None) -> Any:  # noqa: ANN401
    """Send the rows of the table as CSV."""
    known = _everything() if asked and visitor().sees(Kind.ASSET) else None
    if not asked or known is None:
        return dash.no_update
    from components.equipment_csv import equipment_csv  # noqa: PLC0415 - pandas is only loaded when somebody wants it

    macs = [mac for mac in asked.get("macs") or () if isinstance(mac, str)]
    return equipment_csv(building(), known[1], known[2], macs[:MOST_ROWS])


for name, store in (
    ("equipmentNews", ids.EQUIPMENT_NEWS),
    ("equipmentAnswer", ids.EQUIPMENT_ANSWER),
    ("equipmentDetail", ids.EQUIPMENT_DETAIL),
    ("equipmentNear", ids.EQUIPMENT_NEAR),
):
    clientside_callback(ClientsideFunction("wardlight", name), Input(store, "data"))
