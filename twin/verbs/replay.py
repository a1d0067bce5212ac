"""`python -m twin replay FILE`: a recorded MQTT file through the whole engine, without broker or history."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from twin.engine import Engine
from twin.errors import WardlightError
from twin.health import Outside
from twin.model import State, Visit
from twin.radio import Upload, read_upload, topic_gateway
from twin.settings import settings
from twin.verbs.engine import build

TICK_S = 1.0
GAP_S = 600.0
"""After a longer silence in the file the clock jumps to the next message."""


class Line(msgspec.Struct, frozen=True):
    """One line of a recording; `payload` is the message as JSON, `payload_hex` the bytes of a binary one."""

    topic: str
    payload: msgspec.Raw = msgspec.Raw()
    payload_hex: str = ""
    received_at: float | None = None
    run: str = ""


class Recorded(NamedTuple):
    """One message and when it came, POSIX seconds UTC."""

    topic: str
    payload: bytes
    received_at: float


_line = msgspec.json.Decoder(Line)


def replay(
    file: Annotated[Path, typer.Argument(help="NDJSON, each line with topic and payload")],
    speed: Annotated[float, typer.Option(help="times real time; 0 = as fast as it goes", min=0.0)] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Play a recording through radio, positions, visits and frames of the configured site."""
    s = settings()
    engine = build(s)
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            result = play(engine, recorded(lines, s.gateway_topics), speed)
    except OSError as error:
        raise WardlightError(f"Cannot read {file}: {error.strerror}.") from None
    print(json.dumps(result, indent=None if as_json else 2))


def recorded(lines: Iterable[str], patterns: tuple[str, ...]) -> Iterator[Recorded]:
    """Read messages. A line without `received_at` came when its gateway's clock says; never before the line above.

    Raises:
        WardlightError: naming the first line that is no message.
    """
    now = 0.0
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = _line.decode(text)
            payload = bytes.fromhex(line.payload_hex) if line.payload_hex else bytes(line.payload)
        except (msgspec.MsgspecError, ValueError) as error:
            raise WardlightError(f"Line {number} is not a recorded message: {error}.") from None
        now = max(now, line.received_at if line.received_at is not None else _own_time(line.topic, payload, patterns))
        yield Recorded(line.topic, payload, now)


def _own_time(topic: str, payload: bytes, patterns: tuple[str, ...]) -> float:
    upload = read_upload(topic, payload, 0.0, topic_gateway(topic, patterns))
    said = upload.gateway_time if isinstance(upload, Upload) else None
    return said if said is not None else 0.0


def play(engine: Engine, messages: Iterable[Recorded], speed: float = 0.0) -> dict[str, object]:
    """Feed the engine and tick it each second of the recording; returns what came of it."""
    tally = _Tally()
    pause, tick = threading.Event(), None
    for message in messages:
        if tick is None or message.received_at - tick > GAP_S:
            tick = message.received_at + TICK_S
        while message.received_at > tick:
            tally.tick(engine, tick)
            tick += TICK_S
            pause.wait(TICK_S / speed if speed else 0.0)
        engine.receive(message.topic, message.payload, message.received_at)
        tally.messages += 1
    if tick is not None:
        tally.tick(engine, tick)
    return tally.result(engine, tick or 0.0)


class _Tally:
    def __init__(self) -> None:
        self.messages = 0
        self.ticks = 0
        self.closed: list[Visit] = []
        self.opened = 0
        self.frame_bytes = 0

    def tick(self, engine: Engine, now: float) -> None:
        published = engine.tick(now)
        self.ticks += 1
        self.closed += published.batch.closed
        self.frame_bytes += sum(map(len, published.frames))

    def result(self, engine: Engine, now: float) -> dict[str, object]:
        fixes, tags, rooms = engine.fixes, engine.tags, engine.site.rooms
        health = json.loads(engine.health(now, Outside()))
        states = Counter(State(int(state)).name.lower() for state in fixes.state)
        return {
            "messages": self.messages,
            "ticks": self.ticks,
            "frame_bytes": self.frame_bytes,
            "states": dict(sorted(states.items())),
            "counters": health["counters"],
            "unknown_tags": health["unknown_tags"],
            "unknown_gateways": health["unknown_gateways"],
            "visits": [_visit(engine, visit) for visit in self.closed],
            "open_visits": [_visit(engine, visit) for visit in engine.open_visits()],
            "fixes": [
                {
                    "mac": tag.mac,
                    "level": int(fixes.level[tag.index]),
                    "room": rooms[fixes.room[tag.index]].number if fixes.room[tag.index] >= 0 else None,
                    "x": round(float(fixes.x[tag.index]), 2),
                    "y": round(float(fixes.y[tag.index]), 2),
                    "r90": round(float(fixes.r90[tag.index]), 2),
                    "age_s": round(now - float(fixes.heard[tag.index]), 1),
                }
                for tag in tags
                if fixes.level[tag.index] >= 0
            ],
        }


def _visit(engine: Engine, visit: Visit) -> dict[str, object]:
    return {
        "mac": engine.tags[visit.tag].mac,
        "room": engine.site.rooms[visit.room].number,
        "enter": round(visit.enter, 3),
        "leave": None if visit.leave is None else round(visit.leave, 3),
        "confidence": round(visit.confidence, 3),
        "observed": round(visit.observed, 3),
    }
