"""From what tags sent and gateways heard to the MQTT messages of one upload interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.hospital.gateways import Gateways, Manner, manner_of
from twin.hospital.transmit import Sent
from twin.model import I32, Gateway
from twin.radio.encode import Health, Rows, encode_payload

COARSE = 2.0
"""Seconds; over longer steps every gateway keeps only the latest frame of a tag."""
REPEATED = 0.004
"""Share of the messages at QoS 1 that come twice."""
STRANGERS = 0.04
"""Foreign telephones heard by a gateway in a second, on average."""
MOST_STRANGERS = 3
MOST_ROWS = 1000
"""Rows a gateway packs into one message; what is more goes into another (an MG4 buffers 1,080)."""


class Message(NamedTuple):
    """What one gateway publishes."""

    topic: str
    payload: bytes
    qos: int


class Heard(NamedTuple):
    """Receptions: which transmission, by which gateway, RSSI in dBm."""

    which: I32
    gateway: I32
    rssi: I32


class Uploads:
    """The upload side of all gateways. Holds settings only, so it is never saved."""

    def __init__(self, gateways: Sequence[Gateway], macs: Sequence[str]) -> None:
        self._gateways = gateways
        self._manners = [manner_of(gateway) for gateway in gateways]
        self._filters = np.array([manner.filters for manner in self._manners])
        self._macs = np.array(macs, object)

    def messages(
        self, begin: float, end: float, sent: Sent, heard: Heard, state: Gateways, rng: np.random.Generator
    ) -> list[Message]:
        """All uploads for what was heard from `begin` to `end`; silent gateways upload nothing."""
        count = len(self._gateways)
        which, by, rssi = self._sorted(sent, heard, self._filters | (end - begin > COARSE))
        cuts = np.searchsorted(by, np.arange(count + 1)).tolist()
        shift = np.array([state.clock(gateway, end) - end for gateway in range(count)])
        numbers = which.tolist()
        batch = _Batch(
            self._macs[sent.tag[which]].tolist(), rssi.tolist(), (sent.t[which] + shift[by]).tolist(),
            [sent.raw[n] for n in numbers], numbers,
        )  # fmt: skip
        strangers = rng.poisson(STRANGERS * (end - begin), count).clip(max=MOST_STRANGERS).tolist()
        free = rng.integers(60, 90, count).tolist()
        twice = rng.random(count) < REPEATED
        messages: list[Message] = []
        for gateway in np.flatnonzero(state.awake(end)).tolist():
            now = end + float(shift[gateway])
            first, beyond = cuts[gateway], cuts[gateway + 1]
            for start in range(first, max(beyond, first + 1), MOST_ROWS):
                rows = batch.cut(start, min(start + MOST_ROWS, beyond))
                if start == first:
                    _add_strangers(rows, strangers[gateway], now, rng)
                message = self._message(gateway, now, rows, sent, free[gateway])
                messages += [message] * (2 if message.qos and twice[gateway] else 1)
        return messages

    def _sorted(self, sent: Sent, heard: Heard, filters: np.ndarray) -> tuple[I32, I32, I32]:
        """By gateway, then time; gateways that filter keep the latest frame of a tag."""
        kept = sent.last[heard.which] | ~filters[heard.gateway]
        which, by, rssi = heard.which[kept], heard.gateway[kept], heard.rssi[kept]
        order = np.argsort(by.astype(np.int64) << 32 | which, kind="stable")
        return which[order], by[order], rssi[order]

    def _message(self, number: int, now: float, rows: _Batch, sent: Sent, free: int) -> Message:
        gateway, manner = self._gateways[number], self._manners[number]
        values = {n: v for n, w in enumerate(rows.which) if (v := sent.values[w])} if manner.decodes else {}
        packed = Rows(rows.macs, rows.rssi, rows.times, rows.raw, values)
        health = Health(free, round(0.05 + 0.0005 * len(rows.macs), 2))
        return Message(gateway.topic, encode_payload(_form(manner), gateway.mac, now, packed, health), manner.qos)


class _Batch(NamedTuple):
    """Rows as parallel lists; `which` numbers the transmission and is shorter when strangers follow."""

    macs: list[str]
    rssi: list[int]
    times: list[float]
    raw: list[str]
    which: list[int]

    def cut(self, start: int, stop: int) -> _Batch:
        """Some of the rows, copied."""
        part = slice(start, stop)
        return _Batch(self.macs[part], self.rssi[part], self.times[part], self.raw[part], self.which[part])


def _add_strangers(rows: _Batch, count: int, now: float, rng: np.random.Generator) -> None:
    for _ in range(count):
        rows.macs.append(_random_mac(rng))
        rows.rssi.append(int(rng.integers(-95, -60)))
        rows.times.append(now)
        rows.raw.append(_phone(rng))


def _form(manner: Manner) -> str:
    return "g1" if manner.decodes else manner.form


def _random_mac(rng: np.random.Generator) -> str:
    """A random static address, as telephones use: the two highest bits are set."""
    octets = bytearray(rng.bytes(6))
    octets[0] |= 0xC0
    return octets.hex().upper()


def _phone(rng: np.random.Generator) -> str:
    return f"02011a0bff4c001006{rng.bytes(6).hex()}"
