"""Names on the floor model: short, apart from one another, and in their rooms."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from components.floor_labels import LINE, MOST, Label, candidates, namesakes, short_name, uncrowded
from twin.settings import Settings
from twin.site import Site, load_site


@lru_cache
def building() -> Site:
    fields = Settings.model_fields
    return load_site(fields["building"].default, fields["gateways"].default)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_labels_of_a_level_do_not_overlap(level: int) -> None:
    kept = uncrowded(candidates(building(), level))
    assert 5 <= len(kept) <= MOST
    for a, b in combinations((shapely.box(*label.box) for label in kept), 2):
        assert a.intersection(b).area == 0


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_each_label_stands_in_its_room(level: int) -> None:
    for label in candidates(building(), level):
        assert building().room_shapes[label.room].contains(shapely.Point(label.x, label.y))


def test_corridors_and_stairs_stay_calm() -> None:
    rooms = [building().rooms[label.room] for label in candidates(building(), 1)]
    assert not {"corridor", "stairs", "lift", "toilet"} & {room.space_type for room in rooms}


def test_a_name_stands_once_on_a_level() -> None:
    names = [building().rooms[label.room].name for label in candidates(building(), 2)]
    assert len(names) == len(set(names))


def test_every_named_room_can_be_read_from_near() -> None:
    found = [label.room for label in (*candidates(building(), 1), *namesakes(building(), 1))]
    named = [i for i in building().rooms_of_level[1] if building().rooms[i].name or building().rooms[i].number]
    assert sorted(found) == named
    assert all(label.radius > 0 for label in namesakes(building(), 1))


@given(st.text(max_size=80))
def test_a_short_name_has_at_most_two_lines_that_fit(name: str) -> None:
    lines = short_name(name).split("<br>")
    if "<br>" not in name:
        assert len(lines) <= 2
        assert all(len(line) <= LINE for line in lines)


def test_short_names_are_whole_when_they_fit() -> None:
    assert short_name("CT scanner") == "CT scanner"
    assert short_name("Emergency waiting room") == "Emergency<br>waiting room"
    assert short_name("Ophthalmologicalelectrodiagnostics").endswith("…")


def test_the_more_important_of_two_colliding_labels_wins() -> None:
    big, small = Label("Hall", 10, 10, 50, 0), Label("Store", 10.5, 10, 12, 1)
    assert uncrowded((big, small)) == (big,)
