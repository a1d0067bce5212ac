"""What one tick adds to history: visits as they are, fixes and samples thinned."""

from __future__ import annotations

from collections.abc import Sequence

from twin.climate.meters import MeterReading
from twin.history.batch import Batch, FixColumns
from twin.history.thin import LastStored, live_fixes, thin, thin_samples
from twin.model import Fixes, Press, Sample, Visit

REFRESH_S = 60
"""Each open visit's confidence is brought up to date in history once in so many ticks."""


class Gatherer:
    """Remembers what was stored last, to leave out what says nothing new."""

    def __init__(self, tags: int) -> None:
        self._tags = tags
        self._stored = LastStored.never(tags)
        self._samples: dict[tuple[int, str], Sample] = {}

    def restore(self, last: FixColumns) -> None:
        """Go on from the newest stored fixes."""
        self._stored = self._stored.with_stored(last)

    def due(self, now: float) -> range:
        """The tags whose open visits are brought up to date in this tick."""
        return range(int(now) % REFRESH_S, self._tags, REFRESH_S)

    def batch(
        self,
        fixes: Fixes,
        opened: list[Visit],
        closed: list[Visit],
        samples: Sequence[Sample],
        presses: Sequence[Press],
        meters: Sequence[MeterReading],
    ) -> Batch:
        """Put the batch of the tick together; its time is that of `fixes`."""
        kept, self._stored = thin(live_fixes(fixes), self._stored)
        kept_samples = thin_samples(samples, self._samples)
        self._samples.update({(s.tag, s.quantity): s for s in kept_samples})
        return Batch(fixes.t, opened, closed, kept, kept_samples, list(presses), list(meters))
