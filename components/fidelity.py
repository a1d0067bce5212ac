"""A fidelity report as parts of a page: tiles, tables and the curve of the errors."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import plotly.graph_objects as go
from dash import dcc, html

from components import tell
from components.names import kind_names, state_names
from components.sheet import Column, sheet
from components.text import _, ngettext
from twin.fidelity.report import Figures, Known, Report, Sureness
from twin.model import State

Sheet = dict[str, Any]
CONFIG = {"displayModeBar": False, "showSendToCloud": False, "responsive": True}
DASHES = ("solid", "dash", "dot", "dashdot")
PERCENT = "%"
RADIUS_HOLDS = 0.9
"""Share of positions that the stated radius is to hold."""


class Tile(NamedTuple):
    """One figure, with what it has to be held against and what is behind it."""

    label: str
    value: str
    unit: str
    note: str
    behind: str


def about(report: Report) -> str:
    """Tell when and of what the report was made."""
    run = report.run
    survey = _("no survey")
    if run.survey_points is not None:
        survey = ngettext("a survey of %(num)s point", "a survey of %(num)s points", run.survey_points)
    return _(
        "Made %(made)s from %(minutes)s min in the simulated hospital (%(begin)s to %(end)s there): seed %(seed)s,"
        " %(tags)s tags, %(gateways)s gateways, %(survey)s.",
        made=tell.moment(report.made_at), minutes=tell.number(run.minutes), begin=tell.moment(run.begin),
        end=tell.clock_time(run.end), seed=run.seed, tags=tell.number(run.tags),
        gateways=tell.number(run.gateways), survey=survey,
    )  # fmt: skip


def notice(report: Report) -> html.Aside:
    """Say what the figures are worth."""
    texts = [
        _(
            "People, tags, radio and walls are made up, and the positioning was tried out on the same simulator. The"
            " figures show where the twin is strong or weak, and whether a change made it better. They say nothing"
            " about how well it will do in a real building; only a survey there can."
        ),
        _(
            "Positions of one tag follow each other and are alike, so mind the number of tags as well as that of"
            " positions."
        ),
    ]
    if report.run.source == "history":
        texts.append(
            _(
                "Taken from history, which is thinned: a position stands until the next one is stored, so errors are"
                " true to within about a metre, a tag that falls silent counts for up to a minute longer, and"
                " a delay ends when the twin later said that the stay began, not when it made up its mind."
            )
        )
    if report.bad_lines:
        texts.append(
            ngettext(
                "%(num)s line of the truth was unreadable.",
                "%(num)s lines of the truth were unreadable.",
                report.bad_lines,
            )
        )
    return html.Aside([html.Strong(_("Simulated")), *(html.P(text) for text in texts)], className="notice")


def tiles(report: Report) -> html.Dl:
    """Show the figures of all tags together."""
    return html.Dl([_tile(tile) for tile in _tiles(report.figures[0])], className="tiles")


def _tiles(f: Figures) -> list[Tile]:
    positions = ngettext("%(count)s position", "%(count)s positions", f.n, count=tell.number(f.n))
    lasting = ngettext("%(count)s lasting change", "%(count)s lasting changes", f.moves, count=tell.number(f.moves))
    minutes = _("%(count)s tag minutes", count=tell.number(f.tag_minutes))
    return [
        Tile(_("Median error"), tell.number(f.error_median, 2), _("m"), _("half are closer"), positions),
        Tile(_("Nine in ten within"), tell.number(f.error_p90, 2), _("m"), _("of the truth"), positions),
        Tile(_("Right room"), *_share(f.room), _("it said %(stated)s", stated=tell.percent(f.p_mean, 1)), positions),
        Tile(_("Right floor"), *_share(f.floor), _("of the positions"), positions),
        Tile(
            _("Within the radius"), *_share(f.inside), _("should be %(share)s", share=tell.percent(RADIUS_HOLDS)),
            positions,
        ),
        Tile(
            _("Room change noticed"), tell.number(f.delay_median, 1), _("s"),
            _("nine in ten: %(seconds)s s", seconds=tell.number(f.delay_p90, 1)), lasting,
        ),
        Tile(_("Room changes missed"), *_share(f.missed), _("not noticed in time"), lasting),
        Tile(
            _("Room changes shown"), tell.number(f.changes_shown, 2), _("/min"),
            _("a tag; true: %(rate)s", rate=tell.number(f.changes_true, 2)), minutes,
        ),
    ]  # fmt: skip


def _share(share: float | None) -> tuple[str, str]:
    return tell.UNKNOWN if share is None else tell.number(100 * share, 1), PERCENT


def _tile(tile: Tile) -> html.Div:
    figure = [html.Span(tile.value, className="tile-value"), html.Span(tile.unit, className="tile-unit")]
    return html.Div(
        [
            html.Dt(tile.label),
            html.Dd(figure, className="tile-figure"),
            html.Dd(tile.note, className="tile-note"),
            html.Dd(tile.behind, className="tile-note"),
        ],
        className="tile",
    )


def curves(report: Report) -> html.Figure:
    """Draw which share of the positions of each kind is within how many metres."""
    names = kind_names()
    figure = go.Figure()
    for curve, dash in zip(report.curves, DASHES, strict=False):
        figure.add_scatter(
            x=curve.metres, y=[100 * share for share in curve.share], mode="lines",
            name=f"{names[curve.kind]} · {tell.number(curve.n)}",
            line={"dash": dash, "width": 2},
            hovertemplate=_(
                "%(kind)s: %(share)s within %(metres)s m",
                kind=names[curve.kind], share="%{y:.0f} %", metres="%{x:.1f}",
            ) + "<extra></extra>",
        )  # fmt: skip
    axis = {"zeroline": False, "fixedrange": True, "showline": False, "ticks": ""}
    longest = max((curve.metres[-3] for curve in report.curves), default=1.0)
    figure.update_layout(
        margin={"l": 52, "r": 12, "t": 8, "b": 44}, hovermode="closest", font={"size": 12},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        legend={
            "orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemclick": False, "itemdoubleclick": False,
        },
        xaxis={**axis, "title": {"text": _("Distance from the truth, m")}, "range": [0, longest]},
        yaxis={**axis, "ticksuffix": " %", "range": [0, 101], "dtick": 25},
    )  # fmt: skip
    return html.Figure(
        [
            html.Figcaption(_("Share of positions within a distance of the truth, and number of positions")),
            html.Div(dcc.Graph(figure=figure, config=cast(Any, CONFIG), responsive=True), className="curves"),
        ],
        className="card fidelity-curves",
    )


def sheets(report: Report) -> list[Sheet]:
    """Give all tables of the page."""
    made = [_sureness(report)]
    for by, title in (
        ("kind", _("Positions by kind of tag")),
        ("level", _("Positions by level")),
        ("motion", _("Positions at rest and moving")),
    ):
        rows = [row for row in report.of(by) if row.n]
        made.append(sheet(title, _position_columns(), rows, empty=_("Nothing was compared.")))
    rows = [row for by in ("all", "kind", "level", "motion") for row in report.of(by) if row.n]
    made.append(sheet(_("Changes of room"), _change_columns(), rows, empty=_("Nothing was compared.")))
    if report.known:
        made.append(_known(report))
    return made


def _group(f: Figures) -> str:
    names = kind_names() | {"resting": _("At rest"), "moving": _("Moving"), "": _("All tags")}
    return names.get(f.key, f.key)


def _position_columns() -> list[Column[Figures]]:
    return [
        Column[Figures]("group", _("Tags"), _group),
        Column[Figures]("n", _("Positions"), lambda f: tell.number(f.n), number=True),
        Column[Figures]("tags", _("Of so many tags"), lambda f: tell.number(f.tags), number=True),
        Column[Figures]("median", _("Median error, m"), lambda f: tell.number(f.error_median, 2), number=True),
        Column[Figures]("p90", _("Nine in ten within, m"), lambda f: tell.number(f.error_p90, 2), number=True),
        Column[Figures]("room", _("Right room"), lambda f: tell.percent(f.room, 1), number=True),
        Column[Figures]("stated", _("Stated sureness"), lambda f: tell.percent(f.p_mean, 1), number=True),
        Column[Figures]("floor", _("Right floor"), lambda f: tell.percent(f.floor, 1), number=True),
        Column[Figures]("inside", _("Within the radius"), lambda f: tell.percent(f.inside, 1), number=True),
        Column[Figures]("r90", _("Median radius, m"), lambda f: tell.number(f.r90_median, 2), number=True),
    ]


def _change_columns() -> list[Column[Figures]]:
    return [
        Column[Figures]("group", _("Tags"), _group),
        Column[Figures]("minutes", _("Tag minutes"), lambda f: tell.number(f.tag_minutes), number=True),
        Column[Figures]("true", _("True, a tag and minute"), lambda f: tell.number(f.changes_true, 2), number=True),
        Column[Figures]("shown", _("Shown"), lambda f: tell.number(f.changes_shown, 2), number=True),
        Column[Figures]("stays", _("Stays begun"), lambda f: tell.number(f.changes_confirmed, 2), number=True),
        Column[Figures]("moves", _("Lasting changes"), lambda f: tell.number(f.moves), number=True),
        Column[Figures]("delay", _("Median delay, s"), lambda f: tell.number(f.delay_median, 1), number=True),
        Column[Figures]("late", _("Nine in ten within, s"), lambda f: tell.number(f.delay_p90, 1), number=True),
        Column[Figures]("missed", _("Missed"), lambda f: tell.percent(f.missed, 1), number=True),
    ]


def _sureness(report: Report) -> Sheet:
    def stated(row: Sureness) -> str:
        return _("%(low)s to %(high)s", low=tell.percent(row.low), high=tell.percent(row.high))

    columns = [
        Column[Sureness]("stated", _("Stated"), stated),
        Column[Sureness]("n", _("Positions"), lambda r: tell.number(r.n), number=True),
        Column[Sureness]("mean", _("Stated on average"), lambda r: tell.percent(r.p_mean, 1), number=True),
        Column[Sureness]("right", _("Really right"), lambda r: tell.percent(r.right, 1), number=True),
    ]
    return sheet(
        _("How sure of the room, and how often right"), columns, report.sureness, empty=_("Nothing was compared.")
    )


def _known(report: Report) -> Sheet:
    states = state_names()

    def column(state: State) -> Column[Known]:
        name = state.name.lower()
        return Column[Known](name, states[str(int(state))], lambda k: tell.percent(k.states.get(name), 1), number=True)

    columns = [
        Column[Known]("truth", _("In truth"), lambda k: _("on the air") if k.on_air else _("off the air")),
        Column[Known]("n", _("Moments"), lambda k: tell.number(k.n), number=True),
        *(column(state) for state in State),
    ]
    return sheet(_("What the twin said of each tag"), columns, report.known, empty=_("Nothing was compared."))
