"""The texts that the Environment page's script shows."""

from __future__ import annotations

from typing import Any

from components.text import _


def environment_words() -> dict[str, Any]:
    """Give every text of `assets/page/environment.js`, by key."""
    return {
        "environment_plan": _("Plan of %(level)s: %(quantity)s of the measured rooms"),
        "environment_none": _("No room of this level is measured."),
        "environment_waits": _("The twin has not reported yet."),
        "environment_unmeasured": _("No sensor"),
        "environment_silent": _("Sensor silent"),
        "environment_out": _("▲ ▼ out of range"),
    }
