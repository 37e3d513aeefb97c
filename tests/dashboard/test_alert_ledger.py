"""What became of warnings: what counts as right, false, averted or missed, and that what is open counts for neither."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import fmt, track_record
from dashboard.alerts import handling, ledger, step
from dashboard.alerts.handling import Act
from dashboard.alerts.judging import LEVEL, NOVELTY, OF_COMMUNITIES, SILENCE, SURGE
from dashboard.alerts.ledger import ALL, Raised, answered, episodes, interval, tally, verdict
from dashboard.cli import run
from dashboard.handover import speaking
from db import engine, queries, store
from db.policy import LOCAL
from tests.conftest import NOW, Copies
from tests.dashboard.test_alerts import REGION, community, prepared, scored

DAY = date(2018, 6, 1)
LATE = date(2019, 1, 1)
HORIZON = 28
LATER = NOW + timedelta(days=2)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def one(rule: str = LEVEL, days: int = 0, outcome: str | None = None, who: str = "k") -> Raised:
    return Raised(f"{rule}{days}{who}", rule, who, on(days), outcome)


@pytest.mark.parametrize(
    ("came", "outcome", "said"),
    [
        (True, None, "hit"), (True, "averted", "hit"), (False, None, "false"), (False, "averted", "averted"),
        (False, "materialised", "false"), (None, None, "unknown"), (None, "materialised", "hit"),
        (None, "did_not", "false"), (None, "unknown", "unknown"), ("open", None, "waiting"),
        ("open", "averted", "averted"), ("open", "did_not", "false"),
    ],
)  # fmt: skip
def test_reports_judge_and_people_where_reports_cannot(came: Any, outcome: str | None, said: str) -> None:
    closed = {} if came == "open" else {("k", DAY): came}
    assert verdict(one(outcome=outcome), closed) == said
    assert verdict(one(SILENCE, outcome=outcome), closed) == "unjudged"


def test_an_episode_is_a_run_of_days_and_is_missed_where_nothing_was_in_force() -> None:
    days = [*range(5), 6, 20, 21]
    closed: dict[tuple[str, date], bool | None] = {("k", on(day)): True for day in days}
    assert [(who, len(run)) for who, run in episodes(closed)] == [("k", 6), ("k", 2)]
    assert len(episodes(closed, on(10))) == 1
    early, late = one(days=-20), one(SURGE, days=21)
    rows = tally([early, late], closed, HORIZON, LATE).set_index(["rule", "quarter"])
    assert rows.loc[(ALL, "2018-Q2"), ["episodes", "missed"]].tolist() == [2, 0]
    assert rows.loc[(LEVEL, "2018-Q2"), ["episodes", "missed"]].tolist() == [2, 1]
    assert rows.loc[(SURGE, "2018-Q2"), ["episodes", "missed"]].tolist() == [2, 1]
    assert rows.loc[(NOVELTY, "2018-Q2"), ["raised", "missed"]].tolist() == [0, 2]
    assert tally([], closed, HORIZON, on(30)).empty, "what may go on may still be warned of"


alerts = st.lists(
    st.builds(
        one,
        st.sampled_from(OF_COMMUNITIES),
        st.integers(0, 300),
        st.sampled_from([None, "averted", "did_not", "materialised", "unknown"]),
        st.sampled_from("km"),
    ),
    max_size=12,
)
closings = st.dictionaries(
    st.tuples(st.sampled_from("km"), st.integers(0, 300).map(on)), st.sampled_from([True, False, None])
)


@settings(max_examples=30, deadline=None)
@given(alerts, closings)
def test_every_warning_counts_once_and_rules_add_up(raised: list[Raised], closed: dict[Any, Any]) -> None:
    rows = tally(raised, closed, HORIZON, LATE)
    parts = ["hit", "false", "averted", "waiting", "unknown", "unjudged"]
    assert (rows[parts].sum(axis=1) == rows["raised"]).all()
    assert (rows["missed"] <= rows["episodes"]).all()
    whole, by_rule = rows[rows["rule"] == ALL], rows[rows["rule"] != ALL]
    assert whole["raised"].sum() == by_rule["raised"].sum() == len(raised)
    shown = tally(list(reversed(raised)), closed, HORIZON, LATE)
    assert shown.equals(rows)


def test_time_to_answer_runs_from_letting_out_and_lead_time_to_the_bar() -> None:
    hours = [
        ("a", "draft", 0),
        ("a", "approved", 2),
        ("a", "acknowledged", 5),
        ("a", "resolved", 9),
        ("b", "draft", 0),
    ]
    steps = [{"alert_id": a, "handling": h, "at": NOW + timedelta(hours=n)} for a, h, n in hours]
    assert answered(steps) == {"a": 3.0}
    deaths = [{"date_end": on(n), "deaths": value} for n, value in ((9, 4.0), (3, 2.0), (5, float("nan")))]
    assert ledger.lead_days(DAY, 4.5, deaths) == 9
    assert ledger.lead_days(DAY, 6.0, deaths) is None


def test_the_interval_of_few_is_wide_and_of_nothing_none() -> None:
    assert interval(0, 0) is None
    low, high = interval(5, 15) or (0, 0)
    assert (round(low, 2), round(high, 2)) == (0.15, 0.58)
    assert (interval(0, 3) or (9, 9))[0] == 0


@pytest.mark.parametrize("language", ["en", "ar"])
def test_small_numbers_are_said_as_such(language: str) -> None:
    raised, closed = [one(days=day) for day in range(3)], {("k", on(0)): True, ("k", on(1)): False}
    rows = tally(raised, closed, HORIZON, LATE)
    counts = ledger.of_the_year(rows, date(2018, 12, 31))
    assert (counts["hit"], counts["false"], counts["waiting"], counts["episodes"]) == (1, 1, 1, 1)
    with speaking(language):
        said = track_record.told(counts)
        nothing = track_record.told(dict.fromkeys(ledger.COUNTS, 0))
        assert fmt.quarter("2018-Q2") in track_record.table(rows)
        late = track_record.told({**counts, "replayed": 2})
    assert "9–91" in said
    assert late.startswith(said) and len(late) > len(said)
    assert nothing != said
    assert "{" not in said + nothing


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, copies: Copies) -> str:
    """A store with one community and no reports, once of each kind."""
    return copies(request.param, prepared)


def test_the_ledger_of_a_store_is_as_of_its_day_and_record(
    world: str, capsys: pytest.CaptureFixture[str]
) -> None:
    days = scored(world, [0.45, 0.7])
    with engine.writing(world) as session:
        rows = step.run(session, LOCAL, region_id=REGION, days=days, now=LATER)
        alert = next(row.alert_id for row in rows if row.alert_id)
    with engine.writing(world) as session:
        act = Act("ana", "called", days[-1], LATER + timedelta(hours=6))
        handling.acknowledge(session, LOCAL, str(alert), act)
        found = queries.open_scores(session, LOCAL, region_id=REGION, as_of=date(2027, 1, 1))
        shared = {"count": 9.0, "bar": 4.5, "brier": 0.1, "verdict": "hit", "undercounted": False}
        kept = {"closed_on": date(2026, 12, 20), "data_version": "v", "recorded_at": LATER}
        store.save_verifications(
            session, [{"score_id": name, "obs": True, **shared, **kept} for name in found["score_id"]]
        )
    with engine.reading(world) as session:
        asked: dict[str, Any] = {"region_id": REGION}
        after = ledger.alert_ledger(session, LOCAL, **asked, as_of=date(2027, 3, 1))
        before = ledger.alert_ledger(session, LOCAL, **asked, as_of=date(2026, 12, 1))
        held = ledger.alert_ledger(session, LOCAL, **asked, as_of=date(2027, 3, 1), recorded_as_of=NOW.date())
        days_after = queries.escalations(session, LOCAL, **asked, as_of=date(2027, 3, 1))
    (of_all,) = after[after["rule"] == ALL].to_dict("records")
    assert (of_all["quarter"], of_all["raised"], of_all["hit"], of_all["answer_hours"]) == (
        "2026-Q4",
        1,
        1,
        6.0,
    )
    assert (of_all["episodes"], of_all["missed"]) == (1, 0)
    assert of_all["replayed"] == 1, "raised on 24 November, three weeks after its day"
    assert before[before["rule"] == ALL]["waiting"].tolist() == [1]
    assert held.empty
    assert list(days_after["community_id"].unique()) == [community(world)]
    capsys.readouterr()
    assert run(["--db", world, "alerts", "ledger", "--as-of", "2026-11-22", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["waiting"] == 1
