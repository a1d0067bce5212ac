"""Conclusions taken from a real history database."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.fidelity.past import HOLD_S, remembered
from twin.history import open_history
from twin.history.batch import Batch, FixColumns
from twin.history.queries import open_reader
from twin.model import NONE, Kind, State, Tag, Visit
from twin.site import Site, load_site

DEMO = Path(__file__).parents[2] / "data/demo"
TAGS = tuple(Tag(n, f"C3000000000{n}", "B10", Kind.STAFF, "nurse", f"n {n}") for n in range(2))


def fixes(t: float, tag: int, site: Site, room: int, x: float) -> FixColumns:
    def column(value: float, kind: type) -> np.ndarray:
        return np.array([value], kind)

    level = site.rooms[room].level
    return FixColumns(
        column(tag, np.int32), column(level, np.int32), column(room, np.int32), column(x, np.float32),
        column(2.0, np.float32), column(0.7, np.float32), column(3.0, np.float32), column(t, np.float64),
    )  # fmt: skip


def test_a_stored_position_holds_until_the_next_and_a_stay_while_it_lasts(tmp_path: Path):
    site = load_site(DEMO / "building", DEMO / "gateways.csv")
    url = f"sqlite:///{tmp_path / 'history.sqlite'}"
    history = open_history(url, TAGS, site.rooms, site.levels)
    batches = [
        Batch(1000.0, fixes=fixes(1000.0, 0, site, 4, 5.0)),
        Batch(1010.0, fixes=fixes(1010.0, 0, site, 150, 8.0), closed=[Visit(0, 4, 990.0, 1009.0, 0.8, 1.0)]),
        Batch(1011.0, opened=[Visit(0, 150, 1009.0, None, 0.8, 1.0)]),
    ]
    history.write([history.rows(batch) for batch in batches])
    history.close()
    t = np.arange(995.0, 1100.0, 1.0)
    found = remembered(open_reader(url), site, TAGS, t)
    at = {moment: n for n, moment in enumerate(t.tolist())}
    assert found.state[at[999], 0] == State.UNSEEN
    assert [found.room[at[n], 0] for n in (1000, 1009, 1010, 1070)] == [4, 4, 150, 150]
    assert found.level[at[1010], 0] == site.rooms[150].level
    assert found.x[at[1005], 0] == 5.0
    assert found.state[at[1010 + HOLD_S + 1], 0] == State.UNSEEN
    assert [found.stay[at[n], 0] for n in (1005, 1009, 1090)] == [4, 150, 150]
    assert (found.room[:, 1] == NONE).all()
