"""The plan editor: draw a building over a plan, or change a copy of the one in use.

The page is drawn by `assets/page/editor*.js`, which keep the draft by way of `twin.web.plan`. The store
``EDITOR_FACTS`` holds what they need to know (`components.editor.facts`); ``EDITOR_STARTED`` is only there so
that they are called with it when the page appears.
"""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html

from components import editor, ids
from components.text import _
from twin.access import visitor


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Plan editor')} · Wardlight"


dash.register_page(__name__, path="/building/plan", title=title)


def layout(**_query: str) -> html.Div:
    """Lay out the page; the script fills in the drafts, or the one that the address names."""
    if not visitor().may_commission:
        return html.Div(
            [html.H1(_("Plan editor")), html.P(_("You may not change the building."))], className="page lost-page"
        )
    return html.Div(
        [
            editor.head(),
            html.Div(id="editor-alert", className="alert editor-alert", role="alert", hidden=True),
            editor.drafts_box(),
            editor.board(),
            dcc.Store(id=ids.EDITOR_FACTS, data=editor.facts()),
            dcc.Store(id=ids.EDITOR_STARTED),
        ],
        id=ids.EDITOR,
        className="page editor commission",
    )


clientside_callback(
    ClientsideFunction("editor", "start"), Output(ids.EDITOR_STARTED, "data"), Input(ids.EDITOR_FACTS, "data")
)
