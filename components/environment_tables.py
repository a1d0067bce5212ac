"""The tables of the Environment page, and the plan's values, as plain data for the browser's scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from dash import html

from components import tell
from components.environment import place, unit
from components.floor_scales import QUANTITIES, no_data, stops
from components.floor_style import THEMES
from components.names import climate_names, type_name
from components.sheet import Column, act, mark, sheet
from components.text import _
from twin.climate.kinetic import Summary
from twin.site import Site
from twin.web import environment
from twin.web.energy import Department
from twin.web.environment import Past, Sensor

DIGITS = {"temperature_c": 1, "humidity_pct": 0}
OUT = ("high", "low")


@dataclass(frozen=True, slots=True)
class Excursion:
    """A sensor that is out of range, and since when that is known."""

    sensor: Sensor
    began: float | None
    longer: bool
    """It may have begun before what was looked at."""


def value(number: float | None, quantity: str) -> str:
    """Write a measured value with its unit."""
    return tell.UNKNOWN if number is None else f"{tell.number(number, DIGITS[quantity])} {unit(quantity)}"


def allowed(limits: tuple[float, float], quantity: str) -> str:
    """Write a range."""
    low, high = limits
    if isfinite(low) and isfinite(high):
        return _("%(low)s to %(high)s", low=tell.number(low, 0), high=value(high, quantity).replace(".0 ", " "))
    if isfinite(high):
        return _("at most %(high)s", high=value(high, quantity))
    return _("at least %(low)s", low=value(low, quantity)) if isfinite(low) else tell.UNKNOWN


def excursions(site: Site, found: Sequence[Excursion], t: float) -> dict[str, Any]:
    """List what is out of range, worst first."""

    def now(e: Excursion) -> Any:  # noqa: ANN401
        text = value(e.sensor.value(e.sensor.fault), e.sensor.fault)
        return mark(text, "ascending" if e.sensor.code == "high" else "descending")

    def how_far(e: Excursion) -> str:
        outside = environment.beyond(e.sensor)
        if outside <= 0:
            back = environment.BACK[e.sensor.fault]
            return _("in range by less than %(amount)s", amount=value(back, e.sensor.fault))
        text = value(outside, e.sensor.fault)
        return (
            _("%(amount)s too high", amount=text) if e.sensor.code == "high" else _("%(amount)s too low", amount=text)
        )

    def since(e: Excursion) -> str:
        if e.began is None:
            return _("not known")
        if e.longer:
            return _("longer than %(hours)s h", hours=round(environment.LOOK_BACK_S / 3600))
        return f"{tell.clock_time(e.began)} ({lasting(t - e.began)})"

    columns = [
        Column[Excursion]("sensor", _("Sensor"), lambda e: act(e.sensor.label, "sensor", e.sensor.mac)),
        Column[Excursion]("room", _("Room"), lambda e: place(site, e.sensor.room)),
        Column[Excursion]("now", _("Now"), now),
        Column[Excursion]("far", _("How far"), how_far),
        Column[Excursion](
            "allowed", _("Allowed"),
            lambda e: allowed(environment.limits(e.sensor.type, e.sensor.fault), e.sensor.fault),
        ),
        Column[Excursion]("since", _("Since"), since),
    ]  # fmt: skip
    return sheet(_("Out of range"), columns, found, empty="")


def silent(site: Site, found: Sequence[Sensor], seen: Mapping[str, float], t: float) -> dict[str, Any]:
    """List the sensors without data, the longest silent first."""

    def last(s: Sensor) -> str:
        at = seen.get(s.mac)
        return _("not in the last 30 days") if at is None else f"{tell.moment(at)} ({tell.age(t - at)})"

    rows = sorted(found, key=lambda s: seen.get(s.mac, 0.0))
    columns = [
        Column[Sensor]("sensor", _("Sensor"), lambda s: act(s.label, "sensor", s.mac)),
        Column[Sensor]("room", _("Room"), lambda s: place(site, s.room)),
        Column[Sensor]("type", _("Watches"), lambda s: type_name(s.type)),
        Column[Sensor]("seen", _("Last reading"), last),
    ]
    return sheet(_("Sensors without data"), columns, rows, empty="")


def lasting(seconds: float) -> str:
    """Tell how long."""
    minutes = round(max(seconds, 0.0) / 60)
    if minutes < 100:
        return _("%(minutes)s min", minutes=minutes)
    return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)


def figures(past: Past, quantity: str, limits: tuple[float, float]) -> html.Dl:
    """Sum up what the chart shows."""
    s = past.summary
    rows = [
        (_("Lowest"), value(s.low, quantity)),
        (_("Highest"), value(s.high, quantity)),
        (_("Mean"), value(s.mean, quantity)),
    ]
    if quantity == "temperature_c":
        rows.append((_("Mean kinetic temperature"), _kinetic(s.kinetic)))
    rows += [
        (_("Allowed"), allowed(limits, quantity)),
        (_("Time in range"), tell.percent(s.in_range, 1)),
        (_("Time measured"), tell.percent(s.measured_s / (past.until - past.since), 1)),
        (_("Gaps"), tell.number(len(s.gaps))),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in rows], className="environment-figures")


def _kinetic(celsius: float | None) -> str:
    return tell.UNKNOWN if celsius is None else f"{tell.number(celsius, 2)} {unit('temperature_c')}"


def parts(past: Past, quantity: str, *, hours: bool) -> dict[str, Any]:
    """Each hour or day of the chart by itself, the newest first."""
    columns = [
        Column[tuple[float, Summary]]("begin", _("Hour") if hours else _("Day"), lambda p: _begin(p[0], hours=hours)),
        Column[tuple[float, Summary]]("low", _("Lowest"), lambda p: value(p[1].low, quantity), number=True),
        Column[tuple[float, Summary]]("mean", _("Mean"), lambda p: value(p[1].mean, quantity), number=True),
        Column[tuple[float, Summary]]("high", _("Highest"), lambda p: value(p[1].high, quantity), number=True),
        Column[tuple[float, Summary]](
            "measured", _("Measured, min"), lambda p: tell.number(p[1].measured_s / 60), number=True
        ),
    ]
    title = _("Hour by hour") if hours else _("Day by day")
    return sheet(title, columns, past.parts[::-1], empty=_("Nothing was measured."), heading=False)


def _begin(t: float, *, hours: bool) -> str:
    return tell.clock_time(t) if hours else tell.moment(t)


def energy(found: Sequence[Department], names: Mapping[str, str]) -> dict[str, Any]:
    """Energy by department."""

    def power(d: Department) -> str:
        return tell.UNKNOWN if d.watt is None else f"{tell.number(d.watt / 1000, 1)} {_('kW')}"

    columns = [
        Column[Department]("name", _("Department"), lambda d: names.get(d.key, d.key) or _("Whole building")),
        Column[Department]("power", _("Power now"), power, number=True),
        Column[Department]("today", _("Today, kWh"), lambda d: tell.number(d.today.kwh, 1), number=True),
        Column[Department]("week", _("7 days, kWh"), lambda d: tell.number(d.week.kwh, 1), number=True),
        Column[Department]("empty", _("Nobody there, kWh"), lambda d: tell.number(d.week.empty, 1), number=True),
        Column[Department]("share", _("Share nobody there"), lambda d: tell.percent(d.week.empty_share), number=True),
        Column[Department]("unknown", _("Not known, kWh"), lambda d: tell.number(d.week.unobserved, 1), number=True),
        Column[Department]("meters", _("Meters"), lambda d: tell.number(d.meters), number=True),
        Column[Department]("silent", _("Silent meters"), lambda d: ", ".join(d.silent) or tell.UNKNOWN),
    ]
    return sheet(_("Energy by department"), columns, found, empty=_("No meter is entered."), heading=False)


def values(site: Site, sensors: Sequence[Sensor], quantity: str) -> dict[str, Any]:
    """What the plan shows: one row a measured room, as [room, sensor's MAC, value, text, code, description].

    A room with several sensors of its air shows the mean of those that are heard; a fridge says
    nothing about its room.
    """
    key = "temperature" if quantity == "temperature_c" else "humidity"
    scale = next(q for q in QUANTITIES if q.key == key)
    by_room: dict[int, list[Sensor]] = {}
    for sensor in sensors:
        if sensor.air and 0 <= sensor.room < len(site.rooms):
            by_room.setdefault(sensor.room, []).append(sensor)
    return {
        "rooms": [_room(site, room, group, quantity) for room, group in sorted(by_room.items())],
        "range": scale.range,
        "ticks": scale.ticks,
        "stops": {name: stops(theme, scale) for name, theme in THEMES.items()},
        "nothing": {name: no_data(theme) for name, theme in THEMES.items()},
        "unit": unit(quantity),
    }


def _room(site: Site, room: int, group: Sequence[Sensor], quantity: str) -> list[Any]:
    heard = [s for s in group if s.code != "silent" and s.value(quantity) is not None]
    known = [v for s in heard if (v := s.value(quantity)) is not None]
    mean = round(sum(known) / len(known), 2) if known else None
    wrong = [s for s in heard if s.code in OUT and s.fault == quantity]
    code = wrong[0].code if wrong else "ok" if heard else "silent"
    first = (wrong or heard or list(group))[0]
    text = tell.UNKNOWN if mean is None else tell.number(mean, DIGITS[quantity])
    said = f"{place(site, room)}: {value(mean, quantity)}, {climate_names()[code]}"
    return [room, first.mac, mean, text, code, said]
