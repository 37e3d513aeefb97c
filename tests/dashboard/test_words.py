"""Numbers, days, levels, links and pieces of HTML as readers meet them."""

import csv
import io
import threading
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard import days, exports, fmt, i18n, levels, links, markup, quantities, server, tables, texts
from db import vocab
from db.queries import RegionInfo
from models import confidence, themes
from models.features import FEATURES, covariate

D = date(2018, 7, 24)


def region(**changes: Any) -> RegionInfo:
    """A region with nothing special."""
    facts: dict[str, Any] = {
        **{"id": "nowhere", "title": "Nowhere", "title_ar": None, "exercise": False, "time_zone": "UTC"},
        **{"horizons_days": (7, 14, 28), "alert_horizon_days": 28, "escalation_floor_deaths": 5},
        **{"groups": {}, "map": {}, "settings": {}, "pack_sha256": ""},
    }
    return RegionInfo(**{**facts, **changes})


# --- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("nobody_knows", [None, float("nan"), np.nan, pd.NaT])
def test_what_nobody_knows_is_unknown_never_zero(nobody_knows: Any) -> None:
    """In every way of writing a number."""
    assert fmt.count(nobody_knows) == "unknown"
    assert fmt.killed(nobody_knows) == "deaths unknown"
    assert fmt.percent(nobody_knows) == "unknown"
    assert fmt.span(nobody_knows, nobody_knows) == "unknown"
    assert fmt.day(nobody_knows) == "unknown"


def test_ranges_and_signs_keep_their_order_in_any_script() -> None:
    """A bare 3–5 or +2 is turned round inside Arabic; isolates keep it."""
    assert fmt.span(3, 5) == "\u20663–5\u2069"
    assert fmt.span(3, None) == "\u20663–?\u2069"
    assert fmt.points(0.02) == "\u2066+2\u2069 points"
    assert fmt.points(-0.004) == "\u2066−0.4\u2069 points"
    assert fmt.points(0.0004) == "unchanged"
    assert fmt.percent(0.61) == "\u206661%\u2069"


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.01, "almost no chance"), (0.12, "very unlikely"), (0.3, "unlikely"), (0.5, "roughly even")]
    + [(0.7, "likely"), (0.9, "very likely"), (0.97, "almost certain"), (1.0, "almost certain")],
)
def test_likelihoods_are_those_of_icd_203(probability: float, words: str) -> None:
    """The word belongs to the probability."""
    assert fmt.likelihood(probability) == words


def test_days_are_written_short_and_whole() -> None:
    """One month is named once."""
    assert fmt.days(D, D) == "24 July 2018"
    assert fmt.days(date(2018, 7, 20), D) == "\u206620–24\u2069 July 2018"
    assert fmt.days(date(2018, 6, 30), D) == "30 June 2018 – 24 July 2018"
    assert fmt.instant(datetime(2018, 7, 24, 6, 5, tzinfo=UTC)) == "24 July 2018, \u206606:05\u2069 UTC"


@pytest.mark.parametrize(
    ("zone", "language", "told"),
    [
        ("Asia/Damascus", "en", "24 July 2018, \u206609:05\u2069 Damascus time"),
        ("Asia/Damascus", "ar", "24 تموز 2018، \u206609:05\u2069 بتوقيت دمشق"),
        ("UTC", "ar", "24 تموز 2018، \u206606:05\u2069 بالتوقيت العالمي"),
    ],
)
def test_a_moment_names_whose_time_it_is_in_the_reader_s_language(
    zone: str, language: str, told: str
) -> None:
    """The time zone's city, never its code."""
    i18n.use(language)
    fmt.use_zone(zone)
    try:
        assert fmt.instant(datetime(2018, 7, 24, 6, 5, tzinfo=UTC)) == told
    finally:
        i18n.use("en")
        fmt.use_zone("UTC")


# --- levels and words ------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("level", levels.LEVELS.values(), ids=lambda one: one.word)
def test_a_level_can_be_read_on_its_colour(level: levels.Level) -> None:
    """At least 4.5 to 1 (WCAG 2.2 AA)."""
    light, dark = sorted([_luminance(level.colour), _luminance(level.ink)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_levels_differ_in_number_word_shape_and_colour() -> None:
    """No single sign has to be seen."""
    for sign in ("number", "word", "shape", "colour"):
        assert len({getattr(one, sign) for one in levels.LEVELS.values()}) == 5
    assert {n: one.word.lower() for n, one in levels.LEVELS.items()} == vocab.LEVELS


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("incident_type", vocab.IncidentType),
        ("rung", vocab.Rung),
        ("basis", vocab.Basis),
        ("method", vocab.LinkMethod),
        ("verification", vocab.Verification),
        ("stance", vocab.Stance),
        ("available_basis", vocab.AvailableBasis),
        ("harm", vocab.Harm),
        ("status", vocab.Status),
        ("role", vocab.ActorRole),
        ("figure_rule", vocab.FigureRule),
        ("confidence", vocab.Confidence),
        ("condition", vocab.Condition),
        ("handling", vocab.Handling),
        ("outcome", vocab.Outcome),
        ("target", vocab.Target),
        ("model_status", vocab.ModelStatus),
        ("run_status", vocab.RunStatus),
        ("run_status", vocab.BatchStatus),
        ("severity", vocab.IssueSeverity),
        ("covers", vocab.Covers),
    ],
)
def test_every_code_has_a_word(kind: str, codes: Any) -> None:
    """A new code without a word fails here, not on a page."""
    assert {str(code) for code in codes} <= set(texts.WORDS[kind])


def test_every_doubt_is_told() -> None:
    """Each reason behind a confidence has a sentence whose blanks can be filled."""
    blanks = {"day": "2018-07-24", "days": 3, "weeks": 4, "count": 5, "deaths": 6, "rule": "conflictology"}
    blanks |= {"source": "The Monitor", "cadence": 7}
    told = texts.doubts([{"code": code, **blanks} for code in confidence.SENTENCES])
    assert len(told) == len(confidence.SENTENCES) and not [one for one in told if "{" in one]
    assert themes.OTHER.name
    told = texts.doubts([{"code": "simple_rule", "rule": name} for name in confidence.SIMPLE])
    assert len(told) == len(confidence.SIMPLE) and "“own last twelve months” is used" in " ".join(told)


def test_intervals_are_told_as_people_count() -> None:
    """Small ends stay honest: nothing is said to be 0."""
    plain = {0x2066: None, 0x2069: None}
    assert fmt.between(0.14, 0.41).translate(plain) == "between 14 and 41 in 100"
    assert fmt.between(0.0004, 0.11).translate(plain) == "between fewer than 1 and 11 in 100"
    assert fmt.between(0.0001, 0.004) == "fewer than 1 in 100"
    assert fmt.percents(0.14, 0.41).translate(plain) == "14–41%"
    assert fmt.percents(0.001, 0.016).translate(plain) == "0.1–1.6%"
    assert fmt.percents(None, None) == ""


def test_one_readers_language_does_not_reach_another() -> None:
    """Languages are kept apart by thread of work."""
    heard: list[str] = []
    i18n.use("ar")
    other = threading.Thread(target=lambda: heard.append(i18n.language()))
    other.start()
    other.join()
    assert (i18n.language(), heard) == ("ar", ["en"])
    i18n.use("en")


# --- days ------------------------------------------------------------------------------------------


def test_gaps_between_imports_are_not_covered() -> None:
    """Two spans with a year between them leave the year unknown."""
    found = days.covered(
        [(date(2016, 1, 1), date(2016, 12, 31)), (date(2018, 1, 1), date(2018, 7, 31)), (None, None)], D
    )
    assert (found.first, found.last) == (date(2016, 1, 1), D)
    assert found.beyond(date(2017, 6, 1)) and not found.beyond(date(2017, 1, 7)) and not found.beyond(D)
    assert found.last_before(date(2017, 6, 1)) == date(2016, 12, 31)
    assert found.gaps(date(2016, 12, 1), D) == [(date(2017, 1, 1), date(2017, 12, 31))]
    assert days.covered([], D).gaps(D, D) == [(D, D)]


# --- HTML, links, files ----------------------------------------------------------------------------


def test_html_of_ours_escapes_everything() -> None:
    """Texts, attributes and addresses."""
    assert markup.text("p", "<b>&", title='"x"') == '<p title="&quot;x&quot;">&lt;b&gt;&amp;</p>'
    assert "<script" not in markup.link("<script>", links.to("incidents", {}, incident='"><script>'))
    assert "<img" not in markup.note("<img src=x>")


def test_links_keep_day_and_region() -> None:
    """What is default is left out."""
    assert (
        links.to("alerts", links.kept(D, "syria"), alert="a&b")
        == "./alerts?as_of=2018-07-24&region=syria&alert=a%26b"
    )
    assert links.to("", links.kept(None, None), community=None) == "./"


def test_files_open_safely_in_a_spreadsheet() -> None:
    """No text can act as a formula; numbers stay numbers; unknown stays empty."""
    rows = pd.DataFrame(
        {"name": ["=cmd()", "+1", "-x", "@a", "\tb", "plain"], "deaths": [-1.0, None, 2, 3, 4, 5]}
    )
    written = exports.as_csv(rows, region(), D).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(written)))
    assert [row["name"] for row in read] == ["'=cmd()", "'+1", "'-x", "'@a", "'\tb", "plain"]
    assert [row["deaths"] for row in read][:2] == ["-1", ""]
    assert read[0]["as_of"] == "2018-07-24" and "exercise" not in read[0]


def test_files_of_an_exercise_say_so() -> None:
    """In their name and in every row."""
    drill = region(id="exercise", exercise=True)
    assert exports.file_name(drill, "today", D) == "tocsin-EXERCISE-exercise-today-2018-07-24.csv"
    read = list(
        csv.DictReader(io.StringIO(exports.as_csv(pd.DataFrame({"a": [1, 2]}), drill, D).decode("utf-8-sig")))
    )
    assert [row["exercise"] for row in read] == ["EXERCISE", "EXERCISE"]


def test_the_options_of_serving_are_those_of_the_file() -> None:
    """Nothing is sent to anybody, no traceback is shown, from whatever folder the pages start."""
    options = server.options()
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    assert server.APP.is_file()


def test_the_table_of_deaths_says_how_likely_how_many() -> None:
    """The middle, the range and the chances, as they stand in the ladder."""
    row = {"exceedance": [0.8, 0.7, 0.4, 0.2, 0.12, 0.06, 0.015], "median": 3, "low": 0, "high": 31}
    said = tables.counts({**row, "horizon_days": 28})
    for part in ("within 28 days", "80%", "40%", "12%", "1.5%", "than 3;", "0–31"):
        assert part in said
    assert "70%" not in said
    assert tables.counts({}) == ""


@pytest.mark.parametrize(("language", "told"), [("en", "شهبا، السويداء"), ("ar", "Shahba, As-Suwayda")])
def test_a_place_in_the_other_script_has_the_commas_of_that_script(language: str, told: str) -> None:
    i18n.use(language)
    place = {
        "district": "Shahba",
        "district_ar": "شهبا",
        "governorate": "As-Suwayda",
        "governorate_ar": "السويداء",
    }
    assert texts.where_other({"geo_prec": 3, **place}) == told


NEAR = {"geo_prec": 1, "place_text": "Upper  Kalta village", "near": "Shahba", "near_ar": "شهبا"}


@pytest.mark.parametrize(
    ("row", "english", "arabic"),
    [
        (NEAR, "Upper  Kalta village", "قرب شهبا (\u2068Upper  Kalta village\u2069)"),
        (NEAR | {"near_ar": None}, "Upper  Kalta village", "Upper  Kalta village"),
        (NEAR | {"place_name_ar": "كلتا"}, "Upper  Kalta village", "كلتا"),
        (NEAR | {"place_text": "T4 base"}, "T4 base", "مطار التيفور (T4)"),
        (NEAR | {"place_text": "شهبة"}, "near Shahba (\u2068شهبة\u2069)", "شهبة"),
        (NEAR | {"geo_prec": 3}, "", ""),
        ({"geo_prec": 1, "place_text": None}, "", ""),
    ],
)
def test_a_spot_is_named_in_the_readers_script_or_beside_a_place_that_is(
    row: dict[str, Any], english: str, arabic: str
) -> None:
    for language, told in (("en", english), ("ar", arabic)):
        i18n.use(language)
        texts.know_names({"place_names": {"T4 base": "مطار التيفور (T4)"}})
        assert texts.spot(row) == told


def test_every_feature_has_plain_words_in_every_language_and_ones_own_its_code() -> None:
    for language in i18n.languages():
        i18n.use(language)
        told = {one.name: quantities.words(one.name) for one in (*FEATURES, *covariate("rain"))}
        assert [name for name, words in told.items() if not words or "_" in words] == []
        assert len(set(told.values())) == len(told)
        assert quantities.words("my_feature_30") is quantities.words("own_rain_30") is None
        assert quantities.named("<b>") == "<code>&lt;b&gt;</code>"
        assert "My words" in quantities.spoken("my_feature_30", "My words")


def test_a_feature_says_what_it_counts_and_how_fast_it_fades() -> None:
    told = quantities.words("near_events_100km_7")
    assert told == (
        "Violent incidents in the surroundings, over about 100 km, what is older fading by half every 7 days"
    )


@pytest.mark.parametrize(
    ("row", "english", "arabic"),
    [
        ({"note": "Left.", "note_ar": "غادروا."}, ("Left.", True), ("غادروا.", True)),
        ({"note": "Left.", "note_ar": None}, ("Left.", True), ("Left.", False)),
        ({"note": float("nan"), "note_ar": "غادروا."}, ("غادروا.", False), ("غادروا.", True)),
        ({"note": None}, ("", False), ("", False)),
    ],
)
def test_a_note_is_told_in_the_readers_language_or_else_in_the_other(
    row: dict[str, Any], english: tuple[str, bool], arabic: tuple[str, bool]
) -> None:
    for language, told in (("en", english), ("ar", arabic)):
        i18n.use(language)
        assert texts.note(row) == told


def test_a_source_is_known_by_its_name_and_by_its_code_in_capitals() -> None:
    found = [{"source_id": "sohr", "name": "The Observatory", "name_ar": "المرصد"}]
    for language, told in (("en", "The Observatory"), ("ar", "المرصد")):
        i18n.use(language)
        texts.know_sources(found)
        assert texts.source("SOHR") == texts.source("The Observatory") == told
    assert texts.source("Elsewhere") == "\u2068Elsewhere\u2069"
    texts.know_sources([])


def test_arrows_and_quarters_follow_the_direction_of_reading() -> None:
    assert (fmt.turned("a", "b"), fmt.quarter("2018-Q3"), fmt.quarter("2018")) == ("a → b", "2018-Q3", "2018")
    i18n.use("ar")
    assert (fmt.turned("أ", "ب"), fmt.quarter("2018-Q3")) == ("أ ← ب", "الربع 3 من 2018")


@pytest.mark.parametrize(
    ("days", "told"),
    [(1, "اليوم الأخير"), (2, "آخر يومين"), (7, "آخر 7 أيام"), (28, "آخر 28 يوماً"), (365, "آخر 365 يوماً")],
)
def test_a_doubt_counts_in_the_form_that_its_number_asks_for(days: int, told: str) -> None:
    i18n.use("ar")
    assert texts.doubts([{"code": "no_data_for", "days": days}]) == [f"لم يغطِّ أي مصدر {told}"]


def test_names_that_a_pack_lists_serve_both_halves_of_a_page_in_two_languages() -> None:
    """Learnt once, whatever is spoken then: a handover speaks both."""
    i18n.use("en")
    texts.know_names({"actors": {"The Group": "الجماعة"}, "place_names": {"T4 base": "مطار التيفور"}})
    at = {"geo_prec": 1, "place_text": "T4 base"}
    assert (texts.party("The Group"), texts.spot(at)) == ("The Group", "T4 base")
    assert texts.where_other(at) == "مطار التيفور"
    i18n.use("ar")
    assert (texts.party("The Group"), texts.spot(at)) == ("الجماعة", "مطار التيفور")
    texts.know_names({})
