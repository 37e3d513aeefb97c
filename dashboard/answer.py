"""The first block of Today: who worsened most since the day before, why, how sure, and which report says so."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from dashboard import cards, fmt, levels, links, lists, outlook
from dashboard.i18n import _, n_
from dashboard.markup import badge, element, named, text
from dashboard.outlook import Row

REASONS, OPENED, DOUBTS = 2, 1, 1


Explain = Callable[[Sequence[Row]], Sequence[Row]]


def block(
    rows: Sequence[Row], keep: links.Kept, as_of: date, day: date | None = None, explain: Explain = list
) -> str:
    """The answer in one block; where nobody rose, who stands highest; nothing where nobody is assessed.

    `day` is the day of the scores, which the block names where it is another than the page's; `explain` adds the
    reasons to the row that is told.
    """
    of_day = _("Scores of {day}").format(day=fmt.day(day)) if day and day != as_of else ""
    if worst := lists.worsened(rows):
        return _block((_("Worsened most since the day before"), of_day), explain([worst])[0], keep, as_of)
    if not (first := lists.top(rows)):
        return ""
    told = _("No chance rose since the day before. Highest now")
    if not any(one.yesterday for one in rows):
        told = _("No scores of the day before to compare with. Highest now")
    return _block((told, of_day), explain(first[:1])[0], keep, as_of)


def _block(told: tuple[str, str], row: Row, keep: links.Kept, as_of: date) -> str:
    name = named(row.name, row.other_name, links.to("community", keep, community=row.community_id))
    head = element(
        "div",
        badge(row.level),
        element("h2", name, dir="auto"),
        text("span", levels.word(row.level), "tc-word"),
        text("span", cards.place_of(row), "tc-where"),
        css="tc-who",
    )
    shown = _telling(row.reasons)
    return element(
        "article",
        element("p", text("span", told[0]), " ", text("span", told[1], "tc-where"), css="tc-kicker"),
        head,
        _moved(row),
        cards.confidence(replace(row, doubts=row.doubts[:DOUBTS], cutoff=None)),
        cards.reasons([_short(one) for one in shown], keep),
        cards.freshest(row, as_of),
        css=f"tc-answer tc-l{row.level}",
    )


def _telling(reasons: Sequence[outlook.Reason]) -> list[outlook.Reason]:
    """The few reasons that raise a score most, those with reports behind them first; else what there is."""
    raising = [one for one in reasons if one.contribution > 0] or list(reasons)
    return sorted(raising, key=lambda one: not one.incidents)[:REASONS]


def _moved(row: Row) -> str:
    """The change with what it is made of, and what it led to."""
    within = n_("within {count} day", "within {count} days", row.horizon_days)
    chance = _("Chance of an escalation {within}: now {percent}.").format(
        within=within, percent=fmt.percent(row.probability)
    )
    if row.interval is not None:
        told = _("In eight of ten such cases the true chance lies {between}.")
        chance = f"{chance} " + told.format(between=fmt.between(*row.interval))
    return text("p", _since(row), "tc-say") + text("p", chance, "tc-say")


def _since(row: Row) -> str:
    """How much the chance changed since the day before, and from which level."""
    if row.yesterday is None:
        return ""
    told = _("{points} since the day before").format(points=fmt.points(row.rose))
    if parts := cards.split(row):
        told = _("{points}: {parts}").format(points=fmt.points(row.rose), parts=parts)
    if row.yesterday.level != row.level:
        told = _("{change}; it was at {level}").format(change=told, level=levels.word(row.yesterday.level))
    return told + "."


def _short(reason: outlook.Reason) -> outlook.Reason:
    """A reason with one incident, so that the block fits a telephone."""
    kept = reason.incidents[:OPENED]
    return outlook.Reason(
        reason.text, reason.contribution, kept, reason.more + len(reason.incidents) - len(kept)
    )
