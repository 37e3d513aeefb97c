"""Names of places: spellings of one name, what a name may mean, and names inside a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.candidates import SAME_CONSONANTS, SAME_NAME, SIMILAR
from db.places import Gazetteer, PlaceRow
from db.spelling import normalise, skeleton, sounds, without_unit
from db.vocab import PlaceLevel

L = PlaceLevel
# A small land with two villages of one name and a third that is spelt much like them.
PLACES = [
    ("g1", None, L.GOVERNORATE, "As-Suwayda", "السويداء"),
    ("d1", "g1", L.DISTRICT, "As-Suwayda", "السويداء"),
    ("t1", "d1", L.SETTLEMENT, "As-Suwayda", "السويداء"),
    ("k1", "d1", L.SETTLEMENT, "Kanaker", "كناكر"),
    ("q1", "d1", L.SETTLEMENT, "Qanawat", "قنوات"),
    ("g2", None, L.GOVERNORATE, "Rural Damascus", "ريف دمشق"),
    ("d2", "g2", L.DISTRICT, "Qatana", "قطنا"),
    ("k2", "d2", L.SETTLEMENT, "Kanaker", "كناكر"),
    ("a2", "d2", L.SETTLEMENT, "Ashrafiyat Sahnaya", "أشرفية صحنايا"),
    ("h2", "d2", L.SETTLEMENT, "Hill", "تلة"),
]


@pytest.fixture(scope="module")
def land() -> Gazetteer:
    rows = [PlaceRow(i, up, level, name, 33.0, 36.0, None, None, ar) for i, up, level, name, ar in PLACES]
    return Gazetteer(rows, [(row[0], name) for row in PLACES for name in row[3:] if name])


def ids(land: Gazetteer, text: str, **options: object) -> list[str]:
    return [one.place_id for one in land.candidates(text, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spelling",
    ["السويداء", "السويدا", "سُوَيداء", "الســـويداء", "ﺍﻟﺴﻮﻳﺪﺍء", "\u200fالسويداء\u200f"],
)
def test_arabic_spellings_of_one_name_are_one(spelling: str) -> None:
    assert normalise(spelling) == "سويدا"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("As-Suwayda'", "as suwayda"),
        ("Deir ez-Zor", "Deir al-Zor"),
        ("Dar`a", "Darʿa"),
        ("گرى ۱۲", "گري 12"),
        ("کناکر", "كناكر"),
        ("Jabal al Arab", "Jabal Arab"),
        ("Qudsiya\r\n", "qudsiya"),
        ("مركزالحفة", "مركز الحفة"),
        ("المركزالحفة", "مركز الحفة"),
    ],
)
def test_articles_signs_and_keyboards_do_not_matter(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    "spelling",
    [
        "السويداء",
        "السويدا",
        "Sweida",
        "As-Suwayda",
        "Soueida",
        "al-Suwaidaa",
        "Sweda",
        "Suwayda'",
        "As-Suwaida",
    ],
)
def test_spellings_of_one_name_sound_alike_in_both_scripts(spelling: str) -> None:
    assert sounds(without_unit(spelling)) == "swyd"


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("كناكر", "Qanaqar"),
        ("دير الزور", "Deirezzor"),
        ("أشرفية صحنايا", "Achrafieh Sehnaya"),
        ("خربة غزالة", "Khirbat Ghazaleh"),
        ("ناحية السبخة", "nahyt alsbkht"),
        ("وادي بردى", "Ouadi Barada"),
    ],
)
def test_both_scripts_have_the_same_consonants(arabic: str, latin: str) -> None:
    assert skeleton(without_unit(arabic)) == skeleton(without_unit(latin))


@given(st.text(alphabet="aeiouywhtkqbls اويهةكقبل-'ء(._", max_size=30))
def test_a_key_of_a_key_is_the_key(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)
    assert skeleton(normalise(name)) == skeleton(normalise(normalise(name)))


def test_two_places_of_one_name_are_both_offered_before_what_is_like_it(land: Gazetteer) -> None:
    found = land.candidates("Qanaqar")
    assert [(c.place_id, c.district, c.why) for c in found[:3]] == [
        ("k1", "As-Suwayda", SAME_CONSONANTS),
        ("k2", "Qatana", SAME_CONSONANTS),
        ("q1", "As-Suwayda", SIMILAR),
    ]
    assert found[0].score == found[1].score > found[2].score
    assert land.candidates("كناكر")[0].why == SAME_NAME


def test_nested_places_of_one_name_come_largest_first(land: Gazetteer) -> None:
    assert ids(land, "Soueida")[:3] == ["g1", "d1", "t1"]
    assert land.named("السويدا", L.GOVERNORATE) == "g1"


def test_a_governorate_narrows_the_choice_and_a_limit_shortens_it(land: Gazetteer) -> None:
    assert ids(land, "Kanaker", within="g2") == ["k2"]
    assert ids(land, "Kanaker", limit=1) == ["k1"]


@pytest.mark.parametrize("nothing", ["", "   ", "!!!", "\u200f", "Xyzzyx", "12345"])
def test_what_is_like_nothing_finds_nothing(land: Gazetteer, nothing: str) -> None:
    assert land.candidates(nothing) == []


@given(st.text(max_size=40))
def test_any_text_has_candidates_in_order_or_none(text: str) -> None:
    bare = Gazetteer([PlaceRow("a", None, L.COUNTRY, "Alpha", None, None, None, None)], [("a", "Alpha")])
    scores = [one.score for one in bare.candidates(text)]
    assert scores == sorted(scores, reverse=True)
    assert all(text[m.start : m.end] == m.text for m in bare.mentions(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Three killed in Kanaker, near Sweida city.", [("Kanaker", "k1"), ("Sweida city", "g1")]),
        ("The hill above al-Suwayda", [("al-Suwayda", "g1")]),
        ("on the hill near kanaker", [("hill", "h2"), ("kanaker", "k1")]),
        ("Shots at Kanaker as Suwayda slept", [("Kanaker", "k1"), ("Suwayda", "g1")]),
        ("Achrafieh Sehnaya was quiet", [("Achrafieh Sehnaya", "a2")]),
        ("Kanaker. Hill", [("Kanaker", "k1"), ("Hill", "h2")]),
        ("قصف على كناكر والسويداء", [("كناكر", "k1"), ("السويداء", "g1")]),
        ("وصلت للسويداء وبقنوات", [("سويداء", "g1"), ("قنوات", "q1")]),
        ("في أشرفيّة صحنايا بريف دمشق", [("أشرفيّة صحنايا", "a2"), ("ريف دمشق", "g2")]),
        ("nobody was hurt", []),
        ("", []),
    ],
)
def test_names_are_found_in_a_text(land: Gazetteer, text: str, found: list[tuple[str, str]]) -> None:
    mentions = land.mentions(text)
    assert [(m.text, m.candidates[0].place_id) for m in mentions] == found
    assert all(text[m.start : m.end] == m.text for m in mentions)


def test_a_mention_offers_all_places_of_its_name_and_none_only_like_it(land: Gazetteer) -> None:
    (mention,) = land.mentions("raid on Kanaker")
    assert [one.place_id for one in mention.candidates] == ["k1", "k2"]
