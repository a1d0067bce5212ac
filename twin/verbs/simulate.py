"""`python -m twin simulate`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from twin import clock, log
from twin.bus import Bus, clock_topic, pace_topic
from twin.errors import SettingsError
from twin.hospital.ground import Ground
from twin.hospital.keeper import Keeper, Recipe
from twin.hospital.propagation import Propagation
from twin.hospital.run import Course, Pace, Runner
from twin.hospital.station import Station
from twin.hospital.tables import load_tables
from twin.hospital.truth import Truth
from twin.model import Tag
from twin.settings import Settings, settings
from twin.site import Site, load_site, load_tags
from twin.site.meters import load_meters
from twin.site.register import draw_register
from twin.site.registers import write_tags


def simulate(
    seed: Annotated[int | None, typer.Option(help="Which hospital; the same seed gives the same one.")] = None,
    speed: Annotated[float | None, typer.Option(min=1, max=60, help="Times real time.")] = None,
    tags: Annotated[int | None, typer.Option(min=100, max=20000, help="How many tags.")] = None,
    catch_up_hours: Annotated[
        float | None, typer.Option(min=0, max=24, help="Hours run through before it is live.")
    ] = None,
    var: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
) -> None:
    """Run the simulated hospital alone: a gateway simulator. What is not given comes from the settings."""
    given = {
        "demo_seed": seed, "demo_speed": speed, "demo_tags": tags, "demo_catch_up_hours": catch_up_hours, "var": var,
    }  # fmt: skip
    s = settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    log.configure("simulator", s.log_level)
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    serve(s, stop)


def serve(s: Settings, stop: threading.Event) -> None:
    """Run until `stop` is set.

    Raises:
        SiteError: building, gateways, register or meters cannot be used.
        SettingsError: the tables or the folder cannot be used.
    """
    site = load_site(s.building, s.gateways)
    register = register_of(s, site)
    folder = s.var / "hospital"
    meters = load_meters(s.meters, site)
    recipe = Recipe(Ground(site), register, load_tables(), s.timezone, s.demo_seed, s.demo_catch_up_hours, meters)
    try:
        keeper, truth = Keeper(folder, recipe), Truth(folder / "truth")
    except OSError as error:
        raise SettingsError(
            f"Cannot write to {folder}: {error.strerror}; set WARDLIGHT_VAR to another folder."
        ) from None
    right_at = clock.monotonic()
    life = keeper.begin(clock.wall(), s.demo_speed)
    station = Station(life.world, Propagation(site, register, s.demo_seed), s.demo_seed)
    bus, pace = Bus(s, "simulator", "simulator"), Pace()
    bus.subscribe(pace_topic(s.site), pace.told)
    runner = Runner(
        station, bus, pace, Course(clock_topic(s.site), s.demo_speed, life.live_from, right_at),
        each=lambda: truth.write(life.world), keep=lambda: keeper.keep(life, clock.wall()),
    )  # fmt: skip
    bus.start()
    try:
        runner.run(stop)
    finally:
        keeper.keep(life, clock.wall())
        truth.close()
        bus.stop()


def register_of(s: Settings, site: Site) -> tuple[Tag, ...]:
    """The register in use; that of a demo of another size is drawn up first.

    Raises:
        SiteError: the register cannot be read or written.
    """
    if s.register != s.tags and not s.register.exists():
        s.register.parent.mkdir(parents=True, exist_ok=True)
        write_tags(s.register, draw_register(site, s.demo_tags))
    return load_tags(s.register)
