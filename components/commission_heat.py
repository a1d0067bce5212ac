"""The heat layer of the commissioning page: coverage and expected error of a level, before and after."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import numpy as np

from components.text import _
from twin.commission.gateways import Row, Rows, check
from twin.errors import SiteError
from twin.model import F32, Gateway
from twin.settings import settings
from twin.site import Site
from twin.web import quality
from twin.web.quality import Heat

NOWHERE = 255
"""The byte of a cell where nobody can walk."""
SCALES = {"heard": 10.0, "error": 10.0}
"""Bytes a gateway and bytes a metre: tenths."""


def heat_answer(site: Site, level: int, asked: dict[str, Any]) -> dict[str, Any]:
    """Work out what the page asked for; `asked` has `rows` when there are unsaved changes."""
    base: dict[str, Any] = {"n": asked.get("n"), "level": level, "ok": False, "faults": []}
    edited, faults = _edited(site, asked.get("rows"))
    if faults:
        return base | {"text": _("Correct the marked gateways first."), "faults": faults}
    surveyed = settings().survey if settings().survey.exists() else None
    try:
        if edited is not None:
            of, before, after = "edits", (site.gateways, surveyed), (edited, surveyed)
        else:
            of, before, after = "survey" if surveyed else "saved", (site.gateways, None), (site.gateways, surveyed)
        pair = [quality.heat(site, *one) for one in ((before, after) if of != "saved" else (after,))]
    except SiteError as error:
        return base | {"text": str(error)}
    made = pair[-1]
    rows, columns = made.error.shape[1:]
    return base | {
        "ok": True, "text": "", "of": of, "step": made.step, "x0": made.x0, "y0": made.y0, "rows": rows,
        "columns": columns, "after": _layer(made, level), "before": _layer(pair[0], level) if len(pair) > 1 else None,
    }  # fmt: skip


def _edited(site: Site, rows: Any) -> tuple[tuple[Gateway, ...] | None, list[dict[str, Any]]]:  # noqa: ANN401
    """The edited list; None when nothing was edited. And its faults."""
    if rows is None:
        return None, []
    try:
        typed: list[Row] = msgspec.convert(rows, Rows)
    except msgspec.ValidationError as error:
        return None, [{"line": 0, "column": "", "text": str(error)}]
    gateways, faults = check(site, typed, settings().gateway_topics)
    return gateways, [fault._asdict() for fault in faults]


def _layer(made: Heat, level: int) -> dict[str, Any]:
    here, every = quality.figures(made, level), quality.figures(made)
    return {
        "heard": _packed(made.heard[level], SCALES["heard"]),
        "error": _packed(made.error[level], SCALES["error"]),
        "level": [here.median_error, here.thin],
        "building": [every.median_error, every.thin],
    }


def _packed(values: F32, scale: float) -> str:
    """One byte a cell, row by row from the lowest y; `NOWHERE` where nobody can walk."""
    tenths = np.clip(np.nan_to_num(values, nan=0.0, posinf=1e6) * scale, 0, NOWHERE - 1).round().astype(np.uint8)
    return base64.b64encode(np.where(np.isfinite(values), tenths, NOWHERE).astype(np.uint8).tobytes()).decode()
