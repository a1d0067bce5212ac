"""From a building to its map and its locator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from twin.locate.cells import Cells, cell_size, cells_of, with_edges
from twin.locate.locator import GridLocator
from twin.locate.radio_map import TAG_HEIGHT_M, Anchors, RadioMap, radio_map
from twin.locate.recorded import Ways
from twin.model import F64, NONE, Tag
from twin.site import Site
from twin.site.sketch import HEIGHT_M, Sketch
from twin.site.survey import Survey

FLOOR_M = 4.0
"""From floor to floor, where only floor numbers are known."""
AROUND_M, SURVEY_CELL_M = 6.0, 3.0
"""Without rooms, a tag is sought so near the survey's points, in cells of this size."""


def map_of(site: Site, survey: Survey | None) -> tuple[Cells, RadioMap]:
    """The cells of a building and what its gateways would hear there."""
    cells = cells_of(site)
    walls = [site.wall_lines(level.index) for level in site.levels]
    return cells, radio_map(cells, walls, Anchors.of(site.gateways), survey or Survey.empty())


def map_of_sketch(sketch: Sketch, survey: Survey) -> Ways:
    """The same of a building in plain files."""
    cells = cells_of_sketch(sketch, survey)
    anchors = located(sketch, survey)
    height = float(np.median(survey.z)) if len(survey.z) else TAG_HEIGHT_M
    walls = [sketch.walls(floor) for floor in range(len(sketch.floors))]
    return Ways(cells, radio_map(cells, walls, anchors, survey, wall_weight=0.5, tag_height=height), anchors)


def cells_of_sketch(sketch: Sketch, survey: Survey) -> Cells:
    """Cells of rooms and free space; where neither is known, those around survey points."""
    shapes = [*sketch.room_shapes, *([sketch.outline] if sketch.outline else [])]
    if shapes:
        left, low, right, high = shapely.total_bounds(shapes)
    else:
        left, low = survey.x.min(initial=0.0) - AROUND_M, survey.y.min(initial=0.0) - AROUND_M
        right, high = survey.x.max(initial=0.0) + AROUND_M, survey.y.max(initial=0.0) + AROUND_M
    areas = [shapely.area([s for s, f in zip(sketch.room_shapes, sketch.room_floor, strict=True) if f == floor]).sum()
             for floor in range(len(sketch.floors))]  # fmt: skip
    step = cell_size(max(areas)) if shapes else SURVEY_CELL_M
    rows, columns = (max(1, int(np.ceil((b - a) / step - 1e-6))) for a, b in ((low, high), (left, right)))
    x, y = np.meshgrid(left + (np.arange(columns) + 0.5) * step, low + (np.arange(rows) + 0.5) * step)
    floors = range(len(sketch.floors))
    room = np.stack([_rooms_of_floor(sketch, survey, floor, x, y) for floor in floors]).astype(np.int32)
    cells = Cells(
        step, left, low, FLOOR_M * np.array(sketch.floors, float), room, np.empty(0, np.float32), (),
        max(len(sketch.rooms), 1), sketch.room_floor,
    )  # fmt: skip
    return with_edges(cells, [sketch.walls(floor) for floor in floors])


def _rooms_of_floor(sketch: Sketch, survey: Survey, floor: int, x: F64, y: F64) -> NDArray[np.int_]:
    room = np.full(x.shape, NONE)
    mine = np.flatnonzero(sketch.room_floor == floor)
    for index in mine:
        room[shapely.contains_xy(sketch.room_shapes[index], x, y) & (room == NONE)] = index
    if sketch.outline is not None and len(mine):
        # Doorways lie between the rooms: they go with the nearest.
        free = shapely.contains_xy(sketch.outline, x, y)
        between = free & (room == NONE)
        points = shapely.points(x[between], y[between])
        away = np.stack([shapely.distance(sketch.room_shapes[index], points) for index in mine])
        room[between] = mine[away.argmin(axis=0)]
        room[~free] = NONE
    if not len(sketch.rooms):
        here = survey.level == floor
        if here.any():
            known = KDTree(np.column_stack((survey.x[here], survey.y[here])))
            near, _ = known.query(np.column_stack((x.ravel(), y.ravel())), distance_upper_bound=AROUND_M)
            room[np.isfinite(near).reshape(x.shape)] = 0
    return room


def located(sketch: Sketch, survey: Survey) -> Anchors:
    """The gateways' places; those not known are put where the survey heard them loudest."""
    x, y, z, level = sketch.x.copy(), sketch.y.copy(), sketch.z.copy(), sketch.gateway_floor.copy()
    for g in np.flatnonzero(~np.isfinite(x)):
        mine = survey.gateway == g
        at = survey.at[mine]
        weight = 10.0 ** (survey.rssi[mine] / 10.0)
        z[g] = HEIGHT_M
        if not len(at):
            x[g] = y[g] = 0.0
            continue
        by_level = np.bincount(survey.level[at], weight, len(sketch.floors))
        level[g] = by_level.argmax()
        weight = weight * (survey.level[at] == level[g])
        x[g], y[g] = (np.average(axis[at], weights=weight) for axis in (survey.x, survey.y))
    return Anchors(x, y, z, level, ~np.isfinite(sketch.x))


def locator_of(site: Site, tags: Sequence[Tag], cells: Cells, radio: RadioMap) -> GridLocator:
    """The locator of a register. Tags of one model on one kind of bearer share their usual offset."""
    kinds = [f"{tag.kind} {tag.model}" for tag in tags]
    groups = np.unique(kinds, return_inverse=True)[1] if kinds else np.empty(0)
    return GridLocator(cells, radio, Anchors.of(site.gateways), groups.astype(np.int32))
