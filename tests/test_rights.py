from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from twin.rights import covers, gateway_rights, meter_rights, simulator_rights, twin_rights, web_rights

LEVEL = st.sampled_from(["", "gw", "a", "b"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join)
PATTERN = st.builds(
    lambda levels, end: "/".join([*levels, *end]),
    st.lists(st.one_of(LEVEL, st.just("+")), min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
)


@given(PATTERN, PATTERN, TOPIC)
def test_what_covers_a_pattern_matches_all_that_the_pattern_matches(allowed: str, asked: str, topic: str) -> None:
    if covers(allowed, asked) and topic_matches_sub(asked, topic):
        assert topic_matches_sub(allowed, topic)


@given(PATTERN, TOPIC)
def test_covering_a_plain_topic_is_matching_it(allowed: str, topic: str) -> None:
    assert covers(allowed, topic) == topic_matches_sub(allowed, topic)


PATTERNS = ("/gw/+/status", "mg3/+/status", "floor2/gateways")


def test_a_gateway_writes_its_own_topics_in_either_case_and_reads_only_its_commands() -> None:
    mine = gateway_rights("AC233F000001", PATTERNS, None)
    for topic in ("/gw/ac233f000001/status", "mg3/AC233F000001/status", "/gw/ac233f000001/action/response"):
        assert mine.may_write(topic)
    for topic in ("/gw/ac233f000002/status", "/gw/+/status", "floor2/gateways", "wardlight/demo/frame/0", "#"):
        assert not mine.may_write(topic)
    assert mine.may_read("/gw/ac233f000001/action")
    for pattern in ("#", "/gw/+/action", "/gw/ac233f000001/#", "/gw/ac233f000001/status", "wardlight/#", "$SYS/#"):
        assert not mine.may_read(pattern)


def test_a_gateway_on_a_topic_without_a_mac_may_write_it_when_the_gateway_list_says_so() -> None:
    assert gateway_rights("AC233F000001", PATTERNS, "floor2/gateways").may_write("floor2/gateways")


def test_our_own_processes_have_what_they_need_and_no_more() -> None:
    twin, web = twin_rights("s", PATTERNS), web_rights("s")
    simulator = simulator_rights("s", ["/gw/1/status"])
    assert twin.may_read("/gw/+/status")
    assert twin.may_write("wardlight/s/frame/0")
    assert not twin.may_write("/gw/1/status")
    assert web.may_read("wardlight/s/#")
    assert web.may_write("wardlight/s/command")
    assert not web.may_write("wardlight/s/frame/0")
    assert not web.may_read("wardlight/other/#")
    assert simulator.may_write("/gw/1/status")
    assert simulator.may_write("wardlight/s/clock")
    assert not simulator.may_write("/gw/2/status")
    for pattern in ("wardlight/s/summary", "wardlight/s/#", "/gw/1/status"):
        assert not simulator.may_read(pattern), "the simulator must not see what the twin concludes"


@pytest.mark.parametrize("pattern", ["#", "+/#", "/#"])
def test_no_pattern_reaches_the_brokers_own_topics(pattern: str) -> None:
    assert not covers(pattern, "$SYS/broker/clients")


METERED = ("zigbee2mqtt/+", "tele/+/SENSOR", "plant/all")


def test_a_meter_writes_its_own_topics_and_reads_only_its_commands() -> None:
    plug = meter_rights("plug-1", METERED)
    for topic in ("zigbee2mqtt/plug-1", "tele/plug-1/SENSOR", "tele/plug-1/LWT", "stat/plug-1/RESULT"):
        assert plug.may_write(topic)
    for topic in ("zigbee2mqtt/plug-2", "tele/plug-2/SENSOR", "plant/all", "zigbee2mqtt/bridge/state", "wardlight/s/x"):
        assert not plug.may_write(topic)
    assert plug.may_read("cmnd/plug-1/#")
    for pattern in ("#", "cmnd/+/#", "tele/plug-1/SENSOR", "zigbee2mqtt/#", "wardlight/#"):
        assert not plug.may_read(pattern)


def test_a_bridge_speaks_for_all_its_meters_and_for_nobody_else() -> None:
    bridge = meter_rights("zigbee2mqtt", METERED)
    assert bridge.may_write("zigbee2mqtt/bridge/state")
    assert bridge.may_write("zigbee2mqtt/plug-1")
    assert bridge.may_read("zigbee2mqtt/#")
    assert not bridge.may_write("tele/plug-1/SENSOR")
    assert not bridge.may_write("wardlight/s/command")
