"""Schematic districts where nobody has loaded outlines: what lies nearer to a district's towns than to others'.

Voronoi cells of the finest administrative points of the pack, dissolved to districts and cut by the country's
outline. For drawing only: they are no borders, are never stored, and no event is ever placed by them. All is laid
flat (Mercator) before it is cut, so that what looks nearer is. Loaded outlines win, district by district.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dashboard import fmt, land
from dashboard.land import Point

NUDGE, SAME = 0.02, 1e-6  # degrees: how far points at one spot are moved apart, and what counts as one spot
WIDEST = 180.0  # degrees: what spans more lies on both sides of the antimeridian, and is not cut into cells
MOST_EMPTY = 0.5  # share of a country in which the pack knows no place, from which on it is not filled
DETAIL, TRUE_DETAIL = 0.0008, 0.0022  # of the width of a region: what is smaller is not seen
Known = tuple[str, str, str | None, float | None, float | None, str | None]
Seed = tuple[str, Point]


@dataclass(frozen=True)
class Cells:
    """The areas of a region by place id, laid flat; which of them are schematic; the ground that they fill."""

    areas: Mapping[str, BaseGeometry]
    schematic: frozenset[str]
    ground: BaseGeometry
    spots: Mapping[str, tuple[float, float, float]]

    def held(self, place_id: str) -> bool:
        """Whether there is an area of a place."""
        return place_id in self.areas


def of(settings: Mapping[str, Any], places: Iterable[Mapping[str, Any]]) -> Cells | None:
    """The districts of a region and, of these, its governorates; None where its places lie nowhere."""
    known = tuple(
        (
            str(one["place_id"]),
            str(one["level"]),
            one.get("parent_id"),
            *(None if fmt.missing(one[name]) else float(one[name]) for name in ("lon", "lat")),
            one["polygon"] if isinstance(one["polygon"], str) else None,
        )
        for one in places
    )
    return _made(str(settings.get("outline_iso_numeric", "")), known)


@lru_cache(maxsize=8)
def _made(country: str, known: tuple[Known, ...]) -> Cells | None:
    """The cells of what is known, made once for each version of a pack."""
    loaded = {one[0]: shape for one in known if (shape := _loaded(one[5])) is not None}
    seeds = _seeds(known, loaded)
    ground = _ground(country, [point for _district, point in seeds], loaded)
    if ground is None or ground.is_empty:
        return None
    above = {one[0]: one[2] for one in known if one[1] == "district"}
    cut = _cut(seeds, ground, loaded, above)
    west, _south, east, _north = ground.bounds
    detail = (TRUE_DETAIL if loaded else DETAIL) * (east - west)
    true = {one: shape for one, shape in loaded.items() if one in above}
    districts = _plainer({**cut, **true}, detail, bool(loaded))
    governorates = _governorates(districts, above, loaded)
    if true:  # the gaps between them, closed
        governorates = {one: _closed(shape, detail) for one, shape in governorates.items()}
    areas = {**districts, **governorates}
    schematic = frozenset(areas) - frozenset(loaded)
    drawn = shapely.union_all(list(areas.values())) if loaded else ground
    return Cells(areas, schematic, drawn, _spots(areas)) if areas else None


def _loaded(polygon: str | None) -> BaseGeometry | None:
    """A stored outline, laid flat."""
    if not polygon:
        return None
    shape = shapely.make_valid(shapely.from_geojson(polygon))
    return shapely.transform(shape, _flat)


def _flat(points: Any) -> Any:
    lat = np.radians(np.clip(points[:, 1], -85, 85))
    return np.column_stack([points[:, 0], np.degrees(np.log(np.tan(np.pi / 4 + lat / 2)))])


def _seeds(known: Sequence[Known], loaded: Mapping[str, BaseGeometry]) -> list[Seed]:
    """The points of each district without an outline: those of its parts, else its own; no two at one spot."""
    open_ = {one[0]: one for one in known if one[1] == "district" and one[0] not in loaded}
    parts: dict[str, list[Point]] = {one: [] for one in open_}
    for _id, level, parent, lon, lat, _polygon in known:
        if level == "subdistrict" and parent in parts and lon is not None and lat is not None:
            parts[parent].append((lon, lat))
    for place_id, found in parts.items():
        lon, lat = open_[place_id][3:5]
        if not found and lon is not None and lat is not None:
            found.append((lon, lat))
    lons = [lon for found in parts.values() for lon, _lat in found]
    if lons and max(lons) - min(lons) > WIDEST:
        return []
    return _told_apart([(one, land.flat(point)) for one in sorted(parts) for point in parts[one]])


def _told_apart(seeds: Sequence[Seed]) -> list[Seed]:
    taken: set[tuple[int, int]] = set()
    found = []
    for place_id, (x, y) in seeds:
        while (spot := (round(x / SAME), round(y / SAME))) in taken:
            x += NUDGE
        taken.add(spot)
        found.append((place_id, (x, y)))
    return found


def _ground(country: str, points: Sequence[Point], loaded: Mapping[str, BaseGeometry]) -> BaseGeometry | None:
    """The land to be filled: the country, and what was loaded; nothing where no place is known."""
    hull = [_hull(points)] if points else []
    rings = [shapely.Polygon([land.flat(point) for point in ring]) for ring in land.outline(country)]
    if rings:
        whole = shapely.make_valid(shapely.MultiPolygon(rings))
        near = [one.intersection(whole) for one in hull]
        # A pack of one corner of a country does not speak of the rest.
        filled = near if near and near[0].area < (1 - MOST_EMPTY) * whole.area else [whole]
    else:
        filled = hull
    return shapely.union_all([*filled, *loaded.values()]) if points or loaded else None


def _hull(points: Sequence[Point]) -> BaseGeometry:
    """A shape with round corners around the points, as far from them as they lie from each other."""
    cloud = shapely.MultiPoint(points)
    wide = max(cloud.envelope.area / len(points), NUDGE**2) ** 0.5
    return shapely.convex_hull(cloud).buffer(0.8 * wide, quad_segs=6)


def _cut(
    seeds: Sequence[Seed],
    ground: BaseGeometry,
    loaded: Mapping[str, BaseGeometry],
    above: Mapping[str, str | None],
) -> dict[str, BaseGeometry]:
    """The cells of the districts without an outline, within their governorate's where that has one."""
    homes = {above.get(one) for one, _point in seeds}
    bounds = {one: loaded[one] for one in sorted(filter(None, homes)) if one in loaded}
    taken = [shape for one, shape in loaded.items() if one in above]
    rest = ground.difference(shapely.union_all([*bounds.values(), *taken])) if loaded else ground
    found = _voronoi([one for one in seeds if above.get(one[0]) not in bounds], rest)
    for home, shape in bounds.items():
        own = [one for one in seeds if above.get(one[0]) == home]
        found |= _voronoi(own, shape.difference(shapely.union_all(taken)))
    return found


def _voronoi(seeds: Sequence[Seed], ground: BaseGeometry) -> dict[str, BaseGeometry]:
    """For each district the part of the ground that is nearest to its points; none where nothing is left to it."""
    if not seeds or ground.is_empty:
        return {}
    if len(seeds) == 1:
        return {seeds[0][0]: ground}
    points = shapely.MultiPoint([point for _place, point in seeds])
    raw = np.array(shapely.voronoi_polygons(points, extend_to=ground, ordered=True).geoms)
    shapely.prepare(ground)
    edge = ~shapely.contains_properly(ground, raw)
    raw[edge] = shapely.intersection(raw[edge], ground)
    whose = np.array([place for place, _point in seeds])
    found = {str(one): shapely.union_all(raw[whose == one]) for one in dict.fromkeys(whose)}
    return {one: shape for one, shape in found.items() if shape.area > 0}


def _plainer(areas: Mapping[str, BaseGeometry], detail: float, true: bool) -> dict[str, BaseGeometry]:
    """The same areas without what is too small to be seen; what they share stays shared.

    Files of true outlines may have gaps and overlaps between neighbours: these are made plainer one by one.
    """
    shapes = np.array(list(areas.values()))
    if areas and shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_simplify(shapes, detail, simplify_boundary=true)
    elif areas:
        shapes = shapely.simplify(shapes, detail)
    return {one: shape for one, shape in zip(areas, shapes, strict=True) if not shape.is_empty}


def _governorates(
    districts: Mapping[str, BaseGeometry],
    above: Mapping[str, str | None],
    loaded: Mapping[str, BaseGeometry],
) -> dict[str, BaseGeometry]:
    """The governorates, dissolved from their districts; a loaded outline wins."""
    parts: dict[str, list[BaseGeometry]] = {}
    for one, shape in districts.items():
        if home := above.get(one):
            parts.setdefault(home, []).append(shape)
    joined = {home: shapely.union_all(shapes) for home, shapes in parts.items()}
    return {**joined, **{one: shape for one, shape in loaded.items() if one not in above}}


def _closed(shape: BaseGeometry, detail: float) -> BaseGeometry:
    """An area without the slits that its parts left between them."""
    wider = shape.buffer(detail, join_style="mitre", mitre_limit=2)
    return wider.buffer(-detail, join_style="mitre", mitre_limit=2).simplify(detail)


def _spots(areas: Mapping[str, BaseGeometry]) -> dict[str, tuple[float, float, float]]:
    """The middle of the largest circle within each area, and its radius: where a mark has most room."""
    names = list(areas)
    widest = [
        max((one for one in shapely.get_parts(areas[name])), key=lambda one: one.area) for name in names
    ]
    lines = [shapely.maximum_inscribed_circle(one, max(one.length / 200, 1e-9)) for one in widest]
    return {
        name: (*shapely.get_coordinates(line)[0].tolist(), float(line.length))
        for name, line in zip(names, lines, strict=True)
    }
