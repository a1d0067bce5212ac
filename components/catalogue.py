"""Collects the texts of the program into catalogues for translators.

`python -m components.catalogue` writes `data/translations/messages.pot` and brings each
language's catalogue up to date.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from components.text import SOURCES
from twin.settings import ROOT

PLACES = ("app.py", "pages", "components")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "ngettext": (1, 2), "plural": (1, 2)}


def extract(root: Path = ROOT) -> Catalog:
    """Collect every text of the pages, with the files that show it."""
    catalogue = Catalog(project="Wardlight", charset="utf-8", fuzzy=False, header_comment="# Texts of Wardlight.")
    for place in PLACES[1:]:
        found = extract_from_dir(root / place, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",))
        for name, _line, message, comments, context in sorted(found, key=lambda row: (row[0], row[1])):
            catalogue.add(message, None, [(f"{place}/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Write the catalogue as a file, without dates and line numbers, which would change at each edit."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=100, omit_header=False, sort_output=True, include_lineno=False)
    volatile = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By')
    lines = (line for line in buffer.getvalue().splitlines(keepends=True) if not line.startswith(volatile))
    return b"".join(lines)


def update(folder: Path = SOURCES, root: Path = ROOT) -> None:
    """Write the template, and bring the catalogue of each language up to date."""
    template = extract(root)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "messages.pot").write_bytes(written(template))
    for po in folder.glob("*/LC_MESSAGES/messages.po"):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3])
        catalogue.update(template, no_fuzzy_matching=True, keep_user_comments=True)
        catalogue.obsolete.clear()
        po.write_bytes(written(catalogue))


if __name__ == "__main__":
    update()
