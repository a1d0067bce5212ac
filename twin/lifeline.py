"""Ends the parts when their supervisor is gone, however it went: no orphans after a kill -9.

A tiny process of its own that the supervisor starts first and tells, over a pipe, which
process groups live: "+PGID" and "-PGID", a line each. When the pipe closes, the supervisor
has ended, and what still lives is terminated. Works on every POSIX system; standard library only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

GRACE_S = 6.0


class Lifeline:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "twin.lifeline"], stdin=subprocess.PIPE, start_new_session=True
        )

    def hold(self, group: int) -> None:
        """Process group `group` must not outlive us."""
        self._write(f"+{group}\n")

    def release(self, group: int) -> None:
        """Process group `group` has ended; its number may be used again by others."""
        self._write(f"-{group}\n")

    def close(self) -> None:
        """End the helper; it terminates what is still held."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(GRACE_S + 5)

    def _write(self, line: str) -> None:
        if self._process.stdin and self._process.poll() is None:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


def held(lines: Iterable[str]) -> set[int]:
    """Read lines until the end; the groups that were held and not released."""
    groups: set[int] = set()
    for line in lines:
        sign, group = line[:1], int(line[1:])
        groups = groups | {group} if sign == "+" else groups - {group}
    return groups


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group; False when there is none."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end_groups(groups: set[int], grace: float = GRACE_S) -> None:
    """Terminate process groups, and kill what remains after `grace` seconds."""
    left = {g for g in groups if signal_group(g, signal.SIGTERM)}
    for _ in range(int(grace / 0.1)):
        left = {g for g in left if signal_group(g, 0)}
        if not left:
            return
        time.sleep(0.1)
    for group in left:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    end_groups(held(sys.stdin))
