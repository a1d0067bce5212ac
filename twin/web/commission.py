"""What the commissioning page knows: the files of the site, the twin's last report, and what it runs with."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from twin.commands import Data, Reply
from twin.commission.points import Line, Point, pack, points, read_lines
from twin.commission.shelf import revision
from twin.errors import SiteError
from twin.settings import settings
from twin.site.registers import Fault
from twin.web.building import building
from twin.web.command import asker
from twin.web.live import hub, read_json

STATE_PATIENCE_S = 1.5


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything at one moment."""

    gateways: list[dict[str, str]]
    """The saved list, as gateways.csv writes it."""
    base: str
    """Its revision."""
    survey: list[Point]
    survey_base: str
    survey_fault: str
    """Why the survey file cannot be read; "" when it can."""
    report: dict[str, Any]
    """The twin's health message; empty before the first."""
    state: Data | None
    """What the twin says of the stand and of its files; None when it does not answer."""


def facts() -> Facts:
    """Gather them. Waits a little for the twin."""
    s = settings()
    survey, fault = _survey(s.survey, _stamp(s.survey))
    reply = asker().ask("survey.progress", patience=STATE_PATIENCE_S)
    return Facts(
        gateways=saved_gateways(),
        base=revision(s.gateway_list),
        survey=survey,
        survey_base=revision(s.survey),
        survey_fault=fault,
        report=read_json(hub().newest("health")) or {},
        state=reply.data if reply and reply.ok else None,
    )


def saved_gateways() -> list[dict[str, str]]:
    """The gateways of the list in use, with every cell as text."""
    site = building()
    return [
        {
            "gateway_id": g.mac,
            "name": g.name,
            "model": g.model,
            "floor": str(site.levels[g.level].ordinal),
            "x": f"{g.x:.2f}",
            "y": f"{g.y:.2f}",
            "z": f"{g.z:.2f}",
            "topic": g.topic,
        }
        for g in site.gateways
    ]


def survey_bytes() -> bytes:
    """The survey file; empty when there is none."""
    path = settings().survey
    return path.read_bytes() if path.exists() else b""


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _survey(path: Path, _stamp: int) -> tuple[list[Point], str]:
    try:
        lines: list[Line] = read_lines(path)
    except SiteError as error:
        return [], str(error)
    return points(lines), ""


class Outcome(NamedTuple):
    """How an action of the page went; `text` is the twin's own."""

    ok: bool
    text: str = ""
    faults: tuple[Fault, ...] = ()
    answered: bool = True
    reloads: bool = True
    """False when the twin saved but did not confirm that it begins anew."""


def carry_out(asked: dict[str, Any]) -> Outcome:
    """Have the twin do what a page asks for: "save", "start", "cancel", "delete", "import" or "reload"."""
    match asked.get("action"):
        case "save":
            saved = _ask("gateways.save", {"rows": asked.get("rows"), "base": asked.get("base")})
            return saved._replace(reloads=_ask("reload").ok) if saved.ok else saved
        case "start":
            return _ask("survey.start", {key: asked.get(key) for key in ("tag", "x", "y", "z", "level")})
        case "cancel":
            return _ask("survey.cancel")
        case "delete":
            return _ask("survey.delete", {"point": asked.get("point")})
        case "import":
            return _ask("survey.import", {"packed": base64.b64encode(pack(_uploaded(asked))).decode()})
        case "reload":
            return _ask("reload")
        case other:
            return Outcome(False, f"There is no action {str(other)[:40]!r}.")


def _ask(name: str, arguments: dict[str, Any] | None = None) -> Outcome:
    reply: Reply | None = asker().ask(name, arguments)
    return Outcome(reply.ok, reply.text, reply.faults) if reply else Outcome(False, answered=False)


def _uploaded(asked: dict[str, Any]) -> bytes:
    """The file of an upload, which comes as a data URL; what is none becomes an empty file, which the twin refuses."""
    try:
        return base64.b64decode(str(asked.get("contents")).partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""
