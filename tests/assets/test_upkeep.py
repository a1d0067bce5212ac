from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from twin.assets import Due, due, read_upkeep
from twin.assets.down import Down, down_csv, read_down
from twin.assets.draw import draw_upkeep
from twin.assets.upkeep import COLUMNS, upkeep_rows
from twin.errors import SiteError
from twin.settings import ROOT
from twin.site import Site, load_tags

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(("days", "judged"), [(-1, Due.OVERDUE), (0, Due.SOON), (30, Due.SOON), (31, Due.LATER)])
def test_a_service_is_due_by_its_day(days: int, judged: Due) -> None:
    assert due(TODAY + timedelta(days=days), TODAY, 30) is judged
    assert due(None, TODAY, 30) is Due.UNKNOWN


def test_the_drawn_register_is_believable_on_any_day(site: Site) -> None:
    tags = load_tags(ROOT / "data/demo/tags.csv")
    for today in (TODAY, date(2027, 3, 1), date(2030, 7, 9)):
        drawn = draw_upkeep(tags, site, today)
        assert drawn == draw_upkeep(tags, site, today)
        judged = Counter(due(one.next_service, today, 30) for one in drawn.values())
        assert len(drawn) == 350
        assert 5 <= judged[Due.OVERDUE] <= 40
        assert len({one.serial for one in drawn.values()}) > 345
        assert all(one.next_service and today - timedelta(days=41) < one.next_service for one in drawn.values())


def test_a_day_later_nearly_everything_is_due_on_the_same_day(site: Site) -> None:
    tags = load_tags(ROOT / "data/demo/tags.csv")
    one, next_day = (draw_upkeep(tags, site, TODAY + timedelta(days=n)) for n in (0, 1))
    assert sum(one[mac].next_service != next_day[mac].next_service for mac in one) < 10


def test_what_is_written_is_read_again(tmp_path: Path, site: Site) -> None:
    drawn = draw_upkeep(load_tags(ROOT / "data/demo/tags.csv"), site, TODAY)
    path = tmp_path / "assets.csv"
    rows = [COLUMNS, *upkeep_rows(drawn.values())]
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    assert read_upkeep(path) == drawn


def test_bad_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "assets.csv"
    path.write_text("mac,next_service\nxyz,2026-01-01\nC3:00:00:00:00:01,24.12.2026\nC30000000001,\n", encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        read_upkeep(path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["line 2", "line 3", "line 4"]


def test_what_is_broken_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "down.csv"
    assert read_down(path) == {}
    down = {"C30000000001": Down(1_790_000_000.0, 'cracked, "left" side')}
    path.write_text(down_csv(down), encoding="utf-8")
    assert read_down(path) == down
    path.write_text("mac,since,note\nC30000000001,yesterday,\n", encoding="utf-8")
    with pytest.raises(SiteError, match="line 2"):
        read_down(path)
