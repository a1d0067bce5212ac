from __future__ import annotations

from pathlib import Path

import pytest

from twin import settings as settings_module
from twin.web.building import building, stamp


def test_another_gateway_list_is_noticed_and_a_broken_one_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path))
    settings_module.settings.cache_clear()
    shipped = settings_module.settings().gateways
    before, first = building(), stamp()
    assert building() is before
    placed = tmp_path / "site/gateways.csv"
    placed.parent.mkdir()
    placed.write_text("".join(shipped.read_text().splitlines(keepends=True)[:-1]))
    assert stamp() != first
    assert len(building().gateways) == len(before.gateways) - 1
    placed.write_text("rubbish\n")
    assert len(building().gateways) == len(before.gateways)


def test_without_any_list_that_fits_the_building_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WARDLIGHT_VAR", str(tmp_path))
    monkeypatch.setenv("WARDLIGHT_GATEWAYS", str(tmp_path / "others.csv"))
    (tmp_path / "others.csv").write_text("rubbish\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/gateways.csv").write_text("rubbish\n")
    settings_module.settings.cache_clear()
    assert building().rooms
    assert building().gateways == ()
