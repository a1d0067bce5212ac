"""The door of the room: which form a payload has, and a counted refusal instead of an exception."""

from __future__ import annotations

from twin.radio.binary_forms import read_binary_long, read_connect
from twin.radio.json_forms import read_json
from twin.radio.upload import MAX_PAYLOAD, Refusal, Response, Unusable, Upload

_SAMPLE = 120


def read_upload(
    topic: str,
    payload: bytes,
    received_at: float,
    gateway_of_topic: str | None,
    max_payload: int = MAX_PAYLOAD,
) -> Upload | Response | Refusal:
    """Read one MQTT message of a gateway. Never raises.

    Args:
        topic: where it came; only told in a refusal.
        payload: its bytes, in any of the forms that Minew gateways send.
        received_at: server time of its arrival, POSIX seconds UTC.
        gateway_of_topic: MAC that the topic belongs to (`topic_gateway`); None when it names none.
        max_payload: bytes beyond which a message is refused unread.

    Returns:
        The rows, a gateway's answer to a command, or why the message cannot be used.
    """
    try:
        if len(payload) > max_payload:
            raise Unusable("too-large", f"{len(payload)} bytes; at most {max_payload} are read")
        if payload[:1] != b"\xbb":
            return read_json(payload, received_at, gateway_of_topic)
        return _read_binary(payload, received_at, gateway_of_topic)
    except Unusable as why:
        return Refusal(why.reason, why.detail, topic, _sample(payload))


def _read_binary(payload: bytes, received_at: float, gateway_of_topic: str | None) -> Upload:
    form = payload[1:2]
    if form == b"\x01":
        return read_binary_long(payload, received_at, gateway_of_topic)
    if form == b"\x02":
        return read_connect(payload, received_at, gateway_of_topic)
    if form == b"\x00":
        raise Unusable("binary-short", "the layout of BINARY-SHORT is not public; set the gateway to a LONG form")
    raise Unusable("unknown-form", f"begins with {payload[:2].hex(' ').upper()}")


def _sample(payload: bytes) -> str:
    head = bytes(payload[:_SAMPLE])
    return head.hex() if head[:1] == b"\xbb" else head.decode("utf-8", "replace")
