"""Silence is told apart from calm: who has spoken of a community, as known on each day."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import confidence, days, standing
from models.panel import Panel
from models.voices import NOBODY, Voices
from tests.models import factories as f

Said = tuple[str, str, int, bool]
AREAS = ["G", "k", "m"]
ORDER = ["low", "moderate", "high"]


def told(*said: Said, cadence: float = 7) -> pd.DataFrame:
    """Rows of (community, source, day known, nothing to report)."""
    rows = [(area, code, code.title(), cadence, f.stamp(day), nothing) for area, code, day, nothing in said]
    frame = pd.DataFrame(rows, columns=list(NOBODY.columns))
    return frame.assign(known_day=pd.to_datetime(frame["known_day"]).astype("datetime64[s]"))


def at(day: int) -> int:
    return f.FIRST + day


def test_a_source_is_silent_once_its_word_is_overdue() -> None:
    heard = Voices(told(("k", "team", 10, False), ("k", "paper", 14, False)), AREAS)
    assert heard.silent(1, at(9)) == []  # nobody had spoken yet, so nobody was expected
    assert heard.silent(1, at(17)) == []
    assert [(one.source, one.days) for one in heard.silent(1, at(22))] == [("Team", 12), ("Paper", 8)]
    assert heard.silent(2, at(22)) == []


def test_fallen_silent_are_all_of_them_for_more_than_two_words() -> None:
    heard = Voices(told(("k", "team", 10, False), ("k", "paper", 20, False)), AREAS)
    assert not heard.fallen_silent(1, at(30))  # the paper missed one word only
    assert heard.fallen_silent(1, at(35))
    assert not heard.fallen_silent(2, at(35))
    assert not heard.fallen_silent(1, at(5))


def test_nothing_to_report_holds_for_a_week_and_from_when_it_was_said() -> None:
    heard = Voices(told(("k", "team", 10, True)), AREAS)
    assert [bool(heard.calm(at(day))[1]) for day in (9, 10, 16, 17)] == [False, True, True, False]
    assert not heard.calm(at(12))[2]


def test_a_note_without_cadence_makes_nobody_expected() -> None:
    heard = Voices(told(("k", "team", 10, True), cadence=float("nan")), AREAS)
    assert heard.silent(1, at(300)) == []
    assert heard.calm(at(11))[1]


@pytest.fixture(scope="module")
def versions() -> list[f.V]:
    return f.bursts(3, length=600)


def doubts(versions: list[f.V], said: pd.DataFrame, day: int) -> list[str]:
    """How sure one can be of community k on a day, and why not."""
    panel = Panel(f.frames(versions, covered_days=601)._replace(voices=said), [at(day)], f.known_by(day))
    reasons = standing.doubts(panel, 0)[panel.area_ids.index("k")]
    return [confidence.grade(reasons), *(str(one["code"]) for one in reasons)]


def test_silence_lowers_confidence_with_its_reason(versions: list[f.V]) -> None:
    spoken = told(("k", "team", 500, False), ("k", "team", 498, False))
    assert "silent_source" not in doubts(versions, spoken, 505)
    assert {"low", "silent_source"} <= set(doubts(versions, spoken, 510))
    assert {"silent_source", "fallen_silent"} <= set(doubts(versions, spoken, 520))


def test_an_explicit_nothing_counts_as_somebody_looking(versions: list[f.V]) -> None:
    quiet = doubts(versions, told(("k", "team", 500, True)), 503)
    assert "deaths_only" in doubts(versions, told(), 503) or "quiet_and_deaths_only" in doubts(
        versions, told(), 503
    )
    assert not {"deaths_only", "quiet_and_deaths_only"} & set(quiet)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["team", "paper"]), st.integers(1, 100)), min_size=1, max_size=12),
    st.integers(1, 100),
    st.integers(1, 130),
)
def test_a_village_whose_reports_stop_is_never_surer(
    words: list[tuple[str, int]], stop: int, day: int
) -> None:
    whole = told(*(("k", code, known, False) for code, known in words))
    stopped = told(*(("k", code, known, False) for code, known in words if known <= stop))
    heard, cut = Voices(whole, AREAS), Voices(stopped, AREAS)
    if any(known <= stop for _, known in words):
        known = {code for code, spoken in words if spoken <= stop}
        before = {one.source for one in heard.silent(1, at(day)) if one.source.lower() in known}
        assert before <= {one.source for one in cut.silent(1, at(day))}
    assert [one.source for one in heard.silent(1, at(min(day, stop)))] == [
        one.source for one in cut.silent(1, at(min(day, stop)))
    ]  # what comes later is not known on an earlier day


def test_what_is_said_later_changes_no_digest_of_an_earlier_day() -> None:
    from models import voices

    early, late = told(("k", "team", 10, True)), told(("k", "team", 10, True), ("k", "team", 20, True))
    one, other = (voices.digest(rows, days.day_of(at(12)), "v") for rows in (early, late))
    assert one == other != voices.digest(late, days.day_of(at(20)), "v")
