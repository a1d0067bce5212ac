"""A small made-up hospital and an open history of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from twin.history import FixColumns, History, open_history
from twin.model import NONE, Kind, Level, Room, Tag

KINDS = (Kind.PATIENT, Kind.STAFF, Kind.ASSET, Kind.SENSOR)


class Hospital(NamedTuple):
    tags: tuple[Tag, ...]
    rooms: tuple[Room, ...]
    levels: tuple[Level, ...]


@pytest.fixture
def hospital() -> Hospital:
    """8 tags (two of each kind), 6 rooms, 2 levels."""
    tags = tuple(Tag(i, f"AC233F{i:06X}", "E8", KINDS[i % 4], "any", f"tag {i}") for i in range(8))
    rooms = tuple(
        Room(i, f"room-{i}", i % 2, f"1{i:02}", f"Room {i}", "room", "", "", 12.0, 2.0 * i, 1.0) for i in range(6)
    )
    levels = tuple(Level(i, f"level-{i}", i, f"Level {i}", str(i), 3.5 * i, 3.5) for i in range(2))
    return Hospital(tags, rooms, levels)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'var' / 'history.sqlite'}"


@pytest.fixture
def history(url: str, hospital: Hospital) -> Iterator[History]:
    history = open_history(url, *hospital)
    yield history
    history.close()


@pytest.fixture
def fixes() -> Callable[..., FixColumns]:
    """Builds one fix a tag: `fixes(t, [tag, ...], room=2, x=1.5, ...)`."""

    def build(t: float, tags: list[int], **columns: Any) -> FixColumns:
        def column(name: str, default: float, kind: type) -> Any:
            return np.full(len(tags), columns.get(name, default), kind)

        return FixColumns(
            tag=np.array(tags, np.int32),
            level=column("level", 0, np.int32),
            room=column("room", NONE, np.int32),
            x=column("x", 0, np.float32),
            y=column("y", 0, np.float32),
            p=column("p", 0.5, np.float32),
            r90=column("r90", 2.0, np.float32),
            t=np.full(len(tags), t),
        )

    return build
