"""An IFC model to a building as found: storeys, rooms, doors, walls, stairs and lifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import SiteError
from twin.site.importing.clean import areas
from twin.site.importing.faces import made_of_faces, rooms_from_faces
from twin.site.importing.found import Found, FoundDoor, FoundLevel, FoundRoom, FoundWall, FoundWay, ordinals
from twin.site.importing.ifc import doors, spaces
from twin.site.importing.ifc.names import text
from twin.site.importing.ifc.opening import open_model
from twin.site.importing.ifc.place import find_address, find_frame
from twin.site.importing.ifc.plans import Body, bodies
from twin.site.importing.ifc.storeys import Storeys, find_storeys
from twin.site.importing.ifc.units import Units, file_units
from twin.site.importing.kinds import language_of
from twin.site.importing.numbering import level_prefixes

Tell = Callable[[float, str], None]

_WALLS = ("IfcWall", "IfcCurtainWall", "IfcPlate", "IfcMember", "IfcColumn")
_WAYS = {"IfcStair": "stairs", "IfcStairFlight": "stairs", "IfcRamp": "ramp", "IfcTransportElement": "elevator"}
_LIST = 20
"""At most this many of one kind of problem are listed one by one."""


def read_ifc(path: Path, name: str, tell: Tell) -> Found:
    """Read the IFC file at `path`; `name` is what people call it.

    Raises:
        SiteError: the file cannot be read, or has neither rooms nor walls that enclose any.
    """
    tell(0.02, f"Opening {name}")
    model = open_model(path, name)
    try:
        return _Reader(model, name, tell).found()
    except SiteError:
        raise
    except Exception as error:  # a damaged file can fail anywhere in a library that raises plain exceptions
        detail = " ".join(str(error).split())[:200]
        raise SiteError(f"{name} is damaged: {type(error).__name__}: {detail}. Export it again.") from error


class _Placed(NamedTuple):
    """Something with its plan and its floor."""

    element: Any
    body: Body
    floor: int


class _Reader:
    """Reads one model; collects problems and notes on the way."""

    def __init__(self, model: Any, name: str, tell: Tell) -> None:  # noqa: ANN401
        self.model, self.name, self.tell = model, name, tell
        self.units: Units = file_units(model)
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._keys: Counter[str] = Counter()
        self._storeys: Storeys | None = None

    def found(self) -> Found:
        """Everything that the twin wants to know about the building."""
        room_bodies = self._space_bodies()
        self._storeys = find_storeys(self.model, self.units, [b.z0 for b in room_bodies.values()])
        rooms = self._rooms(room_bodies)
        walls = self._walls()
        self.tell(0.80, "Doors")
        ways_through = self._doors(walls)
        if not any(rooms.values()):
            rooms = self._faces(walls, ways_through)
        levels = self._levels(rooms, walls, ways_through)
        frame, where = find_frame(self.model, self.units)
        address = find_address(self.model)
        self.notes = [*self._counts(rooms, walls, ways_through), *self.notes, where]
        building = next(iter(self.model.by_type("IfcBuilding")), None)
        project = self.model.by_type("IfcProject")[0]
        return Found(
            key=(building or project).GlobalId,
            name=_building_name(building, project) or self.name,
            frame=frame,
            levels=levels,
            ways=self._ways(),
            address=address.street,
            locality=address.locality,
            country=address.country,
            language=language_of(room.name for level in levels for room in level.rooms),
            problems=tuple(self.problems),
            notes=tuple(self.notes),
        )

    @property
    def storeys(self) -> Storeys:
        assert self._storeys is not None  # noqa: S101 - set before anything asks
        return self._storeys

    def _space_bodies(self) -> dict[int, Body]:
        all_spaces = self._of(("IfcSpace",))
        found = bodies(self.model, all_spaces, "floor", tell=lambda share: self.tell(0.05 + 0.25 * share, "Rooms"))
        without: list[str] = []
        for space in all_spaces:
            if space.id() not in found:
                drawn = spaces.drawn_outline(space, self.units)
                if drawn is None:
                    without.append(f"{spaces.label(space)} has no body and no outline; it was left out")
                else:
                    found[space.id()] = drawn
        self._report(without, "rooms have no body and no outline")
        return found

    def _rooms(self, room_bodies: dict[int, Body]) -> dict[int, list[FoundRoom]]:
        rooms: dict[int, list[FoundRoom]] = {}
        flat: list[str] = []
        for space in self._of(("IfcSpace",)):
            body = room_bodies.get(space.id())
            if body is None:
                continue
            room = spaces.room(space, self._key(space), body, self.units)
            if room is None:
                flat.append(f"{spaces.label(space)} has no area in plan; it was left out")
            else:
                rooms.setdefault(self._floor(space, body), []).append(room)
        self._report(flat, "rooms have no area in plan")
        return rooms

    def _walls(self) -> list[_Placed]:
        elements = self._of(_WALLS)
        found = bodies(
            self.model, elements, "level", voids=False, tell=lambda share: self.tell(0.30 + 0.50 * share, "Walls")
        )
        return [_Placed(e, found[e.id()], self._floor(e, found[e.id()])) for e in elements if e.id() in found]

    def _doors(self, walls: list[_Placed]) -> dict[int, list[FoundDoor]]:
        elements = self._of(("IfcDoor",))
        gaps = self._gaps(walls)
        cuts = [r.RelatingOpeningElement for e in elements for r in getattr(e, "FillsVoids", None) or ()]
        boxes = bodies(self.model, [*elements, *cuts, *gaps], "box")
        found: dict[int, list[FoundDoor]] = {}
        lost: list[str] = []
        for element in elements:
            door = doors.door(element, self._key(element), boxes, self.units)
            if door is None:
                lost.append(f"Door {text(element.Name)} [{element.GlobalId}] has no shape; it was left out")
            else:
                body = boxes.get(element.id()) or next(boxes[c.id()] for c in _cut_by(element) if c.id() in boxes)
                found.setdefault(self._floor(element, body), []).append(door)
        self._report(lost, "doors have no shape")
        for opening, floor in gaps.items():
            body = boxes.get(opening.id())
            gap = body and doors.gap(self._key(opening), body, self.storeys.floors[floor].z)
            if gap:
                found.setdefault(floor, []).append(gap)
        return found

    def _gaps(self, walls: list[_Placed]) -> dict[Any, int]:
        """Openings in walls that neither a door nor a window fills, with the wall's floor."""
        found: dict[Any, int] = {}
        for wall in walls:
            for relation in getattr(wall.element, "HasOpenings", None) or ():
                opening = relation.RelatedOpeningElement
                if not getattr(opening, "HasFillings", None):
                    found[opening] = wall.floor
        return found

    def _faces(self, walls: list[_Placed], through: dict[int, list[FoundDoor]]) -> dict[int, list[FoundRoom]]:
        """Rooms that walls, doors and windows enclose, for a model without rooms."""
        windows = self._of(("IfcWindow",))
        boxes = bodies(self.model, windows, "box")
        panes = [_Placed(e, boxes[e.id()], self._floor(e, boxes[e.id()])) for e in windows if e.id() in boxes]
        parts: dict[int, list[Any]] = {}
        for placed in (*walls, *panes):
            parts.setdefault(placed.floor, []).append(placed.body.shape)
        for floor, lines in through.items():
            parts.setdefault(floor, []).extend(door.line.buffer(0.03, cap_style="flat") for door in lines)
        names = [floor.name for floor in self.storeys.floors]
        numbers = ordinals([floor.elevation for floor in self.storeys.floors])
        prefixes = level_prefixes(names, numbers)
        rooms: dict[int, list[FoundRoom]] = {}
        for floor, shapes in sorted(parts.items()):
            storey = self.storeys.floors[floor]
            made = rooms_from_faces(storey.key, prefixes[floor], shapes)
            if made:
                rooms[floor] = list(made)
                how = f"{len(made)} rooms were made from enclosed faces on {storey.name}"
                self.notes.append(f"The model has no rooms (IfcSpace); {how}.")
        if rooms:
            self.problems.append(made_of_faces(sum(map(len, rooms.values()))))
        return rooms

    def _levels(
        self, rooms: dict[int, list[FoundRoom]], walls: list[_Placed], through: dict[int, list[FoundDoor]]
    ) -> tuple[FoundLevel, ...]:
        used = [i for i in range(len(self.storeys.floors)) if rooms.get(i)]
        if not used:
            raise SiteError(
                f"{self.name} has no rooms: no IfcSpace with a shape, and no walls that enclose any. "
                "Export it again with rooms (spaces) switched on.",
                tuple(self.problems),
            )
        dropped = [floor.name for i, floor in enumerate(self.storeys.floors) if i not in used]
        if dropped:
            self.notes.append(f"Storeys without rooms were left out: {', '.join(dropped)}.")
        numbers = ordinals([self.storeys.floors[i].elevation for i in used])
        levels = []
        for i, ordinal in zip(used, numbers, strict=True):
            storey = self.storeys.floors[i]
            here = [FoundWall(self._key(w.element), shape) for w in walls if w.floor == i
                    and not (shape := areas(w.body.shape)).is_empty]  # fmt: skip
            levels.append(FoundLevel(
                storey.key, storey.name, round(storey.elevation, 4), ordinal,
                tuple(rooms[i]), tuple(through.get(i, ())), tuple(here),
            ))  # fmt: skip
        return tuple(levels)

    def _ways(self) -> tuple[FoundWay, ...]:
        elements = self._of(tuple(_WAYS))
        found = bodies(self.model, elements, "box")
        ways = []
        for element in elements:
            body = found.get(element.id())
            if body is not None:
                kind = next(way for entity, way in _WAYS.items() if element.is_a(entity))
                ways.append(FoundWay(kind, body.shape, body.z0, body.z1))
        return tuple(ways)

    def _counts(
        self, rooms: dict[int, list[FoundRoom]], walls: list[_Placed], through: dict[int, list[FoundDoor]]
    ) -> list[str]:
        windows, zones = len(self._of(("IfcWindow",))), len(self.model.by_type("IfcZone"))
        real = sum(1 for lines in through.values() for line in lines if line.kind != "open")
        count = sum(map(len, rooms.values()))
        solid = sum(1 for w in walls if w.element.is_a("IfcWall"))
        return [f"{self.model.schema}: {count} rooms, {real} doors, {solid} walls, {windows} windows, {zones} zones."]

    def _floor(self, element: Any, body: Body) -> int:  # noqa: ANN401
        stated = self.storeys.of(element)
        return self.storeys.at(body.z0) if stated is None else stated

    def _of(self, kinds: Iterable[str]) -> list[Any]:
        """Elements of these kinds and their subtypes, in the order of the file."""
        found: dict[int, Any] = {}
        for kind in kinds:
            try:
                found |= {e.id(): e for e in self.model.by_type(kind)}
            except RuntimeError:  # this schema does not know the kind
                continue
        return [found[i] for i in sorted(found)]

    def _key(self, element: Any) -> str:  # noqa: ANN401
        """The element's GlobalId; a second element with the same one gets a number behind it."""
        key = text(element.GlobalId) or f"#{element.id()}"
        self._keys[key] += 1
        if self._keys[key] == 2:
            self.problems.append(f"Several elements have the GlobalId {key}; export the model again")
        return key if self._keys[key] == 1 else f"{key}#{self._keys[key]}"

    def _report(self, problems: list[str], summary: str) -> None:
        self.problems += problems[:_LIST]
        if len(problems) > _LIST:
            self.problems.append(f"{len(problems) - _LIST} more {summary}")


def _cut_by(element: Any) -> list[Any]:  # noqa: ANN401
    return [relation.RelatingOpeningElement for relation in getattr(element, "FillsVoids", None) or ()]


def _building_name(building: Any, project: Any) -> str:  # noqa: ANN401
    for owner, attribute in ((building, "LongName"), (building, "Name"), (project, "LongName"), (project, "Name")):
        found = text(getattr(owner, attribute, None)) if owner is not None else ""
        if found:
            return found
    return ""
