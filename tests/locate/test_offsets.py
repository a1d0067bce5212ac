"""Offsets of tags and gateways: learned from many places, not from one."""

from __future__ import annotations

import numpy as np
import pytest

from twin.locate.offsets import MOST_DB, GatewayOffsets

T = 1_795_428_000.0


def walks(world, rng, tags: int, seconds: int):
    """Places of tags that all walk to and fro on one level, [second][tag]."""
    corners = [(5.0, 8.0), (60.0, 30.0), (20.0, 16.0), (55.0, 12.0)]
    ways = []
    for n in range(tags):
        a, b = (world.cell(1, *corners[(n + k) % 4])[0] for k in range(2))
        way = world.walk(a, b)
        there_and_back = np.concatenate((way, way[::-1]))
        ways.append(there_and_back[(np.arange(seconds) + 7 * n) % len(there_and_back)])
    return np.stack(ways, axis=1)


def follow(world, rng, places, offset, locator=None):
    """The locator, and metres between fixes and the truth, [second][tag]."""
    locator = locator or world.locator(places.shape[1])
    away = [
        world.away(locator.step(world.epoch(T + k, world.hear(rng, now, offset))), now) for k, now in enumerate(places)
    ]
    return locator, np.array(away)


def test_a_walking_tag_shows_its_offset(world, rng):
    places = walks(world, rng, 9, 120)
    offset = np.repeat([-6.0, 0.0, 6.0], 3).astype(np.float32)
    locator, away = follow(world, rng, places, offset)
    learned = locator.filter.state.offset
    assert -8 < learned[:3].mean() < -2.5
    assert learned[3:6].mean() == pytest.approx(0, abs=1.5)
    assert 2.5 < learned[6:].mean() < 8
    assert np.median(away[60:]) < 2.0


def test_what_was_learned_makes_a_weak_tag_s_place_better(world, monkeypatch: pytest.MonkeyPatch):
    away = []
    for learns in (True, False):
        rng = np.random.default_rng(3)
        places = walks(world, rng, 12, 120)
        locator = world.locator(12)
        if not learns:
            monkeypatch.setattr(locator.filter, "_learn_tags", lambda *_: None)
        away.append(np.mean(follow(world, rng, places, -6.0, locator)[1][40:]))
    assert away[0] < 0.95 * away[1]


def test_at_rest_less_is_believed_and_nothing_is_forgotten(world, rng):
    moving = walks(world, rng, 4, 90)
    locator, _ = follow(world, rng, moving, -6.0)
    learned = locator.filter.state.offset.copy()
    rested = np.tile(moving[-1], (60, 1, 1))
    for k, now in enumerate(rested):
        locator.step(world.epoch(T + 90 + k, world.hear(rng, now, -6.0)))
    assert locator.filter.state.offset == pytest.approx(learned, abs=2.5)


def test_tags_of_one_group_share_their_usual_offset(world, rng):
    """Thirty belts 8 dB down: ten new belts are taken to be weaker than ten tags of which nothing is known."""
    places = world.rooms(rng, 2000)
    well_heard = (world.true[:, places[:, 0], places[:, 1], places[:, 2]] > -80).sum(axis=0) >= 3
    places = places[well_heard][:40]
    old = np.arange(40) < 30
    seconds = [world.hear(rng, places, -8.0) for _ in range(27)]
    offset = []
    for groups in (np.zeros(40, np.int32), np.where(old, 0, 1 + np.arange(40)).astype(np.int32)):
        locator = world.locator(40, groups)
        for k, (tag, gateway, rssi) in enumerate(seconds):
            now = old[tag] | (k >= 25)
            locator.step(world.epoch(T + k, (tag[now], gateway[now], rssi[now])))
        offset.append(locator.filter.state.offset)
    assert offset[0][~old].mean() < offset[1][~old].mean() - 0.3
    assert offset[0][old].mean() < -1.5


def test_a_gateway_that_hears_less_is_learned_and_others_are_not(rng):
    offsets = GatewayOffsets(6, -94.0, 5.0, learn=True)
    true = np.array([0, -5, 0, 0, 0, 0], np.float32)
    for _ in range(2000):
        gateway = rng.integers(0, 6, 60).astype(np.int32)
        residual = true[gateway] + rng.normal(0, 4, 60)
        rssi = np.full(60, -70.0, np.float32)
        offsets.learn(gateway, rssi, (residual - offsets.db[gateway]).astype(np.float32))
    apart = offsets.db - np.delete(offsets.db, 1).mean()
    assert apart[1] == pytest.approx(-5, abs=1.2)
    assert np.abs(np.delete(apart, 1)).max() < 0.8
    corrected = offsets.corrected(np.array([1], np.int32), np.array([-80.0], np.float32))
    assert corrected[0] == pytest.approx(-80.0 - offsets.db[1])


def test_weak_readings_teach_a_gateway_nothing_and_an_offset_has_a_limit(rng):
    offsets = GatewayOffsets(2, -94.0, 5.0, learn=True)
    rows = np.zeros(100, np.int32)
    for _ in range(500):
        offsets.learn(rows, np.full(100, -93.0, np.float32), np.full(100, 30.0, np.float32))
    assert offsets.db.tolist() == [0, 0]
    for _ in range(3000):
        offsets.learn(rows, np.full(100, -60.0, np.float32), np.full(100, 30.0, np.float32))
    assert 0 < offsets.db[0] <= MOST_DB


def test_nothing_is_learned_where_it_must_not(rng):
    offsets = GatewayOffsets(1, -94.0, 5.0, learn=False)
    offsets.learn(np.zeros(9, np.int32), np.full(9, -60.0, np.float32), np.full(9, 9.0, np.float32))
    assert offsets.db.tolist() == [0]
