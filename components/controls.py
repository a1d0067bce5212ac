"""What a person steers the floor model with: level, layers, search."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from components import ids
from components.attributes import aria
from components.floor_view import marker_key
from components.icons import icon
from components.names import ASSET_TYPES, type_name
from components.text import _
from twin.access import Visitor
from twin.model import Level

LAYERS_AT_FIRST = ("patient", "staff", "labels", *(f"asset:{key}" for key in ASSET_TYPES))


def level_switch(levels: Sequence[Level], start: str) -> html.Div:
    """Choose one level, or all of them lifted apart; the highest stands on top."""
    data = [{"value": "all", "label": _name(_("All levels"), _("All"))}]
    data += [{"value": str(level.index), "label": _name(level.name, level.short_name)} for level in reversed(levels)]
    switch = dmc.SegmentedControl(
        id=ids.LEVEL,
        data=data,
        value=start,
        orientation="vertical",
        size="sm",
        withItemsBorders=False,
        className="level-switch",
    )
    return html.Div(switch, className="level-box", role="group", **aria(label=_("Level")))


def _name(long: str, short: str) -> html.Span:
    return html.Span([html.Span(long, className="wide-only"), html.Span(short, className="narrow-only")])


def layers_menu(visitor: Visitor) -> dmc.Popover:
    """Choose what the model shows."""
    button = html.Button(
        [icon("layers"), html.Span(_("Layers"))], type="button", className="tool", **aria(haspopup="dialog")
    )
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(_layers(visitor), className="layers")],
        position="bottom-end", width=250, shadow="md", keepMounted=True, withRoles=True, trapFocus=True,
    )  # fmt: skip


def _layers(visitor: Visitor) -> dmc.CheckboxGroup:
    people = [("patient", _("Patients")), ("staff", _("Staff"))]
    groups = [_group(_("People"), [row for row in people if visitor.sees(row[0])])]
    if visitor.sees("asset"):
        every = html.Button(_("All or none"), id=ids.LAYERS_EVERY_ASSET, type="button", className="link-button")
        groups.append(_group(_("Equipment"), [(f"asset:{key}", type_name(key)) for key in ASSET_TYPES], every))
    building = [("temperature", _("Room temperature")), ("gateways", _("Gateways")), ("labels", _("Room names"))]
    if visitor.sees("sensor"):
        building.insert(1, ("sensor", _("Sensors")))
    groups.append(_group(_("Building"), building))
    return dmc.CheckboxGroup(groups, id=ids.LAYERS, value=list(LAYERS_AT_FIRST))


def _group(title: str, layers: Sequence[tuple[str, str]], head: html.Button | None = None) -> html.Fieldset:
    boxes = [
        dmc.Checkbox(
            value=key, label=html.Span([*_mark(key), html.Span(text)], className="layer"), size="xs", radius="sm"
        )
        for key, text in layers
    ]
    legend = html.Legend([html.Span(title), *([head] if head else [])])
    return html.Fieldset([legend, html.Div(boxes, className="layer-boxes")])


def _mark(layer: str) -> list[html.Span]:
    return [marker_key(layer)] if layer in ("patient", "staff") or layer.startswith("asset:") else []


def search_box() -> dmc.Select:
    """Find a tag or a room by its name, type, number or MAC address; the browser fills in the choices."""
    return dmc.Select(
        id=ids.SEARCH,
        data=[],
        searchable=True,
        clearable=True,
        limit=40,
        placeholder=_("Find a tag or a room"),
        nothingFoundMessage=_("Nothing found"),
        leftSection=icon("search"),
        filter={"function": "wardlightFilter"},
        renderOption={"function": "wardlightOption"},
        selectFirstOptionOnChange=True,
        maxDropdownHeight=360,
        className="search",
        comboboxProps={"shadow": "md"},
        **aria(label=_("Find a tag or a room")),
    )
