"""Logging: one line an event, JSON for machines, readable in a terminal, never a secret.

Everything goes to stderr, so that commands can print their result on stdout.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog

from twin import clock

_SECRET = re.compile(r"pass(word|wd)?$|token|secret|authorization|cookie|private_key", re.IGNORECASE)
_NOISY = ("amqtt", "transitions", "asyncio", "websockets", "alembic", "faker", "numba")


def get(name: str) -> Any:  # noqa: ANN401 - structlog's proxy has no useful type
    """The logger of one part of the program; usable at import time, before `configure`."""
    return structlog.stdlib.get_logger(name)


def configure(process: str, level: str = "INFO") -> None:
    """Set up logging for this process.

    Args:
        process: Its name in every line, e.g. "engine".
        level: Least severe level that is written, e.g. "INFO".
    """
    shared = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _stamp(process),
        hide_secrets,
    ]
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer(pad_event_to=0) if terminal else structlog.processors.JSONRenderer()
    traceback = [] if terminal else [structlog.processors.format_exc_info]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *traceback, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: blank every value whose key names a secret."""
    for key in event:
        if _SECRET.search(key):
            event[key] = "(hidden)"
    return event


def _stamp(process: str) -> structlog.typing.Processor:
    """Add the time and the process, and put what is read first to the front."""

    def stamp(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        t = datetime.fromtimestamp(clock.wall(), UTC).isoformat(timespec="milliseconds")
        front = {"at": t.replace("+00:00", "Z"), "level": event.pop("level", ""), "process": process}
        return {**front, "event": event.pop("event", ""), **event}

    return stamp
