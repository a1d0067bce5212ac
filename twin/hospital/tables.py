"""The tables behind the simulated hospital: pathways, shifts, habits, climate (TOML, checked)."""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from twin.errors import SettingsError

FOLDER = Path(__file__).resolve().parent


class Duration(NamedTuple):
    """Lognormal time in minutes: its median and the sd of its logarithm."""

    median: float
    sigma: float

    def seconds(self, rng: random.Random) -> float:
        """One draw in seconds, kept within a factor of 4 of the median."""
        draw = self.median * math.exp(self.sigma * rng.gauss(0.0, 1.0))
        return 60.0 * min(max(draw, self.median / 4.0), self.median * 4.0)


class Step(msgspec.Struct, frozen=True):
    """One station of a pathway; the fields are explained in pathways.toml."""

    activity: str
    place: tuple[str, ...]
    department: str
    minutes: Duration
    wait: tuple[str, ...] = ()
    share: float = 1.0
    by: str = "walk"
    keep: bool = False
    staff: tuple[tuple[str, float, float], ...] = ()
    equipment: dict[str, float] = {}
    errands: bool = False


class Pathway(msgspec.Struct, frozen=True):
    """A run of steps and, when it ends, where patients go next and how often."""

    next: dict[str, float]
    step: tuple[Step, ...]
    from_: tuple[str, ...] = msgspec.field(name="from")
    discharge: tuple[float, float] = (0.0, 24.0)


class Census(msgspec.Struct, frozen=True):
    """How full the house is meant to be, of every 120 wristbands."""

    target: float
    ceiling: float


class Clinic(msgspec.Struct, frozen=True):
    """Opening hours of the outpatient clinic and the length of a slot."""

    opens: float
    closes: float
    every_minutes: float


class Emergency(msgspec.Struct, frozen=True):
    """Arrivals an hour by hour of the day."""

    walk_in: tuple[float, ...]
    ambulance: tuple[float, ...]


class Theatre(msgspec.Struct, frozen=True):
    """Elective lists: hours and cases an hour for each theatre."""

    opens: float
    closes: float
    cases_per_hour: float


class Opening(msgspec.Struct, frozen=True):
    """How full the beds are when the hospital is created."""

    wards: float
    icu: float
    hours: float


class Presses(msgspec.Struct, frozen=True):
    """How often buttons are pressed."""

    patient_call_minutes: float
    duress_hours: float


class AssetHabits(msgspec.Struct, frozen=True):
    """What happens to equipment after use."""

    left_minutes: Duration
    cleaning_minutes: Duration
    forgotten: float


class Climate(msgspec.Struct, frozen=True):
    """How the air around one type of sensor behaves."""

    set: float
    swing: float
    heat: float
    noise: float
    humidity: float
    tau_min: float


class Fault(msgspec.Struct, frozen=True):
    """Something that goes wrong with the temperature now and then."""

    name: str
    types: tuple[str, ...]
    every_hours: float
    minutes: Duration
    toward: float
    tau_min: float


class Load(msgspec.Struct, frozen=True):
    """What one kind of thing behind a meter draws; the fields are explained in work.toml."""

    idle_m2: float = 1.0
    day_m2: float = 0.0
    meal_m2: float = 0.0
    used_m2: float = 0.0
    person: float = 0.0
    patient: float = 0.0
    linger_min: float = 0.0
    dims: bool = False
    bursts: bool = False
    air: bool = False


class Tables(msgspec.Struct, frozen=True):
    """All tables together."""

    census: Census
    clinic: Clinic
    emergency: Emergency
    theatre: Theatre
    opening: Opening
    pathway: dict[str, Pathway]
    shift: dict[str, tuple[float, float]]
    rota: dict[str, tuple[str, ...]]
    habit: dict[str, tuple[tuple[str, float, float], ...]]
    presses: Presses
    assets: AssetHabits
    climate: dict[str, Climate]
    fault: tuple[Fault, ...]
    load: dict[str, Load] = {}


def load_tables(folder: Path = FOLDER) -> Tables:
    """Reads pathways.toml and work.toml from `folder`.

    Raises:
        SettingsError: when a file is missing or a value has the wrong form; names the place.
    """
    merged: dict[str, Any] = {}
    for name in ("pathways.toml", "work.toml"):
        try:
            merged |= tomllib.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"Cannot read {folder / name}: {error}") from error
    try:
        tables = msgspec.convert(merged, Tables)
    except msgspec.ValidationError as error:
        raise SettingsError(f"Bad value in the tables of {folder}: {error}") from error
    _check_links(tables.pathway)
    return tables


def _check_links(pathways: Mapping[str, Pathway]) -> None:
    for name, pathway in pathways.items():
        unknown = set(pathway.next) - set(pathways) - {"home"}
        if unknown:
            raise SettingsError(f"pathways.toml: pathway {name!r} leads to unknown {sorted(unknown)}")
        if not math.isclose(sum(pathway.next.values()), 1.0, abs_tol=1e-6):
            raise SettingsError(f"pathways.toml: the shares of `next` in pathway {name!r} do not add up to 1")
