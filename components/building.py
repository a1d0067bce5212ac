"""The building page in parts: what is in use, what runs, what waits to be looked at, and what was before.

`assets/page/building.js` makes the place for files and asks before anything is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import dash
from dash import dcc, html

from components import tell
from components.attributes import aria, data
from components.icons import icon
from components.text import _, ngettext
from twin.commission.versions import SHIPPED, Version
from twin.jobs.candidates import Candidate
from twin.jobs.job import Job
from twin.site import Site
from twin.web.buildings import Facts, Numbers, level_area, numbers

MOST_PROBLEMS = 60


def head() -> html.Div:
    """Title and what can be done here."""
    about = _("Bring in your own building, look at it beside the one in use, and go back whenever you like.")
    return html.Div([html.H1(_("Building")), html.P(about, className="quiet")], className="page-head")


def upload_card() -> html.Section:
    """Where files go; the script fills it."""
    return html.Section(
        [
            html.H2(_("Bring your own building")),
            html.Div(id="building-drop", className="drop-box"),
            html.Div(id="building-upload-said", className="said", role="status"),
            html.P(
                [
                    _("No model? "),
                    dcc.Link(_("Draw the plan from an image or a PDF"), href=dash.get_relative_path("/building/plan")),
                ],
                className="quiet drop-foot",
            ),
        ],
        className="card",
        **aria(label=_("Bring your own building")),
    )


def used(site: Site, version: Version) -> list[Any]:
    """The building in use with its figures."""
    facts = numbers(site)
    since = _("since %(time)s", time=tell.moment(version.placed)) if version.placed else ""
    about = " · ".join(text for text in (_origin(version), since) if text)
    return [
        html.H2(_("In use")),
        html.P(site.name, className="building-name"),
        html.P(about, className="quiet"),
        html.P(version.said, className="building-said") if version.said and version.source != SHIPPED else None,
        figures(facts, len(site.gateways)),
        levels(site),
        html.Div([_export({}), _edit()], className="building-acts"),
    ]


def _origin(version: Version) -> str:
    if version.source == SHIPPED:
        return _("The building that Wardlight was started with")
    if version.source == "drawn":
        return _("Drawn as %(name)s", name=version.title)
    return _("Imported from %(name)s", name=version.title) if version.title else _("Copied into the folder by hand")


def figures(facts: Numbers, gateways: int) -> html.Dl:
    """The figures of one building."""
    rows = [
        (_("Levels"), tell.number(facts.levels)),
        (_("Rooms"), tell.number(facts.rooms)),
        (_("Area of rooms"), square_metres(facts.area)),
        (_("Departments"), tell.number(facts.departments)),
        (_("Doors"), tell.number(facts.doors)),
        (_("Gateways"), tell.number(gateways)),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in rows], className="building-figures")


def square_metres(area: float | None) -> str:
    """Write an area."""
    return tell.UNKNOWN if area is None else f"{tell.number(area)} m²"


def levels(site: Site) -> html.Div:
    """The levels, the highest first."""
    rows = [
        html.Tr(
            [
                html.Th(level.name, scope="row"),
                html.Td(tell.number(len(site.rooms_of_level[level.index])), className="number"),
                html.Td(square_metres(level_area(site, level.index)), className="number"),
            ]
        )
        for level in reversed(site.levels)
    ]
    heads = [html.Th(_("Level"), scope="col"), _right(_("Rooms")), _right(_("Area of rooms"))]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="data-table")
    return html.Div(table, className="table-scroll", role="region", tabIndex="0", **aria(label=_("Levels")))


def _right(text: str) -> html.Th:
    return html.Th(text, scope="col", className="number")


def _export(which: dict[str, str]) -> html.A:
    query = f"?{urlencode(which)}" if which else ""
    return html.A([icon("download"), html.Span(_("Export as IMDF"))], href=f"/files/building{query}", className="tool")


def _edit() -> dcc.Link:
    return dcc.Link(
        [icon("table"), html.Span(_("Plan editor"))], href=dash.get_relative_path("/building/plan"), className="tool"
    )


def act(
    text: str, action: str, value: str, *, base: str = "", ask: tuple[str, str] | None = None, look: str = "tool"
) -> html.Button:
    """Give a button that the page's script follows; `ask` is title and text of a question before."""
    question = data(title=ask[0], text=ask[1], yes=text) if ask else {}
    return html.Button(text, type="button", className=look, **data(act=action, value=value, base=base), **question)


def deaf_demo(shipped: Version | None, base: str) -> list[Any]:
    """Say that the simulated hospital is elsewhere, and offer the way back."""
    text = _(
        "The demo goes on in the hospital that Wardlight came with, and its gateways do not hang in this building:"
        " nothing is heard until gateways are placed on the Commissioning page."
    )
    back = _("Back to the demo hospital")
    ask = (back, _("The demo hospital takes the place of this building, with its gateways. You can come back here."))
    button = act(back, "restore", shipped.id, base=base, ask=ask) if shipped else None
    place = dcc.Link(_("Place gateways"), href=dash.get_relative_path("/commissioning"), className="tool")
    return [
        html.Div([html.Span(text), html.Span([place, button], className="building-acts")], className="building-deaf")
    ]


def jobs(facts: Facts) -> list[Any]:
    """The imports that wait, run or failed."""
    return [_job(job, works=facts.works) for job in facts.jobs]


def _job(job: Job, *, works: bool) -> html.Section:
    if job.state == "ended":
        return _failed(job)
    told = job.progress
    share = told.share if job.state == "working" else 0.0
    text = told.text or (_("Waiting for its turn") if works else "")
    if job.state == "working":
        text = told.text or _("Beginning")
    if job.state == "waiting" and not works:
        text = _("No worker is running; start it with `python -m twin worker`.")
    again = _("second try") if job.tries > 1 else ""
    return html.Section(
        [
            html.Div(
                [html.H2(_("Importing %(name)s", name=job.name)), _call_off(job, _("Stop"))], className="list-head"
            ),
            html.Progress(value=f"{share:.3f}", max="1", className="building-progress", **aria(label=job.name)),
            html.P(
                [html.Span(" · ".join(t for t in (text, again) if t)), html.Span(tell.percent(share))],
                className="building-progress-text", role="status",
            ),
        ],
        className="card building-job", key=job.id, **data(state=job.state),
    )  # fmt: skip


def _failed(job: Job) -> html.Section:
    outcome = job.outcome
    reason = outcome.reason or _("It ended without saying why.")
    return html.Section(
        [
            html.Div(
                [
                    html.H2([icon("alert"), html.Span(_("%(name)s could not be imported", name=job.name))]),
                    _call_off(job, _("Dismiss")),
                ],
                className="list-head",
            ),
            html.P(reason, role="alert"),
            problem_list(outcome.problems),
            html.P(_("The building in use was not touched."), className="quiet"),
        ],
        className="card building-job", key=job.id, **data(state="failed"),
    )  # fmt: skip


def _call_off(job: Job, text: str) -> html.Button:
    return act(text, "call-off", job.id)


def problem_list(problems: Sequence[str]) -> Any:  # noqa: ANN401
    """What is wrong or was decided, line by line; long lists are cut."""
    if not problems:
        return None
    more = len(problems) - MOST_PROBLEMS
    lines = [html.Li(text) for text in problems[:MOST_PROBLEMS]]
    if more > 0:
        lines.append(html.Li(ngettext("and %(num)s more", "and %(num)s more", more), className="quiet"))
    return html.Ul(lines, className="problem-list", tabIndex="0", **aria(label=_("Problems")))


def waiting(found: Sequence[Candidate]) -> list[Any]:
    """The buildings that can be looked at."""
    if not found:
        return []
    return [html.H2(_("Ready to look at")), html.Ul([_candidate(one) for one in found], className="building-list")]


def _candidate(one: Candidate) -> html.Li:
    source = _("Drawn %(time)s") if one.source == "drawn" else _("Imported %(time)s")
    what = html.Div([html.Strong(one.title), html.Span(source % {"time": tell.moment(one.made)}, className="quiet")])
    look = dcc.Link(
        _("Look at it"), href=f"{dash.get_relative_path('/building')}?look={one.id}", className="tool building-yes"
    )
    ask = (_("Discard %(name)s?", name=one.title), _("It is deleted; the file that it was made from has gone already."))
    return html.Li([what, html.Div([look, act(_("Discard"), "discard", one.id, ask=ask)], className="building-acts")])


def earlier(found: Sequence[Version], base: str) -> list[Any]:
    """The buildings that were in use."""
    if not found:
        return []
    return [html.H2(_("Earlier buildings")), html.Ul([_version(one, base) for one in found], className="building-list")]


def _version(one: Version, base: str) -> html.Li:
    shipped = one.source == SHIPPED
    title = _("The building that Wardlight was started with") if shipped else one.title
    when = _("Put in place %(time)s", time=tell.moment(one.placed)) if one.placed and not shipped else ""
    what = html.Div([html.Strong(title), html.Span(when, className="quiet") if when else None])
    text = _("It takes the place of the building in use, with the gateways and the survey that it had.")
    back = act(_("Go back to it"), "restore", one.id, base=base, ask=(_("Go back to %(name)s?", name=title), text))
    export = None if shipped else _export({"version": one.id})
    return html.Li([what, html.Div([export, back], className="building-acts")])
