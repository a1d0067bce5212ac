"""MACs and the topics that name them."""

from __future__ import annotations

import pytest

from twin.radio import normal_mac, topic_gateway

PATTERNS = ("/gw/+/status", "gw/+/status", "minew/+/status", "site/gateways/east")


@pytest.mark.parametrize(
    ("topic", "mac"),
    [
        ("/gw/ac233fc17756/status", "AC233FC17756"),
        ("gw/AC233FC17756/status", "AC233FC17756"),
        ("minew/ac:23:3f:c1:77:56/status", "AC233FC17756"),
        ("/gw/ac233fc17756/action", None),
        ("/gw/ac233fc17756/status/more", None),
        ("/gw/nobody/status", None),
        ("site/gateways/east", None),
        ("", None),
    ],
)
def test_topic_gateway(topic: str, mac: str | None) -> None:
    assert topic_gateway(topic, PATTERNS) == mac
    assert topic_gateway(topic, list(PATTERNS)) == mac


@pytest.mark.parametrize("text", ["", "AC233FC1775", "AC233FC177566", "AC233FC1775G", "AC 33FC17756"])
def test_no_mac(text: str) -> None:
    assert normal_mac(text) == ""
