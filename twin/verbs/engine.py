"""`python -m twin engine`: the engine between the broker, the hospital's clock and history."""

from __future__ import annotations

import signal
import threading

from twin import log
from twin.bus import Bus
from twin.climate import load_ranges
from twin.climate.board import MeterBoard
from twin.climate.ranges import require_types
from twin.engine import Engine
from twin.history import HistoryWriter, open_history
from twin.live import LiveLoop
from twin.locate.build import locator_of
from twin.locate.warm import warm
from twin.model import Kind
from twin.settings import Settings, settings
from twin.site import load_site, load_tags
from twin.site.meters import load_meters
from twin.site.survey import read_survey
from twin.verbs.maps import radio_map_of


def engine() -> None:
    """Run the twin alone: MQTT in, positions, history and live frames out."""
    s = settings()
    log.configure("engine", s.log_level)
    serve(s, build(s))


def build(s: Settings) -> Engine:
    """Build the engine of the configured site.

    Raises:
        SiteError: building, gateways, register or meters cannot be used.
        SettingsError: the climate ranges cannot be used.
    """
    site = load_site(s.building_in_use, s.gateway_list)
    tags = load_tags(s.tag_list)
    ranges = load_ranges(s.climate)
    require_types(ranges, (tag.type for tag in tags if tag.kind == Kind.SENSOR), s.climate)
    warm()
    survey = read_survey(s.survey, site) if s.survey.exists() else None
    locator = locator_of(site, tags, *radio_map_of(site, survey, s.var / "cache"))
    meters = MeterBoard(load_meters(s.meters, site), s.meter_topics, site.rooms, site.gateways)
    return Engine(site, tags, ranges, s.gateway_topics, locator, meters)


def serve(s: Settings, built: Engine) -> None:
    """Run until SIGINT or SIGTERM.

    Raises:
        HistoryError: the database cannot be opened.
    """
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    history = open_history(s.history_url, built.tags, built.site.rooms, built.site.levels, built.intake.meters.meters)
    writer = HistoryWriter(history, spill=s.var / "spill")
    bus = Bus(s, "engine", "twin")
    loop = LiveLoop(s, built, bus, writer, history.restore())
    bus.start()
    try:
        loop.run(stop)
    finally:
        bus.stop()
        writer.close()
        history.close()
