"""What one MQTT message of a gateway can turn out to be."""

from __future__ import annotations

from msgspec import Struct, field

MAX_PAYLOAD = 256 * 1024
"""Bytes; the largest message that is looked at by default."""

ABSENT = 0
"""The RSSI of a row that gave none that can be believed."""


class RowValues(Struct, frozen=True, omit_defaults=True):
    """What a gateway decoded itself and sent in place of the advertisement; None is not given."""

    temperature_c: float | None = None
    humidity_pct: float | None = None
    battery_pct: int | None = None
    uuid: str | None = None
    """Of an iBeacon: 32 upper-case hex digits."""
    major: int | None = None
    minor: int | None = None
    tx_power: int | None = None


class Upload(Struct, frozen=True, gc=False):
    """What one gateway heard: parallel columns, one element a usable row.

    Times are POSIX seconds UTC. `heard` is server time: `received_at` minus the row's age, which
    comes from the gateway's own clock and therefore holds even when that clock is wrong.
    """

    gateway: str
    form: str
    """ "json-long", "json-raw", "binary-long", "minew-connect", or "empty" when nothing was heard."""
    received_at: float
    gateway_time: float | None = None
    """Time in the header, by the gateway's clock."""
    gateway_now: float | None = None
    """The message's own "now" by the gateway's clock: the latest of header and row times."""
    clock: str = "unknown"
    """ "ok", "wrong" (before 2020 or more than 10 min from ours) or "unknown" (no time sent)."""
    macs: list[str] = field(default_factory=list)
    rssi: list[int] = field(default_factory=list)
    """dBm; 0 = absent."""
    heard: list[float] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    """Advertisements, hex digits of either case; "" = none came."""
    values: list[tuple[int, RowValues]] = field(default_factory=list)
    """Row number and what the gateway decoded itself, for rows that came without advertisement."""
    faults: dict[str, int] = field(default_factory=dict)
    """Rows (or parts of them) that could not be used, by reason."""
    memory_free_pct: float | None = None
    load: float | None = None


class Response(Struct, frozen=True):
    """A gateway's answer to a command."""

    gateway: str
    ok: bool
    code: int
    message: str
    request_id: str


class Refusal(Struct, frozen=True):
    """A message that cannot be used as a whole.

    `reason` is a stable key: "too-large", "not-json", "unknown-form", "binary-short",
    "bad-binary", "no-gateway" or "wrong-gateway". `sample` is the beginning of the payload.
    """

    reason: str
    detail: str
    topic: str
    sample: str


class Unusable(Exception):  # noqa: N818 - it is a finding on its way to a Refusal, not a failure
    """Says inside the readers why a payload has to be refused."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
