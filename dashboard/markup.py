"""Pieces of HTML, every text in them escaped: reports are written by strangers."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboard import fmt, levels, links, outlook, texts
from dashboard.i18n import _, n_
from dashboard.outlook import Before, Reason, Row


def element(tag: str, *inside: str, css: str = "", **attributes: Any) -> str:
    """An element around pieces of HTML that are escaped already."""
    given = {"class": css, **{name.strip("_").replace("_", "-"): value for name, value in attributes.items()}}
    written = "".join(
        f' {name}="{escape(str(value))}"' for name, value in given.items() if value not in ("", None)
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>"


def text(tag: str, words: Any, css: str = "", **attributes: Any) -> str:
    """An element around a plain text."""
    return element(tag, escape(str(words)), css=css, **attributes)


def link(words: str, href: str, css: str = "") -> str:
    """A link to a page of ours."""
    return element("a", escape(words), css=css, href=href, target="_self")


def badge(level: int) -> str:
    """A level's number in its shape and colour; the word stands beside it in the text."""
    one = levels.of(level)
    shown = str(one.number) if one.number else "–"
    return element(
        "span", text("span", shown, f"tc-shape tc-{one.shape}"), css="tc-badge", aria_hidden="true"
    )


def level_words(level: int) -> str:
    """A level as a badge and a word: ◆3 Warning."""
    told = text("b", f"{levels.word(level)}")
    number = text("span", _("level {level}").format(level=level), "tc-sr")
    return element("span", badge(level), told, number, css="tc-level")


def legend() -> str:
    """All five levels with what they mean."""
    items = [
        element("li", badge(one.number), text("b", _(one.word)), escape(f" — {_(one.meaning)}"))
        for one in levels.LEVELS.values()
    ]
    return element("ul", *items, css="tc-legend")


# --- Today ---------------------------------------------------------------------------------------


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
    """The probability in a sentence, with its horizon."""
    if row.probability is None:
        return ""
    said = _("Chance of an escalation within {days} days: {in_100} ({percent}, {likelihood}).")
    return said.format(
        days=row.horizon_days,
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
        was = f"{earlier.level} {levels.word(earlier.level)}"
        parts.append(_("was level {was}").format(was=was))
    if earlier.probability is not None and row.probability is not None:
        parts.append(fmt.points(row.probability - earlier.probability))
    return f"{words}: {', '.join(parts) or _('unchanged')}"


def changes(row: Row) -> str:
    """What changed since the day before and since last week."""
    told = [
        change(_("Since the day before"), row, row.yesterday),
        change(_("since a week before"), row, row.last_week),
    ]
    return text("p", "; ".join(told) + ".", "tc-change")


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
    why = "; ".join(row.doubts) or _("nothing speaks against the data")
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
    return " · ".join([row.group, *row.governorates])


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


# --- tables --------------------------------------------------------------------------------------


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, numbers: Sequence[int] = ()
) -> str:
    """A table of cells that are HTML already; on a narrow screen each row becomes a small card."""
    head = "".join(
        text("th", name, scope="col", css="tc-num" if i in numbers else "") for i, name in enumerate(columns)
    )
    body = "".join(
        element(
            "tr",
            *[
                element("td", cell, data_label=columns[i], css="tc-num" if i in numbers else "")
                for i, cell in enumerate(row)
            ],
        )
        for row in rows
    )
    inner = text("caption", caption) + element("thead", element("tr", head)) + element("tbody", body)
    return element("div", element("table", inner, css="tc-table"), css="tc-scroll", tabindex="0", role="region",
                   aria_label=caption)  # fmt: skip


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with their values; values are HTML already."""
    return element("dl", *[text("dt", name) + element("dd", value) for name, value in pairs], css="tc-facts")


def incident_list(rows: Sequence[Any], keep: links.Kept) -> str:
    """Incidents, a line each, each opening its detail."""
    items = []
    for row in rows:
        tag = text("span", texts.word("change", row["change"]), "tc-tag") if "change" in row else ""
        vague = text("span", " " + _("(governorate only)"), "tc-quiet") if texts.imprecise(row) else ""
        opened = link(outlook.label(row), links.to("incidents", keep, incident=row["incident_id"]))
        items.append(element("li", tag, opened, vague))
    return element("ul", *items, css="tc-list") if items else ""


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
    return text("p", _("Data") + ": " + "; ".join(parts) + ".", "tc-told")
