"""Colours: readable, distinct, and one for everything that is drawn."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from components import floor_style
from components.floor_style import DARK, LIGHT, SHADES, THEMES, Theme
from components.names import ASSET_TYPES

DEPARTMENTS = ["emergency", "imaging", "theatres", "icu", "ward_a", "ward_b", "outpatients", "pharmacy", "laboratory"]


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_names_can_be_read_on_every_floor(theme: Theme) -> None:
    for plate in floor_style.plate_palette(theme, DEPARTMENTS):
        assert contrast(theme.label, plate) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_department_chips_are_seen_and_differ(theme: Theme) -> None:
    chips = [floor_style.swatch(theme, key, DEPARTMENTS) for key in DEPARTMENTS]
    assert all(contrast(chip, theme.background) >= 3 for chip in chips)
    assert all(a != b for a, b in combinations(chips, 2))


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_markers_stand_out_from_the_floors(theme: Theme) -> None:
    plates = floor_style.plate_palette(theme, DEPARTMENTS)
    for marker in floor_style.MARKERS:
        colour = marker.dark if theme is DARK else marker.light
        assert min(contrast(colour, plate) for plate in plates) >= 3, marker.layer


def test_corridors_are_quieter_than_any_room() -> None:
    for theme in (DARK, LIGHT):
        corridor = theme.circulation
        assert corridor[1] < theme.chroma * 0.3


def test_a_stepped_scale_shows_each_code_its_own_colour() -> None:
    scale = floor_style.stepped(["#111111", "#222222", "#333333"])
    assert scale[0] == [0, "#111111"]
    assert scale[-1] == [1, "#333333"]
    assert [edge for edge, _ in scale] == sorted(edge for edge, _ in scale)


def test_unknown_departments_get_colours_of_their_own() -> None:
    every = ["emergency", "dialysis", "maternity"]
    chips = {floor_style.swatch(DARK, key, every) for key in every}
    assert len(chips) == 3


def test_palettes_have_the_length_the_browser_counts_on() -> None:
    assert len(floor_style.plate_palette(DARK, DEPARTMENTS)) == SHADES * (len(DEPARTMENTS) + 1)


def test_every_colour_is_a_hex_that_plotly_reads() -> None:
    colours = [c for t in THEMES.values() for c in floor_style.plate_palette(t, DEPARTMENTS)]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", c) for c in colours)


def test_every_type_of_asset_has_a_layer_with_a_marker() -> None:
    layers = {marker.layer for marker in floor_style.MARKERS}
    assert set(floor_style.ASSET_LAYER) == set(ASSET_TYPES)
    assert set(floor_style.ASSET_LAYER.values()) <= layers


def test_no_two_layers_look_the_same_without_colour() -> None:
    looks = {(marker.symbol, marker.size) for marker in floor_style.MARKERS}
    assert len(looks) == len(floor_style.MARKERS)
