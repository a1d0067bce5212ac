"""Which moment the hospital starts at."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

OPENING_HOUR = 11
"""Local hour at which the live hospital starts: the middle of a working day."""
MARGIN = 3600.0
"""Seconds kept between two lives, because the last moment of the former may not be on file."""


def live_from(wall: float, timezone: str, hours: float, used_until: float) -> float:
    """When a new hospital goes live: 11:00 local of today, or of the first day that lies far enough later.

    `hours` before it the catch-up run starts, which must be after `used_until`, the last time an
    earlier hospital used: the twin's history never goes back. All POSIX seconds UTC.
    """
    day = datetime.fromtimestamp(wall, ZoneInfo(timezone)).replace(hour=OPENING_HOUR, minute=0, second=0, microsecond=0)
    while day.timestamp() - 3600.0 * hours < used_until + MARGIN:
        day = (day + timedelta(days=1)).replace(hour=OPENING_HOUR)
        if used_until - day.timestamp() > 366 * 86400.0:
            day = datetime.fromtimestamp(used_until, ZoneInfo(timezone)).replace(hour=OPENING_HOUR, minute=0, second=0)
    return day.timestamp()


def read_used_until(path: Path) -> float:
    """The latest time any hospital used here, 0 when there was none or the file is unreadable."""
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


def write_used_until(path: Path, t: float) -> None:
    """Remember it, never backwards.

    Raises:
        OSError: the disk is full or may not be written.
    """
    part = path.with_suffix(".part")
    part.write_text(f"{max(t, read_used_until(path)):.3f}", encoding="ascii")
    part.replace(path)
