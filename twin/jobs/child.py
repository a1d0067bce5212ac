"""The process that does one job and nothing else: `python -m twin.jobs.child VAR FOLDER`.

It reads files that anybody may have made with libraries in C, so it has limits, and what becomes of it is no concern
of the worker that started it. It notes how the job went in the job's folder; exit code 0 says that it did.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twin import clock
from twin.errors import SiteError, WardlightError
from twin.jobs import candidates
from twin.jobs.job import Job, Outcome, note_outcome, report
from twin.jobs.spool import Spool

MEMORY_BYTES = 6 << 30
"""Address space of the process; less on a small machine, see `limit`."""
CPU_S = 3_600
FILE_BYTES = 2 << 30
"""The largest file it may write."""
NICE = 10
EACH_S = 0.2
"""Progress is noted no more often than this."""
MOST_PROBLEMS = 500
TOO_LITTLE_MEMORY = (
    "The import needs more memory than it may have. "
    "Export only what makes rooms: spaces, walls, slabs, doors and stairs."
)


def main(arguments: list[str]) -> int:
    """Do the job in the folder of the second argument; the first is the folder `var`."""
    var, folder = map(Path, arguments)
    limit()
    job = Spool(var).find(folder.name)
    if job is None:
        return 1
    try:
        outcome = Outcome(candidate=take_in(var, job, teller(folder)))
    except SiteError as error:
        outcome = Outcome(reason=str(error).split("\n  - ")[0], problems=error.problems[:MOST_PROBLEMS])
    except WardlightError as error:
        outcome = Outcome(reason=str(error))
    except MemoryError:
        outcome = Outcome(reason=TOO_LITTLE_MEMORY)
    except OSError as error:
        outcome = Outcome(reason=f"The import could not be written: {error.strerror or error}.")
    note_outcome(folder, outcome)
    return 0


def limit() -> None:
    """Bound what this process may take, so that a bad file cannot starve the twin."""
    os.nice(NICE)
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    bounds = {
        resource.RLIMIT_AS: max(min(MEMORY_BYTES, whole), 2 << 30),
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in bounds.items():
        hard = resource.getrlimit(what)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (soft, hard))
        except (OSError, ValueError):  # a system that knows no such limit
            continue


def take_in(var: Path, job: Job, tell: Callable[[float, str], None]) -> str:
    """Import the building of a job; the id of the candidate that it became.

    Raises:
        SiteError: the file holds no building that the twin can use.
    """
    from twin.site.importing.take_in import take_in as read  # noqa: PLC0415 - only after the limits are set

    told: dict[str, Any] = {}

    def write(out: Path) -> None:
        taken = read(job.source, out, assets=job.workbook, tell=tell)
        if not taken.usable:
            raise SiteError("The file holds no building that the twin can use:", tuple(taken.problems))
        told.update(summary=taken.summary, problems=list(taken.problems), notes=list(taken.notes))

    return candidates.put(var, write, job.name, "import", told).id


def teller(folder: Path) -> Callable[[float, str], None]:
    """What notes progress, now and then; it ends the process when the worker that started it is gone."""
    parent, last = os.getppid(), 0.0

    def tell(share: float, text: str) -> None:
        nonlocal last
        if os.getppid() != parent:
            sys.exit(1)
        now = clock.monotonic()
        if now - last >= EACH_S or share >= 1.0:
            last = now
            report(folder, share, text)

    return tell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
