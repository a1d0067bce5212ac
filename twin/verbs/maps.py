"""The radio map of a building, kept on disk: the same plan, gateways and survey give the same map."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import fields
from pathlib import Path

import numpy as np

import twin.locate
from twin import log
from twin.locate.build import map_of
from twin.locate.cells import Cells
from twin.locate.radio_map import RadioMap
from twin.site import Site
from twin.site.survey import Survey

KEPT = 4

_log = log.get("maps")


def radio_map_of(site: Site, survey: Survey | None, folder: Path) -> tuple[Cells, RadioMap]:
    """The map, from `folder` when it was made before. A folder that cannot be used costs time, nothing else."""
    path = folder / f"radio-{_key(site, survey)}.pickle"
    try:
        return pickle.loads(path.read_bytes())  # noqa: S301 - our own file, in the folder only we write
    except FileNotFoundError:
        pass
    except Exception as error:
        _log.warning("the kept radio map cannot be read; it is made anew", reason=str(error))
    made = map_of(site, survey)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
        part.replace(path)
        for old in sorted(folder.glob("radio-*.pickle"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("cannot keep the radio map", reason=str(error))
    return made


def _key(site: Site, survey: Survey | None) -> str:
    """Changes with everything a map hangs on, the program that makes it included."""
    digest = hashlib.blake2s(digest_size=12)
    for source in sorted(Path(twin.locate.__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    for level in site.levels:
        digest.update(f"{level.elevation} {site.bounds[level.index]}".encode())
        digest.update(site.wall_lines(level.index).tobytes())
    digest.update(repr([(g.level, g.x, g.y, g.z) for g in site.gateways]).encode())
    digest.update(repr([shape.wkb_hex for shape in site.room_shapes]).encode())
    digest.update(repr(site.connectors).encode())
    for field in fields(survey) if survey else ():
        value = getattr(survey, field.name)
        digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()
