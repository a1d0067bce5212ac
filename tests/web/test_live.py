from __future__ import annotations

import threading
import time

import pytest

from twin.web.live import Hub


def hub(streams: int = 2) -> Hub:
    return Hub("demo", streams)


def test_keeps_only_the_newest_of_each_topic():
    here = hub()
    for k in range(3):
        here.accept("wardlight/demo/frame/1", b"%d" % k)
        here.accept("wardlight/demo/summary", b"s%d" % k)
    assert here.newest("frame/1").payload == b"2"  # pyright: ignore[reportOptionalMemberAccess]
    assert [name for name, _ in here.news(("frame/1", "summary"), 0)] == ["frame/1", "summary"]
    assert here.news(("frame/1", "summary"), 6) == []
    assert here.levels() == [1]


@pytest.mark.parametrize(
    "topic", ["wardlight/demo/clock", "wardlight/other/summary", "wardlight/demo/frame/x", "summaryy"]
)
def test_ignores_what_no_screen_shows(topic: str):
    here = hub()
    here.accept(topic, b"x")
    assert here.news(("clock", "summary", "frame/x"), 0) == []


def test_an_empty_retained_message_takes_the_topic_away():
    here = hub()
    here.accept("wardlight/demo/frame/0", b"x")
    here.accept("wardlight/demo/frame/0", b"")
    assert here.newest("frame/0") is None


def test_waiting_ends_with_news_or_with_time():
    here = hub()
    began = time.monotonic()
    assert here.wait(("summary",), 0, 0.05) == []
    threading.Timer(0.05, here.accept, ("wardlight/demo/summary", b"s")).start()
    assert [name for name, _ in here.wait(("summary",), 0, 5.0)] == ["summary"]
    assert time.monotonic() - began < 3


def test_the_same_bytes_have_the_same_tag_in_every_worker():
    one, other = hub(), hub()
    other.accept("wardlight/demo/health", b"x")
    for here in (one, other):
        here.accept("wardlight/demo/summary", b"same")
    assert one.newest("summary").tag == other.newest("summary").tag  # pyright: ignore[reportOptionalMemberAccess]


def test_streams_are_limited_and_refused_when_closing():
    here = hub(streams=2)
    assert [here.admit() for _ in range(3)] == [True, True, False]
    here.release()
    assert here.admit()
    here.release()
    here.closing = True
    assert not here.admit()
