"""Turn an uploaded plan into a picture that is safe to store and to show: always a PNG that we wrote ourselves.

PNG and JPEG are read here, with limits. A PDF is drawn by a process of its own, because a damaged file may take its
reader with it. An SVG never comes here: the browser draws it, without its scripts, and sends the pixels.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import NamedTuple

from PIL import Image, ImageOps

from twin.settings import ROOT

MOST_BYTES = 40 * 1024 * 1024
"""A file larger than this is refused."""
MOST_PIXELS = 60_000_000
"""A picture of more pixels is refused before it is unpacked."""
LONGEST_SIDE = 4096
"""Pixels; a larger picture is made smaller."""
PDF_PATIENCE_S = 40.0


class PlanError(Exception):
    """A file that cannot become a plan. `code` says why: a key of `components.editor_words`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class PlanPicture(NamedTuple):
    """A plan as PNG; `page` of `pages` where it came from a PDF."""

    png: bytes
    width: int
    height: int
    page: int = 1
    pages: int = 1


def plan_picture(content: bytes, page: int = 1) -> PlanPicture:
    """Read an uploaded file.

    Raises:
        PlanError: it is no plan, is damaged, locked or too large.
    """
    if not content:
        raise PlanError("empty")
    if len(content) > MOST_BYTES:
        raise PlanError("too_large", limit=MOST_BYTES >> 20)
    if b"%PDF-" in content[:1024]:
        return _from_pdf(content, page)
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return _from_raster(content)
    if b"<svg" in content[:4096].lower():
        raise PlanError("svg")
    raise PlanError("kind")


def _from_raster(content: bytes) -> PlanPicture:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise PlanError("pixels", limit=MOST_PIXELS // 1_000_000)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            return PlanPicture(*_as_png(ImageOps.exif_transpose(image)))
    except PlanError:
        raise
    except Image.DecompressionBombError as error:
        raise PlanError("pixels", limit=MOST_PIXELS // 1_000_000) from error
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombWarning) as error:
        raise PlanError("broken") from error


def _as_png(image: Image.Image) -> tuple[bytes, int, int]:
    """The pixels alone, on white, no larger than `LONGEST_SIDE`."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    plain = image if image.mode in ("RGB", "L") else image.convert("RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    fresh.save(out, "PNG")
    return out.getvalue(), *plain.size


def _from_pdf(content: bytes, page: int) -> PlanPicture:
    command = [sys.executable, "-m", "twin.web.plan_pdf", str(page), str(LONGEST_SIDE)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with two numbers
            command, input=content, capture_output=True, timeout=PDF_PATIENCE_S, check=False, cwd=ROOT
        )
    except subprocess.TimeoutExpired as error:
        raise PlanError("slow") from error
    head, _, png = done.stdout.partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError as error:
        raise PlanError("broken") from error
    if "fault" in told:
        raise PlanError(told["fault"], **told.get("values", {}))
    return PlanPicture(png, told["width"], told["height"], told["page"], told["pages"])
