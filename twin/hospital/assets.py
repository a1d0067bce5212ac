"""Equipment: fetched, used at the patient, left, taken away, cleaned, put back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from enum import IntEnum

from twin.hospital.staff import Drop, Go, Job, Leg, Staff, Stay, Take, Tell
from twin.hospital.stage import Stage
from twin.model import NONE, Kind

VEHICLES = {"wheelchair": ("wheelchair", "stretcher"), "stretcher": ("stretcher", "bed"), "bed": ("stretcher", "bed")}
"""What can carry a patient who is to be moved so, best first."""
ENOUGH = 1
"""Rank of an asset that is near enough to look no further: in the same department."""


class Use(IntEnum):
    """What an asset is doing. FREE also covers one that was left somewhere and forgotten."""

    FREE = 0
    RESERVED = 1
    IN_USE = 2
    DIRTY = 3


class Assets:
    """All tagged equipment."""

    def __init__(self, stage: Stage, staff: Staff) -> None:
        self._stage, self._staff = stage, staff
        self.use: dict[int, Use] = {}
        self._home: dict[int, int] = {}
        self._by_type: dict[str, list[int]] = defaultdict(list)
        for tag in stage.tags:
            if tag.kind != Kind.ASSET:
                continue
            home = stage.ground.site.room_by_number.get(tag.home, NONE)
            self._home[tag.index] = home if home != NONE else stage.entrance(("store", "corridor"))
            self._by_type[tag.type].append(tag.index)
            self.use[tag.index] = Use.FREE

    def open(self) -> None:
        """Everything is at home and on the air."""
        for tag, room in self._home.items():
            self._stage.place(tag, room)
            self._stage.where.switch(tag, True)

    def find(self, kind: str, near: int) -> int:
        """A free asset of the type: same room, then same department, then same level, then any."""
        where, places = self._stage.where, self._stage.places
        best, found = 4, NONE
        for tag in self._by_type.get(kind, ()):
            if self.use[tag] != Use.FREE:
                continue
            room = int(where.room[tag])
            rank = self._rank(room, near, places.department(room) == places.department(near))
            if rank < best:
                best, found = rank, tag
                if rank <= ENOUGH:
                    break
        return found

    def _rank(self, room: int, near: int, same_department: bool) -> int:
        rooms = self._stage.ground.site.rooms
        if room == near:
            return 0
        return 1 if same_department else 2 if rooms[room].level == rooms[near].level else 3

    def bring(self, kind: str, room: int, role: str = "nurse") -> int:
        """Have one brought to `room`; returns which, NONE when none is free."""
        tag = self.find(kind, room)
        if tag == NONE:
            return NONE
        self.use[tag] = Use.RESERVED
        if self._room(tag) == room:
            self._placed(tag)
            return tag
        legs: list[Leg] = [Go(self._room(tag)), Take((tag,)), Go(room), Drop(), Tell(self._placed, (tag,)), Stay(60.0)]
        self._staff.request(Job(role, self._stage.places.department(room), legs))
        return tag

    def vehicle(self, by: str, room: int) -> int:
        """Reserve something to move a patient with; NONE when nothing is free."""
        for kind in VEHICLES.get(by, ()):
            tag = self.find(kind, room)
            if tag != NONE:
                self.use[tag] = Use.RESERVED
                return tag
        return NONE

    def room(self, tag: int) -> int:
        """Where it stands."""
        return self._room(tag)

    def release(self, tag: int) -> None:
        """No longer needed by the patient: left where it is, often taken away later."""
        if self.use[tag] == Use.RESERVED:  # still on its way: ask again when it has arrived
            self._stage.agenda.after(300.0, self.release, tag)
            return
        habits = self._stage.tables.assets
        if self._stage.chance(habits.forgotten):
            self.use[tag] = Use.FREE
            return
        self.use[tag] = Use.DIRTY
        self._stage.agenda.after(habits.left_minutes.seconds(self._stage.rng), self._collect, tag)

    def arrived(self, tag: int) -> None:
        """A vehicle has done its ride."""
        self.use[tag] = Use.IN_USE
        self.release(tag)

    def _placed(self, tag: int) -> None:
        self.use[tag] = Use.IN_USE

    def _room(self, tag: int) -> int:
        return int(self._stage.where.room[tag])

    def _collect(self, tag: int) -> None:
        utility = self._stage.places.somewhere(
            ("utility_dirty", "cssd"), self._stage.places.department(self._home[tag]), self._home[tag], self._stage.rng
        )
        if utility == NONE:
            self._return(tag)
        else:
            self._carry(tag, utility, self._dirty)

    def _carry(self, tag: int, room: int, then: Callable[[int], None]) -> None:
        legs: list[Leg] = [Go(self._room(tag)), Take((tag,)), Go(room), Drop(), Tell(then, (tag,))]
        self._staff.request(Job("porter", self._stage.places.department(room), legs))

    def _dirty(self, tag: int) -> None:
        self._stage.agenda.after(self._stage.tables.assets.cleaning_minutes.seconds(self._stage.rng), self._return, tag)

    def _return(self, tag: int) -> None:
        self._carry(tag, self._home[tag], self._home_again)

    def _home_again(self, tag: int) -> None:
        self.use[tag] = Use.FREE
