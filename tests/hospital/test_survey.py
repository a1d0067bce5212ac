"""What the simulated surveyor brings home."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.hospital.propagation import Propagation
from twin.hospital.survey import LEAST, MISPLACED_M, NOT_SURVEYED, SECONDS, choose_spots, shares, walk_survey
from twin.model import Tag
from twin.site import Site, rooms_at
from twin.site.survey import Survey


@pytest.fixture(scope="module")
def survey(site: Site, tags: tuple[Tag, ...]) -> Survey:
    return walk_survey(site, tags, 1, 40)


def test_points_are_in_rooms_of_all_levels_and_departments(site: Site, survey: Survey):
    assert len(survey.point) == len(set(survey.point)) == 40
    rooms = [site.rooms[i] for i in rooms_at(site, survey.level, survey.x, survey.y)]  # pyright: ignore[reportArgumentType]
    assert [room.level for room in rooms] == survey.level.tolist()
    assert not {room.space_type for room in rooms} & set(NOT_SURVEYED)
    seen = Counter((room.level, room.department) for room in rooms)
    offered = Counter((r.level, r.department) for r in site.rooms if r.space_type not in NOT_SURVEYED)
    assert all(seen[part] >= min(LEAST, n) for part, n in offered.items())
    assert max(seen.values()) > LEAST
    assert survey.z.tolist() == [pytest.approx(1.1)] * 40


def test_points_are_spread_out(survey: Survey):
    for level in (0, 1):
        x, y = survey.x[survey.level == level], survey.y[survey.level == level]
        apart = np.hypot(x[:, None] - x, y[:, None] - y) + np.eye(len(x)) * 99
        assert apart.min() > 1.5


def test_readings_are_what_gateways_hear_in_twenty_seconds(site: Site, survey: Survey):
    pairs = Counter(zip(survey.at.tolist(), survey.gateway.tolist(), strict=True))
    assert 0.8 * SECONDS < max(pairs.values()) <= SECONDS
    assert ((survey.rssi >= -104) & (survey.rssi <= -22)).all()
    assert (np.diff(survey.at) >= 0).all()
    gateways = site.gateways
    loudest: dict[int, tuple[float, int]] = {}
    for at, gateway, rssi in zip(survey.at.tolist(), survey.gateway.tolist(), survey.rssi.tolist(), strict=True):
        loudest[at] = max(loudest.get(at, (-999.0, 0)), (rssi, gateway))
    same = [gateways[gateway].level == survey.level[at] for at, (_, gateway) in loudest.items()]
    assert np.mean(same) > 0.85


def test_the_same_seed_gives_the_same_survey_and_another_seed_another(site: Site, tags: tuple[Tag, ...]):
    first, again, other = (walk_survey(site, tags, seed, 12) for seed in (1, 1, 2))
    assert first.rssi.tolist() == again.rssi.tolist()
    assert first.x.tolist() == again.x.tolist()
    assert first.rssi.tolist() != other.rssi.tolist()


def test_it_is_the_radio_of_the_running_hospital(site: Site, tags: tuple[Tag, ...], propagation: Propagation):
    """Where the surveyor stands, a tag of the hospital is heard alike, but for its own strength and body."""
    survey = walk_survey(site, tags, 1, 40)
    strangers = walk_survey(site, tags, 7, 40)

    def residuals(measured: Survey) -> np.ndarray:
        found = []
        for point in range(40):
            chosen = measured.at == point
            x, y = (np.array([v[point]], np.float32) for v in (measured.x, measured.y))
            zero = np.zeros(1, np.float32)
            mean = propagation.mean_at(int(measured.level[point]), x, y, zero, zero, np.zeros(1, bool))[0]
            for g in np.unique(measured.gateway[chosen]):
                rssi = measured.rssi[chosen & (measured.gateway == g)]
                if len(rssi) > SECONDS * 0.7:
                    found.append(rssi.mean() - mean[g])
        return np.array(found)

    assert np.std(residuals(survey)) < 0.75 * np.std(residuals(strangers))


def test_a_surveyor_who_turns_has_no_side_in_the_shadow(site: Site, tags: tuple[Tag, ...]):
    straight, turned = (walk_survey(site, tags, 1, 40, turn=turn) for turn in (False, True))
    assert straight.x.tolist() == turned.x.tolist()

    def spread(survey: Survey) -> float:
        keys = survey.at * len(site.gateways) + survey.gateway
        return float(np.mean([survey.rssi[keys == key].std() for key in np.unique(keys) if (keys == key).sum() > 15]))

    assert spread(turned) > spread(straight) + 0.3


def test_more_points_than_there_are_places_is_no_error(site: Site, tags: tuple[Tag, ...]):
    survey = walk_survey(site, tags, 1, 5000)
    assert 40 < len(survey.point) < 5000


def test_where_one_stands_is_near_where_one_says(site: Site):
    from twin.hospital.survey import _really

    spots = choose_spots(site, 300, np.random.default_rng(5))
    x, y = _really(site, spots, np.random.default_rng(6))
    assert (rooms_at(site, spots.level, x, y) == spots.room).all()
    assert np.std(np.append(x - spots.x, y - spots.y)) == pytest.approx(MISPLACED_M, rel=0.25)


@given(
    st.integers(0, 200),
    st.lists(st.tuples(st.floats(1, 500), st.integers(0, 30)), min_size=1, max_size=12),
)
def test_shares_are_given_out_and_nobody_gets_more_than_there_is(points: int, parts: list[tuple[float, int]]):
    areas, most = zip(*parts, strict=True)
    given_out = shares(points, areas, most)
    assert sum(given_out) == min(points, sum(most))
    assert all(0 <= n <= m for n, m in zip(given_out, most, strict=True))
    if points >= sum(min(LEAST, m) for m in most):
        assert all(n >= min(LEAST, m) for n, m in zip(given_out, most, strict=True))
