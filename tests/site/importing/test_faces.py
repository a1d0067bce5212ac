"""Rooms from the faces that walls enclose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shapely import box, union_all

from twin.site.importing.faces import GROWN_M, enclosed_faces, rooms_from_faces


def grid(columns: int, rows: int, side: float, wall: float) -> list:
    width, height = columns * side + wall, rows * side + wall
    upright = [box(i * side, 0, i * side + wall, height) for i in range(columns + 1)]
    return upright + [box(0, j * side, width, j * side + wall) for j in range(rows + 1)]


@given(columns=st.integers(1, 4), rows=st.integers(1, 4), side=st.floats(1.5, 6.0), wall=st.floats(0.05, 0.3))
def test_a_grid_of_walls_has_a_room_in_each_cell(columns: int, rows: int, side: float, wall: float) -> None:
    faces = enclosed_faces(grid(columns, rows, side, wall))
    assert len(faces) == columns * rows
    clear = side - wall - 2 * GROWN_M
    assert all(abs(face.area - clear**2) < 1e-6 for face in faces)
    assert abs(union_all(faces).area - sum(face.area for face in faces)) < 1e-6


def test_rooms_are_numbered_in_rows_from_the_upper_left_and_keep_their_keys() -> None:
    walls = grid(2, 2, 4.0, 0.2)
    rooms = rooms_from_faces("storey", "3", walls)
    assert [room.number for room in rooms] == ["3-001", "3-002", "3-003", "3-004"]
    assert rooms[0].shape.centroid.y > rooms[2].shape.centroid.y
    more = rooms_from_faces("storey", "3", [*walls, box(1.0, 1.0, 1.1, 1.1)])
    assert [room.key for room in more] == [room.key for room in rooms]


def test_nothing_encloses_nothing() -> None:
    assert enclosed_faces([]) == ()
    assert enclosed_faces([box(0, 0, 0.2, 9)]) == ()
