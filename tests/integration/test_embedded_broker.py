"""Our own broker in its own process: sign-in, access list, tokens, retained messages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from twin import tokens
from twin.bus import Bus, Inbox
from twin.settings import ROOT, Settings
from twin.supervisor import listens

pytestmark = pytest.mark.integration
ONE, TWO = "AC233F000001", "AC233F000002"
TIMEOUT = 10


class Broker:
    """A broker process, and clients of it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.settings = Settings(var=folder, broker_port=port, gateways=folder / "gateways.csv")
        self.settings.gateways.write_text(f"gateway_id,name,topic\n{ONE},One,/gw/{ONE.lower()}/status\n")
        self.environment = {
            **os.environ, "WARDLIGHT_VAR": str(folder), "WARDLIGHT_BROKER_PORT": str(port),
            "WARDLIGHT_GATEWAYS": str(self.settings.gateways),
        }  # fmt: skip
        self.clients: list[Bus] = []
        self.process = self.launch()

    def launch(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "twin", "broker"], cwd=ROOT, env=self.environment, stderr=subprocess.PIPE, text=True
        )

    def client(self, account: str, *patterns: str) -> tuple[Bus, Inbox]:
        return self._start(Bus(self.settings, account, account), patterns)

    def gateway(self, mac: str, token: str, *patterns: str) -> tuple[Bus, Inbox]:
        outside = Settings(mqtt_url=self.settings.broker_url, mqtt_user=mac, mqtt_password=token)  # pyright: ignore[reportArgumentType]
        return self._start(Bus(outside, "gateway", mac), patterns)

    def _start(self, bus: Bus, patterns: tuple[str, ...]) -> tuple[Bus, Inbox]:
        inbox = Inbox()
        for pattern in patterns:
            bus.subscribe(pattern, lambda topic, payload, _retained: inbox.put(topic, payload, 0.0))
        bus.start()
        self.clients.append(bus)
        return bus, inbox

    def stop(self) -> None:
        for client in self.clients:
            client.stop()
        self.process.terminate()
        self.process.communicate(timeout=10)


@pytest.fixture
def broker(tmp_path, free_port, until) -> Iterator[Broker]:
    running = Broker(tmp_path, free_port)
    until(lambda: listens("127.0.0.1", free_port), 10, "the broker to listen")
    yield running
    running.stop()


def payloads(inbox: Inbox) -> list[bytes]:
    return [a.payload for a in inbox.drain()]


def test_the_way_from_gateway_to_web(broker, until) -> None:
    token = tokens.issue(broker.settings.secrets, ONE)
    twin, readings = broker.client("twin", "/gw/+/status")
    web, live = broker.client("web", "wardlight/demo/#")
    assert twin.wait_connected(TIMEOUT), twin.trouble
    assert web.wait_connected(TIMEOUT)
    gateway, _ = broker.gateway(ONE.lower(), token)
    assert gateway.wait_connected(TIMEOUT), gateway.trouble
    until(lambda: gateway.publish(f"/gw/{ONE.lower()}/status", b"reading") and readings.wait(0.5), TIMEOUT)
    until(lambda: twin.publish("wardlight/demo/frame/0", b"frame", retain=True) and live.wait(0.5), TIMEOUT)
    later, kept = broker.client("web", "wardlight/demo/frame/0")
    assert later.wait_connected(TIMEOUT)
    assert kept.wait(TIMEOUT)
    assert payloads(kept) == [b"frame"]


def test_a_gateway_is_held_to_its_own_topics(broker, until) -> None:
    token = tokens.issue(broker.settings.secrets, ONE)
    twin, readings = broker.client("twin", "/gw/+/status")
    web, live = broker.client("web", "wardlight/demo/#")
    assert twin.wait_connected(TIMEOUT)
    assert web.wait_connected(TIMEOUT)
    twin.publish("wardlight/demo/summary", b"true", retain=True)
    assert live.wait(TIMEOUT)
    gateway, seen = broker.gateway(ONE, token, "#", "/gw/+/status", "wardlight/#", f"/gw/{ONE}/action")
    assert gateway.wait_connected(TIMEOUT)
    until(lambda: gateway.counters.get("refused_subscriptions") == 3, TIMEOUT, "three refusals")
    gateway.publish(f"/gw/{TWO}/status", b"forged")
    gateway.publish("wardlight/demo/summary", b"forged", retain=True)
    gateway.publish(f"/gw/{ONE}/status", b"own")
    assert readings.wait(TIMEOUT)
    assert payloads(readings) == [b"own"]
    assert payloads(live) == [b"true"]
    assert payloads(seen) == []


def test_a_wrong_token_is_refused_and_a_new_one_works_without_a_restart(broker, until) -> None:
    stranger, _ = broker.gateway(ONE, "guessed")
    until(lambda: "does not let us in" in (stranger.trouble or ""), TIMEOUT)
    token = tokens.issue(broker.settings.secrets, ONE)
    gateway, _ = broker.gateway(ONE, token)
    assert gateway.wait_connected(TIMEOUT), gateway.trouble


def test_revoking_a_token_silences_a_gateway_that_is_connected(broker, until) -> None:
    topic = f"/gw/{ONE}/status"
    token = tokens.issue(broker.settings.secrets, ONE)
    twin, readings = broker.client("twin", "/gw/+/status")
    assert twin.wait_connected(TIMEOUT)
    gateway, _ = broker.gateway(ONE, token)
    assert gateway.wait_connected(TIMEOUT)
    until(lambda: gateway.publish(topic, b"x") and readings.wait(0.2), TIMEOUT)
    assert tokens.revoke(broker.settings.secrets, ONE)

    def silent() -> bool:
        readings.drain()
        gateway.publish(topic, b"x")
        return not readings.wait(0.3)

    until(silent, TIMEOUT, "the gateway to be silenced")


def raw_client(user: str, token: str, name: str) -> paho.Client:
    """A client that keeps its session under a name that anybody can guess."""
    client = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, reconnect_on_failure=False)
    client.username_pw_set(user, token)
    return client


def test_a_refused_sign_in_under_a_known_client_id_takes_no_rights_over(broker, until) -> None:
    """The broker reuses the session object of a client id before it knows who comes."""
    token = tokens.issue(broker.settings.secrets, ONE)
    twin, readings = broker.client("twin", "/gw/+/status")
    assert twin.wait_connected(TIMEOUT)
    gateway, liar = raw_client(ONE, token, "gateway-1"), raw_client("twin", "guessed", "gateway-1")
    for client in (gateway, liar):
        client.connect("127.0.0.1", broker.settings.broker_port)
        client.loop_start()
        until(client.is_connected if client is gateway else lambda: liar._sock is None, TIMEOUT)
    gateway.publish(f"/gw/{TWO}/status", b"forged")
    gateway.publish("wardlight/demo/summary", b"forged", retain=True)
    gateway.loop_stop()
    liar.loop_stop()
    again, _ = broker.gateway(ONE, token)
    until(lambda: again.publish(f"/gw/{ONE}/status", b"own") and readings.wait(0.2), TIMEOUT)
    assert set(payloads(readings)) == {b"own"}


def test_a_huge_packet_ends_the_connection_and_not_the_broker(broker, until) -> None:
    token = tokens.issue(broker.settings.secrets, ONE)
    twin, readings = broker.client("twin", "/gw/+/status")
    assert twin.wait_connected(TIMEOUT)
    raw = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    raw.username_pw_set(ONE, token)
    raw.connect("127.0.0.1", broker.settings.broker_port)
    raw.loop_start()
    until(raw.is_connected, TIMEOUT)
    raw.publish(f"/gw/{ONE}/status", bytes(5 << 20))
    until(lambda: not raw.is_connected(), TIMEOUT, "the broker to hang up")
    raw.loop_stop()
    assert len(readings) == 0
    gateway, _ = broker.gateway(ONE, token)
    until(lambda: gateway.publish(f"/gw/{ONE}/status", b"small") and readings.wait(0.2), TIMEOUT)


def test_a_second_broker_on_the_port_says_what_to_change(broker) -> None:
    twin, _ = broker.client("twin")
    assert twin.wait_connected(TIMEOUT)
    second = broker.launch()
    _, message = second.communicate(timeout=10)
    assert second.returncode == 2
    assert f"Port {broker.settings.broker_port}" in message
    assert "WARDLIGHT_BROKER_PORT" in message
    assert "Traceback" not in message


def test_the_broker_ends_quietly(broker) -> None:
    twin, _ = broker.client("twin")
    assert twin.wait_connected(TIMEOUT)
    twin.stop()
    broker.process.send_signal(signal.SIGTERM)
    _, message = broker.process.communicate(timeout=10)
    assert broker.process.returncode == 0
    assert "Traceback" not in message
