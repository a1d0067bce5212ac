"""The figures of the strip on a hand-made hospital of four rooms."""

from __future__ import annotations

import numpy as np
import pytest

from twin.climate.rooms import RoomClimate
from twin.flow.kpis import DepartmentStays, Register, in_use, kpis, level_counts
from twin.model import Fixes, Kind, Room, State, Tag

T = 1_795_428_000.0
ED_BAY, ED_WAITING, WARD, STORE = range(4)
ROOMS = tuple(
    Room(i, f"r{i}", level, f"R{i}", "", "room", space, department, 20.0, 0.0, 0.0)
    for i, (level, space, department) in enumerate(
        [(0, "ed_bay", "emergency"), (0, "waiting", "emergency"), (1, "patient_room", "ward_a"), (1, "store", "")]
    )
)
KINDS = [Kind.PATIENT] * 4 + [Kind.STAFF, Kind.ASSET, Kind.ASSET, Kind.ASSET, Kind.SENSOR]
TAGS = tuple(Tag(i, f"{i:012X}", "", kind, "", "") for i, kind in enumerate(KINDS))
REGISTER = Register.of(TAGS, ROOMS)


def fixes(rooms: list[int], states: dict[int, State] | None = None) -> Fixes:
    n = len(rooms)
    zero, none = np.zeros(n, np.float32), np.zeros(n, np.int32)
    room = np.array(rooms, np.int32)
    level = np.array([ROOMS[r].level if r >= 0 else -1 for r in rooms], np.int32)
    state = np.zeros(n, np.uint8)
    for tag, value in (states or {}).items():
        state[tag] = value
    return Fixes(T, zero, zero, level, room, zero, zero, np.full(n, T), none, state)


HERE = fixes(
    [ED_BAY, ED_WAITING, ED_WAITING, WARD, ED_BAY, ED_BAY, STORE, WARD, STORE],
    {2: State.STALE, 3: State.UNOBSERVED, 7: State.LOST},
)


def figures(here: Fixes = HERE, ed_entered: np.ndarray | None = None):
    entered = np.full(len(TAGS), np.nan) if ed_entered is None else ed_entered
    climate = [
        RoomClimate(0, 9.0, None, 1.0, "high", 8, 0, True),
        RoomClimate(3, None, None, None, "silent", 8, 2, False),
    ]
    silent, heartbeat = np.array([False, True]), np.array([T - 2.0, -np.inf])
    return kpis(
        REGISTER, here, ed_entered=entered, used=in_use(REGISTER, here), climate=climate, silent=silent,
        heartbeat=heartbeat,
    )  # fmt: skip


def test_counts():
    k = figures()
    assert (k.patients, k.staff, k.assets, k.lost, k.unobserved) == (4, 1, 2, 1, 1)
    assert (k.ed_census, k.ed_waiting) == (3, 2)
    assert (k.rooms_out_of_range, k.rooms_measured, k.sensors_silent) == (1, 1, 2)
    assert (k.gateways, k.gateways_silent, k.data_age_s) == (2, 1, 2.0)


def test_assets_are_in_use_beside_a_patient_in_a_care_room():
    assert np.flatnonzero(in_use(REGISTER, HERE)).tolist() == [5]
    k = figures()
    assert (k.assets_in_use, k.assets_known) == (1, 2)


def test_an_unknown_room_is_nobodys_room():
    nowhere = fixes([-1] * len(TAGS))
    assert not in_use(REGISTER, nowhere).any()
    assert figures(nowhere).ed_census == 0


def test_the_wait_is_the_median_of_those_waiting():
    entered = np.full(len(TAGS), np.nan)
    entered[[0, 1, 2]] = T - 9000.0, T - 600.0, T - 1200.0
    assert figures(ed_entered=entered).ed_wait_median_s == pytest.approx(900.0)
    assert figures().ed_wait_median_s is None


def test_level_counts():
    by_level = [[RoomClimate(0, 9.0, None, 1.0, "high", 8, 0, True)], []]
    ground, first = level_counts(REGISTER, HERE, by_level)
    assert (ground.patients, ground.staff, ground.assets, ground.out_of_range) == (3, 1, 1, 1)
    assert (first.patients, first.assets, first.out_of_range) == (1, 1, 0)


def test_a_walk_to_imaging_does_not_start_the_wait_anew():
    stays = DepartmentStays(REGISTER)
    n = len(TAGS)

    def at(room: int, entered: float, t: float) -> float:
        return float(stays.step(np.full(n, room, np.int32), np.full(n, entered), t)[0])

    assert at(ED_WAITING, T, T + 5) == T
    assert np.isnan(at(WARD, T + 60, T + 65))
    assert at(ED_BAY, T + 600, T + 605) == T
    at(WARD, T + 700, T + 705)
    assert at(ED_WAITING, T + 4000, T + 4005) == T + 4000
