"""Has the twin do what the assets page asks for."""

from __future__ import annotations

from typing import Any

from twin.web.command import asker
from twin.web.commission import Outcome

COMMANDS = {
    "associate": ("tags.associate", ("mac", "type", "label", "home", "model", "base")),
    "rename": ("tags.rename", ("mac", "type", "label", "home", "base")),
    "dissociate": ("tags.dissociate", ("mac", "base")),
    "down": ("assets.down", ("mac", "note")),
    "repaired": ("assets.repaired", ("mac",)),
}
"""Each action's command and the arguments that it takes from the page; all are texts."""


def carry_out(asked: dict[str, Any]) -> Outcome:
    """Send the command; a register that was changed is taken into use at once."""
    action = str(asked.get("action"))
    if action not in COMMANDS:
        return Outcome(False, f"There is no action {action[:40]!r}.")
    name, keys = COMMANDS[action]
    done = _ask(name, {key: str(asked[key]) for key in keys if asked.get(key) is not None})
    return done._replace(reloads=_ask("reload", {}).ok) if done.ok and name.startswith("tags.") else done


def _ask(name: str, arguments: dict[str, str]) -> Outcome:
    reply = asker().ask(name, arguments)
    return Outcome(reply.ok, reply.text, reply.faults) if reply else Outcome(False, answered=False)
