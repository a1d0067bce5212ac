"""Attributes with a hyphen, which Python cannot write as keyword arguments."""

from __future__ import annotations

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """Give attributes for assistive technology: `aria(label="Close")` is `aria-label="Close"`."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """Give attributes for style sheets and scripts: `data(state="ok")` is `data-state="ok"`."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}
