"""The commissioning page in parts: plan, tasks, and what belongs to each task.

`assets/page/plan.js` draws the plan, `assets/page/commission.js` the fields and the gateway list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from components import ids
from components.attributes import aria, data
from components.icons import icon
from components.text import _
from twin.model import Level, Room

TASKS = ("gateways", "survey", "signals")
LAYERS = ("none", "coverage", "error")


def head() -> html.Div:
    """Title, what can be done, and when the data is of."""
    about = html.P(id=ids.COMMISSION_ABOUT, className="quiet")
    return html.Div([html.H1(_("Commissioning")), about, _tasks()], className="page-head")


def _tasks() -> dmc.SegmentedControl:
    names = {"gateways": _("Gateways"), "survey": _("Walk-survey"), "signals": _("Offsets and suspects")}
    return dmc.SegmentedControl(
        id=ids.COMMISSION_TASK,
        data=[{"value": task, "label": names[task]} for task in TASKS],
        value=TASKS[0],
        size="sm",
        withItemsBorders=False,
        **aria(label=_("Task")),
    )


def plan_card(levels: Sequence[Level], start: int) -> html.Section:
    """The plan with its level, layer and zoom."""
    bar = html.Div([_level_switch(levels, start), _layer_choice()], className="plan-bar")
    readout = html.Div(id="commission-readout", className="quiet")
    return html.Section(
        [
            bar,
            html.Div(id="commission-plan", className="plan"),
            html.Div([readout, _zoom()], className="plan-foot"),
            html.Div(id="commission-heat-box", className="heat-box", **aria(live="polite")),
        ],
        className="card plan-card",
        **aria(label=_("Plan")),
    )


def _level_switch(levels: Sequence[Level], start: int) -> dmc.SegmentedControl:
    def name(level: Level) -> html.Span:
        long, short = html.Span(level.name, className="wide-only"), html.Span(level.short_name, className="narrow-only")
        return html.Span([long, short])

    return dmc.SegmentedControl(
        id=ids.COMMISSION_LEVEL,
        data=[{"value": str(level.index), "label": name(level)} for level in levels],  # pyright: ignore[reportArgumentType]
        value=str(start),
        size="xs",
        withItemsBorders=False,
        **aria(label=_("Level")),
    )


def _layer_choice() -> dmc.SegmentedControl:
    names = {"none": _("Plan only"), "coverage": _("Coverage"), "error": _("Expected error")}
    return dmc.SegmentedControl(
        id=ids.COMMISSION_LAYER,
        data=[{"value": layer, "label": names[layer]} for layer in LAYERS],
        value="none",
        size="xs",
        withItemsBorders=False,
        **aria(label=_("Heat layer")),
    )


def _zoom() -> html.Div:
    def button(sign: str, way: str, label: str) -> html.Button:
        return html.Button(sign, type="button", className="icon-button", **aria(label=label), **data(zoom=way))

    return html.Div(
        [button("−", "out", _("Zoom out")), button("+", "in", _("Zoom in")), button("⤢", "all", _("Whole level"))],
        className="plan-zoom",
    )


def gateways_task() -> html.Section:
    """Fields of the chosen gateway; its list is below the plan."""
    return html.Section(
        [html.Div(id="commission-form"), html.Div(id="commission-said", className="said", role="status")],
        className="card side-card",
        **data(task="gateways"),
        **aria(label=_("Gateway")),
    )


def survey_task(rooms: Sequence[Room], levels: Sequence[Level]) -> html.Section:
    """Choose a tag and a place, and stand there."""
    places: list[Any] = [
        {
            "group": level.name,
            "items": [
                {"value": str(r.index), "label": f"{r.number} {r.name}" if r.name and r.name != r.number else r.number}
                for r in rooms
                if r.level == level.index
            ],
        }
        for level in levels
    ]
    steps = html.Ol(
        [
            html.Li(_("Carry a tag of the register, in the way that tags are worn or fastened.")),
            html.Li(_("Say where you stand: click on the plan, or choose a room for its middle.")),
            html.Li(_("Press “I stand here” and stay for 20 seconds. Some turns around yourself help.")),
        ],
        className="steps quiet",
    )
    return html.Section(
        [
            steps,
            dmc.Select(
                id=ids.COMMISSION_TAG, label=_("Tag"), data=[], searchable=True, clearable=True, limit=40,
                placeholder=_("Name, kind or MAC address"), nothingFoundMessage=_("Nothing found"),
                filter={"function": "wardlightFilter"}, renderOption={"function": "wardlightOption"},
                selectFirstOptionOnChange=True, maxDropdownHeight=320, className="stand-choice",
            ),
            dmc.Select(
                id=ids.COMMISSION_ROOM, label=_("Room, for its middle"), data=places, searchable=True, clearable=True,
                placeholder=_("Or click on the plan"), nothingFoundMessage=_("Nothing found"), maxDropdownHeight=320,
                className="stand-choice",
            ),
            html.Div(id="commission-stand"),
        ],
        className="card side-card",
        **data(task="survey"),
        **aria(label=_("Walk-survey")),
    )  # fmt: skip


def signals_task() -> html.Section:
    """Explain the table below."""
    return html.Section(
        [
            html.H2(_("Offsets and suspects")),
            html.P(
                _(
                    "The offset is how much louder (+) or weaker (−) a gateway hears tags than its place lets expect,"
                    " averaged over the fixes that used it."
                )
            ),
            html.P(
                _(
                    "A gateway is suspect when its offset does not fit its place: it may have been moved or swapped,"
                    " or its antenna is covered or damaged."
                )
            ),
            html.P(_("A gateway that the twin hears but that is not in the list can be placed from here.")),
        ],
        className="card side-card prose",
        **data(task="signals"),
    )


def lists() -> list[html.Div]:
    """What stands below the plan, by task."""
    tools = html.Div(
        [
            dcc.Upload(
                html.Button([icon("up"), html.Span(_("Import"))], type="button", className="tool"),
                id=ids.COMMISSION_UPLOAD, multiple=False,
            ),
            html.Button(
                [icon("download"), html.Span(_("Export"))], id=ids.COMMISSION_EXPORT, type="button", className="tool"
            ),
        ],
        className="list-tools",
    )  # fmt: skip
    survey = [html.Div([html.H2(_("Points of the survey")), tools], className="list-head"), _said("survey")]
    return [
        html.Div(html.Div(id="commission-list"), className="lists", **data(task="gateways")),
        html.Div([*survey, html.Div(id=ids.COMMISSION_POINTS)], className="lists", **data(task="survey")),
        html.Div(html.Div(id=ids.COMMISSION_SIGNALS, className="cards"), className="lists", **data(task="signals")),
    ]


def _said(task: str) -> html.Div:
    return html.Div(id=f"commission-said-{task}", className="said", role="status")


def stores() -> list[Any]:
    """What joins the page to its callbacks."""
    names = (
        ids.COMMISSION_FACTS, ids.COMMISSION_ASK, ids.COMMISSION_ANSWER, ids.COMMISSION_PLAN, ids.COMMISSION_HEAT_ASK,
        ids.COMMISSION_HEAT, ids.COMMISSION_WALK, ids.COMMISSION_POINTS_DATA, ids.COMMISSION_SIGNALS_DATA,
    )  # fmt: skip
    return [dcc.Store(id=name) for name in names]
