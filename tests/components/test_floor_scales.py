"""Scales of the layers: readable in grey and by every eye, and never the colour of "no data"."""

from __future__ import annotations

import numpy as np
import pytest

from components.floor_scales import QUANTITIES, STEPS, Quantity, no_data, palette, stops
from components.floor_style import SHADES, THEMES, Theme

BOTH = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
EACH = pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda q: q.key)
# Viénot, Brettel and Mollon 1999, in linear RGB: how a person without one kind of cone sees.
EYES = {
    "protan": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "deutan": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}
TO_LMS = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.63]])
TO_LAB = np.array([[0.2105, 0.7936, -0.0041], [1.978, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    return TO_LAB @ np.cbrt(TO_LMS @ np.clip(rgb, 0, 1))


def scale(theme: Theme, quantity: Quantity) -> list[str]:
    """The unshaded colours of the steps."""
    return palette(theme, quantity)[SHADES::SHADES]


@BOTH
@EACH
def test_a_palette_has_a_colour_for_each_code(theme: Theme, quantity: Quantity) -> None:
    assert len(palette(theme, quantity)) == SHADES * (STEPS + 1)


@BOTH
@EACH
def test_more_is_further_from_the_ground(theme: Theme, quantity: Quantity) -> None:
    if quantity.hues is None:
        return
    light = np.array([oklab(linear(colour))[0] for colour in scale(theme, quantity)])
    way = 1 if theme.name == "dark" else -1
    assert (np.diff(way * light) > 0).all()
    assert abs(light[-1] - light[0]) > 0.3


@BOTH
@EACH
def test_no_data_looks_like_no_value(theme: Theme, quantity: Quantity) -> None:
    nothing = oklab(linear(no_data(theme)))
    for colour in scale(theme, quantity):
        assert np.linalg.norm(oklab(linear(colour)) - nothing) > 0.06


@pytest.mark.parametrize("eye", EYES)
@BOTH
@EACH
def test_far_values_differ_for_every_eye(theme: Theme, quantity: Quantity, eye: str) -> None:
    seen = [oklab(EYES[eye] @ linear(colour)) for colour in stops(theme, quantity)]
    for i in range(len(seen)):
        for j in range(i + 2, len(seen)):
            assert np.linalg.norm(seen[i] - seen[j]) > 0.08, (i, j)
