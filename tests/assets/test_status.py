from __future__ import annotations

import numpy as np
import pytest

from twin.assets import Rule, Status, Statuses
from twin.model import NONE, Room, State

RULES = (
    Rule(status="dirty", spaces=("utility_dirty",)),
    Rule(status="in_use", types=("pump",), spaces=("patient_room",), patient=True),
    Rule(status="down", rooms=("003",), types=("bed",)),
)
TYPES = ("bed", "pump")


@pytest.fixture
def statuses(rooms: tuple[Room, ...]) -> Statuses:
    return Statuses(RULES, TYPES, rooms)


def judge(
    statuses: Statuses, type_: str, room: int, *, state: int = State.LIVE, patient: bool = False, down: bool = False
):
    patients = np.zeros(5, bool)
    if room != NONE:
        patients[room] = patient
    found = statuses.now(
        np.array([TYPES.index(type_)], np.int32), np.array([room], np.int32), np.array([state], np.uint8),
        patients=patients, down=np.array([down]),
    )  # fmt: skip
    return Status(found[0])


@pytest.mark.parametrize(
    ("type_", "room", "patient", "status"),
    [
        ("pump", 0, True, Status.IN_USE),
        ("pump", 0, False, Status.AVAILABLE),
        ("bed", 0, True, Status.AVAILABLE),
        ("pump", 2, False, Status.DIRTY),
        ("pump", 2, True, Status.DIRTY),
        ("bed", 3, False, Status.DOWN),
        ("pump", 3, False, Status.AVAILABLE),
        ("pump", 4, True, Status.AVAILABLE),
        ("pump", NONE, False, Status.UNKNOWN),
    ],
)
def test_the_first_rule_that_fits_decides(
    statuses: Statuses, type_: str, room: int, patient: bool, status: Status
) -> None:
    assert judge(statuses, type_, room, patient=patient) is status


@pytest.mark.parametrize("state", [State.LOST, State.UNSEEN])
def test_who_is_lost_has_no_status(statuses: Statuses, state: State) -> None:
    assert judge(statuses, "pump", 0, state=state, patient=True) is Status.UNKNOWN


@pytest.mark.parametrize("state", [State.STALE, State.UNOBSERVED])
def test_the_last_room_of_a_silent_tag_still_counts(statuses: Statuses, state: State) -> None:
    assert judge(statuses, "pump", 2, state=state) is Status.DIRTY


@pytest.mark.parametrize("state", list(State))
def test_a_persons_word_outweighs_every_rule(statuses: Statuses, state: State) -> None:
    assert judge(statuses, "pump", 2, state=state, down=True) is Status.DOWN


def test_patients_elsewhere_do_not_matter(statuses: Statuses) -> None:
    found = statuses.now(
        np.array([1, 1], np.int32), np.array([0, 1], np.int32), np.zeros(2, np.uint8),
        patients=np.array([True, False, False, False, False]), down=np.zeros(2, bool),
    )  # fmt: skip
    assert found.tolist() == [Status.IN_USE, Status.AVAILABLE]
