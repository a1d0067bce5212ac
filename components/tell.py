"""Times, ages, numbers and places as people read them, in the language of the request."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale

from components.text import DEFAULT, _, ngettext
from twin.model import NONE
from twin.settings import settings
from twin.site import Site

UNKNOWN = "–"


def _locale() -> str:
    return str(get_locale() or DEFAULT)


def clock_time(t: float | None, *, seconds: bool = False) -> str:
    """Tell the time of day in the site's zone."""
    if t is None:
        return UNKNOWN
    moment = datetime.fromtimestamp(t, UTC)
    form = "HH:mm:ss" if seconds else "HH:mm"
    return format_time(moment, form, tzinfo=ZoneInfo(settings().timezone), locale=_locale())


def moment(t: float) -> str:
    """Tell date and time of day in the site's zone."""
    return format_datetime(datetime.fromtimestamp(t, UTC), "d MMM y, HH:mm", ZoneInfo(settings().timezone), _locale())


def age(seconds: float | None) -> str:
    """Tell how long ago, in seconds, minutes or hours."""
    if seconds is None:
        return UNKNOWN
    whole = max(int(seconds), 0)
    if whole < 100:
        return ngettext("%(num)s s ago", "%(num)s s ago", whole)
    if whole < 5400:
        return ngettext("%(num)s min ago", "%(num)s min ago", round(whole / 60))
    return ngettext("%(num)s h ago", "%(num)s h ago", round(whole / 3600))


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with that many decimals."""
    if value is None:
        return UNKNOWN
    return format_decimal(round(value, digits), format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=_locale())


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share (0..1) in per cent, with that many decimals."""
    form = f"#,##0.{'0' * digits} %" if digits else "#,##0 %"
    return UNKNOWN if share is None else format_percent(round(share, digits + 2), format=form, locale=_locale())


def room_name(site: Site, room: int) -> str:
    """Name a room as its door does."""
    if not 0 <= room < len(site.rooms):
        return _("Outside any room")
    found = site.rooms[room]
    return found.name or found.number


def level_name(site: Site, level: int) -> str:
    """Name a level."""
    return site.levels[level].name if 0 <= level < len(site.levels) and level != NONE else UNKNOWN
