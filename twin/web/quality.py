"""How well a tag would be placed: worked out when somebody asks, and kept for the next who does."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from flask import Flask
from flask_caching import Cache

from twin.model import F32, NONE, Gateway
from twin.settings import settings
from twin.site import Site, survey
from twin.site.registers import gateways_csv
from twin.site.survey import Survey

KEPT = 40
"""Results kept on disk, shared by the workers."""
ENOUGH = 3
"""Gateways that must hear a tag before its place deserves trust."""

_cache = Cache()
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Heat:
    """Expected quality over a building; arrays [level, row, column], NaN where nobody can walk.

    Cell (row, column) reaches from x0 + column * step to the next, and the same in y; metres.
    """

    step: float
    x0: float
    y0: float
    heard: F32
    """Gateways expected to hear a tag."""
    error: F32
    """Expected median error, metres."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A building or level in two numbers; None where there is no floor to walk on."""

    median_error: float | None
    thin: float | None
    """Share of the walkable floor that fewer than `ENOUGH` gateways hear."""


def set_up(server: Flask, folder: Path) -> None:
    """Keep results in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _cache.init_app(
        server,
        {
            "CACHE_TYPE": "FileSystemCache",
            "CACHE_DIR": str(folder),
            "CACHE_THRESHOLD": KEPT,
            "CACHE_DEFAULT_TIMEOUT": 0,
        },
    )
    with server.app_context():
        _cache.clear()  # an older program may have worked them out in another way


def heat(site: Site, gateways: tuple[Gateway, ...], surveyed: Path | None) -> Heat:
    """Work out, or remember, the quality of `site` with these gateways and the survey in a file.

    Raises:
        SiteError: the survey cannot be read.
    """
    content = surveyed.read_bytes() if surveyed and surveyed.exists() else b""
    building = str(settings().building_in_use).encode()
    parts = (building, gateways_csv(site, gateways).encode(), content)
    key = hashlib.blake2s(b"\0".join(hashlib.blake2s(part).digest() for part in parts), digest_size=16).hexdigest()
    with _one_at_a_time:
        found = _cache.get(key)
        if not isinstance(found, Heat):
            found = _work_out(site, gateways, surveyed if content else None)
            _cache.set(key, found)
        return found


def _work_out(site: Site, gateways: tuple[Gateway, ...], surveyed: Path | None) -> Heat:
    from twin.locate.quality import quality  # noqa: PLC0415 - compiles; only for who wants this layer

    known = _heard_by(gateways, survey.read_survey(surveyed, site), site) if surveyed else None
    made = quality(replace(site, gateways=gateways), known)
    walkable = np.isfinite(made.error)
    return Heat(made.step, made.x0, made.y0, np.where(walkable, made.heard, np.float32(np.nan)), made.error)


def _heard_by(gateways: tuple[Gateway, ...], known: Survey, site: Site) -> Survey:
    """The readings that are left when these are the gateways, in their order, instead of the site's."""
    place = {gateway.mac: index for index, gateway in enumerate(gateways)}
    moved = np.array([place.get(gateway.mac, NONE) for gateway in site.gateways], np.int32)[known.gateway]
    left = moved != NONE
    return replace(known, at=known.at[left], gateway=moved[left], rssi=known.rssi[left])


def figures(made: Heat, level: int | None = None) -> Figures:
    """Sum up a level, or the whole building."""
    pick = slice(None) if level is None else slice(level, level + 1)
    error, heard = made.error[pick], made.heard[pick]
    walkable = np.isfinite(error)
    if not walkable.any():
        return Figures(None, None)
    return Figures(float(np.median(error[walkable])), float(np.mean(heard[walkable] < ENOUGH)))
