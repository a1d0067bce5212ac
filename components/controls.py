"""What a person steers the floor model with: level, layers, search."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from components import ids
from components.attributes import aria
from components.floor_scales import quantity_names
from components.floor_view import marker_key
from components.icons import icon
from components.names import ASSET_TYPES, type_name
from components.text import _
from twin.access import Visitor
from twin.model import Level
from twin.site import Site

PEOPLE = ("patient", "staff")
HOURS = (1, 4, 12, 24)
"""How far back a person can look with the layers of history."""
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


def shape_switch() -> html.Div:
    """Choose between the model and the plan of a level."""
    switch = dmc.SegmentedControl(
        id=ids.SHAPE,
        data=[{"value": "3d", "label": "3D"}, {"value": "plan", "label": _("Plan")}],
        value="3d",
        size="sm",
        withItemsBorders=False,
        className="shape-switch",
    )
    return html.Div(switch, role="group", **aria(label=_("View")), title=_("Model or plan (key p)"))


def full_button() -> html.Button:
    """Fill the screen with the model."""
    return html.Button(
        [icon("full"), html.Span(_("Full screen"))],
        id=ids.FULL,
        type="button",
        className="tool",
        title=_("Full screen (key f)"),
        **aria(pressed="false", label=_("Full screen")),
    )


def layers_menu(site: Site, visitor: Visitor) -> dmc.Popover:
    """Choose what the model shows."""
    button = html.Button(
        [icon("layers"), html.Span(_("Layers"))], type="button", className="tool", **aria(haspopup="dialog")
    )
    return dmc.Popover(
        [
            dmc.PopoverTarget(button),
            dmc.PopoverDropdown([_colours(visitor), _ways(site, visitor), _layers(visitor)], className="layers"),
        ],
        position="bottom-end", width=270, shadow="md", keepMounted=True, withRoles=True, trapFocus=True,
    )  # fmt: skip


def _colours(visitor: Visitor) -> html.Fieldset:
    """One quantity at a time, and how far back those look that look back."""
    needs = {"occupancy": PEOPLE, "density": PEOPLE, "dwell": ("patient",)}
    names = {
        key: name
        for key, name in quantity_names().items()
        if key not in needs or any(visitor.sees(kind) for kind in needs[key])
    }
    radios = [dmc.Radio(value=key, label=html.Span(name, className="layer"), size="xs") for key, name in names.items()]
    hours = dmc.SegmentedControl(
        id=ids.HOURS,
        data=[{"value": str(n), "label": _("%(hours)s h", hours=n)} for n in HOURS],
        value="12",
        size="xs",
        fullWidth=True,
    )
    group = dmc.RadioGroup(
        html.Div(radios, className="layer-boxes"),
        id=ids.COLOUR,
        value="department",
        **aria(label=_("Rooms coloured by")),
    )
    back = html.Div(
        [
            html.Span(_("Density, dwell and ways of the last"), className="layers-note", **aria(hidden="true")),
            html.Div(hours, role="group", **aria(label=_("How far density, dwell and ways look back"))),
        ],
        className="layers-hours",
    )
    return html.Fieldset([html.Legend(html.Span(_("Rooms coloured by"))), group, back])


def _ways(site: Site, visitor: Visitor) -> html.Fieldset:
    """The ways that all tags of a group went in the same hours."""
    groups = [{"value": kind, "label": text} for kind, text in _people() if visitor.sees(kind)]
    if visitor.sees("asset"):
        groups += [{"value": f"type:{key}", "label": type_name(key)} for key in ASSET_TYPES]
    groups += [{"value": f"department:{key}", "label": name} for key, name in site.departments.items()]
    choice = dmc.Select(
        id=ids.WAYS,
        data=groups,
        placeholder=_("None"),
        clearable=True,
        searchable=True,
        size="xs",
        comboboxProps={"withinPortal": False},
        **aria(label=_("Ways of a group")),
    )
    note = html.P(_("A department's tags are those that belong to it."), className="layers-note")
    return html.Fieldset([html.Legend(html.Span(_("Ways of a group"))), choice, note])


def _people() -> list[tuple[str, str]]:
    return [("patient", _("Patients")), ("staff", _("Staff"))]


def _layers(visitor: Visitor) -> dmc.CheckboxGroup:
    groups = [_group(_("People"), [row for row in _people() if visitor.sees(row[0])])]
    if visitor.sees("asset"):
        every = html.Button(_("All or none"), id=ids.LAYERS_EVERY_ASSET, type="button", className="link-button")
        groups.append(_group(_("Equipment"), [(f"asset:{key}", type_name(key)) for key in ASSET_TYPES], every))
    building = [("gateways", _("Gateways")), ("labels", _("Room names"))]
    if visitor.sees("sensor"):
        building.insert(0, ("sensor", _("Sensors")))
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
