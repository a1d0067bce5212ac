"""`python -m twin VERB`: every command of the twin, each loaded only when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from twin.errors import WardlightError


class Verb(NamedTuple):
    """Where a command is, and what it does in one line."""

    module: str
    attribute: str
    help: str


VERBS = {
    "run": Verb("twin.verbs.run", "run", "start everything: broker, twin, web page and, in the demo, the hospital"),
    "broker": Verb("twin.verbs.broker", "broker", "the embedded MQTT broker alone"),
    "engine": Verb("twin.verbs.engine", "engine", "the twin alone: MQTT in, positions, history and live frames out"),
    "worker": Verb("twin.verbs.worker", "worker", "the worker alone: imports of buildings that were uploaded"),
    "simulate": Verb("twin.verbs.simulate", "simulate", "the simulated hospital alone, a gateway simulator"),
    "simulate-survey": Verb(
        "twin.verbs.simulate_survey", "simulate_survey", "a surveyor who measures in the simulated hospital"
    ),
    "fidelity": Verb("twin.verbs.fidelity", "fidelity", "how well the twin knows the simulated hospital"),
    "token": Verb("twin.verbs.token", "token", "make, list or revoke a gateway's token for the embedded broker"),
    "doctor": Verb("twin.verbs.doctor", "doctor", "one line per hop of the live path; exit 1 when one is unwell"),
    "decode": Verb("twin.__main__", "decode", "gateway messages and BLE frames (JSON lines) to decoded JSON lines"),
    "locate": Verb("twin.verbs.locate", "locate", "recorded readings (CSV) to positions, rooms and radii"),
    "replay": Verb("twin.verbs.replay", "replay", "a recorded MQTT file through the whole engine"),
    "compile": Verb("twin.verbs.compile", "compile_loops", "compile the positioning loops now, not at the first start"),
    "site": Verb("twin.verbs.site", "app", "check, draw or register a building"),
}


def decode(
    file: Annotated[Path | None, typer.Argument(help="JSON lines; standard input when left out or -")] = None,
) -> None:
    """Decode JSON lines with `kind` and `frame_hex`, `payload` or `payload_text`, each to one JSON line."""
    from twin.verbs.decode import run  # noqa: PLC0415 - only when it is asked for

    if file is None or str(file) == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
        sys.stdout.writelines(line + "\n" for line in run(sys.stdin))
        return
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            sys.stdout.writelines(line + "\n" for line in run(lines))
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise WardlightError(f"Cannot read {file}: {error.strerror}.") from None


def usage() -> str:
    """What `--help` prints."""
    width = max(map(len, VERBS)) + 2
    rows = "\n".join(f"  {name:{width}}{verb.help}" for name, verb in VERBS.items())
    return f"Usage: python -m twin VERB [--help] ...\n\n{rows}\n"


def application(name: str) -> typer.Typer:
    """The typer application of one verb.

    Raises:
        WardlightError: this installation lacks the verb.
    """
    verb = VERBS[name]
    try:
        found: typer.Typer | Callable[..., object] = getattr(importlib.import_module(verb.module), verb.attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise WardlightError(f"The command {name!r} cannot be loaded: {error}.") from error
    if isinstance(found, typer.Typer):
        return found
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(found)
    return app


def main(arguments: list[str]) -> int:
    """Run one verb; the exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage(), end="")
        return 0
    name, *rest = arguments
    if name not in VERBS:
        print(f"There is no command {name!r}.\n\n{usage()}", end="", file=sys.stderr)
        return 2
    try:
        application(name)(args=rest, prog_name=f"python -m twin {name}")
    except WardlightError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output has left; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
