"""From what gateways heard to where things are. Pure: reads no clock, file or network."""

from __future__ import annotations

from typing import Protocol

from twin.locate.epochs import EpochBuilder, EpochCounts
from twin.locate.watch import GatewayResidual
from twin.model import Epoch, Fixes

__all__ = ["EpochBuilder", "EpochCounts", "GatewayResidual", "Locator"]


class Locator(Protocol):
    """A positioning method."""

    def step(self, epoch: Epoch) -> Fixes:
        """Where every registered tag is after this epoch.

        Only tags with a row in `epoch` are computed anew; the others keep their place, and their radius grows.
        The arrays returned are copies. `state` says LIVE or UNSEEN only; `twin.presence` refines it.
        """
        ...

    def residuals(self) -> list[GatewayResidual]:
        """What all tags say of each gateway of the site."""
        ...

    def restore(self, fixes: Fixes) -> None:
        """Start from earlier fixes instead of from nothing."""
        ...
