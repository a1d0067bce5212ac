"""The figure of the floor model: light enough, opaque, fixed, and true to the building."""

from __future__ import annotations

import base64
import gzip
import json
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import shapely

from components.floor_model import CONFIG, WALL_TOP, floor_figure, storey_gap, theme_tables
from twin.history.areas import CELL_M, LARGE_M2
from twin.settings import Settings
from twin.site import Site, load_site

VIEWS = [0, 1, 2, 3, None]


@lru_cache
def building() -> Site:
    fields = Settings.model_fields
    return load_site(fields["building"].default, fields["gateways"].default)


@lru_cache
def figure(level: int | None, theme: Any = "dark") -> dict[str, Any]:
    return floor_figure(building(), level, theme)


def unpacked(value: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"]).newbyteorder("<"))


def trace(fig: dict[str, Any], name: str) -> dict[str, Any]:
    return fig["data"][fig["layout"]["meta"]["traces"][name]]


@pytest.mark.parametrize("level", VIEWS)
def test_few_traces_none_of_them_transparent(level: int | None) -> None:
    traces = figure(level)["data"]
    assert len(traces) <= 15
    assert len({t["name"] for t in traces}) == len(traces)
    assert all(t.get("opacity", 1) == 1 and t.get("marker", {}).get("opacity", 1) == 1 for t in traces)


@pytest.mark.parametrize("level", VIEWS)
def test_axes_are_fixed_and_the_camera_is_kept(level: int | None) -> None:
    layout = figure(level)["layout"]
    scene = layout["scene"]
    assert scene["aspectmode"] == "manual"
    for axis in "xyz":
        low, high = scene[f"{axis}axis"]["range"]
        assert scene[f"{axis}axis"]["autorange"] is False
        assert low < high
    assert layout["uirevision"] == figure(VIEWS[0])["layout"]["uirevision"]


def test_nothing_is_sent_to_a_cloud() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["displaylogo"] is False


@pytest.mark.parametrize("level", VIEWS)
def test_meshes_are_sound_and_inside_the_axes(level: int | None) -> None:
    fig = figure(level)
    for mesh in (t for t in fig["data"] if t["type"] == "mesh3d" and t["name"] != "disc"):
        points = np.stack([unpacked(mesh[axis]) for axis in "xyz"], axis=1)
        faces = np.stack([unpacked(mesh[corner]) for corner in "ijk"], axis=1)
        for k, axis in enumerate("xyz"):
            low, high = fig["layout"]["scene"][f"{axis}axis"]["range"]
            assert low <= points[:, k].min()
            assert points[:, k].max() <= high
        assert faces.max() < len(points)
        tones = unpacked(mesh["intensity"]) if "intensity" in mesh else None
        if tones is not None:
            assert len(tones) == (len(faces) if mesh["intensitymode"] == "cell" else len(points))
            assert mesh["cmin"] <= tones.min()
            assert tones.max() <= mesh["cmax"]


@pytest.mark.parametrize("level", VIEWS)
def test_each_vertex_of_the_plates_lies_in_the_room_it_picks(level: int | None) -> None:
    fig = figure(level)
    plates, picks = trace(fig, "plates"), fig["layout"]["meta"]["plates"]
    xy = np.stack([unpacked(plates[axis]) for axis in "xy"], axis=1) / 100
    starts = picks["vertex"]
    assert starts[0] == 0
    assert starts[-1] == len(xy)
    assert picks["face"][-1] == len(unpacked(plates["i"])) == len(unpacked(picks["code"]))
    for room, start, end in zip(picks["room"], starts[:-1], starts[1:], strict=True):
        shape = building().room_shapes[room]
        assert shapely.distance(shapely.points(xy[start:end]), shape).max(initial=0) < 0.03


def test_faces_of_a_room_use_its_own_vertices() -> None:
    fig = figure(1)
    plates, picks = trace(fig, "plates"), fig["layout"]["meta"]["plates"]
    faces = np.stack([unpacked(plates[corner]) for corner in "ijk"], axis=1)
    for k in range(len(picks["room"])):
        own = faces[picks["face"][k] : picks["face"][k + 1]]
        assert ((own >= picks["vertex"][k]) & (own < picks["vertex"][k + 1])).all()


def test_large_rooms_of_one_level_come_in_squares_of_history() -> None:
    picks = figure(1)["layout"]["meta"]["plates"]
    plates = trace(figure(1), "plates")
    xy = np.stack([unpacked(plates[axis]) for axis in "xy"], axis=1) / 100
    for k, cell in enumerate(picks["cell"]):
        assert (cell is not None) == (building().rooms[picks["room"][k]].area > LARGE_M2)
        if cell is not None:
            corner = CELL_M * np.array(cell)
            points = xy[picks["vertex"][k] : picks["vertex"][k + 1]]
            assert (points >= corner - 0.02).all()
            assert (points <= corner + CELL_M + 0.02).all()
    assert not any(figure(None)["layout"]["meta"]["plates"]["cell"])


def test_the_circle_and_the_ways_wait_out_of_sight() -> None:
    fig = figure(1)
    for name in ("disc", "trails"):
        assert trace(fig, name)["x"][0] > fig["layout"]["scene"]["xaxis"]["range"][1]


def test_plates_cover_the_rooms_once() -> None:
    fig = figure(1)
    plates = trace(fig, "plates")
    xy = np.stack([unpacked(plates[axis]) for axis in "xy"], axis=1) / 100
    corners = [xy[unpacked(plates[corner])] for corner in "ijk"]
    u, v = corners[1] - corners[0], corners[2] - corners[0]
    drawn = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() / 2
    site = building()
    rooms = shapely.union_all([site.room_shapes[i] for i in site.rooms_of_level[1]])
    assert drawn == pytest.approx(rooms.area, rel=0.01)


def test_walls_are_cut_and_leave_doors_open() -> None:
    slab = trace(figure(1), "slab")
    caps = unpacked(slab["intensity"]) == 100
    assert caps.any()
    assert (unpacked(slab["z"])[caps] == round(100 * WALL_TOP)).all()
    walls = building().walls(1)
    door = next(d for d in building().doors if d.level == 1)
    assert not walls.contains(shapely.Point(door.x, door.y))


def test_levels_lifted_apart_do_not_meet() -> None:
    fig = figure(None)
    lifts = list(fig["layout"]["meta"]["lifts"].values())
    assert np.diff(lifts).min() >= 1000
    assert np.diff(lifts) == pytest.approx(100 * storey_gap(building()), abs=1)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_level_is_light(level: int) -> None:
    assert len(gzip.compress(json.dumps(figure(level)).encode(), 6)) <= 150_000


def test_the_other_theme_needs_no_new_figure() -> None:
    dark, light = figure(1), figure(1, "light")
    table = theme_tables(building())["light"]
    for trace_name, values in table["traces"].items():
        for key, value in values.items():
            found: Any = trace(light, trace_name)
            for step in key.split("."):
                found = found[step]
            assert found == value
    same = [t["name"] for t in dark["data"]]
    assert same == [t["name"] for t in light["data"]]
    assert trace(dark, "plates")["intensity"] == trace(light, "plates")["intensity"]
    assert table["background"] == light["layout"]["paper_bgcolor"]


def test_the_figure_is_plain_json_and_the_same_each_time() -> None:
    assert json.dumps(floor_figure(building(), 2)) == json.dumps(floor_figure(building(), 2))
