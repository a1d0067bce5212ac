"""The draft that an existing building is, for who wants to change it in the plan editor. Ids and shapes stay."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from twin.site.building import Shape, Site
from twin.site.drawing.draft import Department, Draft, DraftDoor, DraftGateway, DraftLevel, DraftRoom, Place, parts_of
from twin.site.drawing.drawn import outline
from twin.site.schema import Archive, Feature


def draft_of(site: Site, archive: Archive) -> Draft:
    """The draft that a loaded building is; `archive` is what `site` was built from."""
    units = {f.id: f for f in archive.of("unit")}
    shaft_of = _shaft_names(site)
    made = []
    for level in site.levels:
        indices = site.rooms_of_level[level.index]
        rooms = tuple(_room(site, i, units, shaft_of) for i in indices)
        doors = (d for d in site.doors if d.level == level.index)
        fresh = DraftLevel(
            id=level.id,
            ordinal=level.ordinal,
            name=level.name,
            short_name=level.short_name,
            elevation=level.elevation,
            height=level.height,
            rooms=rooms,
            doors=tuple(DraftDoor(d.id, d.x0, d.y0, d.x1, d.y1, d.kind, d.category) for d in doors),
            gateways=tuple(
                DraftGateway(g.mac, g.x, g.y, g.z, g.mac, g.name, g.model, g.topic)
                for g in site.gateways
                if g.level == level.index
            ),
        )
        made.append(_with_outline(fresh, site.level_shapes[level.index], [site.room_shapes[i] for i in indices]))
    address = next((f.properties for f in archive.of("address")), {})
    frame = site.frame
    return Draft(
        title=site.name,
        levels=tuple(made),
        departments=tuple(Department(key, name) for key, name in site.departments.items()),
        place=Place(
            *(str(address.get(key) or "") for key in ("address", "locality", "country")),
            lon=frame.lon if frame.georeferenced else None,
            lat=frame.lat if frame.georeferenced else None,
            bearing=frame.bearing,
        ),
        language=str(archive.manifest.get("language") or "en"),
    )


def _room(site: Site, index: int, units: Mapping[str, Feature], shaft_of: Mapping[int, str]) -> DraftRoom:
    room = site.rooms[index]
    given = units[room.id].properties
    named = given.get("number") or (not given.get("name") and room.number)
    return DraftRoom(
        id=room.id,
        shape=parts_of(site.room_shapes[index]),
        number=room.number if named else "",
        name=room.name,
        space_type=room.space_type,
        category=room.category,
        department=room.department,
        beds=site.beds[index],
        shaft=shaft_of.get(index, ""),
    )


def _shaft_names(site: Site) -> dict[int, str]:
    """A name of its own for each lift and stair: the one that all its rooms bear, else that of the lowest room."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for connector in site.connectors:
        rooms = [site.rooms[landing.room] for landing in connector.landings]
        common = {room.name for room in rooms}
        name = common.pop() if len(common) == 1 else ""
        if not name or name.casefold() in taken:
            name = " ".join(filter(None, (name or rooms[0].name or connector.kind, rooms[0].number)))
        taken.add(name.casefold())
        names |= {room.index: name for room in rooms}
    return names


def _with_outline(level: DraftLevel, shape: Shape, rooms: list[Shape]) -> DraftLevel:
    """Keep an outline that is not the one that would follow from the rooms."""
    if rooms and outline(level, rooms, Draft("", ()).wall).symmetric_difference(shape).area < 0.01:
        return level
    return replace(level, outline=parts_of(shape))
