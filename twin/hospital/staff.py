"""Staff: shifts, rounds, and jobs that others ask for."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from twin.hospital.stage import Stage
from twin.hospital.tables import Duration
from twin.model import NONE, Kind

HABIT_SIGMA = 0.5
FIRST_QUEUE = 20
"""So many waiting jobs are looked at for one of the own department."""


class Go(NamedTuple):
    """Walk to a room."""

    room: int


class Stay(NamedTuple):
    """Be here for some seconds."""

    seconds: float


class Take(NamedTuple):
    """From here on these tags come along."""

    tags: tuple[int, ...]


class Drop(NamedTuple):
    """What came along stays here."""


class Tell(NamedTuple):
    """Let somebody know."""

    action: Callable[..., None]
    args: tuple[Any, ...]


Leg = Go | Stay | Take | Drop | Tell


@dataclass(slots=True)
class Job:
    """Something to be done by one person of a role."""

    role: str
    department: str
    legs: Sequence[Leg]
    pace: float = 1.0


@dataclass(slots=True)
class Worker:
    """One person on the staff."""

    tag: int
    role: str
    home: int
    department: str
    shift: tuple[float, float]
    present: bool = False
    interruptible: bool = False
    """In a routine stay, free for a job."""
    token: int = 0
    """Counts jobs; an alarm clock set for an earlier one is ignored."""
    pace: float = 1.0
    legs: deque[Leg] = field(default_factory=deque)
    carried: tuple[int, ...] = ()


class Staff:
    """All workers, and the jobs nobody has taken yet."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._workers: dict[str, list[Worker]] = defaultdict(list)
        self.waiting: dict[str, deque[Job]] = defaultdict(deque)
        for tag in stage.tags:
            if tag.kind == Kind.STAFF:
                self._workers[tag.type].append(self._employ(tag.index, tag.type, tag.home))

    def _employ(self, tag: int, role: str, number: str) -> Worker:
        stage = self._stage
        home = stage.ground.site.room_by_number.get(number, NONE)
        if home == NONE:
            home = stage.entrance(("staff_room", "office", "corridor"))
        rota = stage.tables.rota.get(role, ("office",))
        shift = stage.tables.shift[rota[len(self._workers[role]) % len(rota)]]
        return Worker(tag, role, home, stage.places.department(home), shift)

    def open(self) -> None:
        """Those whose shift it is are at work; everybody's next shifts are in the calendar."""
        for workers in self._workers.values():
            for worker in workers:
                self._stage.where.switch(worker.tag, False)
                if on_shift(worker.shift, self._stage.hour()):
                    self._enter(worker, worker.home)
                self._expect(worker)

    def present(self) -> int:
        """How many are at work."""
        return sum(w.present for workers in self._workers.values() for w in workers)

    def request(self, job: Job) -> None:
        """Somebody free of that role does it now, or the first who gets free."""
        free = [w for w in self._workers.get(job.role, ()) if w.interruptible]
        if not free:
            if self._workers.get(job.role):
                self.waiting[job.role].append(job)
            else:
                self._do_without(job)
            return
        own = [w for w in free if w.department == job.department]
        choice = own or free
        self._assign(choice[self._stage.rng.randrange(len(choice))], job)

    def _do_without(self, job: Job) -> None:
        """A register without that role: messages still go out, so that no patient waits for ever."""
        for leg in job.legs:
            if isinstance(leg, Tell):
                leg.action(*leg.args)

    def _assign(self, worker: Worker, job: Job) -> None:
        worker.interruptible = False
        worker.token += 1
        worker.pace = job.pace
        worker.legs = deque(job.legs)
        self._next(worker, worker.token)

    def _next(self, worker: Worker, token: int) -> None:
        if token != worker.token:
            return
        worker.interruptible = False
        while worker.legs:
            match worker.legs.popleft():
                case Go(room):
                    group = (worker.tag, *worker.carried)
                    self._stage.walks.go(group, room, worker.pace, self._next, worker, token)
                    return
                case Stay(seconds):
                    self._stage.agenda.after(seconds, self._next, worker, token)
                    return
                case Take(tags):
                    worker.carried += tags
                case Drop():
                    worker.carried = ()
                case Tell(action, args):
                    action(*args)
        self._free(worker)

    def _free(self, worker: Worker) -> None:
        """Nothing left to do: go home, take a job, or follow a habit."""
        worker.pace = 1.0
        job = self._take_job(worker)
        if job:
            self._assign(worker, job)
        elif not on_shift(worker.shift, self._stage.hour()):
            door = self._stage.entrance(("lobby", "corridor"))
            self._stage.walks.go((worker.tag,), door, 1.0, self._leave, worker)
        else:
            self._follow_habit(worker)

    def _take_job(self, worker: Worker) -> Job | None:
        queue = self.waiting[worker.role]
        if not queue:
            return None
        for n, job in enumerate(queue):
            if job.department == worker.department:
                del queue[n]
                return job
            if n >= FIRST_QUEUE:
                break
        return queue.popleft()

    def _follow_habit(self, worker: Worker) -> None:
        stage = self._stage
        habits = stage.tables.habit.get(worker.role, (("home", 1.0, 10.0),))
        what, _, minutes = stage.rng.choices(habits, [h[1] for h in habits])[0]
        room = self._habit_room(worker, what)
        seconds = Duration(minutes, HABIT_SIGMA).seconds(stage.rng)
        worker.token += 1
        stage.walks.go((worker.tag,), room, 1.0, self._linger, worker, worker.token, seconds)

    def _habit_room(self, worker: Worker, what: str) -> int:
        places = self._stage.places
        if what == "patient":
            return self._patient_room(worker)
        room = NONE
        if what != "home":
            room = places.somewhere((what,), worker.department, worker.home, self._stage.rng)
        return worker.home if room == NONE else room

    def _patient_room(self, worker: Worker) -> int:
        places = self._stage.places
        busy = [
            room
            for room in places.rooms(("patient_room", "icu_bay", "ed_bay", "recovery", "exam"))
            if places.held[room] and places.department(room) == worker.department
        ]
        return busy[self._stage.rng.randrange(len(busy))] if busy else worker.home

    def _linger(self, worker: Worker, token: int, seconds: float) -> None:
        worker.interruptible = True
        queue = self.waiting[worker.role]
        self._stage.agenda.after(0.0 if queue else seconds, self._next, worker, token)

    def _expect(self, worker: Worker) -> None:
        """Puts the next begin of the shift into the calendar, a few minutes early or late."""
        hours = (worker.shift[0] - self._stage.hour()) % 24.0 or 24.0
        wait = hours * 3600.0 + self._stage.rng.gauss(-120.0, 240.0)
        self._stage.agenda.after(wait if wait > 0 else wait + 86400.0, self._begin, worker)

    def _begin(self, worker: Worker) -> None:
        self._stage.agenda.after(3600.0, self._expect, worker)
        if not worker.present:
            self._enter(worker, self._stage.entrance(("lobby", "corridor")))

    def _enter(self, worker: Worker, room: int) -> None:
        worker.present = True
        worker.token += 1
        self._stage.place(worker.tag, room)
        self._stage.where.switch(worker.tag, True)
        self._linger(worker, worker.token, self._stage.rng.uniform(20.0, 240.0))

    def _leave(self, worker: Worker) -> None:
        worker.present = False
        self._stage.where.switch(worker.tag, False)


def on_shift(shift: tuple[float, float], hour: float) -> bool:
    """Whether `hour` lies in the shift, which may run over midnight; 15 minutes early counts."""
    begin, end = shift[0] - 0.25, shift[1]
    return begin <= hour < end if begin < end else hour >= begin or hour < end
