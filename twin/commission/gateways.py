"""A gateway list as somebody has just typed it: checked line by line before it is used or written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from twin.model import Gateway
from twin.radio import topic_gateway
from twin.rights import covers
from twin.site import Site
from twin.site.registers import Fault, check_gateways, normal_mac

MOST_GATEWAYS = 2000

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Row(msgspec.Struct, frozen=True):
    """One line as it was typed; the columns of gateways.csv."""

    gateway_id: Text
    name: Text
    model: Text
    floor: Text
    x: Text
    y: Text
    z: Text
    topic: Text


Rows = Annotated[list[Row], msgspec.Meta(max_length=MOST_GATEWAYS)]


def check(site: Site, rows: Sequence[Row], patterns: Sequence[str]) -> tuple[tuple[Gateway, ...], list[Fault]]:
    """The gateways of these rows, and all that is wrong with them; lines count from 1.

    Besides what holds for every list, the twin must listen to a gateway's topic (`patterns`), and a
    MAC in the topic must be the gateway's own.
    """
    cells = [{name: value.strip() for name, value in msgspec.structs.asdict(row).items()} for row in rows]
    gateways, faults = check_gateways(site, enumerate(cells, 1))
    marked = {(fault.line, fault.column) for fault in faults}
    for line, row in enumerate(cells, 1):
        if not row["name"].isprintable() or not row["model"].isprintable():
            faults.append(Fault(line, "name", "has a name or model with characters that cannot be printed"))
        text = _not_heard(row["topic"], normal_mac(row["gateway_id"]), patterns)
        if text and not {(line, "topic"), (line, "gateway_id")} & marked:
            faults.append(Fault(line, "topic", text))
    return gateways, sorted(faults)


def _not_heard(topic: str, mac: str, patterns: Sequence[str]) -> str:
    """Why the twin would not hear this gateway on its topic; "" when it would."""
    if not any(covers(pattern, topic) for pattern in patterns):
        return f"the twin does not listen to topic {topic!r}; it listens to {', '.join(patterns)}"
    named = topic_gateway(topic, tuple(patterns))
    if named is not None and named != mac:
        return f"topic {topic!r} names gateway {named}, not {mac}"
    return ""
