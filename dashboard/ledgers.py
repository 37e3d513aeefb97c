"""Tables of what came in, which models judge it, and what became of alerts."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, levels, links, origins, retold, texts
from dashboard.i18n import _, n_
from dashboard.markup import facts, level_words, named, plain, table, text
from dashboard.tables import Record


def sources(coverage: pd.DataFrame, freshness: pd.DataFrame) -> str:
    """Every source with what it covers and how fresh it is."""
    fresh = {one["source_id"]: one for one in freshness.to_dict("records")}
    rows = []
    for one in coverage.to_dict("records"):
        seen = fresh.get(one["source_id"], {})
        covered = (
            _("nothing yet")
            if fmt.missing(one["covered_from"])
            else _("{since} – {until}").format(
                since=fmt.day(one["covered_from"]), until=fmt.day(one["covered_until"])
            )
        )
        rows.append(
            [
                escape(texts.source(one["name"])),
                escape(_("not graded") if fmt.missing(one["reliability"]) else fmt.apart(one["reliability"])),
                escape(texts.word("covers", one["covers"])),
                escape(covered),
                escape(fmt.count(seen.get("reports", 0))),
                escape(fmt.instant(seen["newest_at"]) if seen else _("no report")),
                escape(n_("{count} day", "{count} days", int(one["lag_days"]))),
                escape(_cadence(one["cadence_days"])),
            ]
        )
    columns = [
        _("Source"),
        _("Grade"),
        _("Covers"),
        _("From – until"),
        _("Reports"),
        _("Newest known since"),
        _("Usual delay"),
        _("Expected every"),
    ]
    caption = _(
        "Grades run from A (completely reliable) to F (cannot be judged). Outside its span a source's silence "
        "means nothing."
    )
    about: dict[str, Any] = {"numbers": (4,), "units": ("reports",)}
    return table(
        columns, rows, caption=_("Sources of this region"), told=caption, source=origins.RECORD, **about
    )


def _cadence(days: object) -> str:
    """How often a source is expected to speak."""
    return (
        _("not expected") if fmt.missing(days) else n_("{count} day", "{count} days", int(float(str(days))))
    )


def batches(found: pd.DataFrame) -> str:
    """The files that were taken in."""
    rows = []
    for one in found.to_dict("records"):
        counts = one["counts"] or {}
        rows.append(
            [
                escape(_withheld(one["file_name"])),
                escape(texts.word("importer", one["importer"])),
                escape(fmt.instant(one["started_at"])),
                escape(texts.word("run_status", one["status"])),
                *[
                    escape(fmt.count(counts.get(name)))
                    for name in ("rows", "new", "revised", "outside", "bad", "remarks")
                ],
            ]
        )
    columns = [_("File"), _("Kind"), _("Taken in"), _("State"), _("Rows"), _("New"), _("Revised"), _("Outside"),
               _("Refused"), _("Remarks")]  # fmt: skip
    about: dict[str, Any] = {"numbers": range(4, 10), "units": ("rows",)}
    return table(columns, rows, caption=_("Imports, the newest first."), source=origins.RECORD, **about)


def _withheld(told: object) -> str:
    """What may be told, or that it is withheld."""
    return _("withheld") if fmt.missing(told) else str(told)


def feeds(found: pd.DataFrame) -> str:
    """What is asked for news, how each stood, and where that leaves a gap."""
    rows = [
        [
            text("strong", one["name"]) + "<br>" + escape(texts.word("feed_kind", one["kind"])),
            escape(_feed_state(one)),
            escape(_("never") if fmt.missing(one["last_run_at"]) else fmt.instant(one["last_run_at"])),
            escape(_("never") if fmt.missing(one["last_ok_at"]) else fmt.instant(one["last_ok_at"])),
            escape("" if fmt.missing(one["message"]) else retold.said(one["message"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Feed"), _("State"), _("Last asked"), _("Last success"), _("Message")]
    told = _("Where a feed fails or gives no access, its silence means nothing: those days stay uncovered.")
    return table(columns, rows, caption=_("What is asked for news"), told=told, source=origins.RECORD)


def _feed_state(one: Record) -> str:
    if not one["active"]:
        return _("asked no more")
    gap = one["gap"]
    if gap:
        return _("Data gap: {why}").format(why=texts.word("gap", gap))
    return texts.word("feed_status", one["status"])


def row_issues(found: pd.DataFrame) -> str:
    """Rows that were refused or taken in with a remark."""
    rows = [
        [
            escape(_withheld(one["file_name"])),
            escape(fmt.count(one["row_number"])),
            plain("" if fmt.missing(one["column_name"]) else one["column_name"]),
            escape(texts.word("severity", one["severity"])),
            escape(retold.said(_withheld(one["message"]))),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("File"), _("Row"), _("Column"), _("State"), _("What is wrong")]
    told = _("Nothing is thrown away: every such row is kept as it came.")
    return table(columns, rows, caption=_("Rows refused or remarked on"), told=told, source=origins.RECORD)


def runs(found: pd.DataFrame) -> str:
    """The runs of jobs."""
    rows = [
        [
            escape(texts.word("job", one["command"])),
            escape(fmt.instant(one["started_at"])),
            escape(
                fmt.instant(one["finished_at"]) if not fmt.missing(one["finished_at"]) else _("not finished")
            ),
            escape(texts.word("run_status", one["status"])),
            escape("" if fmt.missing(one["message"]) else retold.said(one["message"])),
        ]
        for one in found.to_dict("records")
    ]
    return table(
        [_("Job"), _("Started"), _("Ended"), _("State"), _("Message")],
        rows,
        caption=_("Jobs, the newest first."),
        source=origins.RECORD,
    )


def models(found: pd.DataFrame) -> str:
    """The fitted models, with what was promoted and why."""
    rows = []
    for one in found.to_dict("records"):
        card = one["card"]
        rows.append(
            [
                escape(texts.word("target", one["target"])),
                escape(n_("{count} day", "{count} days", int(one["horizon_days"]))),
                escape(texts.word("estimator", one["estimator"])),
                escape(fmt.day(one["train_as_of"])),
                escape(texts.word("model_status", one["status"])),
                escape(_why(card)),
            ]
        )
    columns = [
        _("Forecasts"),
        _("Horizon"),
        _("Kind of model"),
        _("Trained on what was known by"),
        _("State"),
        _("Why"),
    ]
    return table(columns, rows, caption=_("Models that were trained by this day."), source=origins.CARDS)


def in_force(found: pd.DataFrame) -> str:
    """Which model answers each question on a day, since when, and who or what put it there."""
    rows = [
        [
            escape(texts.word("target", one["target"])),
            escape(n_("{count} day", "{count} days", int(one["horizon_days"]))),
            escape(texts.word("estimator", one["estimator"])),
            escape(fmt.day(one["from_day"])),
            escape(texts.word("promotion_kind", one["kind"])),
            escape(retold.said(one["reason"] or one["card"].get("choice", {}).get("why", ""))),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Forecasts"), _("Horizon"), _("Kind of model"), _("In force since"), _("How"), _("Why")]
    told = _("One model for each question; the newest act decides.")
    return table(columns, rows, caption=_("Models in force"), told=told, source=origins.CARDS)


def _why(card: Record) -> str:
    choice = card.get("choice", {})
    return retold.said(choice.get("why", "")) if choice.get("used") else ""


def card(said: Record) -> str:
    """What a model is, in a few lines."""
    window = said.get("data_window")
    pairs = [
        (_("Forecasts"), plain(_("{what}: {told}").format(
            what=texts.word("target", said["target"]), told=retold.said(said.get("target_doc", ""))))),
        (_("Horizon"), plain(n_("{count} day", "{count} days", int(said["horizon_days"])))),
        (_("Kind of model"), plain(texts.word("estimator", said["estimator"]))),
        (_("Chosen because"), plain(retold.said(said.get("choice", {}).get("why") or _("unknown")))),
        (_("Trained on what was known by"), plain(fmt.written(said["train_as_of"]))),
        (_("Learnt from"), plain(_("{rows} area-weeks with {positives} cases in {areas} areas").format(
            rows=fmt.count(said["rows"]), positives=fmt.count(said["positives"]),
            areas=fmt.count(said["areas_with_positives"])) + (_(", ") + _since(window) if window else ""))),
        (_("It cannot see"), plain(fmt.apiece(retold.said(one) for one in said.get("blind_spots", [])))),
    ]  # fmt: skip
    return facts(pairs)


def _since(window: Sequence[str]) -> str:
    return _("{since} – {until}").format(since=fmt.written(window[0]), until=fmt.written(window[1]))


def _better(card: Record, name: str) -> str:
    skill = (card["out_of_sample"].get("skill") or {}).get(name)
    return "–" if skill is None or name == card["estimator"] else fmt.percent(skill)


def backtest(card: Record) -> str:
    """A model beside the simple rules, on forecasts of the past that it had not learnt from."""
    said = card.get("out_of_sample") or {}
    score, errors = (
        (_("Error (CRPS of log deaths)"), said["crps_log1p"])
        if "crps_log1p" in said
        else (_("Brier score"), said.get("brier") or {})
    )
    rows = [
        [
            escape(texts.word("estimator", name)),
            escape(fmt.number(error, 4)),
            escape(_better(card, name)),
        ]
        for name, error in sorted(errors.items(), key=lambda pair: pair[1])
    ]
    caption = _(
        "{weeks} weekly forecasts of the past for {areas} areas, none seen in training. A lower score is "
        "better; the last column is how much better this model is than each."
    )
    return table(
        [_("Rule"), score, _("This model is better by")],
        rows,
        caption=_("This model beside simple rules"),
        told=caption.format(weeks=said.get("weeks", 0), areas=said.get("areas", 0)),
        source=origins.CARDS,
        numbers=(1, 2),
        units=("each", "percent") if "crps_log1p" in said else ("brier", "percent"),
    )


def thresholds(card: Record) -> str:
    """Where the levels begin and how many false alerts that would have cost."""
    said = card.get("thresholds") or {}
    begins = said.get("begins")
    if not begins:
        return text(
            "p", _("Too few weeks of past forecasts to set levels by: every community is “not assessed”.")
        )
    realised, budget = said["realised_false_per_community_year"], said["budget_false_per_community_year"]
    rows = [
        [
            escape(levels.named(number)),
            escape(fmt.percent(begins[name])),
            escape(_rate(realised.get(name))),
            escape(fmt.numeral(f"{budget[name]:g}")),
        ]
        for number, name in levels.NAMES.items()
    ]
    caption = _(
        "From {weeks} weeks of past forecasts for {areas} communities. The false alerts are those of thresholds "
        "set week by week. They are adapted since the training, every week, so that each level keeps its budget."
    )
    columns = [_("Level"), _("Begins at"), _("False alerts per community and year"), _("Budget")]
    told = caption.format(weeks=said["weeks"], areas=said["areas"])
    about: dict[str, Any] = {"numbers": (1, 2, 3), "units": ("percent", "a_year")}
    return table(columns, rows, caption=_("Where levels begin"), told=told, source=origins.CARDS, **about)


def _rate(rate: float | None) -> str:
    return _("unknown") if rate is None else fmt.number(rate, 2)


def transitions(found: pd.DataFrame) -> str:
    """The life of an alert, step by step."""
    rows = [
        [
            escape(fmt.day(one["day"])),
            escape(texts.word("condition", one["condition"])),
            escape("" if fmt.missing(one["handling"]) else texts.word("handling", one["handling"])),
            escape(levels.named(int(one["level"]))),
            plain(texts.actor(one["actor"])),
            escape(retold.said(one["reason"])),
            escape("" if fmt.missing(one["outcome"]) else texts.word("outcome", one["outcome"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Day"), _("Condition"), _("Handling"), _("Level"), _("Who"), _("Why"), _("Outcome")]
    told = _("Every step, in order; none is ever changed.")
    return table(columns, rows, caption=_("The life of alerts"), told=told, source=origins.RECORD)


def alerts(rows: Sequence[Record], keep: links.Kept) -> str:
    """Alerts, a row each, opening their detail."""
    body = [
        [
            level_words(int(one["level"])),
            level_words(int(one["peak"])),
            named(texts.name(one), texts.other_name(one), links.to("alerts", keep, alert=one["alert_id"])),
            escape(texts.word("rule", one["rule"])),
            escape(fmt.day(one["opened_on"])),
            escape(texts.word("condition", one["condition"])),
            escape(_last_step(one)),
        ]
        for one in rows
    ]
    columns = [
        _("Forecast now"),
        _("Highest of the alert"),
        _("Community"),
        _("Raised by"),
        _("Opened"),
        _("Condition"),
        _("Last step"),
    ]
    told = _("The gravest first; open one to see its life or to act on it.")
    return table(columns, body, caption=_("Alerts"), told=told, source=origins.FORECASTS)


def _last_step(row: Record) -> str:
    """What happened to an alert last, who did it and why."""
    said = _("{day}, {who}: {why}")
    return said.format(day=fmt.day(row["day"]), who=texts.actor(row["actor"]), why=retold.said(row["reason"]))


def alert_card(row: Record, keep: links.Kept) -> str:
    """One alert in short."""
    home = links.to("community", keep, community=row["community_id"])
    pairs = [
        (_("Level now"), level_words(int(row["level"]))),
        (_("Highest since it opened"), level_words(int(row["peak"]))),
        (_("Community"), named(texts.name(row), texts.other_name(row), home)),
        (_("Raised by"), plain(texts.word("rule", row["rule"]))),
        (_("Opened"), plain(fmt.day(row["opened_on"]))),
        (_("Condition"), plain(texts.word("condition", row["condition"]))),
        (_("Handling"), plain(texts.word("handling", row["handling"]))),
        (_("Last step"), plain(_last_step(row))),
    ]
    if not fmt.missing(row["outcome"]):
        pairs.append((_("Outcome"), plain(texts.word("outcome", row["outcome"]))))
    return facts(pairs)
