"""Cost of reading gateway messages, as a ratio to a bare typed msgspec decode of the same bytes.

Run: python -m benchmarks.decode
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import msgspec

from twin.model import Kind, Tag
from twin.radio import Slots, Upload, advertise, decode_advertisement, read_upload
from twin.radio.encode import Rows, encode_payload
from twin.radio.upload import RowValues

ROWS = 40
ROUNDS = 400
CALLS = 20
GATEWAY = "AC233FC17756"
NOW = 1727862030.0


class BareRow(msgspec.Struct, gc=False):
    """The least that a reader of JSON-LONG has to decode."""

    timestamp: str = ""
    type: str = ""
    mac: str = ""
    rssi: int = 0
    rawData: str = ""  # noqa: N815 - the wire's name


def message() -> Rows:
    """Forty rows of forty tags in one second."""
    draw = random.Random(1)
    macs = [f"C30000{draw.randrange(1 << 24):06X}" for _ in range(ROWS)]
    raw = [advertise.acceleration(mac, 90, draw.gauss(0, 0.1), draw.gauss(0, 0.1), 1.0) for mac in macs]
    values = {i: RowValues(draw.gauss(21, 1), draw.uniform(30, 60), 90) for i in range(0, ROWS, 8)}
    times = sorted(NOW - draw.random() for _ in macs)
    return Rows(macs, [draw.randrange(-95, -45) for _ in macs], times, raw, values)


def interleaved(jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Best mean of `CALLS` calls of each job, processor microseconds; the jobs take turns, so noise hits all."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            began = time.process_time()
            for _ in range(CALLS):
                job()
            best[name] = min(best[name], (time.process_time() - began) / CALLS * 1e6)
    return best


def main() -> None:
    """Print the table."""
    rows = message()
    forms = {form: encode_payload(form, GATEWAY, NOW, rows) for form in ("json-long", "g1", "json-raw", "binary-long")}
    bare = msgspec.json.Decoder(list[BareRow])
    upload = read_upload("t", forms["json-long"], NOW, GATEWAY)
    if not isinstance(upload, Upload):
        raise SystemExit(f"the benchmark's own message is refused: {upload}")
    slots = Slots([Tag(i, mac, "S1", Kind.SENSOR, "room", mac) for i, mac in enumerate(rows.macs)])

    def tick() -> None:
        slots.add(upload)
        slots.close()

    jobs: dict[str, Callable[[], object]] = {"bare msgspec decode, json-long": lambda: bare.decode(forms["json-long"])}
    for form, payload in forms.items():
        jobs[f"read_upload, {form}"] = lambda payload=payload: read_upload("t", payload, NOW, GATEWAY)
    jobs["Slots.add"] = lambda: slots.add(upload)
    jobs["Slots.add + close (a tick of one message)"] = tick
    jobs["decode_advertisement, 40 of them"] = lambda: list(map(decode_advertisement, rows.raw))
    for form in forms:
        jobs[f"encode_payload, {form}"] = lambda form=form: encode_payload(form, GATEWAY, NOW, rows)

    cost = interleaved(jobs)
    base = cost["bare msgspec decode, json-long"]
    print(f"{ROWS} rows a message; best of {ROUNDS} rounds of {CALLS} calls\n")
    for name, micros in cost.items():
        print(f"{name:44} {micros:8.1f} us  {micros / base:6.2f} x bare decode  {ROWS / micros:6.2f} rows/us")


if __name__ == "__main__":
    main()
