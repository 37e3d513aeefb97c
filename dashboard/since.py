"""What changed since a reader's own last visit, and what has waited too long for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from dashboard import cards, fmt, levels, links
from dashboard.i18n import _, n_
from dashboard.markup import badge, element, link, text
from dashboard.outlook import Before, Row
from db.queries.desk import DRAFT_DAYS, INCIDENT_DAYS

MOVES_SHOWN, INCIDENTS_SHOWN = 6, 8


@dataclass(frozen=True)
class News:
    """What came in and which levels changed since an instant; the incidents are the gravest of them."""

    since: datetime
    incidents: pd.DataFrame
    then: Mapping[str, Before]

    def count(self, change: str) -> int:
        """How many incidents are new, revised or merged."""
        alike = self.incidents.loc[self.incidents["change"] == change, "alike"]
        return int(alike.iloc[0]) if len(alike) else 0


def told(news: News | None, rows: Sequence[Row], keep: links.Kept, known: pd.DataFrame | None = None) -> str:
    """The news since the last visit; that it is the first, where it is, with what became known since the day before."""
    if news is None:
        words = _(
            "This is your first visit here. From the next one on, this tells you what changed since the last."
        )
        return text("p", words, "tc-told") + _known(known, keep)
    moved = changed(news, rows)
    head = text("p", _("Since {when}.").format(when=fmt.instant(news.since)), "tc-told")
    return (
        head
        + _counts(news)
        + _moves(moved, keep)
        + cards.incident_list(news.incidents.to_dict("records"), keep)
    )


def _known(known: pd.DataFrame | None, keep: links.Kept) -> str:
    """What became known since the day before, for who has not been here yet."""
    if known is None:
        return ""
    total = n_("{count} incident", "{count} incidents", len(known))
    head = text("p", _("Became known since the day before: {total}").format(total=total), "tc-verb")
    gravest = known.sort_values("deaths", ascending=False, na_position="last").head(INCIDENTS_SHOWN)
    return head + cards.incident_list(gravest.to_dict("records"), keep)


def _counts(news: News) -> str:
    new, revised, merged = (news.count(kind) for kind in ("new", "revised", "merged"))
    if not new + revised + merged:
        return text("p", _("Nothing new came in. That is not the same as nothing happened."), "tc-told")
    counted = [
        n_("{count} new incident", "{count} new incidents", new),
        n_("{count} revised", "{count} revised", revised),
        n_("{count} merged with others", "{count} merged with others", merged),
    ]
    return element("ul", *[text("li", words) for words in counted], css="tc-counts")


def changed(news: News, rows: Sequence[Row]) -> list[tuple[Row, int]]:
    """Whose level is another than at the last visit, with the level then; the gravest first."""
    moved = [(row, news.then[row.community_id].level) for row in rows if row.community_id in news.then]
    return sorted(
        ((row, was) for row, was in moved if was != row.level), key=lambda one: (-one[0].level, one[1])
    )


def _moves(moved: Sequence[tuple[Row, int]], keep: links.Kept) -> str:
    if not moved:
        return text("p", _("No level changed."), "tc-told")
    shown = [_move(row, was, keep) for row, was in moved[:MOVES_SHOWN]]
    if more := len(moved) - len(shown):
        words = n_("and {count} more level changed", "and {count} more levels changed", more)
        shown.append(text("li", words, "tc-quiet"))
    return element("ul", *shown, css="tc-list")


def _move(row: Row, was: int, keep: links.Kept) -> str:
    up = row.level > was
    words = _("from {before} to {now}").format(before=levels.word(was), now=levels.word(row.level))
    return element(
        "li",
        text("span", "▲" if up else "▼", "tc-up" if up else "tc-down", aria_hidden="true"),
        badge(was) + text("span", fmt.turned("", ""), "tc-quiet", aria_hidden="true") + badge(row.level),
        link(row.name, links.to("community", keep, community=row.community_id)),
        text("span", words, "tc-quiet"),
        css="tc-move",
    )


def waiting(found: pd.DataFrame, as_of: date, keep: links.Kept) -> str:
    """Drafts and doubtful incidents that wait for a person, with the age of the oldest; nothing where none does."""
    lines = {one["kind"]: _waits(one, as_of) for one in found.to_dict("records")}
    parts = {"draft": "drafts", "incident": "incidents"}
    items = [
        element("li", link(words, links.to("review", keep, part=parts[kind])))
        for kind, words in lines.items()
    ]
    return element("ul", *items, css="tc-list") if items else ""


def _waits(one: Mapping[str, object], as_of: date) -> str:
    waiting, late = int(str(one["waiting"])), int(str(one["late"]))
    if one["kind"] == "draft":
        told, days = (
            n_("{count} draft waits for review", "{count} drafts wait for review", waiting),
            DRAFT_DAYS,
        )
    else:
        told, days = (
            n_("{count} doubtful incident waits", "{count} doubtful incidents wait", waiting),
            INCIDENT_DAYS,
        )
    if not late:
        return told
    oldest = max((as_of - one["oldest"].date()).days, 0)  # type: ignore[attr-defined]
    return n_(
        "{waiting}; {late} longer than {count} day, the oldest for {oldest}",
        "{waiting}; {late} longer than {count} days, the oldest for {oldest}",
        days,
        waiting=told,
        late=fmt.count(late),
        oldest=n_("{count} day", "{count} days", oldest),
    )
