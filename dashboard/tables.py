"""Tables of a community: its incidents, what makes its score, other outcomes."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, links, origins, outlook, texts
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
    about: dict[str, Any] = {"numbers": (3,), "units": ("persons",)}
    return table(columns, body, caption=_("Incidents"), told=caption, source=origins.REPORTS, **about)


def _incident(row: Record, keep: links.Kept, tied: bool) -> list[str]:
    kind = texts.word("incident_type", row["incident_type"])
    opened = link(kind, links.to("incidents", keep, incident=row["incident_id"]))
    vague = text("span", texts.vague(row), "tc-tag") if texts.imprecise(row) else ""
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
            if int(row["geo_prec"]) > texts.GOVERNORATE:
                return _("its place is not known; may concern this community")
            return _("reported for the governorate; may concern this community")
        return _("nearby; may concern this community")
    return texts.word("basis", row["basis"])


def steps(score: Record) -> list[tuple[Record | None, float, float]]:
    """The way from where every area starts to what is said: each driver (None: the start), its log-odds, and the
    probability so far. The last probability is the one that is said."""
    so_far = float(score["base"])
    way: list[tuple[Record | None, float, float]] = [(None, so_far, fmt.logistic(so_far))]
    for one in score["drivers"]:
        so_far += float(one["contribution"])
        way.append((one, float(one["contribution"]), fmt.logistic(so_far)))
    return way


def drivers(score: Record, known: outlook.Labels, keep: links.Kept) -> str:
    """What makes the probability, step by step on the log-odds scale: the base and every driver sum to it."""
    way, named = steps(score), set[str]()
    largest = max((abs(moved) for one, moved, __ in way if one), default=0.0)
    rows = [
        [
            escape(explain.sentence(one, _) if one else _("Where every area starts")),
            _bar(moved, largest) if one else "",
            _share(moved),
            escape(fmt.percent(so_far)),
            _opened(one, known, keep, named) if one else "",
        ]
        for one, moved, so_far in way
    ]
    end = _("Sum, which is a probability of {percent}").format(percent=fmt.percent(score["probability"]))
    total = sum(moved for __, moved, ___ in way)
    rows.append([text("b", end), "", text("b", fmt.signed(total)), text("b", fmt.percent(way[-1][2])), ""])
    columns = [_("What"), _("Effect"), _("Log-odds"), _("So far"), _("Incidents behind it")]
    told = _(
        "Plus raises the probability, minus lowers it, compared with an average area; “usually” is the area's "
        "own past year."
    )
    about: dict[str, Any] = {"numbers": (2, 3), "units": ("log_odds", "percent")}
    title = _("What makes this score")
    return table(columns, rows, caption=title, told=told, source=origins.FORECASTS, headed=True, **about)


def _share(value: float) -> str:
    return escape(fmt.signed(value))


def _bar(value: float, largest: float) -> str:
    width = f"inline-size:{BAR_REM * abs(value) / max(largest, 1e-9):.2f}rem"
    words = _("raises") if value > 0 else _("lowers")
    return element("span", css="tc-bar " + ("tc-plus" if value > 0 else "tc-minus"), style=width) + text(
        "span", f" {words}", "tc-quiet"
    )


def _opened(one: Record, known: outlook.Labels, keep: links.Kept, named: set[str]) -> str:
    """The newest incidents behind a driver; each is named once, under the first driver it is behind."""
    ids = [i for i in one.get("incident_ids", []) if i in known]
    fresh = [i for i in ids if i not in named]
    named.update(fresh)
    items = [element("li", link(known[i], links.to("incidents", keep, incident=i))) for i in fresh]
    listed = element("ul", *items, css="tc-evidence") if items else ""
    same = n_("{count} named above", "{count} named above", len(ids) - len(fresh))
    return listed + (text("span", same, "tc-quiet") if len(ids) > len(fresh) else "")


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
        caption=_("Other outcomes and horizons"),
        headed=True,
        told=_(
            "Probabilities of other outcomes, from models of their own; below each the range in which the true "
            "one lies in eight of ten cases. An escalation is more deaths than this place usually sees in a span of "
            "that length, so a longer span asks for more and may be less likely."
        ),
        source=origins.FORECASTS,
        numbers=numbers,
        units=("percent",),
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
        caption=_("Deaths {within}.").format(within=days),
        told=expected,
        source=origins.FORECASTS,
        numbers=range(1, len(columns)),
        units=("percent",),
    )
