"""Expected coverage and error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.locate.quality import quality
from twin.site.survey import assemble


@pytest.fixture(scope="module")
def plain(site):
    return quality(site, None)


def test_there_is_an_answer_exactly_where_somebody_can_walk(world, plain):
    assert plain.error.shape == plain.heard.shape == world.cells.shape
    assert (np.isnan(plain.error) == ~world.cells.walkable).all()
    assert (plain.step, plain.x0, plain.y0) == (world.cells.step, world.cells.x0, world.cells.y0)


def test_numbers_are_believable(world, plain):
    error, heard = plain.error[world.cells.walkable], plain.heard[world.cells.walkable]
    assert 0.5 < np.median(error) < 4
    assert error.min() >= 0
    assert error.max() < 30
    assert 3 < np.median(heard) < 15
    assert heard.max() <= len(world.anchors.x)


def test_expected_error_is_that_of_tags(rough_world, plain, rng):
    """In a building where the map is wrong by what it says of itself."""
    places = rough_world.rooms(rng, 300)
    locator = rough_world.locator(300)
    fixes = rough_world.stay(locator, rng, places, 10)
    told = plain.error[tuple(places.T)]
    assert np.median(rough_world.away(fixes, places)) == pytest.approx(np.median(told), rel=0.6)


def test_fewer_gateways_hear_less_and_place_worse(site, world, plain):
    gone = [g.index for g in site.gateways if g.level == 2][::2]
    left = [g for g in site.gateways if g.index not in gone]
    fewer = quality(replace(site, gateways=tuple(replace(g, index=i) for i, g in enumerate(left))), None)
    walkable = world.cells.walkable
    assert (fewer.heard[walkable] <= plain.heard[walkable] + 1e-3).all()
    x, y = world.cells.x[None, None, :], world.cells.y[None, :, None]
    near = np.zeros(walkable.shape, bool)
    for g in gone:
        near[2] |= (np.hypot(x - site.gateways[g].x, y - site.gateways[g].y) < 8)[0]
    where = near & walkable
    assert fewer.error[where].mean() > plain.error[where].mean() + 0.2
    assert (fewer.error[where] >= plain.error[where] - 0.3).mean() > 0.95


def test_without_gateways_nothing_is_heard(site, world, plain):
    none = quality(replace(site, gateways=()), None)
    assert none.heard.max() == 0
    assert (np.isnan(none.error) == ~world.cells.walkable).all()
    assert np.nanmedian(none.error) > 2 * np.nanmedian(plain.error)


def test_a_survey_makes_the_expectation_better_where_it_was_made(site, world, plain):
    rooms = [r for r in site.rooms if r.level == 1][::3]
    radio = world.radio
    places, rows = {}, []
    for room in rooms:
        level, row, column = world.cell(1, room.x, room.y)[0]
        places[room.id] = (room.x, room.y, 1.1, 1)
        mean = radio.mean[:, level, row, column]
        rows += [(room.id, int(g), float(mean[g])) for g in np.flatnonzero(mean > radio.edge) for _ in range(5)]
    surveyed = quality(site, assemble(places, rows))
    assert np.nanmean(surveyed.error[1]) < np.nanmean(plain.error[1])
    assert (np.isnan(surveyed.error) == np.isnan(plain.error)).all()
