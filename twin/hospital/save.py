"""Saves the hospital between runs. What is derived from the site is not written but put in again."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import NamedTuple

from twin.hospital.ground import Ground
from twin.hospital.tables import Tables
from twin.hospital.world import World

FORM = 2
"""Changes when an older file can no longer be read."""


class Saved(NamedTuple):
    """A world and what it belongs to."""

    form: int
    key: str
    """Names seed, site and register; another key is another hospital."""
    live_from: float
    """Time at which the catch-up run ends."""
    wall: float
    """This machine's time when it was saved."""
    world: World


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: object) -> str | None:
        """Objects that are rebuilt and not saved."""
        return "ground" if isinstance(obj, Ground) else "tables" if isinstance(obj, Tables) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BufferedIOBase, ground: Ground, tables: Tables) -> None:
        super().__init__(file)
        self._known: dict[str, object] = {"ground": ground, "tables": tables}

    def persistent_load(self, pid: str) -> object:
        """The object of this process in place of the saved one."""
        return self._known[pid]


def save(path: Path, saved: Saved) -> None:
    """Write so that a crash leaves the old file or the new one, never half of one.

    Raises:
        OSError: the disk is full or may not be written.
    """
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(saved)
    part = path.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


def load(path: Path, ground: Ground, tables: Tables) -> Saved:
    """Read what `save` wrote.

    Raises:
        ValueError: not a file of this program, or damaged. `path` should be put aside.
        FileNotFoundError: there is none.
    """
    with path.open("rb") as file:
        try:
            saved = _Unpickler(file, ground, tables).load()
        except Exception as error:  # damaged bytes can raise anything
            raise ValueError(f"{path.name} is damaged ({type(error).__name__})") from error
    if not isinstance(saved, Saved) or saved.form != FORM:
        raise ValueError(f"{path.name} was written by another version")
    return saved
