"""Advertisements: the walk through their AD structures, and which decoder reads which."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from twin.radio.eddystone import decode_feaa
from twin.radio.ffe1 import decode_ffe1
from twin.radio.fff1 import Fff1Scan, decode_fff1_beacon, decode_fff1_scan
from twin.radio.fields import text
from twin.radio.frames import Frame
from twin.radio.ibeacon import decode_apple
from twin.radio.minew import decode_minew

_UUID_LIST = 0x03
_SHORT_NAME, _NAME = 0x08, 0x09
_SERVICE_DATA = 0x16
_MANUFACTURER = 0xFF
_FFF1_UUID = b"\xf1\xff"


def decode_advertisement(raw: bytes | str) -> tuple[Frame, ...]:
    """Every recognised frame of an advertisement, in order.

    Args:
        raw: the AD structures, without address, as bytes or hex digits of either case.

    Returns:
        Frames; empty when nothing is recognised or `raw` is not hex. Never raises.
    """
    if isinstance(raw, str):
        try:
            raw = bytes.fromhex(raw)
        except ValueError:
            return ()
    frames: list[Frame] = []
    name = ""
    fff1 = False
    for kind, data in structures(raw):
        frame = None
        if kind in (_SERVICE_DATA, _MANUFACTURER):
            decode = _DECODERS.get((kind, data[:2]))
            if decode is not None:
                frame = decode(data[2:])
            elif fff1 and kind == _SERVICE_DATA:
                frame = decode_fff1_scan(data[2:]) if data[:2] == _FFF1_UUID else decode_fff1_beacon(data)
        elif kind == _UUID_LIST:
            fff1 = data == _FFF1_UUID
        elif kind in (_SHORT_NAME, _NAME):
            name = text(data)
        if frame is not None:
            frames.append(frame)
    return _named(frames, name) if name and fff1 else tuple(frames)


def structures(raw: bytes) -> list[tuple[int, bytes]]:
    """Type and data of each whole AD structure; a length of 0 or a cut structure ends the walk."""
    found = []
    at, last = 0, len(raw) - 1
    while at < last:
        size = raw[at]
        end = at + size
        if size == 0 or end > last:
            break
        found.append((raw[at + 1], raw[at + 2 : end + 1]))
        at = end + 1
    return found


def signature(raw: str) -> str:
    """What an unrecognised advertisement looks like: type and first bytes of its telling structure.

    Frames of one kind share a signature, so that unknown ones can be counted by kind.
    """
    try:
        found = structures(bytes.fromhex(raw))
    except ValueError:
        return "not hex"
    telling = [(kind, data) for kind, data in found if kind in (_SERVICE_DATA, _MANUFACTURER)]
    for kind, data in telling or found[-1:]:
        return f"{kind:02X} {data[:4].hex().upper()}".strip()
    return "empty"


def _named(frames: list[Frame], name: str) -> tuple[Frame, ...]:
    """The FFF1 scan response carries the tag's name in a structure of its own."""
    return tuple(
        replace(frame, name=name) if isinstance(frame, Fff1Scan) and frame.name is None else frame for frame in frames
    )


_DECODERS: dict[tuple[int, bytes], Callable[[bytes], Frame | None]] = {
    (_SERVICE_DATA, b"\xe1\xff"): decode_ffe1,
    (_SERVICE_DATA, b"\xaa\xfe"): decode_feaa,
    (_MANUFACTURER, b"\x39\x06"): decode_minew,
    (_MANUFACTURER, b"\x4c\x00"): decode_apple,
}
"""By AD type and the UUID or company id, as they lie in the bytes."""
