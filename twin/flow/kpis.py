"""The figures of the strip above the floor model, each computed from the live state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from twin.climate.rooms import RoomClimate
from twin.model import F64, I32, U8, Fixes, Kind, Room, State, Tag

KINDS = (Kind.PATIENT, Kind.STAFF, Kind.ASSET, Kind.SENSOR)
PATIENT, STAFF, ASSET, SENSOR = range(len(KINDS))

EMERGENCY = "emergency"
WAITING_ROOMS = frozenset({"waiting", "triage", "reception"})
"""Room types of the emergency department where somebody waits to be seen."""
CARE_ROOMS = frozenset(
    {"patient_room", "icu_bay", "theatre", "recovery", "ed_bay", "resus", "exam", "imaging", "anaesthesia"}
)
"""Room types where an asset beside a patient counts as in use."""


class Kpis(msgspec.Struct, frozen=True):
    """One tick's figures. "In the building" means state live, stale or unobserved."""

    patients: int
    """Patient wristbands in the building."""
    staff: int
    """Staff buttons in the building."""
    assets: int
    """Asset tags in the building."""
    unobserved: int
    """Those of the three counts above whose last gateways are silent, so that they may have moved."""
    lost: int
    """Patients, staff and assets heard once and not heard for so long that their place is not believed any more."""
    ed_census: int
    """Patients in rooms of the emergency department."""
    ed_waiting: int
    """Of them, those in a waiting, triage or reception room."""
    ed_wait_median_s: float | None
    """Median time since those waiting entered the emergency department; none when nobody waits."""
    rooms_out_of_range: int
    """Rooms with a sensor outside the range of what it watches."""
    rooms_measured: int
    """Rooms with a sensor that is not silent."""
    sensors_silent: int
    """Registered sensors without a recent value."""
    assets_in_use: int
    """Assets in a care room together with at least one patient."""
    assets_known: int
    """Assets in the building whose room is known."""
    gateways_silent: int
    """Gateways without an upload for longer than their limit."""
    gateways: int
    """Gateways of the register."""
    data_age_s: float | None
    """Age of the newest upload of any gateway; none before the first."""


class LevelCounts(msgspec.Struct, frozen=True):
    """The same for one level."""

    patients: int
    staff: int
    assets: int
    out_of_range: int


class Register(NamedTuple):
    """What the figures need to know of tags and rooms, as arrays."""

    kind: U8
    """Position in `KINDS`, one element a tag."""
    emergency: np.ndarray
    waiting: np.ndarray
    care: np.ndarray
    """One boolean a room, and a last one (False) that the index NONE reaches."""

    @classmethod
    def of(cls, tags: Sequence[Tag], rooms: Sequence[Room]) -> Register:
        """From the frozen types."""
        emergency = np.array([room.department == EMERGENCY for room in rooms] + [False])
        waiting = np.array([room.space_type in WAITING_ROOMS for room in rooms] + [False])
        care = np.array([room.space_type in CARE_ROOMS for room in rooms] + [False])
        kind = np.array([KINDS.index(tag.kind) for tag in tags], np.uint8)
        return cls(kind, emergency, waiting & emergency, care)


def present(fixes: Fixes) -> np.ndarray:
    """Which tags count as in the building."""
    return (fixes.state <= State.UNOBSERVED) & (fixes.level >= 0)


def in_use(register: Register, fixes: Fixes) -> np.ndarray:
    """Which assets are in a care room with a patient."""
    here = present(fixes)
    patients = here & (register.kind == PATIENT)
    occupied = np.zeros(len(register.care), bool)
    occupied[fixes.room[patients]] = True
    occupied[-1] = False
    return here & (register.kind == ASSET) & (register.care & occupied)[fixes.room]


def kpis(
    register: Register,
    fixes: Fixes,
    *,
    ed_entered: F64,
    used: np.ndarray,
    climate: Sequence[RoomClimate],
    silent: np.ndarray,
    heartbeat: F64,
) -> Kpis:
    """Figures of one tick.

    `ed_entered` is when each tag entered the emergency department (NaN when it is not there),
    `used` comes from `in_use`, `silent` and `heartbeat` have one element a gateway.
    """
    here = present(fixes)
    people = here & (register.kind != SENSOR)
    patients = here & (register.kind == PATIENT)
    emergency = patients & register.emergency[fixes.room]
    waiting = emergency & register.waiting[fixes.room]
    waits = fixes.t - ed_entered[waiting]
    waits = waits[~np.isnan(waits)]
    assets = here & (register.kind == ASSET)
    newest = heartbeat.max(initial=-np.inf)
    return Kpis(
        patients=_count(patients),
        staff=_count(here & (register.kind == STAFF)),
        assets=_count(assets),
        unobserved=_count(people & (fixes.state == State.UNOBSERVED)),
        lost=_count((fixes.state == State.LOST) & (register.kind != SENSOR)),
        ed_census=_count(emergency),
        ed_waiting=_count(waiting),
        ed_wait_median_s=float(np.median(waits)) if len(waits) else None,
        rooms_out_of_range=sum(room.out_of_range for room in climate),
        rooms_measured=sum(room.code != "silent" for room in climate),
        sensors_silent=sum(room.sensors_silent for room in climate),
        assets_in_use=_count(used),
        assets_known=_count(assets & (fixes.room >= 0)),
        gateways_silent=_count(silent),
        gateways=len(silent),
        data_age_s=round(fixes.t - float(newest), 1) if np.isfinite(newest) else None,
    )


def _count(which: np.ndarray) -> int:
    return int(np.count_nonzero(which))


def level_counts(register: Register, fixes: Fixes, level_climate: Sequence[Sequence[RoomClimate]]) -> list[LevelCounts]:
    """Figures of each level; `level_climate` holds the measured rooms of each."""
    here = present(fixes)
    table = np.zeros((len(KINDS), len(level_climate)), int)
    np.add.at(table, (register.kind[here], fixes.level[here]), 1)
    return [
        LevelCounts(
            int(table[PATIENT, level]),
            int(table[STAFF, level]),
            int(table[ASSET, level]),
            sum(room.out_of_range for room in climate),
        )
        for level, climate in enumerate(level_climate)
    ]


class DepartmentStays:
    """When each patient entered the emergency department, in spite of moves between its rooms.

    Leaving for less than `GAP_S` (imaging, a corridor) does not start the wait anew.
    """

    GAP_S = 20 * 60.0

    def __init__(self, register: Register) -> None:
        tags = len(register.kind)
        self._emergency = register.emergency
        self._entered = np.full(tags, np.nan)
        self._last = np.full(tags, -np.inf)

    def step(self, room: I32, entered: F64, t: float) -> F64:
        """Entry of each tag into the department, NaN for those not in it now.

        `room` and `entered` are the confirmed room and when its visit began.
        """
        inside = self._emergency[room]
        new = inside & (t - self._last > self.GAP_S)
        self._entered[new] = np.where(np.isnan(entered[new]), t, entered[new])
        self._last[inside] = t
        return np.where(inside, self._entered, np.nan)
