"""Builds the web application; gunicorn serves `server`."""

from __future__ import annotations

from flask import Flask

from components import shell
from components.page import Page
from components.text import set_up_text
from twin.settings import ROOT, Settings, settings
from twin.web import areas, headers, health, jobs, past, plan, quality, stream
from twin.web.building import building
from twin.web.secret import secret_key


def build(s: Settings) -> Page:
    """Put the app together. Reads the building; opens no connection."""
    flask = Flask("wardlight")
    flask.secret_key = secret_key(s.secrets)
    set_up_text(flask, s.var / "translations")
    quality.set_up(flask, s.var / "cache")
    areas.set_up(flask)
    flask.register_blueprint(stream.routes)
    flask.register_blueprint(health.routes)
    flask.register_blueprint(jobs.routes)
    flask.register_blueprint(past.routes)
    flask.register_blueprint(plan.routes)
    app = Page(
        "wardlight",
        server=flask,  # pyright: ignore[reportArgumentType] - Dash takes a Flask
        use_pages=True,
        pages_folder=str(ROOT / "pages"),
        assets_folder=str(ROOT / "assets"),
        assets_path_ignore=["head", "icons"],
        suppress_callback_exceptions=True,  # pages come and go; a test checks every id
        update_title="",
        title="Wardlight",
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        compress=False,
        enable_mcp=False,
    )
    building()  # what cannot be read must fail now, not at the first page
    app.layout = lambda: shell.shell(building(), s)
    shell.register()
    headers.protect(flask, app.csp_hashes, s.web_host)
    return app


app = build(settings())
server = app.server
