"""What is shown for an address that has no page."""

from __future__ import annotations

import dash
from dash import dcc, html

from components.text import _


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('Page not found')} · Wardlight"


dash.register_page(__name__, title=title)


def layout(**_query: str) -> html.Div:
    """Say that there is no such page, and where to go."""
    return html.Div(
        [
            html.H1(_("Page not found")),
            html.P(_("There is no page at this address.")),
            dcc.Link(_("Go to the floor model"), href="/", className="tool"),
        ],
        className="page lost-page",
    )
