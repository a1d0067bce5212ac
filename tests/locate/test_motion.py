"""What tags said last of their own movement."""

from __future__ import annotations

from twin.locate.motion import HOLDS_S, MotionMemory
from twin.model import Motion


def test_the_newest_report_counts_and_holds_for_a_while():
    memory = MotionMemory(3)
    assert memory.step(0.0, []).tolist() == [Motion.UNKNOWN] * 3
    assert memory.step(1.0, [(0, True), (1, False)]).tolist() == [Motion.MOVING, Motion.STILL, Motion.UNKNOWN]
    assert memory.step(2.0, [(0, False)]).tolist() == [Motion.STILL, Motion.STILL, Motion.UNKNOWN]
    assert memory.step(1.0 + HOLDS_S, []).tolist() == [Motion.STILL, Motion.STILL, Motion.UNKNOWN]
    assert memory.step(1.1 + HOLDS_S, []).tolist() == [Motion.STILL, Motion.UNKNOWN, Motion.UNKNOWN]
    assert memory.step(99.0 + HOLDS_S, []).tolist() == [Motion.UNKNOWN] * 3


def test_two_reports_of_one_tick_the_later_one_counts():
    assert MotionMemory(1).step(0.0, [(0, False), (0, True)]).tolist() == [Motion.MOVING]


def test_an_answer_is_a_copy():
    memory = MotionMemory(1)
    first = memory.step(0.0, [(0, True)])
    memory.step(1.0, [(0, False)])
    assert first.tolist() == [Motion.MOVING]
