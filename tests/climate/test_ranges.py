"""The shipped ranges are sound, and faults are named with their line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.climate import load_ranges
from twin.climate.ranges import require_types
from twin.errors import SettingsError
from twin.settings import ROOT


def test_the_shipped_ranges():
    ranges = load_ranges(ROOT / "data/climate.toml")
    assert ranges["vaccine_fridge"].temperature_c == (2.0, 8.0)
    assert ranges["blood_fridge"].temperature_c == (1.0, 6.0)
    assert ranges["theatre"].humidity_pct == (20.0, 60.0)
    kinds = "room theatre vaccine_fridge medicine_fridge blood_fridge sterile_store server_room"
    require_types(ranges, kinds.split(), Path("climate.toml"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[room]\ntemperature_c = [8, 2]\n", "line 2: room.temperature_c: must be [lowest, highest]"),
        ("\n[room]\nhumidity_pct = [0, 101]\n", "line 3: room.humidity_pct"),
        ("[room]\ntemperature_c = 5\n", "line 2: room.temperature_c"),
        ("[room]\ntemperature_c = [nan, 5]\n", "line 2: room.temperature_c"),
        ("[room]\ntemperature_c = [true, 5]\n", "line 2: room.temperature_c"),
        ("[room]\nsilent_after_s = 0\n", "line 2: room.silent_after_s: must be a positive number"),
        ("[a]\n[room]\ntemperatur_c = [1, 2]\n", "line 3: room.temperatur_c: unknown key"),
        ("room = 5\n", "line 1: room: must be a table"),
        ("[room\n", "not valid TOML"),
    ],
)
def test_faults_name_line_and_key(tmp_path: Path, text: str, told: str):
    path = tmp_path / "climate.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as raised:
        load_ranges(path)
    assert told in str(raised.value)
    assert str(path) in str(raised.value)


def test_all_faults_are_told_at_once(tmp_path: Path):
    path = tmp_path / "climate.toml"
    path.write_text("[room]\ntemperature_c = 5\nhumidity_pct = 5\n")
    with pytest.raises(SettingsError, match=r"(?s)line 2.*line 3"):
        load_ranges(path)


def test_a_missing_file_or_type_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="Cannot read"):
        load_ranges(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="freezer"):
        require_types({}, ["freezer"], tmp_path)
