"""What is remembered: visits, thinned fixes, samples and button presses, in an SQL database."""

from twin.history.batch import Batch, FixColumns, Restored
from twin.history.open import open_history
from twin.history.retention import Retention
from twin.history.store import History
from twin.history.thin import LastStored, live_fixes, thin, thin_samples
from twin.history.writer import HistoryWriter

__all__ = [
    "Batch",
    "FixColumns",
    "History",
    "HistoryWriter",
    "LastStored",
    "Restored",
    "Retention",
    "live_fixes",
    "open_history",
    "thin",
    "thin_samples",
]
