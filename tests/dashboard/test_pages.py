"""Every page on a small store: what it says, what it never says, and what it does without data."""

import re
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from dashboard import app as application
from db import clock, engine, queries, store
from db.feeds import run as feeds
from db.policy import LOCAL
from db.schema import FeedRun, Score
from db.vocab import FeedStatus, PromotionKind
from tests import factories
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import APP, Open, shown
from tests.dashboard.test_origins import lacking

# "access" is about the reader, not the record: it has tests of its own.
NAMES = [one.name for one in application.PAGES if one.name != "access"]
DAY = stores.LAST.isoformat()
BROKEN = "could not be drawn"
every_page = pytest.mark.parametrize("page", NAMES)


@every_page
def test_a_page_is_drawn_whole(page: str, filled: str, open_page: Open) -> None:
    """A title, the limitations, no failure and no traceback."""
    at = open_page(filled, page, as_of=DAY)
    html = shown(at)
    assert at.title and "not a prediction of intent" in html
    assert BROKEN not in html and "tc-error" not in html
    assert lacking(at) == []


@pytest.mark.parametrize("page", ["today", "incidents"])  # the others in Arabic: test_arabic_pages.py
def test_a_page_of_an_exercise_says_so(page: str, drill: str, open_page: Open) -> None:
    """At the head and at the foot."""
    at = open_page(drill, page, as_of=DAY)
    html = shown(at)
    assert 'class="tc-exercise"' in html and html.count("EXERCISE") >= 2


@every_page
def test_without_a_store_a_page_says_how_to_get_one(page: str, tmp_path: Path, open_page: Open) -> None:
    """No data yet, and the commands."""
    at = open_page(f"sqlite:///{tmp_path / 'none.db'}", page)
    assert "No data yet" in shown(at) and "init" in shown(at)
    assert "tocsin demo" in at.code[0].value
    assert not (tmp_path / "none.db").exists()


def test_an_empty_store_says_no_data_yet(tmp_path: Path, open_page: Open) -> None:
    """An initialised store without a region loads nothing by itself."""
    url = factories.copied(tmp_path / "empty.db")
    assert "No region is loaded yet" in shown(open_page(url))


def test_a_newer_store_names_the_cure(tmp_path: Path, open_page: Open) -> None:
    """A schema this program does not know is not touched."""
    path = tmp_path / "newer.db"
    factories.copied(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    assert "newer than this program" in shown(open_page(f"sqlite:///{path}"))


def test_a_running_job_shows_its_step(tmp_path: Path, open_page: Open) -> None:
    """While the demo is made there is a progress bar instead of a lack."""
    url = factories.copied(tmp_path / "running.db")
    with engine.writing(url) as session:
        run = store.start_run(session, "demo", clock.now(), "token")
        store.note_run(session, run, clock.now(), "take in reports", 1, 4)
    at = open_page(url)
    assert "taking in reports (1 of 4)" in at.get("progress")[0].proto.text
    assert "No data yet" not in shown(at)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("banana", "is not a date"),
        ("2031-01-01", "has not come yet"),
        ("![x](http://a.invalid/x.png)", "is not a date"),
    ],
)
def test_a_day_that_cannot_be_falls_back_to_today(
    asked: str, said: str, filled: str, open_page: Open
) -> None:
    """A calm remark, and today."""
    html = shown(open_page(filled, as_of=asked))
    assert said in html and "Showing today, 22 November 2026" in html
    assert BROKEN not in html


def test_beyond_the_reports_nobody_is_calm(filled: str, open_page: Open) -> None:
    """All communities are not assessed, and one click leads to the last covered day."""
    at = open_page(filled)
    html = shown(at)
    assert "No data since" in html and html.count("Not assessed") >= 4
    assert "Chance of an escalation" not in html
    button = next(one for one in at.button if one.label.startswith("Show the last covered day"))
    button.click().run()
    assert at.query_params["as_of"] in ("2018-07-31", ["2018-07-31"])
    assert "Chance of an escalation" in shown(at)
    assert "In eight of ten such cases the true chance lies" in shown(at)


def test_before_the_reports_a_page_offers_the_first_day(filled: str, open_page: Open) -> None:
    """The year 2001 holds nothing."""
    assert "No data before" in shown(open_page(filled, as_of="2001-01-01"))


def test_a_day_without_scores_shows_earlier_ones_with_their_age(filled: str, open_page: Open) -> None:
    """And the exact command that makes them."""
    at = open_page(filled, as_of="2018-07-30")
    assert "these are of 25 July 2018, 5 days earlier" in shown(at)
    assert at.code[0].value == "tocsin daily --as-of 2018-07-30"


def test_today_shows_the_numbers_of_the_store(filled: str, open_page: Open) -> None:
    """The same probability, level, change, reason and incidents that the queries give."""
    html = shown(open_page(filled, as_of=DAY))
    assert "35 in 100 (\u206635%\u2069, unlikely)" in html
    assert "Since the day before: was level 3 Warning, \u2066+11\u2069 points" in html
    assert "Violent incidents known here in the last year: only 3" in html
    assert re.search(r'href="\./incidents\?as_of=2018-07-25&amp;incident=\w+"', html)


def test_the_address_keeps_the_filter(filled: str, open_page: Open) -> None:
    """A link to one group shows a colleague the same."""
    html = shown(open_page(filled, as_of=DAY, group="green"))
    assert "Greens of Ford" in html and "Blues of Hill" not in html


def test_a_community_shows_the_imprecise_attack_as_such(filled: str, open_page: Open) -> None:
    """An incident known to the governorate is in the list of the village, marked."""
    html = shown(open_page(filled, "community", as_of=DAY, community="xx-blue-hill", part="incidents"))
    assert "reported for the governorate; may concern this community" in html
    assert "31 (\u206630–40\u2069)" in html


def test_the_drivers_of_a_community_sum_to_its_score(filled: str, open_page: Open) -> None:
    """Base and contributions as shown end in the probability as shown."""
    html = shown(open_page(filled, "community", as_of=DAY, community="xx-blue-hill"))
    assert "Sum, which is a probability of \u206620%\u2069" in html
    assert "\u2066−1.39\u2069" in html  # logit of 0.2


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("why", ("In 1 of the 2 most similar situations before", "Of 1 more nobody knows", "So far")),
        (
            "before",
            (
                "Four weeks of the last year",
                "Alerts of this community",
                "No forecast for this community is over",
            ),
        ),
        ("around", ("Communities near by", "(this community): highest level", "km away")),
        ("nonsense", ("What makes this score",)),
    ],
)
def test_a_community_is_told_part_by_part(
    part: str, words: tuple[str, ...], drill: str, open_page: Open
) -> None:
    """Why, its own past, what is around it; a part that does not exist is the first one."""
    at = open_page(drill, "community", as_of=DAY, community="xx-blue-hill", part=part)
    html = shown(at) + "".join(one.value for one in at.markdown)
    assert all(one in html for one in words)


def test_a_community_before_all_data_is_calm(drill: str, open_page: Open) -> None:
    """No score, no incident, nothing covered: words instead of numbers."""
    for part, words in {
        "why": "nothing to explain",
        "before": "not compared",
        "incidents": "No incident is known",
    }.items():
        html = shown(open_page(drill, "community", as_of="2001-01-01", community="xx-blue-hill", part=part))
        assert words in html and BROKEN not in html


def test_an_unknown_community_gets_a_remark(filled: str, open_page: Open) -> None:
    """A wrong id is no failure."""
    html = shown(open_page(filled, "community", as_of=DAY, community="<b>nobody</b>"))
    assert "is not known here" in html and "<b>nobody</b>" not in html


def test_report_text_is_never_markup(filled: str, open_page: Open) -> None:
    """A report may hold scripts and pictures of others' hosts; they are shown as text."""
    with engine.reading(filled) as session:
        found = queries.incidents(
            session, LOCAL, region_id="nowhere", as_of=stores.LAST, incident_type="kidnapping"
        )
    at = open_page(filled, "incidents", as_of=DAY, incident=found.iloc[0]["incident_id"])
    html = shown(at)
    assert "&lt;script&gt;" in html and "<script>" not in html
    assert not [one for one in at.markdown if "tracker.invalid" in one.value]
    assert "deaths unknown" in html.lower() and "dozens" in html


def test_an_unknown_incident_gets_a_remark(filled: str, open_page: Open) -> None:
    """As does one that was not known yet."""
    assert "was not known on" in shown(open_page(filled, "incidents", as_of=DAY, incident="nothing"))


def test_incidents_are_found_by_the_address(filled: str, open_page: Open) -> None:
    """Kind and text filter the table."""
    html = shown(open_page(filled, "incidents", as_of=DAY, type="threat"))
    assert "Incidents known on 25 July 2018: 1<" in html and "Kidnapping" not in html
    assert "Nothing found" in shown(open_page(filled, "incidents", as_of=DAY, q="zzzz"))


def test_an_incident_leads_back_to_what_was_looked_for(filled: str, open_page: Open) -> None:
    listed = shown(open_page(filled, "incidents", as_of=DAY, since="2001-02-03"))
    opened = re.findall(r'href="\./incidents\?([^"]*incident=([0-9a-f]+)[^"]*)"', listed)
    assert opened
    assert all("since=2001-02-03" in asked for asked, _ in opened)
    one = shown(open_page(filled, "incidents", as_of=DAY, since="2001-02-03", incident=opened[0][1]))
    back = re.search(r'href="([^"]+)"[^>]*>Back to all incidents', one)
    assert back
    assert "since=2001-02-03" in back[1]
    assert "incident=" not in back[1]


def _open_alert(url: str) -> str:
    with engine.reading(url) as session:
        found = queries.alerts(session, LOCAL, region_id="nowhere", as_of=stores.LAST)
    return str(found[found["community_id"] == "xx-blue-north"].iloc[0]["alert_id"])


def test_an_alert_is_acknowledged_and_resolved_from_the_page(own: str, open_page: Open) -> None:
    """With a name, a reason and an outcome, all written down."""
    alert = _open_alert(own)
    at = open_page(own, "alerts", as_of=DAY, alert=alert)
    next(b for b in at.button if b.label == "Acknowledge").click().run()
    assert "give your name" in shown(at)
    at.text_input(key="who").input("L.K.").run()
    next(b for b in at.button if b.label == "Acknowledge").click().run()
    assert "acknowledged" in shown(at) and not [b for b in at.button if b.label == "Acknowledge"]
    next(b for b in at.button if b.label == "Resolve").click().run()
    assert "give the reason" in shown(at)
    at.text_area(key="why").input("Talks held").run()
    at.selectbox(key="choose_outcome").select("averted").run()
    next(b for b in at.button if b.label == "Resolve").click().run()
    with engine.reading(own) as session:
        steps = queries.transitions(session, LOCAL, region_id="nowhere", as_of=date.max, alert_id=alert)
    last = steps.iloc[-1]
    assert (last["actor"], last["reason"], last["handling"], last["outcome"]) == (
        *("L.K.", "Talks held", "resolved"), "averted",
    )  # fmt: skip


def test_triage_goes_by_keys_through_alerts_and_pages_of_incidents(filled: str, open_page: Open) -> None:
    """Next and previous are buttons with keys; what the keys do stands beside them."""
    at = open_page(filled, "alerts", as_of=DAY, alert=_open_alert(filled))
    keys = {one.label: one.proto.shortcut for one in at.button if one.proto.shortcut}
    assert keys == {"Previous": "k", "Next": "j", "Acknowledge": "a", "Resolve": "x"}
    assert any(one.value.startswith("Keys: j next") for one in at.caption)
    assert [one.disabled for one in at.button if one.label in ("Previous", "Next")] == [
        True,
        True,
    ]  # the only one
    home = shown(open_page(filled, "community", as_of=DAY, community="xx-blue-north"))
    assert (
        "Open alert: new, nobody has acted" in home and "briefings?" in home and "about=xx-blue-north" in home
    )
    at = open_page(filled, "incidents", as_of=DAY)
    assert "Page 1 of 2" in shown(at)
    next(one for one in at.button if one.label == "Next").click().run()
    assert "Page 2 of 2" in shown(at)


def test_data_shows_the_refused_row_and_the_card(filled: str, open_page: Open) -> None:
    """Nothing is thrown away silently; thresholds stand with their realised rates."""
    assert "refused" in shown(open_page(filled, "data", as_of=DAY, part="issues"))
    card = shown(open_page(filled, "models", as_of=DAY))
    assert "Where levels begin" in card and "3.90" in card and "not worse than the baseline" in card


def _closed(url: str, *, live: bool) -> None:
    """Close a week of scores; a quarter of each community's alerts came true."""
    with engine.writing(url) as session:
        if live:
            session.execute(update(Score).values(live=True))
        found = queries.open_scores(session, LOCAL, region_id="nowhere", as_of=date(2026, 1, 1))
        kept = found[(found["target"] == "escalation") & (found["horizon_days"] == 28)]
        rows = [
            {
                **{"score_id": one["score_id"], "closed_on": date(2018, 8, 30), "obs": one["level"] == 4},
                **{"count": 1.0, "bar": 4.5, "brier": (one["probability"] - (one["level"] == 4)) ** 2},
                **{
                    "verdict": "hit" if one["level"] == 4 else "false_alarm" if one["level"] == 3 else "quiet"
                },
                **{"undercounted": False, "data_version": "v1", "recorded_at": NOW},
            }
            for one in kept.to_dict("records")
        ]
        store.save_verifications(session, rows)


def test_the_scoreboard_begins_empty(filled: str, open_page: Open) -> None:
    """No live forecast closed is said as such, and how drift is measured."""
    at = open_page(filled, "scoreboard", as_of=DAY)
    assert "there is no track record yet" in shown(at) and "Replay" not in shown(at)
    assert at.code[0].value == f"tocsin verify --as-of {DAY}"


def test_replays_are_never_a_track_record(own: str, open_page: Open) -> None:
    """They stand in a part of their own."""
    _closed(own, live=False)
    html = shown(open_page(own, "scoreboard", as_of="2018-08-31"))
    assert "there is no track record yet" in html and "Replay: not a track record" in html
    assert html.index("no track record yet") < html.index("Replayed days")


def test_the_scoreboard_adds_up(own: str, open_page: Open) -> None:
    """Forty forecasts, of which the alarms stand as hits and false alarms, by quarter and level."""
    _closed(own, live=True)
    at = open_page(own, "scoreboard", as_of="2018-08-31")
    html = shown(at)
    assert lacking(at) == []
    row = re.search(r"Escalation, 28 days.*?</tr>", html, re.DOTALL)
    assert row is not None
    cells = re.findall(r"<div>([^<]*)</div>", row.group(0))
    with engine.reading(own) as session:
        board = queries.scoreboard(session, LOCAL, region_id="nowhere", as_of=date(2018, 8, 31))
    assert int(board["forecasts"].sum()) == 40 and set(board["live"]) == {True}
    assert cells[0] == "40" and cells[5:9] == [
        str(int(board[name].sum())) for name in ("hit", "miss", "false_alarm", "quiet")
    ]
    assert "2018-Q3" in html and "4 Emergency" in html and "Replay" not in html


def test_drift_says_why_training_is_due(own: str, open_page: Open) -> None:
    """Or that it is not; with the numbers behind it."""
    shared = {"region_id": "nowhere", "model_version_id": "model-1", "as_of": stores.LAST, "name": ""}
    aged = {"measure": "age", "value": 90.0, "expected": None, "low": None, "high": 84.0, "due": False}
    told = {**shared, **aged, "data_version": "v1", "recorded_at": NOW}
    with engine.writing(own) as session:
        store.save_drift(session, [told])
    assert "Retraining is not due, as measured on 25 July 2018" in shown(
        open_page(own, "scoreboard", as_of=DAY)
    )
    with engine.writing(own) as session:
        store.save_drift(session, [{**told, "as_of": date(2018, 7, 26), "due": True}])
    html = shown(open_page(own, "scoreboard", as_of="2018-07-26"))
    assert "up to 90 days, 84 are enough (Escalation, 28 days)" in html


def test_an_override_is_shown_with_its_reason(own: str, open_page: Open) -> None:
    """On Today, on Community and with the models, wherever the score comes from it."""
    act = {"model_version_id": "model-1", "from_day": date(2018, 7, 1), "at": NOW + timedelta(hours=1)}
    how = {"by": "ann", "kind": PromotionKind.MANUAL, "override": True, "reason": "<b>trial</b>"}
    assert "although the check" not in shown(open_page(own, as_of=DAY))
    with engine.writing(own) as session:
        store.save_promotion(session, **act, **how)
    for page, more in (("today", {}), ("community", {}), ("models", {"part": "all"})):
        html = shown(open_page(own, page, as_of=DAY, **more))
        assert "although the check of models refused it" in html and "&lt;b&gt;trial" in html, page


def test_a_locked_or_broken_store_is_a_calm_remark(
    own: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong, no traceback reaches the reader."""
    from dashboard import data

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("secret path /srv/x")

    monkeypatch.setattr(data, "stamp", refuse)
    html = shown(open_page(own, as_of=DAY))
    assert BROKEN in html and "secret" not in html


def test_two_regions_can_be_chosen_between(own: str, tmp_path: Path, open_page: Open) -> None:
    """The address names the region; an unknown one gets a remark."""
    from tests import factories

    factories.load(own, factories.pack(tmp_path, name="elsewhere", prefix="yy"))
    at = open_page(own, as_of=DAY, region="elsewhere")
    assert "No scores" in shown(at) or "No data" in shown(at)
    assert "No region “atlantis”" in shown(open_page(own, as_of=DAY, region="atlantis"))


def test_a_failed_feed_is_a_gap_on_today_and_in_the_data(own: str, open_page: Open) -> None:
    assert "Data gap" not in shown(open_page(own, as_of=DAY))
    with engine.writing(own) as session:
        made = feeds.add(session, LOCAL, region_id="nowhere", name="news", kind="rss", by="ana", now=NOW,
                         given={"url": "https://paper.example/feed"})  # fmt: skip
        at = clock.start_of(stores.LAST, "Asia/Damascus")
        told = {"feed_id": made.id, "started_at": at, "finished_at": at, "fetched": 0}
        session.add(FeedRun(id="r", status=FeedStatus.FAILED, message="<i>down</i>", **told))
    today = shown(open_page(own, as_of=DAY))
    assert "Data gap: the feed “news” could not be fetched. Its silence is not calm" in today
    data = shown(open_page(own, "data", as_of=DAY, part="feeds"))
    assert "Data gap: could not be fetched" in data and "&lt;i&gt;down&lt;/i&gt;" in data


def test_the_pages_never_load_a_model_library() -> None:
    """A page only reads what was scored; learning libraries would cost seconds and memory."""
    modules = (
        "dashboard.frame, dashboard.present, dashboard.charts, dashboard.ledgers, dashboard.alerts.handling"
    )
    heavy = "{'sklearn', 'scipy', 'skops', 'joblib'}"
    code = f"import sys, {modules}; found = {heavy} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=APP.parents[1])


def test_a_server_starts_without_what_only_pages_and_upgrades_need() -> None:
    """Weakness: the gate loaded the tables and Alembic before anybody asked for a page, a second more."""
    heavy = "{'alembic', 'pandas', 'sqlalchemy', 'db.schema', 'db.queries', 'db.exports', 'db.importers'}"
    code = f"import sys, dashboard.asgi; found = {heavy} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=APP.parents[1])


def test_pages_are_short() -> None:
    """A page is title, selection, data, show."""
    scripts = sorted((APP.parent / "app_pages").glob("*.py"))
    assert {path.stem for path in scripts} == {one.name for one in application.PAGES}
    assert not [path.name for path in scripts if len(path.read_text(encoding="utf-8").splitlines()) > 120]


def test_the_fixed_clock_is_what_today_means() -> None:
    """The pages ask the one clock."""
    assert clock.now() == NOW
