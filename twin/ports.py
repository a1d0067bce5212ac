"""Whether a TCP port is free, before something long depends on it."""

from __future__ import annotations

import errno
import socket

from twin.errors import WardlightError


def require_free(host: str, port: int, what: str, variable: str) -> None:
    """Make sure that `what` can listen on `host:port`.

    Raises:
        WardlightError: it cannot; names the port and the setting that changes it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WardlightError(_why(error, host, port, what, variable)) from None


def _why(error: OSError, host: str, port: int, what: str, variable: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} ({what}) is in use by another program, perhaps another Wardlight: "
                f"stop it, or choose another port with {variable}, e.g. {variable}={port + 10}."
            )
        case errno.EACCES:
            return f"Port {port} ({what}) needs more rights than this user has: set {variable} above 1023."
        case _:
            host_variable = variable.replace("TLS_PORT", "HOST").replace("PORT", "HOST")
            return f"Cannot listen on {host}:{port} ({what}): {error.strerror or error}; correct {host_variable}."
