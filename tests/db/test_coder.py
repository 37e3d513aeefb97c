"""A pasted report becomes suggestions with their spans. All texts here are invented."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import packs
from db.coder import EXAMINED_CHARACTERS, Draft, read
from db.coder.agreement import deaths, gazetteer_of
from db.places import Gazetteer
from db.vocab import Confidence, Status

WORDS = "3 dozens at least killed and injured civilians including casualties Homs Al-Bab قتلى ثلاثة و في حمص بين ، ."
WORDS += " ; \0 \u202e <b> &amp;"


@pytest.fixture(scope="module")
def syria() -> Gazetteer:
    return gazetteer_of(packs.read(packs.find("syria")))


def harms(draft: Draft) -> list[tuple[str, int | None, int | None, int | None]]:
    """The whole figures: harm, low, best, high."""
    whole = [s.value for s in draft.of("harm") if not s.value.part_of_total]
    return [(figure.harm.value, figure.low, figure.best, figure.high) for figure in whole]


def values(draft: Draft, field: str) -> list[str]:
    return [s.value for s in draft.of(field)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shelling kills 3 civilians in Douma", [("killed", 3, 3, 3)]),
        ("At least 32 fighters were killed near Hama", [("killed", 32, 32, None)]),
        ("About 40 villagers were displaced", [("displaced", None, 40, None)]),
        ("Up to 30 people were abducted on the road", [("abducted", None, None, 30)]),
        ("Between 10 and 15 people were wounded", [("injured", 10, None, 15)]),
        ("Dozens of people were killed in an explosion", [("killed", 12, None, None)]),
        ("Twenty-five farmers detained after a raid", [("detained", 25, 25, 25)]),
        ("A farmer was killed and two children were injured", [("killed", 1, 1, 1), ("injured", 2, 2, 2)]),
        (
            "14 people killed, 3 injured and 2 missing",
            [("killed", 14, 14, 14), ("injured", 3, 3, 3), ("missing", 2, 2, 2)],
        ),
        ("3 soldiers and 2 shepherds were killed", [("killed", 3, 3, 3), ("killed", 2, 2, 2)]),
        ("3 gunmen killed 5 civilians", [("killed", 5, 5, 5)]),
        ("In 5 raids, 12 shells and 2 hours, warplanes killed 4 people", [("killed", 4, 4, 4)]),
        ("The death toll in the bombing rose from 10 to 15", [("killed", 15, 15, 15)]),
        ("No deaths were caused by the explosion", [("killed", 0, 0, 0)]),
        ("Raids raise to 64, the number of farmers who have been killed", [("killed", 64, 64, 64)]),
        ("The factions lost about 25 of their members in clashes", [("killed", None, 25, None)]),
        ("The factions lost 3 villages near Hama", []),
        ("The explosion claimed 12 lives", [("killed", 12, 12, 12)]),
        ("A sniper kills 4 of one family", [("killed", 4, 4, 4)]),
        ("UPDATE 3-Soldier killed near Azaz", [("killed", 1, 1, 1)]),
        ("The army releases the prisoners and the death toll rises to 8", [("killed", 8, 8, 8)]),
        ("There is no truth to reports that 4 people were killed", []),
        ("لا صحة للأنباء عن مقتل أربعة أشخاص", []),
        ("مقتل الشاب قرب شهبا", [("killed", 1, 1, 1)]),
        ("There is no information about casualties", []),
        ("An attempt to assassinate a commander failed", []),
        ("After the release of five abductees the road was opened", []),
        ("Clashes between two groups in 3 villages", []),
    ],
)
def test_counts_of_people(syria: Gazetteer, text: str, expected: list[object]) -> None:
    assert harms(read(text, gazetteer=syria)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Shelling kills and injures 20 people",
        "20 casualties in the shelling",
        "سقوط 20 قتيلاً وجريحاً في القصف",
    ],
)
def test_one_number_for_dead_and_wounded_says_of_neither_how_many(syria: Gazetteer, text: str) -> None:
    assert harms(read(text, gazetteer=syria)) == [("killed", None, None, 20), ("injured", None, None, 20)]


def test_parts_of_a_total_are_not_counted_beside_it(syria: Gazetteer) -> None:
    draft = read("27 people were killed in an ambush, including 3 officers and 4 children", gazetteer=syria)
    assert harms(draft) == [("killed", 27, 27, 27)]
    assert [s.value.best for s in draft.of("harm") if s.value.part_of_total] == [3, 4]
    assert [s.value.best for s in draft.proposed] == [27]


def test_the_wording_stays_and_names_who_is_counted(syria: Gazetteer) -> None:
    figure = read("At least a dozen civilians were killed", gazetteer=syria).of("harm")[0].value
    assert (figure.wording, figure.status) == ("At least a dozen civilians were killed", Status.CIVILIAN)


@pytest.mark.parametrize(
    "text",
    [
        "143 people were killed yesterday",
        "143 people were killed yesterday, including 12 soldiers killed in clashes in Homs",
        "More than 90 civilians killed in Jaramana during the past 12 days",
        "300 dead since the beginning of the siege",
        "500 civilians were killed in June 2021",
        "9 people killed in several attacks",
        "6 farmers killed in Shahba and Salkhad",
        "8 people killed by mines, shelling and ambushes in Homs",
        "40 people were killed in As-Suwayda province yesterday",
        "Three members were killed in Syria",
        "More wounded die and raise the death toll to 120 civilians",
        "In 48 hours... 12 members were killed",
        "At least 17 members killed on the first day of the battle east of the river",
        "About 300 civilians were killed by the armed men",
        "مقتل سبعة مدنيين أمس",
        "مقتل 40 شخصاً يوم أمس في عموم سوريا",
        "مقتل 40 مدنياً خلال 24 ساعة في ريف حلب",
    ],
)
def test_a_count_over_several_events_is_never_proposed_for_one(syria: Gazetteer, text: str) -> None:
    draft = read(text, gazetteer=syria)
    assert draft.scope == "aggregate"
    assert draft.of("harm") and not draft.proposed
    assert draft.of("scope")[0].phrase
    assert "not one incident" in draft.summary


@pytest.mark.parametrize(
    "text",
    [
        "3 people were killed yesterday in an explosion in Homs",
        "Shelling kills 3 civilians in Douma yesterday",
        "4 killed after two hours of fighting in Homs",
        "7 people killed in a car bomb attack in Azaz city",
        "مقتل ثلاثة أشخاص أمس بانفجار لغم في ريف حلب",
        "40 people were killed in Salkhad yesterday",
        "40 people were killed yesterday in a village near Homs",
        "Three members were killed by a bomb in Syria",
        "The death of more wounded raises the death toll of the attack to 120 civilians",
        "3 farmers were killed in the worst attack since the truce",
        "5 people were killed in the deadliest raid in 3 years",
        "An attack on Shahba kills 4 farmers, raising to 64 the number of those killed since May",
        "Air strikes on areas in the south and three women killed in an explosion near Homs",
        "مقتل سبعة مدنيين في قرية قلب لوزة أمس",
    ],
)
def test_one_event_stays_one(syria: Gazetteer, text: str) -> None:
    draft = read(text, gazetteer=syria)
    assert draft.scope == "single" and draft.proposed


def test_a_figure_of_the_background_is_kept_apart(syria: Gazetteer) -> None:
    draft = read(
        "Two farmers were killed in Shahba. Since May, 310 people have been killed there.", gazetteer=syria
    )
    assert draft.scope == "single"
    assert [s.value.best for s in draft.proposed] == [2]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("مقتل شخصين في درعا", 2),
        ("قتيلان في درعا", 2),
        ("مقتل مدنيان في درعا", 2),
        ("مقتل ثلاثة مدنيين في درعا", 3),
        ("قُتِلَ ١٢ عنصراً", 12),
        ("استشهاد أحد عشر مدنياً", 11),
        ("مقتل خمسة وعشرين شخصاً", 25),
        ("مقتل شاب برصاص مجهولين", 1),
        ("العثور على جثتين", 2),
    ],
)
def test_arabic_numbers_and_duals(syria: Gazetteer, text: str, number: int) -> None:
    assert deaths(read(text, gazetteer=syria)) == [number]


def test_an_arabic_plural_that_may_be_a_dual_gives_no_best_figure(syria: Gazetteer) -> None:
    assert harms(read("مقتل مدنيين في درعا", gazetteer=syria)) == [("killed", 2, None, None)]


def test_no_place_is_picked_where_two_fit(syria: Gazetteer) -> None:
    draft = read("Drone strike on Kanaker kills 4 people", gazetteer=syria)
    assert {"sy-kanaker-suwayda", "sy-kanaker-qatana"} <= set(values(draft, "place"))
    assert {s.confidence for s in draft.of("place")} == {Confidence.LOW}
    assert "Kanaker" not in draft.summary
    near = read("Drone strike on Kanaker in As-Suwayda province kills 4 people", gazetteer=syria)
    assert values(near, "place")[0] == "sy-kanaker-suwayda"


def test_a_farm_is_no_village_called_farm(syria: Gazetteer) -> None:
    named = values(read("مقتل شخصين بقصف مزرعة قرب بلدة عريقة", gazetteer=syria), "place")
    assert "sy-ariqah" in named and "sy-al-mazraa-suwayda" not in named


def test_a_province_is_not_its_town(syria: Gazetteer) -> None:
    named = values(read("Two killed in As-Suwayda province", gazetteer=syria), "place")
    assert named[0] == "SY13" and "sy-as-suwayda" not in named


def test_names_that_nobody_knows_are_told(syria: Gazetteer) -> None:
    draft = read("Shelling targets the town of Nowherabad in Homs countryside", gazetteer=syria)
    assert values(draft, "unknown_place") == ["Nowherabad"]
    assert any("Nowherabad" in remark for remark in draft.remarks)
    assert values(draft, "place")[0] == "SY04"


def test_names_of_armed_groups_are_no_places(syria: Gazetteer) -> None:
    draft = read("Tahrir al-Sham and Jaysh al-Islam clash", gazetteer=syria)
    assert not draft.of("place")


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("ISIS executes a man in Raqqa", "Islamic State", "alleged_perpetrator"),
        ("A man was killed by regime forces in Homs", "Government of Syria", "alleged_perpetrator"),
        ("5 members of the SDF were killed in Raqqa", "Syrian Democratic Forces", "target"),
        ("Hezbollah denied that it shelled the village", "Hezbollah", "denier"),
        ("ISIS claimed responsibility for the blast", "Islamic State", "claimant"),
        ("SOHR said the town is controlled by ISIS", "Islamic State", "participant"),
        ("قصفت القوات التركية قرية في ريف حلب", "Turkish armed forces", "alleged_perpetrator"),
        ("نفت قوات سوريا الديمقراطية مقتل مدنيين", "Syrian Democratic Forces", "denier"),
        ("خطف شاب على يد مسلحين مجهولين", "Unidentified gunmen", "alleged_perpetrator"),
    ],
)
def test_actors_have_the_role_that_the_words_give(syria: Gazetteer, text: str, name: str, role: str) -> None:
    found = {s.value["name"]: s.value["role"] for s in read(text, gazetteer=syria).of("actor")}
    assert found[name] == role


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "Two killed, according to the Syrian Observatory for Human Rights.",
            "Syrian Observatory for Human Rights",
        ),
        ("SOHR documented the death of 2 people", "Syrian Observatory for Human Rights"),
        ("Two killed, according to a relative of the family.", "a source that the lists do not know"),
        ("أفادت مصادر محلية بمقتل شخصين", "local sources"),
        ("مقتل شخصين بحسب السويداء 24", "Suwayda 24"),
    ],
)
def test_who_is_quoted(syria: Gazetteer, text: str, value: str) -> None:
    assert values(read(text, gazetteer=syria), "source")[0] == value


def test_doubt_dispute_and_loaded_words_are_marked_and_stay_out_of_the_summary(syria: Gazetteer) -> None:
    text = (
        "Terrorists reportedly martyred 2 men in Homs; both sides blame each other and the regime denied it"
    )
    draft = read(text, gazetteer=syria)
    assert values(draft, "hearsay") and {"blame", "denied"} <= set(values(draft, "contested"))
    assert {s.phrase.lower() for s in draft.of("loaded")} >= {"terrorists", "martyred", "the regime"}
    assert "reportedly" in draft.summary
    assert not any(s.phrase.lower() in draft.summary.lower() for s in draft.of("loaded"))


def test_identity_is_only_ever_a_low_suggestion(syria: Gazetteer) -> None:
    marks = read("Gunmen abducted 3 Druze students because they are Druze", gazetteer=syria).of("identity")
    assert marks and {s.confidence for s in marks} == {Confidence.LOW}


def test_dates_hang_on_the_day_of_writing_never_on_today(syria: Gazetteer) -> None:
    text = "Two people were killed in Homs yesterday in an explosion"
    assert "no date stated" in read(text, gazetteer=syria).missing
    found = read(text, gazetteer=syria, anchor=date(2025, 5, 3)).of("date")
    assert (found[0].value.start, found[0].phrase) == (date(2025, 5, 2), "yesterday")


def test_numbers_of_dates_are_no_people(syria: Gazetteer) -> None:
    draft = read(
        "On 12 May 2025 killed: 3 people. March 21st 2017: clashes. Killed on May 2 2025.", gazetteer=syria
    )
    assert deaths(draft) == [3]


def test_what_was_not_found_is_listed(syria: Gazetteer) -> None:
    draft = read("Nothing here.", gazetteer=syria)
    assert len(draft.missing) == 6 and draft.suggestions == () and draft.summary == ""


def test_markup_overrides_and_nul_never_move_a_span(syria: Gazetteer) -> None:
    text = "<b>Shelling</b>\u202e kills\0 3&nbsp;ci\u200bvilians in <script>Do\u0640uma</script>"
    draft = read(text, gazetteer=syria)
    assert all(text[s.span[0] : s.span[1]] == s.phrase for s in draft.suggestions)
    assert deaths(draft) == [3]
    assert draft.of("incident_type")[0].phrase == "Shelling"


def test_of_a_long_text_the_beginning_is_read_and_that_is_said(syria: Gazetteer) -> None:
    draft = read("Shelling kills 3 people in Homs. " * 200_000, gazetteer=syria)
    assert draft.examined == EXAMINED_CHARACTERS < draft.length
    assert any("characters were read" in remark for remark in draft.remarks)
    assert all(s.span[1] <= EXAMINED_CHARACTERS for s in draft.suggestions)


def test_rows_are_plain_values(syria: Gazetteer) -> None:
    rows = json.loads(json.dumps(read("3 killed in Homs on 2 May 2025", gazetteer=syria).rows()))
    told = {row["field"]: row for row in rows}
    assert told["harm"]["value"]["harm"] == "killed" and told["harm"]["span"] == [0, 8]
    assert told["date"]["value"]["start"] == "2025-05-02"


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS.split(" ")), max_size=40).map(" ".join))
)
def test_whatever_is_pasted_every_span_holds_its_phrase(syria: Gazetteer, text: str) -> None:
    draft = read(text, gazetteer=syria)
    assert all(text[s.span[0] : s.span[1]] == s.phrase for s in draft.suggestions)
    assert all(0 <= s.span[0] <= s.span[1] <= len(text) for s in draft.suggestions)


def test_a_text_of_nothing_but_figures_is_read_up_to_a_bound_and_says_so(syria: Gazetteer) -> None:
    draft = read("5 killed and 3 injured " * 200, gazetteer=syria)
    assert len(harms(draft)) == 300
    assert any("only the first 300 of" in remark for remark in draft.remarks)
