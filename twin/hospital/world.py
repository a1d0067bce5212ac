"""The whole hospital at one moment, and how it gets to the next."""

from __future__ import annotations

import random
from collections.abc import Sequence

from twin.errors import SiteError
from twin.hospital.agenda import Agenda
from twin.hospital.arrivals import Arrivals
from twin.hospital.assets import Assets
from twin.hospital.buttons import Buttons
from twin.hospital.gateways import Gateways
from twin.hospital.ground import Ground
from twin.hospital.meters import Meters
from twin.hospital.patients import Patients
from twin.hospital.places import Places
from twin.hospital.rooms import Rooms
from twin.hospital.staff import Staff
from twin.hospital.stage import WRISTBANDS, Stage
from twin.hospital.tables import Tables
from twin.hospital.walking import Walks
from twin.hospital.whereabouts import Whereabouts
from twin.model import NONE, Kind, Tag
from twin.site.meters import Meter


class World:
    """Patients, staff, equipment, air, buttons, meters, and the state of the gateways; no radio."""

    def __init__(
        self,
        ground: Ground,
        tags: Sequence[Tag],
        tables: Tables,
        timezone: str,
        seed: int,
        now: float,
        meters: Sequence[Meter] = (),
    ) -> None:
        """An empty house at `now`; `open` fills it."""
        rng = random.Random(seed)  # noqa: S311 - reproducible chance is the point
        agenda, where = Agenda(now), Whereabouts(len(tags))
        scale = sum(tag.kind == Kind.PATIENT for tag in tags) / WRISTBANDS
        places = Places(ground.site, max(1.0, scale))
        walks = Walks(ground, where, agenda, rng)
        self.stage = Stage(ground, tags, tables, timezone, scale, rng, agenda, where, places, walks)
        self.staff = Staff(self.stage)
        self.assets = Assets(self.stage, self.staff)
        self.patients = Patients(self.stage, self.staff, self.assets)
        self.arrivals = Arrivals(self.stage, self.patients)
        self.buttons = Buttons(self.stage, self.staff, self.patients)
        self.rooms = Rooms(self.stage, seed)
        self.gateways = Gateways(self.stage, seed)
        self.meters = Meters(self.stage, meters, seed)

    @classmethod
    def opened(
        cls,
        ground: Ground,
        tags: Sequence[Tag],
        tables: Tables,
        timezone: str,
        seed: int,
        now: float,
        meters: Sequence[Meter] = (),
    ) -> World:
        """A house that is in full work at `now`: beds are filled some hours earlier, then it lives.

        Raises:
            SiteError: the register has no tags, or the site no rooms or gateways.
        """
        if not tags or not ground.site.rooms or not ground.site.gateways:
            raise SiteError("A simulated hospital needs rooms, gateways and registered tags.")
        world = cls(ground, tags, tables, timezone, seed, now - 3600.0 * tables.opening.hours, meters)
        world._open()
        world.advance(now)
        return world

    def _open(self) -> None:
        for tag in self.stage.tags:
            if tag.kind == Kind.SENSOR:
                room = self.stage.ground.site.room_by_number.get(tag.home, NONE)
                self.stage.place(tag.index, room if room != NONE else 0)
                self.stage.where.switch(tag.index, True)
        self.assets.open()
        self.staff.open()
        self.arrivals.open()
        self.buttons.open()
        self.rooms.open()
        self.gateways.open()
        self.meters.open()

    @property
    def now(self) -> float:
        """POSIX seconds UTC."""
        return self.stage.agenda.now

    def advance(self, until: float, air_step: float = 60.0) -> None:
        """Let the hospital live up to `until`; positions of walkers are right at `until`."""
        while self.now < until:
            begin = self.now
            self.stage.agenda.run(min(until, begin + air_step))
            self.rooms.settle(self.now - begin)
        self.stage.walks.settle(until)
