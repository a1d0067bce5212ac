"""The kept radio map: the same for the same building, and no harm when the folder is bad."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin.site import Site
from twin.site.survey import assemble
from twin.verbs import maps
from twin.verbs.maps import radio_map_of


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, world) -> list[object]:
    """One entry for each time a map is made."""
    times: list[object] = []

    def make(site, survey):
        times.append((site, survey))
        return world.cells, world.radio

    monkeypatch.setattr(maps, "map_of", make)
    return times


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def test_a_map_is_made_once_and_then_read(site: Site, world, tmp_path: Path, made):
    for _ in range(3):
        cells, radio = radio_map_of(site, None, tmp_path / "cache")
        assert np.array_equal(radio.mean, world.radio.mean)
        assert np.array_equal(cells.room, world.cells.room)
        assert cells.links == world.cells.links
    assert len(made) == 1
    assert len(kept(tmp_path / "cache")) == 1


def test_what_a_map_hangs_on_makes_another(site: Site, tmp_path: Path, made):
    gateway = site.gateways[0]
    moved = replace(site, gateways=(replace(gateway, x=gateway.x + 0.01), *site.gateways[1:]))
    fewer = replace(site, gateways=site.gateways[1:])
    room = site.rooms[5]
    survey, other = (assemble({"p": (room.x, room.y, 1.1, room.level)}, [("p", 3, rssi)]) for rssi in (-60.0, -61.0))
    for case in ((site, None), (moved, None), (fewer, None), (site, survey), (site, other)):
        before = len(made)
        radio_map_of(*case, tmp_path)
        assert len(made) == before + 1
        radio_map_of(*case, tmp_path)
        assert len(made) == before + 1


def test_a_renamed_gateway_changes_no_map(site: Site, tmp_path: Path, made):
    radio_map_of(site, None, tmp_path)
    radio_map_of(replace(site, gateways=tuple(replace(g, name="other") for g in site.gateways)), None, tmp_path)
    assert len(made) == 1


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x05cos\nnothere\n."])
def test_a_broken_file_is_made_anew(site: Site, tmp_path: Path, made, content: bytes):
    radio_map_of(site, None, tmp_path)
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(content)
    radio_map_of(site, None, tmp_path)
    assert len(made) == 2
    assert file.read_bytes() == whole


def test_a_file_cut_short_is_made_anew(site: Site, tmp_path: Path, made):
    radio_map_of(site, None, tmp_path)
    (file,) = kept(tmp_path)
    file.write_bytes(file.read_bytes()[:1000])
    radio_map_of(site, None, tmp_path)
    assert len(made) == 2


def test_where_nothing_can_be_written_it_still_works(site: Site, world, tmp_path: Path, made):
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file/below"):
        assert np.array_equal(radio_map_of(site, None, folder)[1].mean, world.radio.mean)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_still_works(site: Site, world, tmp_path: Path, made):
    tmp_path.chmod(0o500)
    assert np.array_equal(radio_map_of(site, None, tmp_path)[1].mean, world.radio.mean)


def test_few_maps_are_kept_and_the_newest(site: Site, tmp_path: Path, made):
    for n in range(8):
        gateway = site.gateways[0]
        radio_map_of(replace(site, gateways=(replace(gateway, z=2.0 + n / 10), *site.gateways[1:])), None, tmp_path)
    assert len(kept(tmp_path)) == maps.KEPT
    radio_map_of(replace(site, gateways=(replace(site.gateways[0], z=2.7), *site.gateways[1:])), None, tmp_path)
    assert len(made) == 8
