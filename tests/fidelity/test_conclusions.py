from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin.errors import WardlightError
from twin.fidelity.conclusions import Notes, read_conclusions
from twin.model import NONE, Fixes, State, Visit
from twin.resume import nowhere


def fixes(t: float) -> Fixes:
    level = np.array([0, NONE, 1], np.int32)
    state = np.array([State.LIVE, State.UNSEEN, State.STALE], np.uint8)
    x, r90 = np.array([1.234, 0, 70.5], np.float32), np.array([2.5, 0, 4], np.float32)
    return replace(nowhere(3), t=t, x=x, y=x / 2, level=level, room=level, p=x / 100, r90=r90, state=state)


def test_what_is_written_is_read_again_to_the_centimetre(tmp_path: Path):
    path = tmp_path / "conclusions.ndjson"
    with Notes(path, 3) as notes:
        notes.add(fixes(10.0), [Visit(0, 4, 9.0, None, 1, 1)], [])
        notes.add(fixes(11.0), [Visit(2, 5, 9.0, None, 1, 1)], [Visit(0, 4, 9.0, 10.5, 1, 1)])
        notes.add(fixes(12.0), [Visit(0, 6, 9.0, None, 1, 1)], [])
    found = read_conclusions(path, 3)
    assert found.t.tolist() == [10, 11, 12]
    assert found.stay.tolist() == [[4, NONE, NONE], [NONE, NONE, 5], [6, NONE, 5]]
    assert found.x[0].tolist() == pytest.approx([1.23, 0, 70.5])
    assert found.r90[0].tolist() == pytest.approx([2.5, 0, 4])
    assert found.p[0, 0] == pytest.approx(0.012)
    assert found.state[1].tolist() == [State.LIVE, State.UNSEEN, State.STALE]
    assert found.level[2].tolist() == [0, NONE, 1]
    assert found.since(10.0).t.tolist() == [11, 12]


@pytest.mark.parametrize("line", [b'{"t": 1', b'{"t":1,"tag":[9],"level":[0]}', b"[]"])
def test_a_bad_line_is_named(tmp_path: Path, line: bytes):
    path = tmp_path / "c.ndjson"
    path.write_bytes(line + b"\n")
    with pytest.raises(WardlightError, match="line 1"):
        read_conclusions(path, 3)


def test_a_tag_beyond_the_register_is_named(tmp_path: Path):
    path = tmp_path / "c.ndjson"
    with Notes(path, 3) as notes:
        notes.add(fixes(10.0), [], [])
    with pytest.raises(WardlightError, match="no tick of this register"):
        read_conclusions(path, 2)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(WardlightError, match=r"none\.ndjson"):
        read_conclusions(tmp_path / "none.ndjson", 2)
