"""The loop around the engine: inbox, hospital time, history and screens."""

from __future__ import annotations

import threading

import msgspec

from twin import clock, log
from twin.bus import (
    Arrived,
    Bus,
    Inbox,
    catalogue_topic,
    clock_topic,
    command_topic,
    frame_topic,
    health_topic,
    pace_topic,
    reply_topic,
    summary_topic,
)
from twin.commands import Desk, Done, Nothing
from twin.commission.building import Buildings
from twin.commission.service import Commissioning
from twin.commission.tags import TagKeeping
from twin.engine import Engine, Published, Status
from twin.health import Outside
from twin.history import HistoryWriter
from twin.history.batch import Batch, Restored
from twin.hospital_time import AnnouncedTime, Announcement, OwnTime
from twin.model import Visit
from twin.settings import Settings

TICK_S = 1.0
POLL_S = 0.05
"""How often the inbox is emptied; less often than each message, so that the threads do not fight."""
HEALTH_S = 5.0
DRAW_S = 0.3
"""Screens get no more than one picture in so many of our own seconds, however fast the hospital runs."""
CATCH_UP_DRAW_S = 1.0
SAME_RUN_S = 120.0
"""History from further ahead than this belongs to another run of the simulated hospital."""
COMMANDS = (50, 32 << 20)
"""Most commands that wait, and most of their bytes."""

_log = log.get("live")
_announcement = msgspec.json.Decoder(Announcement)


class LiveLoop:
    """Runs an engine in the hospital's time until told to stop.

    Args:
        settings: Topics, and whether a simulated hospital sets the time.
        engine: Not restored yet; that happens when the hospital's time is known.
        bus: Not started yet; the loop adds its subscriptions.
        history: Where batches go.
        restored: What history knew at the start.
    """

    def __init__(
        self, settings: Settings, engine: Engine, bus: Bus, history: HistoryWriter, restored: Restored
    ) -> None:
        self._site = settings.site
        self._demo = settings.demo
        self._engine = engine
        self._bus = bus
        self._history = history
        self._restored: Restored | None = restored
        self._time = AnnouncedTime() if settings.demo else OwnTime()
        self._inbox = Inbox()
        self._clock_topic = clock_topic(settings.site)
        self._said: Announcement | None = None
        self._last_tick = -float("inf")
        self._drawn = self._reported = -float("inf")
        self._failures = 0
        self._commands = Inbox(*COMMANDS)
        self._reload = False
        self._desk = Desk(engine.intake.counters)
        self._desk.on("reload", Nothing, self._end)
        self._commissioning = Commissioning(settings, engine.site, engine.tags, engine.intake, self._present)
        self._commissioning.register(self._desk)
        TagKeeping(settings, engine.site, self._present).register(self._desk)
        self._other_building = False
        Buildings(settings, engine.site, engine.tags, engine.intake, self._leave_building).register(self._desk)
        bus.subscribe(command_topic(settings.site), self._command_arrived)
        bus.on_connect(self._publish_catalogue)
        for pattern in dict.fromkeys((*settings.gateway_topics, *settings.meter_topics, *engine.intake.meters.topics)):
            bus.subscribe(pattern, self._arrived)
        if settings.demo:
            bus.subscribe(self._clock_topic, self._clock_arrived)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, or a command wants the process started anew."""
        while not stop.is_set() and not self._reload:
            if self._catching_up:
                self._inbox.wait(POLL_S)
            else:
                stop.wait(POLL_S)
            self.step()
        if self._other_building:
            for level in range(len(self._engine.site.levels)):
                self._bus.publish(frame_topic(self._site, level), b"", retain=True)

    def step(self) -> None:
        """Take what has arrived, and tick when it is time."""
        for asked in self._commands.drain():
            if self._other_building:
                break  # what comes now was meant for the building that is gone
            self._bus.publish(reply_topic(self._site), self._desk.take(asked.payload))
        for arrived in self._inbox.drain():
            if arrived.topic == self._clock_topic:
                self._on_clock(arrived)
            else:
                self._engine.receive(arrived.topic, arrived.payload, self._received(arrived))
        if self._time.known and not self._catching_up:
            now = self._time.now()
            if now - self._last_tick >= TICK_S:
                self._tick(now, DRAW_S)
        self._commissioning.step()
        if clock.monotonic() - self._reported >= HEALTH_S:
            self._report()

    @property
    def _catching_up(self) -> bool:
        return self._said is not None and self._said.catching_up

    def _present(self) -> float | None:
        """The hospital's time; None while it is unknown or runs ahead to catch up."""
        return self._time.now() if self._time.known and not self._catching_up else None

    def _end(self, _asked: Nothing) -> Done:
        """Leave the loop; whoever looks after this process starts it again with what the files say now."""
        self._reload = True
        return Done("The twin starts again with the files as they are now.")

    def _leave_building(self) -> None:
        """Leave the loop; pictures of the levels that were must not outlive them."""
        self._reload = self._other_building = True

    def _received(self, arrived: Arrived) -> float:
        said = self._said
        return said.t if said is not None and said.catching_up else self._time.received(arrived.received_at)

    def _arrived(self, topic: str, payload: bytes, retained: bool) -> None:
        # A retained message of a gateway or meter is from nobody knows when.
        if not retained:
            self._inbox.put(topic, payload, self._time.stamp())

    def _command_arrived(self, _topic: str, payload: bytes, retained: bool) -> None:
        # Whoever asked for what the broker kept has long gone.
        if not retained:
            self._commands.put("", payload, 0.0)

    def _clock_arrived(self, topic: str, payload: bytes, retained: bool) -> None:
        self._inbox.put(topic, payload, -1.0 if retained else self._time.stamp())

    def _on_clock(self, arrived: Arrived) -> None:
        """Follow the hospital's clock.

        While it catches up, what follows an announcement belongs to the announced time, and the
        next announcement ends its tick: no simulated second is lost, however slow we are.
        """
        try:
            said = _announcement.decode(arrived.payload)
        except msgspec.MsgspecError:
            self._engine.intake.counters["refused.clock"] += 1
            return
        if self._said is not None and self._said.catching_up and self._said.t > self._last_tick:
            self._tick(self._said.t, CATCH_UP_DRAW_S)  # a simulator that crashed lives its last seconds again
        old = arrived.received_at < 0
        if isinstance(self._time, AnnouncedTime):
            self._time.announce(said, old=old)
        self._said = None if old else said

    def _tick(self, now: float, draw_s: float) -> None:
        self._begin(now)
        draw = clock.monotonic() - self._drawn >= draw_s
        said = self._said
        status = Status(self._demo, said.speed, said.catch_up_until) if said else Status(self._demo)
        self._last_tick = now
        try:
            self._publish(self._engine.tick(now, status, draw=draw))
        except Exception as error:
            # One bad tick must not end the live picture; the age on the screens tells if all are.
            self._failures += 1
            if self._failures % 60 == 1:
                _log.error("a tick failed; live goes on", exc_info=error, failures=self._failures)
        if self._demo:
            self._bus.publish(pace_topic(self._site), msgspec.json.encode({"t": now}), retain=True)

    def _begin(self, now: float) -> None:
        """Take up history at the first tick, when the hospital's time is known."""
        restored, self._restored = self._restored, None
        if restored is None or restored.t is None:
            return
        if restored.t <= now + SAME_RUN_S:
            self._engine.restore(restored)
            return
        _log.warning(
            "history is from a later time than the hospital's clock; starting anew", history=restored.t, now=now
        )
        self._history.put(Batch(restored.t, closed=[_ended(visit, restored.t) for visit in restored.open_visits]))

    def _publish(self, published: Published) -> None:
        self._history.put(published.batch)
        if not published.summary:
            return
        self._drawn = clock.monotonic()
        for level, frame in enumerate(published.frames):
            self._bus.publish(frame_topic(self._site, level), frame, retain=True)
        self._bus.publish(summary_topic(self._site), published.summary, retain=True)

    def _publish_catalogue(self) -> None:
        self._bus.publish(catalogue_topic(self._site), self._engine.catalogue, retain=True)

    def _report(self) -> None:
        self._reported = clock.monotonic()
        bus, history = self._bus.counters, self._history
        outside = Outside(
            connected=self._bus.connected,
            received=self._inbox.received,
            dropped=self._inbox.dropped,
            frames_sent=bus.get("sent", 0),
            frames_dropped=sum(bus.get(name, 0) for name in ("dropped_offline", "dropped_unsent", "oversize")),
            tick_failures=self._failures,
            history_stored=history.counters["rows"],
            history_lost=history.counters["lost"],
            history_state=history.state,
        )
        now = self._time.now() if self._time.known else 0.0
        self._bus.publish(health_topic(self._site), self._engine.health(now, outside), retain=True)


def _ended(visit: Visit, t: float) -> Visit:
    return visit._replace(leave=max(visit.enter, t))
