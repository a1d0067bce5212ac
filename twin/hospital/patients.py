"""Patients: each follows a pathway of steps, waits for places, is moved, seen and sent home."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from twin.hospital.assets import Assets
from twin.hospital.staff import Drop, Go, Job, Leg, Staff, Stay, Take, Tell
from twin.hospital.stage import Stage
from twin.hospital.tables import Pathway, Step
from twin.model import NONE, Kind

PACE = {"walk": 0.8, "wheelchair": 0.85, "stretcher": 0.8, "bed": 0.7}
WALKS_ANYWAY = 0.45
"""Share of those meant for a wheelchair who walk."""
ERRAND_EVERY = 2.5 * 3600.0
DAY = (7.0, 22.0)

Queue = tuple[tuple[str, ...], str]
"""Space types and department that those in the queue wait for."""


@dataclass(slots=True)
class Patient:
    """One stay in the hospital, known by the wristband."""

    tag: int
    pathway: str
    step: int = -1
    place: int = NONE
    """Room where a place is held for the patient."""
    kept: int = NONE
    """Room whose place stays reserved while the patient is elsewhere for a while."""
    leaving: int = NONE
    """Room whose place gets free when the patient has arrived at the next."""
    token: int = 0
    """Counts steps; an alarm clock set in an earlier one is ignored."""
    moving: bool = False
    away: bool = False
    equipment: list[int] = field(default_factory=list)


class Patients:
    """Everybody who wears a wristband, and the drawer with the free ones."""

    def __init__(self, stage: Stage, staff: Staff, assets: Assets) -> None:
        self._stage, self._staff, self._assets = stage, staff, assets
        self.drawer: deque[int] = deque(tag.index for tag in stage.tags if tag.kind == Kind.PATIENT)
        self.wristbands = len(self.drawer)
        self.present: dict[int, Patient] = {}
        self.arrived = self.turned_away = self.gone = 0
        self._queues: dict[Queue, deque[Patient]] = {}

    def census(self) -> int:
        """How many wristbands are worn."""
        return len(self.present)

    def activity(self, patient: Patient) -> str:
        """What the patient is there for just now."""
        steps = self._pathway(patient).step
        return steps[min(max(patient.step, 0), len(steps) - 1)].activity

    def admit(self, pathway: str) -> bool:
        """Somebody comes in and gets a wristband; False when there is none or the house is full."""
        ceiling = self._stage.tables.census.ceiling * self._stage.scale
        if not self.drawer or self.census() >= ceiling:
            self.turned_away += 1
            return False
        patient = self._hand_out(pathway)
        step = self._pathway(patient).step[0]
        self._stage.place(patient.tag, self._stage.entrance(self._pathway(patient).from_, step.department))
        self._advance(patient)
        return True

    def put_to_bed(self, pathway: str) -> bool:
        """Opening: somebody is in the middle of the first step already; False when no bed is free."""
        step = self._stage.tables.pathway[pathway].step[0]
        room = self._stage.places.free(step.place, step.department, self._stage.rng)
        if room == NONE or not self.drawer:
            return False
        patient = self._hand_out(pathway)
        patient.step, patient.place = 0, room
        self._stage.places.hold(room)
        self._stage.place(patient.tag, room)
        self._begin(patient, self._stage.rng.random())
        return True

    def _hand_out(self, pathway: str) -> Patient:
        patient = Patient(self.drawer.popleft(), pathway)
        self.present[patient.tag] = patient
        self.arrived += 1
        self._stage.where.switch(patient.tag, True)
        return patient

    def _pathway(self, patient: Patient) -> Pathway:
        return self._stage.tables.pathway[patient.pathway]

    def _step(self, patient: Patient) -> Step:
        return self._pathway(patient).step[patient.step]

    # from step to step

    def _advance(self, patient: Patient) -> None:
        steps = self._pathway(patient).step
        patient.step += 1
        while patient.step < len(steps) and not self._needed(steps[patient.step]):
            patient.step += 1
        if patient.step < len(steps):
            self._seek(patient)
        else:
            self._onward(patient)

    def _needed(self, step: Step) -> bool:
        """By chance; never when the building has no such room."""
        return bool(self._stage.places.rooms(step.place, step.department)) and self._stage.chance(step.share)

    def _onward(self, patient: Patient) -> None:
        pathway = self._pathway(patient)
        goals = list(pathway.next)
        goal = self._stage.rng.choices(goals, [pathway.next[g] for g in goals])[0]
        if goal != "home":
            patient.pathway, patient.step = goal, -1
            self._advance(patient)
            return
        opens, closes = pathway.discharge
        hour = self._stage.hour()
        if opens <= hour < closes:
            self._leave(patient)
        else:
            hours = (opens - hour) % 24.0 + self._stage.rng.uniform(0.0, closes - opens)
            self._stage.agenda.after(hours * 3600.0, self._leave, patient)
            if patient.kept != NONE:
                self._go_back(patient)

    def _seek(self, patient: Patient) -> None:
        """Find a place for the step, or queue for one."""
        step, places = self._step(patient), self._stage.places
        if self._fits(patient.place, step):
            self._begin(patient)
        elif self._fits(patient.kept, step):
            self._set_out(patient, patient.kept)
            patient.kept = NONE
        else:
            room = places.free(step.place, step.department, self._stage.rng)
            if room == NONE:
                self._wait(patient, step)
                return
            places.hold(room)
            if step.keep and patient.place != NONE:
                patient.kept, patient.place = patient.place, NONE
            elif patient.kept != NONE:
                self._release(patient.kept)
                patient.kept = NONE
            self._set_out(patient, room)

    def _fits(self, room: int, step: Step) -> bool:
        places = self._stage.places
        return (
            room != NONE and places.space_type(room) in step.place and step.department in ("", places.department(room))
        )

    def _wait(self, patient: Patient, step: Step) -> None:
        self._queues.setdefault((step.place, step.department), deque()).append(patient)
        if patient.kept != NONE:
            self._go_back(patient)
            return
        if patient.place != NONE or not step.wait:
            return  # waits where a place is held: blocks it, as in a real hospital
        here = int(self._stage.where.room[patient.tag])
        room = self._stage.places.somewhere(step.wait, step.department, here, self._stage.rng)
        if room not in (NONE, here):
            patient.moving = True
            self._stage.walks.go((patient.tag,), room, PACE["walk"], self._seated, patient)

    def _go_back(self, patient: Patient) -> None:
        """To the place that was kept, to wait there for the next."""
        patient.leaving, patient.place, patient.kept, patient.moving = patient.place, patient.kept, NONE, True
        self._stage.walks.go((patient.tag,), patient.place, PACE["walk"], self._back_in_place, patient)

    def _back_in_place(self, patient: Patient) -> None:
        left, patient.leaving = patient.leaving, NONE
        self._seated(patient)
        self._release(left)

    def _seated(self, patient: Patient) -> None:
        patient.moving = False
        for (types, department), queue in self._queues.items():
            if patient in queue and self._stage.places.free(types, department, self._stage.rng) != NONE:
                self._call(queue)
                return

    def _call(self, queue: deque[Patient]) -> None:
        """The first in the queue who is not on the way to the waiting room has a place now."""
        for n, patient in enumerate(queue):
            if not patient.moving:
                del queue[n]
                self._seek(patient)
                return

    def _release(self, room: int) -> None:
        places = self._stage.places
        places.release(room)
        kind, department = places.space_type(room), places.department(room)
        for (types, wanted), queue in self._queues.items():
            if queue and kind in types and wanted in ("", department):
                self._call(queue)
                return

    # moving

    def _set_out(self, patient: Patient, room: int) -> None:
        patient.leaving, patient.place, patient.moving = patient.place, room, True
        by = self._step(patient).by
        if by == "wheelchair" and self._stage.chance(WALKS_ANYWAY):
            by = "walk"
        here = int(self._stage.where.room[patient.tag])
        vehicle = self._assets.vehicle(by, here) if by != "walk" else NONE
        if vehicle == NONE:
            self._stage.walks.go((patient.tag,), room, PACE["walk"], self._arrive, patient)
            return
        legs: list[Leg] = [
            Go(self._assets.room(vehicle)), Take((vehicle,)), Go(here), Take((patient.tag,)), Stay(40.0), Go(room),
            Drop(), Tell(self._assets.arrived, (vehicle,)), Tell(self._arrive, (patient,)), Stay(30.0),
        ]  # fmt: skip
        self._staff.request(Job("porter", self._stage.places.department(here), legs, PACE[by]))

    def _arrive(self, patient: Patient) -> None:
        patient.moving = False
        if int(self._stage.where.room[patient.tag]) != patient.place:
            self._stage.place(patient.tag, patient.place)  # nobody could carry: see Staff._do_without
        left, patient.leaving = patient.leaving, NONE
        self._begin(patient)
        if left != NONE:
            self._release(left)

    # at the place

    def _begin(self, patient: Patient, elapsed: float = 0.0) -> None:
        """The step starts; `elapsed` is the share of it that lies behind already."""
        step, stage = self._step(patient), self._stage
        patient.token += 1
        department = stage.places.department(patient.place)
        for role, share, minutes in step.staff if not elapsed else ():
            if stage.chance(share):
                seconds = 60.0 * minutes * stage.rng.uniform(0.7, 1.4)
                self._staff.request(Job(role, department, [Go(patient.place), Stay(seconds)]))
        for kind, share in step.equipment.items():
            if stage.chance(share):
                asset = self._assets.bring(kind, patient.place)
                if asset != NONE:
                    patient.equipment.append(asset)
        stage.agenda.after(step.minutes.seconds(stage.rng) * (1.0 - elapsed), self._finish, patient, patient.token)
        if step.errands:
            stage.agenda.after(stage.rng.expovariate(1.0 / ERRAND_EVERY), self._errand, patient, patient.token)

    def _finish(self, patient: Patient, token: int) -> None:
        if token != patient.token:
            return
        if patient.away:
            self._stage.agenda.after(120.0, self._finish, patient, token)
            return
        patient.token += 1
        self._hand_back(patient)
        self._advance(patient)

    def _hand_back(self, patient: Patient) -> None:
        for asset in patient.equipment:
            self._assets.release(asset)
        patient.equipment.clear()

    def _errand(self, patient: Patient, token: int) -> None:
        """Up for a few minutes, by day."""
        stage = self._stage
        if token != patient.token or patient.away:
            return
        if DAY[0] <= stage.hour() < DAY[1]:
            room = stage.places.somewhere(
                ("toilet",) if stage.chance(0.6) else ("corridor", "lobby"),
                stage.places.department(patient.place),
                patient.place,
                stage.rng,
            )
            if room != NONE:
                patient.away = True
                stage.walks.go((patient.tag,), room, PACE["walk"], self._turn_back, patient)
        stage.agenda.after(stage.rng.expovariate(1.0 / ERRAND_EVERY), self._errand, patient, token)

    def _turn_back(self, patient: Patient) -> None:
        self._stage.agenda.after(self._stage.rng.uniform(90.0, 420.0), self._walk_back, patient)

    def _walk_back(self, patient: Patient) -> None:
        self._stage.walks.go((patient.tag,), patient.place, PACE["walk"], self._back, patient)

    def _back(self, patient: Patient) -> None:
        patient.away = False

    # home

    def _leave(self, patient: Patient) -> None:
        patient.token += 1
        self._hand_back(patient)
        door = self._stage.entrance(("lobby", "waiting", "corridor"))
        self._stage.walks.go((patient.tag,), door, PACE["walk"], self._gone, patient)
        held = {patient.place, patient.kept} - {NONE} if patient.place != patient.kept else {patient.place}
        patient.place = patient.kept = NONE
        for room in sorted(held):
            self._release(room)

    def _gone(self, patient: Patient) -> None:
        del self.present[patient.tag]
        self.gone += 1
        self._stage.where.switch(patient.tag, False)
        self.drawer.append(patient.tag)
