"""What the plan editor asks of the server: drafts, pictures, a copy of the building in use, and the finished building.

Answers are JSON; a refusal is `{"code", "detail", ...}` with status 4xx, and the page has the words for each code.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import msgspec
from flask import Blueprint, Response, jsonify, request, send_file

from twin import log
from twin.access import visitor
from twin.errors import SiteError
from twin.jobs import candidates
from twin.settings import settings
from twin.site.archive import read_archive
from twin.site.drawing.copied import draft_of
from twin.site.drawing.draft import Draft, DraftLevel, parts_of, room_faults, sound_shapes
from twin.site.drawing.drawn import gateway_rows, outline, write_draft
from twin.site.load import load_building
from twin.site.summary import summarise
from twin.web.building import building
from twin.web.plan_drafts import MOST_JSON, DraftError, Drafts, now_text
from twin.web.plan_image import MOST_BYTES, PlanError, plan_picture

routes = Blueprint("plan", __name__, url_prefix="/plan-drafts")
_log = log.get("plan")


def drafts() -> Drafts:
    """The drafts of this site."""
    return Drafts(settings().var / "drafts")


def _answered(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in who may commission, and turn faults into answers."""

    @wraps(view)
    def wrapped(**values: Any) -> Any:  # noqa: ANN401
        if not visitor().may_commission:
            return jsonify(code="forbidden"), 403
        try:
            return view(**values)
        except DraftError as error:
            status = {"gone": 404, "meanwhile": 409, "too_large": 413}.get(error.code, 400)
            return jsonify(code=error.code, detail=error.detail), status
        except PlanError as error:
            return jsonify(code=f"file_{error.code}", values=error.values), 400
        except SiteError as error:
            return jsonify(code="not_ready", detail=str(error), problems=list(error.problems)), 422
        except OSError as error:
            _log.error(f"the plan editor could not read or write its files: {error}")
            return jsonify(code="disk", detail=error.strerror or ""), 507

    return wrapped


@routes.after_request
def _never_kept(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@routes.get("")
@_answered
def listing() -> Any:  # noqa: ANN401
    """All drafts."""
    return jsonify(drafts=[one._asdict() for one in drafts().listing()])


@routes.post("")
@_answered
def make() -> Any:  # noqa: ANN401
    """Begin a draft: empty, or a copy of the building in use (`{"from": "current"}`)."""
    asked = request.get_json(silent=True) or {}
    if asked.get("from") == "current":
        archive, _ = read_archive(settings().building_in_use)
        return jsonify(id=drafts().make(draft_of(building(), archive), archive)), 201
    level = DraftLevel(id=str(uuid4()), ordinal=0, name=str(asked.get("level") or "Ground floor")[:80], short_name="0")
    title = str(asked.get("title") or "")[:120]
    return jsonify(id=drafts().make(Draft(title=title, levels=(level,)))), 201


@routes.get("/<ident>")
@_answered
def read(ident: str) -> Any:  # noqa: ANN401
    """One draft."""
    stored, base = drafts().read(ident), drafts().base(ident)
    walls = sorted({str(f.properties.get("level_id")) for f in base.of("fixture")}) if base else []
    told = {"draft": stored.draft, "revision": stored.revision, "copied": base is not None, "fixtures": walls}
    return Response(msgspec.json.encode(told), mimetype="application/json")


@routes.put("/<ident>")
@_answered
def save(ident: str) -> Any:  # noqa: ANN401
    """Keep a changed draft; the header If-Match tells the revision that was changed, `*` any."""
    known = request.headers.get("If-Match", "").strip('"')
    raw = _body(MOST_JSON, DraftError("too_large"))
    return jsonify(revision=drafts().save(ident, raw, "" if known == "*" else known or "none"))


@routes.delete("/<ident>")
@_answered
def remove(ident: str) -> Any:  # noqa: ANN401
    """Remove a draft."""
    drafts().remove(ident)
    return jsonify(removed=ident)


@routes.post("/<ident>/pictures")
@_answered
def upload(ident: str) -> Any:  # noqa: ANN401
    """Take a plan as a file; `?page=` chooses one of a PDF."""
    drafts().folder(ident)
    content = _body(MOST_BYTES, PlanError("too_large", limit=MOST_BYTES >> 20))
    made = plan_picture(content, request.args.get("page", 1, int))
    number = drafts().add_picture(ident, made.png)
    return jsonify(file=number, width=made.width, height=made.height, page=made.page, pages=made.pages), 201


@routes.get("/<ident>/pictures/<int:number>.png")
@_answered
def picture(ident: str, number: int) -> Any:  # noqa: ANN401
    """One picture. A number never gets another picture, so browsers may keep it."""
    response = send_file(drafts().picture(ident, number).resolve(), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@routes.get("/<ident>/outlines/<level_id>")
@_answered
def level_outline(ident: str, level_id: str) -> Any:  # noqa: ANN401
    """The outline that follows from a level's rooms, for the level above to begin with."""
    draft = drafts().read(ident).draft
    level = next((one for one in draft.levels if one.id == level_id), None)
    if level is None or not level.rooms or [*room_faults(level)]:
        raise DraftError("no_outline")
    shape = outline(level, sound_shapes(level), draft.wall)
    return Response(msgspec.json.encode({"outline": parts_of(shape)}), mimetype="application/json")


@routes.post("/<ident>/finish")
@_answered
def finish(ident: str) -> Any:  # noqa: ANN401
    """Make the drawn building a candidate that people can look at before it replaces the one in use."""
    draft, base = drafts().read(ident).draft, drafts().base(ident)
    with TemporaryDirectory(prefix="wardlight-drawn-") as folder:
        path = Path(folder) / "building"
        write_draft(draft, path, now_text(), building().frame, base)
        site, problems = load_building(path)
        fatal = tuple(str(problem) for problem in problems if problem.fatal)
        if site is None or fatal:
            raise SiteError("The drawn building cannot be used; correct this first:", fatal)
        told = {
            "summary": summarise(site, problems),
            "problems": [str(problem) for problem in problems],
            "notes": [],
            "gateways": gateway_rows(draft),
        }
        made = candidates.put(settings().var, path, draft.title, "drawn", told)
    return jsonify(candidate=made.id), 201


def _body(most: int, fault: Exception) -> bytes:
    """The request's body, never more of it than allowed."""
    if (request.content_length or 0) > most:
        raise fault
    content = request.stream.read(most + 1)
    if len(content) > most:
        raise fault
    return content
