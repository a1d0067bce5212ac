"""What the browser's scripts need to know of the building, sent once with the page."""

from __future__ import annotations

from typing import Any

from twin.settings import Settings
from twin.site import Site


def site_facts(site: Site, settings: Settings, language: str) -> dict[str, Any]:
    """Describe the building for the browser.

    Lists are in the order of the indices that frames use: `rooms` rows are [number, name,
    level, department key, area m2], `levels` [name, short name], `gateways` [name, level];
    `ground` is the index of the ground floor.
    """
    return {
        "name": site.name,
        "zone": settings.timezone,
        "language": language,
        "catch_up_s": settings.demo_catch_up_hours * 3600 if settings.demo else 0,
        "levels": [[level.name, level.short_name] for level in site.levels],
        "ground": min(site.levels, key=lambda level: abs(level.ordinal)).index if site.levels else 0,
        "rooms": [[r.number, r.name, r.level, r.department, round(r.area, 1)] for r in site.rooms],
        "departments": dict(site.departments),
        "gateways": [[g.name, g.level] for g in site.gateways],
    }
