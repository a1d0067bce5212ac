"""Which names stand on the floor model, where, and how they are shortened."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely

from twin.model import Room
from twin.site import Site

MOST = 18
"""Labels on a level before anybody zooms in."""
LINE = 15
"""Characters a line of a label holds."""
ROOM_M2 = 12.0
"""Smaller rooms get no label at all; the rest compete for the space there is."""
METRES_A_CHARACTER = 0.66
METRES_A_LINE = 2.1
"""Size of a label on the plan at the distance from which a whole level is seen."""
_UNNAMED = frozenset({"corridor", "lift", "stairs", "toilet", ""})


@dataclass(frozen=True, slots=True)
class Label:
    """A name at `x`, `y` (metres). Lines are parted by `<br>`; the greater `weight` wins a collision."""

    text: str
    x: float
    y: float
    weight: float
    room: int
    radius: float = 0.0
    """Metres from its middle to the nearest wall."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The ground it covers on the plan: x0, y0, x1, y1 in metres."""
        lines = self.text.split("<br>")
        half_width = METRES_A_CHARACTER * max(map(len, lines)) / 2 + 0.4
        half_height = METRES_A_LINE * len(lines) / 2
        return self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height


def short_name(name: str) -> str:
    """The name on at most two lines of `LINE` characters; what does not fit becomes an ellipsis."""
    lines = textwrap.wrap(name.strip(), LINE, break_long_words=False, max_lines=2, placeholder="…")
    return "<br>".join(line if len(line) <= LINE else line[: LINE - 1] + "…" for line in lines)


def candidates(site: Site, level: int) -> tuple[Label, ...]:
    """Every label the level could show, most important first.

    A room's weight is its area; of several rooms with one name only the largest is named, and
    corridors, stairs and lifts stay calm.
    """
    largest: dict[str, Room] = {}
    for room in _worthy(site, level):
        largest.setdefault(room.name, room)
    return tuple(_label(site, room, room.name) for room in largest.values())


def namesakes(site: Site, level: int) -> tuple[Label, ...]:
    """Labels of the other rooms, by name or number, for who has come near enough to read them; largest first."""
    named = {label.room for label in candidates(site, level)}
    rooms = [site.rooms[i] for i in site.rooms_of_level[level] if i not in named]
    rooms.sort(key=lambda r: (-r.area, r.index))
    return tuple(_label(site, room, room.name or room.number) for room in rooms if room.name or room.number)


def _worthy(site: Site, level: int) -> list[Room]:
    rooms = [site.rooms[i] for i in site.rooms_of_level[level]]
    worthy = [r for r in rooms if r.area >= ROOM_M2 and r.space_type not in _UNNAMED and r.name]
    return sorted(worthy, key=lambda r: (-r.area, r.index))


def _label(site: Site, room: Room, text: str) -> Label:
    circle = shapely.maximum_inscribed_circle(site.room_shapes[room.index], tolerance=0.1)
    x, y = circle.coords[0]
    return Label(short_name(text), float(x), float(y), room.area, room.index, float(circle.length))


def uncrowded(labels: Iterable[Label], most: int = MOST) -> tuple[Label, ...]:
    """The first labels, at most `most`, whose boxes on the plan do not touch one another."""
    kept: list[Label] = []
    for label in labels:
        if len(kept) == most:
            break
        if not any(_touch(label.box, other.box) for other in kept):
            kept.append(label)
    return tuple(kept)


def _touch(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
