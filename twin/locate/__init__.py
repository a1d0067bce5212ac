"""From what gateways heard to where things are. Pure: reads no clock, file or network."""

from __future__ import annotations

from typing import Protocol

from twin.locate.centroid import CentroidLocator
from twin.locate.epochs import EpochBuilder, EpochCounts
from twin.model import Epoch, Fixes

__all__ = ["CentroidLocator", "EpochBuilder", "EpochCounts", "Locator"]


class Locator(Protocol):
    """A positioning method. It is built from a `Site` and the size of the register."""

    def step(self, epoch: Epoch) -> Fixes:
        """Where every registered tag is after this epoch.

        Only tags with a row in `epoch` are computed anew; the others keep their place. The arrays
        returned are copies. `state` says LIVE or UNSEEN only; `twin.presence` refines it.
        """
        ...

    def restore(self, fixes: Fixes) -> None:
        """Start from earlier fixes instead of from nothing."""
        ...
