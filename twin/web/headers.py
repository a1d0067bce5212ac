"""Response headers of every answer, and the refusal of requests that come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def policy(script_hashes: Sequence[str]) -> str:
    """Write the content security policy: our own scripts only, nothing from other servers, no frames."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *script_hashes)),
        "style-src": "'self' 'unsafe-inline'",  # Mantine and plotly.js set styles from scripts
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def protect(server: Flask, script_hashes: Callable[[], Sequence[str]], host: str) -> None:
    """Guard all routes of `server`.

    `script_hashes` is asked at the first answer, when all inline scripts are known; `host` is
    the address that we listen on.
    """
    policies: list[str] = []

    @server.before_request
    def check() -> None:
        if not local_enough(request.host, host):
            abort(421)
        if request.method not in SAFE_METHODS and not same_origin(
            request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), request.host
        ):
            abort(403)

    @server.after_request
    def add(response: Response) -> Response:
        if not policies:
            policies.append(policy(script_hashes()))
        response.headers["Content-Security-Policy"] = policies[0]
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
        return response


def same_origin(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Whether a request that changes something comes from our own pages.

    Browsers always tell at least one of the two; a client that tells neither is no browser, so
    nobody's session can be abused through it.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def local_enough(asked: str, listening: str) -> bool:
    """Whether the Host header fits where we listen.

    On loopback only this machine's own names are right: any other is a page elsewhere whose name
    was pointed at us (DNS rebinding). Open to the network, an address or the hospital's own name
    is right, and the proxy in front decides.
    """
    return not is_local(listening) or is_local(urlsplit(f"//{asked}").hostname or "")


def is_local(name: str) -> bool:
    """Whether `name` is this machine itself."""
    if name in LOCAL_NAMES or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
