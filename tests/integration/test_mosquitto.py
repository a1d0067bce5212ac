"""The bus against a real Mosquitto: passwords, TLS, losses."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from twin import bus as bus_module
from twin.bus import Bus, Inbox
from twin.settings import Settings

pytestmark = pytest.mark.integration
TIMEOUT = 10


@contextmanager
def connected(settings: Settings, *patterns: str) -> Iterator[tuple[Bus, Inbox]]:
    """A started bus that puts what comes on `patterns` into an inbox."""
    bus, inbox = Bus(settings, "test", "twin"), Inbox()
    for pattern in patterns:
        bus.subscribe(pattern, lambda topic, payload, _retained: inbox.put(topic, payload, 0.0))
    bus.start()
    try:
        yield bus, inbox
    finally:
        bus.stop()


def test_messages_travel_and_retained_ones_wait(mosquitto, until) -> None:
    with connected(mosquitto.settings()) as (sender, _):
        assert sender.wait_connected(TIMEOUT)
        assert sender.publish("wardlight/demo/summary", b"kept", retain=True, qos=1)
        until(lambda: sender._unsent == 0, TIMEOUT, "the message to leave")
        with connected(mosquitto.settings(), "wardlight/#", "/gw/+/status") as (_, inbox):
            assert inbox.wait(TIMEOUT)
            assert [a.payload for a in inbox.drain()] == [b"kept"]
            for n in range(200):
                assert sender.publish("/gw/ac233f000001/status", b"%d" % n)
            until(lambda: len(inbox) == 200, TIMEOUT, "all messages")
            assert [a.payload for a in inbox.drain()] == [b"%d" % n for n in range(200)]


def test_a_wrong_password_is_told_with_its_remedy(mosquitto, until) -> None:
    with connected(mosquitto.settings(mqtt_password="wrong")) as (bus, _):
        until(lambda: bus.trouble and "WARDLIGHT_MQTT_PASSWORD" in bus.trouble, TIMEOUT)
        assert not bus.connected


def test_a_failing_handler_is_counted_and_nothing_else_suffers(mosquitto, until) -> None:
    with connected(mosquitto.settings(), "good/#") as (bus, inbox):
        bus.subscribe("bad/#", lambda *_: 1 / 0)  # pyright: ignore[reportArgumentType]
        bus.on_connect(lambda: 1 / 0)  # pyright: ignore[reportArgumentType]
        assert bus.wait_connected(TIMEOUT)
        for topic in ("bad/1", "bad/2", "good/1"):
            bus.publish(topic, b"x")
        until(lambda: len(inbox) == 1, TIMEOUT)
        assert bus.counters["handler_errors"] >= 2


def test_too_large_a_message_from_others_is_dropped(mosquitto, until, monkeypatch) -> None:
    with connected(mosquitto.settings(), "t") as (bus, inbox):
        assert bus.wait_connected(TIMEOUT)
        monkeypatch.setattr(bus_module, "MAX_PAYLOAD", 50)
        # Past our own limit for sending, as somebody else's message would come.
        bus._client.publish("t", bytes(100))
        bus.publish("t", bytes(5))
        until(lambda: len(inbox) and bus.counters.get("oversize") == 1, TIMEOUT)


def test_a_broker_that_is_killed_and_comes_back_finds_us_again(mosquitto, until, caplog) -> None:
    hooked: list[int] = []
    with connected(mosquitto.settings(), "t") as (bus, inbox):
        bus.on_connect(lambda: hooked.append(1))
        assert bus.wait_connected(TIMEOUT)
        mosquitto.kill()
        until(lambda: not bus.connected, TIMEOUT, "the loss to be seen")
        assert not bus.publish("t", b"lost")
        until(lambda: "Nothing listens" in (bus.trouble or ""), TIMEOUT, "the reason")
        mosquitto.start()
        until(lambda: bus.connected, 20, "the connection to come back")
        assert bus.trouble is None
        until(lambda: bus.publish("t", b"again") and inbox.wait(1), TIMEOUT, "messages to flow")
        assert inbox.drain()[0].payload == b"again"
    assert len(hooked) >= 1
    assert bus.counters["dropped_offline"] == 1
    assert bus.counters["connects"] == 2


class Certificates:
    """A CA of our own, with certificates for the broker and for a client."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self.folder = folder
        self.ca = folder / f"{name}.crt"
        self._ca_key = folder / f"{name}.key"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", self._ca_key, "-out", self.ca,
        )  # fmt: skip

    def issue(self, name: str, *extensions: str) -> tuple[Path, Path]:
        """Certificate and key of `name`."""
        key, request, certificate = (self.folder / f"{name}.{end}" for end in ("key", "csr", "crt"))
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", key, "-out", request,
        )  # fmt: skip
        extra = self.folder / f"{name}.ext"
        extra.write_text("\n".join(extensions) or "basicConstraints=CA:FALSE")
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._ca_key, "-CAcreateserial",
            "-days", "2", "-extfile", extra, "-out", certificate,
        )  # fmt: skip
        return certificate, key

    @staticmethod
    def _openssl(*arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture
def certificates(tmp_path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def new_tls_mosquitto(new_mosquitto, certificates) -> Callable[..., object]:
    def make(*lines: str):
        certificate, key = certificates.issue("broker", "subjectAltName=DNS:localhost")
        return new_mosquitto(f"cafile {certificates.ca}", f"certfile {certificate}", f"keyfile {key}", *lines)

    return make


def test_tls_with_the_right_ca_connects(new_tls_mosquitto, certificates) -> None:
    server = new_tls_mosquitto()
    url = f"mqtts://localhost:{server.port}"
    with connected(server.settings(mqtt_url=url, mqtt_ca=certificates.ca)) as (bus, _):
        assert bus.wait_connected(TIMEOUT), bus.trouble


def test_tls_with_another_ca_is_told_with_its_remedy(new_tls_mosquitto, tmp_path, until) -> None:
    server, other = new_tls_mosquitto(), Certificates(tmp_path, "other")
    url = f"mqtts://localhost:{server.port}"
    with connected(server.settings(mqtt_url=url, mqtt_ca=other.ca)) as (bus, _):
        until(lambda: "WARDLIGHT_MQTT_CA" in (bus.trouble or ""), TIMEOUT)


def test_a_certificate_for_another_host_is_refused(new_tls_mosquitto, certificates, until) -> None:
    server = new_tls_mosquitto()
    url = f"mqtts://127.0.0.1:{server.port}"
    with connected(server.settings(mqtt_url=url, mqtt_ca=certificates.ca)) as (bus, _):
        until(lambda: "host name" in (bus.trouble or ""), TIMEOUT)


def test_a_client_certificate_is_shown_when_the_broker_wants_one(new_tls_mosquitto, certificates, until) -> None:
    server = new_tls_mosquitto("require_certificate true")
    certificate, key = certificates.issue("twin")
    settings = {"mqtt_url": f"mqtts://localhost:{server.port}", "mqtt_ca": certificates.ca}
    with connected(server.settings(**settings, mqtt_certificate=certificate, mqtt_key=key)) as (bus, _):
        assert bus.wait_connected(TIMEOUT), bus.trouble
    with connected(server.settings(**settings)) as (bus, _):
        until(lambda: "WARDLIGHT_MQTT_CERTIFICATE" in (bus.trouble or ""), TIMEOUT)


def test_plain_mqtt_to_a_tls_port_says_so(new_tls_mosquitto, until) -> None:
    server = new_tls_mosquitto()
    with connected(server.settings()) as (bus, _):
        until(lambda: "mqtts://" in (bus.trouble or ""), TIMEOUT)


def test_tls_to_a_plain_port_says_so(mosquitto, until) -> None:
    with connected(mosquitto.settings(mqtt_url=f"mqtts://localhost:{mosquitto.port}")) as (bus, _):
        until(lambda: "TLS port" in (bus.trouble or ""), TIMEOUT)


def test_an_unknown_host_is_named(mosquitto, until) -> None:
    with connected(mosquitto.settings(mqtt_url="mqtt://no-such-broker.invalid")) as (bus, _):
        until(lambda: "No such host: no-such-broker.invalid" in (bus.trouble or ""), TIMEOUT)
