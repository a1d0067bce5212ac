"""Triangles: areas, sides, shade and rims."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from components import floor_mesh
from components.floor_mesh import Mesh


def area(mesh: Mesh) -> float:
    a, b, c = (mesh.xyz[mesh.faces[:, k]] / 100.0 for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def upwards(mesh: Mesh) -> bool:
    a, b, c = (mesh.xyz[mesh.faces[:, k]].astype(float) for k in range(3))
    return bool((np.cross(b - a, c - a)[:, 2] >= 0).all())


COURTYARD = box(0, 0, 10, 8).difference(box(3, 3, 6, 5))


@pytest.mark.parametrize("shape", [box(0, 0, 4, 3), COURTYARD, MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 2)])])
def test_a_plate_covers_its_shape_and_faces_up(shape: Polygon | MultiPolygon) -> None:
    mesh = floor_mesh.plate(shape, 1.1)
    assert area(mesh) == pytest.approx(shape.area, rel=1e-3)
    assert upwards(mesh)
    assert (mesh.xyz[:, 2] == 110).all()


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=3, max_size=12))
def test_any_room_becomes_a_plate_of_its_area(points: list[tuple[float, float]]) -> None:
    shape = shapely.convex_hull(shapely.MultiPoint(points)).buffer(0.5)
    mesh = floor_mesh.plate(shape, 0.0)
    assert area(mesh) == pytest.approx(shape.area, rel=0.02, abs=0.05)
    assert mesh.faces.max() < len(mesh.xyz)


def test_sides_stand_on_every_edge_and_hole() -> None:
    mesh = floor_mesh.sides(COURTYARD, 0.0, 1.0)
    assert area(mesh) == pytest.approx(COURTYARD.length, rel=1e-3)
    assert set(mesh.tone.tolist()) == {0, 1}


def test_the_shade_of_a_wall_falls_on_one_side() -> None:
    shade = floor_mesh.shade_of(box(0, 0, 5, 0.2), (0.5, -0.4))
    assert shade.contains(shapely.Point(2, -0.3))
    assert not shade.intersects(shapely.Point(2, 0.5))


def test_tones_cut_a_room_without_losing_ground() -> None:
    room = box(0, 0, 6, 4)
    pieces = list(floor_mesh.tones_of(room, (box(0, 0, 6, 1), box(0, 0, 0.5, 4))))
    assert [tone for tone, _ in pieces] == [0, 1, 2]
    assert sum(piece.area for _, piece in pieces) == pytest.approx(room.area)
    assert pieces[2][1].area == pytest.approx(2.0)


def test_a_skirt_fades_outwards() -> None:
    mesh = floor_mesh.skirt(box(0, 0, 10, 8), 2.0, -0.4, (40, 0))
    away = shapely.distance(shapely.points(mesh.xyz[:, :2] / 100), box(0, 0, 10, 8))
    assert mesh.tone[away < 0.01].max() == 40
    assert mesh.tone[away > 1.9].max() == 0


def test_nothing_to_draw_is_an_empty_mesh() -> None:
    assert len(floor_mesh.plate(Polygon(), 0.0).xyz) == 0
    assert len(floor_mesh.merge([]).faces) == 0
    assert floor_mesh.shade_of(Polygon(), (1, 1)).is_empty
