"""Asking the twin from a web worker."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import msgspec

from twin.bus import command_topic, reply_topic
from twin.commands import Desk, Done, Nothing
from twin.web.command import MOST_WAITING, Asker


class Post:
    """A bus with a twin behind it, which may be deaf."""

    def __init__(self, *, deaf: bool = False, connected: bool = True, delay: float = 0.0) -> None:
        self.desk = Desk(Counter())
        self.desk.on("hello", Nothing, lambda _: Done("good day"))
        self.deaf, self.connected, self.delay = deaf, connected, delay
        self.handler: Any = None

    def subscribe(self, pattern: str, handler: Any) -> None:
        assert pattern == reply_topic("s")
        self.handler = handler

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 0) -> bool:
        assert topic == command_topic("s")
        assert not retain
        if self.connected and not self.deaf:
            reply = self.desk.take(payload)
            for twice in range(2):
                threading.Timer(self.delay * (1 + twice), self.handler, (reply_topic("s"), reply, False)).start()
        return self.connected


def asker(post: Post) -> Asker:
    made = Asker("s")
    made.connect(post)
    return made


def test_a_reply_finds_who_asked():
    reply = asker(Post(delay=0.01)).ask("hello")
    assert reply is not None
    assert (reply.ok, reply.text) == (True, "good day")


def test_a_twin_that_does_not_answer_is_none_in_time():
    began = time.monotonic()
    assert asker(Post(deaf=True)).ask("hello", patience=0.1) is None
    assert asker(Post(connected=False)).ask("hello", patience=5) is None
    assert Asker("s").ask("hello", patience=5) is None
    assert time.monotonic() - began < 1.0


def test_replies_to_others_and_nonsense_are_passed_over():
    post = Post(deaf=True)
    one = asker(post)
    post.handler(reply_topic("s"), b"{", False)
    post.handler(reply_topic("s"), msgspec.json.encode({"id": "other", "ok": True}), False)
    assert one.ask("hello", patience=0.05) is None


def test_no_more_wait_than_threads_allow():
    one = asker(Post(deaf=True))
    threads = [threading.Thread(target=one.ask, args=("hello", None, 2.0)) for _ in range(MOST_WAITING)]
    for thread in threads:
        thread.start()
    while len(one._waiting) < MOST_WAITING:
        time.sleep(0.001)
    began = time.monotonic()
    assert one.ask("hello", patience=5) is None
    assert time.monotonic() - began < 1.0
    for thread in threads:
        thread.join()
