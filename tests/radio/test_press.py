"""Presses: a slot heard again after a quiet time."""

from __future__ import annotations

from twin.model import Press
from twin.radio.eddystone import EddystoneUid
from twin.radio.ibeacon import IBeacon
from twin.radio.press import ANY_BEACON, DOUBLE, SINGLE, BeaconSelector, PressDetector

BEACON = IBeacon("FDA50693A4E24FB1AFCFC6EB07647825", 1, 2, -59)


def test_one_burst_is_one_press() -> None:
    detector = PressDetector(quiet=30.0)
    assert detector.match(5, "ibeacon", 100.0) == Press(5, 100.0, "ibeacon")
    assert [detector.match(5, "ibeacon", t) for t in (100.5, 103.0, 132.9, 160.0, 190.0)] == [None] * 5
    assert detector.match(5, "ibeacon", 220.1) == Press(5, 220.1, "ibeacon")


def test_several_gateways_make_no_second_press() -> None:
    detector = PressDetector(quiet=30.0)
    hearings = [100.0, 99.4, 100.3, 99.9, 131.0, 130.5]
    assert sum(detector.match(1, "ibeacon", t) is not None for t in hearings) == 2 - 1 + (131.0 - 100.3 > 30.0)


def test_tags_and_patterns_are_apart() -> None:
    detector = PressDetector()
    assert detector.match(1, "single", 10.0)
    assert detector.match(1, "double", 10.0)
    assert detector.match(2, "single", 10.0)
    assert detector.match(2, "single", 11.0) is None


def test_late_receptions_change_nothing() -> None:
    detector = PressDetector(quiet=30.0)
    assert detector.match(1, "single", 1000.0)
    assert detector.match(1, "single", 400.0) is None
    assert detector.match(1, "single", 1030.5)


def test_a_press_known_from_before_a_restart_does_not_count_again() -> None:
    detector = PressDetector(quiet=30.0)
    detector.resume(1, "ibeacon", 100.0)
    assert detector.match(1, "ibeacon", 120.0) is None
    assert detector.match(1, "ibeacon", 151.0)


def test_selectors() -> None:
    assert ANY_BEACON.matches(BEACON)
    assert BeaconSelector("x", BEACON.uuid, 1, 2).matches(BEACON)
    assert not BeaconSelector("x", BEACON.uuid, 1, 3).matches(BEACON)
    assert not BeaconSelector("x", "0" * 32).matches(BEACON)
    uid = EddystoneUid(-24, "496f49445554462d3332", "00000001f915")
    assert SINGLE.matches(uid)
    assert not DOUBLE.matches(uid)
    assert not ANY_BEACON.matches(uid)
    assert not SINGLE.matches(BEACON)
