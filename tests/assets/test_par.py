from __future__ import annotations

import numpy as np

from twin.assets import Par, Status, count_places
from twin.model import NONE, Room

TYPES = ("bed", "pump")


def count(rooms: tuple[Room, ...], pars: list[Par], things: list[tuple[str, int, Status]]):
    type_ = np.array([TYPES.index(name) for name, _, _ in things], np.int32)
    room = np.array([place for _, place, _ in things], np.int32)
    status = np.array([s for _, _, s in things], np.uint8)
    return count_places(pars, TYPES, type_, room, status, rooms)


WARD = Par(type="pump", department="ward", target=3, critical=1)
STORES = Par(type="pump", space="store", target=1, critical=0)


def test_only_available_ones_of_the_type_in_the_place_count(rooms: tuple[Room, ...]) -> None:
    (found,) = count(
        rooms, [WARD],
        [("pump", 0, Status.AVAILABLE), ("pump", 1, Status.IN_USE), ("bed", 0, Status.AVAILABLE),
         ("pump", 4, Status.AVAILABLE), ("pump", 2, Status.DIRTY), ("pump", NONE, Status.UNKNOWN)],
    )  # fmt: skip
    assert (found.available, found.short, found.critical, found.unknown) == (1, 2, True, 1)


def test_where_the_surplus_is(rooms: tuple[Room, ...]) -> None:
    logistics = Par(type="pump", department="logistics", target=2, critical=0)
    free = [("pump", 3, Status.AVAILABLE)] * 5 + [("pump", 4, Status.AVAILABLE)]
    ward, store = count(rooms, [WARD, logistics], free)
    assert ward.par is WARD
    assert ward.elsewhere == (("logistics", 3), ("", 1))
    assert (store.short, store.elsewhere) == (0, ())


def test_the_worst_comes_first(rooms: tuple[Room, ...]) -> None:
    beds = Par(type="bed", department="ward", target=9, critical=0)
    found = count(rooms, [STORES, beds, WARD], [("bed", 0, Status.AVAILABLE)] * 2 + [("pump", 3, Status.AVAILABLE)])
    assert [one.par for one in found] == [WARD, beds, STORES]


def test_a_type_that_nobody_has_is_short_and_nowhere(rooms: tuple[Room, ...]) -> None:
    (found,) = count(
        rooms, [Par(type="laser", department="ward", target=2, critical=0)], [("bed", 0, Status.AVAILABLE)]
    )
    assert (found.available, found.short, found.elsewhere, found.unknown) == (0, 2, (), 0)
