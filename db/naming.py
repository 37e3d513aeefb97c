"""Which area an imprecise report names: the name decides, not the precision code alone.

Coders use UCDP's `where_prec` differently from country to country: 5 is a fuzzy region in one and,
elsewhere, a township whose district is given. So a named area settles how precisely a place is known.
"""

from dataclasses import dataclass

from db.linking import DISTRICT_PREC, GOVERNORATE_PREC
from db.places import Gazetteer, Spot, normalise
from db.vocab import PlaceLevel

COUNTRY_PREC, BEYOND_PREC = 6, 7
LARGER = (PlaceLevel.COUNTRY, PlaceLevel.GOVERNORATE)
UNITS = (PlaceLevel.DISTRICT, PlaceLevel.SUBDISTRICT)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where an imprecise report lies, and how precisely that is known (codes of `where_prec`)."""

    spot: Spot
    geo_prec: int


def settle(
    gazetteer: Gazetteer, *, name: str | None, admin1: str | None, admin2: str | None, geo_prec: int
) -> Settled:
    """The smallest area that a report of precision 3 or coarser names, whatever its code.

    A text that names a governorate as such counts there, and one that names a part of it ("Northern
    Aleppo Governorate") stays as coarse as its code, though a district stands beside it. So does a
    text about the country under code 6, and whatever is beyond the country (7).
    """
    whole = _whole(gazetteer, name, admin1) if geo_prec > DISTRICT_PREC else None
    governorate = gazetteer.named(admin1, PlaceLevel.GOVERNORATE) or whole
    if whole is not None and geo_prec < BEYOND_PREC:
        return Settled(Spot(None, None, whole), GOVERNORATE_PREC)
    if geo_prec > DISTRICT_PREC and _too_wide(gazetteer, name, admin1, geo_prec):
        return Settled(Spot(None, None, governorate), geo_prec)
    place, district = _unit(gazetteer, name, admin2, governorate)
    if district is not None:
        above = gazetteer.ancestor(district, PlaceLevel.GOVERNORATE)
        return Settled(Spot(place, district, above or governorate), DISTRICT_PREC)
    return Settled(Spot(None, None, governorate), max(geo_prec, GOVERNORATE_PREC))


def _whole(gazetteer: Gazetteer, name: str | None, admin1: str | None) -> str | None:
    """The governorate that a text names as such: in the words of the first unit, or as no smaller one is called."""
    if not name:
        return None
    if admin1 and normalise(name) == normalise(admin1):
        return gazetteer.named(admin1, PlaceLevel.GOVERNORATE)
    found = gazetteer.exactly(name)
    return next(iter(found)) if _levels(gazetteer, found) == [PlaceLevel.GOVERNORATE] else None


def _levels(gazetteer: Gazetteer, found: set[str]) -> list[PlaceLevel]:
    return [gazetteer.places[place].level for place in sorted(found)]


def _too_wide(gazetteer: Gazetteer, name: str | None, admin1: str | None, geo_prec: int) -> bool:
    """Whether a text speaks of more than one district, so that the one beside it says little."""
    words = normalise(name or "")
    if geo_prec == COUNTRY_PREC and (not words or any(_holds(words, one) for one in gazetteer.country_names)):
        return True
    return geo_prec == BEYOND_PREC or bool(admin1 and _holds(words, normalise(admin1)))


def _holds(words: str, name: str) -> bool:
    return f" {name} " in f" {words} "


def _unit(
    gazetteer: Gazetteer, name: str | None, admin2: str | None, governorate: str | None
) -> tuple[str | None, str | None]:
    """The sub-district that a text names, where one does, and the district that is named or holds it."""
    district = gazetteer.named(admin2, PlaceLevel.DISTRICT, within=governorate)
    called = gazetteer.called(name)
    if district is None and set(_levels(gazetteer, called)) & set(LARGER):
        return None, None
    around = district or governorate
    units = [
        p for p in called if gazetteer.places[p].level in UNITS and (not around or gazetteer.is_in(p, around))
    ]
    districts = {gazetteer.ancestor(p, PlaceLevel.DISTRICT) for p in units}
    if district is None and len(districts) == 1:
        district = districts.pop()
    small = [p for p in units if gazetteer.places[p].level is PlaceLevel.SUBDISTRICT]
    return (small[0] if len(units) == 1 and small else None), district
