"""The embedded MQTT broker: amqtt on loopback, with our own sign-in and access list.

It is for the demo and small sites. Opening it to the network is one explicit setting,
`WARDLIGHT_BROKER_HOST`; gateways then need a token each, and TLS is `WARDLIGHT_BROKER_CERTIFICATE`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import dataclass
from typing import Any, cast

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext
from amqtt.errors import BrokerError as AmqttBrokerError
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from twin import log
from twin.errors import BrokerError
from twin.gatekeeper import Gatekeeper
from twin.ports import require_free
from twin.settings import LOOPBACK, Settings

MAX_PACKET = 2 << 20
"""Bytes of one MQTT packet; a sender of a larger one is disconnected."""
_WHO = "wardlight.admitted"
_ACTIONS_THAT_WRITE = (Action.PUBLISH,)

_log = log.get("broker")


class Guard(BaseAuthPlugin, BaseTopicPlugin):
    """Asks the gatekeeper at each sign-in and for each topic."""

    @dataclass
    class Config(BaseAuthPlugin.Config):
        """What amqtt hands to the plugin."""

        gatekeeper: Gatekeeper

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._gatekeeper = cast("Guard.Config", context.config).gatekeeper

    async def authenticate(self, *, session: Session) -> bool:
        """Whether this client may come in."""
        # A returning client reuses its session object, so the outcome replaces any earlier one.
        who = self._gatekeeper.admit(session.username, session.password, session.will_topic)
        session.attributes[_WHO] = who
        return who is not None

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Whether this client may publish on, subscribe to, or be sent `topic`."""
        return _allowed(self._gatekeeper, session, topic, action)


class GuardedBroker(Broker):
    """amqtt's broker, with two of its habits changed."""

    def __init__(self, settings: Settings, gatekeeper: Gatekeeper) -> None:
        plugins = {f"{Guard.__module__}.{Guard.__qualname__}": {"gatekeeper": gatekeeper}}
        super().__init__({"listeners": listeners(settings), "plugins": plugins})
        self._gatekeeper = gatekeeper

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve one client, with a bound on what one packet may hold."""
        await self._client_connected(listener_name, _BoundedReader(reader), StreamWriterAdapter(writer))

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        # amqtt makes a task for each question and, while it waits, its table of subscriptions can
        # change under the loop that asks. Asking directly is faster and cannot be interrupted.
        return _allowed(self._gatekeeper, session, topic, action)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        # At each connect amqtt offers the retained messages of everybody's subscriptions.
        pattern, _ = subscription
        subscribed = any(s.client_id == session.client_id for s, _ in self.subscriptions.get(pattern, ()))
        if subscribed and _allowed(self._gatekeeper, session, pattern, Action.SUBSCRIBE):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class _BoundedReader(StreamReaderAdapter):
    async def read(self, n: int = -1) -> bytes:
        if n > MAX_PACKET:
            raise ValueError(f"a packet of {n} bytes is too large")
        return await super().read(n)


def _allowed(gatekeeper: Gatekeeper, session: Session | None, topic: str | None, action: Action | None) -> bool:
    who = session.attributes.get(_WHO) if session else None
    if not topic:
        return False
    return gatekeeper.may_write(who, topic) if action in _ACTIONS_THAT_WRITE else gatekeeper.may_read(who, topic)


def listeners(settings: Settings) -> dict[str, dict[str, Any]]:
    """Where to listen: always loopback for our own processes, and where the settings say for gateways."""
    loopback = {"type": "tcp", "bind": f"127.0.0.1:{settings.broker_port}"}
    if settings.broker_certificate and settings.broker_key:
        gateways = {
            "type": "tcp",
            "bind": f"{settings.broker_host}:{settings.broker_tls_port}",
            "ssl": True,
            "certfile": str(settings.broker_certificate),
            "keyfile": str(settings.broker_key),
        }
        return {"default": loopback, "gateways": gateways}
    if settings.broker_host in LOOPBACK:
        return {"default": loopback}
    outside = {"type": "tcp", "bind": f"{settings.broker_host}:{settings.broker_port}"}
    return {"default": outside} if settings.broker_host == "0.0.0.0" else {"default": loopback, "gateways": outside}  # noqa: S104


def require_free_ports(settings: Settings) -> None:
    """Make sure that the broker can listen where it is told to.

    Raises:
        WardlightError: it cannot; the message names the port and the setting.
    """
    for listener in listeners(settings).values():
        host, _, port = listener["bind"].rpartition(":")
        variable = "WARDLIGHT_BROKER_TLS_PORT" if listener.get("ssl") else "WARDLIGHT_BROKER_PORT"
        require_free(host, int(port), "MQTT broker", variable)


def serve(settings: Settings) -> None:
    """Run the broker until SIGTERM or Ctrl-C.

    Raises:
        WardlightError: a port is taken, or a certificate cannot be used.
    """
    require_free_ports(settings)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    try:
        broker = GuardedBroker(settings, Gatekeeper(settings))
        await broker.start()
    except (AmqttBrokerError, OSError, ValueError) as error:
        raise BrokerError(f"The broker cannot start: {error}; see WARDLIGHT_BROKER_… in the settings.") from error
    logging.getLogger("amqtt").setLevel(logging.ERROR)
    logging.getLogger("amqtt").addFilter(_is_news)
    for listener in listeners(settings).values():
        _log.info("listening", address=listener["bind"], tls=bool(listener.get("ssl")))
    await stop.wait()
    await broker.shutdown()


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what every port scan and lost connection would log."""
    return not record.getMessage().startswith("No data from")
