"""The demo building with its radio map, and tags that are heard as that map says."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely import Polygon, box

from twin.locate.build import map_of, map_of_sketch
from twin.locate.cells import STEPS, Cells
from twin.locate.locator import GridLocator
from twin.locate.radio_map import Anchors, RadioMap
from twin.locate.recorded import Ways
from twin.model import F32, F64, I32, U8, Epoch, Fixes
from twin.settings import ROOT
from twin.site import Site, load_site
from twin.site.sketch import Sketch
from twin.site.survey import Survey

Places = NDArray[np.integer]
"""[tag, 3]: level, row and column of the cell each tag is in."""
T = 1_795_428_000.0
SENT_AT = 0.3
"""Seconds before the tick."""


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(ROOT / "data/demo/building", ROOT / "data/demo/gateways.csv")


@dataclass(frozen=True, repr=False)
class World:
    """A building whose gateways hear what is `true`, and noise."""

    site: Site
    cells: Cells
    radio: RadioMap
    anchors: Anchors
    true: F32
    """RSSI that arrives of a tag in each cell, [gateway, level, row, column]."""
    noise_db: float = 5.0

    def locator(self, tags: int, groups: I32 | None = None) -> GridLocator:
        return GridLocator(
            self.cells, self.radio, self.anchors, np.arange(tags, dtype=np.int32) if groups is None else groups
        )

    def hear(
        self, rng: np.random.Generator, places: Places, offset: F32 | float = 0.0, deaf: tuple[int, ...] = ()
    ) -> tuple[I32, I32, F32]:
        """One packet of each tag: tag, gateway and RSSI of what arrives."""
        level, row, column = places.T
        expected = self.true[:, level, row, column] + offset
        drawn = rng.normal(expected, self.noise_db)
        arrives = drawn > self.radio.edge + rng.logistic(0, 1, drawn.shape)
        arrives[list(deaf)] = False
        tag, gateway = np.nonzero(arrives.T)
        return tag.astype(np.int32), gateway.astype(np.int32), drawn[gateway, tag].astype(np.float32)

    def epoch(
        self,
        t: float,
        heard: tuple[I32, I32, F32],
        motion: U8 | None = None,
        dead: tuple[int, ...] = (),
    ) -> Epoch:
        """An epoch of readings; gateways report at the tick but for those that are `dead`."""
        heartbeat = np.full(len(self.anchors.x), t)
        heartbeat[list(dead)] = -np.inf
        return Epoch(t, *heard, np.full(len(heard[0]), t - SENT_AT), heartbeat, motion)

    def stay(
        self, locator: GridLocator, rng: np.random.Generator, places: Places, seconds: int, *, start: float = T,
        offset: F32 | float = 0.0, motion: U8 | None = None, dead: tuple[int, ...] = (),
    ) -> Fixes:  # fmt: skip
        """Tags that stay in `places` for so many seconds; the last fixes."""
        steps = (
            locator.step(self.epoch(start + k, self.hear(rng, places, offset, dead), motion, dead))
            for k in range(seconds)
        )
        return deque(steps, maxlen=1).pop()

    def rooms(self, rng: np.random.Generator, n: int) -> Places:
        """Cells somewhere in the building, all levels."""
        level, row, column = np.nonzero(self.cells.walkable)
        chosen = rng.choice(len(level), n, replace=False)
        return np.column_stack((level[chosen], row[chosen], column[chosen]))

    def cell(self, level: int, x: float, y: float) -> Places:
        """The walkable cell nearest to a point, as the place of one tag."""
        row, column = self.cells.at(np.array([x]), np.array([y]))
        home = self.cells.home[level, :, row[0], column[0]]
        return np.array([[level, *home]])

    def walk(self, start: Places, goal: Places) -> Places:
        """The cells on the shortest way through doors from one place to another on its level, both [3]."""
        level = int(start[0])
        _, rows, columns = self.cells.shape
        number = np.arange(rows * columns).reshape(rows, columns)
        ends, weight = [], []
        for edge, (down, right) in zip(self.cells.edge[:, level], STEPS, strict=True):
            row, column = np.nonzero(edge > 0.1)
            ends.append((number[row, column], number[row + down, column + right]))
            weight.append(np.full(len(row), np.hypot(down, right)))
        a, b = (np.concatenate(side) for side in zip(*ends, strict=True))
        graph = coo_array((np.concatenate(weight), (a, b)), shape=(rows * columns,) * 2).tocsr()
        first, last = number[start[1], start[2]], number[goal[1], goal[2]]
        _, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
        way = [last]
        while way[-1] != first:
            assert before[way[-1]] >= 0, "no way through doors"
            way.append(before[way[-1]])
        row, column = np.divmod(np.array(way[::-1]), columns)
        return np.column_stack((np.full(len(row), level), row, column))

    def xy(self, places: Places) -> tuple[F64, F64]:
        return self.cells.x[places[:, 2]], self.cells.y[places[:, 1]]

    def room(self, places: Places) -> I32:
        return self.cells.room[tuple(places.T)]

    def away(self, fixes, places: Places) -> F64:
        """Metres between fixes and the truth."""
        x, y = self.xy(places)
        return np.hypot(fixes.x - x, fixes.y - y)


@pytest.fixture(scope="session")
def world(site: Site) -> World:
    cells, radio = map_of(site, None)
    return World(site, cells, radio, Anchors.of(site.gateways), radio.mean)


@pytest.fixture(scope="session")
def rough_world(world: World) -> World:
    """The same building, where the radio is off its map by as much as the map says of itself, smoothly."""
    white = np.random.default_rng(7).normal(size=world.radio.mean.shape)
    error = gaussian_filter(white, (0, 0, 1.5, 1.5))
    return replace(world, true=(world.radio.mean + world.radio.sd * error / error.std()).astype(np.float32))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261124)


@pytest.fixture(scope="session")
def sketch() -> Sketch:
    """Two rooms of 6 x 8 m with a door between them, and five gateways."""
    west, east = box(0, 0, 5.9, 8), box(6.1, 0, 12, 8)
    free = shapely.union_all([west, east, box(5.8, 3.5, 6.2, 4.5)])
    assert isinstance(free, Polygon)
    places = np.array([[0.3, 0.3], [11.7, 0.3], [0.3, 7.7], [11.7, 7.7], [5.7, 6.0]])
    return Sketch(
        (0,), ("west", "east"), np.zeros(2, np.int32), (west, east), free, tuple("abcde"),
        places[:, 0], places[:, 1], np.full(5, 2.5), np.zeros(5, np.int32), (),
    )  # fmt: skip


@pytest.fixture(scope="session")
def ways(sketch: Sketch) -> Ways:
    return map_of_sketch(sketch, Survey.empty())
