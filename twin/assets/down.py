"""What people said is broken: a list that outweighs every rule, until somebody says that it is repaired."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from twin.errors import SiteError
from twin.site.registers import normal_mac, table_rows

COLUMNS = ("mac", "since", "note")


class Down(NamedTuple):
    """One broken thing: POSIX seconds UTC since when, and what is wrong with it (may be empty)."""

    since: float
    note: str


def read_down(path: Path) -> dict[str, Down]:
    """The list by MAC; empty when there is no file.

    Raises:
        SiteError: it is no such list.
    """
    if not path.exists():
        return {}
    found: dict[str, Down] = {}
    for line, row in table_rows(path, COLUMNS):
        try:
            found[normal_mac(row["mac"])] = Down(float(row["since"]), row["note"])
        except ValueError:
            raise SiteError(f"{path} line {line}: since is {row['since']!r}, expected POSIX seconds.") from None
    return found


def down_csv(down: Mapping[str, Down]) -> str:
    """The content of the file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((mac, f"{one.since:.0f}", one.note) for mac, one in sorted(down.items()))
    return text.getvalue()
