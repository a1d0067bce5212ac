"""The HTML document around the app."""

from __future__ import annotations

from typing import Any

from dash import Dash

from components.text import _, language

# `scheme.js` runs before anything is drawn, so that no page flashes in the wrong colours.
_DOCUMENT = """<!DOCTYPE html>
<html lang="{lang}" data-mantine-color-scheme="dark">
  <head>
    {metas}
    <title>{title}</title>
    <link rel="icon" type="image/svg+xml" href="{icon}">
    <script src="{scheme}"></script>
    {css}
  </head>
  <body>
    <noscript>{noscript}</noscript>
    {app_entry}
    <footer>{config}{scripts}{renderer}</footer>
  </body>
</html>"""


class Page(Dash):
    """Dash, with a document in the language of the request."""

    def interpolate_index(self, **parts: Any) -> str:  # noqa: ANN401  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill in the document."""
        parts.pop("favicon", None)
        return _DOCUMENT.format(
            lang=language(),
            icon=self.get_asset_url("icons/wardlight.svg"),
            scheme=self.get_asset_url("head/scheme.js"),
            noscript=_("Wardlight needs JavaScript."),
            **parts,
        )
