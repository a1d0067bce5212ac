"""Points to rooms, walls to radio, local metres to degrees."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from twin.model import NONE
from twin.site import Site, rooms_at, route, route_length, walls_crossed
from twin.site.geodesy import Frame

METRES = st.floats(-20, 90, width=32)


@given(level=st.integers(0, 3), x=METRES, y=METRES)
@settings(max_examples=200, deadline=None)
def test_rooms_at_agrees_with_the_polygons(demo: Site, level: int, x: float, y: float) -> None:
    point = shapely.Point(x, y)
    touching = [r for r in demo.rooms_of_level[level] if demo.room_shapes[r].intersects(point)]
    found = rooms_at(demo, np.array([level]), np.array([x]), np.array([y]))[0]
    assert found == min(touching, default=NONE)


@given(offset=arrays(np.float64, (200, 2), elements=st.floats(-0.3, 0.3)), seed=st.integers(0, 2**16))
@settings(max_examples=8, deadline=None)
def test_rooms_at_is_exact_near_walls(demo: Site, offset: np.ndarray, seed: int) -> None:
    lines = demo.wall_lines(1)[np.random.default_rng(seed).integers(0, len(demo.wall_lines(1)), 200)]
    points = lines[:, :2] + offset
    found = rooms_at(demo, np.full(200, 1), points[:, 0], points[:, 1])
    expected = np.full(200, NONE)
    for room in reversed(demo.rooms_of_level[1]):
        expected[shapely.intersects_xy(demo.room_shapes[room], points)] = room
    assert found.tolist() == expected.tolist()


def test_rooms_at_knows_no_room_outside_or_on_no_level(demo: Site) -> None:
    level = np.array([0, 1, NONE, 9, 1])
    x = np.array([-50.0, np.nan, 5.0, 5.0, 1e12])
    y = np.array([0.0, 5.0, 5.0, 5.0, 1e12])
    assert rooms_at(demo, level, x, y).tolist() == [NONE] * 5


@given(
    lon=st.floats(-179, 179), lat=st.floats(-80, 80), bearing=st.floats(-360, 360), x=st.floats(-500, 500),
    y=st.floats(-500, 500),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_metres_to_degrees_and_back(lon: float, lat: float, bearing: float, x: float, y: float) -> None:
    frame = Frame(lon, lat, bearing)
    there = frame.to_lonlat(np.array([[x, y]])).round(9)
    assert frame.to_local(there) == pytest.approx(np.array([[x, y]]), abs=2e-4)


def test_bearing_turns_the_y_axis_clockwise_from_north() -> None:
    east_of_origin = Frame(5.0, 45.0, 90.0).to_lonlat(np.array([[0.0, 100.0]]))[0]
    assert east_of_origin[0] > 5.001
    assert east_of_origin[1] == pytest.approx(45.0, abs=1e-6)


def test_walls_crossed_agrees_with_lines_of_sight(demo: Site) -> None:
    gateway = demo.gateways[20]
    grid, lines = demo.grid(1), demo.wall_lines(1)
    crossed = walls_crossed(demo, 1, gateway.x, gateway.y)
    assert crossed.shape == (grid.y.size, grid.x.size)
    walls = shapely.linestrings(lines.reshape(-1, 2, 2))
    rows, columns = np.mgrid[0 : grid.y.size : 5, 0 : grid.x.size : 5]
    differing = 0
    for row, column in zip(rows.ravel(), columns.ravel(), strict=True):
        sight = shapely.LineString([(gateway.x, gateway.y), (grid.x[column], grid.y[row])])
        differing += int(shapely.crosses(walls, sight).sum()) != crossed[row, column]
    assert differing <= 0.02 * rows.size  # a sight line through a wall's very end may count either way


def test_no_wall_within_a_room(demo: Site) -> None:
    room = demo.rooms[demo.room_by_number["030"]]
    grid, crossed = demo.grid(1), walls_crossed(demo, 1, room.x, room.y)
    cells = np.argwhere(shapely.contains_xy(demo.room_shapes[room.index], *np.meshgrid(grid.x, grid.y)))
    assert len(cells) > 30
    assert all(crossed[row, column] == 0 for row, column in cells)


def test_walls_leave_the_doors_open(demo: Site) -> None:
    lines = [shapely.MultiLineString(list(demo.wall_lines(level).reshape(-1, 2, 2))) for level in range(4)]
    for door in demo.doors:
        middle = shapely.Point(door.x, door.y)
        assert demo.walls(door.level).distance(middle) > 0.3
        assert lines[door.level].distance(middle) > 0.3


def test_way_to_another_floor_takes_the_stairs_or_a_lift(demo: Site) -> None:
    lobby, bed = demo.rooms[demo.room_by_number["001"]], demo.rooms[demo.room_by_number["219"]]
    start, end = (lobby.level, lobby.x, lobby.y), (bed.level, bed.x, bed.y)
    way = route(demo, start, end, step_free=True)
    rides = [(a, b) for a, b in pairwise(way) if a.level != b.level]
    shafts = {(landing.x, landing.y) for c in demo.connectors if c.kind == "elevator" for landing in c.landings}
    assert len(rides) == 1
    assert (rides[0][0].x, rides[0][0].y) in shafts
    assert way[0] == start
    assert way[-1] == end
    assert 40 < route_length(demo, start, end) < 120


def test_way_within_a_room_is_straight(demo: Site) -> None:
    lobby = demo.rooms[demo.room_by_number["001"]]
    a, b = (1, lobby.x, lobby.y), (1, lobby.x + 2, lobby.y)
    assert route(demo, a, b) == [a, b]
    assert route_length(demo, a, b) == pytest.approx(2.0)


def test_way_in_a_bent_corridor_goes_round_the_corner(demo: Site) -> None:
    niche, far = (2, 42.5, 39.2), (2, 30.0, 36.8)
    way = route(demo, niche, far)
    assert len(way) > 2
    corridor = demo.room_shapes[demo.room_by_number["104"]]
    assert corridor.covers(shapely.LineString([p[1:] for p in way]))
    assert math.dist(niche[1:], far[1:]) < route_length(demo, niche, far) < 16


def test_way_from_outdoors_starts_at_the_nearest_room(demo: Site) -> None:
    assert route(demo, (1, 22.0, -3.0), (1, 5.0, 7.5))
