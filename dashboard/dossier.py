"""One incident in full: what is believed, what each report says, whom it concerns, how the picture changed."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, links, origins, retold, said, texts
from dashboard.i18n import _, n_
from dashboard.markup import element, facts, link, plain, table, text
from dashboard.tables import Record, known_by, toll
from db.queries import IncidentDetail

LONGEST = 20_000


def summary(found: IncidentDetail) -> str:
    """What is believed of an incident, whose reports say so, how precisely, and since when it was known at all."""
    row = found.facts
    first_known = found.versions["known_from"].min() if len(found.versions) else row["known_from"]
    pairs = [
        (_("What"), plain(texts.word("incident_type", row["incident_type"]))),
        (
            _("When"),
            plain(
                f"{fmt.days(row['date_start'], row['date_end'])} ({texts.word('date_prec', row['date_prec'])})"
            ),
        ),
        (
            _("Where"),
            plain(fmt.apiece([texts.where(row), texts.word("geo_prec", row["geo_prec"])]))
            + " "
            + text("bdi", texts.where_other(row), "tc-other"),
        ),
        (_("Deaths"), plain(fmt.apiece([toll(row), _civilians(row), *_silent(row)]))),
        (_("Figures taken from"), plain(texts.word("figure_rule", row["figure_rule"]))),
        (_("Known by"), plain(_told_by(row, found.reports))),
        (_("State"), plain(said.state(row))),
        (_("Best grade"), plain(said.grade(row["grade"]))),
        (_("UN indicators"), plain(fmt.apiece(said.indicators(row["incident_type"])) or _("none"))),
        (_("Known since"), plain(fmt.instant(first_known))),
        (_("Known like this since"), plain(fmt.instant(row["known_from"]))),
        (_("In this store since"), plain(fmt.instant(row["recorded_at"]))),
    ]
    flags = [texts.word("flag", flag) for flag in row["flags"] or []]
    return facts(pairs + ([(_("Remarks"), plain(fmt.apiece(flags)))] if flags else []))


def _civilians(row: Record) -> str:
    return _("of them civilians: {count}").format(count=fmt.count(row["civilians"]))


def _told_by(row: Record, reports: pd.DataFrame) -> str:
    """How many reports and independent sources, and which."""
    names = dict.fromkeys(_source(one) for one in reports.to_dict("records") if not one["detached"])
    return _("{count}: {sources}").format(count=known_by(row), sources=fmt.listed(names))


def parts(found: IncidentDetail, keep: links.Kept) -> list[tuple[str, str, dict[str, str]]]:
    """The parts of the page: a title, a line that says what it shows, and its pieces of HTML by name."""
    said_by = claims(found.claims, found.reports) if len(found.claims) else ""
    told = {"figures": figures(found.facts["figures"]), "figures-by-report": said_by}
    nobody = text("p", _("It is tied to no community."))
    none_ours = _("Sentences follow from the claims of the reports; none is ours.")
    return [
        (_("Who says what"), none_ours, {"said": sentences(found.facts)}),
        (_("Reports ({count})").format(count=len(found.reports)), "", {"reports": reports(found.reports)}),
        (_("Figures"), "", told),
        (_("Whom it concerns"), "", {"ties": ties(found.links, keep) if len(found.links) else nobody}),
    ]


def _silent(row: Record) -> list[str]:
    """How many reports leave the dead open; nothing where all tell."""
    if not (count := int(row["deaths_unknown"])):
        return []
    return [n_("{count} report does not say", "{count} reports do not say", count)]


def sentences(row: Record) -> str:
    """Who is said to have done it, by whom, and whether that is disputed."""
    return element("ul", *[text("li", one, dir="auto") for one in said.sentences(row)], css="tc-said")


def figures(found: list[Record]) -> str:
    """The figures that follow from the claims, with their range and how many reports know."""
    rows = [
        [
            escape(texts.word("harm", one["harm"])),
            escape(texts.word("status", one["status"])),
            escape(fmt.count(one["best"])),
            escape(_given(one["low"], one["high"])),
            escape(fmt.count(one["known"])),
            escape(fmt.count(one["unknown"])),
            escape(texts.word("figure_rule", one["rule"])),
        ]
        for one in found
    ]
    columns = [_("Harm"), _("Who"), _("Best"), _("Range"), _("Reports that say"), _("that do not"), _("Rule")]
    told = _("What follows from all reports together; unknown is not zero.")
    about: dict[str, Any] = {"numbers": (2, 3, 4, 5), "units": ("persons", "reports")}
    return table(columns, rows, caption=_("Figures of harm"), told=told, source=origins.REPORTS, **about)


def claims(found: pd.DataFrame, reports: pd.DataFrame) -> str:
    """What each report counts, in its own words."""
    sources = _numbered(reports)
    order = {report: n for n, report in enumerate(sources)}
    found = found.sort_values("report_id", key=lambda ids: ids.map(order), kind="stable")
    rows = [
        [
            escape(sources[one.report_id]),
            escape(texts.word("harm", one.harm)),
            escape(texts.word("status", one.status)),
            escape(fmt.count(one.best)),
            escape(_given(one.low, one.high)),
            escape("" if fmt.missing(one.wording) else str(one.wording))
            + (text("span", _("counts more than this"), "tc-tag") if one.aggregate else ""),
        ]
        for one in found.itertuples()
    ]
    columns = [_("Which report"), _("Harm"), _("Who"), _("Best"), _("Range"), _("In its words")]
    about: dict[str, Any] = {"numbers": (3, 4), "units": ("persons",)}
    return table(
        columns, rows, caption=_("Figures as each report gives them."), source=origins.REPORTS, **about
    )


def _numbered(reports: pd.DataFrame) -> dict[str, str]:
    """Each report's number in the list and its source."""
    names: dict[str, str] = {}
    for number, one in enumerate(reports.to_dict("records"), 1):
        names.setdefault(one["report_id"], f"{number}. {_source(one)}")
    return names


def _source(row: Record) -> str:
    return _("a protected source") if fmt.missing(row["source"]) else texts.source(row["source"])


def _given(low: Any, high: Any) -> str:
    nothing = fmt.missing(low) and fmt.missing(high)
    return _("not given") if nothing else fmt.span(low, high)


def changes(found: pd.DataFrame) -> str:
    """What people changed, oldest first."""
    rows = [
        [
            escape(fmt.instant(one["at"])),
            escape(texts.actor(one["by"])),
            escape(texts.word("field", str(one["field"]).partition(":")[0])),
            escape(_turned(one)),
            escape("" if fmt.missing(one["reason"]) else retold.said(one["reason"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("When"), _("Who"), _("What"), _("From and to"), _("Why")]
    caption = _("What people changed, the oldest first; nothing here is ever removed.")
    return table(columns, rows, caption=caption, source=origins.RECORD)


CODED = {"verification", "figure_rule", "incident_type", "stance", "credibility"}


def _turned(one: Record) -> str:
    """What was settled and what is instead; codes in the words of their field."""
    field = str(one["field"]).partition(":")[0]
    told = [
        texts.word(field, value) if field in CODED and isinstance(value, str | int) else _value(value)
        for value in (one["old"], one["new"])
    ]
    return fmt.turned(*map(fmt.apart, told))


def _value(value: Any) -> str:
    """A value of the history as text."""
    if isinstance(value, Mapping):
        return fmt.listed(f"{name}: {_value(one)}" for name, one in value.items())
    if isinstance(value, list):
        return fmt.listed(_value(one) for one in value)
    return "–" if fmt.missing(value) else str(value)


def ties(found: pd.DataFrame, keep: links.Kept) -> str:
    """The communities an incident is tied to, with the basis."""
    rows = [
        [
            _whom(one, keep),
            escape(texts.word("basis", one["basis"]) if one["counted"] else _("may concern it")),
            escape(_known(texts.word, "method", one["method"]) + _why(one["reason"])),
            escape(_known(texts.word, "confidence", one["confidence"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Community"), _("Basis"), _("How decided"), _("Confidence")]
    return table(
        columns, rows, caption=_("Communities that this incident is tied to."), source=origins.RECORD
    )


def _whom(one: Record, keep: links.Kept) -> str:
    """The community, or for those who may not know which it was its group."""
    if fmt.missing(one["community_id"]):
        return escape(_("a community of the group “{group}”").format(group=one["group"]))
    return link(texts.name(one), links.to("community", keep, community=one["community_id"]))


def _known(word: Callable[[str, Any], str], kind: str, code: Any) -> str:
    return "" if fmt.missing(code) else word(kind, code)


def _why(reason: Any) -> str:
    """The reason a person gave for a tie; a rule gives none."""
    return "" if fmt.missing(reason) else f": {reason}"


def versions(found: pd.DataFrame) -> str:
    """How the picture of an incident changed."""
    rows = [
        [
            escape(fmt.instant(one["known_from"])),
            escape(texts.word("incident_type", one["incident_type"])),
            escape(fmt.days(one["date_start"], one["date_end"])),
            escape(texts.where(one)),
            escape(toll(one)),
            escape(known_by(one)),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Known since"), _("What"), _("When"), _("Where"), _("Deaths"), _("Known by")]
    about: dict[str, Any] = {"source": origins.REPORTS, "numbers": (4,), "units": ("persons",)}
    return table(columns, rows, caption=_("Versions of this incident, the oldest first."), **about)


def reports(found: pd.DataFrame) -> str:
    """What each report says, in its own words."""
    return "".join(_report(number, row) for number, row in enumerate(found.to_dict("records"), 1))


def _report(number: int, row: Record) -> str:
    words = [str(row[name])[:LONGEST] for name in ("title", "text") if not fmt.missing(row[name])]
    told = [text("div", one, "tc-report", dir="auto") for one in words]
    return "".join([report_head(number, row), *told, cited(row)])


def report_head(number: int, row: Record) -> str:
    """Who said it, how it is graded, and when the world could know."""
    when = _("available {when}, {basis}").format(
        when=fmt.instant(row["available_at"]), basis=texts.word("available_basis", row["available_basis"])
    )
    aside = _("set aside: not about this incident") if row["detached"] else ""
    parts = [said.grade(row["grade"]), texts.word("stance", row["stance"]), when, aside]
    head = text("h3", _("{number}. {source}").format(number=number, source=_source(row)))
    return head + text("p", " · ".join(part for part in parts if part), "tc-where")


def cited(row: Record) -> str:
    """The outlets that a report itself names as its sources, with its address as text."""
    pairs = []
    if not fmt.missing(row["url"]):
        pairs.append((_("Address"), plain(row["url"])))
    outlets = [_outlet(one) for one in row["cited"] or []]
    if outlets:
        pairs.append((_("It cites"), plain(fmt.apiece(outlets))))
    return facts(pairs) if pairs else ""


def _outlet(one: Any) -> str:
    if not isinstance(one, Mapping):
        return texts.source(one)
    return fmt.listed(str(value) for value in one.values() if not fmt.missing(value) and value != "")
