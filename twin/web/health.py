"""Whether this worker serves, and whether it hears the twin: for supervisors and monitors."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from twin.web.live import hub

FRESH_S = 10.0

routes = Blueprint("health", __name__)


@routes.get("/health")
def health() -> Response:
    """200 as long as pages are served; `live` says how the data does ("ok", "stale" or "none")."""
    here = hub()
    age = here.age()
    live = "none" if age is None else "ok" if age < FRESH_S else "stale"
    response = jsonify(
        status="ok",
        live=live,
        age_s=None if age is None else round(age, 1),
        broker="connected" if here.bus and here.bus.connected else "disconnected",
        streams=here.open_streams,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
