"""The list: the facts of the floor model as tables, for everybody who cannot use a picture."""

from __future__ import annotations

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, ctx, dcc, html

from components import ids, tell
from components.attributes import aria
from components.icons import icon
from components.names import kind_names
from components.rows import room_rows, tag_rows
from components.sheet import Column, Order, ordered, sheet
from components.table import PAGE, room_columns, tag_columns
from components.text import _, ngettext
from twin.access import visitor
from twin.model import State as Seen
from twin.web.building import building
from twin.web.live import hub
from twin.web.picture import Picture, picture

REFRESH_MS = 10_000
TAG_ORDER, ROOM_ORDER = Order("what"), Order("number")


def title() -> str:
    """Name the page in the browser's tab."""
    return f"{_('List')} · Wardlight"


dash.register_page(__name__, path="/list", title=title)


def layout(**_query: str) -> html.Div:
    """Lay out the page; the tables come with the first refresh."""
    return html.Div(
        [
            html.Div(
                [html.H1(_("List")), html.P(id=ids.LIST_ABOUT, className="quiet"), *_tools()], className="page-head"
            ),
            dmc.Tabs(
                [
                    dmc.TabsList([dmc.TabsTab(_("Tags"), value="tags"), dmc.TabsTab(_("Rooms"), value="rooms")]),
                    dmc.TabsPanel([_filters(), html.Div(id=ids.LIST_TAGS), _pages()], value="tags"),
                    dmc.TabsPanel([_room_filter(), html.Div(id=ids.LIST_ROOMS)], value="rooms"),
                ],
                id=ids.LIST_TAB,
                value="tags",
                keepMounted=True,
            ),
            dcc.Interval(id=ids.LIST_REFRESH, interval=REFRESH_MS),
            dcc.Store(id=ids.LIST_SORT, data=[TAG_ORDER.column, TAG_ORDER.descending]),
            dcc.Store(id=ids.LIST_ROOM_SORT, data=[ROOM_ORDER.column, ROOM_ORDER.descending]),
            dcc.Store(id=ids.LIST_TAGS_DATA),
            dcc.Store(id=ids.LIST_ROOMS_DATA),
            dcc.Download(id=ids.LIST_CSV),
        ],
        className="page",
    )


def _tools() -> list[Any]:
    return [
        html.Button(
            [icon("pause"), html.Span(_("Pause updates"))],
            id=ids.LIST_PAUSE,
            type="button",
            className="tool",
            **aria(pressed="false"),
        ),
        html.Button([icon("download"), html.Span(_("CSV"))], id=ids.LIST_CSV_BUTTON, type="button", className="tool"),
    ]


def _filters() -> html.Div:
    who = visitor()
    kinds = [{"value": kind, "label": name} for kind, name in kind_names().items() if who.sees(kind)]
    return html.Div(
        [
            dmc.TextInput(
                id=ids.LIST_SEARCH, label=_("Find"), placeholder=_("Name, kind, room or MAC address"), debounce=300
            ),
            dmc.Select(id=ids.LIST_KIND, label=_("Kind"), data=kinds, clearable=True, placeholder=_("All kinds")),  # pyright: ignore[reportArgumentType]
        ],
        className="filters",
    )


def _room_filter() -> html.Div:
    box = dmc.TextInput(
        id=ids.LIST_ROOM_SEARCH, label=_("Find"), placeholder=_("Number, name or department"), debounce=300
    )
    return html.Div(box, className="filters")


def _pages() -> html.Nav:
    pages = dmc.Pagination(  # its arrows cannot be given a name that a screen reader would say
        id=ids.LIST_PAGE, total=1, value=1, size="sm", withControls=False, hideWithOnePage=True, boundaries=2
    )  # fmt: skip
    return html.Nav(pages, className="pages", **aria(label=_("Pages of the table")))


@callback(
    Output(ids.LIST_TAGS_DATA, "data"),
    Output(ids.LIST_PAGE, "total"),
    Output(ids.LIST_PAGE, "value"),
    Output(ids.LIST_ABOUT, "children"),
    Input(ids.LIST_REFRESH, "n_intervals"),
    Input(ids.LIST_SEARCH, "value"),
    Input(ids.LIST_KIND, "value"),
    Input(ids.LIST_SORT, "data"),
    Input(ids.LIST_PAGE, "value"),
)
def show_tags(_n: int | None, search: str | None, kind: str | None, order: list[Any], page: int) -> tuple[Any, ...]:
    """Fill the table of tags with what the hub knows now."""
    now = picture(hub(), visitor())
    columns = tag_columns(building(), now.t or 0.0)
    rows = [row for row in tag_rows(now) if kind in (None, row.kind)]
    rows = ordered(_matching(rows, columns, search, "mac"), columns, Order(*order))
    total = max(1, -(-len(rows) // PAGE))
    page = min(max(page or 1, 1), total) if ctx.triggered_id in (ids.LIST_PAGE, ids.LIST_REFRESH) else 1
    shown = rows[PAGE * (page - 1) : PAGE * page]
    empty = _("Nothing found") if now.tags else _("The list of tags has not arrived yet.")
    tags = sheet(_("Tags"), columns, shown, empty=empty, order=Order(*order), sorter=ids.LIST_SORT, heading=False)
    return {"slot": ids.LIST_TAGS, "sheets": [tags]}, total, page, _about(now, len(rows))


@callback(
    Output(ids.LIST_ROOMS_DATA, "data"),
    Input(ids.LIST_REFRESH, "n_intervals"),
    Input(ids.LIST_ROOM_SEARCH, "value"),
    Input(ids.LIST_ROOM_SORT, "data"),
)
def show_rooms(_n: int | None, search: str | None, order: list[Any]) -> dict[str, Any]:
    """Fill the table of rooms."""
    columns = room_columns(building())
    rows = room_rows(building(), picture(hub(), visitor()))
    rows = ordered(_matching(rows, columns, search), columns, Order(*order))
    rooms = sheet(
        _("Rooms"), columns, rows, empty=_("Nothing found"), order=Order(*order),
        sorter=ids.LIST_ROOM_SORT, heading=False,
    )  # fmt: skip
    return {"slot": ids.LIST_ROOMS, "sheets": [rooms]}


@callback(
    Output(ids.LIST_REFRESH, "disabled"),
    Output(ids.LIST_PAUSE, "aria-pressed"),
    Input(ids.LIST_PAUSE, "n_clicks"),
    prevent_initial_call=True,
)
def pause(clicks: int) -> tuple[bool, str]:
    """Stop refreshing the tables, or go on."""
    paused = clicks % 2 == 1
    return paused, str(paused).lower()


@callback(Output(ids.LIST_CSV, "data"), Input(ids.LIST_CSV_BUTTON, "n_clicks"), prevent_initial_call=True)
def download(_clicks: int) -> Any:  # noqa: ANN401
    """Send all tags as CSV."""
    from components.export import tags_csv  # noqa: PLC0415 - pandas is only loaded when somebody wants it

    return tags_csv(building(), picture(hub(), visitor()))


def _matching(rows: list[Any], columns: list[Column[Any]], search: str | None, *fields: str) -> list[Any]:
    """Keep the rows in which every word occurs, in what a column sorts by as text or in a field."""
    words = (search or "").casefold().split()
    if not words:
        return rows

    def text(row: Any) -> str:  # noqa: ANN401
        parts = [value for c in columns if c.order and isinstance(value := c.order(row), str)]
        return " ".join((*parts, *(getattr(row, field).casefold() for field in fields)))

    return [row for row in rows if all(word in text(row) for word in words)]


def _about(now: Picture, rows: int) -> str:
    if now.t is None:
        return _("No data has come from the twin yet.")
    known = sum(row.state < Seen.LOST for row in tag_rows(now))
    told = ngettext("%(num)s tag", "%(num)s tags", rows)
    seen = ngettext("%(num)s with a place", "%(num)s with a place", known)
    return _(
        "Data of %(time)s: %(told)s, %(seen)s. Refreshed every 10 s.",
        time=tell.clock_time(now.t, seconds=True),
        told=told,
        seen=seen,
    )


clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(ids.LIST_TAGS_DATA, "data"))
clientside_callback(ClientsideFunction("wardlight", "sheets"), Input(ids.LIST_ROOMS_DATA, "data"))
