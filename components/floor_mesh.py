"""Triangles of a building: flat plates, extruded sides, the shade that walls throw.

Everything is in centimetres (int32 arrays): exact enough for a drawing, and half the bytes
of floats on the way to the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import mapbox_earcut
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from twin.model import I32, U8

_SLIVER_M2 = 0.02


@dataclass(frozen=True, slots=True)
class Mesh:
    """`xyz` int32[n,3] in centimetres, `faces` int32[m,3] into it, `tone` uint8[n], a shade a vertex."""

    xyz: I32
    faces: I32
    tone: U8

    @property
    def face_tone(self) -> U8:
        """Tone of each face, that of its first vertex."""
        return self.tone[self.faces[:, 0]]


EMPTY = Mesh(np.empty((0, 3), np.int32), np.empty((0, 3), np.int32), np.empty(0, np.uint8))


def parts(shape: BaseGeometry) -> Iterator[Polygon]:
    """The polygons of a shape, counter-clockwise, without slivers."""
    for piece in shapely.get_parts(shape):
        if isinstance(piece, Polygon) and piece.area > _SLIVER_M2:
            yield orient(piece)
        elif isinstance(piece, MultiPolygon):
            yield from parts(piece)


def merge(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of many, in their order."""
    found = [mesh for mesh in meshes if len(mesh.xyz)]
    if not found:
        return EMPTY
    starts = np.cumsum([0] + [len(mesh.xyz) for mesh in found[:-1]])
    return Mesh(
        np.concatenate([mesh.xyz for mesh in found]),
        np.concatenate([mesh.faces + start for mesh, start in zip(found, starts, strict=True)]).astype(np.int32),
        np.concatenate([mesh.tone for mesh in found]),
    )


def plate(shape: BaseGeometry, z: float, tone: int = 0) -> Mesh:
    """The shape as a horizontal plate at height `z` (metres), facing up; holes stay open."""
    return merge(_plate(polygon, z, tone) for polygon in parts(shape))


def _plate(polygon: Polygon, z: float, tone: int) -> Mesh:
    rings = [np.asarray(ring.coords)[:-1, :2] for ring in (polygon.exterior, *polygon.interiors)]
    xy = np.concatenate(rings)
    ends = np.cumsum([len(ring) for ring in rings]).astype(np.uint32)
    faces = mapbox_earcut.triangulate_float64(xy, ends).reshape(-1, 3).astype(np.int32)
    a, b, c = (xy[faces[:, k]] for k in range(3))
    down = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    faces[down] = faces[down][:, ::-1]
    return Mesh(_cm(xy, z), faces, np.full(len(xy), tone, np.uint8))


def sides(shape: BaseGeometry, low: float, high: float, tones: tuple[int, int] = (0, 1)) -> Mesh:
    """The upright faces of the shape extruded from `low` to `high` metres, one flat pair an edge."""
    rings = [ring for polygon in parts(shape) for ring in (polygon.exterior, *polygon.interiors)]
    return merge(_band(np.asarray(ring.coords)[:, :2], low, high, tones) for ring in rings)


def _band(ring: NDArray[np.float64], low: float, high: float, tones: tuple[int, int]) -> Mesh:
    start, end = ring[:-1], ring[1:]
    n = len(start)
    xyz = np.concatenate([_cm(start, low), _cm(end, low), _cm(end, high), _cm(start, high)])
    i = np.arange(n, dtype=np.int32)
    faces = np.concatenate([np.stack([i, i + n, i + 2 * n], 1), np.stack([i, i + 2 * n, i + 3 * n], 1)])
    return Mesh(xyz, faces, np.repeat(np.array([tones[0], tones[0], tones[1], tones[1]], np.uint8), n))


def skirt(shape: BaseGeometry, width: float, z: float, tones: tuple[int, int]) -> Mesh:
    """A level rim around the shape that fades from `tones[0]` at its edge to `tones[1]` `width` metres outside.

    Made of narrow rings, so that no triangle reaches from one side of a corner to the other.
    """
    rings = 5
    edges = [shape] + [shapely.buffer(shape, width * (k + 1) / rings, quad_segs=6) for k in range(rings)]
    fade = [tones[1] + (tones[0] - tones[1]) * (1 - k / rings) ** 2 for k in range(rings + 1)]
    return merge(_ring(edges[k], edges[k + 1], z, (round(fade[k]), round(fade[k + 1]))) for k in range(rings))


def _ring(inner: BaseGeometry, outer: BaseGeometry, z: float, tones: tuple[int, int]) -> Mesh:
    mesh = plate(shapely.difference(outer, inner), z, tones[0])
    if not len(mesh.xyz):
        return mesh
    away = shapely.distance(shapely.points(mesh.xyz[:, :2] / 100.0), inner)
    return Mesh(mesh.xyz, mesh.faces, np.where(away > 0.05, tones[1], tones[0]).astype(np.uint8))


def shade_of(walls: BaseGeometry, reach: tuple[float, float]) -> BaseGeometry:
    """The ground that walls shade when their tops' shadows fall `reach` metres away: their sweep."""
    edges = [np.asarray(r.coords)[:, :2] for p in parts(walls) for r in (p.exterior, *p.interiors)]
    if not edges:
        return Polygon()
    start = np.concatenate([ring[:-1] for ring in edges])
    end = np.concatenate([ring[1:] for ring in edges])
    swept = shapely.polygons(np.stack([start, end, end + reach, start + reach], axis=1))
    return shapely.union_all([*np.atleast_1d(np.asarray(swept, object)), walls], grid_size=0.01)


def tones_of(room: BaseGeometry, layers: Sequence[BaseGeometry]) -> Iterator[tuple[int, BaseGeometry]]:
    """Cut a room into the ground under no layer (tone 0) and under each layer (tone 1, 2, ...; the last wins)."""
    rest = room
    cut: list[tuple[int, BaseGeometry]] = []
    for tone in range(len(layers), 0, -1):
        cut.append((tone, shapely.intersection(rest, layers[tone - 1])))
        rest = shapely.difference(rest, layers[tone - 1])
    yield 0, rest
    yield from reversed(cut)


def _cm(xy: NDArray[np.float64], z: float) -> I32:
    out = np.empty((len(xy), 3), np.int32)
    out[:, :2] = np.rint(xy * 100.0)
    out[:, 2] = round(z * 100.0)
    return out
