"""A server whose hub hears a made-up twin; run as `python fake_twin.py PORT`.

It obeys lines on standard input: "stop" and "go" (the twin falls silent, speaks again), "silent"
(its gateways fall silent), "deaf" and "hear" (it answers no command, answers again), "catch-up",
"drop" and "take" (streams end and are refused, accepted again), "quit".

The commands of commissioning are carried out by the twin's own code, on the files of WARDLIGHT_VAR;
what it hears of a tag that somebody stands with is made up.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from twin import frame
from twin.bus import Handler, command_topic, reply_topic
from twin.climate.rooms import RoomClimate, SensorClimate
from twin.commands import Desk, Done, Nothing
from twin.commission.building import Buildings
from twin.commission.service import Commissioning
from twin.commission.tags import TagKeeping
from twin.flow.kpis import LevelCounts, Register, in_use, kpis
from twin.intake import Intake
from twin.model import NONE, Doubt, Fixes, Kind, Press, State
from twin.radio import Slots
from twin.settings import settings
from twin.site import load_tags
from twin.site.meters import load_meters
from twin.web.building import building
from twin.web.command import asker
from twin.web.live import hub

SITE = building()
TAGS = load_tags(settings().tags)
PREFIX = f"wardlight/{settings().site}/"
START = 1_780_052_400.0
DOUBTED = next(tag.index for tag in TAGS if tag.label == "Bed 004")


class FakeTwin:
    """Everything walks about a little; some tags are stale, unobserved or lost."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(7)
        self.seq = 0
        self.speaking = True
        self.catch_up_until: float | None = None
        self.silent = np.zeros(len(SITE.gateways), bool)
        rooms = self._rooms()
        self.x = np.array([SITE.rooms[r].x for r in rooms]) + self.random.normal(0, 0.7, len(TAGS))
        self.y = np.array([SITE.rooms[r].y for r in rooms]) + self.random.normal(0, 0.7, len(TAGS))
        self.home = (self.x, self.y)
        self.rooms = rooms
        self.state = self.random.choice([0, 0, 0, 0, 0, 0, 0, 0, 1, 3], len(TAGS)).astype(np.uint8)
        self.state[DOUBTED] = State.LIVE
        self.entered = START - self.random.uniform(60, 12_000, len(TAGS))

    def _rooms(self) -> np.ndarray:
        home = SITE.room_by_number
        likely = [r.index for r in SITE.rooms if r.department not in ("", "plant")]
        guess = self.random.choice(likely, len(TAGS))
        waiting = [r.index for r in SITE.rooms if r.department == "emergency" and r.space_type == "waiting"]
        guess[[tag.index for tag in TAGS if tag.kind == Kind.PATIENT][:8]] = waiting[0]
        return np.array([home.get(tag.home, guess[tag.index]) for tag in TAGS])

    def tick(self) -> None:
        self.seq += 1
        t = START + self.seq
        if self.catch_up_until:
            t = self.catch_up_until - 10_800 + 60 * self.seq
        walking = np.array([tag.kind in (Kind.STAFF, Kind.PATIENT) for tag in TAGS])
        self.x = self.home[0] + walking * self.random.normal(0, 0.4, len(TAGS))
        self.y = self.home[1] + walking * self.random.normal(0, 0.4, len(TAGS))
        levels = np.array([SITE.rooms[r].level for r in self.rooms])
        n = len(TAGS)
        fixes = Fixes(
            t=t, x=self.x.astype(np.float32), y=self.y.astype(np.float32), level=levels.astype(np.int32),
            room=self.rooms.astype(np.int32), p=np.full(n, 0.87, np.float32), r90=np.full(n, 2.4, np.float32),
            heard=t - np.where(self.state == State.STALE, 240.0, 2.0), gateways=np.full(n, 3, np.int32),
            state=self.state, doubt=self.doubt(),
        )  # fmt: skip
        fixes.p[DOUBTED] = 0.54
        self.publish(fixes)

    def doubt(self) -> Doubt:
        """Of one bed neither room nor level is sure."""
        p_level, second = np.full(len(TAGS), 0.99, np.float32), np.full(len(TAGS), NONE, np.int32)
        room = SITE.rooms[self.rooms[DOUBTED]]
        others = [r for r in SITE.rooms if r.level == room.level and r != room]
        p_level[DOUBTED] = 0.8
        second[DOUBTED] = min(others, key=lambda r: (r.x - room.x) ** 2 + (r.y - room.y) ** 2).index
        return Doubt(p_level, second, np.where(second == NONE, 0.0, 0.31).astype(np.float32))

    def publish(self, fixes: Fixes) -> None:
        register = Register.of(TAGS, SITE.rooms)
        used = in_use(register, fixes)
        rev, catalogue = frame.encode_catalogue(settings().site, TAGS)
        pressed = np.zeros(len(TAGS), bool)
        staff = [tag.index for tag in TAGS if tag.kind == Kind.STAFF]
        pressed[staff[0]] = True
        live = frame.Live(self.seq, rev, fixes, self.entered, pressed, used)
        climate = self.climate()
        heartbeat = np.where(self.silent, fixes.t - 300.0, fixes.t - 1.0)
        figures = kpis(
            register, fixes, ed_entered=self.entered, used=used, climate=climate,
            silent=self.silent, heartbeat=heartbeat,
        )  # fmt: skip
        presses = [
            frame.Pressed(Press(tag, START - 60.0 * k, "ibeacon"), int(self.rooms[tag]), int(fixes.level[tag]))
            for k, tag in enumerate(staff[:3])
        ]
        summary = frame.encode_summary(
            live, figures, [self.counts(level.index, fixes) for level in SITE.levels], self.silent, presses,
            demo=True, speed=60.0 if self.catch_up_until else 1.0, catch_up_until=self.catch_up_until,
        )  # fmt: skip
        say = hub().accept
        say(PREFIX + "catalogue", catalogue)
        for level in SITE.levels:
            box = SITE.bounds[level.index]
            rooms = [c for c in climate if SITE.rooms[c.room].level == level.index]
            say(f"{PREFIX}frame/{level.index}", frame.encode_frame(live, level.index, (box.x0, box.y0), rooms))
        say(PREFIX + "summary", summary)
        say(PREFIX + "health", json.dumps(self.health(fixes.t)).encode())

    def health(self, t: float) -> dict[str, object]:
        gateways = [
            {"mac": g.mac, "name": g.name, "level": g.level, "age_s": 0.6, "silent": False, "uploads": 3000 + g.index,
             "rows": 42_000, "refused": int(not g.index), "clock_offset_s": -0.2, "clock": "ok",
             "residual_db": round(-1.5 + 0.3 * (g.index % 11), 1), "fixes": 900, "suspect": ""}
            for g in building().gateways
        ]  # fmt: skip
        for index, odd in ODD.items():
            gateways[index] |= odd
        if self.silent.all():
            gateways = [g | {"age_s": 300.0, "silent": True} for g in gateways]
        return HEALTH | {"t": t, "gateways": gateways, "sensors": self.sensors(t), "meters": self.meters()}

    def sensors(self, t: float) -> list[SensorClimate]:
        """One fridge is too warm, one sensor silent."""
        found = []
        for k, tag in enumerate(tag for tag in TAGS if tag.kind == Kind.SENSOR):
            warm = tag.label == "Vaccine fridge 01"
            cold = tag.type.endswith("fridge")
            celsius = 9.4 if warm else 5.0 if cold else 20.5 + 0.2 * (k % 17)
            at, code = (None, "silent") if k == 3 else (t - 4.0, "high" if warm else "ok")
            room = SITE.room_by_number[tag.home]
            fault = "temperature_c" if warm else ""
            found.append(SensorClimate(tag.index, room, at and celsius, at and 44.0, at, at and 4.0, code, fault))
        return found

    def meters(self) -> list[dict[str, object]]:
        return [
            {"id": meter.id, "age_s": None if not k else 12.0, "silent": not k, "watt": 400.0 + 90 * k, "kwh": 1000.0,
             "readings": 700, "refused": 0}
            for k, meter in enumerate(load_meters(settings().meters, SITE))
        ]  # fmt: skip

    def counts(self, level: int, fixes: Fixes) -> LevelCounts:
        here = (fixes.level == level) & (fixes.state <= State.UNOBSERVED)
        kinds = np.array([tag.kind for tag in TAGS])
        people = [int((here & (kinds == kind)).sum()) for kind in ("patient", "staff", "asset")]
        return LevelCounts(people[0], people[1], people[2], 0)

    def climate(self) -> list[RoomClimate]:
        rooms = sorted({int(self.rooms[tag.index]) for tag in TAGS if tag.kind == Kind.SENSOR})
        codes = ["ok"] * len(rooms)
        codes[:2] = ["high", "silent"]
        return [
            RoomClimate(room, 19.0 + 0.37 * (room % 17), 44.0, 20.0, code, -1, int(code == "silent"), code == "high")
            for room, code in zip(rooms, codes, strict=True)
        ]


ODD = {
    1: {"residual_db": -11.4, "suspect": "moved"},
    2: {"residual_db": -7.8, "suspect": "weak"},
    4: {"age_s": None, "silent": True, "residual_db": None, "fixes": 0, "uploads": 0, "rows": 0, "clock": "unknown",
        "clock_offset_s": None},
    5: {"age_s": 400.0, "silent": True},
}  # fmt: skip
"""What is not as it should be of some gateways, by index."""
HEALTH: dict[str, object] = {
    "hops": [
        {"hop": "bus", "count": 48210, "rate": 71.0, "dropped": 0, "age_s": 0.4, "well": True, "note": ""},
        {"hop": "radio", "count": 512400, "rate": 2204.5, "dropped": 12, "age_s": 0.4, "well": True, "note": ""},
        {"hop": "history", "count": 9120, "rate": 8.1, "dropped": 0, "age_s": 42.0, "well": False, "note": "behind"},
    ],
    "counters": {"uploads": 48210, "refused": 3},
    "rejects": [
        {"t": START - 1.0, "topic": "/gw/AC233FC00001/status", "reason": "not-json", "detail": "line 1",
         "sample": "<b>not json"},
    ],
    "unknown_tags": [["C30000001234", 77, -71, "AC233FC00001"]],
    "unknown_frames": [["4c000c", 19, "4c000c0e"]],
    "unknown_gateways": [["AC233FFFFF01", 412]],
}  # fmt: skip


class FakeDesk:
    """A bus that is nothing but the twin's desk: what is published is answered at once, when it is awake."""

    def __init__(self) -> None:
        self.awake = True
        self._lock = threading.Lock()
        self._answer: Handler | None = None
        self._desk = Desk(Counter())
        self._desk.on("reload", Nothing, self._begin)
        self._begin(Nothing())

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        assert topic == command_topic(settings().site)
        if self.awake:
            with self._lock:
                reply = self._desk.take(payload)
            assert self._answer
            self._answer(reply_topic(settings().site), reply, retain)
        return True

    def subscribe(self, pattern: str, handler: Handler) -> None:
        assert pattern == reply_topic(settings().site)
        self._answer = handler

    def step(self) -> None:
        """Let two gateways hear the tag that somebody stands with, and end the stand when it is time."""
        with self._lock:
            if self.intake.listener:
                for gateway, rssi in ((3, -62), (7, -74)):
                    self.intake.listener(gateway, range(len(TAGS)), [rssi] * len(TAGS), [time.time()] * len(TAGS))
            self.service.step()

    def _begin(self, _asked: Nothing) -> Done:
        site = building()
        self.intake = Intake(site, TAGS, settings().gateway_topics, Slots(TAGS))
        self.service = Commissioning(settings(), site, TAGS, self.intake, time.time)
        self.service.register(self._desk)
        Buildings(settings(), site, TAGS, self.intake, lambda: None).register(self._desk)
        TagKeeping(settings(), site, lambda: START).register(self._desk)
        return Done("The twin starts again with the files as they are now.")


def speak(fake: FakeTwin, desk: FakeDesk) -> None:
    while True:
        if fake.speaking:
            fake.tick()
            desk.step()
        time.sleep(1.0)


def obey(fake: FakeTwin, desk: FakeDesk) -> None:
    for line in sys.stdin:
        order = line.strip()
        if order in ("stop", "go"):
            fake.speaking = order == "go"
        elif order == "silent":
            fake.silent[:] = True
            fake.state[fake.state == 0] = State.UNOBSERVED
        elif order in ("deaf", "hear"):
            desk.awake = order == "hear"
        elif order == "catch-up":
            fake.catch_up_until = START
        elif order in ("drop", "take"):
            hub().closing = order == "drop"
        elif order == "quit":
            break


def main() -> None:
    import logging

    from werkzeug.serving import make_server

    import app

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    fake = FakeTwin()
    desk = FakeDesk()
    asker().connect(desk)
    if "--mute" not in sys.argv:
        fake.tick()
        threading.Thread(target=speak, args=(fake, desk), daemon=True).start()
    server = make_server("127.0.0.1", int(sys.argv[1]), app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    obey(fake, desk)


if __name__ == "__main__":
    main()
