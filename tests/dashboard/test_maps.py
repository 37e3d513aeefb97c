"""The offline map: outline, shades, bubbles, and never a pin for an incident."""

import json
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from dashboard import maps
from dashboard.outlook import Shade

SYRIA = {"bounds": [35.5, 32.2, 42.5, 37.4], "outline_iso_numeric": "760"}
SQUARE = {"type": "Polygon", "coordinates": [[[36, 33], [37, 33], [37, 34], [36, 34], [36, 33]]]}


def places(**polygons: Any) -> pd.DataFrame:
    """Two governorates and a district."""
    rows = [("G1", "governorate", "<North>", 36.0, 36.5), ("G2", "governorate", "South", 33.0, 36.5)]
    rows += [("D1", "district", "Beta", 33.5, 36.5)]
    return pd.DataFrame(
        [
            {"place_id": i, "level": level, "name": name, "name_ar": None, "lat": lat, "lon": lon}
            | {"polygon": json.dumps(polygons[i]) if i in polygons else None}
            for i, level, name, lat, lon in rows
        ]
    )


def drawn(table: pd.DataFrame, shades: dict[str, Shade]) -> ElementTree.Element:
    """The picture, read back as XML."""
    found = maps.of_levels(SYRIA, table, shades)
    assert found is not None
    return ElementTree.fromstring(found.svg("Levels"))  # noqa: S314  (our own)


def tags(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """All elements of a kind."""
    return picture.findall(f".//{{http://www.w3.org/2000/svg}}{name}")


def test_the_outline_lies_where_the_country_does() -> None:
    """Decoded from the vendored file."""
    points = [point for ring in maps.outline("760") for point in ring]
    assert len(points) > 50
    assert all(35.5 < lon < 42.5 and 32.2 < lat < 37.4 for lon, lat in points)
    assert maps.outline("no such country") == ()


def test_a_governorate_is_one_bubble_with_number_and_words() -> None:
    """Its shape, its level's number, its name; told in words as well; names are escaped."""
    picture = drawn(places(), {"G1": Shade(3, 2), "G2": Shade(0, 1)})
    assert len(tags(picture, "g")) == 2
    words = [one.text for one in tags(picture, "text")]
    assert words == ["3", "<North>", "–", "South"]
    assert "highest level 3 Warning, 2 communities" in (tags(picture, "desc")[0].text or "")


def test_districts_are_shaded_where_outlines_are_loaded() -> None:
    """And the governorate keeps its bubble where it has none."""
    picture = drawn(places(D1=SQUARE), {"G1": Shade(1, 1), "D1": Shade(4, 1)})
    fills = [one.get("fill") for one in tags(picture, "path")]
    assert "#d7301f" in fills
    assert len(tags(picture, "g")) == 1


def test_a_region_without_coordinates_has_no_map() -> None:
    """Nothing is drawn rather than something wrong."""
    empty = places().assign(lat=None, lon=None).astype({"lat": float, "lon": float})
    assert maps.of_levels({}, empty, {}) is None


def test_the_picture_is_one_line() -> None:
    """A blank line would end it where it is shown."""
    found = maps.of_levels(SYRIA, places(), {"G1": Shade(2, 1)})
    assert found is not None and "\n" not in found.svg("Levels")
