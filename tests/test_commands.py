"""Commands: whatever comes is counted and answered."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from twin.commands import REMEMBERED, CommandError, Desk, Done, Nothing, Reply
from twin.site.registers import Fault


class Add(msgspec.Struct):
    a: int
    b: int


def make() -> tuple[Desk, Counter[str], list[int]]:
    counters: Counter[str] = Counter()
    desk, sums = Desk(counters), []

    def add(asked: Add) -> Done:
        sums.append(asked.a + asked.b)
        return Done("added", {"sum": sums[-1]})

    def refuse(_asked: Nothing) -> Done:
        raise CommandError("not today", [Fault(3, "x", "too far")])

    def fail(_asked: Nothing) -> Done:
        raise ZeroDivisionError

    def full(_asked: Nothing) -> Done:
        raise OSError(28, "No space left on device", "/a/file")

    desk.on("add", Add, add)
    for name, do in (("refuse", refuse), ("fail", fail), ("full", full)):
        desk.on(name, Nothing, do)
    return desk, counters, sums


def ask(desk: Desk, name: str, ident: str = "1", **arguments: object) -> Reply:
    return msgspec.json.decode(
        desk.take(msgspec.json.encode({"id": ident, "name": name, "arguments": arguments})), type=Reply
    )


def test_a_command_is_carried_out_and_answered():
    desk, counters, _ = make()
    assert ask(desk, "add", a=1, b=2) == Reply("1", True, "added", (), {"sum": 3})
    assert counters == {"commands.done": 1}


def test_a_command_that_comes_twice_is_carried_out_once():
    desk, _, sums = make()
    assert ask(desk, "add", a=1, b=2) == ask(desk, "add", a=1, b=2)
    assert sums == [3]
    for n in range(REMEMBERED + 5):
        ask(desk, "add", f"n{n}", a=n, b=0)
    assert len(desk._answered) == REMEMBERED


def test_what_is_wrong_is_said_and_counted():
    desk, counters, _ = make()
    refused = ask(desk, "refuse")
    assert (refused.ok, refused.text, refused.faults) == (False, "not today", (Fault(3, "x", "too far"),))
    assert "no command 'fly'" in ask(desk, "fly", "2").text
    assert "a" in ask(desk, "add", "3", a="one", b=2).text
    assert "log" in ask(desk, "fail", "4").text
    assert "No space left" in ask(desk, "full", "5").text
    assert counters == {"commands.refused": 3, "commands.failed": 2}


@given(st.one_of(st.binary(max_size=60), st.sampled_from([b'{"id":"","name":"add"}', b'{"id":1}', b"[]", b"\xff"])))
def test_anything_is_answered(payload: bytes):
    desk, counters, _ = make()
    reply = msgspec.json.decode(desk.take(payload), type=Reply)
    assert not reply.ok
    assert counters["commands.unreadable"] + counters["commands.refused"] == 1
