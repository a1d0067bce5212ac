"""Presses of buttons: patients call, staff raise an alarm; a press is a burst of a slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from twin.hospital.patients import Patients
from twin.hospital.staff import Go, Job, Staff, Stay
from twin.hospital.stage import Stage
from twin.model import Kind

BURST = (64.0, 95.0)
"""Seconds that the slot stays on; a captured B10 did so for over a minute."""
NIGHT_FACTOR = 3.0


class Pressed(NamedTuple):
    """A press and the time its burst ends."""

    tag: int
    t: float
    until: float


class Buttons:
    """Who presses when."""

    def __init__(self, stage: Stage, staff: Staff, patients: Patients) -> None:
        self._stage, self._staff, self._patients = stage, staff, patients
        self._buttons = [t.index for t in stage.tags if t.kind == Kind.STAFF]
        self.active: dict[int, Pressed] = {}
        self.news: list[Pressed] = []
        """Presses that the truth has not been told yet."""

    def open(self) -> None:
        """Set the first presses."""
        self._later(self._call, 60.0 * self._stage.tables.presses.patient_call_minutes / max(self._stage.scale, 0.1))
        self._later(self._duress, 3600.0 * self._stage.tables.presses.duress_hours / max(self._stage.scale, 0.1))

    def _later(self, action: Callable[[], None], mean: float) -> None:
        self._stage.agenda.after(self._stage.rng.expovariate(1.0 / mean), self._press, action, mean)

    def _press(self, action: Callable[[], None], mean: float) -> None:
        action()
        self._later(action, mean)

    def _call(self) -> None:
        """A patient in bed wants somebody."""
        stage = self._stage
        lying = [
            p.tag
            for p in self._patients.present.values()
            if not p.moving and not p.away and p.tag not in self.active
            and stage.places.space_type(p.place) in ("patient_room", "icu_bay", "ed_bay", "recovery")
        ]  # fmt: skip
        night = not 7.0 <= stage.hour() < 22.0
        if lying and not (night and stage.chance(1.0 - 1.0 / NIGHT_FACTOR)):
            self.press(lying[stage.rng.randrange(len(lying))], "nurse", 1.0)

    def _duress(self) -> None:
        there = [tag for tag in self._buttons if self._stage.where.on_air[tag] and tag not in self.active]
        if there:
            self.press(there[self._stage.rng.randrange(len(there))], "nurse", 1.6)

    def press(self, tag: int, role: str, pace: float) -> None:
        """The button of `tag` is pressed now; one of `role` comes at that pace."""
        stage = self._stage
        until = stage.agenda.now + stage.rng.uniform(*BURST)
        pressed = Pressed(tag, stage.agenda.now, until)
        self.active[tag] = pressed
        self.news.append(pressed)
        stage.agenda.at(until, self._end, tag)
        room = int(stage.where.room[tag])
        self._staff.request(Job(role, stage.places.department(room), [Go(room), Stay(180.0)], pace))

    def _end(self, tag: int) -> None:
        self.active.pop(tag, None)
