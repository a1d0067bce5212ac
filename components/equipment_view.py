"""The frame of the assets page: head, places that scripts fill, the table's columns."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import dcc, html

from components import ids
from components.attributes import aria, data
from components.icons import icon
from components.text import _
from twin.access import Visitor


def view(who: Visitor) -> html.Div:
    """Lay out the page; what it shows comes with the first refresh."""
    body = html.Div(
        [
            html.Div(_grid(), className="equipment-grid-box"),
            html.Section(id="equipment-side", className="equipment-side", tabIndex="-1", **aria(label=_("Details"))),
        ],
        className="equipment-body",
    )
    return html.Div(
        [
            _head(),
            html.Div(id="equipment-alert", className="alert", role="alert", hidden=True),
            html.Div(id="equipment-tiles", className="equipment-tiles"),
            html.Div(id="equipment-tools", className="equipment-tools", role="search"),
            body,
            *_stores(),
        ],
        id=ids.EQUIPMENT,
        className="page equipment",
        **data(manage="yes" if who.may_manage_assets else "", side="closed"),
    )


def _head() -> html.Div:
    def tool(act: str, mark: str, text: str) -> html.Button:
        return html.Button([icon(mark), html.Span(text)], type="button", className="tool", **data(do=act))

    return html.Div(
        [
            html.H1(_("Assets")),
            html.P(id="equipment-about", className="quiet"),
            tool("near", "walk", _("Nearest free")),
            tool("add", "scan", _("Add a tag")),
            tool("csv", "download", _("CSV")),
        ],
        className="page-head",
    )


def _stores() -> list[Any]:
    stores = (
        ids.EQUIPMENT_HAVE, ids.EQUIPMENT_NEWS, ids.EQUIPMENT_ASK, ids.EQUIPMENT_ANSWER, ids.EQUIPMENT_DETAIL_ASK,
        ids.EQUIPMENT_DETAIL, ids.EQUIPMENT_NEAR_ASK, ids.EQUIPMENT_NEAR, ids.EQUIPMENT_CSV_ASK,
    )  # fmt: skip
    return [*(dcc.Store(id=store) for store in stores), dcc.Download(id=ids.EQUIPMENT_CSV)]


def _grid() -> Any:  # noqa: ANN401
    return dag.AgGrid(
        id=ids.EQUIPMENT_GRID,
        columnDefs=_columns(),
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True, "minWidth": 90},
        getRowId="params.data.mac",
        dashGridOptions={
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
            "suppressColumnVirtualisation": False,
            "suppressCellFocus": False,
            "ensureDomOrder": True,
            "localeText": {"noRowsToShow": _("Nothing fits these filters.")},
            "rowHeight": 38,
            "headerHeight": 40,
        },
        className="equipment-grid",
        style={"height": "100%", "width": "100%"},
    )


def _columns() -> list[dict[str, Any]]:
    def column(field: str, title: str, width: int, renderer: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        made = {"field": field, "colId": field, "headerName": title, "width": width}
        return made | ({"cellRenderer": renderer} if renderer else {}) | more

    number: dict[str, Any] = {"type": "rightAligned"}
    return [
        column("label", _("Asset"), 190, "EquipmentLabel", pinned="left", sort="asc"),
        column("typeName", _("Type"), 135),
        column("statusText", _("Status"), 120, "EquipmentStatus"),
        column("roomText", _("Room"), 210, "EquipmentRoom"),
        column("departmentText", _("Department"), 170),
        column("levelText", _("Level"), 110),
        column("since", _("There for"), 100, "EquipmentSince", **number),
        column("heard", _("Last heard"), 120, "EquipmentAge", **number),
        column("p", _("Sure of room"), 115, "EquipmentSure", **number),
        column("charge", _("Battery"), 110, "EquipmentBattery", **number),
        column("use", _("In use, 7 days"), 125, "EquipmentUse", **number),
        column("lastUse", _("Idle for"), 115, "EquipmentIdle", **number),
        column("service", _("Next service"), 170, "EquipmentDue"),
        column("card", _("Asset"), 200, "EquipmentCard", flex=1, hide=True, sortable=False),
    ]
