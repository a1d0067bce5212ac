"""Tables as plain data, which `assets/page/sheets.js` writes into the page.

A table of some hundred rows would be thousands of Dash components; written by a script it
keeps focus and scroll when it is refreshed, and costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
Cell = str | dict[str, str]
"""A text, or what `link`, `code`, `health`, `mark` and `act` give."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which column a table is sorted by."""

    column: str
    descending: bool = False

    @property
    def way(self) -> str:
        """The value of `aria-sort`."""
        return "descending" if self.descending else "ascending"


@dataclass(frozen=True)  # with slots, `Column[Row](...)` fails in Python 3.11
class Column(Generic[Row]):
    """One column: its heading, what it shows, and what it sorts by (None is unknown)."""

    key: str
    title: str
    show: Callable[[Row], Cell]
    order: Callable[[Row], Any] | None = None
    number: bool = False


def link(text: str, href: str, icon: str = "") -> dict[str, str]:
    """Give a cell that leads somewhere."""
    return {"text": text, "href": href, "icon": icon}


def code(text: str) -> dict[str, str]:
    """Give a cell in fixed width, for what machines say."""
    return {"text": text, "form": "code"}


def health(text: str, *, well: bool) -> dict[str, str]:
    """Give a cell with a lamp."""
    return {"text": text, "form": "well" if well else "unwell"}


def mark(text: str, icon: str) -> dict[str, str]:
    """Give a cell with an icon before its text."""
    return {"text": text, "icon": icon, "form": "mark"}


def act(text: str, action: str, value: str) -> dict[str, str]:
    """Give a cell with a button; the page's script is told `action` and `value` when it is pressed."""
    return {"text": text, "action": action, "value": value}


def ordered(rows: Sequence[Row], columns: Sequence[Column[Row]], order: Order) -> list[Row]:
    """Sort rows; what is unknown in the column comes last both ways."""
    column = next((c for c in columns if c.key == order.column), columns[0])
    by = column.order
    if by is None:
        return list(rows)
    known = [row for row in rows if by(row) is not None]
    unknown = [row for row in rows if by(row) is None]
    return sorted(known, key=by, reverse=order.descending) + unknown


def sheet(
    title: str,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    *,
    empty: str,
    order: Order | None = None,
    sorter: str = "",
    heading: bool = True,
) -> dict[str, Any]:
    """Give one table as data.

    `sorter` is the id of the store that the headings write the wanted order into; `heading`
    says whether the title stands above the table or is told to screen readers only.
    """
    heads = [
        {
            "key": column.key,
            "title": column.title,
            "number": column.number,
            "sort": (order.way if order.column == column.key else "none") if order and column.order else None,
        }
        for column in columns
    ]
    cells = [[column.show(row) for column in columns] for row in rows]
    return {"title": title, "heading": heading, "sorter": sorter, "heads": heads, "rows": cells, "empty": empty}
