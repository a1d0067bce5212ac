"""The map as cells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.locate.cells import SIZES_M, STEPS, THROUGH_WALL, cell_size, cells_of
from twin.model import NONE


def neighbour(cells, level, row, column):
    """Weights of a cell's eight edges."""
    weights = {}
    for edge, (down, right) in zip(cells.edge, STEPS, strict=True):
        weights[down, right] = edge[level, row, column]
        r, c = row - down, column - right
        inside = 0 <= r < cells.shape[1] and 0 <= c < cells.shape[2]
        weights[-down, -right] = edge[level, r, c] if inside else 0.0
    return weights


def test_walkable_cells_lie_in_their_room(site, world):
    cells = world.cells
    level, row, column = np.nonzero(cells.walkable)
    room = cells.room[level, row, column]
    assert (cells.level_of_room[room] == level).all()
    shapes = np.array(site.room_shapes, object)[room]
    away = shapely.distance(shapes, shapely.points(cells.x[column], cells.y[row]))
    assert away.max() <= 0.75
    assert (away == 0).mean() > 0.95


def test_nearly_every_room_has_cells(site, world):
    seen = np.unique(world.cells.room[world.cells.walkable])
    without = set(range(len(site.rooms))) - set(seen.tolist())
    assert not [site.rooms[r].name for r in without if site.rooms[r].area > 4]


def test_nobody_walks_out_of_the_building(world):
    cells = world.cells
    for edge, (down, right) in zip(cells.edge, STEPS, strict=True):
        level, row, column = np.nonzero(edge)
        assert cells.walkable[level, row, column].all()
        assert cells.walkable[level, row + down, column + right].all()
        assert (column + right >= 0).all()


def test_steps_weigh_by_their_length_and_hardly_through_walls(world):
    cells = world.cells
    for edge, (down, right) in zip(cells.edge, STEPS, strict=True):
        plain = 1.0 / (down * down + right * right)
        found = np.unique(edge[edge > 0])
        assert found == pytest.approx([THROUGH_WALL * plain, plain])
        assert ((edge > 0) & (edge < plain)).sum() > 100


def test_between_rooms_there_is_a_wall_or_a_door(world, site):
    """Cells of two rooms are joined in full only near a door or where the plan has no wall."""
    cells = world.cells
    doors = {level.index: [(d.x, d.y) for d in site.doors if d.level == level.index] for level in site.levels}
    level, row, column = np.nonzero(cells.edge[0] == 1.0)
    other = cells.room[level, row, column + 1] != cells.room[level, row, column]
    x, y = cells.x[column] + cells.step / 2, cells.y[row]
    near = [min(np.hypot(px - x[i], py - y[i]) for px, py in doors[int(level[i])]) < 2.0 for i in np.flatnonzero(other)]
    assert np.mean(near) > 0.9


def test_every_room_of_a_level_can_be_reached_through_doors(world, site):
    start = world.cell(1, *next((r.x, r.y) for r in site.rooms if r.level == 1 and r.category == "walkway"))[0]
    reached = 0
    goals = [r for r in site.rooms if r.level == 1][::6]
    for room in goals:
        try:
            reached += len(world.walk(start, world.cell(1, room.x, room.y)[0])) > 0
        except AssertionError:
            continue
    assert reached >= 0.9 * len(goals)


def test_lifts_and_stairs_link_every_pair_of_their_levels(site, world):
    pairs = sum(len(c.landings) * (len(c.landings) - 1) // 2 for c in site.connectors)
    assert len(world.cells.links) == pairs > 0
    for a, b in world.cells.links:
        assert a[0] != b[0]
        assert world.cells.walkable[a]
        assert world.cells.walkable[b]


def test_home_is_the_nearest_cell_of_the_level(world):
    cells = world.cells
    for level in range(cells.shape[0]):
        row, column = np.nonzero(cells.walkable[level])
        assert (cells.home[level, :, row, column] == np.column_stack((row, column))).all()
        home = cells.home[level]
        assert cells.walkable[level, home[0], home[1]].all()


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
@settings(deadline=None)
def test_a_point_far_away_is_clipped_to_the_raster(world, x, y):
    cells = world.cells
    row, column = (int(v[0]) for v in cells.at(np.array([x]), np.array([y])))
    assert 0 <= row < cells.shape[1]
    assert 0 <= column < cells.shape[2]


def test_a_centre_is_in_its_own_cell(world):
    cells = world.cells
    row, column = cells.at(np.full(cells.shape[1], cells.x0 + 0.1), cells.y)
    assert row.tolist() == list(range(cells.shape[1]))
    assert set(column.tolist()) == {0}


@pytest.mark.parametrize(("area", "size"), [(0, 0.25), (65, 0.25), (156, 0.25), (157, 0.5), (365, 0.5), (1800, 1.0)])
def test_cells_are_fine_where_the_building_is_small(area, size):
    assert cell_size(area) == size


@given(st.floats(0, 1e6), st.floats(0, 1e6))
@settings(deadline=None)
def test_a_larger_building_never_has_finer_cells(a, b):
    assert cell_size(min(a, b)) <= cell_size(max(a, b))
    assert cell_size(a) in SIZES_M


def test_finer_cells_cover_the_same_floor(site, world):
    fine = cells_of(site, 0.5)
    coarse = world.cells
    for level in range(coarse.shape[0]):
        area = (fine.room[level] != NONE).sum() * 0.25
        assert area == pytest.approx((coarse.room[level] != NONE).sum(), rel=0.05)
