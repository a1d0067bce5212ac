"""A server whose hub hears a made-up twin; run as `python fake_twin.py PORT`.

It obeys lines on standard input: "stop" and "go" (the twin falls silent, speaks again), "silent"
(its gateways fall silent), "catch-up", "drop" and "take" (streams end and are refused, accepted again), "quit".
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from twin import frame
from twin.climate.rooms import RoomClimate
from twin.flow.kpis import LevelCounts, Register, in_use, kpis
from twin.model import Fixes, Kind, Press, State
from twin.settings import settings
from twin.site import load_tags
from twin.web.building import building
from twin.web.live import hub

SITE = building()
TAGS = load_tags(settings().tags)
PREFIX = f"wardlight/{settings().site}/"
START = 1_780_052_400.0


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
            state=self.state,
        )  # fmt: skip
        self.publish(fixes)

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
        say(PREFIX + "health", HEALTH)

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


HEALTH = b"""{"t": 1780052400.0, "hops": [
 {"hop": "bus", "count": 48210, "rate": 71.0, "dropped": 0, "age_s": 0.4, "well": true, "note": ""},
 {"hop": "radio", "count": 512400, "rate": 2204.5, "dropped": 12, "age_s": 0.4, "well": true, "note": ""},
 {"hop": "history", "count": 9120, "rate": 8.1, "dropped": 0, "age_s": 42.0, "well": false, "note": "behind"}],
 "counters": {"uploads": 48210, "refused": 3},
 "rejects": [{"t": 1780052399.0, "topic": "/gw/AC233FC00001/status", "reason": "not-json", "detail": "line 1",
   "sample": "<b>not json"}],
 "unknown_tags": [["C30000001234", 77, -71, "AC233FC00001"]],
 "unknown_frames": [["4c000c", 19, "4c000c0e"]],
 "gateways": [{"mac": "AC233FC00001", "name": "GW 1", "level": 0, "age_s": 0.6, "uploads": 3000, "rows": 42000,
   "refused": 1, "clock_offset_s": -0.2, "clock": "ok"}]}"""


def speak(fake: FakeTwin) -> None:
    while True:
        if fake.speaking:
            fake.tick()
        time.sleep(1.0)


def obey(fake: FakeTwin) -> None:
    for line in sys.stdin:
        order = line.strip()
        if order in ("stop", "go"):
            fake.speaking = order == "go"
        elif order == "silent":
            fake.silent[:] = True
            fake.state[fake.state == 0] = State.UNOBSERVED
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
    if "--mute" not in sys.argv:
        fake.tick()
        threading.Thread(target=speak, args=(fake,), daemon=True).start()
    server = make_server("127.0.0.1", int(sys.argv[1]), app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    obey(fake)


if __name__ == "__main__":
    main()
