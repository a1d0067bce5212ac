"""History as the pages read it."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Engine

from twin.history.queries import open_reader
from twin.settings import settings


@lru_cache
def records() -> Engine:
    """Give the read-only engine of this process; it connects at the first query."""
    return open_reader(settings().history_url)
