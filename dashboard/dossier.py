"""One incident in full: what is believed, what each report says, whom it concerns, how the picture changed."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, links, texts
from dashboard.i18n import _
from dashboard.markup import facts, link, plain, table, text
from dashboard.tables import Record, known_by, toll


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
            escape(_given(one.low, one.high)),
            escape("" if fmt.missing(one.wording) else str(one.wording)),
        ]
        for one in found.itertuples()
    ]
    columns = [_("Report"), _("Harm"), _("Who"), _("Best"), _("Range"), _("In its words")]
    return table(columns, rows, caption=_("Figures as each report gives them."), numbers=(3, 4))


def _given(low: float, high: float) -> str:
    nothing = fmt.missing(low) and fmt.missing(high)
    return _("not given") if nothing else fmt.span(low, high)


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
