"""The only way to MQTT: topics, connection, publish, subscribe.

A `Bus` connects in a thread of its own and comes back after every loss. Nothing that a
message, a handler or the network does ends that thread; it is counted instead. Trouble is
logged when it begins, when its reason changes and when it is over, not at each attempt.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from twin import clock, connection, log, tokens
from twin.connection import parse_url
from twin.errors import BrokerError
from twin.inbox import Arrived, Inbox
from twin.settings import Settings

__all__ = [
    "MAX_PAYLOAD", "Arrived", "Bus", "Handler", "Inbox", "catalogue_topic", "clock_topic", "command_topic",
    "frame_topic", "health_topic", "live_pattern", "pace_topic", "reply_topic", "summary_topic",
]  # fmt: skip

MAX_PAYLOAD = 1 << 20
"""Bytes; a larger message is neither sent nor handed on."""
MAX_UNSENT = 2000
"""Messages waiting for the network; beyond that, new ones are dropped."""
KEEPALIVE_S = 15
RETRY_S = (1, 30)
"""First and longest pause between attempts to connect."""

Handler = Callable[[str, bytes, bool], None]
"""Called with topic, payload and whether the message was retained, in the network's thread."""

_log = log.get("bus")


def clock_topic(site: str) -> str:
    """Retained: the time of a simulated hospital, `{"t", "speed", "catch_up_until"}`."""
    return f"wardlight/{site}/clock"


def pace_topic(site: str) -> str:
    """Retained: time of the newest finished tick, so that the simulator does not run ahead."""
    return f"wardlight/{site}/pace"


def catalogue_topic(site: str) -> str:
    """Retained: the registered tags, in the order of the numbers in the frames."""
    return f"wardlight/{site}/catalogue"


def frame_topic(site: str, level: int) -> str:
    """Retained: where everything on a level is now."""
    return f"wardlight/{site}/frame/{level}"


def summary_topic(site: str) -> str:
    """Retained: the figures of the whole site now."""
    return f"wardlight/{site}/summary"


def health_topic(site: str) -> str:
    """Retained: how the live path does."""
    return f"wardlight/{site}/health"


def command_topic(site: str) -> str:
    """What people ask the twin to do."""
    return f"wardlight/{site}/command"


def reply_topic(site: str) -> str:
    """What the twin answers to commands."""
    return f"wardlight/{site}/reply"


def live_pattern(site: str) -> str:
    """Everything the twin publishes for this site."""
    return f"wardlight/{site}/#"


class Bus:
    """A connection to the broker that looks after itself.

    Args:
        settings: Which broker, and how to sign in to it.
        name: Of this process, for the client id and the log.
        account: One of `tokens.ACCOUNTS`; the embedded broker's rights hang on it.

    Raises:
        SettingsError: the broker's URL or the TLS files cannot be used.
        BrokerError: the account's password cannot be read.
    """

    def __init__(self, settings: Settings, name: str, account: str) -> None:
        self.name = name
        self.address = parse_url(settings.broker_url)
        self.trouble: str | None = "not connected yet"
        """Why there is no connection and what to do about it; None when connected."""
        self._embedded = settings.embedded_broker
        self._account = account
        self._subscriptions: list[tuple[str, Handler]] = []
        self._routes: dict[str, tuple[Handler, ...]] = {}
        self._hooks: list[Callable[[], None]] = []
        self._asked: dict[int | None, str] = {}
        self._counts: Counter[str] = Counter()
        self._unsent = 0
        self._lock = threading.Lock()
        self._connected = threading.Event()
        self._since = clock.monotonic()
        self._told: str | None = None
        self._refused = False
        self._client = self._make_client(settings)

    def _make_client(self, settings: Settings) -> paho.Client:
        # The broker drops an older client of the same id, so the id must not be guessable.
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"wardlight-{self.name}-{secrets.token_hex(6)}")
        client.suppress_exceptions = True
        client.reconnect_delay_set(*RETRY_S)
        client.connect_timeout = 5.0
        if self._embedded:
            client.username_pw_set(self._account, tokens.account_password(settings.secrets, self._account))
        elif settings.mqtt_user:
            client.username_pw_set(settings.mqtt_user, settings.mqtt_password.get_secret_value() or None)
        if self.address.tls:
            client.tls_set_context(connection.tls_context(settings))
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        return client

    @property
    def connected(self) -> bool:
        """Whether the broker has let us in and the connection stands."""
        return self._connected.is_set()

    @property
    def counters(self) -> dict[str, int]:
        """Counts since the start, by name; what never happened is absent.

        "received", "sent", "dropped_offline", "dropped_unsent", "oversize", "bad_topics",
        "handler_errors", "connects", "refused_subscriptions".
        """
        return dict(self._counts)

    def start(self) -> None:
        """Begin to connect, in a thread; returns at once.

        Raises:
            BrokerError: it was started before.
        """
        self._since = clock.monotonic()
        self._client.connect_async(self.address.host, self.address.port, keepalive=KEEPALIVE_S)
        if self._client.loop_start() != paho.MQTT_ERR_SUCCESS:
            raise BrokerError("This connection to the broker was started before.")

    def stop(self) -> None:
        """Disconnect and end the thread; what is unsent goes out first if the network allows."""
        self._client.disconnect()
        self._client.loop_stop()
        self._connected.clear()

    def wait_connected(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for the connection; whether it stands."""
        return self._connected.wait(timeout)

    def on_connect(self, hook: Callable[[], None]) -> None:
        """Call `hook` after each connect, in the network's thread: the place to publish retained topics again."""
        self._hooks.append(hook)

    def subscribe(self, pattern: str, handler: Handler) -> None:
        """Have `handler` called for each message on `pattern`, now and after each reconnect."""
        with self._lock:
            self._subscriptions.append((pattern, handler))
            self._routes = {}
        if self.connected:
            self._ask(pattern)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        """Send, without waiting; False (and counted) when it was dropped.

        Live data is worth nothing later, so nothing is kept for a broker that is away.
        """
        if len(payload) > MAX_PAYLOAD:
            return self._drop("oversize")
        if not self.connected:
            return self._drop("dropped_offline")
        with self._lock:
            if self._unsent >= MAX_UNSENT:
                self._counts["dropped_unsent"] += 1
                return False
            self._unsent += 1
            self._counts["sent"] += 1
        self._client.publish(topic, payload, qos=qos, retain=retain)
        return True

    def _drop(self, reason: str) -> bool:
        with self._lock:
            self._counts[reason] += 1
        return False

    def _ask(self, pattern: str) -> None:
        _, mid = self._client.subscribe(pattern)
        self._asked[mid] = pattern

    def _on_connect(self, _client: object, _data: object, _flags: object, reason: ReasonCode, _p: object) -> None:
        if reason.is_failure:
            self._refused = True
            self._lost(connection.refused(str(reason), self.address, self._account, self._embedded))
            return
        self._counts["connects"] += 1
        self._unsent = 0
        self._asked.clear()
        for pattern in dict.fromkeys(pattern for pattern, _ in self._subscriptions):
            self._ask(pattern)
        if self._told:
            _log.info("connected to the broker again", after_s=round(clock.monotonic() - self._since, 1))
        self.trouble = self._told = None
        self._connected.set()
        for hook in self._hooks:
            self._guarded(hook)

    def _on_connect_fail(self, _client: object, _data: object) -> None:
        self._lost(connection.unreachable(self.address, self._embedded))

    def _on_disconnect(
        self, _client: object, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        if self.connected and reason.is_failure:
            self._since = clock.monotonic()
            self._lost(f"The connection to the broker at {self.address.host}:{self.address.port} broke; trying again.")
        elif not self._refused and reason.is_failure:
            self._lost(connection.hung_up(self.address))
        self._connected.clear()
        self._refused = False

    def _lost(self, trouble: str) -> None:
        """Note why there is no connection; log it when it is news."""
        self._connected.clear()
        self.trouble = trouble
        # Our own broker starts beside us and needs a moment: that is no news.
        starting = self._embedded and not self._counts["connects"] and clock.monotonic() - self._since < 4.0
        if trouble != self._told and not starting:
            self._told = trouble
            _log.warning(trouble)

    def _on_subscribe(
        self, _client: object, _data: object, mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        pattern = self._asked.pop(mid, "?")
        if any(reason.is_failure for reason in reasons):
            self._counts["refused_subscriptions"] += 1
            _log.warning(f"The broker does not let us read {pattern}; allow it in the broker's access list.")

    def _on_publish(self, _client: object, _data: object, _mid: int, _reason: object, _properties: object) -> None:
        with self._lock:
            self._unsent = max(0, self._unsent - 1)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._counts["received"] += 1
        payload = bytes(message.payload)
        if len(payload) > MAX_PAYLOAD:
            self._counts["oversize"] += 1
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            self._counts["bad_topics"] += 1
            return
        for handler in self._routes.get(topic) or self._route(topic):
            try:
                handler(topic, payload, message.retain)
            except Exception as error:  # a handler must not end the network's thread
                self._handler_failed(error)

    def _route(self, topic: str) -> tuple[Handler, ...]:
        """Who wants this topic; remembered, because topics repeat and matching is slow."""
        with self._lock:
            wanted = tuple(h for pattern, h in self._subscriptions if paho.topic_matches_sub(pattern, topic))
            if len(self._routes) < 10_000:
                self._routes[topic] = wanted
            return wanted

    def _guarded(self, hook: Callable[[], None]) -> None:
        try:
            hook()
        except Exception as error:
            self._handler_failed(error)

    def _handler_failed(self, error: Exception) -> None:
        self._counts["handler_errors"] += 1
        if self._counts["handler_errors"] == 1:
            _log.error("a message handler failed; further failures are only counted", exc_info=error)
