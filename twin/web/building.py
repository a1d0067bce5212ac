"""The building, read once per process and again when another building or gateway list was put in its place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from twin import log
from twin.errors import SiteError
from twin.settings import settings
from twin.site import Site, load_site
from twin.site.load import load_building

_log = log.get("building")

Stamp = tuple[Path, int, Path, int]
"""Which gateway list and which building, and when each was written."""


def stamp() -> Stamp:
    """Changes when the building has to be read again; what is made from the building is cached under it."""
    s = settings()
    built = s.building_in_use
    return s.gateway_list, _written(s.gateway_list), built, _written(built / "manifest.json")


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def building() -> Site:
    """Read the site's building and gateways.

    Raises:
        SiteError: they cannot be used.
    """
    return _building(stamp())


@lru_cache(maxsize=1)
def _building(_stamp: Stamp) -> Site:
    s = settings()
    try:
        return load_site(s.building_in_use, s.gateway_list)
    except SiteError as error:
        if s.gateway_list == s.gateways:
            raise
        # Somebody edited the file by hand: the picture stays, with the gateways that the site came with, if they fit.
        _log.error(f"{error}")
    try:
        return load_site(s.building_in_use, s.gateways)
    except SiteError as error:
        site, _ = load_building(s.building_in_use)
        if site is None:
            raise
        _log.error(f"the page shows no gateways: {error}")
        return site
