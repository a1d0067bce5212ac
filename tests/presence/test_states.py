"""Stale, unobserved and lost are told apart."""

from __future__ import annotations

import numpy as np

from twin.model import Epoch, Fixes, Kind, State, Tag
from twin.presence import States

T = 1_795_428_000.0
TAGS = (
    Tag(0, "A" * 12, "MBT02", Kind.PATIENT, "patient", "P-1"),
    Tag(1, "B" * 12, "MBT02", Kind.ASSET, "infusion_pump", "I-1"),
)
EMPTY_I, EMPTY_F = np.empty(0, np.int32), np.empty(0)


def fixes(t: float, heard: float) -> Fixes:
    n = len(TAGS)
    zero = np.zeros(n, np.float32)
    none = np.zeros(n, np.int32)
    return Fixes(t, zero, zero, none, none, zero, zero, np.full(n, heard), none, np.zeros(n, np.uint8))


class World:
    """Two tags heard by gateways 0 and 1 at T, never again; tells their states later."""

    def __init__(self) -> None:
        self.states = States(TAGS)
        self.interval = np.ones(2, np.float32)
        self.heard = T
        rows = np.array([0, 0, 1, 1], np.int32)
        by = np.array([0, 1, 0, 1], np.int32)
        rssi = np.full(4, -60, np.float32)
        self.states.step(Epoch(T, rows, by, rssi, np.full(4, T), np.full(3, T)), fixes(T, T), self.interval)

    def at(self, t: float, beats: tuple[float, float, float]) -> list[State]:
        epoch = Epoch(t, EMPTY_I, EMPTY_I, EMPTY_F.astype(np.float32), EMPTY_F, np.array(beats))
        return [State(int(s)) for s in self.states.step(epoch, fixes(t, self.heard), self.interval)]

    def course(self, until: float, beats) -> list[State]:
        last = [State.LIVE] * 2
        for k in range(1, int(until) + 1):
            last = self.at(T + k, beats(T + k))
        return last


def alive(t: float) -> tuple[float, float, float]:
    return (t, t, t)


def dead(t: float) -> tuple[float, float, float]:
    return (T, T, t)


def test_thresholds_follow_the_kind():
    assert World().course(15, alive) == [State.LIVE, State.LIVE]
    assert World().course(16, alive) == [State.STALE, State.LIVE]
    assert World().course(121, alive) == [State.STALE, State.STALE]
    assert World().course(302, alive) == [State.LOST, State.STALE]


def test_slow_tags_are_not_called_stale_between_two_advertisements():
    world = World()
    world.interval[:] = 10.0
    assert world.course(29, alive)[0] == State.LIVE
    assert world.course(31, alive)[0] == State.STALE


def test_silence_of_all_gateways_that_heard_a_tag_is_not_its_absence():
    assert World().course(4000, dead) == [State.UNOBSERVED, State.UNOBSERVED]


def test_one_living_witness_is_enough_to_miss_a_tag():
    assert World().course(400, lambda t: (T, t, t))[0] == State.LOST


def test_after_the_gateways_return_a_tag_gets_its_time_again():
    world = World()
    world.course(4000, dead)
    assert world.at(T + 4001, alive(T + 4001))[0] == State.STALE
    last = [State.STALE] * 2
    for k in range(4002, 4000 + 230):
        last = world.at(T + k, alive(T + k))
    assert last[0] == State.STALE
    for k in range(4230, 4000 + 310):
        last = world.at(T + k, alive(T + k))
    assert last[0] == State.LOST


def test_never_heard_is_unseen():
    world = World()
    world.heard = -np.inf
    assert world.at(T + 1, alive(T + 1)) == [State.UNSEEN, State.UNSEEN]
