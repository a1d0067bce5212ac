"""What people ask the twin to do: a command with an id in, a reply with the same id out.

`Desk` knows the commands by name. It answers everything and never raises: what it cannot read,
does not know or must refuse is counted and said so.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec

from twin import log
from twin.errors import WardlightError
from twin.site.registers import Fault

REMEMBERED = 200
"""Replies kept, so that a command that the network delivers twice is carried out once."""
MOST_FAULTS = 100

Data = dict[str, Any]

_log = log.get("commands")


class Command(msgspec.Struct, frozen=True):
    """One request. `arguments` is the JSON object that the command of this name takes."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    arguments: msgspec.Raw = msgspec.Raw(b"{}")


class Reply(msgspec.Struct, frozen=True):
    """The answer to the command with this id. `text` is for people; `faults` say where the request is wrong."""

    id: str
    ok: bool
    text: str = ""
    faults: tuple[Fault, ...] = ()
    data: Data = msgspec.field(default_factory=dict)


class Nothing(msgspec.Struct, frozen=True):
    """The arguments of a command that takes none."""


class Done(NamedTuple):
    """What a command that succeeded has to say."""

    text: str = ""
    data: Data | None = None


class CommandError(WardlightError):
    """A command that cannot be carried out as it was asked; the message says why and what to do."""

    def __init__(self, text: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(text)
        self.faults = tuple(faults)


class _Job(NamedTuple):
    arguments: msgspec.json.Decoder[Any]
    do: Callable[[Any], Done]


class Desk:
    """Takes commands and writes replies.

    Args:
        counters: Where "commands.done", "commands.refused", "commands.unreadable" and
            "commands.failed" are counted.
    """

    def __init__(self, counters: Counter[str]) -> None:
        self._counters = counters
        self._jobs: dict[str, _Job] = {}
        self._answered: OrderedDict[str, bytes] = OrderedDict()
        self._command = msgspec.json.Decoder(Command)

    def on(self, name: str, arguments: type[Any], do: Callable[[Any], Done]) -> None:
        """Have `do` carry out the command `name`; it raises a `WardlightError` to refuse."""
        self._jobs[name] = _Job(msgspec.json.Decoder(arguments), do)

    def take(self, payload: bytes) -> bytes:
        """Carry out one command; the reply, ready to be sent."""
        try:
            command = self._command.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return msgspec.json.encode(self._no("", "unreadable", f"This is not a command: {error}."))
        if command.id not in self._answered:
            self._answered[command.id] = msgspec.json.encode(self._carry_out(command))
            if len(self._answered) > REMEMBERED:
                self._answered.popitem(last=False)
        return self._answered[command.id]

    def _carry_out(self, command: Command) -> Reply:
        job = self._jobs.get(command.name)
        if job is None:
            return self._no(command.id, "refused", f"The twin knows no command {command.name!r}.")
        try:
            done = job.do(job.arguments.decode(command.arguments))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return self._no(command.id, "refused", f"{command.name}: {error}.")
        except CommandError as error:
            return self._no(command.id, "refused", str(error), error.faults[:MOST_FAULTS])
        except WardlightError as error:
            return self._no(command.id, "refused", str(error))
        except OSError as error:
            return self._no(command.id, "failed", f"{command.name}: {error.strerror or error} ({error.filename}).")
        except Exception as error:
            _log.error("a command failed", name=command.name, exc_info=error)
            return self._no(command.id, "failed", f"The twin failed at {command.name}; its log says why.")
        self._counters["commands.done"] += 1
        return Reply(command.id, True, done.text, (), done.data or {})

    def _no(self, ident: str, fate: str, text: str, faults: tuple[Fault, ...] = ()) -> Reply:
        self._counters[f"commands.{fate}"] += 1
        return Reply(ident, False, text, faults)
