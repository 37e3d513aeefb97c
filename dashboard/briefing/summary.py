"""The summary of a briefing: half a page with what is known, what may come, and what is asked."""

from collections.abc import Sequence
from datetime import date, timedelta

from dashboard import fmt, texts
from dashboard.briefing import forecasting, listing, sums
from dashboard.briefing.asked import DISTRICT
from dashboard.briefing.making import Facts, Making, own_words, toll_words
from dashboard.briefing.model import Block, Label, Para, Runs, Section, say
from dashboard.i18n import _
from db.vocab import Basis

AIMED = (Basis.TARGETED_BY_IDENTITY, Basis.VICTIMS_IDENTIFIED, Basis.PERPETRATOR_CLAIMED)


def summary(making: Making) -> Section:
    """Half a page: what is known, what may come, and what is asked."""
    blocks: list[Block] = [Para(one) for one in known(making)]
    if short := forecasting.sentence(making):
        blocks.append(Para(short))
    blocks.append(
        Para(
            (_("This says what was reported, not what was proved; the limits stand in this document."),),
            "quiet",
        )
    )
    return Section("summary", _("Summary"), (*blocks, *ask(making)))


def known(making: Making) -> list[Runs]:
    """What is known of the span, in sentences."""
    found, facts = making.found, making.facts
    span = {"since": making.since, "until": making.until}
    if found.uncovered and not facts:
        words = _(
            "No data: no source of this record covers the days from {since} to {until}. That is not calm; "
            "what happened then is not known here."
        )
        return [say(words, **span)]
    if not facts and found.outside:
        words = _(
            "Of {since} to {until} no incident is known that these readers may be told of. That does not mean that "
            "nothing happened: reports that are not meant for them are left out."
        )
        return [say(words, **span)]
    if not facts:
        words = _(
            "No incident is known here from {since} to {until}. That does not mean that nothing happened: "
            "the limits say what these sources do not tell."
        )
        return [say(words, **span)]
    counted = making.count("incidents", facts, about_all(making))
    told = [
        say(
            _(
                "From {since} to {until}, as known on {day}: {count} of violence or precursors of "
                "violence that "
                "concern {subject}."
            ),
            **span,
            day=making.until,
            count=counted,
            subject=Label(making.subject),
        )
    ]
    told.append(dead(making, "incidents", facts))
    if worst := deadliest(making):
        told.append(worst)
    if found.subject.kind != DISTRICT:
        told.append(_ties(making))
    return [*told, _before(making)]


def about_all(making: Making) -> Runs:
    """What the whole set of incidents is, for its note."""
    words = _("Incidents that count for {subject}, ended from {since} to {until}, as known on {day}.")
    span = {"since": making.since, "until": making.until, "day": making.until}
    return say(words, subject=Label(making.subject), **span)


def dead(making: Making, key: str, facts: Sequence[Facts]) -> Runs:
    """How many were reported killed in some incidents, and of how many nobody says."""
    silent = [f for f in facts if fmt.missing(f["deaths"]) and fmt.missing(f["deaths_high"])]
    toll = making.toll(key, facts, about_all(making))
    if len(silent) == len(facts):
        return say(_("How many were killed is {unknown}: no report gives a figure."), unknown=toll)
    told = (*say(_("Reported killed in them: {toll}."), toll=toll), " ", *_civilians(making, key, facts))
    if not silent:
        return told
    words = _("Incidents of them for which no figure is known.")
    more = making.count(f"{key}.unknown", silent, (words,), deaths="unknown")
    return (*told, " ", *say(_("For {count} no report says how many; they are not in this sum."), count=more))


def deadliest(making: Making) -> Runs:
    """The incident with the most dead of which the number may be told; empty where it would say nothing more."""
    below = making.found.below
    known = [(toll.best, one) for one in making.facts if (toll := sums.one(one, below)).best]
    if len(making.facts) < 2 or not known:
        return ()
    worst = max(known, key=lambda one: one[0] or 0)[1]
    words = _(
        "With the most deaths: {day}, {where}: {what}; reported killed: {toll}, of them civilians: {civil}."
    )
    return say(
        words,
        day=Label(listing.when(worst)),
        where=listing.where(worst),
        what=texts.word("incident_type", worst["incident_type"]),
        toll=making.of_incident(worst, toll_words(sums.one(worst, below))),
        civil=making.of_incident(worst, toll_words(sums.civil(worst, below))),
    )


def _civilians(making: Making, key: str, facts: Sequence[Facts]) -> Runs:
    """How many of the dead are said to be civilians."""
    silent = [one for one in facts if fmt.missing(one.get("civilians"))]
    if len(silent) == len(facts):
        return (_("How many of them were civilians is not known: no report says."),)
    words = _("The civilians among the dead, where reports say.")
    toll = making.civilians(f"{key}.civilians", facts, (words,), status="civilian")
    if not silent:
        return say(_("Of these, civilians: {toll}."), toll=toll)
    less = making.count(f"{key}.civilians.unknown", silent, (words,), status="civilian", deaths="unknown")
    return say(_("Of these, civilians: {toll}; for {count} no report says how many."), toll=toll, count=less)


def _ties(making: Making) -> Runs:
    """How many incidents are tied to the community by more than their place."""
    own = {str(one["community_id"]) for one in making.found.subject.communities}
    aimed = [
        entry.facts
        for entry in making.found.entries
        if any(link["basis"] in AIMED and link["community_id"] in own for link in entry.links)
    ]
    chosen = {str(one["incident_id"]) for one in aimed}
    placed = [f for f in making.facts if str(f["incident_id"]) not in chosen]
    told = _("Incidents whose reports say that the community was aimed at, or that victims belong to it.")
    only = _("Incidents tied to the community only because they happened where it lives.")
    words = _(
        "In {aimed} a report or an analyst says that the community was aimed at or that victims belong to "
        "it; tied to "
        "it only by their place: {placed}."
    )
    if not aimed:
        words = _(
            "Of none of them does a report or an analyst say that the community was aimed at or that "
            "victims belong to "
            "it; tied to it only by their place: {placed}."
        )
    return say(
        words,
        aimed=making.count("incidents.aimed", aimed, (told,), basis=[one.value for one in AIMED]),
        placed=making.count("incidents.placed", placed, (only,), basis="located_in_area"),
    )


def _before(making: Making) -> Runs:
    """The same for the span of equal length before."""
    found = making.found
    rows = found.before.to_dict("records")
    first, last = Label(fmt.day(found.before_since)), Label(fmt.day(_day_before(making)))
    if found.covered.gaps(found.before_since, _day_before(making)):
        words = _(
            "No comparison is made with the time before, {since} to {until}: no source covers all of it."
        )
        return say(words, since=first, until=last)
    told = say(_("The span of the same length before, {since} to {until}."), since=first, until=last)
    asked = {"until": _day_before(making).isoformat(), "since": found.before_since.isoformat()}
    words = _("In the time of the same length before, {since} to {until}: {count}; reported killed: {toll}.")
    count = making.count("before", rows, told, **asked)
    return say(words, since=first, until=last, count=count, toll=making.toll("before", rows, told, **asked))


def _day_before(making: Making) -> date:
    return making.found.asked.since - timedelta(days=1)


def ask(making: Making) -> list[Block]:
    """What the author asks for; that it is not written yet, where it is not."""
    written, spoken = own_words(making.found, "ask")
    if not written:
        return [Para((_("What is asked for has not been written yet."),), "author")]
    head = say(_("What is asked for, in the author's words: {ask}"), ask=Label(str(written)))
    return [Para(head, "author", spoken)]
