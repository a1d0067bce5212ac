"""A fidelity report as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from twin.fidelity.join import SETTLED_S
from twin.fidelity.report import Figures, Report

SIMULATED = (
    "SIMULATED. People, tags, radio and walls are made up, and the positioning was tried out on the same\n"
    "simulator. The figures show where the twin is strong or weak and whether a change made it better.\n"
    "They say nothing about how well it will do in a real building; only a survey there can."
)
THINNED = (
    "From history, which is thinned: a position stands until the next one is stored (it moved by a metre, the\n"
    "room changed, or a minute passed). Errors are therefore true to within about a metre, a tag no longer\n"
    "heard counts for up to a minute longer, and delays are up to when the twin later said the stay began: it\n"
    "made up its mind 4 s or more after that. Use the run without --live to compare versions."
)
_GAP = "  "


def report_text(report: Report, timezone: str) -> str:
    """Write the report as plain text, with times in `timezone`."""
    parts = [_head(report, timezone), SIMULATED]
    if report.run.source == "history":
        parts.append(THINNED)
    parts += [_positions(report.figures), _changes(report.figures), _sureness(report), _known(report)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(report: Report, timezone: str) -> str:
    run = report.run
    begin, end = (
        datetime.fromtimestamp(t, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S") for t in (run.begin, run.end)
    )
    source = "hospital and twin run together" if run.source == "rehearsal" else "history of the running demo"
    survey = "no survey" if run.survey_points is None else f"survey of {run.survey_points} points ({run.survey})"
    lines = [
        f"Fidelity report: {source}, seed {run.seed}, {run.tags} tags, {run.gateways} gateways, {survey}",
        f"{run.minutes:g} min of hospital time, {begin} to {end[11:]}, after {run.warm_up_s:g} s that do not count",
    ]
    if report.bad_lines:
        lines.append(f"{report.bad_lines} lines of the truth could not be read and are left out")
    return "\n".join(lines)


def _positions(figures: Sequence[Figures]) -> str:
    head = ("", "positions", "tags", "median m", "p90 m", "room", "stated", "floor", "in r90", "r90 m")
    rows = [
        (
            _name(f), f"{f.n:,}", str(f.tags), _number(f.error_median), _number(f.error_p90), _share(f.room),
            _share(f.p_mean), _share(f.floor), _share(f.inside), _number(f.r90_median),
        )
        for f in figures
    ]  # fmt: skip
    return "Positions of tags that are on the air and live\n" + _table(head, rows)


def _changes(figures: Sequence[Figures]) -> str:
    head = ("", "tag min", "true/min", "shown/min", "stays/min", "lasting", "delay s", "p90 s", "missed")
    rows = [
        (
            _name(f), f"{f.tag_minutes:,.0f}", _number(f.changes_true), _number(f.changes_shown),
            _number(f.changes_confirmed), str(f.moves), _number(f.delay_median, 1), _number(f.delay_p90, 1),
            _share(f.missed),
        )
        for f in figures
    ]  # fmt: skip
    return f"Changes of room, a tag and minute; delay of those that last {SETTLED_S:g} s or more\n" + _table(head, rows)


def _sureness(report: Report) -> str:
    rows = [(f"{s.low:.2f} - {s.high:.2f}", f"{s.n:,}", _share(s.p_mean), _share(s.right)) for s in report.sureness]
    return "How sure of the room, and how often right\n" + _table(("stated", "positions", "mean", "right"), rows)


def _known(report: Report) -> str:
    if not report.known:
        return ""
    names = list(report.known[0].states)
    rows = [
        ("on the air" if k.on_air else "off the air", f"{k.n:,}", *(_share(k.states.get(name)) for name in names))
        for k in report.known
    ]
    return "What the twin said of each tag at each moment\n" + _table(("", "moments", *names), rows)


def _name(figures: Figures) -> str:
    return figures.key or "all"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        _GAP.join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"
