"""The compiled loops against plain numpy, and what must hold of every posterior."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from twin.locate import weigh
from twin.locate.cells import STEPS, THROUGH_WALL, Cells, with_edges
from twin.locate.epochs import EpochBuilder
from twin.locate.evidence import offset_evidence
from twin.locate.grid import GridFilter, Tuning
from twin.locate.kernel import Batch
from twin.locate.offsets import SHIFTS
from twin.locate.radio_map import Anchors, radio_map
from twin.locate.tiles import CELLS, TALL, WIDE, cut, posterior_of
from twin.locate.walk import predict
from twin.model import F32, NONE
from twin.site.survey import Survey

ROWS, COLUMNS = 14, 20
WALL = 10
"""Between the columns before and from here; no door."""
NEVER = -np.inf


class Plain:
    """One tag in two closed rooms of one level, cells of 1 m, six gateways."""

    def __init__(self, tuning: Tuning | None = None, *, trace: bool = False) -> None:
        room = np.repeat((np.arange(COLUMNS) >= WALL).astype(np.int32)[None, None], ROWS, axis=1)
        bare = Cells(1.0, 0.0, 0.0, np.zeros(1), room, np.empty(0, np.float32), (), 2, np.zeros(2, np.int32))
        walls = [np.array([[WALL, 0, WALL, ROWS]], np.float32)]
        self.cells = with_edges(bare, walls)
        x, y = np.array([1.0, 9.0, 5.0, 11.0, 19.0, 15.0]), np.array([1.0, 13.0, 7.0, 1.0, 13.0, 7.0])
        anchors = Anchors(x, y, np.full(6, 2.5), np.zeros(6, np.int32), np.zeros(6, bool))
        self.radio = radio_map(self.cells, walls, anchors, Survey.empty())
        self.tuning = tuning or Tuning()
        self.grid = GridFilter(self.cells, self.radio, anchors, np.zeros(1, np.int32), self.tuning, trace=trace)

    def step(self, heard: dict[int, float], *, alive: tuple[int, ...] = (), diffusion: float = 1.1):
        gateway, rssi = np.array(sorted(heard), np.int32), np.array([heard[g] for g in sorted(heard)], np.float32)
        heartbeat = np.full(6, NEVER)
        heartbeat[list(alive)] = 1.0
        return self.grid.step(
            np.zeros(1, np.int32), np.array([0, len(heard)], np.int32), gateway, rssi, np.ones(1),
            np.array([diffusion]), np.zeros(1), heartbeat, np.full(1, NONE, np.int32),
        )  # fmt: skip

    def exact(self, row: int, column: int) -> dict[int, float]:
        """What all gateways hear of a tag in a cell."""
        return dict(enumerate(self.radio.mean[:, 0, row, column].tolist()))

    @property
    def p(self) -> F32:
        return posterior_of(self.grid.state, self.grid.ground, 0)[0]

    def put(self, p: F32) -> None:
        """Make this the posterior, all of the level in the box."""
        state, ground = self.grid.state, self.grid.ground
        _, down, across = ground.shape
        tiles = cut(p[None], 0.0)
        assert state.mass.shape[1:] == (1, down, across)
        state.box[0], state.p[0], state.mass[0] = (0, 0, 0, 1, down, across), tiles, tiles.sum(axis=-1)
        state.at[0] = 0, ROWS // 2, COLUMNS // 2

    def walk(self, p: F32, spread: float) -> F32:
        """Where that walks."""
        self.put(p)
        one = np.zeros(1, np.int32)
        batch = Batch(
            one, np.zeros(2, np.int32), one[:0], np.empty(0, np.float32), np.zeros(1), self.grid.state.box.copy(),
            np.array([spread], np.float32), one, one,
        )  # fmt: skip
        predict(self.grid.state, self.grid.ground, batch, one, np.float32(0.0))
        return self.p


@pytest.fixture
def plain() -> Plain:
    return Plain()


def here(row: int, column: int) -> F32:
    p = np.zeros((ROWS, COLUMNS), np.float32)
    p[row, column] = 1.0
    return p


readings = st.dictionaries(st.integers(0, 5), st.floats(-110, -20), min_size=1)


@settings(max_examples=60, deadline=None)
@given(st.lists(readings, min_size=1, max_size=6), st.booleans())
def test_a_posterior_sums_to_one_and_is_never_negative(course, alive):
    plain = Plain()
    for heard in course:
        plain.step(heard, alive=tuple(range(6)) if alive else ())
        assert plain.p.min() >= 0
        assert plain.p.sum() == pytest.approx(1.0, abs=1e-4)
        assert plain.grid.state.mass.sum() == pytest.approx(1.0, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), st.floats(0.01, 6.0))
def test_walking_within_walls_keeps_all_probability(row, column, spread):
    after = Plain().walk(here(row, column), spread)
    assert after.sum() == pytest.approx(1.0, abs=1e-5)
    assert after.min() >= 0


@settings(max_examples=40, deadline=None)
@given(*(st.integers(0, n - 1) for n in (ROWS, COLUMNS, ROWS, COLUMNS)), st.floats(0.1, 6.0))
def test_as_much_walks_there_as_back(row, column, to_row, to_column, spread):
    plain = Plain()
    there = plain.walk(here(row, column), spread)[to_row, to_column]
    assert plain.walk(here(to_row, to_column), spread)[row, column] == pytest.approx(there, rel=1e-3, abs=1e-4)


def test_a_walk_is_the_explicit_step_over_the_edges(plain):
    rng = np.random.default_rng(1)
    p = rng.random((ROWS, COLUMNS)).astype(np.float32)
    p /= p.sum()
    spread = 1.1
    steps = int(np.ceil(6 * spread))
    wanted = p.astype(float)
    for _ in range(steps):
        flow = np.zeros_like(wanted)
        for e, (down, right) in enumerate(STEPS):
            row, column = np.nonzero(plain.cells.edge[e, 0])
            weight, to = plain.cells.edge[e, 0, row, column], (row + down, column + right)
            moved = spread / 2 / steps * weight * (wanted[to] - wanted[row, column])
            np.add.at(flow, (row, column), moved)
            np.add.at(flow, to, -moved)
        wanted += flow
    assert plain.walk(p, spread) == pytest.approx(wanted, abs=1e-7)


def test_walls_are_nearly_closed(plain):
    """A fiftieth of what goes to the free side, over one small step."""
    after = plain.walk(here(7, WALL - 1), 0.02)
    assert after[7, WALL] / after[7, WALL - 2] == pytest.approx(THROUGH_WALL, rel=0.1)


def test_a_filter_in_the_wrong_room_recovers(plain):
    for _ in range(20):
        plain.step(plain.exact(7, 3))
    assert plain.p[:, WALL:].sum() < 1e-3
    reading = [plain.step(plain.exact(7, 15)) for _ in range(6)][-1]
    assert plain.p[:, WALL:].sum() > 0.95
    assert reading.room[0] == 1


def test_a_first_fix_is_the_student_t_posterior(plain):
    """Five degrees of freedom, to the power of the temper, times the chance that the packet is received."""
    heard = {g: rssi + 4.0 * (-1) ** g for g, rssi in plain.exact(5, 6).items()}
    plain.grid.state.offset[:] = 0.0
    tuning = plain.tuning
    temper = round(48 * (1 - np.exp(-1 / tuning.temper_s))) / 48
    log = np.zeros((ROWS, COLUMNS))
    radio = plain.radio
    caught = np.maximum(radio.heard(), tuning.caught_min)[:, 0]
    mean = radio.edge + 4.0 * np.logaddexp(0.0, (radio.mean[:, 0] - radio.edge) / 4.0)
    sigma = np.hypot(tuning.noise_db, radio.sd[:, 0])
    for g, rssi in heard.items():
        log += student.logpdf((rssi - mean[g]) / sigma[g], 5) - np.log(sigma[g]) + np.log(caught[g])
    wanted = np.exp(temper * (log - log.max()))
    first = plain.grid.state
    plain.grid.offsets.due = lambda *_: np.empty(0, np.int32)  # keeps the offset at 0
    plain.step(heard)
    assert first.offset[0] == 0
    # What lies outside of the box is not looked at.
    inside = plain.p > 0
    wanted = np.where(inside, wanted, 0.0)
    assert plain.p == pytest.approx(wanted / wanted.sum(), abs=2e-5)


@given(st.integers(1, 48), st.lists(st.floats(1.0, 9e9), min_size=1, max_size=CELLS))
def test_the_power_is_a_power(power, values):
    q = np.array(values, np.float32)
    wanted = q.astype(float) ** (-power / 16)
    weigh._power(q, np.int32(power), len(q))
    assert q == pytest.approx(wanted, rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(readings)
def test_no_cell_is_likelier_than_its_tile_may_be(heard):
    plain = Plain()
    table, bound, ground = plain.grid._heard.table, plain.grid._heard.bound, plain.grid.ground
    gateway = np.array(sorted(heard), np.int32)
    rssi = np.array([heard[g] for g in gateway], np.float32)
    silent = np.array([g for g in range(6) if g not in heard], np.int32)
    tiles = np.arange(len(ground.walkable), dtype=np.int32)
    least = np.zeros(len(tiles), np.float32)
    weigh._bounds(least, tiles, bound, gateway, rssi, silent, len(tiles))
    table = table.reshape(*table.shape[:2], 4, CELLS)
    product = np.ones((len(tiles), CELLS))
    for g, r in zip(gateway, rssi, strict=True):
        mean, scale, curve = (table[g, :, k] for k in range(3))
        product *= scale + np.minimum((r - mean) ** 2, 45.0**2) * curve
    for g in silent:
        product *= table[g, :, 3]
    product = np.where(ground.floor > 0, product, np.inf).min(axis=1)
    assert (least <= product * (1 + 1e-5)).all()


def test_what_is_not_looked_into_does_not_matter():
    """A smoother needs all tiles, so with one every tile is looked into."""
    quick, thorough = Plain(), Plain(trace=True)
    rng = np.random.default_rng(2)
    for k in range(30):
        place = quick.exact(2 + k // 3, 4)
        heard = {g: rssi + rng.normal(0, 5) for g, rssi in place.items() if rng.random() < 0.7}
        one, all_ = (plain.step(heard, alive=(0, 1, 2, 3, 4, 5)) for plain in (quick, thorough))
        assert one.x[0] == pytest.approx(all_.x[0], abs=2e-3)
        assert one.y[0] == pytest.approx(all_.y[0], abs=2e-3)
        assert one.p_room[0] == pytest.approx(all_.p_room[0], abs=1e-4)


@pytest.mark.parametrize("error", [float("nan"), float("-inf"), 0, 127, -128])
def test_what_is_no_rssi_is_counted_before_it_gets_here(error):
    builder = EpochBuilder(1, 1)
    builder.add(0, [0], [error], [100.0])
    epoch = builder.close(100.5)
    assert len(epoch.tag) == 0
    assert builder.counts.rssi_refused == 1


def test_the_silence_of_a_gateway_that_has_not_reported_says_nothing():
    def heard_by_two(alive: tuple[int, ...]) -> F32:
        plain = Plain()
        for _ in range(3):
            plain.step({g: rssi for g, rssi in plain.exact(7, 9).items() if g in {1, 2}}, alive=alive)
        return plain.p

    nobody, all_ = heard_by_two(()), heard_by_two((0, 1, 2, 3, 4, 5))
    assert np.array_equal(nobody, heard_by_two((1, 2)))
    assert np.abs(nobody - all_).max() > 1e-3
    # Behind the wall, beside gateways that live and heard nothing, the tag is less likely.
    assert all_[:, WALL:].sum() < nobody[:, WALL:].sum()


def test_the_evidence_for_an_offset_is_the_likelihood_summed_over_the_floor(plain):
    plain.step(plain.exact(7, 3))
    heard = {g: rssi - 6.0 for g, rssi in plain.exact(7, 3).items()}
    radio, tuning = plain.radio, plain.tuning
    gateway, rssi = np.arange(6, dtype=np.int32), np.array([heard[g] for g in range(6)], np.float32)
    one = np.zeros(1, np.int32)
    batch = Batch(
        one,
        np.array([0, 6], np.int32),
        gateway,
        rssi,
        np.zeros(1),
        plain.grid.state.box,
        np.ones(1, np.float32),
        one,
        one,
    )
    evidence = np.zeros((1, len(SHIFTS)), np.float32)
    offset_evidence(plain.grid.state, plain.grid.ground, plain.grid._heard, batch, one, SHIFTS, evidence)
    _, r0, c0, _, height, width = plain.grid.state.box[0]
    rows, columns = slice(r0 * TALL, (r0 + height) * TALL, 2), slice(c0 * WIDE, (c0 + width) * WIDE, 2)
    caught = np.maximum(radio.heard(), tuning.caught_min)
    mean = radio.edge + 4.0 * np.logaddexp(0.0, (radio.mean - radio.edge) / 4.0)
    sigma2 = tuning.noise_db**2 + radio.sd**2
    wanted = np.zeros(len(SHIFTS))
    for h, shift in enumerate(SHIFTS):
        likelihood = 1.0
        for g in gateway:
            d = rssi[g] - shift - mean[g, 0, rows, columns]
            factor = np.sqrt(sigma2[g, 0, rows, columns]) / tuning.noise_db / caught[g, 0, rows, columns]
            likelihood = likelihood / factor * (1 + d**2 / 5 / sigma2[g, 0, rows, columns]) ** -3
        wanted[h] = np.log(np.sum(likelihood))
    assert evidence[0] == pytest.approx(wanted, abs=1e-3)
    assert SHIFTS[evidence[0].argmax()] == -6


def test_a_map_is_cut_into_whole_tiles():
    whole = np.arange(2 * 5 * 11).reshape(2, 5, 11)
    tiles = cut(whole, -1)
    assert tiles.shape == (2, 2, 2, CELLS)
    assert tiles[0, 0, 0].reshape(TALL, WIDE).tolist() == whole[0, :TALL, :WIDE].tolist()
    assert tiles[1, 1, 1].reshape(TALL, WIDE)[0, :3].tolist() == whole[1, 4, 8:].tolist()
    assert (tiles == -1).sum() == 2 * (8 * 16 - 5 * 11)
