from __future__ import annotations

import math
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from components.export import FORMULA_STARTS, safe
from components.sheet import Column, Order, code, health, link, ordered, sheet


class Thing(NamedTuple):
    name: str
    size: float | None


COLUMNS = [
    Column[Thing]("name", "Name", lambda t: link(t.name, "/x"), lambda t: t.name),
    Column[Thing]("size", "Size", lambda t: str(t.size), lambda t: t.size, number=True),
    Column[Thing]("note", "Note", lambda _: code("x")),
]
things = st.lists(st.builds(Thing, st.text(max_size=3), st.none() | st.floats(allow_nan=False)))


@given(things, st.booleans())
def test_sorting_keeps_all_rows_and_puts_the_unknown_last(rows: list[Thing], descending: bool):
    out = ordered(rows, COLUMNS, Order("size", descending))
    sizes = [row.size for row in out if row.size is not None]
    assert sorted(map(repr, out)) == sorted(map(repr, rows))
    assert sizes == sorted(sizes, reverse=descending)
    assert all(row.size is None for row in out[len(sizes) :])


def test_an_unknown_column_falls_back_to_the_first():
    rows = [Thing("b", 1), Thing("a", math.inf)]
    assert [row.name for row in ordered(rows, COLUMNS, Order("nothing"))] == ["a", "b"]
    assert ordered(rows, COLUMNS, Order("note")) == rows


def test_a_sheet_says_how_it_is_sorted():
    data = sheet("Things", COLUMNS, [Thing("a", 1)], empty="none", order=Order("size", True), sorter="store")
    assert [head["sort"] for head in data["heads"]] == ["none", "descending", None]
    assert data["rows"] == [[{"text": "a", "href": "/x", "icon": ""}, "1", {"text": "x", "form": "code"}]]
    assert health("ill", well=False)["form"] == "unwell"


@given(st.text())
def test_no_cell_of_the_csv_file_is_a_formula(text: str):
    assert not safe(text).startswith(FORMULA_STARTS)
    assert safe(text).endswith(text)
