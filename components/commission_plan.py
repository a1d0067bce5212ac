"""A level as a plan for `assets/page/plan.js`: SVG paths in metres, y upwards turned into y downwards."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from components import floor_labels
from twin.site import Site


def plan(site: Site, level: int) -> dict[str, Any]:
    """Give what has to be drawn of a level, without its gateways.

    `rooms` rows are [path, room index, name, number]; `names` are labels as [lines, x, y, width, height],
    most important first, where width and height are the room's, metres; `bounds` is x0, y0, x1, y1 in
    metres, y upwards.
    """
    rooms = [site.rooms[i] for i in site.rooms_of_level[level]]
    return {
        "level": level,
        "bounds": [round(value, 2) for value in site.bounds[level]],
        "outline": path(site.level_shapes[level]),
        "walls": path(site.walls(level)),
        "rooms": [[path(site.room_shapes[r.index]), r.index, r.name or r.number, r.number] for r in rooms],
        "names": [
            [label.text.split("<br>"), round(label.x, 2), round(-label.y, 2), *_size(site, label.room)]
            for label in floor_labels.candidates(site, level)
        ],
    }


def _size(site: Site, room: int) -> tuple[float, float]:
    x0, y0, x1, y1 = site.room_shapes[room].bounds
    return round(x1 - x0, 2), round(y1 - y0, 2)


def path(shape: BaseGeometry) -> str:
    """Write polygons as one SVG path, centimetres exact, holes by the even-odd rule."""
    rings = []
    for part in shapely.get_parts(shape):
        for ring in (part.exterior, *part.interiors):
            corners = " ".join(f"{x:.2f},{-y:.2f}" for x, y in ring.coords[:-1])
            rings.append(f"M{corners}Z")
    return "".join(rings)
