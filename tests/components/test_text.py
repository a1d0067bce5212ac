from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from components.catalogue import extract, update, written
from components.text import SOURCES, compile_catalogues, language, ngettext, plural, set_up_text

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""
FRENCH = (
    HEAD
    + """
msgid "%(num)s tag"
msgid_plural "%(num)s tags"
msgstr[0] "%(num)s étiquette"
msgstr[1] "%(num)s étiquettes"
"""
)


@pytest.fixture
def speak(tmp_path: Path) -> Flask:
    """An app with an English and a French catalogue."""
    for name, text in (("en", HEAD), ("fr", FRENCH)):
        po = tmp_path / "sources" / name / "LC_MESSAGES/messages.po"
        po.parent.mkdir(parents=True)
        po.write_text(text, "utf-8")
    app = Flask("test")
    set_up_text(app, tmp_path / "compiled", tmp_path / "sources")
    return app


def test_each_request_is_answered_in_its_language(speak: Flask):
    with speak.test_request_context(headers={"Accept-Language": "fr-CA,fr;q=0.9"}):
        assert language() == "fr"
        assert ngettext("%(num)s tag", "%(num)s tags", 3) == "3 étiquettes"
    with speak.test_request_context(headers={"Accept-Language": "ja"}):
        assert language() == "en"
        assert ngettext("%(num)s tag", "%(num)s tags", 1) == "1 tag"


def test_the_browser_gets_every_plural_form_by_its_name(speak: Flask):
    with speak.test_request_context(headers={"Accept-Language": "fr"}):
        forms = plural("%(num)s tag", "%(num)s tags")
    assert forms["one"] == "%(num)s étiquette"
    assert forms["other"] == "%(num)s étiquettes"


def test_catalogues_are_compiled_when_they_change(tmp_path: Path):
    po = tmp_path / "fr/LC_MESSAGES/messages.po"
    po.parent.mkdir(parents=True)
    po.write_text(FRENCH, "utf-8")
    assert compile_catalogues(tmp_path, tmp_path / "out") == ["fr"]
    mo = tmp_path / "out/fr/LC_MESSAGES/messages.mo"
    first = mo.stat().st_mtime_ns
    compile_catalogues(tmp_path, tmp_path / "out")
    assert mo.stat().st_mtime_ns == first
    assert [path.name for path in mo.parent.iterdir()] == ["messages.mo"]


def test_the_template_holds_every_text_of_the_program():
    assert (SOURCES / "messages.pot").read_bytes() == written(extract()), "run `python -m components.catalogue`"


def test_updating_changes_nothing_when_nothing_changed(tmp_path: Path):
    po = tmp_path / "en/LC_MESSAGES/messages.po"
    po.parent.mkdir(parents=True)
    po.write_bytes((SOURCES / "en/LC_MESSAGES/messages.po").read_bytes())
    update(tmp_path)
    assert po.read_bytes() == (SOURCES / "en/LC_MESSAGES/messages.po").read_bytes()
