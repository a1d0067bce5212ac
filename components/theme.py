"""Mantine's theme: the same greys and the one blue of `assets/theme.css`."""

from __future__ import annotations

from typing import Any

FONT = "Inter, 'Segoe UI', system-ui, -apple-system, Roboto, 'Helvetica Neue', Arial, sans-serif"
GREYS = [
    "#e8edf4", "#c3cdd9", "#9dabbb", "#75859a", "#4a5a6e",
    "#324052", "#1c2531", "#131a23", "#0f151d", "#0b0f14",
]  # fmt: skip
BLUES = [
    "#e6f3fb", "#cbe5f5", "#9fd0ee", "#72bbe6", "#4fa9df",
    "#3a97d0", "#2b80b6", "#1f6a9b", "#175680", "#0f4367",
]  # fmt: skip


def mantine_theme() -> Any:  # noqa: ANN401 - Mantine's own shape
    """Give the theme for `MantineProvider`; index 0 of a colour is its lightest shade."""
    return {
        "fontFamily": FONT,
        "headings": {"fontFamily": FONT, "fontWeight": "600"},
        "primaryColor": "ward",
        "primaryShade": {"light": 7, "dark": 4},
        "colors": {"dark": GREYS, "ward": BLUES},
        "defaultRadius": "md",
        "cursorType": "pointer",
        "focusRing": "auto",
        "respectReducedMotion": True,
    }
