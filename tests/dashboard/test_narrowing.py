"""Which communities are looked at: chosen by field or on the map, in the address, taken along to other pages."""

import re
from html import unescape

from dashboard.choice import Choice
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown

DAY = stores.LAST.isoformat()


def test_a_choice_is_by_group_governorate_district_and_level() -> None:
    about = ("blue", ["N"], ["N1"], 3)
    assert Choice().has(*about) and Choice("blue", "N", "N1", "3").has(*about)
    for other in (Choice(group="green"), Choice(governorate="S"), Choice(district="N2"), Choice(level="2")):
        assert not other.has(*about)
    assert Choice(governorate="N", district="N1").places == ("N", "N1")


def drawn(at: object) -> str:
    return next(one.value for one in at.markdown if "<svg" in one.value)  # type: ignore[attr-defined]


def test_a_place_of_the_map_shows_its_communities_and_shows_all_again(drill: str, open_page: Open) -> None:
    at = open_page(drill, as_of=DAY, list="all")
    ways = re.findall(r'<a [^>]*href="([^"]*governorate=([^"&]*))"', drawn(at))
    assert ways and "Shown: only" not in shown(at)
    places = len(re.findall('<a [^>]*href="./today', drawn(at)))
    place = ways[0][1]
    assert "list=all" in unescape(ways[0][0])
    at = open_page(drill, as_of=DAY, list="all", governorate=place)
    html = shown(at)
    assert "Shown: only" in html and 'aria-current="true"' in drawn(at)
    assert len(re.findall('<a [^>]*href="./today', drawn(at))) == places  # the others can still be chosen
    again = next(one for one in re.findall("<a [^>]*>", drawn(at)) if "aria-current" in one)
    assert "governorate=" not in again and "list=all" in again


def listed(html: str) -> set[str]:
    """The communities to which a page leads."""
    return set(re.findall('community=([^"&]+)', html))


def test_a_district_of_the_map_shows_its_communities_and_shows_all_again(drill: str, open_page: Open) -> None:
    at = open_page(drill, as_of=DAY, list="all")
    ways = re.findall(r'<a [^>]*href="([^"]*district=([^"&]*))"[^>]*aria-label="([^":]*):', drawn(at))
    assert len(ways) > 1 and "Schematic" not in shown(at) and "schematic" in shown(at)
    everyone, (place, name) = listed(shown(at)), ways[0][1:]
    at = open_page(drill, as_of=DAY, list="all", district=place)
    html = shown(at)
    assert "Shown: only" in html and name in html
    current = [one for one in re.findall("<a [^>]*>", drawn(at)) if "aria-current" in one]
    assert len(current) == 1 and "district=" not in current[0] and "list=all" in unescape(current[0])
    assert set() < listed(html) < everyone


def test_the_choice_goes_along_to_other_pages_and_back(drill: str, open_page: Open) -> None:
    about = {"as_of": DAY, "group": "green", "level": "2"}
    html = shown(open_page(drill, **about))
    opened = unescape(re.findall(r'href="(\./community[^"]*)"', html)[0])
    assert "group=green" in opened and "level=2" in opened
    html = shown(open_page(drill, "community", **about))
    assert all("group=green" in one for one in re.findall(r'href="(\./incidents[^"]*)"', html))


def test_alerts_are_narrowed_alike(drill: str, open_page: Open) -> None:
    everyone = shown(open_page(drill, "alerts", as_of=DAY))
    html = shown(open_page(drill, "alerts", as_of=DAY, group="green"))
    assert "Blues of" in everyone and "Blues of" not in html
    assert "Shown: only" in html


def test_an_unknown_district_gets_a_remark(drill: str, open_page: Open) -> None:
    html = shown(open_page(drill, as_of=DAY, district="<b>none</b>"))
    assert "is not known here" in html and "<b>none</b>" not in html
