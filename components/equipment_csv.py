"""The table of equipment as a CSV file: machine-readable names, UTC times, no language."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from components.equipment import Now, Thing, due_names
from components.export import safe
from twin.assets import due
from twin.model import State
from twin.site import Site
from twin.web.stock import Stock

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the letters of another century."""
COLUMNS = (
    "mac", "label", "type", "status", "state", "room_number", "room_name", "department", "level",
    "there_since_utc", "last_heard_utc", "room_probability", "battery", "battery_unit", "battery_utc",
    "utilisation_24h", "observed_24h_h", "utilisation_7d", "observed_7d_h", "last_use_utc",
    "tag_model", "home", "maker", "serial", "owner", "next_service", "service_due", "down_since_utc", "down_note",
)  # fmt: skip


def equipment_csv(site: Site, now: Now, stock: Stock, macs: Iterable[str]) -> dict[str, Any]:
    """The download of these things in this order; MACs that are no equipment are left out."""
    things = {thing.row.mac: thing for thing in now.things}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    today = datetime.fromtimestamp(now.t, UTC).date()
    for mac in macs:
        if mac in things:
            cells = {**_place(site, things[mac]), **_use(things[mac], stock), **_paper(things[mac], stock, today)}
            writer.writerow([safe(str(cells[name])) for name in COLUMNS])
    content = base64.b64encode((BOM + text.getvalue()).encode()).decode()
    name = f"wardlight-assets-{datetime.fromtimestamp(now.t, UTC):%Y%m%d-%H%M%S}.csv"
    return {"content": content, "filename": name, "type": "text/csv;charset=utf-8", "base64": True}


def _place(site: Site, thing: Thing) -> dict[str, Any]:
    row = thing.row
    room = site.rooms[row.room] if 0 <= row.room < len(site.rooms) else None
    level = site.levels[row.level] if 0 <= row.level < len(site.levels) else None
    return {
        "mac": row.mac,
        "label": row.label,
        "type": row.type,
        "status": thing.status.name.lower(),
        "state": State(row.state).name.lower(),
        "room_number": room.number if room else "",
        "room_name": room.name if room else "",
        "department": room.department if room else "",
        "level": level.name if level else "",
        "there_since_utc": _utc(row.since),
        "last_heard_utc": _utc(row.heard),
        "room_probability": "" if row.p is None else row.p,
        "tag_model": thing.model,
        "home": thing.home,
    }


def _use(thing: Thing, stock: Stock) -> dict[str, Any]:
    mac, past = thing.row.mac, stock.past
    charge = past.charges.get(mac)
    cells: dict[str, Any] = {
        "battery": charge.value if charge else "",
        "battery_unit": charge.quantity.removeprefix("battery_") if charge else "",
        "battery_utc": _utc(charge.t if charge else None),
        "last_use_utc": _utc(past.last_use.get(mac)),
    }
    for name, share in (("24h", past.day.get(mac)), ("7d", past.week.get(mac))):
        seen = share is not None and share.observed_s > 0
        cells[f"utilisation_{name}"] = round(share.used_s / share.observed_s, 3) if share and seen else ""
        cells[f"observed_{name}_h"] = round(share.observed_s / 3600, 2) if share else ""
    return cells


def _paper(thing: Thing, stock: Stock, today: Any) -> dict[str, Any]:  # noqa: ANN401
    keep, down = stock.upkeep.get(thing.row.mac), stock.down.get(thing.row.mac)
    service = keep.next_service if keep else None
    return {
        "maker": f"{keep.maker} {keep.model}".strip() if keep else "",
        "serial": keep.serial if keep else "",
        "owner": keep.department if keep else "",
        "next_service": service.isoformat() if service else "",
        "service_due": due_names()[due(service, today, stock.rules.service.soon_days)],
        "down_since_utc": _utc(down.since if down else None),
        "down_note": down.note if down else "",
    }


def _utc(t: float | None) -> str:
    return "" if t is None else datetime.fromtimestamp(round(t), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
