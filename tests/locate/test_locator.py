"""Where the locator says tags are, in a building where the truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.locate.locator import R90_MAX_M
from twin.model import NONE, Epoch, Gateway, Motion, State

T = 1_795_428_000.0
NOTHING = (np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))


@pytest.fixture(scope="module")
def many(world):
    """200 tags at rest all over the building, heard for ten seconds."""
    rng = np.random.default_rng(11)
    places = world.rooms(rng, 200)
    return places, world.stay(world.locator(200), rng, places, 10)


def test_tags_are_placed_in_their_room(world, many):
    places, fixes = many
    assert np.median(world.away(fixes, places)) < 1.6
    assert np.quantile(world.away(fixes, places), 0.9) < 3.2
    assert (fixes.level == places[:, 0]).mean() > 0.98
    assert (fixes.room == world.room(places)).mean() > 0.9
    assert (fixes.state == State.LIVE).all()
    assert (fixes.gateways > 0).all()


def test_the_probability_of_the_room_is_believable(world, many):
    places, fixes = many
    right = fixes.room == world.room(places)
    assert fixes.p.mean() == pytest.approx(right.mean(), abs=0.1)
    assert fixes.p[right].mean() > fixes.p[~right].mean() + 0.1


def test_doubt_leaves_room_for_the_answer(many):
    _, fixes = many
    doubt = fixes.doubt
    assert ((fixes.p >= 0) & (fixes.p + doubt.p_second <= 1 + 1e-5)).all()
    assert ((doubt.p_level > 0.3) & (doubt.p_level <= 1 + 1e-5)).all()
    two = doubt.second != NONE
    assert two.any()
    assert (doubt.p_second[~two] == 0).all()


def test_every_posterior_is_a_probability(world, rng):
    locator = world.locator(20)
    for k in range(5):
        locator.step(world.epoch(T + k, world.hear(rng, world.rooms(rng, 20))))
        posterior = locator.filter.state.p
        assert (posterior >= 0).all()
        assert posterior.reshape(20, -1).sum(axis=1) == pytest.approx(np.ones(20), abs=1e-3)


def test_a_fix_is_where_somebody_can_be(world, rng):
    locator = world.locator(60)
    for k in range(4):
        fixes = locator.step(world.epoch(T + k, world.hear(rng, world.rooms(rng, 60))))
        row, column = world.cells.at(fixes.x, fixes.y)
        assert world.cells.walkable[fixes.level, row, column].mean() == 1.0


def test_the_radius_holds_the_tag_nine_times_in_ten(rough_world, rng):
    places = rough_world.rooms(rng, 300)
    locator = rough_world.locator(300)
    told = []
    for k in range(30):
        fixes = locator.step(rough_world.epoch(T + k, rough_world.hear(rng, places)))
        told.append(rough_world.away(fixes, places) <= fixes.r90)
    assert 0.82 <= np.mean(told[10:]) <= 0.99


def test_a_walking_tag_is_followed_and_its_radius_is_true(rough_world, rng):
    start, goal = rough_world.cell(1, 5.0, 8.0)[0], rough_world.cell(1, 60.0, 30.0)[0]
    way = rough_world.walk(start, goal)
    assert len(way) > 40
    locator = rough_world.locator(40)
    away, inside = [], []
    for k, place in enumerate(way):
        places = np.tile(place, (40, 1))
        fixes = locator.step(rough_world.epoch(T + k, rough_world.hear(rng, places)))
        away.append(rough_world.away(fixes, places))
        inside.append(away[-1] <= fixes.r90)
    assert np.median(away[5:]) < 2.2
    assert 0.8 <= np.mean(inside[5:]) <= 0.99


def test_a_lift_takes_a_tag_to_another_level(world, rng):
    lift = next(c for c in world.site.connectors if c.kind == "elevator")
    below, above = (world.cell(landing.level, landing.x, landing.y) for landing in lift.landings[:2])
    locator = world.locator(1)
    fixes = world.stay(locator, rng, below, 20)
    assert fixes.level.tolist() == [lift.landings[0].level]
    fixes = world.stay(locator, rng, above, 6, start=T + 30)
    assert fixes.level.tolist() == [lift.landings[1].level]
    assert world.away(fixes, above)[0] < 4


def test_tags_carried_off_are_found_again(world, rng):
    locator = world.locator(30)
    world.stay(locator, rng, world.rooms(rng, 30), 20)
    there = world.rooms(rng, 30)
    fixes = world.stay(locator, rng, there, 6, start=T + 20)
    assert (fixes.level == there[:, 0]).all()
    assert np.median(world.away(fixes, there)) < 2
    assert (world.away(fixes, there) < 6).mean() > 0.9


def test_the_silence_of_a_living_gateway_counts_and_that_of_a_dead_one_does_not(world, rng):
    """Tags beside a gateway that does not hear them: they cannot be there, unless it is dead."""
    nearer = []
    for gateway in range(5, 75, 12):
        places = np.argwhere(world.true[gateway] > np.sort(world.true[gateway].ravel())[-7])
        heard = world.hear(rng, places, deaf=(gateway,))
        dead, living = (world.locator(len(places)).step(world.epoch(T, heard, dead=gone)) for gone in ((gateway,), ()))
        x, y = world.anchors.x[gateway], world.anchors.y[gateway]
        nearer.append(np.hypot(living.x - x, living.y - y) - np.hypot(dead.x - x, dead.y - y))
    assert np.mean(nearer) > 0.3
    assert (np.concatenate(nearer) > -0.3).mean() > 0.85


def test_a_gateway_that_reported_before_the_packet_cannot_have_missed_it(world, rng):
    heard = world.hear(rng, world.rooms(rng, 20))
    missed, waiting, dead = (
        world.locator(20).step(replace(world.epoch(T, heard), heartbeat=np.full(len(world.anchors.x), beat)))
        for beat in (T, T - 2.0, -np.inf)
    )
    assert waiting.x.tolist() == dead.x.tolist()
    assert missed.x.tolist() != dead.x.tolist()


def test_still_tags_settle(world, rng):
    places = world.rooms(rng, 40)
    travelled = {}
    for motion in (Motion.STILL, Motion.UNKNOWN):
        locator = world.locator(40)
        told = np.full(40, motion, np.uint8)
        world.stay(locator, rng, places, 15, motion=told)
        track = [
            locator.step(world.epoch(T + 15 + k, world.hear(np.random.default_rng(k), places), told)) for k in range(20)
        ]
        x, y = (np.array([getattr(f, axis) for f in track]) for axis in "xy")
        travelled[motion] = np.hypot(np.diff(x, axis=0), np.diff(y, axis=0)).sum()
    assert travelled[Motion.STILL] < 0.4 * travelled[Motion.UNKNOWN]


def test_motion_that_is_not_told_is_motion_unknown(world, rng):
    heard = world.hear(rng, world.rooms(rng, 10))
    untold, unknown = (
        [world.locator(10).step(world.epoch(T + k, heard, motion)) for k in range(2)][-1]
        for motion in (None, np.full(10, Motion.UNKNOWN, np.uint8))
    )
    assert untold.x.tolist() == unknown.x.tolist()


def test_an_unheard_tag_keeps_its_place_and_its_radius_grows(world, rng):
    locator = world.locator(5)
    first = world.stay(locator, rng, world.rooms(rng, 5), 8)
    radius = first.r90
    for silent in (5, 30, 120, 900):
        fixes = locator.step(world.epoch(T + 8 + silent, NOTHING))
        for name in ("x", "y", "level", "room", "p", "heard"):
            assert getattr(fixes, name).tolist() == getattr(first, name).tolist()
        assert (fixes.r90 > radius).all() or (fixes.r90 == R90_MAX_M).all()
        radius = fixes.r90
    assert radius.max() == R90_MAX_M


def test_only_tags_with_a_row_are_computed_anew(world, rng):
    locator = world.locator(4)
    places = world.rooms(rng, 4)
    before = world.stay(locator, rng, places, 3)
    tag, gateway, rssi = world.hear(rng, places)
    one = tag == 2
    after = locator.step(world.epoch(T + 3, (tag[one], gateway[one], rssi[one])))
    assert (before.x == after.x).tolist() == [True, True, False, True]
    assert (after.heard > before.heard).tolist() == [False, False, True, False]


def test_before_anything_is_heard_nothing_is_known(world):
    fixes = world.locator(3).step(world.epoch(T, NOTHING))
    assert fixes.state.tolist() == [State.UNSEEN] * 3
    assert fixes.level.tolist() == fixes.room.tolist() == fixes.doubt.second.tolist() == [NONE] * 3
    assert fixes.r90.tolist() == [R90_MAX_M] * 3
    assert fixes.p.tolist() == fixes.gateways.tolist() == [0] * 3


def test_fixes_are_copies(world, rng):
    locator = world.locator(2)
    places = world.rooms(rng, 2)
    first = world.stay(locator, rng, places, 2)
    kept = first.x.copy()
    world.stay(locator, rng, places, 2, start=T + 2)
    assert first.x.tolist() == kept.tolist()


def test_an_empty_register(world):
    assert len(world.locator(0).step(world.epoch(T, NOTHING)).x) == 0


def test_one_gateway_alone_gives_a_wide_circle_around_it(world):
    gateway = 10
    heard = (np.zeros(1, np.int32), np.full(1, gateway, np.int32), np.full(1, -60, np.float32))
    everyone_else = tuple(g for g in range(len(world.anchors.x)) if g != gateway)
    locator = world.locator(1)
    fixes = [locator.step(world.epoch(T + k, heard, dead=everyone_else)) for k in range(5)][-1]
    assert np.hypot(fixes.x[0] - world.anchors.x[gateway], fixes.y[0] - world.anchors.y[gateway]) < 6
    assert fixes.level.tolist() == [world.anchors.level[gateway]]
    assert 1.3 < fixes.r90[0] < 20
    assert fixes.gateways.tolist() == [1]


@pytest.mark.parametrize("rssi", [-110.0, -90.0, -70.0, -45.0])
@pytest.mark.parametrize("gateways", [1, 10, 25])
def test_contradictory_readings_give_a_fix(world, rssi, gateways):
    """One MAC address that many tags send, or somebody forges: no place explains it."""
    by = np.linspace(0, len(world.anchors.x) - 1, gateways).astype(np.int32)
    locator = world.locator(1)
    for k in range(3):
        fixes = locator.step(
            world.epoch(T + k, (np.zeros(gateways, np.int32), by, np.full(gateways, rssi, np.float32)))
        )
        assert np.isfinite([fixes.x[0], fixes.y[0], fixes.r90[0], fixes.p[0]]).all()
        assert world.cells.walkable[fixes.level[0], *np.concatenate(world.cells.at(fixes.x, fixes.y))]


@pytest.mark.parametrize("rssi", [-110.0, -45.0])
def test_contradictory_readings_of_all_gateways_give_a_fix(world, rssi):
    test_contradictory_readings_give_a_fix(world, rssi, len(world.anchors.x))


def test_a_clock_that_steps_back_does_no_harm(world, rng):
    locator = world.locator(5)
    places = world.rooms(rng, 5)
    world.stay(locator, rng, places, 5)
    fixes = world.stay(locator, rng, places, 5, start=T - 100)
    assert np.isfinite(fixes.x).all()
    assert np.isfinite(fixes.r90).all()
    assert np.median(world.away(fixes, places)) < 4


def test_restored_fixes_are_reported_until_tags_are_heard(world, rng):
    places = world.rooms(rng, 6)
    before = world.stay(world.locator(6), rng, places, 8)
    before = replace(before, level=np.where(np.arange(6) == 5, NONE, before.level).astype(np.int32))
    locator = world.locator(6)
    locator.restore(before)
    fixes = locator.step(world.epoch(T + 60, NOTHING))
    for name in ("x", "y", "level", "room", "p", "heard"):
        assert getattr(fixes, name)[:5].tolist() == getattr(before, name)[:5].tolist()
    assert fixes.state.tolist() == [State.LIVE] * 5 + [State.UNSEEN]
    assert (fixes.r90[:5] > before.r90[:5]).all()
    there = world.rooms(rng, 6)
    fixes = world.stay(locator, rng, there, 8, start=T + 61)
    assert np.median(world.away(fixes, there)) < 2


def test_a_building_without_gateways(world):
    site = replace(world.site, gateways=())
    from twin.locate.build import locator_of, map_of

    fixes = locator_of(site, (), *map_of(site, None)).step(Epoch(T, *NOTHING, np.empty(0), np.empty(0)))
    assert len(fixes.x) == 0


def test_tags_of_one_model_and_kind_are_a_group(world):
    from twin.locate.build import locator_of
    from twin.model import Kind, Tag

    tags = [Tag(i, f"{i:012X}", model, kind, "", "a") for i, (model, kind) in enumerate(
        [("E7", Kind.ASSET), ("E7", Kind.STAFF), ("E7", Kind.ASSET), ("B10", Kind.STAFF)])]  # fmt: skip
    locator = locator_of(world.site, tags, world.cells, world.radio)
    fixes = locator.step(world.epoch(T, NOTHING))
    assert len(fixes.x) == 4


def test_a_gateway_outside_the_raster_does_no_harm(world, rng):
    from twin.locate.build import locator_of, map_of

    far = Gateway(len(world.site.gateways), "AA" * 6, "far", "G1", 0, -500.0, 900.0, 2.5, "t")
    site = replace(world.site, gateways=(*world.site.gateways, far))
    locator = locator_of(site, (), *map_of(site, None))
    assert len(locator.residuals()) == len(site.gateways)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_does_not_matter(world, random):
    rng = np.random.default_rng(3)
    places = world.rooms(rng, 8)
    heard = [world.hear(rng, places) for _ in range(4)]
    order = [random.sample(range(len(rows[0])), len(rows[0])) for rows in heard]
    plain, mixed = world.locator(8), world.locator(8)
    for k, rows in enumerate(heard):
        a = plain.step(world.epoch(T + k, rows))
        b = mixed.step(world.epoch(T + k, tuple(column[order[k]] for column in rows)))
        assert a.room.tolist() == b.room.tolist()
        assert a.level.tolist() == b.level.tolist()
        for axis in ("x", "y", "r90"):
            assert getattr(b, axis) == pytest.approx(getattr(a, axis), abs=1e-2)


def test_tags_do_not_depend_on_each_other_in_one_epoch(world, rng):
    """Only offsets of groups and gateways, learned slowly, are shared."""
    places = world.rooms(rng, 12)
    tag, gateway, rssi = world.hear(rng, places)
    together = world.locator(12).step(world.epoch(T, (tag, gateway, rssi)))
    for i in range(0, 12, 3):
        mine = tag == i
        alone = world.locator(1).step(world.epoch(T, (np.zeros(mine.sum(), np.int32), gateway[mine], rssi[mine])))
        assert alone.x[0] == pytest.approx(together.x[i], abs=0.05)
        assert alone.room[0] == together.room[i]
