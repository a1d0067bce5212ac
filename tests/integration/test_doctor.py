"""The doctor against a real broker with a stand-in for the twin."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import typer

from twin.bus import Bus, health_topic
from twin.settings import Settings
from twin.verbs import doctor as doctor_module

pytestmark = pytest.mark.integration
WELL = {"hop": "bus", "count": 7, "rate": 1.5, "dropped": 0, "age_s": 0.2, "well": True, "note": ""}
ILL = {**WELL, "hop": "history", "age_s": None, "well": False, "note": "disk full"}


@contextmanager
def reporter(settings: Settings, payload: bytes, retained_only: bool) -> Iterator[None]:
    """A twin that reports ten times a second, or one that left a retained report and is silent."""
    twin, done = Bus(settings, "twin", "twin"), threading.Event()

    def speak() -> None:
        while not done.wait(0.1):
            twin.publish(health_topic("demo"), payload)

    twin.start()
    assert twin.wait_connected(10)
    if retained_only:
        twin.publish(health_topic("demo"), payload, retain=True)
    else:
        threading.Thread(target=speak).start()
    yield
    done.set()
    twin.stop()


@pytest.fixture
def ask(mosquitto, monkeypatch, capsys):
    """Ask the doctor while a twin reports `payload`; exit code and output."""
    monkeypatch.setattr(doctor_module, "settings", mosquitto.settings)
    monkeypatch.setattr(doctor_module, "WAIT_S", 3.0)

    def asked(payload: bytes, *, retained_only: bool = False) -> tuple[int, str]:
        with reporter(mosquitto.settings(), payload, retained_only), pytest.raises(typer.Exit) as left:
            doctor_module.doctor()
        return left.value.exit_code, capsys.readouterr().out

    return asked


def report(*hops: dict[str, object]) -> bytes:
    return json.dumps({"t": 1.0, "hops": hops, "counters": {}}).encode()


def test_all_well_is_exit_0_with_a_line_a_hop(ask) -> None:
    code, out = ask(report(WELL, {**WELL, "hop": "radio"}))
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["ok", "bus"], ["ok", "radio"]]


def test_one_unwell_hop_is_exit_1_and_says_why(ask) -> None:
    code, out = ask(report(WELL, ILL))
    assert code == 1
    assert "UNWELL  history" in out
    assert "never  disk full" in out


def test_what_a_dead_twin_left_behind_is_not_believed(ask) -> None:
    code, out = ask(report(WELL), retained_only=True)
    assert code == 1
    assert "says nothing" in out


def test_nonsense_on_the_topic_is_said_and_not_raised(ask) -> None:
    code, out = ask(b"{}")
    assert code == 1
    assert "not a health report" in out


def test_no_broker_is_said_with_its_remedy(ask, mosquitto, monkeypatch, capsys) -> None:
    mosquitto.kill()
    with pytest.raises(typer.Exit) as left:
        doctor_module.doctor()
    assert left.value.exit_code == 1
    assert "Nothing listens" in capsys.readouterr().out
