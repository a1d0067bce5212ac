"""The plan editor in parts: tools, plan, and the boxes that its scripts fill (`assets/page/editor*.js`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import floor_style
from components.attributes import aria, data
from components.text import _
from twin.site.plan import USUAL

SPARE = 6
"""Colours for departments without one of their own."""


def head() -> html.Div:
    """Title, the way back, whether the draft is saved, undo and redo."""
    return html.Div(
        [
            html.H1(_("Plan editor")),
            html.P([dcc.Link(_("Building"), href="/building"), html.Span(id="editor-title")], className="quiet"),
            html.Div(id="editor-saved", className="editor-saved", role="status"),
            html.Div(id="editor-steps", className="editor-steps"),
        ],
        className="page-head",
    )


def drafts_box() -> html.Div:
    """Where the list of drafts is shown."""
    return html.Div(id="editor-drafts", className="lists")


def board() -> html.Div:
    """The plan with its tools, and the side beside it."""
    plan = html.Section(
        [
            html.Div(id="editor-tools", className="plan-bar editor-tools", role="toolbar", **aria(label=_("Tools"))),
            html.Div(id="editor-plan", className="plan editor-plan"),
            html.Div([html.Div(id="editor-hint", className="quiet"), _zoom()], className="plan-foot"),
            html.P(_help(), id="editor-help", className="sr-only"),
        ],
        className="card plan-card",
        **aria(label=_("Plan")),
    )
    side = html.Div(
        [
            html.Div(id="editor-tabs", className="editor-tabs", role="tablist", **aria(label=_("What to edit"))),
            html.Div(id="editor-form", role="tabpanel"),
            html.Div(id="editor-told", className="sr-only", role="status"),
        ],
        className="card side-card editor-side",
    )
    return html.Div([plan, side], id="editor-board", className="commission-grid editor-grid", hidden=True)


def _zoom() -> html.Div:
    def button(sign: str, way: str, label: str) -> html.Button:
        return html.Button(sign, type="button", className="icon-button", **aria(label=label), **data(zoom=way))

    return html.Div(
        [button("−", "out", _("Zoom out")), button("+", "in", _("Zoom in")), button("⤢", "all", _("Whole level"))],
        className="plan-zoom",
    )


def _help() -> str:
    return _(
        "Tab goes from room to room and leaves after the last; Enter goes into a room's corners, Escape out again."
        " Arrow keys move what is chosen by 10 cm, with Shift by 1 cm. Insert (or i) adds a corner, Delete removes."
        " With the room tool, Enter puts a room into the middle. + and - zoom, 0 shows everything."
        " Ctrl+Z undoes, Ctrl+Shift+Z does again."
    )


def facts() -> dict[str, Any]:
    """What the scripts need to know: space types with their usual door, kinds of doors, colours [dark, light]."""
    names = space_type_names()
    return {
        "types": [
            {
                "key": key,
                "name": names.get(key, key),
                "category": usual.category,
                "door": usual.door,
                "kind": usual.kind,
            }
            for key, usual in USUAL.items()
        ],
        "doors": list(door_names().items()),
        "ways": list(way_names().items()),
        "palette": palette(),
        "departments": list(department_names().items()),
    }


def palette() -> dict[str, Any]:
    """Department colours as the floor model has them, [dark, light]; `spare` for departments it does not know."""
    spare = [f"spare {n}" for n in range(SPARE)]
    themes = tuple(floor_style.THEMES.values())

    def pair(department: str, among: Sequence[str]) -> list[str]:
        return [floor_style.swatch(theme, department, among) for theme in themes]

    return {
        "known": {key: pair(key, (key,)) for key in department_names()},
        "spare": [pair(key, spare) for key in spare],
        "none": [floor_style.oklch(*theme.circulation) for theme in themes],
    }


def department_names() -> dict[str, str]:
    """Name the departments that most hospitals have; each has a colour of its own."""
    return {
        "emergency": _("Emergency"),
        "imaging": _("Imaging"),
        "theatres": _("Operating theatres"),
        "icu": _("Intensive care"),
        "ward_a": _("Ward A"),
        "ward_b": _("Ward B"),
        "outpatients": _("Outpatients"),
        "pharmacy": _("Pharmacy"),
        "laboratory": _("Laboratory"),
        "logistics": _("Logistics"),
        "administration": _("Administration"),
        "plant": _("Plant"),
    }


def space_type_names() -> dict[str, str]:
    """Name each space type."""
    return {
        "patient_room": _("Patient room"),
        "icu_bay": _("Intensive care bay"),
        "theatre": _("Operating theatre"),
        "scrub": _("Scrub room"),
        "anaesthesia": _("Anaesthesia"),
        "recovery": _("Recovery"),
        "exam": _("Examination"),
        "triage": _("Triage"),
        "resus": _("Resuscitation"),
        "ed_bay": _("Emergency bay"),
        "waiting": _("Waiting area"),
        "reception": _("Reception"),
        "nurse_station": _("Nurse station"),
        "imaging": _("Imaging"),
        "lab": _("Laboratory"),
        "pharmacy": _("Pharmacy"),
        "utility_clean": _("Clean utility"),
        "utility_dirty": _("Dirty utility"),
        "store": _("Store"),
        "cssd": _("Sterile services"),
        "kitchen": _("Kitchen"),
        "plant": _("Plant room"),
        "server": _("Server room"),
        "office": _("Office"),
        "staff_room": _("Staff room"),
        "toilet": _("Toilet"),
        "lift": _("Lift"),
        "stairs": _("Stairs"),
        "corridor": _("Corridor"),
        "lobby": _("Lobby"),
    }


def door_names() -> dict[str, str]:
    """Name each kind of door that can be drawn; the keys are IMDF's."""
    return {
        "swinging": _("Swinging"),
        "sliding": _("Sliding"),
        "open": _("Opening without a leaf"),
        "revolving": _("Revolving"),
        "shutter": _("Shutter"),
        "movablepartition": _("Movable partition"),
        "turnstile": _("Turnstile"),
        "unspecified": _("Not known"),
    }


def way_names() -> dict[str, str]:
    """Name what a door is for; the keys are IMDF's."""
    return {
        "pedestrian": _("People"),
        "pedestrian.principal": _("Main entrance"),
        "emergencyexit": _("Emergency exit"),
        "service": _("Goods and service"),
    }
