"""How long a tick takes, and whether memory stays flat: 5,000 tags heard by 4 gateways each, at 1 Hz.

Limits: p95 at most 400 ms of the second that a tick has.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

from twin.climate import load_ranges
from twin.engine import Engine
from twin.locate.build import locator_of, map_of
from twin.model import Kind, Tag
from twin.radio.encode import Rows, encode_payload
from twin.settings import settings
from twin.site import Site, load_site

LIMIT_MS = 400.0
HEARD_BY = 4
START = 1_700_000_000.0
_KINDS = ((Kind.ASSET, "infusion_pump"), (Kind.PATIENT, "patient"), (Kind.STAFF, "nurse"))


def register(count: int) -> tuple[Tag, ...]:
    """Make a register of `count` tags."""
    kinds = (_KINDS[i % len(_KINDS)] for i in range(count))
    return tuple(Tag(i, f"C30000{i:06X}", "MBT02", kind, type_, f"T-{i}") for i, (kind, type_) in enumerate(kinds))


def messages(site: Site, tags: tuple[Tag, ...], t: float, rng: np.random.Generator) -> list[tuple[str, bytes]]:
    """Write what all gateways upload in one second: each tag heard by its nearest gateways."""
    gateways = len(site.gateways)
    home = np.arange(len(tags)) % gateways
    heard: list[list[int]] = [[] for _ in range(gateways)]
    for step in range(HEARD_BY):
        for tag, gateway in enumerate((home + step) % gateways):
            heard[gateway].append(tag)
    made = []
    for gateway, names in zip(site.gateways, heard, strict=True):
        rssi = rng.integers(-85, -50, len(names)).tolist()
        raw = [f"0201061AFF3906CA03{tag:06X}{int(t) & 0xFFFFFF:06X}0000" for tag in names]
        rows = Rows([tags[tag].mac for tag in names], rssi, [t - 0.4] * len(names), raw)
        made.append((gateway.topic, encode_payload("json-long", gateway.mac, t - 1.0, rows)))
    return made


def memory_mb() -> float:
    """Resident memory now where /proc tells it, else the most so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def main() -> int:
    """Run and print; exit 1 beyond the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tags", type=int, default=5000)
    options.add_argument("--ticks", type=int, default=120)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    s, rng = settings(), np.random.default_rng(1)
    site, tags = load_site(s.building, s.gateways), register(asked.tags)
    engine = Engine(site, tags, load_ranges(s.climate), s.gateway_topics, locator_of(site, tags, *map_of(site, None)))
    ticks, receiving, memory, sizes = [], [], [], []
    for second in range(1, asked.ticks + 1):
        t = START + second
        made = messages(site, tags, t, rng)
        before = time.perf_counter()
        for topic, payload in made:
            engine.receive(topic, payload, t)
        between = time.perf_counter()
        published = engine.tick(t)
        ticks.append(time.perf_counter() - between)
        receiving.append(between - before)
        memory.append(memory_mb())
        sizes.append(max(map(len, published.frames)))
    steady = ticks[len(ticks) // 10 :]
    result = {
        "tags": asked.tags,
        "heard_by": HEARD_BY,
        "ticks": asked.ticks,
        "tick_ms_p50": round(float(np.median(steady)) * 1e3, 1),
        "tick_ms_p95": round(float(np.quantile(steady, 0.95)) * 1e3, 1),
        "limit_ms": LIMIT_MS,
        "receive_ms_p50": round(float(np.median(receiving)) * 1e3, 1),
        "largest_frame_kb": round(max(sizes) / 1000, 1),
        "memory_mb_after_fifth": round(memory[len(memory) // 5], 1),
        "memory_mb_end": round(memory[-1], 1),
    }
    print(json.dumps(result) if asked.json else "\n".join(f"{name:24}{value}" for name, value in result.items()))
    return int(result["tick_ms_p95"] > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
