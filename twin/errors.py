"""Failures that a person has to act on. Each message says what is wrong and what to do."""

from __future__ import annotations


class WardlightError(Exception):
    """Base of all expected failures; commands print it and exit with 2, without a traceback."""


class SettingsError(WardlightError):
    """A setting is missing, malformed or contradicts another."""


class SiteError(WardlightError):
    """The building, gateway list or tag register cannot be used. `problems` lists each fault."""

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__("\n  - ".join((message, *problems)))
        self.problems = problems


class BrokerError(WardlightError):
    """The MQTT broker refuses us or cannot be started."""


class HistoryError(WardlightError):
    """The history database cannot be opened, migrated or written."""
