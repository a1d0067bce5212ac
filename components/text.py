"""Every text of the pages, in the language of the request.

Texts are the English sentences themselves; `_` and `ngettext` look them up in the catalogues
of `data/translations`. Use them inside functions only: at import there is no request.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale, get_translations, ngettext
from flask_babel import gettext as _

from twin.settings import ROOT

__all__ = ["_", "language", "ngettext", "plural", "set_up_text"]

SOURCES = ROOT / "data/translations"
DEFAULT = "en"


def set_up_text(server: Flask, compiled: Path, sources: Path = SOURCES) -> None:
    """Compile the catalogues into `compiled` and have each request answered in its language."""
    languages = compile_catalogues(sources, compiled)

    def choose() -> str:
        wanted = request.accept_languages.best_match(languages) if has_request_context() else None
        return wanted or DEFAULT

    Babel(
        server,
        default_locale=DEFAULT,
        default_translation_directories=str(compiled),
        locale_selector=choose,
    )


def compile_catalogues(sources: Path, compiled: Path) -> list[str]:
    """Compile each language's catalogue that is newer than what was compiled before; the languages found."""
    languages = []
    for po in sorted(sources.glob("*/LC_MESSAGES/messages.po")):
        language = po.parts[-3]
        languages.append(language)
        mo = compiled / language / "LC_MESSAGES/messages.mo"
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        mo.parent.mkdir(parents=True, exist_ok=True)
        with po.open("rb") as source:
            catalogue = read_po(source, locale=language)
        fresh = mo.with_suffix(".new")
        with fresh.open("wb") as target:
            write_mo(target, catalogue)
        fresh.replace(mo)
    return languages or [DEFAULT]


def language() -> str:
    """Name the language of this request as browsers write it, e.g. "fr" or "pt-BR"."""
    return str(get_locale() or DEFAULT).replace("_", "-")


def plural(one: str, many: str) -> dict[str, str]:
    """All forms of a counted text for the browser, by CLDR category ("one", "other", ...).

    Texts keep their `%(num)s`. The categories are those of JavaScript's `Intl.PluralRules`.
    """
    found = get_translations()
    return {form: found.ngettext(one, many, number) for form, number in _samples(language()).items()}


@lru_cache
def _samples(tag: str) -> dict[str, int]:
    """Find a number for each plural category of a language."""
    rule = Locale.parse(tag, sep="-").plural_form
    samples: dict[str, int] = {}
    for number in (*range(200), 1_000_000):
        samples.setdefault(rule(number), number)
    return samples
