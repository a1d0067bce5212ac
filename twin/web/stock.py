"""What the assets page knows besides where things are: rules, upkeep, what is broken, batteries, and use.

Files are read again when they change; what history tells is worked out anew every `REFRESH_S` of the
hospital's time, once for everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from twin import log
from twin.assets import Rules, Statuses, Stays, Upkeep, Use, read_rules, read_upkeep, use_of
from twin.assets.down import Down, read_down
from twin.assets.draw import draw_upkeep
from twin.commission.shelf import revision
from twin.errors import HistoryError, WardlightError
from twin.history.stock import Charge, StayColumns, newest_charges, stays_between
from twin.model import Kind, Tag
from twin.settings import settings
from twin.web.building import Stamp, building, stamp
from twin.web.live import hub, read_json
from twin.web.records import records

REFRESH_S = 300.0
DAY_S = 86400.0
WEEK_S = 7 * DAY_S

_log = log.get("stock")


class Share(NamedTuple):
    """Use of one asset in one window: seconds observed, and of these in use."""

    observed_s: float
    used_s: float


class Past(NamedTuple):
    """What history tells, by MAC; `fault` says why it tells nothing."""

    day: Mapping[str, Share]
    week: Mapping[str, Share]
    last_use: Mapping[str, float]
    charges: Mapping[str, Charge]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything at one moment."""

    rules: Rules
    statuses: Statuses
    """The types in it are those of the register, sorted."""
    down: Mapping[str, Down]
    upkeep: Mapping[str, Upkeep]
    past: Past
    faults: tuple[str, ...]
    """Why a file cannot be used; its part is empty then."""
    base: str
    """Revision of the tag list."""
    mark: str
    """Changes with anything here."""


def stock(t: float) -> Stock | None:
    """Gather it at `t`, the hospital's time; None before the twin has sent its register."""
    catalogue = hub().newest("catalogue")
    if catalogue is None:
        return None
    s, at, rev = settings(), stamp(), catalogue.tag
    own, broken = s.survey.with_name("assets.csv"), s.survey.with_name("down.csv")
    stamps = (_written(s.asset_rules), _written(own), _written(broken))
    today = datetime.fromtimestamp(t, ZoneInfo(s.timezone)).date()
    rules, bad_rules = _rules(s.asset_rules, stamps[0], at)
    upkeep, bad_upkeep = _upkeep(own, stamps[1], rev, today.toordinal(), at)
    down, bad_down = _down(broken, stamps[2])
    bucket = t // REFRESH_S
    with _one_at_a_time:
        past = _past(bucket, rev, at, stamps[0])
    parts = (bucket, rev, at, stamps, today.toordinal(), past.fault)
    return Stock(
        rules, _statuses(rev, at, stamps[0]), down, upkeep, past,
        tuple(fault for fault in (bad_rules, bad_upkeep, bad_down, past.fault) if fault),
        revision(s.tag_list), hashlib.blake2s(repr(parts).encode(), digest_size=6).hexdigest(),
    )  # fmt: skip


_one_at_a_time = Lock()


@lru_cache(maxsize=2)
def _register(_rev: str) -> tuple[Tag, ...]:
    """The tags of the newest catalogue, by its tag."""
    catalogue = read_json(hub().newest("catalogue")) or {}
    return tuple(
        Tag(i, mac, model, Kind(kind), type_, label, home)
        for i, (mac, kind, type_, label, model, home) in enumerate(catalogue.get("tags", []))
    )


@lru_cache(maxsize=2)
def _statuses(rev: str, _building: Stamp, rules_stamp: int) -> Statuses:
    types = tuple(sorted({tag.type for tag in _register(rev) if tag.kind == Kind.ASSET}))
    rules, _fault = _rules(settings().asset_rules, rules_stamp, _building)
    return Statuses(rules.rules, types, building().rooms)


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=2)
def _rules(path: Path, _stamp: int, _building: Stamp) -> tuple[Rules, str]:
    try:
        return read_rules(path, building()), ""
    except WardlightError as error:
        _log.error(f"{error}")
        return Rules(), str(error)


@lru_cache(maxsize=2)
def _upkeep(path: Path, written: int, rev: str, today: int, _building: Stamp) -> tuple[Mapping[str, Upkeep], str]:
    if not written:
        day = datetime.fromordinal(today).date()
        return (draw_upkeep(_register(rev), building(), day) if settings().demo else {}), ""
    try:
        return read_upkeep(path), ""
    except WardlightError as error:
        _log.error(f"{error}")
        return {}, str(error)


@lru_cache(maxsize=2)
def _down(path: Path, _written: int) -> tuple[Mapping[str, Down], str]:
    try:
        return read_down(path), ""
    except WardlightError as error:
        return {}, str(error)


@lru_cache(maxsize=2)
def _past(bucket: float, rev: str, at: Stamp, rules_stamp: int) -> Past:
    """What history tells of all equipment up to the beginning of a stretch of time."""
    until, newest = bucket * REFRESH_S, (bucket + 1) * REFRESH_S
    statuses = _statuses(rev, at, rules_stamp)
    rooms = {room.id: room.index for room in building().rooms}
    things = [tag for tag in _register(rev) if tag.kind == Kind.ASSET]
    macs = [tag.mac for tag in things]
    people = [tag.mac for tag in _register(rev) if tag.kind == Kind.PATIENT]
    try:
        found = stays_between(records(), macs + people, rooms, until - WEEK_S, newest)
        charges = newest_charges(records(), newest)
    except HistoryError as error:
        return Past({}, {}, {}, {}, str(error))
    of_things, patients = _part(found, found.who < len(things)), _part(found, found.who >= len(things))
    kinds = [statuses.types.index(tag.type) for tag in things]
    day, week = (use_of(of_things, patients, kinds, statuses, until - span, until) for span in (DAY_S, WEEK_S))
    last = {mac: t for mac, t in zip(macs, week.last.tolist(), strict=True) if not np.isnan(t)}
    return Past(_shares(macs, day), _shares(macs, week), last, charges)


def _part(stays: StayColumns, kept: np.ndarray) -> Stays:
    return Stays(stays.who[kept], stays.room[kept], stays.enter[kept], stays.leave[kept], stays.observed[kept])


def _shares(macs: list[str], use: Use) -> dict[str, Share]:
    return {mac: Share(*pair) for mac, *pair in zip(macs, use.observed_s.tolist(), use.used_s.tolist(), strict=True)}
