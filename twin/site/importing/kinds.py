"""What a room is for: OmniClass codes and the words of its name to a space type and an IMDF category."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from twin.site.importing.words import WORDS
from twin.site.plan import USUAL


class RoomKind(NamedTuple):
    """An IMDF unit category, and our space type ("" where none fits)."""

    category: str
    space_type: str


ORDINARY = RoomKind("room", "")

_OMNICLASS: Mapping[str, str | RoomKind] = {
    "13-11 11 17": RoomKind("classroom", ""),
    "13-11 11 31": "reception",
    "13-11 19": "kitchen",
    "13-11 21": RoomKind("conferenceroom", ""),
    "13-11 31": "lobby",
    "13-15 11 24": "lab",
    "13-15 11 34": "office",
    "13-15 21": "utility_clean",
    "13-41 11 14": "toilet",
    "13-41 11 41": "exam",
    "13-41 41": "exam",
    "13-41 41 31": "imaging",
    "13-51 11 21": "staff_room",
    "13-51 31": "waiting",
    "13-75": "store",
    "13-75 41 14": "utility_dirty",
    "13-81 21": "plant",
    "13-81 21 31": "lift",
    "13-85 11": "corridor",
    "13-85 21": "stairs",
    "13-85 31": "lobby",
}
"""OmniClass Table 13 by prefix; the longest that fits counts."""

_VAGUE = ("exam", "office", "store", "")
"""Space types of broad codes, which the words of the name may make narrower."""

_PREFIX_LANGUAGES = ("de", "nl")
"""These write compounds as one word: "Flurbereich" is a Flur, "Personalbuero" is a Buero."""


def _compile() -> tuple[tuple[RoomKind, tuple[tuple[str, re.Pattern[str]], ...]], ...]:
    table = []
    for kind, words in WORDS:
        patterns = [
            (lang, re.compile(rf"(?<![a-z])(?:{alternatives})(?![a-z])")) for lang, alternatives in words.items()
        ]
        for lang in _PREFIX_LANGUAGES:
            long = "|".join(word for word in words.get(lang, "").split("|") if len(word) > 4)
            if long:
                patterns.append((lang, re.compile(rf"(?<![a-z])(?:{long})|(?:{long})(?![a-z])")))
        table.append((_kind(kind), tuple(patterns)))
    return tuple(table)


def room_kind(code: str, *texts: str) -> RoomKind:
    """What a room is for, by its OmniClass code ("" if it has none), else by words, the most telling text first."""
    by_code = _by_code(code)
    if by_code and by_code.space_type not in _VAGUE:
        return by_code
    by_words = next((found[0] for text in texts if (found := _by_words(text))), None)
    if by_code and by_words and not by_words.space_type:
        return by_code
    return by_words or by_code or ORDINARY


def language_of(texts: Iterable[str]) -> str:
    """The language whose words most of `texts` have; `en` where nothing speaks for another."""
    votes: dict[str, int] = {}
    for text in texts:
        found = _by_words(text)
        for lang in found[1] if found else ():
            votes[lang] = votes.get(lang, 0) + 1
    best = max(votes, key=lambda lang: votes[lang], default="en")
    return best if votes.get(best, 0) > votes.get("en", 0) else "en"


def omniclass(text: str) -> str:
    """The Table 13 code in `text`, such as "13-85 11 11"; "" if there is none."""
    found = re.search(r"\b13-\d\d(?: \d\d)*", text.replace("\u2013", "-"))
    return found.group() if found else ""


def _by_code(code: str) -> RoomKind | None:
    while code:
        if code in _OMNICLASS:
            return _kind(_OMNICLASS[code])
        code = code.rpartition(" ")[0]
    return None


def _kind(kind: str | RoomKind) -> RoomKind:
    if isinstance(kind, str) and kind.startswith(":"):
        return RoomKind(kind[1:], "")
    return kind if isinstance(kind, RoomKind) else RoomKind(USUAL[kind].category, kind)


def _by_words(text: str) -> tuple[RoomKind, tuple[str, ...]] | None:
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace(".", "")
    for kind, patterns in _TABLE:
        languages = tuple(dict.fromkeys(lang for lang, pattern in patterns if pattern.search(plain)))
        if languages:
            return kind, languages
    return None


_TABLE = _compile()
