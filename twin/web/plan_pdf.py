"""Draw one page of a PDF: `python -m twin.web.plan_pdf PAGE LONGEST_SIDE <FILE`, a line of JSON and then a PNG.

Runs as a process of its own with bounded memory and time: its reader is not safe in threads, and what a broken
file breaks is only this process.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress

DPI = 180
MOST_PAGES = 2000
MEMORY = 2 << 30
SECONDS = 30


def draw(content: bytes, page: int, longest: int) -> tuple[dict[str, object], bytes]:
    """Draw page `page` (from 1) at `DPI`, or coarser when it would have more than `longest` pixels a side."""
    import pypdfium2  # noqa: PLC0415 - only this process may pay for it
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    try:
        with pypdfium2.PdfDocument(content) as document:
            pages = len(document)
            if not 1 <= page <= min(pages, MOST_PAGES):
                return {"fault": "page", "values": {"pages": pages}}, b""
            sheet = document[page - 1]
            points = max(sheet.get_size())
            if points <= 0:
                return {"fault": "broken"}, b""
            image = sheet.render(scale=min(DPI / 72, longest / points)).to_pil().convert("RGB")
    except PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        return {"fault": "password" if locked else "broken"}, b""
    image.thumbnail((longest, longest))
    out = io.BytesIO()
    image.save(out, "PNG")
    return {"width": image.width, "height": image.height, "page": page, "pages": pages}, out.getvalue()


def _bound() -> None:
    """Bound memory and time where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main() -> None:
    """Read the file from standard input and write the picture to standard output."""
    _bound()
    try:
        told, png = draw(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    except MemoryError:
        told, png = {"fault": "too_large", "values": {"limit": 40}}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + png)


if __name__ == "__main__":
    main()
