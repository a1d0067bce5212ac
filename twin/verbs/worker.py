"""`python -m twin worker`: does the long jobs that people ask for on a page, one after the other."""

from __future__ import annotations

import signal
import threading

from twin import log
from twin.jobs.worker import Worker
from twin.settings import settings


def worker() -> None:
    """Import buildings that were uploaded, each in a process of its own."""
    s = settings()
    log.configure("worker", s.log_level)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Worker(s.var).run(stop)
