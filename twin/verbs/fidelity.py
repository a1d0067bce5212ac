"""`python -m twin fidelity`: how well the twin knows the simulated hospital."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import numpy as np
import typer

from twin import clock
from twin.errors import WardlightError
from twin.fidelity.conclusions import read_conclusions
from twin.fidelity.past import remembered
from twin.fidelity.report import Report, Run, report, write_report
from twin.fidelity.tell import report_text
from twin.fidelity.truth import newest, read_truth
from twin.history.queries import open_reader
from twin.model import State
from twin.settings import Settings, settings
from twin.site import load_site, load_tags
from twin.verbs.rehearse import rehearse
from twin.verbs.simulate_survey import survey_hospital

WARM_UP_S = 300.0
"""A twin that has just begun knows no tag's strength yet; a running one does."""
HOUR_FILES = "truth-*.ndjson"


def fidelity(
    minutes: Annotated[float, typer.Option(min=1, max=720, help="Of hospital time that the figures are of.")] = 30,
    seed: Annotated[int | None, typer.Option(help="Which hospital; else the one of the settings.")] = None,
    survey: Annotated[
        str, typer.Option(help="Number of points to survey first, or a survey file; none when left out.")
    ] = "",
    live: Annotated[bool, typer.Option("--live", help="Of the running demo, from its truth and its history.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Report to write; else fidelity/report.json in var.")] = None,
) -> None:
    """Join what was really where in a simulated hospital with what the twin concluded."""
    s = settings()
    if live:
        if survey or seed is not None:
            raise WardlightError("--live reports on the demo as it runs: --seed and --survey do not go with it.")
        made = of_history(s, minutes)
    else:
        made = of_rehearsal(s, s.demo_seed if seed is None else seed, minutes, survey, _Progress(minutes))
    path = out or s.var / "fidelity/report.json"
    write_report(path, made)
    typer.echo(msgspec.json.encode(made).decode() if as_json else report_text(made, s.timezone))
    typer.echo(f"Report written to {path}", err=True)


def of_rehearsal(s: Settings, seed: int, minutes: float, survey: str, tell: Callable[[float], None]) -> Report:
    """Run hospital and twin together, then join their files.

    Raises:
        WardlightError: something cannot be read or written.
    """
    started = clock.monotonic()
    site, tags = load_site(s.building, s.gateways), load_tags(s.register)
    with TemporaryDirectory(prefix="wardlight-fidelity-") as name:
        folder = Path(name)
        file, told = _survey(s, seed, survey, folder)
        ran = rehearse(s, seed, WARM_UP_S + 60.0 * minutes, file, folder, tell)
        since = ran.begin + WARM_UP_S
        found = read_conclusions(ran.conclusions, len(tags)).since(since)
        truth = read_truth(ran.truth, len(tags), since)
        run = Run(
            source="rehearsal", seed=seed, minutes=minutes, warm_up_s=WARM_UP_S, begin=since, end=ran.end, survey=told,
            survey_points=_points(file), gateways=len(site.gateways), tags=len(tags),
            took_s=round(clock.monotonic() - started, 1),
        )  # fmt: skip
        return report(truth, found, tags, [level.name for level in site.levels], run, clock.wall())


def of_history(s: Settings, minutes: float) -> Report:
    """Join the truth of the running demo with its history.

    Raises:
        WardlightError: there is no truth, or no history.
    """
    site, tags = load_site(s.building_in_use, s.gateway_list), load_tags(s.tag_list)
    files = sorted((s.var / "hospital/truth").glob(HOUR_FILES))
    until = newest(files)
    since = until - 60.0 * minutes
    # A file begins with everybody's place, so the hour of `since` is enough.
    files = files[-(int(minutes // 60) + 2) :]
    truth = read_truth(files, len(tags), since, until)
    since = max(since, float(truth.t[0]))
    found = remembered(open_reader(s.history_url), site, tags, np.arange(since, until + 1.0, 1.0))
    if not (found.state == State.LIVE).any():
        raise WardlightError("History holds no position of these minutes; is the twin running beside the simulator?")
    file = s.survey if s.survey.exists() else None
    run = Run(
        source="history", seed=s.demo_seed, minutes=round((until - since) / 60.0, 1), warm_up_s=0.0, begin=since,
        end=until, survey=file.name if file else "", survey_points=_points(file), gateways=len(site.gateways),
        tags=len(tags),
    )  # fmt: skip
    return report(truth, found, tags, [level.name for level in site.levels], run, clock.wall())


def _survey(s: Settings, seed: int, asked: str, folder: Path) -> tuple[Path | None, str]:
    """The survey that the twin is to know, and how to call it."""
    if not asked:
        return None, ""
    if not asked.isdecimal():
        path = Path(asked)
        if not path.is_file():
            raise WardlightError(f"There is no survey at {path}; give a file, or a number of points.")
        return path, path.name
    path = folder / "survey.csv"
    if int(asked) < 1:
        return None, ""
    survey_hospital(s, seed, int(asked), path)
    return path, "simulated"


def _points(path: Path | None) -> int | None:
    if path is None:
        return None
    with path.open(newline="", encoding="utf-8-sig") as file:
        return len({row.get("point") for row in csv.DictReader(file)})


class _Progress:
    """Tells on the error stream how far a rehearsal is, once a simulated minute."""

    def __init__(self, minutes: float) -> None:
        self._total = round(minutes + WARM_UP_S / 60.0)
        self._told = 0
        self._started = clock.monotonic()

    def __call__(self, seconds: float) -> None:
        minute = int(seconds // 60)
        if minute <= self._told:
            return
        self._told = minute
        took = clock.monotonic() - self._started
        end = "\r" if sys.stderr.isatty() and minute < self._total else "\n"
        typer.echo(f"{minute} of {self._total} min of hospital time after {took:.0f} s{end}", err=True, nl=False)
