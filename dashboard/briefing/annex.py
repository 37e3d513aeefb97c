"""The annexes: what every figure was asked of the record, each incident down to its reports, what is left out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import fmt, texts
from dashboard.briefing import listing, opening, sums
from dashboard.briefing.making import Making
from dashboard.briefing.model import (
    Bullets,
    Figure,
    Label,
    Note,
    Para,
    Runs,
    Section,
    Source,
    joined,
    say,
)
from dashboard.i18n import _, n_
from db import clock
from db.exports.cells import bare
from db.exports.gather import Entry
from db.vocab import Audience, Precision, Status

ELSEWHERE_SHOWN = 12
PARTS = ("low", "best", "high")


def reports(making: Making) -> Section | None:
    """Each incident of the table with the figures and reports behind it."""
    if not making.found.entries:
        return None
    intro = _(
        "Each figure above leads to a note or to an incident here; each incident to what its reports say. "
        "A digest is of "
        "a report as it came: who holds the same report can compare it."
    )
    entries = tuple(_entry(making, one) for one in making.found.entries)
    return Section(
        "annex.reports", _("Annex: incidents and their reports"), (Para((intro,), "quiet"), *entries)
    )


def _entry(making: Making, entry: Entry) -> Source:
    facts = entry.facts
    key = making.of_incident(facts, "").note
    head: Runs = (
        *say(
            _("{day}, {where}: {what}"),
            day=Label(listing.when(facts)),
            where=listing.where(facts),
            what=texts.word("incident_type", facts["incident_type"]),
        ),
    )
    ident = say(
        _("Id {id}; known since {day}."),
        id=Label(str(facts["incident_id"])),
        day=_day(making, facts["known_from"]),
    )
    lines: list[Runs] = [ident]
    for one in entry.accounts:
        lines.append(_report(making, entry, one))
        if bare(one.get("title")):
            lines.append(making.words(one["title"]))
    return Source(making.marks[str(facts["incident_id"])], key, head, tuple(lines))


def _report(making: Making, entry: Entry, account: Mapping[str, Any]) -> Runs:
    """One report: who, how graded, when, what it counts, where it is, its digest."""
    parts: list[Runs] = [
        (_voice(making, account),),
        say(_("published {day}"), day=_day(making, account["published_at"])),
    ]
    parts += [_claim(making, entry, one) for one in told_claims(account["claims"], making.found.below)]
    for key, words in (
        ("cited", _("it cites {value}")),
        ("url", _("address {value}")),
        ("content_sha256", _("digest {value}")),
        ("licence", _("licence {value}")),
    ):
        if value := bare(account.get(key)):
            told = fmt.listed(map(texts.source, value)) if isinstance(value, list) else str(value)
            parts.append(
                say(
                    words,
                    value=Label(
                        fmt.isolated(f"SHA-256 {told}") if key == "content_sha256" else fmt.apart(told)
                    ),
                )
            )
    return joined([("• ",), joined(parts, _("; "))], "")


def _voice(making: Making, account: Mapping[str, Any]) -> Any:
    if not bare(account["voice"]):
        return _("a protected source")
    return Label(f"{making.sources[str(account['voice'])]}")


def _day(making: Making, value: Any) -> Label:
    """The region's day of a moment."""
    return Label(
        _("unknown") if fmt.missing(value) else fmt.day(clock.day_of(value, making.found.region.time_zone))
    )


def _claim(making: Making, entry: Entry, claim: Mapping[str, Any]) -> Runs:
    """One figure of a report, in its words where these are told."""
    below = making.found.below
    low, best, high = (shown(bare(claim[part]), below) for part in ("low", "best", "high"))
    harm = texts.word("harm", claim["harm"])
    whom = texts.word("status", claim["status"])
    text = best if low == high else _("{best} ({low} to {high})").format(best=best, low=low, high=high)
    figure = making.of_incident(entry.facts, fmt.isolated(text) if low == high else text)
    told = say(_("{harm}, {whom}: {figure}"), harm=harm, whom=whom, figure=figure)
    wording = bare(claim.get("wording"))
    return (*told, " ", *making.words(wording)) if wording else told


def told_claims(claims: Sequence[Mapping[str, Any]], below: int) -> list[Mapping[str, Any]]:
    """The figures of a report that may be told: where one part of a sum is too small, only the sum and what is small.

    All other parts together would give the small one away.
    """
    small = {str(one["harm"]) for one in claims if any(sums.hidden(one[part], below) for part in PARTS)}
    return [one for one in claims if str(one["harm"]) not in small or bare(one["status"]) == Status.ALL.value]


def shown(value: Any, below: int) -> str:
    """A count of persons as it may be told."""
    if value is None:
        return _("unknown")
    return f"<{below}" if 0 < int(value) < below else fmt.number(int(value))


def notes(making: Making) -> Section:
    """What each note rests on: in words, as a query, and the incidents it found."""
    intro = _(
        "Each number in the text carries the mark of a note. A note says what was asked of the record and "
        "which "
        "incidents answered; the file that lies beside this one (JSON) holds the same for programs."
    )
    found = [one for one in making.notes.found.values() if not one.key.startswith("incident:")]
    entries = tuple(_note(making, one) for one in found)
    return Section("annex.notes", _("Annex: what the figures rest on"), (Para((intro,), "quiet"), *entries))


def _note(making: Making, one: Note) -> Source:
    asked = json.dumps(bare(one.query), ensure_ascii=False, sort_keys=True)
    lines: list[Runs] = [say(_("Query: {query}"), query=Label(fmt.isolated(asked)))]
    if refs := making.refs(one.incident_ids):
        lines.append(say(_("Incidents: {refs}"), refs=Label(refs)))
    if elsewhere := [i for i in one.incident_ids if i not in making.marks]:
        shown = fmt.listed(i[:12] for i in elsewhere[:ELSEWHERE_SHOWN])
        more = _(" … (all are in the file beside this one)") if len(elsewhere) > ELSEWHERE_SHOWN else ""
        lines.append((*say(_("Incidents that are not in the table: {refs}"), refs=Label(shown)), more))
    return Source(one.mark, one.key, one.told, tuple(lines))


def left_out(making: Making) -> Section | None:
    """What was told more coarsely, or left out, for whom it is made."""
    items = withheld(making)
    if not items:
        return None
    return Section(
        "annex.withheld", _("Annex: what is left out or told more coarsely"), (Bullets(tuple(items)),)
    )


def withheld(making: Making) -> list[Runs]:
    """What this audience is not told, a line each."""
    found = making.found
    if not found.outside:
        coarse = (
            []
            if found.precision is Precision.EXACT
            else [(_("Places are told no finer than this reader may see."),)]
        )
        return [*coarse, *_fenced(making)]
    public = found.asked.audience is Audience.PUBLIC
    few = Figure(fmt.number(found.below), _rule(making), "below", found.below)
    lines: list[Runs] = [
        (
            _("Incidents of which any report is not public are left out.")
            if public
            else _("Incidents of which any report is restricted are left out."),
        ),
        say(_("Places are told no finer than: {precision}."), precision=opening.precision(making)),
        (_("Titles, texts, addresses and digests of reports, and who protected sources are, are left out."),),
        say(_("Counts of persons below {few} are not told, nor what would give them away."), few=few),
    ]
    if not found.named:
        lines.append((_("Days of the last week are told by the week."),))
    if public:
        lines.append((_("Forecasts, levels, and ties to communities are left out."),))
    elif not found.named:
        lines.append((_("Communities are told by their group."),))
    return lines


def _fenced(making: Making) -> list[Runs]:
    """How many words of sources are not shown because they seem to name a person."""
    held = [one for entry in making.found.entries for one in entry.accounts if making.names_a_person(one)]
    if not held:
        return []
    ids = dict.fromkeys(
        i
        for entry in making.found.entries
        if any(one in held for one in entry.accounts)
        for i in (str(entry.facts["incident_id"]),)
    )
    told = n_("{count} report", "{count} reports", len(held))
    note = making.cite(
        "fenced", (_("Reports whose words seem to hold personal data."),), ids, words="personal_data"
    )
    return [
        say(
            _("Titles and words of {count} are not shown, for they seem to name a person."),
            count=Figure(told, note, "fenced", len(held)),
        )
    ]


def _rule(making: Making) -> str:
    query = {"query": "region", "setting": "suppress_below"}
    return making.notes.cite("rule.below", (_("The region's setting for small counts."),), query)
