"""Energy by department: today, the last seven days, now, and how much of it while nobody was there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from twin import log
from twin.climate.energy import LONGEST_S, Readings, Union, Use, flow, use
from twin.errors import SiteError
from twin.history.environment import energy_of, presence_in
from twin.settings import settings
from twin.site.meters import Meter, load_meters
from twin.web.building import building, stamp
from twin.web.environment import MeterNow
from twin.web.records import records

DAYS = 7
"""Days that are summed up, with today."""
NOTHING = Use(0.0, 0.0, 0.0, 0.0, 0.0)

_log = log.get("energy")
_Stamp = tuple[Path, int, object]


@dataclass(frozen=True, slots=True)
class Department:
    """One department's energy, kWh. `watt` is None when all of its meters are silent."""

    key: str
    watt: float | None
    today: Use
    week: Use
    meters: int
    silent: tuple[str, ...]
    """Names of the meters that are silent now."""


def known_meters() -> tuple[Meter, ...]:
    """The list of meters, read again when it or the building changed; empty when it cannot be read."""
    return _meters(_stamp())


def _stamp() -> _Stamp:
    path = settings().meters
    try:
        return path, path.stat().st_mtime_ns, stamp()
    except OSError:
        return path, 0, stamp()


@lru_cache(maxsize=2)
def _meters(key: _Stamp) -> tuple[Meter, ...]:
    try:
        return load_meters(key[0], building())
    except SiteError as error:
        _log.error(str(error))
        return ()


def departments(t: float, meters: Sequence[MeterNow]) -> list[Department]:
    """Sum up by department, the one that used most in the week first.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    listed = known_meters()
    days = midnights(t, DAYS)
    today = _uses(days[-1], 60.0 * (t // 60 + 1), _stamp())
    whole = [_uses(begin, end, _stamp()) for begin, end in pairwise(days)]
    said = {meter.id: meter for meter in meters}
    found = []
    for key in sorted({meter.department for meter in listed}):
        own = [meter for meter in listed if meter.department == key]
        heard = [said[m.id] for m in own if m.id in said and not said[m.id].silent]
        powers = [meter.watt for meter in heard if meter.watt is not None]
        day = total(today.get(m.id, NOTHING) for m in own)
        found.append(
            Department(
                key=key,
                watt=sum(powers) if powers else None,
                today=day,
                week=total([day, *(part.get(m.id, NOTHING) for part in whole for m in own)]),
                meters=len(own),
                silent=tuple(m.name for m in own if m.id not in said or said[m.id].silent),
            )
        )
    return sorted(found, key=lambda d: -d.week.kwh)


def heard_share(found: Sequence[Department], t: float) -> float:
    """In which share of the week's time, over all meters, it is known what flowed."""
    seconds = sum(d.meters for d in found) * (t - midnights(t, DAYS)[0])
    return min(1.0, sum(d.week.measured_s for d in found) / seconds) if seconds > 0 else 0.0


def total(uses: Iterable[Use]) -> Use:
    """Add up."""
    columns = list(zip(*uses, strict=True))
    return Use(*(sum(column) for column in columns)) if columns else NOTHING


def midnights(t: float, days: int) -> list[float]:
    """When the last `days` days began in the site's zone, today's last; a day may have 23 or 25 hours."""
    zone = ZoneInfo(settings().timezone)
    today = datetime.fromtimestamp(t, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [(today - timedelta(days=back)).timestamp() for back in range(days - 1, -1, -1)]


@lru_cache(maxsize=4 * DAYS)
def _uses(since: float, until: float, key: _Stamp) -> dict[str, Use]:
    """Each meter's use in a stretch; a day that is over is worked out once."""
    listed, site = _meters(key), building()
    groups = {meter.id: [site.rooms[room].id for room in meter.rooms] for meter in listed}
    said = energy_of(records(), since, until)
    there = presence_in(records(), groups, since - LONGEST_S, until)
    return {
        meter.id: use(flow(_readings(said, meter), meter.rating_kw), _union(there, meter), since, until)
        for meter in listed
    }


def _readings(said: dict[str, Readings], meter: Meter) -> Readings:
    return said.get(meter.id, Readings.none())


def _union(there: dict[str, Union], meter: Meter) -> Union:
    return there[meter.id]
