"""The plain method on tags whose place is known: heard in free space, without walls."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from twin.locate import CentroidLocator, Locator
from twin.locate.area import Area, nearest_inside
from twin.locate.cloud import Cloud
from twin.locate.place import RoomChoice
from twin.model import NONE, Epoch, State
from twin.site import Site, rooms_at

T = 1_795_428_000.0


def heard(site: Site, level: np.ndarray, x: np.ndarray, y: np.ndarray, t: float, rng: np.random.Generator, offset=0.0):
    """The epoch of tags at known places: n = 2, slabs of 16 dB, 3 dB of noise, nothing below -85 dBm."""
    elevation = np.array([each.elevation for each in site.levels])
    at = np.array([(g.x, g.y, elevation[g.level] + g.z) for g in site.gateways])
    floor = np.array([g.level for g in site.gateways])
    dz = elevation[level][:, None] + 1.1 - at[:, 2]
    d = np.sqrt((x[:, None] - at[:, 0]) ** 2 + (y[:, None] - at[:, 1]) ** 2 + dz**2)
    slabs = np.abs(level[:, None] - floor)
    rssi = -59 - 20 * np.log10(d) - 0.4 * d - 16 * slabs + offset + rng.normal(0, 3, d.shape)
    tag, gateway = np.nonzero(rssi > -85)
    return Epoch(
        t, tag.astype(np.int32), gateway.astype(np.int32), rssi[tag, gateway].astype(np.float32),
        np.full(len(tag), t - 0.2), np.full(len(floor), t),
    )  # fmt: skip


@pytest.fixture(scope="module")
def rooms(site: Site):
    chosen = [room for room in site.rooms if room.area > 8]
    return (
        np.array([room.level for room in chosen], np.int32),
        np.array([room.x for room in chosen]),
        np.array([room.y for room in chosen]),
    )


def run(site: Site, rooms, epochs: int = 12, **world):
    level, x, y = rooms
    locator: Locator = CentroidLocator(site, len(x))
    rng = np.random.default_rng(3)
    return [locator.step(heard(site, level, x, y, T + k, rng, **world)) for k in range(epochs)]


def test_rest_positions_are_found(site: Site, rooms):
    fixes = run(site, rooms)[-1]
    level, x, y = rooms
    error = np.hypot(fixes.x - x, fixes.y - y)
    assert (fixes.level == level).mean() > 0.97
    assert np.median(error) < 2.5
    assert (error <= fixes.r90).mean() > 0.85
    assert np.all(fixes.state == State.LIVE)


def test_a_weak_tag_is_still_found(site: Site, rooms):
    _, x, y = rooms
    fixes = run(site, rooms, offset=-6.0)[-1]
    seen = fixes.level >= 0
    assert seen.mean() > 0.95
    assert np.median(np.hypot(fixes.x - x, fixes.y - y)[seen]) < 3.0


def test_reported_places_are_in_rooms(site: Site, rooms):
    fixes = run(site, rooms)[-1]
    seen = fixes.level >= 0
    inside = rooms_at(site, fixes.level[seen], fixes.x[seen], fixes.y[seen])
    assert (inside != NONE).mean() > 0.97  # a raster of 0.5 m may miss a corner
    assert np.all((fixes.p >= 0) & (fixes.p <= 1))


def test_a_resting_tag_does_not_flicker(site: Site, rooms):
    course = run(site, rooms, epochs=40)
    changes = sum((b.room != a.room).sum() for a, b in pairwise(course[10:]))
    assert changes / len(rooms[0]) / 29 * 60 < 1.0


def test_tags_not_heard_keep_their_place_and_time(site: Site):
    locator = CentroidLocator(site, 2)
    gateway = np.array([0], np.int32)
    first = locator.step(
        Epoch(T, np.array([0], np.int32), gateway, np.array([-60], np.float32), np.array([T]), np.full(75, T))
    )
    empty = np.empty(0)
    nothing = Epoch(
        T + 9, empty.astype(np.int32), empty.astype(np.int32), empty.astype(np.float32), empty, np.full(75, T)
    )
    later = locator.step(nothing)
    assert later.x[0] == first.x[0]
    assert later.heard[0] == T
    assert later.state.tolist() == [State.LIVE, State.UNSEEN]
    assert later.level[1] == later.room[1] == NONE


def test_one_gateway_puts_a_tag_near_it_with_a_wide_radius(site: Site):
    locator = CentroidLocator(site, 1)
    gateway = site.gateways[5]
    for rssi, farthest in ((-62, 4.0), (-80, 13.0)):
        fixes = locator.step(
            Epoch(
                T,
                np.array([0], np.int32),
                np.array([5], np.int32),
                np.array([rssi], np.float32),
                np.array([T]),
                np.full(len(site.gateways), T),
            )
        )
        assert fixes.level[0] == gateway.level
        assert np.hypot(fixes.x[0] - gateway.x, fixes.y[0] - gateway.y) < farthest
    assert fixes.r90[0] > 4.0


def test_a_restored_locator_goes_on(site: Site, rooms):
    before = run(site, rooms)[-1]
    locator = CentroidLocator(site, len(rooms[0]))
    locator.restore(before)
    empty = np.empty(0)
    after = locator.step(
        Epoch(T, empty.astype(np.int32), empty.astype(np.int32), empty.astype(np.float32), empty, np.full(75, T))
    )
    assert np.array_equal(after.room, before.room)
    assert np.array_equal(after.x, before.x)


def test_the_same_epochs_give_the_same_fixes(site: Site, rooms):
    one, two = run(site, rooms)[-1], run(site, rooms)[-1]
    for name in ("x", "y", "level", "room", "p", "r90", "heard"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


def test_a_room_changes_only_with_a_lead():
    choice = RoomChoice(1)
    tag = np.array([0], np.int32)

    def see(*weights: float) -> int:
        room = np.arange(len(weights), dtype=np.int32)[None]
        choice.step(tag, Cloud(room, np.array([weights], np.float32), room.astype(np.float32), room.astype(np.float32)))
        return int(choice.room[0])

    assert see(0.9, 0.1) == 0
    assert see(0.4, 0.6) == 0
    assert see(0.9, 0.1) == 0
    assert see(0.1, 0.9) == 0
    assert see(0.1, 0.9) == 1


def test_jump_flooding_finds_the_nearest_cell():
    rng = np.random.default_rng(5)
    inside = rng.random((30, 41)) < 0.02
    home = nearest_inside(inside)
    row, column = np.mgrid[0:30, 0:41]
    there = np.argwhere(inside)
    best = ((there[:, 0, None, None] - row) ** 2 + (there[:, 1, None, None] - column) ** 2).min(axis=0)
    found = (home[0] - row) ** 2 + (home[1] - column) ** 2
    assert (found == best).mean() > 0.99  # its few errors are of a cell
    assert np.all(inside[home[0], home[1]])


def test_points_outside_are_put_back(site: Site):
    area = Area(site)
    level = np.zeros(2, np.int32)
    x, y = area.snap(level, np.array([-50.0, 500.0], np.float32), np.array([20.0, 500.0], np.float32))
    assert np.all(area.rooms(level, x, y) >= 0)
