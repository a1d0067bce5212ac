from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from twin.errors import SiteError
from twin.jobs import candidates

TOLD = {"summary": {"levels": []}, "problems": ["a"], "notes": ["b"]}


def write(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


def test_a_candidate_is_found_again_with_all_that_was_told(tmp_path: Path) -> None:
    made = candidates.put(tmp_path, write, "  My\nhouse.ifc ", "import", TOLD)
    again = candidates.find(tmp_path, made.id)
    assert again == made
    assert again is not None
    assert (again.title, again.source) == ("My house.ifc", "import")
    assert again.told == TOLD
    assert (again.building / "manifest.json").read_text() == "{}"


def test_a_folder_is_copied(tmp_path: Path) -> None:
    source = tmp_path / "from"
    source.mkdir()
    write(source)
    made = candidates.put(tmp_path / "var", source, "x", "drawn", {})
    write(source)
    assert (made.building / "manifest.json").exists()
    assert source.exists()


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    made = [candidates.put(tmp_path, write, str(n), "import", {}) for n in range(candidates.MOST + 2)]
    kept = candidates.listing(tmp_path)
    assert [c.title for c in kept] == [c.title for c in reversed(made[2:])]
    assert len(list((tmp_path / "candidates").iterdir())) == candidates.MOST


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        write(folder)
        raise SiteError("no")

    with pytest.raises(SiteError):
        candidates.put(tmp_path, fail, "x", "import", {})
    assert not list((tmp_path / "candidates").iterdir())
    assert candidates.listing(tmp_path) == []


def test_links_and_too_many_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SiteError, match="link"):
        candidates.put(tmp_path, lambda f: (f / "unit.geojson").symlink_to("/etc/passwd"), "x", "import", {})
    monkeypatch.setattr(candidates, "MOST_BYTES", 1)
    with pytest.raises(SiteError, match="limit"):
        candidates.put(tmp_path, write, "x", "import", {})


def test_a_dropped_one_is_gone_and_a_second_drop_does_nothing(tmp_path: Path) -> None:
    made = candidates.put(tmp_path, write, "x", "import", {})
    candidates.drop(tmp_path, made.id)
    candidates.drop(tmp_path, made.id)
    assert candidates.find(tmp_path, made.id) is None
    assert not list((tmp_path / "candidates").iterdir())


@given(st.text() | st.sampled_from(["..", "../..", ".", "", "0" * 15, "A" * 16, "0" * 16 + "\n", "../" + "0" * 13]))
@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_no_id_leads_out_of_the_folder(tmp_path: Path, ident: str) -> None:
    (tmp_path / "about.json").write_text(json.dumps({"title": "x", "source": "import", "made": 1}))
    (tmp_path / "candidates").mkdir(exist_ok=True)
    assert candidates.find(tmp_path, ident) is None
    candidates.drop(tmp_path, ident)
    assert (tmp_path / "about.json").exists()


def test_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    made = candidates.put(tmp_path, write, "x", "import", {})
    (made.folder / "told.json").write_text("{")
    again = candidates.find(tmp_path, made.id)
    assert again is not None
    assert again.told == {}
    (made.folder / "about.json").write_text("[]")
    assert candidates.listing(tmp_path) == []


def test_what_was_never_finished_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = candidates.put(tmp_path, write, "x", "import", {})
    half = tmp_path / "candidates/.0123456789abcdef"
    half.mkdir()
    candidates.tidy(tmp_path)
    assert half.exists()
    monkeypatch.setattr(candidates, "UNFINISHED_S", -1.0)
    candidates.tidy(tmp_path)
    assert not half.exists()
    assert candidates.listing(tmp_path) == [kept]
