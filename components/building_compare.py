"""The building in use beside one that could take its place: plans, figures, and what would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import dcc, html

from components import building, commission_plan, ids, tell
from components.attributes import aria
from components.icons import icon
from components.text import _, ngettext
from twin.site import Site
from twin.web.buildings import Compared, LevelNumbers, level_numbers, numbers

NAMED = 12


def view(found: Compared, base: str) -> list[Any]:
    """Lay out the whole look."""
    rows = level_numbers(found.now, found.new)
    return [
        _head(found),
        html.Div(id="building-said", className="said", role="status"),
        _plans(found, rows) if found.new else _unusable(found),
        html.Div([_figures(found, rows), _notes(found)], className="building-grid") if found.new else None,
        _decide(found, base),
        dcc.Store(id=ids.BUILDING_LOOK, data=found.candidate.id),
        dcc.Store(id=ids.BUILDING_PLANS),
    ]


def gone() -> list[Any]:
    """Say that there is no such candidate any more."""
    text = _("This building is not here any more: it was put in place or discarded.")
    return [html.Div([_back(), html.H1(_("Nothing to look at"))], className="page-head"), html.P(text)]


def _back() -> dcc.Link:
    return dcc.Link(_("← All buildings"), href=dash.get_relative_path("/building"), className="tool")


def _head(found: Compared) -> html.Div:
    one = found.candidate
    text = _("Drawn %(time)s") if one.source == "drawn" else _("Imported %(time)s")
    about = html.P(text % {"time": tell.moment(one.made)}, className="quiet")
    return html.Div([html.H1(one.title), about, _back()], className="page-head")


def _unusable(found: Compared) -> html.Section:
    return html.Section(
        [html.H2(_("The twin cannot use this building")), building.problem_list(found.problems)], className="card"
    )


def _plans(found: Compared, rows: Sequence[LevelNumbers]) -> html.Section:
    start = next((row for row in rows if row.ordinal == 0 and row.rooms[1] is not None), None)
    start = start or next(row for row in reversed(rows) if row.rooms[1] is not None)
    switch = dmc.SegmentedControl(
        id=ids.BUILDING_LEVEL,
        data=[{"value": str(row.ordinal), "label": row.name} for row in reversed(rows)],
        value=str(start.ordinal), size="xs", withItemsBorders=False, **aria(label=_("Level")),
    )  # fmt: skip

    def side(which: str, title: str, name: str) -> html.Figure:
        caption = html.Figcaption([html.Strong(title), html.Span(name, className="quiet")])
        return html.Figure(
            [caption, html.Div(className="beside-plan", id=f"building-plan-{which}")], className="beside"
        )

    sides = [side("now", _("In use"), found.now.name), side("new", _("New"), found.candidate.title)]
    legend = html.P([html.Span(className="gateway-dot"), _("Gateway")], className="quiet beside-legend")
    return html.Section(
        [html.Div([switch, legend], className="plan-bar"), html.Div(sides, className="beside-grid")],
        className="card beside-card", **aria(label=_("Plans beside each other")),
    )  # fmt: skip


def _figures(found: Compared, rows: Sequence[LevelNumbers]) -> html.Section:
    assert found.new  # noqa: S101 - the caller has seen to it
    a, b = numbers(found.now), numbers(found.new)
    whole = tell.number
    lines = [
        (_("Levels"), whole(a.levels), whole(b.levels)),
        (_("Rooms"), whole(a.rooms), whole(b.rooms)),
        (_("Area of rooms"), building.square_metres(a.area), building.square_metres(b.area)),
        (_("Departments"), whole(a.departments), whole(b.departments)),
        (_("Doors"), whole(a.doors), whole(b.doors)),
        (_("Rooms without a door"), whole(a.doorless), whole(b.doorless)),
        (_("Lifts and stairs"), whole(a.connectors), whole(b.connectors)),
        (_("Bed places"), whole(a.beds), whole(b.beds)),
        (_("Gateways"), whole(len(found.now.gateways)), whole(found.kept)),
        (_("Rooms that keep their number"), "", whole(found.same_numbers)),
    ]
    lines += [(row.name, _level(row, 0), _level(row, 1)) for row in rows]
    body = [
        html.Tr([html.Th(name, scope="row"), html.Td(now, className="number"), html.Td(new, className="number")])
        for name, now, new in lines
    ]
    heads = [html.Th("", scope="col"), html.Th(_("In use"), scope="col", className="number"),
             html.Th(_("New"), scope="col", className="number")]  # fmt: skip
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="data-table")
    scroll = html.Div(table, className="table-scroll", role="region", tabIndex="0", **aria(label=_("Figures")))
    return html.Section([html.H2(_("Figures")), scroll], className="card")


def _level(row: LevelNumbers, side: int) -> str:
    rooms, area = row.rooms[side], row.area[side]
    if rooms is None:
        return tell.UNKNOWN
    return f"{ngettext('%(num)s room', '%(num)s rooms', rooms)}, {building.square_metres(area)}"


def _notes(found: Compared) -> html.Section:
    parts: list[Any] = [html.H2(_("What to know"))]
    parts.append(html.P(gateways_text(found)))
    if found.notes:
        parts += [html.H3(_("What the import decided")), building.problem_list(found.notes)]
    if found.problems:
        parts += [html.H3(_("What is wrong, but can be used")), building.problem_list(found.problems)]
    else:
        parts.append(html.P([icon("check"), _("No problem was found in the archive.")], className="what"))
    return html.Section(parts, className="card building-notes")


def gateways_text(found: Compared) -> str:
    """Say what becomes of the gateways."""
    count = len(found.left)
    if not found.left:
        every = _("Every gateway of the list has a place in the new building.")
        return every if found.kept else _("There is no gateway; place them after the building is in place.")
    names = ", ".join(found.left[:NAMED])
    if count > NAMED:
        names += " " + ngettext("and %(num)s more", "and %(num)s more", count - NAMED)
    text = ngettext(
        "%(num)s gateway has no place in the new building and will be left out: %(names)s.",
        "%(num)s gateways have no place in the new building and will be left out: %(names)s.",
        count, names=names,
    )  # fmt: skip
    if not found.kept:
        text += " " + _("Nothing is heard until gateways are placed on the Commissioning page.")
    return text


def _decide(found: Compared, base: str) -> html.Div:
    one = found.candidate
    ask = (
        _("Put %(name)s in place?", name=one.title),
        " ".join(
            [
                _("It takes the place of %(name)s for everybody at once.", name=found.now.name),
                gateways_text(found),
                _("The twin starts again with it, which takes some seconds. You can go back at any time."),
            ]
        ),
    )
    throw = (
        _("Discard %(name)s?", name=one.title),
        _("It is deleted; the file that it was made from has gone already."),
    )
    place = building.act(_("Put in place"), "replace", one.id, base=base, ask=ask, look="tool building-yes")
    export = html.A(
        [icon("download"), html.Span(_("Export as IMDF"))], href=f"/files/building?candidate={one.id}", className="tool"
    )
    discard = building.act(_("Discard"), "discard", one.id, ask=throw)
    return html.Div([place if found.new else None, discard, export], className="building-acts building-decide")


def plans(found: Compared, ordinal: int) -> dict[str, Any]:
    """The plans of one level of both buildings, for the script; None where there is no such level."""
    return {"now": _plan(found.now, ordinal), "new": _plan(found.new, ordinal) if found.new else None}


def _plan(site: Site, ordinal: int) -> dict[str, Any] | None:
    level = next((level for level in site.levels if level.ordinal == ordinal), None)
    if level is None:
        return None
    dots = [[round(g.x, 2), round(-g.y, 2), g.name or g.mac] for g in site.gateways if g.level == level.index]
    return {**commission_plan.plan(site, level.index), "gateways": dots, "name": level.name}
