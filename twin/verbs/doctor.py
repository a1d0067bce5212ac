"""`python -m twin doctor`: the state of the live path, hop by hop."""

from __future__ import annotations

import queue
from typing import Annotated

import msgspec
import typer

from twin import log
from twin.bus import Bus, health_topic
from twin.health import Hop
from twin.settings import settings

WAIT_S = 10.0


class Report(msgspec.Struct, frozen=True):
    """The part of the twin's health report that is read here."""

    hops: list[Hop]


def doctor(as_json: Annotated[bool, typer.Option("--json", help="print the whole report as JSON")] = False) -> None:
    """Print one line per hop of the live path; exit 1 when one is unwell or nothing is heard in 10 s."""
    s = settings()
    log.configure("doctor", "ERROR")
    reports: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def arrived(_topic: str, payload: bytes, retained: bool) -> None:
        if not retained:  # what the broker kept may come from a twin that is dead
            reports.put(payload)

    bus = Bus(s, "doctor", "web")
    bus.subscribe(health_topic(s.site), arrived)
    bus.start()
    try:
        payload = reports.get(timeout=WAIT_S)
        report = msgspec.json.decode(payload, type=Report)
    except queue.Empty:
        print(bus.trouble or f"The broker answers, but the twin of site {s.site!r} says nothing; is `engine` running?")
        raise typer.Exit(1) from None
    except msgspec.MsgspecError as error:
        print(f"What comes on {health_topic(s.site)} is not a health report: {error}.")
        raise typer.Exit(1) from None
    finally:
        bus.stop()
    print(payload.decode() if as_json else "\n".join(lines(report.hops)))
    raise typer.Exit(0 if report.hops and all(hop.well for hop in report.hops) else 1)


def lines(hops: list[Hop]) -> list[str]:
    """One line a hop: well or not, name, count, rate, drops, age, note."""
    width = max((len(hop.hop) for hop in hops), default=0)
    return [
        f"{'ok    ' if hop.well else 'UNWELL'}  {hop.hop:{width}}  {hop.count:>10} "
        f"{hop.rate:>9.1f}/s  dropped {hop.dropped:<6} age {_age(hop.age_s):>8}  {hop.note}".rstrip()
        for hop in hops
    ]


def _age(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"
