"""Uploaded plans: what becomes a picture, and what is refused with a reason."""

from __future__ import annotations

import io
import struct
import zlib

import pypdfium2
import pytest
from PIL import Image

from twin.web import plan_image
from twin.web.plan_image import PlanError, plan_picture


def encoded(kind: str = "PNG", size: tuple[int, int] = (120, 80), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "white" if mode == "RGB" else None).save(out, kind, **more)  # pyright: ignore[reportArgumentType]
    return out.getvalue()


def pdf(*sizes: tuple[float, float]) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for size in sizes:
        document.new_page(*size)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def refused(content: bytes, page: int = 1) -> str:
    with pytest.raises(PlanError) as caught:
        plan_picture(content, page)
    return caught.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pictures_become_png(kind: str):
    made = plan_picture(encoded(kind))
    assert (made.width, made.height) == (120, 80)
    assert Image.open(io.BytesIO(made.png)).format == "PNG"


def test_only_the_pixels_are_kept():
    told = Image.Exif()
    told[0x010E] = "taken by Dr House"
    content = encoded("JPEG", exif=told)
    assert b"Dr House" in content
    assert b"Dr House" not in plan_picture(content).png


def test_a_photo_stands_upright():
    turned = Image.Exif()
    turned[0x0112] = 6
    made = plan_picture(encoded("JPEG", exif=turned))
    assert (made.width, made.height) == (80, 120)


def test_what_is_see_through_becomes_white():
    made = plan_picture(encoded(mode="RGBA"))
    assert Image.open(io.BytesIO(made.png)).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_large_picture_is_made_smaller():
    made = plan_picture(encoded(size=(6000, 3000)))
    assert (made.width, made.height) == (4096, 2048)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_not_unpacked():
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    for side in (12_000, 30_000, 2**31 - 1):
        head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        body = zlib.compress(bytes(10_000))
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
        assert refused(bomb) == "pixels"


def test_what_cannot_be_read_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch):
    assert refused(b"") == "empty"
    assert refused(b"MZ\x90 a program") == "kind"
    assert refused(encoded()[:200]) == "broken"
    assert refused(b"\xff\xd8\xff" + bytes(500)) == "broken"
    assert refused(b"%PDF-1.7 and nothing more") == "broken"
    assert refused(b'<?xml version="1.0"?><svg><script>alert(1)</script></svg>') == "svg"
    monkeypatch.setattr(plan_image, "MOST_BYTES", 100)
    assert refused(encoded()) == "too_large"


def test_a_page_of_a_pdf_is_drawn():
    content = pdf((595, 842), (842, 595))
    first, second = plan_picture(content), plan_picture(content, 2)
    assert (first.page, first.pages, second.page) == (1, 2, 2)
    assert abs(first.width - 595 / 72 * 180) <= 2
    assert first.height > first.width
    assert second.width > second.height
    assert refused(content, 3) == "page"
    assert refused(content, 0) == "page"


def test_a_poster_is_drawn_coarser():
    made = plan_picture(pdf((14_000, 7_000)))
    assert max(made.width, made.height) <= 4096


LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"3 0 obj<</Filter/Standard/V 1/R 2/O<" + b"28" * 32 + b">/U<" + b"00" * 32 + b">/P -4>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\nstartxref\n0\n%%EOF\n"
)


def test_a_locked_pdf_says_that_it_is_locked():
    assert refused(LOCKED) == "password"


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(plan_image, "PDF_PATIENCE_S", 0.001)
    assert refused(pdf((595, 842))) == "slow"
