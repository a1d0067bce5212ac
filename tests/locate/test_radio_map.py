"""What a survey changes in the radio map, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.locate.build import located, map_of, map_of_sketch
from twin.locate.radio_map import BLIND_SD_DB, EDGE_DBM, EDGE_LOW_DBM, hearing_edge, survey_means
from twin.site.sketch import Sketch
from twin.site.survey import Survey, assemble

GATEWAYS = 5
Rssi = dict[tuple[float, float], list[float]]
GRID = [(x, y) for x in (1.1, 3.1, 5.1, 7.1, 9.1, 11.1) for y in (1.1, 3.1, 5.1, 7.1)]


def expected(sketch: Sketch, x: float, y: float, gateway: int) -> float:
    """A path loss of exponent 2.2 that a wall between the rooms does not weaken."""
    away = np.sqrt((x - sketch.x[gateway]) ** 2 + (y - sketch.y[gateway]) ** 2 + 1.4**2)
    return float(-57.0 - 22.0 * np.log10(away))


def survey_of(sketch: Sketch, at, *, bump=(), packets: int = 10, deaf=()) -> Survey:
    """`packets` readings of each gateway at each point; `bump` adds dB for (point, gateway)."""
    places, rows = {}, []
    for n, (x, y) in enumerate(at):
        places[str(n)] = (x, y, 1.1, 0)
        for g in set(range(GATEWAYS)) - set(deaf):
            rssi = expected(sketch, x, y, g) + dict(bump).get((n, g), 0.0)
            rows += [(str(n), g, rssi + 2.0 * (-1) ** k) for k in range(packets)]
    return assemble(places, rows)


def cell(ways, x: float, y: float) -> tuple[int, int, int]:
    row, column = ways.cells.at(np.array([x]), np.array([y]))
    return 0, int(row[0]), int(column[0])


@pytest.fixture(scope="module")
def surveyed(sketch):
    return map_of_sketch(sketch, survey_of(sketch, GRID))


def test_a_survey_teaches_the_building(sketch, ways, surveyed):
    cells = surveyed.cells
    _, row, column = np.nonzero(cells.walkable)
    for g in range(GATEWAYS):
        true = [expected(sketch, x, y, g) for x, y in zip(cells.x[column], cells.y[row], strict=True)]
        error = [np.abs(w.radio.mean[g, 0, row, column] - true).mean() for w in (ways, surveyed)]
        assert error[1] < 1.5
        assert error[1] < 0.7 * error[0]


def test_the_cell_of_a_point_gets_nearly_what_was_measured_there_and_far_cells_do_not(sketch, surveyed):
    bumped = map_of_sketch(sketch, survey_of(sketch, GRID, bump={(9, 1): 9.0}.items()))
    x, y = GRID[9]
    here = cell(surveyed, x, y)
    moved = bumped.radio.mean[1] - surveyed.radio.mean[1]
    assert moved[here] > 5.0
    assert moved[here] == moved[0].max() or moved[here] > 0.9 * moved[0].max()
    away = np.hypot(surveyed.cells.x[None, :] - x, surveyed.cells.y[:, None] - y)
    assert np.abs(moved[0][(away > 6) & surveyed.cells.walkable[0]]).max() < 2.0
    other = bumped.radio.mean[3] - surveyed.radio.mean[3]
    assert np.abs(other[0]).max() < 1.0


def test_the_map_is_surer_near_points(sketch):
    west = map_of_sketch(sketch, survey_of(sketch, [p for p in GRID if p[0] < 6]))
    sd = west.radio.sd[0, 0]
    cells = west.cells
    away = np.min([np.hypot(cells.x[None, :] - x, cells.y[:, None] - y) for x, y in GRID if x < 6], axis=0)
    walkable = cells.walkable[0]
    assert sd[(away < 0.3) & walkable].max() < sd[(away > 3) & walkable].min() - 1
    assert (sd[walkable] > 0).all()
    assert np.isfinite(west.radio.mean[:, :, walkable]).all()


def test_a_gateway_that_no_survey_heard_keeps_the_path_loss(sketch):
    deaf = map_of_sketch(sketch, survey_of(sketch, GRID, deaf=(2,)))
    walkable = deaf.cells.walkable
    assert deaf.radio.surveyed.tolist() == [len(GRID), len(GRID), 0, len(GRID), len(GRID)]
    assert np.unique(deaf.radio.sd[2][walkable]) == pytest.approx([BLIND_SD_DB])
    near, far = (deaf.radio.mean[(2, *cell(deaf, *place))] for place in ((0.5, 7.0), (11.0, 1.0)))
    assert near > far + 10


def test_a_point_far_from_all_gateways_where_some_are_silent_lowers_them(sketch):
    """Silence at a point, where packets were sent, says that the signal is weak there."""
    heard = survey_of(sketch, GRID)
    shy = heard.gateway == 0
    east = heard.x[heard.at] > 6
    silent = replace(heard, at=heard.at[~(shy & east)], gateway=heard.gateway[~(shy & east)],
                     rssi=heard.rssi[~(shy & east)])  # fmt: skip
    dropped = replace(silent, rssi=np.where(silent.gateway == 0, silent.rssi - 15, silent.rssi).astype(np.float32))
    quiet = map_of_sketch(sketch, dropped)
    assert quiet.radio.mean[(0, *cell(quiet, 9.1, 5.1))] < EDGE_DBM + 4


def test_what_is_heard_follows_the_map(surveyed):
    radio = surveyed.radio
    heard = radio.heard()
    assert ((heard >= 0) & (heard <= 1)).all()
    order = np.argsort(radio.mean.ravel())
    assert (np.diff(heard.ravel()[order]) >= 0).all()
    at_edge = replace(radio, mean=np.full_like(radio.mean, radio.edge)).heard()
    assert at_edge == pytest.approx(0.5)


def survey(rows: list[tuple[float, float, int, float]]) -> Survey:
    """One point a row, at (x, y), with a gateway and its RSSI."""
    places = {str(n): (x, y, 1.1, 0) for n, (x, y, _, _) in enumerate(rows)}
    return assemble(places, [(str(n), g, rssi) for n, (_, _, g, rssi) in enumerate(rows)])


def test_readings_of_one_place_are_averaged():
    points = survey_means(survey([(1.1, 1.1, 0, -60), (1.15, 1.1, 0, -70), (5, 5, 0, -50)]), 1, -94.0)
    assert sorted(zip(points.x.round(3), points.rssi, strict=True)) == [(1.125, -65.0), (5.0, -50.0)]


def test_missed_packets_tell_of_weakness_near_the_edge_only():
    def mean(rssi: float, heard: int) -> float:
        rows = [(1.0, 1.0, 0, -60.0)] * 10 + [(1.0, 1.0, 1, rssi)] * heard
        points = survey_means(survey(rows), 2, -94.0)
        return float(points.rssi[points.gateway == 1][0])

    assert mean(-90.0, 10) == -90.0
    assert mean(-90.0, 5) == pytest.approx(-93.0)
    assert mean(-65.0, 5) == -65.0


def test_silence_counts_only_of_gateways_that_were_on_and_where_enough_was_sent():
    long, short = [(1.0, 1.0, 0, -60.0)] * 6, [(4.0, 1.0, 0, -60.0)] * 3
    elsewhere = [(9.0, 1.0, 1, -60.0)]
    points = survey_means(survey([*long, *short, *elsewhere]), 3, -94.0)
    silent = {(float(x), int(g)) for x, g, s in zip(points.x, points.gateway, points.silent, strict=True) if s}
    assert silent == {(1.0, 1)}
    assert 2 not in points.gateway


@given(st.lists(st.floats(-110, -20), max_size=50))
@settings(deadline=None)
def test_the_edge_of_hearing_is_believable(rssi):
    edge = hearing_edge(survey([(1.0, 1.0, 0, value) for value in rssi]))
    assert EDGE_LOW_DBM <= edge <= EDGE_DBM


def test_the_edge_follows_the_weakest_readings():
    weak = np.linspace(-103, -60, 500)
    edge = hearing_edge(survey([(1.0, 1.0, 0, float(value)) for value in weak]))
    assert edge == pytest.approx(-102, abs=1)
    assert hearing_edge(Survey.empty()) == EDGE_DBM


def test_gateways_of_unknown_place_are_put_where_they_are_loudest(sketch):
    nowhere = replace(sketch, **{axis: np.where(np.arange(5) == 1, np.nan, getattr(sketch, axis)) for axis in "xyz"})
    measured = survey_of(sketch, GRID)
    anchors = located(nowhere, measured)
    assert anchors.guessed.tolist() == [False, True, False, False, False]
    assert np.hypot(anchors.x[1] - sketch.x[1], anchors.y[1] - sketch.y[1]) < 4.0
    assert anchors.x[[0, 2, 3, 4]].tolist() == sketch.x[[0, 2, 3, 4]].tolist()
    ways = map_of_sketch(nowhere, measured)
    _, row, column = np.nonzero(ways.cells.walkable)
    true = [expected(sketch, x, y, 1) for x, y in zip(ways.cells.x[column], ways.cells.y[row], strict=True)]
    assert np.abs(ways.radio.mean[1, 0, row, column] - true).mean() < 2.5


def test_a_gateway_of_unknown_place_that_nobody_heard_is_somewhere(sketch):
    nowhere = replace(sketch, **{axis: np.where(np.arange(5) == 1, np.nan, getattr(sketch, axis)) for axis in "xyz"})
    ways = map_of_sketch(nowhere, survey_of(sketch, GRID, deaf=(1,)))
    assert np.isfinite([ways.anchors.x[1], ways.anchors.y[1], ways.anchors.z[1]]).all()
    assert np.isfinite(ways.radio.mean).all()


def test_walls_and_slabs_weaken(world):
    """In the demo building a gateway is heard best on its own level."""
    cells, radio, anchors = world.cells, world.radio, world.anchors
    for g in range(0, len(anchors.x), 9):
        levels = [radio.mean[g, level][cells.walkable[level]].max() for level in range(cells.shape[0])]
        assert int(np.argmax(levels)) == anchors.level[g]


def test_only_the_survey_of_a_level_bends_its_map(site, world):
    rooms = [r for r in site.rooms if r.level in (1, 2) and r.area > 12][::3]
    bumped = next(r for r in rooms if r.level == 2)
    places = {r.id: (r.x, r.y, 1.1, r.level) for r in rooms}
    at = {r.id: world.cell(r.level, r.x, r.y)[0] for r in rooms}
    gateway = int(world.radio.mean[:, *at[bumped.id]].argmax())
    rows = [
        (r.id, g, float(world.radio.mean[g, *at[r.id]]))
        for r in rooms
        for g in range(len(site.gateways))
        if world.radio.mean[g, *at[r.id]] > world.radio.edge
    ]
    odd = [(name, g, rssi - 12.0 * (name == bumped.id and g == gateway)) for name, g, rssi in rows]
    made = [map_of(site, assemble(places, told))[1].mean[gateway] for told in (rows, odd)]
    change = np.abs(made[0] - made[1])
    assert change[2].max() > 5.0
    assert change[[0, 1, 3]].max() < 3.0
