"""Who comes when: the emergency door, the clinic's appointments, the theatre lists."""

from __future__ import annotations

from twin.hospital.patients import Patients
from twin.hospital.stage import Stage
from twin.model import Kind

MOST_A_SLOT = 5.0


class Arrivals:
    """Puts arrivals into the calendar for ever. Every day is a working day."""

    def __init__(self, stage: Stage, patients: Patients) -> None:
        self._stage, self._patients = stage, patients

    def open(self) -> None:
        """Fill the beds and start the three streams."""
        opening, places = self._stage.tables.opening, self._stage.places
        for pathway, share in (("icu", opening.icu), ("ward", opening.wards)):
            if pathway in self._stage.tables.pathway:
                kinds = self._stage.tables.pathway[pathway].step[0].place
                for _ in range(round(share * min(places.beds(kinds), 0.52 * self._wristbands()))):
                    self._patients.put_to_bed(pathway)
        if not self._wristbands():
            return
        for pathway in ("walk_in", "ambulance"):
            self._emergency(pathway)
        self._clinic()
        self._theatre_lists()

    def _wristbands(self) -> int:
        return sum(tag.kind == Kind.PATIENT for tag in self._stage.tags)

    def _emergency(self, pathway: str, come: bool = False) -> None:
        """Poisson arrivals with a rate by hour of the day, by thinning."""
        if come:
            self._patients.admit(pathway)
        stage = self._stage
        rates: tuple[float, ...] = getattr(stage.tables.emergency, pathway)
        peak = max(max(rates) * stage.scale, 1e-6) / 3600.0
        wait = 0.0
        while True:
            wait += stage.rng.expovariate(peak)
            rate = rates[int(stage.hour(stage.agenda.now + wait))] * stage.scale / 3600.0
            if stage.rng.random() < rate / peak:
                break
        stage.agenda.after(wait, self._emergency, pathway, True)

    def _clinic(self) -> None:
        """Book so many for the next slot that the house comes to its usual census."""
        stage, clinic = self._stage, self._stage.tables.clinic
        slot = 60.0 * clinic.every_minutes
        stage.agenda.after(slot, self._clinic)
        if not clinic.opens <= stage.hour() < clinic.closes:
            return
        missing = stage.tables.census.target * stage.scale - self._patients.census()
        wanted = min(max(0.25 * missing + 1.0 * stage.scale, 0.0), MOST_A_SLOT * stage.scale)
        booked = int(wanted) + stage.chance(wanted % 1.0)
        for _ in range(booked):
            early = stage.rng.uniform(0.0, slot)
            stage.agenda.after(early, self._come, "outpatient")

    def _theatre_lists(self) -> None:
        stage, lists = self._stage, self._stage.tables.theatre
        stage.agenda.after(600.0, self._theatre_lists)
        if not lists.opens <= stage.hour() < lists.closes:
            return
        cases = lists.cases_per_hour * stage.places.beds(("theatre",)) / 6.0
        for _ in range(int(cases) + stage.chance(cases % 1.0)):
            stage.agenda.after(stage.rng.uniform(0.0, 600.0), self._come, "elective")

    def _come(self, pathway: str) -> None:
        self._patients.admit(pathway)
