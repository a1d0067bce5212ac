"""The uploads that are not JSON: BINARY-LONG and MINEW-CONNECT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from twin.radio import fields
from twin.radio.json_rows import RSSI_RANGE
from twin.radio.upload import ABSENT, Unusable, Upload

_LONG_HEAD = 14
_LONG_END = 0xDD
_SCAN_RESPONSE = 0b001
_RANDOM_ADDRESS = 0b110
_CONNECT_HEAD = 20
_CONNECT_MARK = b"\x84\x3e"
_CONNECT_ROW = 10


class Packet(NamedTuple):
    """One reception. `rssi` in dBm, 0 = absent."""

    mac: str
    response: int
    """BINARY-LONG: bits 1-2 = random address, bit 0 = scan response. MINEW-CONNECT: the flags."""
    rssi: int
    adv: bytes

    @property
    def random_address(self) -> bool:
        """Whether the transmitter invented its address (BINARY-LONG only)."""
        return bool(self.response & _RANDOM_ADDRESS)

    @property
    def scan_response(self) -> bool:
        """Whether the transmitter was asked for these bytes (BINARY-LONG only)."""
        return bool(self.response & _SCAN_RESPONSE)


def read_binary_long(payload: bytes, received_at: float, gateway_of_topic: str | None) -> Upload:
    """Read a BINARY-LONG upload (`BB 01`). It has no times: every row counts as heard on arrival.

    Raises:
        Unusable: the lengths do not add up, or it names another gateway than its topic.
    """
    gateway = binary_long_gateway(payload)
    if gateway_of_topic and gateway != gateway_of_topic:
        raise Unusable("wrong-gateway", f"the payload names {gateway}, its topic {gateway_of_topic}")
    return _upload(gateway, "binary-long", received_at, list(binary_long_packets(payload)), {})


def binary_long_gateway(payload: bytes) -> str:
    """MAC of the gateway that sent a BINARY-LONG upload.

    Raises:
        Unusable: the frame around the rows is broken.
    """
    if len(payload) <= _LONG_HEAD:
        raise Unusable("bad-binary", f"only {len(payload)} bytes")
    length = int.from_bytes(payload[2:6], "big")
    if length != len(payload):
        raise Unusable("bad-binary", f"says {length} bytes, has {len(payload)}")
    if payload[-1] != _LONG_END:
        raise Unusable("bad-binary", f"ends with {payload[-1]:02X}, not DD")
    return payload[6:12].hex().upper()


def binary_long_packets(payload: bytes) -> Iterator[Packet]:
    """Every packet of a BINARY-LONG upload whose frame is sound.

    Raises:
        Unusable: a row runs over the end, or bytes are left behind the last.
    """
    at, end = _LONG_HEAD, len(payload) - 1
    for _ in range(int.from_bytes(payload[12:14], "big")):
        if at + 8 > end:
            raise Unusable("bad-binary", "cut within a transmitter")
        mac = payload[at : at + 6].hex().upper()
        count = int.from_bytes(payload[at + 6 : at + 8], "big")
        at += 8
        for _ in range(count):
            size = payload[at]
            if at + size + 3 > end:
                raise Unusable("bad-binary", "cut within a packet")
            response, rssi = payload[at + 1 + size], _rssi(payload[at + 2 + size])
            yield Packet(mac, response, rssi, payload[at + 1 : at + 1 + size])
            at += size + 3
    if at != end:
        raise Unusable("bad-binary", f"{end - at} bytes behind the last packet")


def read_connect(payload: bytes, received_at: float, gateway_of_topic: str | None) -> Upload:
    """Read a MINEW-CONNECT upload (`BB 02`). It names no gateway and has no times.

    Raises:
        Unusable: the lengths do not add up, or the topic does not name the gateway.
    """
    packets, faults = connect_packets(payload)
    if not gateway_of_topic:
        raise Unusable("no-gateway", "this form names no gateway, and neither does the topic")
    return _upload(gateway_of_topic, "minew-connect", received_at, packets, faults)


def connect_packets(payload: bytes) -> tuple[list[Packet], dict[str, int]]:
    """The records of a MINEW-CONNECT upload, and the number of bad ones by reason.

    Raises:
        Unusable: the frame around the records is broken.
    """
    if len(payload) < _CONNECT_HEAD or payload[14:16] != _CONNECT_MARK:
        raise Unusable("bad-binary", "no MINEW-CONNECT head")
    for at, behind in ((6, 0), (10, 14), (16, _CONNECT_HEAD)):
        length = int.from_bytes(payload[at : at + 4], "little")
        if length != len(payload) - behind:
            raise Unusable("bad-binary", f"length at {at} says {length}, is {len(payload) - behind}")
    packets: list[Packet] = []
    bad = 0
    at = _CONNECT_HEAD
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 2], "little")
        record = payload[at + 2 : at + 2 + size]
        at += 2 + size
        if len(record) < max(size, _CONNECT_ROW) or len(record) < _CONNECT_ROW + record[9]:
            bad += 1
        else:
            adv = record[_CONNECT_ROW : _CONNECT_ROW + record[9]]
            packets.append(Packet(record[2:8].hex().upper(), record[1], _rssi(record[8]), adv))
    return packets, {"bad-record": bad} if bad else {}


def _rssi(byte: int) -> int:
    value = fields.signed(byte)
    return value if RSSI_RANGE[0] <= value <= RSSI_RANGE[1] else ABSENT


def _upload(gateway: str, form: str, received_at: float, packets: list[Packet], faults: dict[str, int]) -> Upload:
    return Upload(
        gateway,
        form,
        received_at,
        macs=[packet.mac for packet in packets],
        rssi=[packet.rssi for packet in packets],
        heard=[received_at] * len(packets),
        raw=[packet.adv.hex() for packet in packets],
        faults=faults,
    )
