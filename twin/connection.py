"""How to reach a broker, and why it cannot be reached, in words that say what to do about it."""

from __future__ import annotations

import socket
import ssl
import sys
from typing import NamedTuple
from urllib.parse import urlsplit

from twin.errors import SettingsError
from twin.settings import Settings


class Address(NamedTuple):
    """Where a broker is."""

    host: str
    port: int
    tls: bool


def parse_url(url: str) -> Address:
    """Read `mqtt://host[:port]` (port 1883) or `mqtts://host[:port]` (port 8883).

    Raises:
        SettingsError: `url` is something else, or holds a password.
    """
    good = "write mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise SettingsError(f"WARDLIGHT_MQTT_URL is not an address; {good}.") from None
    if parts.username or parts.password:
        raise SettingsError(
            "WARDLIGHT_MQTT_URL must not hold a user or password; use WARDLIGHT_MQTT_USER and WARDLIGHT_MQTT_PASSWORD."
        )
    if parts.scheme not in ("mqtt", "mqtts") or not host or port == 0 or parts.path not in ("", "/"):
        raise SettingsError(f"WARDLIGHT_MQTT_URL={url!r} cannot be used; {good}.")
    tls = parts.scheme == "mqtts"
    return Address(host, port or (8883 if tls else 1883), tls)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """TLS as the settings want it; certificate and host name are always checked.

    Raises:
        SettingsError: a file is missing or is not what it should be.
    """
    try:
        context = ssl.create_default_context(cafile=settings.mqtt_ca)
    except OSError as error:
        raise SettingsError(
            f"WARDLIGHT_MQTT_CA={settings.mqtt_ca} is not a PEM certificate: {_words(error)}."
        ) from None
    if settings.mqtt_certificate:
        try:
            context.load_cert_chain(settings.mqtt_certificate, settings.mqtt_key)
        except OSError as error:
            raise SettingsError(
                f"WARDLIGHT_MQTT_CERTIFICATE={settings.mqtt_certificate} with WARDLIGHT_MQTT_KEY={settings.mqtt_key} "
                f"cannot be used: {_words(error)}."
            ) from None
    return context


def refused(reason: str, address: Address, account: str, embedded: bool) -> str:
    """The broker answered and does not let us in. `reason` is what it said."""
    where = f"The broker at {address.host}:{address.port} does not let us in ({reason})"
    if reason not in ("Bad user name or password", "Not authorized"):
        return f"{where}; trying again."
    if embedded:
        return (
            f"{where}: another broker may be on this port, or the secrets of account {account!r} changed; "
            "stop the other one or set WARDLIGHT_BROKER_PORT, and restart."
        )
    return f"{where}; correct WARDLIGHT_MQTT_USER and WARDLIGHT_MQTT_PASSWORD."


def hung_up(address: Address) -> str:
    """The connection came about and ended before the broker said whether we may come in."""
    return (
        f"{address.host}:{address.port} hangs up before letting us in; check that it is an MQTT port, and whether the "
        "broker wants TLS (mqtts:// in WARDLIGHT_MQTT_URL) or a client certificate (WARDLIGHT_MQTT_CERTIFICATE)."
    )


def unreachable(address: Address, embedded: bool) -> str:
    """The broker could not be reached; call it while the exception is being handled."""
    error = sys.exc_info()[1]
    where = f"{address.host}:{address.port}"
    match error:
        case socket.gaierror():
            trouble = f"No such host: {address.host}; correct WARDLIGHT_MQTT_URL, or the name server."
        case ssl.SSLCertVerificationError():
            trouble = (
                f"The certificate of the broker at {where} is not trusted ({error.verify_message}); "
                "set WARDLIGHT_MQTT_CA to the CA that signed it, and use the host name that is in it."
            )
        case ssl.SSLError():
            trouble = f"No TLS with {where} ({_words(error)}); check that this is the broker's TLS port, usually 8883."
        case ConnectionResetError() if address.tls:
            trouble = f"{where} hangs up when we speak TLS; check that this is the broker's TLS port, usually 8883."
        case ConnectionRefusedError() if embedded:
            trouble = f"The embedded broker at {where} is not running; start it with `python -m twin run` or `broker`."
        case ConnectionRefusedError():
            trouble = f"Nothing listens at {where}; start the broker, or correct WARDLIGHT_MQTT_URL."
        case TimeoutError():
            trouble = f"No answer from {where}; check the address in WARDLIGHT_MQTT_URL and the firewall."
        case _:
            trouble = f"Cannot reach the broker at {where} ({_words(error)}); check WARDLIGHT_MQTT_URL and the network."
    return trouble


def _words(error: BaseException | None) -> str:
    text = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
    return str(text).strip() or type(error).__name__
