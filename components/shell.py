"""What surrounds every page: header with lamp and clock, navigation, banner, footer, shared stores."""

from __future__ import annotations

import json
from typing import Any, cast

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from components import ids
from components.attributes import aria, data
from components.facts import site_facts
from components.icons import icon
from components.text import _, language
from components.theme import mantine_theme
from components.words import words
from twin.access import visitor
from twin.settings import Settings
from twin.site import Site

HEADER = 56
FOOTER = 28


def shell(site: Site, settings: Settings) -> dmc.MantineProvider:
    """Lay out the frame around the page that the address names."""
    frame = dmc.AppShell(
        [
            dmc.AppShellHeader(_header(site), className="header"),
            dmc.AppShellMain([_banner(), html.Main(dash.page_container, id="main", tabIndex="-1")], className="main"),
            dmc.AppShellFooter(_footer(), className="footer"),
        ],
        header={"height": HEADER},
        footer={"height": FOOTER},
        padding=0,
    )
    skip = html.A(_("Skip to content"), href="#main", className="skip")
    return dmc.MantineProvider(
        [skip, frame, _help(), *_shared(site, settings)], theme=mantine_theme(), defaultColorScheme="dark"
    )


def _shared(site: Site, settings: Settings) -> list[Any]:
    return [
        dcc.Store(id=ids.LIVE),
        dcc.Location(id=ids.URL, refresh=False),
        html.Div(id=ids.WORDS, hidden=True, **data(json=json.dumps(words(), ensure_ascii=False))),
        html.Div(
            id=ids.SITE,
            hidden=True,
            **data(json=json.dumps(site_facts(site, settings, language()), ensure_ascii=False)),
        ),
        html.Div(id="link-said", className="sr-only", role="status"),
    ]


def _header(site: Site) -> html.Div:
    menu = html.Button(
        icon("menu"),
        id=ids.MENU_BUTTON,
        type="button",
        className="icon-button menu-button",
        **aria(label=_("Menu"), expanded="false", controls=ids.MENU),
    )
    brand = html.Div(
        [
            html.Span(className="mark", **aria(hidden="true")),
            html.Span([html.Span("Wardlight", className="product"), html.Span(site.name, className="site")]),
        ],
        className="brand",
    )
    return html.Div([menu, brand, _nav(), html.Div(className="space"), _catch_up(), _lamp(), _clock(), *_buttons()])


def _nav() -> html.Nav:
    pages = [
        ("/", _("Floor model"), "cube"),
        ("/equipment", _("Assets"), "asset"),
        ("/environment", _("Environment"), "sensor"),
        ("/list", _("List"), "table"),
    ]
    if visitor().may_commission:
        pages += [("/commissioning", _("Commissioning"), "gateway"), ("/building", _("Building"), "door")]
    pages.append(("/system", _("System"), "pulse"))
    links = [
        dcc.Link([icon(mark), html.Span(text)], href=dash.get_relative_path(path), className="nav-link")
        for path, text, mark in pages
    ]
    return html.Nav(links, id=ids.MENU, className="nav", **aria(label=_("Pages")))


def _catch_up() -> html.Div:
    return html.Div(
        [html.Span(className="catch-up-text"), html.Progress(max="1", value="0")],
        id=ids.CATCH_UP,
        className="catch-up",
        hidden=True,
    )


def _lamp() -> html.Div:
    return html.Div(
        [
            html.Span(className="lamp-light", **aria(hidden="true")),
            html.Span([html.Span(className="lamp-state"), html.Span(className="lamp-age")], className="lamp-text"),
        ],
        id=ids.LAMP,
        className="lamp",
    )


def _clock() -> html.Div:
    time = html.Span([html.Span(className="clock-time"), html.Span(className="clock-demo")], className="clock-line")
    return html.Div(
        [time, html.Span(className="clock-date")], id=ids.CLOCK, className="clock", title=_("Time of the hospital")
    )


def _buttons() -> list[Any]:
    return [
        html.Button(icon("help"), id=ids.HELP_BUTTON, type="button", className="icon-button", **aria(label=_("Help"))),
        dmc.ColorSchemeToggle(
            lightIcon=icon("sun"),
            darkIcon=icon("moon"),
            computedColorScheme="dark",
            variant="transparent",
            className="icon-button",
            **aria(label=_("Dark or light")),
        ),
    ]


def _banner() -> html.Div:
    return html.Div(
        [icon("unplugged"), html.Span(className="banner-text"), html.Span(className="banner-time")],
        id="link-banner",
        className="banner",
        hidden=True,
    )


def _footer() -> html.Div:
    return html.Div(
        [
            html.Span(_("Informs only. Not a nurse call, not a medical device."), className="disclaimer"),
            html.Span(_("Positions are inferred from radio and may be wrong; each shows how sure it is.")),
        ]
    )


def _help() -> dmc.Modal:
    keys = [
        ("/", _("Find a tag or a room")),
        ("0 – 9", _("Show that level, counted from the lowest")),
        ("a", _("Show all levels")),
        ("p", _("Model or plan")),
        ("f", _("Full screen; Esc leaves it")),
        ("Esc", _("Clear the choice")),
        ("?", _("This help")),
    ]
    rows = [html.Div([html.Dt(html.Kbd(key)), html.Dd(text)]) for key, text in keys]
    return dmc.Modal(
        [
            html.P(
                _(
                    "Wardlight shows where tagged equipment, patients and staff are, and how warm rooms are. All of it"
                    " was measured: tags are heard by gateways, and their places are worked out from that."
                )
            ),
            html.P(_("It informs. It is not a nurse call and not a medical device: never wait for it to call help.")),
            html.H3(_("Keys")),
            html.Dl(rows, className="keys"),
            dmc.Switch(id=ids.SHORTCUTS, label=_("Use these keys"), persistence=True, checked=True, size="sm"),
        ],
        id=ids.HELP,
        title=_("About and help"),
        className="help",
        closeButtonProps=cast(Any, aria(label=_("Close"))),
    )


def register() -> None:
    """Join the shared stores to the scripts. Call once, when the app is built."""
    clientside_callback(ClientsideFunction("wardlight", "live"), Input(ids.LIVE, "data"))
    clientside_callback(ClientsideFunction("wardlight", "moved"), Input(ids.URL, "pathname"))
    clientside_callback(
        ClientsideFunction("wardlight", "help"),
        Output(ids.HELP, "opened"),
        Input(ids.HELP_BUTTON, "n_clicks"),
        State(ids.HELP, "opened"),
    )
    clientside_callback(ClientsideFunction("wardlight", "shortcuts"), Input(ids.SHORTCUTS, "checked"))
