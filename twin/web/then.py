"""A moment of the past, told in the form of the live messages, and cut to what a visitor may see.

What history does not hold is not claimed: which gateways were silent (so nobody is "unobserved"), how
old the radio data was. Those figures are null.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Engine

from twin.access import Visitor
from twin.climate import Climate, RoomClimate, load_ranges
from twin.flow.kpis import Register, in_use, kpis, level_counts
from twin.frame import Live, encode_catalogue, encode_frame
from twin.history.batch import FixColumns, Restored
from twin.history.happened import Pressing, presses
from twin.history.past import HEARD_S, Known, known, places_at, samples_at, stays_at
from twin.model import F64, NONE, Fixes, Kind, State, Tag
from twin.presence.states import LIMITS
from twin.resume import fixes_of
from twin.settings import settings
from twin.site import Site, load_tags
from twin.web.building import building
from twin.web.live import hub
from twin.web.waits import Waits

PRESSED_S = 30.0
"""How long a tag's marker shows a press, as in the live picture."""
PRESSES = 20
PRESSES_S = 12 * 3600.0
"""A press further back is no news at that moment."""
UNKNOWN = ("unobserved", "lost", "gateways_silent", "gateways", "data_age_s")
"""Figures that history cannot give."""

_decode = msgspec.json.decode


@dataclass(frozen=True, slots=True)
class House:
    """The register and building that the past is told in: today's, as the browser knows them."""

    site: Site
    tags: tuple[Tag, ...]
    rev: str

    def known(self, engine: Engine) -> Known:
        """Match them with the database."""
        names = ([one.id for one in rows] for rows in (self.site.rooms, self.site.levels))
        return known(engine, [tag.mac for tag in self.tags], *names)

    def seen_by(self, who: Visitor) -> np.ndarray:
        """Which tags this visitor may see."""
        return np.array([who.sees(tag.kind) for tag in self.tags], bool)


def house() -> House:
    """Take the register from the live catalogue, because the browser counts tags in its order; else from the file.

    Raises:
        SiteError: the building or the register cannot be read.
    """
    kept = hub().newest("catalogue")
    site = building()
    if kept is not None:
        rev, tags = _catalogue(kept.payload)
        return House(site, tags, rev)
    tags = load_tags(settings().tag_list)
    return House(site, tags, encode_catalogue(site.name, tags)[0])


@lru_cache(maxsize=2)
def _catalogue(payload: bytes) -> tuple[str, tuple[Tag, ...]]:
    catalogue = _decode(payload)
    rows = enumerate(catalogue["tags"])
    tags = (Tag(i, mac, model, Kind(kind), type_, label, home) for i, (mac, kind, type_, label, model, home) in rows)
    return catalogue["rev"], tuple(tags)


@dataclass(frozen=True, slots=True)
class Then:
    """Everything as it was at `fixes.t`."""

    house: House
    fixes: Fixes
    entered: F64
    """When each tag's stay began, NaN for none."""
    ed_entered: F64
    """When those who wait entered the emergency department."""
    climate: list[RoomClimate]
    presses: list[Pressing]

    def frames(self, levels: Collection[int], who: Visitor) -> dict[str, msgspec.Raw]:
        """Write the frames of levels as `twin.frame` describes them."""
        site, fixes = self.house.site, self.fixes
        hidden = ~self.house.seen_by(who)
        pressed = np.zeros(len(hidden), bool)
        pressed[[one.tag for one in self.presses if 0 <= fixes.t - one.t <= PRESSED_S]] = True
        seen = replace(fixes, state=np.where(hidden, np.uint8(State.UNSEEN), fixes.state))
        live = Live(sequence(fixes.t), self.house.rev, seen, self.entered, pressed, self.used())
        return {
            str(level): msgspec.Raw(encode_frame(live, level, site.bounds[level][:2], self._climate_on(level)))
            for level in levels
        }

    def summary(self, who: Visitor) -> dict[str, Any]:
        """Write the summary; figures that nobody can know are null."""
        fixes, rooms = self.fixes, self.house.site.rooms
        may = self.house.seen_by(who)
        gone = np.flatnonzero((fixes.state == State.LOST) & may)
        told = [one for one in self.presses if may[one.tag]][-PRESSES:]
        return {
            "seq": sequence(fixes.t),
            "t": round(fixes.t, 3),
            "rev": self.house.rev,
            "demo": settings().demo,
            "speed": 1.0,
            "catch_up_until": None,
            **self.figures(),
            "elsewhere": [
                (int(i), int(fixes.level[i]), int(fixes.room[i]), round(float(fixes.heard[i]), 1), int(State.LOST))
                for i in gone
            ],
            "gateways": [],
            "presses": [press_row(one, rooms[one.room].level if one.room != NONE else NONE) for one in reversed(told)],
        }

    def used(self) -> np.ndarray:
        """Which assets are with a patient, as `twin.flow.kpis` judges it."""
        return in_use(Register.of(self.house.tags, self.house.site.rooms), self.fixes)

    def figures(self) -> dict[str, Any]:
        """Count as `twin.flow.kpis` does: `kpi`, and `levels` with a row each."""
        fixes, site = self.fixes, self.house.site
        register = Register.of(self.house.tags, site.rooms)
        none = np.empty(0)
        known_now = kpis(
            register, fixes, ed_entered=self.ed_entered, used=self.used(),
            climate=self.climate, silent=none, heartbeat=none,
        )  # fmt: skip
        counts = level_counts(register, fixes, [self._climate_on(level.index) for level in site.levels])
        return {"kpi": msgspec.to_builtins(known_now) | dict.fromkeys(UNKNOWN), "levels": counts}

    def temperatures(self, levels: Collection[int]) -> dict[str, Any]:
        """Give the column `temp` of the frames of levels."""
        rooms = self.house.site.rooms
        nobody = replace(self.fixes, state=np.full(len(self.fixes.x), State.UNSEEN, np.uint8))
        none = np.zeros(len(self.fixes.x), bool)
        live = Live(0, "", nobody, self.entered, none, none)
        climate = [one for one in self.climate if rooms[one.room].level in levels]
        return _decode(encode_frame(live, 0, (0.0, 0.0), climate))["temp"]

    def _climate_on(self, level: int) -> list[RoomClimate]:
        return [one for one in self.climate if self.house.site.rooms[one.room].level == level]


def sequence(t: float) -> int:
    """Number a picture of the past, so that another moment is another picture."""
    return round(t * 10)


def press_row(one: Pressing, level: int) -> dict[str, Any]:
    """Write a press as the live summary does."""
    return {"tag": one.tag, "t": one.t, "pattern": one.pattern, "room": one.room, "level": level}


def then(engine: Engine, here: House, at: float) -> Then:
    """Look up everything at a moment.

    Raises:
        HistoryError: the database is missing or unreadable.
    """
    names = here.known(engine)
    fixes = fixes_at(here.tags, places_at(engine, at, names), at)
    climate = new_climate(here)
    climate.add(samples_at(engine, at, names))
    pressed = presses(engine, at - PRESSES_S, at, names)
    entered = stays_at(engine, at, names).entered
    return Then(here, fixes, entered, waits(engine, here, at).entered(fixes), climate.step(at), pressed)


def waits(engine: Engine, here: House, until: float) -> Waits:
    """Look up since when people had been in the emergency department, at moments up to `until`."""
    return Waits(engine, here.site, here.tags, Register.of(here.tags, here.site.rooms), until)


def fixes_at(tags: Sequence[Tag], last: FixColumns, at: float) -> Fixes:
    """Judge last known positions at a moment: heard then, heard a while before, or no longer believed."""
    fixes = fixes_of(Restored(at, [], last, []), len(tags))
    age = at - fixes.heard
    lost = np.maximum(np.array([LIMITS[tag.kind].lost_s for tag in tags]), HEARD_S)
    state = np.select(
        [~np.isfinite(age), age <= HEARD_S, age <= lost], [State.UNSEEN, State.LIVE, State.STALE], State.LOST
    )
    return replace(fixes, state=state.astype(np.uint8))


def new_climate(here: House) -> Climate:
    """The rooms' climate, nothing measured yet."""
    return Climate(here.tags, here.site.room_by_number, load_ranges(settings().climate))


def sensor_limits(here: House) -> dict[int, dict[str, tuple[float, float]]]:
    """The range that each sensor of the register must keep, by its index and then by quantity."""
    ranges = load_ranges(settings().climate)
    return {
        tag.index: {"temperature_c": ranges[tag.type].temperature_c, "humidity_pct": ranges[tag.type].humidity_pct}
        for tag in here.tags
        if tag.kind == Kind.SENSOR and tag.type in ranges
    }


def moved_on(fixes: Fixes, rows: FixColumns, tags: Sequence[Tag], at: float) -> Fixes:
    """Add later positions, by time, to a picture, and judge it at a later moment."""
    fields = {"x": rows.x, "y": rows.y, "level": rows.level, "room": rows.room, "p": rows.p, "r90": rows.r90}
    fields |= {"heard": rows.t}
    heard = np.isfinite(fixes.heard)
    last = {name: getattr(fixes, name).copy() for name in fields}
    for name, values in fields.items():
        last[name][rows.tag] = values
    heard[rows.tag] = True
    tag = np.flatnonzero(heard).astype(np.int32)
    columns = (last[name][tag] for name in ("level", "room", "x", "y", "p", "r90", "heard"))
    return fixes_at(tags, FixColumns(tag, *columns), at)
