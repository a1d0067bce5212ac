from __future__ import annotations

from pathlib import Path

from twin.commission.shelf import KEPT, Shelf, revision


def test_each_change_keeps_the_file_before_it(tmp_path: Path):
    shelf, path = Shelf(tmp_path), tmp_path / "survey.csv"
    for content in (b"a", b"b", b"b", b"c"):
        shelf.replace(path, content)
    assert path.read_bytes() == b"c"
    kept = sorted((tmp_path / "versions").iterdir())
    assert [p.read_bytes() for p in kept] == [b"a", b"b"]


def test_versions_are_bounded_and_numbers_go_on(tmp_path: Path):
    shelf, path = Shelf(tmp_path), tmp_path / "survey.csv"
    for n in range(KEPT + 6):
        shelf.replace(path, str(n).encode())
    kept = sorted((tmp_path / "versions").iterdir())
    assert len(kept) == KEPT
    assert kept[-1].name.startswith(f"survey-{KEPT + 5:04d}-")
    assert kept[-1].read_bytes() == str(KEPT + 4).encode()


def test_a_revision_changes_with_the_content(tmp_path: Path):
    path = tmp_path / "x"
    assert revision(path) == ""
    path.write_bytes(b"1")
    first = revision(path)
    path.write_bytes(b"2")
    assert first != revision(path) != ""
