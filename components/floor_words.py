"""The texts that the floor model's scripts show: layers, trails, full screen."""

from __future__ import annotations

from typing import Any

from components.text import _, plural


def floor_words() -> dict[str, Any]:
    """Give them by key, as `components.words` does."""
    return {
        "departments": _("Departments"),
        "layer_none": _("no data"),
        "layer_asking": _("Working it out…"),
        "layer_failed": _("The server could not tell; trying again."),
        "layer_forbidden": _("You may not see this."),
        "layer_from": _("%(from)s to %(to)s"),
        "layer_empty": _("nothing was recorded in this time"),
        "layer_hours": _("%(hours)s person-hours"),
        "layer_stays": plural("%(num)s stay", "%(num)s stays"),
        "ways_moved": plural("%(num)s tag moved", "%(num)s tags moved"),
        "trail": _("Way in the last"),
        "trail_off": _("Off"),
        "trail_h": _("%(hours)s h"),
        "trail_from": _("since %(from)s, about %(metres)s m; fainter is older"),
        "trail_elsewhere": _("Part of it is on other levels."),
        "trail_none": _("Nothing was recorded of it in this time."),
        "hidden_patient": plural("%(num)s patient you may not see", "%(num)s patients you may not see"),
        "hidden_staff": plural("%(num)s member of staff you may not see", "%(num)s members of staff you may not see"),
        "hidden_asset": plural("%(num)s thing you may not see", "%(num)s things you may not see"),
        "hidden_sensor": plural("%(num)s sensor you may not see", "%(num)s sensors you may not see"),
    }
