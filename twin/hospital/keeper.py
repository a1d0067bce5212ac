"""Continues the hospital of the last run, or opens a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from twin import log
from twin.hospital.ground import Ground
from twin.hospital.opening_day import live_from, read_used_until, write_used_until
from twin.hospital.save import FORM, Saved, load, save
from twin.hospital.tables import Tables
from twin.hospital.world import World
from twin.model import Tag
from twin.site.meters import Meter

LONGEST_GAP = 6 * 3600.0
"""Seconds of hospital time that are made up for after a pause; beyond that a new hospital opens."""

_log = log.get("hospital")


class Recipe(NamedTuple):
    """What a hospital is made of."""

    ground: Ground
    tags: Sequence[Tag]
    tables: Tables
    timezone: str
    seed: int
    hours: float
    """Of the catch-up run before it goes live."""
    meters: Sequence[Meter] = ()

    @property
    def key(self) -> str:
        """Changes with seed, building, register or meters."""
        site = self.ground.site
        text = "|".join(
            [str(self.seed), site.name]
            + [f"{r.number}:{r.x:.2f},{r.y:.2f}" for r in site.rooms]
            + [g.mac for g in site.gateways]
            + [f"{t.mac}{t.home}" for t in self.tags]
            + [f"{m.id}{m.topic}{m.kind}{m.what}{m.rooms}" for m in self.meters]
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Life(NamedTuple):
    """A hospital and the time it goes (or went) live."""

    world: World
    live_from: float


class Keeper:
    """The files of the hospital in `folder`."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._world = folder / "world.pickle"
        self._used = folder / "used-until"
        self._recipe = recipe
        self._key = recipe.key
        self._broken = False

    def begin(self, wall: float, speed: float) -> Life:
        """The hospital of before when it can be continued, else a new one, later than any before it."""
        return self._resume(wall, speed) or self._fresh(wall)

    def keep(self, life: Life, wall: float) -> None:
        """Save. A full disk costs the save, not the simulation."""
        try:
            write_used_until(self._used, life.world.now)
            save(self._world, Saved(FORM, self._key, life.live_from, wall, life.world))
            self._broken = False
        except OSError as error:
            if not self._broken:
                _log.warning("cannot save the hospital; a restart will open a new one", reason=str(error))
            self._broken = True

    def _resume(self, wall: float, speed: float) -> Life | None:
        try:
            saved = load(self._world, self._recipe.ground, self._recipe.tables)
        except FileNotFoundError:
            return None
        except (ValueError, OSError) as error:
            _log.warning("cannot continue the saved hospital, opening a new one", reason=str(error))
            return None
        if saved.key != self._key:
            _log.info("seed, building or tags have changed, opening a new hospital")
            return None
        world = saved.world
        gap = max(0.0, (wall - saved.wall) * speed) if world.now >= saved.live_from else 0.0
        if gap > LONGEST_GAP:
            write_used_until(self._used, world.now)
            _log.info("the saved hospital is too old to continue, opening a new one", hours=round(gap / 3600.0, 1))
            return None
        world.advance(world.now + gap)
        _log.info("continuing the saved hospital", t=round(world.now), made_up_for_s=round(gap))
        return Life(world, saved.live_from)

    def _fresh(self, wall: float) -> Life:
        made_of = self._recipe
        opens = live_from(wall, made_of.timezone, made_of.hours, read_used_until(self._used))
        start = opens - 3600.0 * made_of.hours
        world = World.opened(
            made_of.ground, made_of.tags, made_of.tables, made_of.timezone, made_of.seed, start, made_of.meters
        )
        _log.info("opened a hospital", t=round(start), live_from=round(opens), patients=world.patients.census())
        return Life(world, opens)
