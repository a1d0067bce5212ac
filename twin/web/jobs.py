"""Files of buildings, in and out: an upload that becomes a job, and archives to download.

Uploads come as the plain body of a request and go to disk piece by piece, so that a model of some hundred megabytes
costs no memory. The body is the building's file and, right behind it, the workbook of equipment if there is one.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from flask import Blueprint, Response, request, send_file

from twin.access import visitor
from twin.errors import SiteError
from twin.jobs import spool
from twin.jobs.spool import JobError, Spool, TooLargeError
from twin.settings import settings
from twin.web.building import stamp
from twin.web.buildings import archive_of

MARK = "X-Wardlight"
"""A header that only our own scripts can send: other sites' pages would have to ask first, and are refused."""
AT_ONCE = 3
"""Uploads that one worker takes at a time, so that screens keep their threads."""

routes = Blueprint("jobs", __name__, url_prefix="/files")
_places = threading.BoundedSemaphore(AT_ONCE)


@routes.post("/building")
def upload() -> Response:
    """Take a building's file in: `name`, and for a workbook behind it `assets` and its size `assets_size`.

    201 with `{"job": id}`, else `{"text": why}` with 400, 403, 411, 413, 429 or 507.
    """
    if not visitor().may_commission or request.headers.get(MARK) != "upload":
        return _answer(403, text="You may not replace the building.")
    size, assets = request.content_length, None
    if size is None:
        return _answer(411, text="The request does not say how long the file is.")
    if size > spool.MOST_BYTES:
        return _answer(413, text=_too_large(size))
    behind = request.args.get("assets_size", 0, type=int)
    if not 0 <= behind < size:
        return _answer(400, text="The sizes of the files do not fit the upload.")
    if behind:
        assets = (request.args.get("assets", "equipment.xlsx"), behind)
    if not _places.acquire(blocking=False):
        return _answer(429, text="Several files are being uploaded already; try again in a minute.")
    try:
        name = request.args.get("name", "")
        job = Spool(settings().var).submit(name, request.stream, size - behind, assets)
    except TooLargeError as error:
        return _answer(413, text=str(error))
    except JobError as error:
        return _answer(429 if "wait already" in str(error) else 400, text=str(error))
    except OSError as error:
        return _answer(507, text=f"The file could not be stored: {error.strerror or error}.")
    finally:
        _places.release()
    return _answer(201, job=job.id)


@routes.get("/building")
def download() -> Response:
    """Send a building as an IMDF zip: the one in use, or `candidate` or `version` with that id."""
    if not visitor().may_commission:
        return _answer(403, text="You may not export the building.")
    found = archive_of(request.args.get("candidate", ""), request.args.get("version", ""))
    if found is None:
        return _answer(404, text="There is no such building.")
    from twin.site.importing.take_in import export_building  # noqa: PLC0415 - loads what only imports and exports need

    with TemporaryDirectory() as folder:
        path = Path(folder) / "building.zip"
        try:
            export_building(found.building, path)
        except SiteError as error:
            return _answer(409, text=str(error))
        # The file is open before its folder goes, and lives on until it is sent.
        response = send_file(path.open("rb"), "application/zip", as_attachment=True, download_name=found.name)
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.get("/building/stamp")
def in_use() -> Response:
    """A text that changes when another building is put in place: screens then have to begin anew."""
    path, written = stamp()[2:4]
    text = hashlib.blake2s(f"{path} {written}".encode(), digest_size=8).hexdigest()
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "no-store"})


def _answer(status: int, **body: str) -> Response:
    response = Response(msgspec.json.encode(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status >= 400:
        response.headers["Connection"] = "close"  # what is left of the body is not read
    return response


def _too_large(size: int) -> str:
    return (
        f"The upload has {size / (1 << 20):.0f} MB; the limit is {spool.MOST_BYTES >> 20} MB. "
        "Export only what makes rooms: spaces, walls, slabs, doors and stairs."
    )
