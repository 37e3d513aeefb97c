"""What the Today page is made of: communities as cards and lines, what changed, what became known."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, levels, links, outlook, texts
from dashboard.i18n import _, n_
from dashboard.markup import badge, element, level_words, link, named, text
from dashboard.outlook import Before, Reason, Row
from dashboard.standing import Weeks

SOURCES_NAMED = 4
TOLD_APART = 0.0005  # of another score of the day before, the parts would not add up to what is shown


def tally(found: dict[int, list[Row]]) -> str:
    """How many communities stand at each level."""
    items = [
        element(
            "li",
            badge(level),
            text("span", len(rows), "tc-big"),
            text("span", levels.word(level), "tc-word"),
            css=f"tc-l{level}" + ("" if rows else " tc-none"),
        )
        for level, rows in found.items()
    ]
    return element("ul", *items, css="tc-tally")


def chance(row: Row) -> str:
    """The probability in a sentence, with its horizon and what is usual."""
    if row.probability is None:
        return ""
    said = _("Chance of an escalation {within}: {in_100} ({percent}, {likelihood}).")
    if row.interval is not None:
        said += " " + _("In eight of ten such cases the true chance lies {between}.")
    if row.usual is not None:
        said += " " + _("Average of all communities in the past: {usual}.")
    return said.format(
        usual=fmt.percent(row.usual),
        between=fmt.between(*row.interval) if row.interval else "",
        within=n_("within {count} day", "within {count} days", row.horizon_days),
        in_100=fmt.in_100(row.probability),
        percent=fmt.percent(row.probability),
        likelihood=fmt.likelihood(row.probability),
    )


def change(words: str, row: Row, earlier: Before | None) -> str:
    """What changed since an earlier day."""
    if earlier is None:
        return _("{since}: no score of that day").format(since=words)
    parts = []
    if earlier.level != row.level:
        was = levels.named(earlier.level)
        parts.append(_("was level {was}").format(was=was))
    if earlier.probability is not None and row.probability is not None:
        parts.append(fmt.points(row.probability - earlier.probability))
    return _("{what}: {told}").format(what=words, told=fmt.listed(parts) or _("unchanged"))


def split(row: Row) -> str:
    """What a change since the day before is made of; nothing where that is not kept or of another score."""
    if row.parts is None or abs(row.parts.total - row.rose) > TOLD_APART:
        return ""
    parts = (row.parts.new_data, row.parts.revised_data, row.parts.model_change)
    new, revised, model = fmt.shares(row.parts.total, parts)
    told = _("{new} new data, {revised} revised, {model} model")
    return told.format(new=new, revised=revised, model=model)


def changes(row: Row) -> str:
    """What changed since the day before, what that is made of, and what changed since last week."""
    day = change(_("Since the day before"), row, row.yesterday)
    if made_of := split(row):
        day = _("{change} ({parts})").format(change=day, parts=made_of)
    week = change(_("since a week before"), row, row.last_week)
    return text("p", fmt.apiece([day, week]) + ".", "tc-change")


def reason(one: Reason, keep: links.Kept) -> str:
    """A reason with the incidents behind it."""
    raises = one.contribution > 0
    arrow = text("span", "▲" if raises else "▼", "tc-up" if raises else "tc-down", aria_hidden="true")
    verb = text("span", (_("raises it") if raises else _("lowers it")) + ": ", "tc-verb")
    opened = [
        link(each.label, links.to("incidents", keep, incident=each.incident_id)) for each in one.incidents
    ]
    if one.incidents and one.more:
        opened.append(text("span", n_("and {count} more", "and {count} more", one.more), "tc-quiet"))
    shown = element("ul", *[element("li", item) for item in opened], css="tc-evidence") if opened else ""
    return element("li", arrow, " ", verb, escape(one.text), shown)


def reasons(found: Sequence[Reason], keep: links.Kept) -> str:
    """All reasons of a score."""
    return element("ul", *[reason(one, keep) for one in found], css="tc-why") if found else ""


def confidence(row: Row) -> str:
    """How sure we are, apart from the probability, with the reasons."""
    why = ". ".join(row.doubts) or _("nothing speaks against the data")
    parts = [
        text("b", _("Confidence: {word}").format(word=texts.word("confidence", row.confidence))),
        escape(f" — {why}."),
    ]
    if row.undercounted:
        parts.append(escape(" " + _("Incidents known only to the governorate may be missing here.")))
    if row.cutoff:
        parts.append(escape(" " + _("Data up to {day}.").format(day=fmt.day(row.cutoff))))
    return element("p", *parts, css="tc-sure")


def place_of(row: Row) -> str:
    """A community's group and where it lives."""
    return " · ".join(fmt.apart(part) for part in (row.group, *row.governorates))


def head(row: Row, other_name: str) -> str:
    """A community's level, probability, change and confidence, at the head of its page."""
    where = " · ".join(part for part in (place_of(row), fmt.apart(other_name)) if part)
    return element(
        "section",
        element("p", level_words(row.level), css="tc-say"),
        text("p", where, "tc-where"),
        text("p", chance(row), "tc-say"),
        changes(row) if row.probability is not None else "",
        confidence(row),
    )


def freshest(row: Row, as_of: date) -> str:
    """The newest incident known that counts for a community."""
    if row.newest is None:
        return ""
    told = _("Newest incident known here: {day}, {ago}.")
    return text("p", told.format(day=fmt.day(row.newest), ago=fmt.ago(row.newest, as_of)), "tc-told")


def hits(row: Row) -> str:
    """How often such a level was right: forecasts made at the time and replays apart, or that there are too few."""
    if row.hits is None or row.level == 0:
        return ""
    found = ((row.hits.live, False), (row.hits.replayed, True))
    said = [_rate(one, row.horizon_days, replayed) for one, replayed in found if one.enough]
    if not said:
        few = row.hits.live.weeks + row.hits.replayed.weeks
        too_few = n_(
            "Too few past weeks at this level to say how often it was right: {count}.",
            "Too few past weeks at this level to say how often it was right: {count}.",
            few,
        )
        said = [too_few]
    return text("p", " ".join(said), "tc-told")


def _rate(found: Weeks, days: int, replayed: bool) -> str:
    told = {
        "happened": fmt.count(found.happened),
        "within": n_("within {count} day", "within {count} days", days),
        "share": fmt.percent(found.happened / found.weeks),
    }
    if replayed:
        return n_(
            "Replayed over the past: of {count} week at this level, violence escalated {within} in {happened} "
            "({share}).",
            "Replayed over the past: of {count} weeks at this level, violence escalated {within} in {happened} "
            "({share}).",
            found.weeks,
            **told,
        )
    return n_(
        "Of {count} past week at this level, violence escalated {within} in {happened} ({share}).",
        "Of {count} past weeks at this level, violence escalated {within} in {happened} ({share}).",
        found.weeks,
        **told,
    )


def line(row: Row, keep: links.Kept, as_of: date, steps: str = "", *, week: bool = False) -> str:
    """A community in one line that opens: what is said, why, how sure, how often that was right, what to do."""
    short = fmt.percent(row.probability) if row.probability is not None else levels.word(row.level)
    summary = element(
        "summary",
        badge(row.level),
        named(row.name, row.other_name, css="tc-name"),
        text("span", place_of(row), "tc-where"),
        text("span", _moved(row, row.last_week if week else row.yesterday), "tc-moved"),
        text("span", short, "tc-figure"),
    )
    return element("details", summary, _opened(row, keep, as_of, steps), css="tc-line")


def _moved(row: Row, earlier: Before | None) -> str:
    known = earlier is not None and earlier.probability is not None and row.probability is not None
    return fmt.points((row.probability or 0) - (earlier.probability or 0)) if earlier and known else ""


def _opened(row: Row, keep: links.Kept, as_of: date, steps: str) -> str:
    known = row.probability is not None
    opened = link(_("Open this community"), links.to("community", keep, community=row.community_id))
    level = element("b", escape(levels.word(row.level) + ". "))
    return element(
        "div",
        element("p", level, escape(chance(row)), css="tc-say") if known else "",
        changes(row) if known else "",
        reasons(row.reasons, keep),
        confidence(row),
        freshest(row, as_of),
        hits(row) if known else "",
        steps,
        element("p", opened),
        css="tc-body",
    )


def lines(
    rows: Iterable[Row],
    keep: links.Kept,
    as_of: date,
    steps: Callable[[int], str] = lambda level: "",
    *,
    week: bool = False,
) -> str:
    """Many communities, a line each; `steps` tells what the team's plan says of a level."""
    shown = [line(row, keep, as_of, steps(row.level), week=week) for row in rows]
    return element("div", *shown, css="tc-lines")


def incident_list(rows: Sequence[Any], keep: links.Kept) -> str:
    """Incidents, a line each, each opening its detail."""
    items = []
    for row in rows:
        tag = text("span", texts.word("change", row["change"]), "tc-tag") if "change" in row else ""
        vague = text("span", f" ({texts.vague(row)})", "tc-quiet") if texts.imprecise(row) else ""
        opened = link(outlook.label(row), links.to("incidents", keep, incident=row["incident_id"]))
        items.append(element("li", tag, opened, vague))
    return element("ul", *items, css="tc-list")


def freshness(sources: Any, covered: Any, as_of: Any) -> str:
    """How fresh the data are, in one line."""
    if covered.last is None:
        return text("p", _("No reports yet."), "tc-told")
    until = min(covered.last, as_of)
    newest = [one for one in sources["newest_at"] if not fmt.missing(one)]
    parts = [
        n_("{count} source", "{count} sources", len(sources)),
        _("covered until {day}").format(day=fmt.day(until)),
    ]
    if newest:
        parts.append(_("newest report known since {when}").format(when=fmt.instant(max(newest))))
    return text("p", _("Data") + ": " + fmt.apiece(parts) + ".", "tc-told")


def units(rows: Sequence[Row], sources: pd.DataFrame, as_of: date) -> str:
    """What the numbers of a list are, of which day, and whose reports they rest on."""
    said = [one for one in rows if one.horizon_days]
    if not said:
        return ""
    told = _(
        "Chance of an escalation {within} in per cent; the change since the day before in percentage points. "
        "As of {day}. Sources: {sources}."
    )
    names = [fmt.apart(texts.name(one)) for one in sources.to_dict("records")]
    if more := len(names[SOURCES_NAMED:]):
        names = [*names[:SOURCES_NAMED], n_("and {count} more", "and {count} more", more)]
    named = fmt.listed(names)
    within = n_("within {count} day", "within {count} days", said[0].horizon_days)
    shown = told.format(within=within, day=fmt.day(as_of), sources=named)
    return text("p", shown, "tc-origin")
