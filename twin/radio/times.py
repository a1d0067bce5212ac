"""Gateway times: reading them, and turning them into ages that a wrong clock cannot spoil."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import DecodeError
from msgspec.json import Decoder

YEAR_2020 = 1577836800.0
MAX_CLOCK_ERROR = 600.0
"""Seconds; a gateway further from the server than this has its clock wrong."""
MAX_AGE = 7 * 86400.0
"""Seconds; a row older than this by its own gateway's clock has a broken time, not a long delay."""

_MINUTE = len("2020-01-01T00:00:")
_EPOCH_SECONDS = (1e9, 1e10)
"""A number between these is taken for seconds, any other for milliseconds."""
_SECONDS = Decoder(list[float])


def parse_time(value: object) -> float | None:
    """POSIX seconds of a gateway's time stamp: ISO text, epoch milliseconds or seconds; else None."""
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return _parse_number(value)


def _parse_text(text: str) -> float | None:
    if text.isascii() and text.isdigit() and len(text) <= 16:
        return _parse_number(int(text))
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _parse_number(value: float) -> float | None:
    if not -1e15 < value < 1e15:
        return None
    return float(value) if _EPOCH_SECONDS[0] <= value < _EPOCH_SECONDS[1] else value / 1000


@lru_cache(maxsize=64)
def minute_start(prefix: str) -> float | None:
    """POSIX seconds at which the minute named by `2020-01-01T00:00:` begins; None when malformed."""
    return parse_time(prefix + "00Z") if len(prefix) == _MINUTE else None


def clock_state(gateway_now: float | None, received_at: float) -> str:
    """Whether a gateway's clock can be believed: "ok", "wrong" or "unknown" (it told no time)."""
    if gateway_now is None:
        return "unknown"
    if gateway_now < YEAR_2020 or abs(gateway_now - received_at) > MAX_CLOCK_ERROR:
        return "wrong"
    return "ok"


class Timing(NamedTuple):
    """When the rows of one message were heard, POSIX seconds of the server."""

    heard: list[float]
    now: float | None
    """The message's own "now" by the gateway's clock; None when it told no time."""
    broken: int = 0
    """How many row times had to be given up."""


def time_rows(stamps: Sequence[Any], header: float | None, received_at: float) -> Timing:
    """When each row was heard: `received_at` minus its age.

    A row's age is the message's "now", the latest of header and row times, minus the row's own
    time, all by the gateway's clock. A row without a believable time counts as heard on arrival.

    Args:
        stamps: the rows' time stamps in any form; None or "" = not given.
        header: the header's time, POSIX seconds by the gateway's clock.
        received_at: when the message came, POSIX seconds by the server's clock.
    """
    return _time_within_minute(stamps, header, received_at) or _time_one_by_one(stamps, header, received_at)


def _time_within_minute(stamps: Sequence[Any], header: float | None, received_at: float) -> Timing | None:
    """The usual case, quickly: UTC texts that lie in one minute. None whenever anything is unusual.

    What differs, the seconds, is cut out of all texts at once and read as one JSON array (with a
    1 before each, as JSON numbers may not begin with 0): four times faster than one by one.
    """
    try:
        joined = "".join(stamps)
        prefix = stamps[0][:_MINUTE]
        start = minute_start(prefix)
        seconds = _SECONDS.decode(f"[1{joined[_MINUTE:-1].replace('Z' + prefix, ',1')}]")
    except (TypeError, IndexError, DecodeError):
        return None
    if start is None or joined[-1:] != "Z" or len(seconds) != len(stamps):
        return None
    latest = max(seconds)
    if latest >= 161.0 or min(seconds) < 100.0:
        return None
    start -= 100.0
    now = start + latest
    if header is not None and header != now:
        if not now - MAX_CLOCK_ERROR < header < now + MAX_CLOCK_ERROR:
            return None
        now = max(now, header)
    shift = received_at - now + start
    return Timing([second + shift for second in seconds], now)


def _time_one_by_one(stamps: Sequence[Any], header: float | None, received_at: float) -> Timing:
    times = list(map(parse_time, stamps))
    now = _message_now(header, [t for t in times if t is not None], received_at)
    if now is None:
        return Timing([received_at] * len(times), None)
    ages = [None if t is None else now - t for t in times]
    heard = [received_at - age if age is not None and 0.0 <= age <= MAX_AGE else received_at for age in ages]
    return Timing(heard, now, sum(age is not None and not 0.0 <= age <= MAX_AGE for age in ages))


def _message_now(header: float | None, rows: Sequence[float], received_at: float) -> float | None:
    """The latest of header and row times, by the gateway's clock.

    A single time far ahead of the others would age all of them, so row times more than 10
    minutes after the header (without one: after the server's time, unless all are) do not count.
    """
    if header is not None:
        return max([header, *(t for t in rows if t <= header + MAX_CLOCK_ERROR)])
    sane = [t for t in rows if t <= received_at + MAX_CLOCK_ERROR]
    return max(sane or rows, default=None)
