"""The strip of figures above the floor model. `assets/kpi.js` fills in the values."""

from __future__ import annotations

from typing import NamedTuple

import dash_mantine_components as dmc
from dash import html

from components import ids
from components.attributes import aria, data
from components.icons import icon
from components.text import _


class Kpi(NamedTuple):
    """One figure: what it is called, its unit, and exactly what it counts."""

    key: str
    icon: str
    label: str
    unit: str
    definition: str


def kpi_list() -> tuple[Kpi, ...]:
    """Give the figures in their order on the screen. Their values come from `twin.flow.kpis`."""
    return (
        Kpi("patients", "patient", _("Patients"), "", _("Patient wristbands whose place is known now.")),
        Kpi("staff", "staff", _("Staff"), "", _("Staff buttons whose place is known now.")),
        Kpi(
            "ed_census", "door", _("In emergency"), "",
            _("Patients in the emergency department. Waiting: those in its waiting, triage or reception rooms."),
        ),
        Kpi(
            "ed_wait", "clock", _("Emergency wait"), _("min"),
            _("Half of those waiting now have waited longer than this since they entered the emergency department."),
        ),
        Kpi(
            "assets_in_use", "asset", _("Equipment in use"), "",
            _("Equipment in a care room together with at least one patient, of all equipment whose room is known."),
        ),
        Kpi(
            "rooms_out", "sensor", _("Out of range"), "",
            _("Rooms with a sensor above or below its limits, of all rooms with a sensor that is not silent."),
        ),
        Kpi(
            "gateways_silent", "gateway", _("Gateways silent"), "",
            _("Gateways that sent nothing for longer than their limit. Tags that only they hear are unobserved."),
        ),
        Kpi(
            "data_age", "pulse", _("Data age"), _("s"),
            _(
                "Seconds since the newest message of any gateway. Unobserved: tags whose last gateways are silent."
                " Lost: tags not heard for so long that their place is no longer believed."
            ),
        ),
    )  # fmt: skip


def kpi_strip() -> html.Section:
    """Lay out the strip; values show a dash until data arrives."""
    return html.Section(
        html.Ul([html.Li(_tile(kpi)) for kpi in kpi_list()], className="kpis"),
        id=ids.KPIS,
        className="kpi-strip",
        **aria(label=_("Key figures")),
    )


def _tile(kpi: Kpi) -> dmc.Popover:
    """One figure as a button that tells its definition."""
    return dmc.Popover(
        [dmc.PopoverTarget(_face(kpi)), dmc.PopoverDropdown(_meaning(kpi), className="kpi-meaning")],
        width=280, position="bottom-start", shadow="md", withArrow=True, trapFocus=False, withRoles=True,
    )  # fmt: skip


def _face(kpi: Kpi) -> html.Button:
    # The browser writes into the spans marked with data-kpi; they have no children here, so React
    # never writes over it.
    value = html.Span(className="kpi-value", **data(kpi=kpi.key))
    unit = [html.Span(kpi.unit, className="kpi-unit")] if kpi.unit else []
    return html.Button(
        [
            html.Span([icon(kpi.icon), html.Span(kpi.label)], className="kpi-label"),
            html.Span([value, *unit], className="kpi-figure"),
            html.Span(className="kpi-note", **data(kpi_note=kpi.key)),
        ],
        type="button",
        className="kpi",
    )


def _meaning(kpi: Kpi) -> list[html.P]:
    return [html.P(kpi.label, className="kpi-meaning-title"), html.P(kpi.definition)]
