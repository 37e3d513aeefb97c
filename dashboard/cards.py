"""What the Today page is made of: communities as cards and lines, what changed, what became known."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboard import fmt, levels, links, outlook, texts
from dashboard.i18n import _, n_
from dashboard.markup import badge, element, level_words, link, text
from dashboard.outlook import Before, Reason, Row

NOTABLE_RISE = 0.01


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
    said = _("Chance of an escalation within {days} days: {in_100} ({percent}, {likelihood}).")
    if row.interval is not None:
        said += " " + _("In eight of ten such cases the true chance lies {between}.")
    if row.usual is not None:
        said += " " + _("Average of all communities in the past: {usual}.")
    return said.format(
        usual=fmt.percent(row.usual),
        between=fmt.between(*row.interval) if row.interval else "",
        days=fmt.number(row.horizon_days),
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


def changes(row: Row) -> str:
    """What changed since the day before and since last week."""
    told = [
        change(_("Since the day before"), row, row.yesterday),
        change(_("since a week before"), row, row.last_week),
    ]
    return text("p", fmt.apiece(told) + ".", "tc-change")


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


def moves(found: Sequence[Row], keep: links.Kept, at_most: int = 6) -> str:
    """Who changed most since the day before: levels first, then probabilities."""
    known = [one for one in found if one.yesterday and one.probability is not None]
    level = [one for one in known if one.yesterday and one.level != one.yesterday.level]
    moved = [one for one in known if abs(one.rose) >= NOTABLE_RISE and one not in level]
    level.sort(key=lambda one: (-one.level, -one.rose))
    moved.sort(key=lambda one: -abs(one.rose))
    if not level and not moved:
        return text("p", _("No level changed, and no probability by a point or more."), "tc-told")
    return element("ul", *[_move(one, keep) for one in (level + moved)[:at_most]], css="tc-list")


def _move(row: Row, keep: links.Kept) -> str:
    before = row.yesterday.level if row.yesterday else row.level
    up = row.level > before or (row.level == before and row.rose > 0)
    arrow = text("span", "▲" if up else "▼", "tc-up" if up else "tc-down", aria_hidden="true")
    opened = link(row.name, links.to("community", keep, community=row.community_id))
    steps = (
        badge(before) + text("span", " → ", "tc-quiet") + badge(row.level)
        if before != row.level
        else badge(row.level)
    )
    was = _("from {before} to {now}") if before != row.level else _("still {now}")
    words = was.format(before=levels.word(before), now=levels.word(row.level))
    return element(
        "li",
        arrow,
        steps,
        opened,
        text("span", fmt.listed([words, fmt.points(row.rose)]), "tc-quiet"),
        css="tc-move",
    )


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


def card(row: Row, keep: links.Kept) -> str:
    """A community that stands above baseline, in full."""
    title = element("h3", link(row.name, links.to("community", keep, community=row.community_id)))
    head = element("div", title, text("p", place_of(row), "tc-where"), css="tc-head")
    say = element("p", text("b", levels.word(row.level) + ". "), escape(chance(row)), css="tc-say")
    body = element("div", say, changes(row), reasons(row.reasons, keep), confidence(row), css="tc-body")
    return element("article", badge(row.level), head, body, css=f"tc-card tc-l{row.level}")


def line(row: Row, keep: links.Kept) -> str:
    """A community at baseline or not assessed, in one line that opens."""
    short = fmt.percent(row.probability) if row.probability is not None else levels.word(row.level)
    moved = fmt.points(row.rose) if row.yesterday and row.probability is not None else ""
    summary = element(
        "summary",
        badge(row.level),
        text("span", row.name, "tc-name"),
        text("span", place_of(row), "tc-where"),
        text("span", moved, "tc-moved"),
        text("span", short, "tc-figure"),
    )
    opened = link(_("Open this community"), links.to("community", keep, community=row.community_id))
    say = text("p", chance(row), "tc-say") if row.probability is not None else ""
    told = changes(row) if row.probability is not None else ""
    body = element(
        "div", say, told, reasons(row.reasons, keep), confidence(row), element("p", opened), css="tc-body"
    )
    return element("details", summary, body, css="tc-line")


def lines(rows: Iterable[Row], keep: links.Kept) -> str:
    """Many communities, a line each."""
    return element("div", *[line(row, keep) for row in rows], css="tc-lines")


def incident_list(rows: Sequence[Any], keep: links.Kept) -> str:
    """Incidents, a line each, each opening its detail."""
    items = []
    for row in rows:
        tag = text("span", texts.word("change", row["change"]), "tc-tag") if "change" in row else ""
        vague = text("span", " " + _("(governorate only)"), "tc-quiet") if texts.imprecise(row) else ""
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
