"""The one place that knows the order: messages in, and each tick a picture of the hospital out.

It only calls. It reads no clock, file or network, so the same messages at the same times give the
same fixes, visits and frames, bit for bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.climate import Climate, Range, RoomClimate
from twin.climate.board import MeterBoard
from twin.flow.kpis import DepartmentStays, Register, in_use, kpis, level_counts
from twin.frame import Live, Pressed, encode_catalogue, encode_frame, encode_health, encode_summary
from twin.health import Outside, Progress, Reporter
from twin.history.batch import Batch, Restored
from twin.history.gather import Gatherer
from twin.intake import Intake
from twin.locate import Locator
from twin.locate.motion import MotionMemory
from twin.model import Fixes, Press, Sample, Tag, Visit
from twin.presence import States, Visits, silent_gateways
from twin.radio import Slots
from twin.resume import fixes_of, nowhere
from twin.site import Site

PRESSED_S = 30.0
"""How long a tag's marker shows a press."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the summary says of the hospital's clock."""

    demo: bool = False
    speed: float = 1.0
    catch_up_until: float | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What one tick gives: the messages for the screens and the rows for history."""

    t: float
    frames: tuple[bytes, ...]
    """One a level, by index; empty when the tick was asked not to draw."""
    summary: bytes
    batch: Batch


class Engine:
    """All live state of one site."""

    def __init__(
        self,
        site: Site,
        tags: Sequence[Tag],
        ranges: Mapping[str, Range],
        patterns: Sequence[str],
        locator: Locator,
        meters: MeterBoard | None = None,
    ) -> None:
        self.intake = Intake(site, tags, patterns, Slots(tags), meters)
        self.progress = Progress()
        self.rev, self.catalogue = encode_catalogue(site.name, tags)
        self.site, self.tags = site, tuple(tags)
        self._locator = locator
        self._motion = MotionMemory(len(tags))
        self._states = States(tags)
        self._visits = Visits(len(tags))
        self._climate = Climate(tags, site.room_by_number, ranges)
        self._register = Register.of(tags, site.rooms)
        self._stays = DepartmentStays(self._register)
        self._ed_entered = np.full(len(tags), np.nan)
        self._rooms: list[RoomClimate] = []
        self._reporter = Reporter(site, self.intake, locator, self._climate)
        self._presses: deque[Pressed] = deque(maxlen=20)
        self._pressed_at = np.full(len(tags), -np.inf)
        self._gatherer = Gatherer(len(tags))
        self._fixes = nowhere(len(tags))

    @property
    def fixes(self) -> Fixes:
        """Where everything was at the last tick."""
        return self._fixes

    def restore(self, restored: Restored) -> None:
        """Go on from what history knows: last places with their true ages, and the open visits."""
        fixes = fixes_of(restored, len(self._fixes.x))
        self._fixes = fixes
        self._locator.restore(fixes)
        self._states.restore(fixes)
        self._visits.restore(restored.open_visits, fixes)
        self._gatherer.restore(restored.last)
        for press in restored.presses:
            # Its burst may still be on the air and was heard until we stopped.
            self.intake.slots.presses.resume(press.tag, press.pattern, restored.t or press.t)
        self._note_presses(restored.presses)

    def open_visits(self) -> list[Visit]:
        """All stays that last, as they stand now."""
        return self._visits.open_visits(range(len(self.tags)))

    def receive(self, topic: str, payload: bytes, received_at: float) -> None:
        """Take one message of a gateway or meter; never raises on account of what is in it."""
        self.intake.receive(topic, payload, received_at)

    def tick(self, now: float, status: Status = Status(), *, draw: bool = True) -> Published:
        """Close the epoch that ends at `now` and say what is known."""
        epochs = self.intake.epochs
        report = self.intake.slots.close()
        epoch = epochs.close(now, self._motion.step(now, report.moving))
        placed = self._locator.step(epoch)
        fixes = replace(placed, state=self._states.step(epoch, placed, epochs.interval))
        opened, closed = self._visits.step(fixes)
        self._climate.add(report.samples)
        self._rooms = self._climate.step(now)
        self._ed_entered = self._stays.step(self._visits.room, self._visits.enter, now)
        self._fixes = fixes
        self._note_presses(report.presses)
        self._count(len(np.unique(epoch.tag)), len(opened), len(closed), report.samples, report.presses)
        due = self._visits.open_visits(self._gatherer.due(now))
        readings = self.intake.meters.take(silent_gateways(epochs.heartbeat, now))
        batch = self._gatherer.batch(fixes, opened + due, closed, report.samples, report.presses, readings)
        frames, summary = self._draw(now, status) if draw else ((), b"")
        self.progress.t = now
        return Published(now, frames, summary, batch)

    def health(self, now: float, outside: Outside) -> bytes:
        """Write the health message."""
        return encode_health(self._reporter.report(now, self.progress, self._fixes, outside))

    def _draw(self, now: float, status: Status) -> tuple[tuple[bytes, ...], bytes]:
        fixes, site, visits = self._fixes, self.site, self._visits
        climate = self._rooms
        by_level = [[c for c in climate if site.rooms[c.room].level == level.index] for level in site.levels]
        used = in_use(self._register, fixes)
        heartbeat = self.intake.epochs.heartbeat
        silent = silent_gateways(heartbeat, now)
        figures = kpis(
            self._register,
            fixes,
            ed_entered=self._ed_entered,
            used=used,
            climate=climate,
            silent=silent,
            heartbeat=heartbeat,
        )
        live = Live(
            seq=self.progress.ticks,
            rev=self.rev,
            fixes=fixes,
            entered=visits.enter,
            pressed=now - self._pressed_at <= PRESSED_S,
            in_use=used,
        )
        frames = tuple(
            encode_frame(live, level.index, site.bounds[level.index][:2], by_level[level.index])
            for level in site.levels
        )
        summary = encode_summary(
            live,
            figures,
            level_counts(self._register, fixes, by_level),
            silent,
            list(self._presses),
            demo=status.demo,
            speed=status.speed,
            catch_up_until=status.catch_up_until,
        )
        return frames, summary

    def _note_presses(self, presses: Sequence[Press]) -> None:
        for press in presses:
            self._pressed_at[press.tag] = press.t
            where = Pressed(press, int(self._fixes.room[press.tag]), int(self._fixes.level[press.tag]))
            self._presses.appendleft(where)

    def _count(self, fixes: int, opened: int, closed: int, samples: Sequence[Sample], presses: Sequence[Press]) -> None:
        done = self.progress
        done.ticks += 1
        done.fixes += fixes
        done.opened += opened
        done.closed += closed
        done.samples += len(samples)
        done.presses += len(presses)
