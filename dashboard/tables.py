"""Tables of the pages as pieces of HTML: incidents, drivers, reports, models."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, levels, links, outlook, texts
from dashboard.i18n import _, n_
from dashboard.markup import element, facts, link, table, text
from models import explain

Record = Mapping[str, Any]


def plain(value: Any) -> str:
    """Any text as a cell."""
    return escape(_("unknown") if fmt.missing(value) else str(value))


def incidents(rows: pd.DataFrame, keep: links.Kept, caption: str) -> str:
    """Incidents with day, kind, place, deaths and how much is known; each opens its detail."""
    columns = [_("Day"), _("What"), _("Where"), _("Deaths"), _("Known by")]
    tied = "basis" in rows.columns
    columns += [_("Why it is here")] if tied else []
    body = [_incident(row, keep, tied) for row in rows.to_dict("records")]
    return table(columns, body, caption=caption, numbers=(3,))


def _incident(row: Record, keep: links.Kept, tied: bool) -> list[str]:
    kind = texts.word("incident_type", row["incident_type"])
    opened = link(kind, links.to("incidents", keep, incident=row["incident_id"]))
    vague = text("span", _("governorate only"), "tc-tag") if texts.imprecise(row) else ""
    cells = [
        escape(fmt.days(row["date_start"], row["date_end"])),
        opened,
        escape(texts.where(row) + " ") + vague,
        escape(toll(row)),
        escape(known_by(row)),
    ]
    return [*cells, escape(why_here(row))] if tied else cells


def toll(row: Record) -> str:
    """Deaths with their range."""
    if fmt.missing(row["deaths"]):
        return _("unknown")
    wide = row["deaths_low"] != row["deaths_high"]
    figure = fmt.count(row["deaths"])
    return f"{figure} ({fmt.span(row['deaths_low'], row['deaths_high'])})" if wide else figure


def known_by(row: Record) -> str:
    """How many reports and independent sources stand behind an incident."""
    reports = n_("{count} report", "{count} reports", int(row["reports"]))
    return f"{reports}, {texts.word('verification', row['verification'])}"


def why_here(row: Record) -> str:
    """Why an incident stands in a community's list."""
    if not row["counted"]:
        if texts.imprecise(row):
            return _("reported for the governorate; may concern this community")
        return _("nearby; may concern this community")
    return texts.word("basis", row["basis"])


# --- drivers -------------------------------------------------------------------------------------

BAR_REM = 6.0


def drivers(score: Record, known: outlook.Labels, keep: links.Kept) -> str:
    """What makes the probability, on the log-odds scale: the base and every driver sum to it."""
    found = list(score["drivers"])
    largest = max([abs(one["contribution"]) for one in found] + [1e-9])
    rows = [[escape(_("Where every area starts")), "", _share(float(score["base"])), ""]]
    for one in found:
        rows.append([escape(explain.sentence(one, _)), _bar(one["contribution"], largest),
                     _share(one["contribution"]), _opened(one, known, keep)])  # fmt: skip
    total = float(score["base"]) + sum(one["contribution"] for one in found)
    end = _("Sum, which is a probability of {percent}").format(percent=fmt.percent(score["probability"]))
    rows.append([text("b", end), "", text("b", fmt.signed(total)), ""])
    columns = [_("What"), _("Effect"), _("Log-odds"), _("Incidents behind it")]
    return table(columns, rows, caption=_("Plus raises the probability, minus lowers it."), numbers=(2,))


def _share(value: float) -> str:
    return escape(fmt.signed(value))


def _bar(value: float, largest: float) -> str:
    width = f"inline-size:{BAR_REM * abs(value) / largest:.2f}rem"
    words = _("raises") if value > 0 else _("lowers")
    return element("span", css="tc-bar " + ("tc-plus" if value > 0 else "tc-minus"), style=width) + text(
        "span", f" {words}", "tc-quiet"
    )


def _opened(one: Record, known: outlook.Labels, keep: links.Kept) -> str:
    ids = [i for i in one.get("incident_ids", []) if i in known]
    items = [element("li", link(known[i], links.to("incidents", keep, incident=i))) for i in ids]
    return element("ul", *items, css="tc-evidence") if items else ""


def others(scores: pd.DataFrame) -> str:
    """All targets at all horizons: rows are what may happen, columns how soon."""
    horizons = sorted(scores["horizon_days"].unique())
    columns = [_("What"), *[n_("within {count} day", "within {count} days", int(h)) for h in horizons]]
    rows = []
    for code, words in texts.choices("target").items():
        part = scores[scores["target"] == code].set_index("horizon_days")["probability"]
        if len(part):
            rows.append([escape(words), *[escape(fmt.percent(part.get(h))) for h in horizons]])
    numbers = range(1, len(columns))
    return table(
        columns,
        rows,
        caption=_("Probabilities of other outcomes, from models of their own."),
        numbers=numbers,
    )


# --- one incident ----------------------------------------------------------------------------------


def summary(row: Record) -> str:
    """What is believed of an incident, with its precision in words."""
    pairs = [
        (_("What"), plain(texts.word("incident_type", row["incident_type"]))),
        (
            _("When"),
            plain(
                f"{fmt.days(row['date_start'], row['date_end'])} ({texts.word('date_prec', row['date_prec'])})"
            ),
        ),
        (_("Where"), plain(f"{texts.where(row)} ({texts.word('geo_prec', row['geo_prec'])})")),
        (_("Deaths"), plain(toll(row) + _civilians(row))),
        (_("Figures taken from"), plain(texts.word("figure_rule", row["figure_rule"]))),
        (_("Known by"), plain(known_by(row))),
        (_("Known since"), plain(fmt.instant(row["known_from"]))),
        (_("In this store since"), plain(fmt.instant(row["recorded_at"]))),
    ]
    flags = [texts.word("flag", flag) for flag in row["flags"] or []]
    return facts(pairs + ([(_("Remarks"), plain("; ".join(flags)))] if flags else []))


def _civilians(row: Record) -> str:
    return "; " + _("of them civilians: {count}").format(count=fmt.count(row["civilians"]))


def claims(found: pd.DataFrame) -> str:
    """What each report counts."""
    numbered = {report: number for number, report in enumerate(dict.fromkeys(found["report_id"]), 1)}
    rows = [
        [
            str(numbered[one.report_id]),
            escape(texts.word("harm", one.harm)),
            escape(texts.word("status", one.status)),
            escape(fmt.count(one.best)),
            escape(fmt.span(one.low, one.high)),
            escape("" if fmt.missing(one.wording) else str(one.wording)),
        ]
        for one in found.itertuples()
    ]
    columns = [_("Report"), _("Harm"), _("Who"), _("Best"), _("Range"), _("In its words")]
    return table(columns, rows, caption=_("Figures as each report gives them."), numbers=(3, 4))


def actors(found: pd.DataFrame) -> str:
    """Who is named, in which role; always as the report's allegation."""
    rows = [
        [escape(str(one.name)), escape(texts.word("role", one.role))]
        for one in found.drop_duplicates(["name", "role"]).itertuples()
    ]
    return table([_("Named"), _("As")], rows, caption=_("Attributions are the reports', not ours."))


def ties(found: pd.DataFrame, keep: links.Kept) -> str:
    """The communities an incident is tied to, with the basis."""
    rows = [
        [
            link(texts.name(one), links.to("community", keep, community=one["community_id"])),
            escape(texts.word("basis", one["basis"]) if one["counted"] else _("may concern it")),
            escape(texts.word("method", one["method"])),
            escape(texts.word("confidence", one["confidence"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Community"), _("Basis"), _("Decided"), _("Confidence")]
    return table(columns, rows, caption=_("Communities that this incident is tied to."))


def versions(found: pd.DataFrame) -> str:
    """How the picture of an incident changed."""
    rows = [
        [
            escape(fmt.instant(one["known_from"])),
            escape(texts.word("incident_type", one["incident_type"])),
            escape(fmt.days(one["date_start"], one["date_end"])),
            escape(texts.where(one)),
            escape(toll(one)),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Known since"), _("What"), _("When"), _("Where"), _("Deaths")]
    return table(columns, rows, caption=_("Versions, the oldest first."), numbers=(4,))


def report_head(number: int, row: Record) -> str:
    """Who said it and when the world could know."""
    source = _("a protected source") if fmt.missing(row["source"]) else str(row["source"])
    reliability = (
        "" if fmt.missing(row["reliability"]) else _("reliability {grade}").format(grade=row["reliability"])
    )
    when = _("available {when}, {basis}").format(
        when=fmt.instant(row["available_at"]), basis=texts.word("available_basis", row["available_basis"])
    )
    parts = [part for part in (reliability, texts.word("stance", row["stance"]), when) if part]
    return text("h3", f"{number}. {source}") + text("p", " · ".join(parts), "tc-where")


def cited(row: Record) -> str:
    """The outlets that a report itself names as its sources, with its address as text."""
    pairs = []
    if not fmt.missing(row["url"]):
        pairs.append((_("Address"), plain(row["url"])))
    outlets = [_outlet(one) for one in row["cited"] or []]
    if outlets:
        pairs.append((_("It cites"), plain("; ".join(outlets))))
    return facts(pairs) if pairs else ""


def _outlet(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    return ", ".join(str(value) for value in one.values() if not fmt.missing(value) and value != "")


# --- data page -------------------------------------------------------------------------------------


def sources(coverage: pd.DataFrame, freshness: pd.DataFrame) -> str:
    """Every source with what it covers and how fresh it is."""
    fresh = {one["source_id"]: one for one in freshness.to_dict("records")}
    rows = []
    for one in coverage.to_dict("records"):
        seen = fresh.get(one["source_id"], {})
        covered = (
            _("nothing yet")
            if fmt.missing(one["covered_from"])
            else f"{fmt.day(one['covered_from'])} – {fmt.day(one['covered_until'])}"
        )
        rows.append(
            [
                escape(one["name"]),
                escape(texts.word("covers", one["covers"])),
                escape(covered),
                escape(fmt.count(seen.get("reports", 0))),
                escape(fmt.instant(seen["newest_at"]) if seen else _("no report")),
                escape(n_("{count} day", "{count} days", int(one["lag_days"]))),
            ]
        )
    columns = [
        _("Source"),
        _("Covers"),
        _("From – until"),
        _("Reports"),
        _("Newest known since"),
        _("Usual delay"),
    ]
    return table(columns, rows, caption=_("Outside its span a source's silence means nothing."), numbers=(3,))


def batches(found: pd.DataFrame) -> str:
    """The files that were taken in."""
    rows = []
    for one in found.to_dict("records"):
        counts = one["counts"] or {}
        rows.append(
            [
                escape(str(one["file_name"])),
                escape(str(one["importer"])),
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
    return table(columns, rows, caption=_("Imports, the newest first."), numbers=range(4, 10))


def row_issues(found: pd.DataFrame) -> str:
    """Rows that were refused or taken in with a remark."""
    rows = [
        [
            escape(str(one["file_name"])),
            escape(fmt.count(one["row_number"])),
            plain("" if fmt.missing(one["column_name"]) else one["column_name"]),
            escape(texts.word("severity", one["severity"])),
            escape(str(one["message"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("File"), _("Row"), _("Column"), _("State"), _("What is wrong")]
    return table(
        columns, rows, caption=_("Nothing is thrown away: every such row is kept as it came."), numbers=(1,)
    )


def runs(found: pd.DataFrame) -> str:
    """The runs of jobs."""
    rows = [
        [
            escape(str(one["command"])),
            escape(fmt.instant(one["started_at"])),
            escape(
                fmt.instant(one["finished_at"]) if not fmt.missing(one["finished_at"]) else _("not finished")
            ),
            escape(texts.word("run_status", one["status"])),
            escape("" if fmt.missing(one["message"]) else str(one["message"])),
        ]
        for one in found.to_dict("records")
    ]
    return table(
        [_("Job"), _("Started"), _("Ended"), _("State"), _("Message")],
        rows,
        caption=_("Jobs, the newest first."),
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
                escape(str(card.get("choice", {}).get("why", ""))),
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
    return table(columns, rows, caption=_("Models that were trained by this day."))


def card(said: Record) -> str:
    """What a model is, in a few lines."""
    window = said.get("data_window")
    pairs = [
        (_("Forecasts"), plain(f"{texts.word('target', said['target'])} — {said.get('target_doc', '')}")),
        (_("Horizon"), plain(n_("{count} day", "{count} days", int(said["horizon_days"])))),
        (_("Kind of model"), plain(texts.word("estimator", said["estimator"]))),
        (_("Chosen because"), plain(said.get("choice", {}).get("why"))),
        (_("Trained on what was known by"), plain(said["train_as_of"])),
        (_("Learnt from"), plain(_("{rows} area-weeks with {positives} cases in {areas} areas").format(
            rows=fmt.count(said["rows"]), positives=fmt.count(said["positives"]),
            areas=fmt.count(said["areas_with_positives"])) + (f", {window[0]} – {window[1]}" if window else ""))),
        (_("It cannot see"), plain("; ".join(said.get("blind_spots", [])))),
    ]  # fmt: skip
    return facts(pairs)


def backtest(card: Record) -> str:
    """A model beside the simple rules, on forecasts of the past that it had not learnt from."""
    said = card.get("out_of_sample") or {}
    rows = [
        [
            escape(texts.word("estimator", name)),
            escape(f"{brier:.4f}"),
            escape(fmt.percent(said.get("skill", {}).get(name)) if name in said.get("skill", {}) else "–"),
        ]
        for name, brier in sorted((said.get("brier") or {}).items(), key=lambda pair: pair[1])
    ]
    caption = _(
        "{weeks} weekly forecasts of the past for {areas} areas, none seen in training. Lower Brier score is better; the last column is how much better this model is than each."
    )
    return table(
        [_("Rule"), _("Brier score"), _("This model is better by")],
        rows,
        caption=caption.format(weeks=said.get("weeks", 0), areas=said.get("areas", 0)),
        numbers=(1, 2),
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
            escape(f"{number} {levels.word(number)}"),
            escape(fmt.percent(begins[name])),
            escape(f"{realised[name]:.2f}"),
            escape(f"{budget[name]:g}"),
        ]
        for number, name in levels.NAMES.items()
    ]
    caption = _("From {weeks} weeks of past forecasts for {areas} communities.")
    columns = [_("Level"), _("Begins at"), _("False alerts per community and year"), _("Budget")]
    return table(
        columns, rows, caption=caption.format(weeks=said["weeks"], areas=said["areas"]), numbers=(1, 2, 3)
    )


def transitions(found: pd.DataFrame) -> str:
    """The life of an alert, step by step."""
    rows = [
        [
            escape(fmt.day(one["day"])),
            escape(texts.word("condition", one["condition"])),
            escape("" if fmt.missing(one["handling"]) else texts.word("handling", one["handling"])),
            escape(f"{one['level']} {levels.word(int(one['level']))}"),
            escape(str(one["actor"])),
            escape(str(one["reason"])),
            escape("" if fmt.missing(one["outcome"]) else texts.word("outcome", one["outcome"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Day"), _("Condition"), _("Handling"), _("Level"), _("Who"), _("Why"), _("Outcome")]
    return table(columns, rows, caption=_("Every step, in order; none is ever changed."))
