"""Hospital and twin together in one process, as fast as it goes, with everything written down.

They meet as they do over MQTT: the twin gets the gateways' messages and the time, nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twin.errors import WardlightError
from twin.fidelity.conclusions import Notes
from twin.hospital.ground import Ground
from twin.hospital.propagation import Propagation
from twin.hospital.station import Station
from twin.hospital.tables import load_tables
from twin.hospital.truth import Truth
from twin.hospital.world import World
from twin.settings import Settings
from twin.site import load_site
from twin.verbs.engine import build
from twin.verbs.simulate import register_of

OPENS = (2026, 3, 4, 11)
"""Local time at which every rehearsal begins, so that the same seed gives the same report."""
TICK_S = 1.0


class Rehearsed(NamedTuple):
    """The files of a rehearsal, and the hospital's times at which it began and ended."""

    truth: tuple[Path, ...]
    conclusions: Path
    begin: float
    end: float


def rehearse(
    s: Settings, seed: int, seconds: float, survey: Path | None, folder: Path, tell: Callable[[float], None]
) -> Rehearsed:
    """Run `seconds` of hospital time and write truth and conclusions into `folder`.

    The twin knows the gateways as commissioned, and `survey` or none. `tell` is called each
    simulated second with how many have passed.

    Raises:
        SiteError: building, gateways, register or survey cannot be used.
        WardlightError: `folder` cannot be written to.
    """
    site = load_site(s.building, s.gateways)
    tags = register_of(s, site)
    begin = datetime(*OPENS, tzinfo=ZoneInfo(s.timezone)).timestamp()
    world = World.opened(Ground(site), tags, load_tables(), s.timezone, seed, begin)
    station = Station(world, Propagation(site, tags, seed), seed)
    try:
        engine = build(_apart(s, survey, folder))
        truth, conclusions = Truth(folder / "truth"), folder / "conclusions.ndjson"
        with Notes(conclusions, len(tags)) as notes:
            while world.now < begin + seconds:
                messages = station.step(world.now + TICK_S)
                for message in messages:
                    engine.receive(message.topic, message.payload, world.now)
                batch = engine.tick(world.now, draw=False).batch
                notes.add(engine.fixes, batch.opened, batch.closed)
                truth.write(world)
                tell(world.now - begin)
        truth.close()
    except OSError as error:
        raise WardlightError(f"Cannot write to {folder}: {error.strerror}; set TMPDIR to another folder.") from None
    return Rehearsed(tuple(sorted((folder / "truth").glob("*.ndjson"))), conclusions, begin, world.now)


def _apart(s: Settings, survey: Path | None, folder: Path) -> Settings:
    """Settings of a twin that writes to `folder` only, and knows no survey but the one given."""
    own = folder / "var"
    (own / "site").mkdir(parents=True)
    apart = s.model_copy(update={"var": own, "tags": s.register})
    if s.gateway_list != s.gateways:
        shutil.copy(s.gateway_list, own / "site/gateways.csv")
    if survey is not None:
        shutil.copy(survey, apart.survey)
    return apart
