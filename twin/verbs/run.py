"""`python -m twin run`."""

from __future__ import annotations

import sys

import typer

from twin import log
from twin.connection import parse_url
from twin.errors import WardlightError
from twin.ports import require_free
from twin.settings import Settings, settings
from twin.supervisor import Supervisor, parts, reachable_host, serves, show


def run() -> None:
    """Start everything and keep it running until Ctrl-C."""
    s = settings()
    log.configure("run", s.log_level)
    check(s)
    draw_register_of(s)
    host = reachable_host(s.web_host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{s.web_port}"

    def announce() -> None:
        print(f"\n  Wardlight is running: {url}   (Ctrl-C stops it)\n", file=sys.stderr, flush=True)
        if s.open_browser:
            show(url)

    raise typer.Exit(Supervisor(parts(s), lambda: serves(host, s.web_port), announce).run())


def draw_register_of(s: Settings) -> None:
    """Have the register of a demo of another size before the parts ask for it."""
    if s.register != s.tags:
        from twin.site import load_site  # noqa: PLC0415 - the shipped size needs no building here
        from twin.verbs.simulate import register_of  # noqa: PLC0415

        register_of(s, load_site(s.building, s.gateways))


def check(s: Settings) -> None:
    """Find out now what would otherwise fail later in one of the parts.

    Raises:
        WardlightError: a port is taken, an address is wrong, or `var` cannot be written.
    """
    parse_url(s.broker_url)
    require_free(s.web_host, s.web_port, "web page", "WARDLIGHT_WEB_PORT")
    if s.embedded_broker:
        from twin.broker import require_free_ports  # noqa: PLC0415 - amqtt is not needed for an outside broker

        require_free_ports(s)
    try:
        s.var.mkdir(parents=True, exist_ok=True)
        probe = s.var / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise WardlightError(
            f"Cannot write to {s.var}: {error.strerror}; correct its owner, or set WARDLIGHT_VAR to another folder."
        ) from None
