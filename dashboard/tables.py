"""Tables of a community: its incidents, what makes its score, other outcomes."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, links, outlook, texts
from dashboard.i18n import _, n_
from dashboard.markup import element, link, table, text
from models import explain

Record = Mapping[str, Any]
BAR_REM = 6.0


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
    return fmt.listed([reports, texts.word("verification", row["verification"])])


def why_here(row: Record) -> str:
    """Why an incident stands in a community's list."""
    if not row["counted"]:
        if texts.imprecise(row):
            return _("reported for the governorate; may concern this community")
        return _("nearby; may concern this community")
    return texts.word("basis", row["basis"])


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
    return table(
        columns,
        rows,
        caption=_(
            "Plus raises the probability, minus lowers it, compared with an average area; “usually” is the area's "
            "own past year."
        ),
        numbers=(2,),
    )


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
        part = scores[scores["target"] == code].set_index("horizon_days").to_dict("index")
        if part:
            rows.append([escape(words), *[_within(part.get(h, {})) for h in horizons]])
    numbers = range(1, len(columns))
    return table(
        columns,
        rows,
        caption=_(
            "Probabilities of other outcomes, from models of their own; below each the range in which the true "
            "one lies in eight of ten cases."
        ),
        numbers=numbers,
    )


def _within(row: Record) -> str:
    """A probability with its interval below."""
    said, wide = fmt.percent(row.get("probability")), fmt.percents(row.get("low"), row.get("high"))
    return escape(said) + (text("div", wide, "tc-quiet") if wide else "")


AT_LEAST = {1: 0, 5: 2, 25: 4, 100: 6}  # the rungs that are shown, and where they stand in the ladder


def counts(row: Record) -> str:
    """How likely at least so many deaths are, in plain words and a small table; nothing where none was forecast."""
    if not row:
        return ""
    columns = [_("At least"), *[fmt.count(least) for least in AT_LEAST]]
    cells = [escape(fmt.percent(row["exceedance"][at])) for at in AT_LEAST.values()]
    days = n_("within {count} day", "within {count} days", int(row["horizon_days"]))
    expected = _("As likely more as fewer than {median}; in eight of ten cases {range}.").format(
        median=fmt.count(row["median"]), range=fmt.span(row["low"], row["high"])
    )
    return table(
        columns,
        [[escape(_("Chance")), *cells]],
        caption=_("Deaths {within}.").format(within=days) + " " + expected,
        numbers=range(1, len(columns)),
    )
