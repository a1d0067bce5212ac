"""Whatever bytes a file holds: a building, or a SiteError that says what is wrong."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from twin.errors import SiteError
from twin.site.importing.take_in import take_in


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_model_that_was_cut_off_is_refused(two_rooms: Any, tmp_path: Path, share: float) -> None:
    path = two_rooms.save(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(SiteError, match=r"cut off|empty|no IFC"):
        take_in(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_old_building_stays_when_the_new_one_is_broken(two_rooms: Any, tmp_path: Path) -> None:
    path = two_rooms.save(tmp_path)
    take_in(path, tmp_path / "out")
    before = {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()}
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(SiteError):
        take_in(path, tmp_path / "out")
    assert {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()} == before
    assert sorted(f.name for f in tmp_path.iterdir()) == ["model.ifc", "out"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ifc", b"not a model"),
        ("a.ifc", b"<?xml version='1.0'?><ifcXML/>"),
        (
            "a.ifc",
            b"ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('IFC2X_FINAL'));\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n",
        ),
        ("a.ifc", b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"),
        ("a.ifczip", b"PK\x03\x04 nonsense"),
        ("a.ifc.gz", b"\x1f\x8b nonsense"),
        ("a.json", b"{}"),
        ("a.json", b'{"floor": {}, "features": 3}'),
        ("a.zip", b""),
        ("a.pdf", b"%PDF-1.4"),
    ],
)
def test_what_is_no_building_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SiteError):
        take_in(path, tmp_path / "out")


def test_damaged_models_never_raise_anything_else(two_rooms: Any, tmp_path: Path) -> None:
    raw = two_rooms.save(tmp_path).read_bytes()
    chance = random.Random(7)
    for n in range(5):
        path = _damaged(raw, chance, tmp_path / f"{n}.ifc")
        try:
            assert take_in(path, tmp_path / "out").summary["levels"]
        except SiteError as error:
            assert str(error)


def _damaged(raw: bytes, chance: random.Random, path: Path) -> Path:
    """Some numbers, names and references changed, some lines lost."""
    text = bytearray(raw)
    start = raw.index(b"DATA;")
    for _ in range(chance.choice((1, 3, 10))):
        at = chance.randrange(start, len(text) - 40)
        match chance.randrange(3):
            case 0:
                text[at] = chance.randrange(256)
            case 1:
                text[at] = ord(chance.choice("0123456789#$*.,()'"))
            case _:
                del text[at : at + chance.randrange(1, 60)]
    path.write_bytes(bytes(text))
    return path


def test_a_missing_library_is_named_with_the_remedy(
    two_rooms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = two_rooms.save(tmp_path)
    monkeypatch.setattr("twin.site.importing.ifc.opening.find_spec", lambda name: None)
    with pytest.raises(SiteError, match="make ifc"):
        take_in(path, tmp_path / "out")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(SiteError, match="make ifc"):
        take_in(path, tmp_path / "out", assets=tmp_path / "cobie.xlsx")


def test_a_crash_of_the_reader_is_a_problem_of_the_file(
    two_rooms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin.site.importing.ifc.apart.sys.executable", "/bin/false")
    with pytest.raises(SiteError, match="is damaged: reading it crashed"):
        take_in(two_rooms.save(tmp_path), tmp_path / "out")
