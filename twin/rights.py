"""Who may publish and read what on the embedded broker. Pure rules; nothing here talks MQTT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Rights(NamedTuple):
    """Topic patterns that an account may write to, and that it may read."""

    write: frozenset[str]
    """Exact topics and patterns."""
    read: frozenset[str]

    def may_write(self, topic: str) -> bool:
        """Whether a message may be published on `topic`."""
        return topic in self.write or any(covers(pattern, topic) for pattern in self.write)

    def may_read(self, pattern: str) -> bool:
        """Whether all topics that match `pattern` may be read."""
        return pattern in self.read or any(covers(allowed, pattern) for allowed in self.read)


NOTHING = Rights(frozenset(), frozenset())


def covers(allowed: str, asked: str) -> bool:
    """Whether every topic that matches the pattern `asked` matches `allowed` as well."""
    a, b = allowed.split("/"), asked.split("/")
    if asked.startswith("$") != allowed.startswith("$"):
        return False
    for i, level in enumerate(a):
        if level == "#":
            return True
        if i >= len(b) or b[i] == "#" or (level not in ("+", b[i])):
            return False
    return len(a) == len(b)


def twin_rights(site: str, senders: Iterable[str]) -> Rights:
    """The engine: reads the gateways, the meters and commands, writes everything of its site."""
    return Rights(
        frozenset({f"wardlight/{site}/#"}),
        frozenset({*senders, f"wardlight/{site}/clock", f"wardlight/{site}/command"}),
    )


def web_rights(site: str) -> Rights:
    """The web workers: read everything of the site, write only commands."""
    return Rights(frozenset({f"wardlight/{site}/command"}), frozenset({f"wardlight/{site}/#"}))


def simulator_rights(site: str, topics: Iterable[str]) -> Rights:
    """The simulated hospital: writes for its gateways and meters and its clock, reads the pace."""
    return Rights(frozenset({*topics, f"wardlight/{site}/clock"}), frozenset({f"wardlight/{site}/pace"}))


def gateway_rights(mac: str, patterns: Sequence[str], own_topic: str | None) -> Rights:
    """One gateway: writes its own data and response topics, reads its own action topic.

    Args:
        mac: 12 hex digits; the topics may hold it in upper or lower case.
        patterns: The site's gateway topics, `+` where the MAC is.
        own_topic: The topic that the gateway list gives it, for topics without a MAC.
    """
    write = {own_topic} if own_topic else set()
    read = set()
    for pattern in patterns:
        before, plus, _ = pattern.partition("+")
        if not plus:
            continue
        for written in (mac.upper(), mac.lower()):
            base = before + written
            write |= {pattern.replace("+", written), f"{base}/response", f"{base}/action/response"}
            read.add(f"{base}/action")
    return Rights(frozenset(write), frozenset(read))


def meter_rights(name: str, patterns: Sequence[str]) -> Rights:
    """One meter, or one bridge that speaks for many.

    Args:
        name: What its token was made for: no MAC, no `/`, `+` or `#` in it. A bridge's is the root of its
            topics: "zigbee2mqtt" for `zigbee2mqtt/+`.
        patterns: The site's meter topics, `+` where the name is.
    """
    write: set[str] = set()
    read: set[str] = set()
    for pattern in patterns:
        before, plus, after = pattern.partition("+")
        if not plus:
            continue
        if before == f"{name}/":
            write.add(f"{name}/#")
            read.add(f"{name}/#")
        else:
            write.add(f"{before}{name}{after}")
        if before == "tele/":
            # A Tasmota device tells its state beside its measurements, and its last will is one of them.
            write |= {f"tele/{name}/#", f"stat/{name}/#"}
            read.add(f"cmnd/{name}/#")
    return Rights(frozenset(write), frozenset(read))
