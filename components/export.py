"""The tags as a CSV file: machine-readable names, UTC times, no language."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import dcc

from components.rows import TagRow, tag_rows
from twin.model import State
from twin.site import Site
from twin.web.picture import Picture

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def tags_csv(site: Site, picture: Picture) -> dict[str, Any]:
    """Give the download of all tags that the visitor may see."""
    frame = pd.DataFrame([_record(site, row) for row in tag_rows(picture)])
    stamp = pd.to_datetime(picture.t or 0, unit="s", utc=True).strftime("%Y%m%d-%H%M%S")
    return dict(dcc.send_data_frame(frame.to_csv, f"wardlight-tags-{stamp}.csv", index=False))


def _record(site: Site, row: TagRow) -> dict[str, Any]:
    room = site.rooms[row.room] if 0 <= row.room < len(site.rooms) else None
    second = site.rooms[row.second] if 0 <= row.second < len(site.rooms) else None
    level = site.levels[row.level] if 0 <= row.level < len(site.levels) else None
    return {
        "mac": row.mac,
        "kind": row.kind,
        "type": safe(row.type),
        "label": safe(row.label),
        "state": State(row.state).name.lower(),
        "level": safe(level.name) if level else "",
        "room_number": safe(room.number) if room else "",
        "room_name": safe(room.name) if room else "",
        "there_since_utc": _utc(row.since),
        "last_heard_utc": _utc(row.heard),
        "room_probability": row.p,
        "second_room_number": safe(second.number) if second else "",
        "second_room_probability": row.p_second,
        "level_unsure": row.level_unsure,
        "radius90_m": row.r90,
    }


def _utc(t: float | None) -> str:
    return "" if t is None else pd.to_datetime(round(t), unit="s", utc=True).strftime("%Y-%m-%dT%H:%M:%SZ")


def safe(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
