"""`python -m twin decode`: frames and gateway messages, one JSON object a line, to what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder, encode
from msgspec.structs import replace

from twin.radio.adv import decode_advertisement
from twin.radio.binary_forms import binary_long_gateway, binary_long_packets
from twin.radio.describe import describe_packets, describe_response, describe_upload, frames_json
from twin.radio.eddystone import decode_feaa
from twin.radio.ffe1 import decode_ffe1
from twin.radio.frames import Frame
from twin.radio.ibeacon import decode_apple
from twin.radio.mac import mac_of
from twin.radio.minew import decode_minew
from twin.radio.read import read_upload
from twin.radio.recording import Message, describe_recording
from twin.radio.upload import Refusal, Response, Upload

_NOWHERE = "0" * 12
"""Stands for the gateway of a message that comes without topic and names none."""


class Case(Struct):
    """One line of input: `kind` and what it needs; without `kind`, what is there tells it."""

    kind: str | None = None
    frame_hex: str | None = None
    payload: Raw = Raw()
    payload_text: str | None = None
    topic: str = ""
    messages: list[Message] | None = None


class CaseError(Exception):
    """The line cannot be decoded; the message says why."""


def run(lines: Iterable[str]) -> Iterator[str]:
    """Decode each line that is not blank.

    Args:
        lines: JSON objects with `kind` and `frame_hex`, `payload`, `payload_text` or `messages`,
            perhaps `topic`.

    Yields:
        A JSON object a line: `{"decoded": ...}`, or `{"error": "..."}` where there is nothing
        that could be decoded. An advertisement in which nothing is recognised decodes to [].
    """
    for line in lines:
        if line.strip():
            yield encode(_answer(line)).decode()


def _answer(line: str) -> dict[str, Any]:
    try:
        case = _CASE.decode(line)
        return {"decoded": _decode(case)}
    except CaseError as error:
        return {"error": str(error)}
    except (DecodeError, RecursionError, UnicodeError) as error:
        return {"error": f"bad line: {error}"}


def _decode(case: Case) -> object:
    kind = case.kind or _guess_kind(case)
    if kind in _FRAMES:
        return frames_json(_FRAMES[kind](_hex(case)))
    if kind == "gateway_recording":
        return describe_recording(_messages(case))
    if kind == "gateway_binary":
        return _message(_hex(case), case.topic)
    if kind in ("gateway_json", "gateway_text"):
        return _message(_payload(case), case.topic)
    raise CaseError(f"no such kind: {kind!r}; use one of {', '.join((*_FRAMES, *_MESSAGES))}")


def _guess_kind(case: Case) -> str:
    if case.messages is not None:
        return "gateway_recording"
    if bytes(case.payload) or case.payload_text is not None:
        return "gateway_json"
    return "adv"


def _hex(case: Case) -> bytes:
    if case.frame_hex is None:
        raise CaseError("frame_hex is missing")
    try:
        return bytes.fromhex(case.frame_hex)
    except ValueError as error:
        raise CaseError(f"frame_hex is not hex: {error}") from None


def _payload(case: Case) -> bytes:
    if case.payload_text is not None:
        return case.payload_text.encode("utf-8", "replace")
    if not bytes(case.payload):
        raise CaseError("payload is missing")
    return bytes(case.payload)


def _messages(case: Case) -> list[Message]:
    if case.messages is not None:
        return case.messages
    return _MESSAGE_LIST.decode(_payload(case))


def _message(payload: bytes, topic: str) -> dict[str, Any]:
    named = next(filter(None, map(mac_of, topic.split("/"))), None)
    read = read_upload(topic, payload, 0.0, named)
    if isinstance(read, Refusal) and read.reason == "no-gateway":
        read = read_upload(topic, payload, 0.0, _NOWHERE)
        read = replace(read, gateway="") if isinstance(read, Upload) else read
    if isinstance(read, Refusal):
        raise CaseError(f"{read.reason}: {read.detail}")
    if isinstance(read, Response):
        return describe_response(read)
    if read.form == "binary-long":
        return describe_packets(binary_long_gateway(payload), binary_long_packets(payload))
    return describe_upload(read)


_FRAMES: dict[str, Callable[[bytes], Iterable[Frame | None]]] = {
    "adv": decode_advertisement,
    "svc_ffe1": lambda data: (decode_ffe1(data),),
    "svc_feaa": lambda data: (decode_feaa(data),),
    "mfr_0639": lambda data: (decode_minew(data),),
    "mfr_004c": lambda data: (decode_apple(data),),
}
_MESSAGES = ("gateway_json", "gateway_text", "gateway_binary", "gateway_recording")
_CASE = Decoder(Case)
_MESSAGE_LIST = Decoder(list[Message])
