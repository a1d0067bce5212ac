"""`python -m twin simulate-survey`: a surveyor walks through the simulated hospital."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.errors import WardlightError
from twin.hospital.survey import walk_survey
from twin.settings import Settings, settings
from twin.site import load_site
from twin.site.survey import write_survey
from twin.verbs.simulate import register_of


def simulate_survey(
    points: Annotated[int, typer.Argument(min=1, max=5000, help="At how many places to measure.")],
    out: Annotated[Path, typer.Argument(help="CSV to write.")],
    seed: Annotated[int | None, typer.Option(help="Which hospital; else the one of the settings.")] = None,
    turn: Annotated[bool, typer.Option(help="Turn round at each point, a quarter every 5 s.")] = False,
) -> None:
    """Survey the simulated hospital as a person would: 20 s at each point, a tag in the hand."""
    s = settings()
    found = survey_hospital(s, s.demo_seed if seed is None else seed, points, out, turn=turn)
    typer.echo(f"{found} points, {out}")


def survey_hospital(s: Settings, seed: int, points: int, out: Path, *, turn: bool = False) -> int:
    """Write a survey of the hospital that `seed` makes; how many points it has.

    Raises:
        SiteError: building, gateways or register cannot be used.
        WardlightError: `out` cannot be written.
    """
    site = load_site(s.building, s.gateways)
    survey = walk_survey(site, register_of(s, site), seed, points, turn=turn)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_survey(out, site, survey)
    except OSError as error:
        raise WardlightError(f"Cannot write the survey to {out}: {error.strerror}.") from None
    return len(survey.point)
