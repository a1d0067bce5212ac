"""How many walls a straight line crosses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from twin.locate.rays import crossings

coordinate = st.floats(-20, 20, allow_nan=False).map(lambda v: round(v, 3))
segment = st.tuples(coordinate, coordinate, coordinate, coordinate)
CLEAR_M = 1e-6


def count(walls, ray) -> float:
    x0, y0, x1, y1 = (np.array([v], float) for v in ray)
    return float(crossings(np.array(walls, np.float32).reshape(-1, 4), x0, y0, x1, y1)[0])


@given(st.lists(segment, max_size=12), segment)
@settings(deadline=None)
def test_as_shapely_counts(walls, ray):
    walls = np.array(walls, np.float32).reshape(-1, 4).astype(float)
    lines = [shapely.LineString(wall.reshape(2, 2)) for wall in walls]
    line = shapely.LineString(np.array(ray).reshape(2, 2))
    # Touching is neither: the two may differ there.
    ends = [shapely.Point(p) for wall in walls for p in wall.reshape(2, 2)]
    assume(line.length > CLEAR_M and all(wall.length > CLEAR_M for wall in lines))
    assume(all(line.distance(end) > CLEAR_M for end in ends))
    assume(all(wall.distance(shapely.Point(p)) > CLEAR_M for wall in lines for p in line.coords))
    assert count(walls, ray) == sum(line.crosses(wall) for wall in lines)


@given(st.lists(segment, max_size=12), segment)
@settings(deadline=None)
def test_the_way_back_crosses_as_many(walls, ray):
    x0, y0, x1, y1 = ray
    line = shapely.LineString([(x0, y0), (x1, y1)])
    ends = [shapely.Point(p) for wall in walls for p in np.array(wall, np.float32).astype(float).reshape(2, 2)]
    assume(all(line.distance(end) > CLEAR_M for end in ends))
    assert count(walls, (x0, y0, x1, y1)) == count(walls, (x1, y1, x0, y0))


@given(st.lists(segment, max_size=12), segment)
@settings(deadline=None)
def test_never_more_than_there_are(walls, ray):
    assert 0 <= count(walls, ray) <= len(walls)


def test_through_the_corner_of_two_walls_counts_once():
    corner = [(0, 0, 5, 0), (5, 0, 10, 0)]
    assert count(corner, (5, -1, 5, 1)) == 1
    assert count(corner, (4, -1, 6, 1)) == 1
    assert count([(5, 0, 0, 0), (10, 0, 5, 0)], (5, 1, 5, -1)) == 1


@given(st.lists(coordinate, min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_wall_cut_into_pieces_is_one_wall(cuts, random):
    """Rays through the very ends of the pieces included."""
    x = sorted({-30.0, 30.0, *cuts})
    pieces = [(a, 1.0, b, 1.0) if random.random() < 0.5 else (b, 1.0, a, 1.0) for a, b in pairwise(x)]
    for cut in cuts:
        exact = float(np.float32(cut))
        assert count(pieces, (exact, -3, exact, 4)) == 1


def test_no_walls_no_crossings():
    assert crossings(np.empty((0, 4), np.float32), np.zeros(3), np.zeros(3), np.ones(3), np.ones(3)).tolist() == [0] * 3


def test_a_ray_that_ends_before_the_wall_or_runs_along_it_crosses_nothing():
    wall = [(2, -5, 2, 5)]
    assert count(wall, (0, 0, 1.9, 0)) == 0
    assert count(wall, (2.1, 0, 9, 0)) == 0
    assert count(wall, (3, -9, 3, 9)) == 0
    assert count(wall, (1, 1, 1, 1)) == 0


def test_arrays_broadcast():
    walls = np.array([[2, -50, 2, 50], [4, -50, 4, 50]], np.float32)
    found = crossings(walls, np.zeros(1), np.zeros((3, 1)), np.array([1.0, 3.0, 5.0]), np.zeros(1))
    assert found.tolist() == [[0, 1, 2]] * 3


def test_walls_of_the_demo_building_as_shapely_counts(site):
    rng = np.random.default_rng(4)
    walls = site.wall_lines(1)
    lines = shapely.linestrings(walls.reshape(-1, 2, 2).astype(float))
    x0, y0, x1, y1 = rng.uniform(0, 45, (4, 60))
    rays = np.array([shapely.LineString([(a, b), (c, d)]) for a, b, c, d in zip(x0, y0, x1, y1, strict=True)])
    expected = shapely.intersects(rays[:, None], lines).sum(axis=1)
    found = crossings(walls, x0, y0, x1, y1)
    assert found.max() > 4
    assert (found == expected).mean() > 0.95
