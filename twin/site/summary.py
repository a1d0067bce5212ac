"""What a building holds, for people and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely

from twin.site.building import Site
from twin.site.schema import Problem


def summarise(site: Site | None, problems: Sequence[Problem]) -> dict[str, Any]:
    """Levels with their rooms, and the problems, as JSON values.

    Areas are plan areas in square metres; a level's is the sum of its rooms'.
    """
    levels = [] if site is None else [_level(site, index) for index in range(len(site.levels))]
    return {"levels": levels, "problems": [str(problem) for problem in problems]}


def _level(site: Site, index: int) -> dict[str, Any]:
    level = site.levels[index]
    return {
        "ordinal": level.ordinal,
        "name": level.name,
        "elevation_m": round(level.elevation, 3),
        "area_m2": round(sum(site.rooms[room].area for room in site.rooms_of_level[index]), 2),
        "rooms": [_room(site, room) for room in site.rooms_of_level[index]],
    }


def _room(site: Site, index: int) -> dict[str, Any]:
    parts = shapely.get_parts(site.room_shapes[index])
    return {
        "number": site.rooms[index].number,
        "name": site.rooms[index].name,
        "area_m2": round(site.rooms[index].area, 2),
        "parts": len(parts),
        "holes": sum(len(part.interiors) for part in parts),
    }


def summary_text(summary: dict[str, Any]) -> str:
    """The summary in lines to read: one a level, then the problems."""
    lines = [
        f"level {level['ordinal']:>2}  {level['name']:<24} {level['elevation_m']:>7.2f} m  "
        f"{level['area_m2']:>8.1f} m2  {len(level['rooms']):>4} rooms"
        for level in summary["levels"]
    ]
    lines += [f"problem: {problem}" for problem in summary["problems"]] or ["no problems"]
    return "\n".join(lines)
