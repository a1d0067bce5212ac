"""The frozen types that every room of the twin shares.

Conventions: times are POSIX seconds UTC (float), lengths metres, temperatures degrees
Celsius, RSSI dBm, MAC addresses 12 upper-case hex digits without separators. Live state is
kept as parallel arrays indexed by a tag's position in the register (`Tag.index`), a room's
position in `Site.rooms` (`Room.index`), a level's position in `Site.levels` (`Level.index`)
and a gateway's position in `Site.gateways` (`Gateway.index`); -1 means none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NONE = -1
"""The index that stands for "no room", "no level", "no gateway"."""

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


class Kind(StrEnum):
    """What a tag is fastened to."""

    ASSET = "asset"
    PATIENT = "patient"
    STAFF = "staff"
    SENSOR = "sensor"


class State(IntEnum):
    """How far a position can be believed now.

    UNOBSERVED says that the gateways which last heard the tag are silent themselves, so the
    tag's own silence means nothing.
    """

    LIVE = 0
    STALE = 1
    UNOBSERVED = 2
    LOST = 3
    UNSEEN = 4


class Motion(IntEnum):
    """What a tag's own accelerometer says."""

    UNKNOWN = 0
    STILL = 1
    MOVING = 2


@dataclass(frozen=True, slots=True)
class Tag:
    """One registered Bluetooth tag. `label` never holds a person's name."""

    index: int
    mac: str
    model: str
    kind: Kind
    type: str
    """Kind of asset ("infusion_pump"), staff role ("nurse"), "patient", or what a sensor
    watches ("room", "vaccine_fridge", ...)."""
    label: str
    home: str = ""
    """Room number where it belongs; for a sensor, where it is mounted. May be empty."""


@dataclass(frozen=True, slots=True)
class Level:
    """One floor of the building; `index` 0 is the lowest."""

    index: int
    id: str
    ordinal: int
    name: str
    short_name: str
    elevation: float
    height: float


@dataclass(frozen=True, slots=True)
class Room:
    """One space of the building. `x`, `y` is a point well inside it, local metres."""

    index: int
    id: str
    level: int
    number: str
    name: str
    category: str
    """IMDF unit category, e.g. "room", "walkway", "waitingroom"."""
    space_type: str
    """Our own finer list, e.g. "patient_room", "icu_bay", "theatre"; may be ""."""
    department: str
    """Department key, e.g. "emergency"; "" for circulation."""
    area: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Gateway:
    """One installed gateway. `x`, `y` local metres, `z` metres above its level's floor."""

    index: int
    mac: str
    name: str
    model: str
    level: int
    x: float
    y: float
    z: float
    topic: str
    """The MQTT topic it publishes on."""


class Sample(NamedTuple):
    """One value measured by a tag at `t`. `quantity` names the unit too."""

    tag: int
    t: float
    quantity: str
    """ "temperature_c", "humidity_pct", "battery_pct" or "battery_mv"."""
    value: float


class Press(NamedTuple):
    """A button slot heard again after a quiet time."""

    tag: int
    t: float
    pattern: str
    """Which selector matched, e.g. "ibeacon"."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What was heard in one tick: one row a (tag, gateway) pair, RSSI averaged in dB.

    `heartbeat` is, per gateway of the site, when its last upload came (-inf for never); `motion`
    has one `Motion` a tag of the register, None where no tag tells.
    """

    t: float
    tag: I32
    gateway: I32
    rssi: F32
    heard: F64
    """When the newest reception behind each row happened."""
    heartbeat: F64
    motion: U8 | None = None


class Doubt(NamedTuple):
    """What else might be true of each tag: how sure its level is, and the room that is next likely."""

    p_level: F32
    second: I32
    p_second: F32


@dataclass(frozen=True, slots=True)
class Fixes:
    """Where every registered tag is at `t`, one array element a tag of the register.

    `level` and `room` are NONE where nothing is known. `p` is the probability of `room`,
    `r90` the radius in metres that holds the tag with probability 0.9, `heard` when its
    newest reception happened (-inf for never), `gateways` how many heard it in its last epoch.
    """

    t: float
    x: F32
    y: F32
    level: I32
    room: I32
    p: F32
    r90: F32
    heard: F64
    gateways: I32
    state: U8
    doubt: Doubt | None = None


class Visit(NamedTuple):
    """A stay of one tag in one room, from confirmed entry to confirmed exit.

    `leave` is None while it lasts. `confidence` is the mean probability of the room, and
    `observed` the share of the stay in which the tag was really heard.
    """

    tag: int
    room: int
    enter: float
    leave: float | None
    confidence: float
    observed: float
