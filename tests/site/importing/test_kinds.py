"""What a room is for, by code and by words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.site.importing.kinds import language_of, omniclass, room_kind
from twin.site.plan import USUAL


@pytest.mark.parametrize(
    ("name", "space_type"),
    [
        ("CORRIDOR", "corridor"), ("Flur EG West", "corridor"), ("Couloir nord", "corridor"), ("Pasillo", "corridor"),
        ("Eingang", "lobby"), ("ADMIN OFFICE", "office"), ("Büro Meier", "office"), ("Buero 3", "office"),
        ("WC Herren", "toilet"), ("STAFF TOILET", "toilet"), ("OP-Saal 3", "theatre"), ("Quirófano 2", "theatre"),
        ("SOIL. UTL. / TRASH", "utility_dirty"), ("Chambre 12", "patient_room"), ("Technikraum I", "plant"),
        ("Treppenhaus", "stairs"), ("Salle d'attente", "waiting"), ("Patientenzimmer 4", "patient_room"),
        ("Zimmer", ""), ("", ""), ("\u0000", ""),
    ],
)  # fmt: skip
def test_words_tell_the_space_type(name: str, space_type: str) -> None:
    assert room_kind("", name).space_type == space_type


def test_the_code_decides_and_words_make_a_broad_code_narrower() -> None:
    assert room_kind("13-85 11 11", "Office").space_type == "corridor"
    assert room_kind("13-41 41 99", "RADIOGRAPHIC ROOM").space_type == "imaging"
    assert room_kind("13-75 11 11", "PHARM. DISP.").space_type == "pharmacy"
    assert room_kind("13-41 41 99", "HK").space_type == "exam"
    assert room_kind("13-11 21 17", "") == ("conferenceroom", "")


def test_codes_are_found_within_text() -> None:
    assert omniclass("13-11 11 31: Reception Space") == "13-11 11 31"
    assert omniclass("23-75 10: no table 13") == ""


def test_language_is_that_of_most_words() -> None:
    assert language_of(["Flur", "Büro", "WC"]) == "de"
    assert language_of(["Corridor", "Office"]) == "en"
    assert language_of(["1", "2"]) == "en"


@given(st.text(max_size=40), st.text(max_size=40))
def test_every_text_has_a_kind(code: str, name: str) -> None:
    kind = room_kind(omniclass(code), name)
    assert kind.category
    assert kind.space_type in ("", *USUAL)
