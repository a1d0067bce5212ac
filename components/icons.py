"""The icons, drawn by `assets/icons.css`. They never stand without a text."""

from __future__ import annotations

from dash import html

from components.attributes import aria

KIND_ICON = {"patient": "patient", "staff": "staff", "asset": "asset", "sensor": "sensor"}


def icon(name: str) -> html.Span:
    """Draw an icon in the colour of the text around it, hidden from screen readers."""
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))
