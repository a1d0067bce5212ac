import errno
from pathlib import Path

import pytest

from twin.history.rows import Rows
from twin.history.spill import Spill


def rows(t: float) -> Rows:
    return Rows(t, [(1, t, 2, 0.5, 1.0)], [(1, t - 9, t, 3, 0.25, 1.0)], [(4, 1, t, 0, None, -3, 4, 50, 20)])


def test_batches_come_back_as_they_were_and_in_order(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "not" / "yet")
    batches = [rows(1e9 + i / 3) for i in range(50)]
    assert not spill
    for batch in batches:
        spill.add(batch)
    assert spill
    assert list(Spill(spill.path.parent).read()) == batches
    spill.clear()
    assert not spill and list(spill.read()) == []


def test_batches_added_while_reading_come_too(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    spill.add(rows(1))
    spill.add(rows(2))
    reading = spill.read()
    first = next(reading)
    spill.add(rows(3))
    assert [first.t, *(r.t for r in reading)] == [1, 2, 3]


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 40])
def test_a_half_written_end_is_left_out(tmp_path: Path, cut: int) -> None:
    """A killed process leaves part of a batch; what is added afterwards is not lost behind it."""
    spill = Spill(tmp_path)
    spill.add(rows(1))
    whole = spill.size
    spill.add(rows(2))
    with spill.path.open("r+b") as file:
        file.truncate(whole + cut)
    again = Spill(tmp_path)
    assert [r.t for r in again.read()] == [1]
    assert again.unreadable == 1
    again.add(rows(3))
    assert [r.t for r in again.read()] == [1, 3]


def test_a_damaged_batch_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    for t in range(3):
        spill.add(rows(t))
    data = bytearray(spill.path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    spill.path.write_bytes(data)
    assert [r.t for r in spill.read()] == [0, 2]
    assert spill.unreadable == 1


def test_a_spill_at_its_limit_refuses_more_and_keeps_what_it_has(tmp_path: Path) -> None:
    spill = Spill(tmp_path, limit=150)
    spill.add(rows(1))
    with pytest.raises(OSError, match="limit") as refused:
        for _ in range(9):
            spill.add(rows(2))
    assert refused.value.errno == errno.ENOSPC
    assert next(spill.read()).t == 1
