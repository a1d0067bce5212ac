from __future__ import annotations

import socket
import ssl
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import bus, connection
from twin.bus import Bus, Inbox
from twin.connection import Address, parse_url
from twin.errors import SettingsError
from twin.settings import Settings


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://broker", Address("broker", 1883, False)),
        ("mqtts://broker.example.org", Address("broker.example.org", 8883, True)),
        ("mqtt://10.0.0.7:1884/", Address("10.0.0.7", 1884, False)),
        ("mqtts://[::1]:9", Address("::1", 9, True)),
    ],
)
def test_urls_are_read_with_their_default_ports(url: str, address: Address) -> None:
    assert parse_url(url) == address


@pytest.mark.parametrize(
    "url",
    ["", "broker:1883", "http://broker", "mqtt://", "mqtt://a:99999", "mqtt://a:x", "mqtt://a/topic", "mqtt://[x"],
)
def test_a_wrong_url_is_refused_and_the_right_form_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="mqtt://HOST:PORT"):
        parse_url(url)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="WARDLIGHT_MQTT_PASSWORD") as refused:
        parse_url("mqtt://nurse:tea-at-4@broker")
    assert "tea-at-4" not in str(refused.value)


@given(st.lists(st.binary(max_size=20)), st.integers(1, 10), st.integers(1, 60))
def test_the_inbox_keeps_the_newest_in_order_and_counts_the_rest(payloads: list[bytes], limit: int, room: int) -> None:
    inbox = Inbox(limit, room)
    for payload in payloads:
        inbox.put("t", payload, 1.0)
    kept = [a.payload for a in inbox.drain()]
    assert kept == payloads[len(payloads) - len(kept) :]
    assert len(kept) <= limit
    assert sum(map(len, kept)) <= room
    assert inbox.received == len(payloads) == len(kept) + inbox.dropped
    assert inbox.drain() == []


def test_waiting_for_the_inbox_ends_when_something_comes() -> None:
    inbox = Inbox()
    assert not inbox.wait(0.01)
    threading.Timer(0.05, lambda: inbox.put("t", b"x", 1.0)).start()
    assert inbox.wait(5)


def test_every_topic_of_the_twin_is_covered_by_the_live_pattern() -> None:
    topics = [bus.clock_topic("s"), bus.pace_topic("s"), bus.catalogue_topic("s"), bus.frame_topic("s", 3)]
    topics += [bus.summary_topic("s"), bus.health_topic("s"), bus.command_topic("s")]
    assert len(set(topics)) == len(topics)
    assert all(t.startswith(bus.live_pattern("s").removesuffix("#")) for t in topics)


def test_publishing_without_a_broker_drops_and_counts() -> None:
    alone = Bus(Settings(mqtt_url="mqtt://127.0.0.1:1"), "test", "twin")
    assert not alone.publish("t", b"x")
    assert not alone.publish("t", bytes(bus.MAX_PAYLOAD + 1))
    assert alone.counters == {"dropped_offline": 1, "oversize": 1}
    assert not alone.connected


@pytest.mark.parametrize(
    ("error", "embedded", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), False, "No such host: broker; correct WARDLIGHT_MQTT_URL"),
        (ConnectionRefusedError(111, "refused"), False, "Nothing listens at broker:1883"),
        (ConnectionRefusedError(111, "refused"), True, "python -m twin run"),
        (TimeoutError("timed out"), False, "firewall"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), False, "TLS port"),
        (OSError(101, "Network is unreachable"), False, "Network is unreachable"),
    ],
)
def test_each_failure_to_connect_names_its_remedy(error: Exception, embedded: bool, words: str) -> None:
    try:
        raise error
    except OSError:
        assert words in connection.unreachable(Address("broker", 1883, False), embedded)


def test_a_missing_certificate_is_named(tmp_path) -> None:
    lost = tmp_path / "ca.pem"
    with pytest.raises(SettingsError, match=r"WARDLIGHT_MQTT_CA=.*ca\.pem"):
        Bus(Settings(mqtt_url="mqtts://broker", mqtt_ca=lost), "test", "twin")
    lost.write_text("not a certificate")
    with pytest.raises(SettingsError, match="WARDLIGHT_MQTT_CA"):
        Bus(Settings(mqtt_url="mqtts://broker", mqtt_ca=lost), "test", "twin")
