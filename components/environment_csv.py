"""A sensor's past as a CSV file: every stored reading, and every gap as a row of its own."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from dash import dcc

from components.export import safe
from twin.web.environment import Past, Sensor

COLUMNS = ("time_utc", "sensor_mac", "sensor", "room_number", "quantity", "value", "note")


def past_csv(sensor: Sensor, room: str, quantity: str, past: Past) -> dict[str, Any]:
    """Give the download; rows are in order of time, and a gap says until when it lasted."""
    who = (sensor.mac, safe(sensor.label), safe(room), quantity)
    readings = [(t, value, "") for t, value in zip(past.series.t.tolist(), past.series.value.tolist(), strict=True)]
    gaps = [(gap.begin, None, f"no reading until {_utc(gap.end)}") for gap in past.summary.gaps]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for t, value, note in sorted([*readings, *gaps], key=lambda row: row[0]):
        writer.writerow((_utc(t), *who, "" if value is None else round(value, 3), note))
    name = f"wardlight-{sensor.mac}-{quantity}-{_utc(past.until).replace(':', '').replace('-', '')}.csv"
    return dict(dcc.send_string(text.getvalue(), name))


def _utc(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
