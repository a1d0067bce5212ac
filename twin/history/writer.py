"""The thread that writes history, so that the engine never waits for a disk."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from twin import log
from twin.history.batch import Batch
from twin.history.faults import Fault, fault_of, remedy
from twin.history.retention import Retention
from twin.history.rows import Rows
from twin.history.schema import hour_of
from twin.history.spill import Spill
from twin.history.store import History

MEMORY = 60
"""Batches that wait in memory for a database that fails before they go to the spill file."""
HELD = 7200
"""Batches kept, without their fixes and samples, when there is no room for a spill file either."""
RETRY_S = 2.0

_log = log.get(__name__)
_Failure = (SQLAlchemyError, sqlite3.Error, OSError)


class HistoryWriter:
    """Stores batches in the order they are put, each in one transaction or together with its neighbours.

    When the database fails, live goes on: batches wait in memory, then in a file in `spill`, and are
    stored once it works again. `state` is "ok" or says what is wrong and what to do.
    """

    def __init__(
        self,
        history: History,
        *,
        spill: Path | None = None,
        keep: Retention | None = None,
        memory: int = MEMORY,
        retry_s: float = RETRY_S,
    ) -> None:
        self._history = history
        self._keep = keep or Retention()
        self._memory = memory
        self._retry_s = retry_s
        self._spill = Spill(spill or history.path.parent / "spill")
        self._inbox: deque[Batch] = deque()
        self._pending: deque[Rows] = deque()
        self._wake = threading.Condition()
        self._accepted = self._collected = self._stored = 0
        self._closing = False
        self._fault: Fault | None = None
        self._state = "ok"
        self._newest_t: float | None = None
        self._pruned_hour: int | None = None
        self.counters = dict.fromkeys(
            (
                "batches",
                "rows",
                "pruned",
                "failures",
                "spilled",
                "recovered",
                "thinned_out",
                "lost",
                "unfit",
                "refused",
            ),
            0,
        )
        """`batches`, `rows` stored; `pruned` rows deleted for age; `spilled`, `recovered` batches; `thinned_out`
        rows and `lost` batches given up for want of space; `unfit` rows and `refused` batches that cannot be stored."""
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    @property
    def state(self) -> str:
        """How the writing goes: "ok", or what is wrong and the remedy."""
        if not self._closing and not self._thread.is_alive():
            return "stopped: the writing thread has ended; see the log and restart the twin"
        if self._state == "ok" and self.waiting > self._memory:
            return f"behind: {self.waiting} batches wait to be stored"
        return self._state

    @property
    def waiting(self) -> int:
        """Batches in memory that are not stored yet."""
        return len(self._inbox) + len(self._pending)

    def put(self, batch: Batch) -> None:
        """Have a batch stored. Never waits and never raises."""
        with self._wake:
            self._inbox.append(batch)
            self._accepted += 1
            if len(self._inbox) > HELD:
                self._inbox.popleft()
                self.counters["lost"] += 1
            self._wake.notify_all()

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until all that was put is in the database; False when it is not after `timeout` seconds."""
        with self._wake:
            target = self._accepted
            return self._wake.wait_for(lambda: self._stored >= target, timeout)

    def close(self, timeout: float = 30.0) -> bool:
        """Store or spill what waits, and end the thread. False when it is stuck; call once."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        closing = False
        while not closing:
            closing = self._wait()
            self._collect()
            self._step()
        self._spill_over(0)
        if self._pending:
            self.counters["lost"] += len(self._pending)
            _log.error("batches could not be kept", batches=len(self._pending), state=self._state)

    def _wait(self) -> bool:
        with self._wake:
            if self._fault:
                self._wake.wait_for(lambda: self._closing, self._retry_s)
            elif not self._spill:
                self._wake.wait_for(lambda: self._closing or self._inbox)
            return self._closing

    def _collect(self) -> None:
        with self._wake:
            batches = list(self._inbox)
            self._inbox.clear()
            self._collected = self._accepted
        for batch in batches:
            try:
                rows = self._history.rows(batch)
            except (ValueError, IndexError, TypeError) as error:
                self.counters["refused"] += 1
                _log.error("a malformed batch was left out", t=batch.t, reason=repr(error))
                continue
            self.counters["unfit"] += rows.unfit
            self._pending.append(rows)

    def _step(self) -> None:
        try:
            self._recover()
            self._write(list(self._pending))
            self._pending.clear()
            self._enter(None, "ok")
            self._settle()
            self._prune()
        except _Failure as error:
            self._failed(error)

    def _recover(self) -> None:
        """Store what waits in the spill file, before anything newer."""
        if not self._spill:
            return
        self._state = f"behind: storing what waited in {self._spill.path}"
        waiting = self._spill.read()
        while chunk := list(islice(waiting, self._memory)):
            self._write(chunk)
            self.counters["recovered"] += len(chunk)
            if len(chunk) == self._memory:  # a shorter one means that the end of the file was read
                self._collect()
                self._spill_over(self._memory)
        self._spill.clear()

    def _write(self, batches: list[Rows]) -> None:
        try:
            self._history.write(batches)
        except DBAPIError as error:
            if fault_of(error, self._history.path) is not Fault.REFUSED:
                raise
            self._write_each(batches)
        else:
            self._count(batches)

    def _write_each(self, batches: list[Rows]) -> None:
        """One batch that the database will never take must not hold the others up."""
        for rows in batches:
            try:
                self._history.write([rows])
            except DBAPIError as error:
                if fault_of(error, self._history.path) is not Fault.REFUSED:
                    raise
                self.counters["refused"] += 1
                _log.error("a batch was refused", t=rows.t, reason=str(error.orig))
            else:
                self._count([rows])

    def _count(self, batches: list[Rows]) -> None:
        self.counters["batches"] += len(batches)
        self.counters["rows"] += sum(rows.count for rows in batches)
        if batches:
            self._newest_t = batches[-1].t

    def _settle(self) -> None:
        with self._wake:
            self._stored = self._collected
            self._wake.notify_all()

    def _prune(self) -> None:
        if self._newest_t is None or (hour := hour_of(self._newest_t)) == self._pruned_hour:
            return
        pruned = self._history.prune(self._newest_t, self._keep)
        self.counters["pruned"] += pruned.rows
        self._pruned_hour = None if pruned.more else hour

    def _failed(self, error: SQLAlchemyError | sqlite3.Error | OSError) -> None:
        self.counters["failures"] += 1
        path = self._history.path
        fault = fault_of(error, path)
        self._enter(fault, remedy(fault, path, str(getattr(error, "orig", None) or error)))
        self._spill_over(self._memory)

    def _spill_over(self, memory: int) -> None:
        """Move the oldest batches beyond `memory` to the spill file, or else make them small."""
        try:
            while len(self._pending) > memory:
                self._spill.add(self._pending[0])
                self._pending.popleft()
                self.counters["spilled"] += 1
        except OSError:
            self._lighten(memory)

    def _lighten(self, memory: int) -> None:
        """Give fixes, samples and energy up before visits and presses."""
        for i in range(len(self._pending) - memory):
            rows = self._pending[i]
            spare = len(rows.fixes) + len(rows.samples) + len(rows.energy)
            if spare:
                self.counters["thinned_out"] += spare
                self._pending[i] = msgspec.structs.replace(rows, fixes=[], samples=[], energy=[])
        while len(self._pending) > HELD:
            self._pending.popleft()
            self.counters["lost"] += 1

    def _enter(self, fault: Fault | None, state: str) -> None:
        """Say it once when something breaks and once when it works again."""
        if fault is not self._fault:
            if fault is None:
                _log.warning("history works again")
            else:
                _log.error("history is not written", state=state)
        self._fault, self._state = fault, state
