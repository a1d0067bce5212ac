"""An hour of history before the made-up twin begins, so that pages have something to show."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.climate.meters import MeterReading
from twin.history import Batch, FixColumns, open_history
from twin.model import Kind, Press, Room, Sample, Tag, Visit
from twin.settings import Settings
from twin.site import load_site, load_tags
from twin.site.meters import load_meters

NOW = 1_780_052_400.0
"""When the made-up twin begins; `START` of `fake_twin.py`."""
HOURS = 1
STEP_S = 60


def remember(var: Path) -> None:
    """Write the history: everybody in a room, now and then another; sensors warm up, one of them gets too warm."""
    fields = Settings.model_fields
    site = load_site(fields["building"].default, fields["gateways"].default)
    tags, meters = load_tags(fields["tags"].default), load_meters(fields["meters"].default, site)
    history = open_history(f"sqlite:///{var / 'history.sqlite'}", tags, site.rooms, site.levels, meters)
    rooms = _rooms(tags, site.rooms)
    begin = NOW - 3600 * HOURS
    visits = [Visit(tag.index, room.index, begin, None, 0.9, 1.0) for tag, room in zip(tags, rooms, strict=True)]
    history.write([history.rows(Batch(begin, opened=visits))])
    for k, t in enumerate(np.arange(begin, NOW, STEP_S)):
        readings = [MeterReading(meter.index, t, 1000 + k / 10, 180.0 + 20 * meter.index) for meter in meters]
        batch = Batch(t, fixes=_fixes(tags, rooms, t), samples=_samples(tags, t, k), meters=readings)
        history.write([history.rows(batch)])
    nurse = next(tag.index for tag in tags if tag.kind == Kind.STAFF)
    history.write([history.rows(Batch(NOW, presses=[Press(nurse, NOW - 700, "ibeacon")]))])
    history.close()


def _rooms(tags: tuple[Tag, ...], rooms: tuple[Room, ...]) -> list[Room]:
    homes = {room.number: room for room in rooms}
    likely = [room for room in rooms if room.department not in ("", "plant")]
    return [homes.get(tag.home) or likely[7 * tag.index % len(likely)] for tag in tags]


def _fixes(tags: tuple[Tag, ...], rooms: list[Room], t: float) -> FixColumns:
    n = len(tags)
    places = [(tag.index, room.level, room.index) for tag, room in zip(tags, rooms, strict=True)]
    tag, level, room = np.array(places, np.int32).T
    x, y = (np.array([getattr(room, axis) for room in rooms], np.float32) for axis in "xy")
    return FixColumns(tag, level, room, x, y, np.full(n, 0.9, np.float32), np.full(n, 2.0, np.float32), np.full(n, t))


def _samples(tags: tuple[Tag, ...], t: float, k: int) -> list[Sample]:
    sensors = [tag.index for tag in tags if tag.kind == Kind.SENSOR]
    warm = [Sample(tag, t, "temperature_c", 20.0 + tag % 3 + k / (6 if tag == sensors[0] else 60)) for tag in sensors]
    humid = [Sample(tag, t, "humidity_pct", 40.0 + tag % 9) for tag in sensors]
    power = [Sample(tag.index, t, "battery_pct", 95.0 - tag.index % 60) for tag in tags if not k]
    return warm + humid + power
