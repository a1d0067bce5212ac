"""The panel beside the floor model: what was chosen, where it is, since when, how sure.

`assets/panel.js` writes its body from the live data.
"""

from __future__ import annotations

from dash import html

from components import ids
from components.attributes import aria
from components.icons import icon
from components.text import _


def panel() -> html.Aside:
    """Lay out the panel; on a narrow screen it is a sheet at the bottom with a handle."""
    handle = html.Button(
        [html.Span(className="sheet-grip", **aria(hidden="true")), html.Span(className="sheet-title"), icon("up")],
        type="button",
        id="panel-handle",
        className="panel-handle",
        **aria(expanded="false", controls=ids.PANEL_BODY),
    )
    body = html.Div(id=ids.PANEL_BODY, className="panel-body", tabIndex="-1")
    return html.Aside([handle, body], id=ids.PANEL, className="panel", **aria(label=_("Details")))
