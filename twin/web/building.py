"""The building, read once per process."""

from __future__ import annotations

from functools import lru_cache

from twin.settings import settings
from twin.site import Site, load_site


@lru_cache
def building() -> Site:
    """Read the site's building and gateways.

    Raises:
        SiteError: they cannot be used.
    """
    return load_site(settings().building, settings().gateways)
