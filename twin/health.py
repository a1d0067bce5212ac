"""How the live path does: one line a hop, in the order in which data walks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from twin.climate import Climate
from twin.intake import Intake
from twin.locate import Locator
from twin.model import Fixes, State
from twin.presence.states import SILENT_GATEWAY_S
from twin.site import Site

FRESH_S = 15.0
"""A hop whose newest item is older is unwell."""


class Hop(msgspec.Struct, frozen=True):
    """One step of the live path. `rate` is items a second of the hospital's time since the last report."""

    hop: str
    count: int
    rate: float
    dropped: int
    age_s: float | None
    well: bool
    note: str


@dataclass(frozen=True, slots=True)
class Outside:
    """What only the process around the engine knows."""

    connected: bool = True
    received: int = 0
    dropped: int = 0
    frames_sent: int = 0
    frames_dropped: int = 0
    tick_failures: int = 0
    history_stored: int = 0
    history_lost: int = 0
    history_state: str = "ok"


@dataclass(slots=True)
class Progress:
    """What the engine has done since the start."""

    ticks: int = 0
    fixes: int = 0
    opened: int = 0
    closed: int = 0
    samples: int = 0
    presses: int = 0
    t: float | None = None


class Reporter:
    """Builds the health report; keeps only what it needs to turn counts into rates."""

    def __init__(self, site: Site, intake: Intake, locator: Locator, climate: Climate) -> None:
        self._site = site
        self._climate = climate
        self._locator = locator
        self._intake = intake
        self._before: dict[str, int] = {}
        self._t: float | None = None

    def report(self, now: float, progress: Progress, fixes: Fixes, outside: Outside) -> dict[str, object]:
        """Everything of the health message, ready to be encoded."""
        rates = self._rates(now)
        return {
            "t": now,
            "hops": self._hops(now, progress, fixes, outside, rates),
            "counters": self._counters(progress, outside),
            "rejects": list(self._intake.rejects),
            "unknown_tags": self._intake.epochs.unknown.top(),
            "unknown_frames": self._intake.slots.unknown,
            "unknown_gateways": self._intake.unknown_gateways.most_common(),
            "gateways": self._gateways(now),
            "sensors": self._climate.sensors(now),
            "meters": self._intake.meters.report(now),
            "unknown_meters": self._intake.meters.unknown.most_common(),
        }

    def _rates(self, now: float) -> Callable[[str, int], float]:
        elapsed = 0.0 if self._t is None else now - self._t
        self._t = now

        def rate(name: str, count: int) -> float:
            more = count - self._before.get(name, 0)
            self._before[name] = count
            return round(more / elapsed, 1) if elapsed > 0 else 0.0

        return rate

    def _hops(
        self,
        now: float,
        done: Progress,
        fixes: Fixes,
        out: Outside,
        rate: Callable[[str, int], float],
    ) -> list[Hop]:
        intake, counts = self._intake, self._intake.epochs.counts
        tick_age = None if done.t is None else max(0.0, now - done.t)
        upload_age = now - intake.newest if np.isfinite(intake.newest) else None
        heard = fixes.heard.max(initial=-np.inf)
        heard_age = now - float(heard) if np.isfinite(heard) else None
        messages = intake.counters["uploads"]
        # Repeats lose nothing and strangers are not ours: both have counters, neither is a drop.
        dropped_rows = counts.late + counts.rssi_refused
        live = int(np.count_nonzero(fixes.state == State.LIVE))

        def hop(name: str, count: int, dropped: int, age: float | None, note: str = "", *, well: bool = True) -> Hop:
            fresh = age is not None and age <= FRESH_S
            rounded = None if age is None else round(max(age, 0.0), 1)
            return Hop(name, count, rate(name, count), dropped, rounded, well and fresh, note)

        bus_note = "" if out.connected else "not connected to the broker"
        failures = f"{out.tick_failures} failed ticks" if out.tick_failures else ""
        history_note = "" if out.history_state == "ok" else out.history_state
        return [
            hop("bus", out.received, out.dropped, upload_age, bus_note, well=out.connected),
            hop("radio", messages, intake.refused, upload_age, self._main_refusal()),
            hop("locate", done.fixes, dropped_rows, heard_age, f"{live} tags live"),
            hop("presence", done.opened, 0, tick_age, f"{done.closed} visits closed"),
            hop("history", out.history_stored, out.history_lost, tick_age, history_note, well=not history_note),
            hop("frame", out.frames_sent, out.frames_dropped, tick_age, failures),
        ]

    def _main_refusal(self) -> str:
        reasons = [(n, name) for name, n in self._intake.counters.items() if name.startswith("refused.")]
        return f"mostly {max(reasons)[1].removeprefix('refused.')}" if reasons else ""

    def _counters(self, done: Progress, out: Outside) -> dict[str, int]:
        counts = self._intake.epochs.counts
        return {
            **dict(sorted(self._intake.counters.items())),
            **dict(sorted(self._intake.meters.counters.items())),
            "rows.unknown_tag": counts.unknown_tag,
            "rows.late": counts.late,
            "rows.rssi_refused": counts.rssi_refused,
            "rows.repeated": counts.repeated,
            "ticks": done.ticks,
            "ticks.failed": out.tick_failures,
            "samples": done.samples,
            "presses": done.presses,
            "inbox.dropped": out.dropped,
        }

    def _gateways(self, now: float) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        heartbeat = self._intake.epochs.heartbeat
        residuals = self._locator.residuals()
        for gateway, facts, residual in zip(self._site.gateways, self._intake.gateways, residuals, strict=True):
            beat = float(heartbeat[gateway.index])
            age = round(max(0.0, now - beat), 1) if np.isfinite(beat) else None
            offset = None if facts.clock_offset_s is None else round(facts.clock_offset_s, 2)
            rows.append(
                {
                    "mac": gateway.mac,
                    "name": gateway.name,
                    "level": gateway.level,
                    "age_s": age,
                    "silent": age is None or age > SILENT_GATEWAY_S,
                    "uploads": facts.uploads,
                    "rows": facts.rows,
                    "refused": facts.refused,
                    "clock_offset_s": offset,
                    "clock": facts.clock,
                    "residual_db": round(residual.offset_db, 1) if residual.fixes else None,
                    "fixes": residual.fixes,
                    "suspect": residual.suspect,
                }
            )
        return rows
