"""The grid filter against scipy's multilateration, on one core, output included.

A floor of 100 x 60 m in cells of 1 m (6,000 of them), 60 gateways, each tag heard by 10. The peers get the same
readings: Nelder-Mead over x, y, power and exponent, as home-automation trackers do it, and least squares in dB
over x and y. Then the same filter on floors two and four times as large, the whole locator on a tick of the demo
hospital with 5,000 tags, and the start-up of the demo's maps. Processor time but for the start-up, so that other
load on the machine does not count.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares, minimize

from twin.locate.build import map_of
from twin.locate.cells import Cells, with_edges
from twin.locate.grid import GridFilter
from twin.locate.locator import GridLocator
from twin.locate.loss import EXPONENT, P0_DBM
from twin.locate.radio_map import Anchors, RadioMap, radio_map
from twin.model import F32, F64, I32, Epoch, Motion
from twin.settings import settings
from twin.site import load_site
from twin.site.survey import Survey
from twin.verbs.maps import radio_map_of

LIMIT_FIXES_S = 40_000
LIMIT_GROWTH = 2.0
"""Four times the building may cost twice: the same cells are computed, but the maps leave the processor's cache."""
LIMIT_START_S = 5.0
LIMIT_TICK_MS = 150.0
TAGS, EPOCHS, SETTLING, HEARD = 512, 40, 5, 10
DEMO_TAGS, DEMO_TICKS = 5000, 15
PEER_FIXES = 60
NOISE_DB = 5.0


class Hall(NamedTuple):
    """A floor of rooms, 6 m each way, with a gateway each 10 m."""

    cells: Cells
    anchors: Anchors
    radio: RadioMap


class Heard(NamedTuple):
    """One epoch of all tags: gateways and RSSI [tag, HEARD], and where the tags are."""

    gateway: I32
    rssi: F32
    x: F64
    y: F64


def hall(width: int, depth: int) -> Hall:
    """A floor of so many metres."""
    across = -(-width // 6)
    row, column = np.mgrid[0:depth, 0:width]
    room = (row // 6 * across + column // 6)[None].astype(np.int32)
    rooms = int(room.max()) + 1
    bare = Cells(1.0, 0.0, 0.0, np.zeros(1), room, np.empty(0, np.float32), (), rooms, np.zeros(rooms, np.int32))
    upright = [[x, 0, x, depth] for x in range(6, width, 6)]
    walls = [np.array([*upright, *([0, y, width, y] for y in range(6, depth, 6))], np.float32)]
    x, y = (a.ravel() for a in np.meshgrid(np.arange(5.0, width, 10.0), np.arange(5.0, depth, 10.0)))
    n = len(x)
    anchors = Anchors(x, y, np.full(n, 2.5), np.zeros(n, np.int32), np.zeros(n, bool))
    cells = with_edges(bare, walls)
    return Hall(cells, anchors, radio_map(cells, walls, anchors, Survey.empty()))


def walk(where: Hall, seed: int) -> list[Heard]:
    """Tags that wander all over the floor, and the ten loudest gateways of each."""
    rng = np.random.default_rng(seed)
    _, depth, width = where.cells.shape
    x, y = rng.uniform(1, width - 1, TAGS), rng.uniform(1, depth - 1, TAGS)
    told = []
    for _ in range(EPOCHS):
        x = np.clip(x + rng.normal(0, 0.7, TAGS), 0.5, width - 0.5)
        y = np.clip(y + rng.normal(0, 0.7, TAGS), 0.5, depth - 0.5)
        mean = where.radio.mean[:, 0, y.astype(int), x.astype(int)].T
        rssi = mean + rng.normal(0, NOISE_DB, mean.shape)
        loudest = np.sort(np.argsort(-rssi, axis=1)[:, :HEARD], axis=1)
        told.append(
            Heard(loudest.astype(np.int32), np.take_along_axis(rssi, loudest, 1).astype(np.float32), x.copy(), y.copy())
        )
    return told


def filtered(where: Hall, told: list[Heard]) -> tuple[float, float]:
    """Fixes a second, the fastest third of the epochs, and median error in metres."""
    grid = GridFilter(where.cells, where.radio, where.anchors, np.zeros(TAGS, np.int32))
    tags, start = np.arange(TAGS, dtype=np.int32), (HEARD * np.arange(TAGS + 1)).astype(np.int32)
    second, never = np.ones(TAGS), np.full(TAGS, -1, np.int32)
    beat = np.full(len(where.anchors.x), np.inf)
    moving = np.full(TAGS, grid.tuning.moving_m2_s)
    took, error = [], []
    for epoch, heard in enumerate(told):
        began = process_time()
        found = grid.step(
            tags, start, heard.gateway.ravel(), heard.rssi.ravel(), second, moving, np.zeros(TAGS), beat, never
        )
        if epoch >= SETTLING:
            took.append(process_time() - began)
            error.append(np.hypot(found.x - heard.x, found.y - heard.y))
    return TAGS / float(np.quantile(took, 1 / 3)), float(np.median(error))


def nelder_mead(x: F64, y: F64, rssi: F32) -> F64:
    """Place, power and exponent that fit one tag's readings best."""

    def misfit(at: F64) -> float:
        away = np.log10(np.maximum(np.hypot(x - at[0], y - at[1]), 0.5))
        return float(((rssi - at[2] + 10 * at[3] * away) ** 2).sum())

    loud = 10.0 ** (rssi / 20.0)
    start = [np.average(x, weights=loud), np.average(y, weights=loud), P0_DBM, EXPONENT]
    return minimize(misfit, start, method="Nelder-Mead").x


def multilaterated(x: F64, y: F64, rssi: F32) -> F64:
    """Place that fits one tag's readings best with the assumed power and exponent."""

    def residual(at: F64) -> F64:
        away = np.log10(np.maximum(np.hypot(x - at[0], y - at[1]), 0.5))
        return rssi - P0_DBM + 10 * EXPONENT * away

    loud = 10.0 ** (rssi / 20.0)
    return least_squares(residual, [np.average(x, weights=loud), np.average(y, weights=loud)]).x


def solved(where: Hall, heard: Heard, method) -> tuple[float, float]:  # noqa: ANN001
    """Fixes a second and median error of a peer."""
    x, y = where.anchors.x[heard.gateway], where.anchors.y[heard.gateway]
    began = process_time()
    found = np.array([method(x[i], y[i], heard.rssi[i])[:2] for i in range(PEER_FIXES)])
    took = process_time() - began
    error = np.hypot(found[:, 0] - heard.x[:PEER_FIXES], found[:, 1] - heard.y[:PEER_FIXES])
    return PEER_FIXES / took, float(np.median(error))


def tick() -> tuple[float, float, float]:
    """Milliseconds and gateways a tag of a tick of the demo hospital, median error in metres; half the tags rest."""
    s = settings()
    site = load_site(s.building, s.gateways)
    cells, radio = map_of(site, None)
    locator = GridLocator(cells, radio, Anchors.of(site.gateways), np.zeros(DEMO_TAGS, np.int32))
    rng = np.random.default_rng(2)
    at = rng.permutation(np.argwhere(cells.walkable))[:DEMO_TAGS]
    rests = np.arange(DEMO_TAGS) % 2 == 0
    motion = np.where(rests, Motion.STILL, Motion.MOVING).astype(np.uint8)
    took, rows, error = [], 0, np.empty(0)
    for second in range(DEMO_TICKS):
        rssi = radio.mean[:, at[:, 0], at[:, 1], at[:, 2]].T + rng.normal(0, NOISE_DB, (DEMO_TAGS, len(site.gateways)))
        tag, gateway = np.nonzero(rssi > radio.edge + rng.logistic(0, 1, rssi.shape))
        heard = np.full(len(tag), float(second))
        epoch = Epoch(
            second + 0.3, tag.astype(np.int32), gateway.astype(np.int32), rssi[tag, gateway].astype(np.float32), heard,
            np.full(len(site.gateways), np.inf), motion,
        )  # fmt: skip
        began = process_time()
        fixes = locator.step(epoch)
        took.append(process_time() - began)
        rows, error = len(tag), np.hypot(fixes.x - cells.x[at[:, 2]], fixes.y - cells.y[at[:, 1]])
        step = at + np.column_stack((np.zeros(DEMO_TAGS, int), rng.integers(-1, 2, (DEMO_TAGS, 2)))) * ~rests[:, None]
        step = np.minimum(np.maximum(step, 0), np.array(cells.shape) - 1)
        at = np.where(cells.walkable[tuple(step.T)][:, None], step, at)
    return float(np.median(took[SETTLING:])) * 1e3, rows / DEMO_TAGS, float(np.median(error))


def start_up() -> tuple[float, float]:
    """Seconds to make the demo's maps, and to find them again."""
    s = settings()
    site = load_site(s.building, s.gateways)
    for level in site.levels:
        site.wall_lines(level.index)
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(2):
            began = perf_counter()
            radio_map_of(site, None, Path(folder))
            times.append(perf_counter() - began)
    return times[0], times[1]


def main() -> int:
    """Print the ratios; 1 when a limit is missed."""
    missed = False
    floor = hall(100, 60)
    told = walk(floor, 1)
    speed, error = max(filtered(floor, told) for _ in range(3))
    ratio = speed / LIMIT_FIXES_S
    missed |= ratio < 1
    print(f"grid filter, {int(floor.cells.walkable.sum())} cells, {HEARD} of {len(floor.anchors.x)} gateways heard:")
    print(f"  {speed:,.0f} fixes/s, {ratio:.2f} of the wanted {LIMIT_FIXES_S:,}; median error {error:.2f} m")
    for name, method in (("Nelder-Mead, 4 unknowns", nelder_mead), ("least squares in dB", multilaterated)):
        theirs, off = solved(floor, told[-1], method)
        print(
            f"  scipy {name}: {theirs:,.0f} fixes/s, median error {off:.2f} m; ours {speed / theirs:,.0f} times as fast"
        )
    for width, depth in ((120, 100), (200, 120)):
        large = hall(width, depth)
        again = max(filtered(large, walk(large, 1))[0] for _ in range(2))
        growth = speed / again
        missed |= growth > LIMIT_GROWTH
        cells = int(large.cells.walkable.sum())
        print(f"  {cells:,} cells: {again:,.0f} fixes/s, {growth:.2f} times the cost (limit {LIMIT_GROWTH})")
    taken, rows, error = tick()
    missed |= taken > LIMIT_TICK_MS
    print(
        f"demo hospital, {DEMO_TAGS:,} tags heard by {rows:.1f} gateways: {taken:.0f} ms a tick,"
        f" {taken / LIMIT_TICK_MS:.2f} of the limit; median error {error:.2f} m"
    )
    cold, kept = start_up()
    missed |= cold > LIMIT_START_S
    print(
        f"maps of the demo's gateways: {cold:.2f} s, {cold / LIMIT_START_S:.2f} of the limit; found again {kept:.2f} s"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
