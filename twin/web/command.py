"""Asks the twin to do something, and waits for its reply."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any, Protocol
from uuid import uuid4

import msgspec

from twin.bus import Handler, command_topic, reply_topic
from twin.commands import Command, Reply
from twin.settings import settings

PATIENCE_S = 5.0
MOST_WAITING = 64

_reply = msgspec.json.Decoder(Reply)


class Post(Protocol):
    """What is needed of a bus."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        """Send; False when that is impossible now."""
        ...

    def subscribe(self, pattern: str, handler: Handler) -> None:
        """Hear what comes."""
        ...


class _Waiting:
    def __init__(self) -> None:
        self.come = threading.Event()
        self.reply: Reply | None = None


class Asker:
    """Sends commands of this worker and hands each reply to who waits for it."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._post: Post | None = None
        self._waiting: dict[str, _Waiting] = {}
        self._lock = threading.Lock()

    def connect(self, post: Post) -> None:
        """Use this bus from now on."""
        post.subscribe(reply_topic(self._site), self._accept)
        self._post = post

    def ask(self, name: str, arguments: dict[str, Any] | None = None, patience: float = PATIENCE_S) -> Reply | None:
        """Send a command; its reply, or None when the twin does not answer in `patience` seconds."""
        command = Command(uuid4().hex, name, msgspec.Raw(msgspec.json.encode(arguments or {})))
        waiting = _Waiting()
        with self._lock:
            if self._post is None or len(self._waiting) >= MOST_WAITING:
                return None
            self._waiting[command.id] = waiting
        try:
            if not self._post.publish(command_topic(self._site), msgspec.json.encode(command), qos=1):
                return None
            waiting.come.wait(patience)
            return waiting.reply
        finally:
            with self._lock:
                self._waiting.pop(command.id, None)

    def _accept(self, _topic: str, payload: bytes, _retained: bool) -> None:
        try:
            reply = _reply.decode(payload)
        except msgspec.MsgspecError:
            return
        with self._lock:
            waiting = self._waiting.get(reply.id)
        if waiting:
            waiting.reply = reply
            waiting.come.set()


@lru_cache
def asker() -> Asker:
    """Give the asker of this process; it reaches nobody until it is connected."""
    return Asker(settings().site)
