"""What keeps the drafts of the plan editor within bounds."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from twin.site.drawing.draft import Draft, DraftLevel, Picture
from twin.web import plan_drafts
from twin.web.plan_drafts import DraftError, Drafts

LEVEL = DraftLevel(id="a", ordinal=0, name="Ground")
EMPTY = Draft(title="A", levels=(LEVEL,))


def refused(call: object, *given: object) -> str:
    with pytest.raises(DraftError) as caught:
        call(*given)  # pyright: ignore[reportCallIssue]
    return caught.value.code


def test_there_are_only_so_many_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(plan_drafts, "MOST", 2)
    drafts = Drafts(tmp_path)
    first = drafts.make(EMPTY)
    drafts.make(EMPTY)
    assert refused(drafts.make, EMPTY) == "too_many"
    drafts.remove(first)
    drafts.make(EMPTY)
    assert len(drafts.listing()) == 2


def test_a_drawing_that_is_too_large_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    drafts = Drafts(tmp_path)
    ident = drafts.make(EMPTY)
    monkeypatch.setattr(plan_drafts, "MOST_JSON", 10)
    assert refused(drafts.save, ident, msgspec.json.encode(EMPTY), "") == "too_large"
    assert drafts.read(ident).draft == EMPTY


def test_pictures_that_no_level_shows_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(plan_drafts, "MOST_PICTURES", 2)
    drafts = Drafts(tmp_path)
    ident = drafts.make(EMPTY)
    assert [drafts.add_picture(ident, b"1"), drafts.add_picture(ident, b"2")] == [1, 2]
    shown = replace(EMPTY, levels=(replace(LEVEL, picture=Picture(file=2, width=9, height=9)),))
    drafts.save(ident, msgspec.json.encode(shown), "")
    assert drafts.add_picture(ident, b"3") == 3
    assert sorted(path.name for path in drafts.folder(ident).glob("level-*")) == ["level-2.png", "level-3.png"]


def test_a_damaged_draft_does_not_hide_the_others(tmp_path: Path):
    drafts = Drafts(tmp_path)
    broken, sound = drafts.make(EMPTY), drafts.make(EMPTY)
    (tmp_path / broken / "draft.json").write_text("{")
    assert [one.id for one in drafts.listing()] == [sound]
    assert refused(drafts.read, broken) == "malformed"
