"""The ranges that places must keep, from `climate.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import TypeGuard

from twin.errors import SettingsError

_LIMITS = {"temperature_c": (-100.0, 100.0), "humidity_pct": (0.0, 100.0)}
_KEYS = {*_LIMITS, "silent_after_s"}


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest value allowed; infinite where nothing is asked."""

    temperature_c: tuple[float, float] = (-inf, inf)
    humidity_pct: tuple[float, float] = (-inf, inf)
    silent_after_s: float = 600.0


def load_ranges(path: Path) -> dict[str, Range]:
    """Range by sensor type.

    Raises:
        SettingsError: naming file, line, key and what is wrong, all faults at once.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Cannot read the climate ranges {path}: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}.") from None
    faults: list[str] = []
    ranges = {name: _range(name, table, faults) for name, table in tables.items()}
    if faults:
        lines = "\n  - ".join(_with_line(text, fault) for fault in faults)
        raise SettingsError(f"{path} cannot be used:\n  - {lines}")
    return ranges


def require_types(ranges: Mapping[str, Range], types: Iterable[str], path: Path) -> None:
    """Check that every sensor type of the register has a range.

    Raises:
        SettingsError: naming the missing types.
    """
    missing = sorted(set(types) - set(ranges))
    if missing:
        raise SettingsError(f"{path}: no range for the sensor type(s) {', '.join(missing)}; add a table for each.")


def _range(name: str, table: object, faults: list[str]) -> Range:
    if not isinstance(table, dict):
        faults.append(f"{name}: must be a table, write [{name}]")
        return Range()
    faults.extend(f"{name}.{key}: unknown key, expected {', '.join(sorted(_KEYS))}" for key in table.keys() - _KEYS)
    pairs = {key: _pair(f"{name}.{key}", table[key], limits, faults) for key, limits in _LIMITS.items() if key in table}
    silent = table.get("silent_after_s", 600.0)
    if not _number(silent) or silent <= 0:
        faults.append(f"{name}.silent_after_s: must be a positive number of seconds, got {silent!r}")
        silent = 600.0
    return Range(**pairs, silent_after_s=float(silent))


def _pair(where: str, value: object, limits: tuple[float, float], faults: list[str]) -> tuple[float, float]:
    if isinstance(value, list) and len(value) == 2 and _number(value[0]) and _number(value[1]):
        low, high = float(value[0]), float(value[1])
        if limits[0] <= low < high <= limits[1]:
            return low, high
    faults.append(f"{where}: must be [lowest, highest] between {limits[0]:g} and {limits[1]:g}, got {value!r}")
    return (-inf, inf)


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _with_line(text: str, fault: str) -> str:
    """Put the line number of the fault's `table.key` in front; the parser does not keep it."""
    table, _, key = fault.partition(":")[0].partition(".")
    here, found = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w-]+)\s*\]", line):
            here = header.group(1)
            found = found or (number if here == table else 0)
        if here == table and key and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return f"line {number}: {fault}"
        if not here and re.match(rf"\s*{re.escape(table)}\s*=", line):
            return f"line {number}: {fault}"
    return f"line {found}: {fault}" if found else fault
