"""`python -m twin site ...`: take a building in, check, export or draw one, draw up a register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.errors import SiteError
from twin.settings import settings
from twin.site.draw import draw_building, place_gateways
from twin.site.importing.take_in import export_building, take_in
from twin.site.load import load_building
from twin.site.plan import read_plan
from twin.site.register import draw_register
from twin.site.registers import write_gateways, write_tags
from twin.site.summary import summarise, summary_text

app = typer.Typer(help="Import, check, export and draw buildings.", no_args_is_help=True)


@app.command()
def check(
    building: Annotated[Path, typer.Argument(help="IMDF folder or zip.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what a building holds and what is wrong with it; exit 1 if the twin cannot use it."""
    summary, usable = check_building(building)
    typer.echo(json.dumps(summary, ensure_ascii=False) if as_json else summary_text(summary))
    if not usable:
        raise typer.Exit(1)


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="IFC model (.ifc, .ifczip, .ifc.gz), IMDF archive, or plan sections.")
    ],
    out: Annotated[Path, typer.Argument(help="Folder for the IMDF archive; a building in it is replaced.")],
    assets: Annotated[Path | None, typer.Option(help="COBie workbook (.xlsx) with rooms and assets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make an IMDF archive of a building; exit 1 if it has faults with which the twin cannot use it."""
    taken = take_in(source, out, assets=assets)
    for note in taken.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(json.dumps(taken.summary, ensure_ascii=False) if as_json else summary_text(taken.summary))
    if not taken.usable:
        raise typer.Exit(1)


@app.command()
def export(
    building: Annotated[Path, typer.Argument(help="IMDF folder or zip.")],
    out: Annotated[Path, typer.Argument(help="Zip to write.")],
) -> None:
    """Write a building as an IMDF zip."""
    export_building(building, out)


@app.command()
def draw(
    plan: Annotated[Path, typer.Argument(help="Floor description, plan.toml.")],
    out: Annotated[Path, typer.Argument(help="Folder for the IMDF archive.")],
    gateways: Annotated[Path | None, typer.Option(help="Also write the plan's gateways to this CSV.")] = None,
) -> None:
    """Draw a floor description as an IMDF archive."""
    problems = draw_plan(plan, out, gateways)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


@app.command()
def register(
    count: Annotated[int, typer.Argument(help="Number of tags.")],
    out: Annotated[Path, typer.Argument(help="CSV to write.")],
    building: Annotated[
        Path | None, typer.Option(help="Building they belong to; else the one of the settings.")
    ] = None,
) -> None:
    """Draw up a register of tags for a demo."""
    write_register(count, out, building)


def check_building(building: Path) -> tuple[dict[str, Any], bool]:
    """Summary of a building, and whether the twin can use it."""
    site, problems = load_building(building)
    return summarise(site, problems), site is not None


def draw_plan(plan: Path, out: Path, gateways: Path | None) -> list[str]:
    """Draw `plan` into `out`, and its gateways; returns what is wrong with the result."""
    drawn = read_plan(plan)
    draw_building(drawn, out)
    site, problems = load_building(out)
    if site is not None and gateways is not None:
        write_gateways(gateways, site, place_gateways(drawn, site))
    return [str(problem) for problem in problems]


def write_register(count: int, out: Path, building: Path | None) -> None:
    """Write a register of `count` tags for `building`, else for the building of the settings."""
    building = building or settings().building
    site, problems = load_building(building)
    if site is None:
        raise SiteError(f"The building in {building} cannot be used:", tuple(str(p) for p in problems if p.fatal))
    write_tags(out, draw_register(site, count))
