"""What rooms make of equipment, and how much of it places should hold: `data/assets.toml`.

Read with all faults at once, each with its line and what to do. A rule for a department or a room
that the building lacks is no fault, because the same file may serve several buildings: it is told of
in `Rules.idle`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from twin.errors import SettingsError
from twin.site import Site

Names = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
_T = TypeVar("_T", bound=msgspec.Struct)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[rule]]`: equipment of these types in these places has this status; None means any."""

    status: Literal["available", "in_use", "dirty", "down"]
    types: Names | None = None
    spaces: Names | None = None
    """Space types of rooms."""
    departments: Names | None = None
    rooms: Names | None = None
    """Room numbers."""
    patient: bool | None = None
    """Whether a patient must be in the same room, or must not; None when that does not matter."""


class Par(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[par]]`: how many of a type one place should hold available."""

    type: str
    target: Annotated[int, msgspec.Meta(ge=1)]
    critical: Annotated[int, msgspec.Meta(ge=0)]
    """This many or fewer is an emergency."""
    department: str | None = None
    space: str | None = None
    """All rooms of one space type together."""


class Battery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Below which a tag's battery is low."""

    low_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] = 20.0
    low_mv: Annotated[float, msgspec.Meta(ge=0)] = 2700.0


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a coming service is worth a mark."""

    soon_days: Annotated[int, msgspec.Meta(ge=0)] = 30


class Walk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people fetch things."""

    speed_m_s: Annotated[float, msgspec.Meta(gt=0, le=5)] = 1.2
    carried: tuple[str, ...] = ()
    """Types that one person carries; everything else comes back on wheels and keeps off the stairs."""


class Rules(msgspec.Struct, frozen=True):
    """The whole file. The first rule that fits decides."""

    rules: tuple[Rule, ...] = ()
    pars: tuple[Par, ...] = ()
    battery: Battery = Battery()
    service: Service = Service()
    walk: Walk = Walk()
    idle: tuple[str, ...] = ()
    """What names a department, room or space type that the building does not have."""


def read_rules(path: Path, site: Site) -> Rules:
    """Read the rules for a building.

    Raises:
        SettingsError: naming file, lines, keys and what is wrong, all faults at once.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Cannot read the rules for equipment {path}: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}.") from None
    reading = _Reading(text, tables)
    rules = tuple(rule for _, rule in reading.many("rule", Rule))
    pars = tuple(reading.pars())
    singles = (reading.one("battery", Battery()), reading.one("service", Service()), reading.one("walk", Walk()))
    reading.unknown({"rule", "par", "battery", "service", "walk"})
    if reading.faults:
        lines = "\n  - ".join(reading.faults)
        raise SettingsError(f"{path} cannot be used; correct these lines:\n  - {lines}")
    return Rules(rules, pars, *singles, idle=tuple(_idle(site, rules, pars)))


class _Reading:
    """Collects faults while the tables are read."""

    def __init__(self, text: str, tables: dict[str, Any]) -> None:
        self.faults: list[str] = []
        self._lines = text.splitlines()
        self._tables = tables

    def many(self, name: str, form: type[_T]) -> Iterator[tuple[str, _T]]:
        """Each `[[name]]` that is right, with where it is."""
        found = self._tables.get(name, [])
        if not isinstance(found, list):
            self.faults.append(f"{self._line(f'[{name}')}: write [[{name}]] with two brackets, once for each")
            return
        for number, table in enumerate(found):
            where = f"{self._line(f'[[{name}]]', number)}, {name} {number + 1}"
            try:
                yield where, msgspec.convert(table, form)
            except msgspec.ValidationError as error:
                self.faults.append(f"{where}: {_plain(error)}")

    def pars(self) -> Iterator[Par]:
        """Par levels, which must name one place and be asked for once."""
        seen: dict[tuple[str, str | None, str | None], str] = {}
        for where, par in self.many("par", Par):
            key = (par.type, par.department, par.space)
            if (par.department is None) == (par.space is None):
                self.faults.append(f"{where}: name one place, either `department` or `space`")
            elif par.critical >= par.target:
                self.faults.append(f"{where}: critical ({par.critical}) must be less than target ({par.target})")
            elif key in seen:
                self.faults.append(f"{where}: the same type and place as in {seen[key]}; keep one of them")
            else:
                yield par
            seen.setdefault(key, where)

    def one(self, name: str, default: _T) -> _T:
        """The table `[name]`, or what holds without it."""
        try:
            return msgspec.convert(self._tables.get(name, {}), type(default))
        except msgspec.ValidationError as error:
            self.faults.append(f"{self._line(f'[{name}]')}, {name}: {_plain(error)}")
            return default

    def unknown(self, known: set[str]) -> None:
        """Tables that nobody reads."""
        for name in self._tables.keys() - known:
            line = self._line(name) if name in self._tables else ""
            self.faults.append(f"{line}: unknown key {name!r}, expected {', '.join(sorted(known))}")

    def _line(self, start: str, number: int = 0) -> str:
        form = re.compile(rf"\s*\[*\s*{re.escape(start)}")
        found = [at for at, line in enumerate(self._lines, 1) if form.match(line)]
        return f"line {found[number]}" if number < len(found) else "somewhere"


def _plain(error: msgspec.ValidationError) -> str:
    """`Expected ... - at `$.types[0]`` as a person reads it."""
    text, _, place = str(error).partition(" - at `")
    key = place.strip("`").removeprefix("$").lstrip(".")
    return f"{key}: {text}" if key else text


def _idle(site: Site, rules: tuple[Rule, ...], pars: tuple[Par, ...]) -> Iterator[str]:
    spaces = {room.space_type for room in site.rooms}
    for number, rule in enumerate(rules, 1):
        yield from _missing(f"rule {number}", "department", rule.departments, set(site.departments))
        yield from _missing(f"rule {number}", "room", rule.rooms, set(site.room_by_number))
        yield from _missing(f"rule {number}", "space type", rule.spaces, spaces)
    for number, par in enumerate(pars, 1):
        yield from _missing(f"par {number}", "department", par.department and (par.department,), set(site.departments))
        yield from _missing(f"par {number}", "space type", par.space and (par.space,), spaces)


def _missing(where: str, what: str, names: Any, known: set[str]) -> Iterator[str]:  # noqa: ANN401
    lacking = [name for name in names or () if name not in known]
    if lacking:
        yield f"{where}: the building has no {what} {', '.join(lacking)}"
