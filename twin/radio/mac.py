"""MAC addresses: 12 upper-case hex digits without separators, whatever a gateway wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_MAC = re.compile(r"[0-9A-F]{12}", re.ASCII)


@lru_cache(maxsize=65536)
def normal_mac(text: str) -> str:
    """`text` without `:` and `-`, upper case; "" when that is not 12 hex digits."""
    mac = text.replace(":", "").replace("-", "").upper()
    return mac if _MAC.fullmatch(mac) else ""


def mac_of(value: object) -> str:
    """The MAC in any decoded JSON value; "" when it holds none."""
    return normal_mac(value) if isinstance(value, str) and len(value) <= 17 else ""


def topic_gateway(topic: str, patterns: Sequence[str]) -> str | None:
    """MAC of the gateway that may publish on `topic`.

    Args:
        topic: the topic of one message.
        patterns: topic filters; the level at their `+` names the gateway.

    Returns:
        The MAC, or None when no pattern matches or the level at `+` is not a MAC.
    """
    return _topic_gateway(topic, tuple(patterns))


@lru_cache(maxsize=16384)
def _topic_gateway(topic: str, patterns: tuple[str, ...]) -> str | None:
    levels = topic.split("/")
    for pattern in patterns:
        wanted = pattern.split("/")
        if len(wanted) == len(levels) and all(w in ("+", have) for w, have in zip(wanted, levels, strict=True)):
            for want, have in zip(wanted, levels, strict=True):
                if want == "+" and (mac := mac_of(have)):
                    return mac
    return None
