"""The incidents of a briefing as a table, and what they have in common: kinds, steps, UN indicators."""

from collections.abc import Mapping
from typing import Any

from dashboard import fmt, said, texts
from dashboard.briefing import sums
from dashboard.briefing.making import Facts, Making, actor, listed, name, toll_words
from dashboard.briefing.model import (
    Bullets,
    Figure,
    Heading,
    Label,
    Para,
    Piece,
    Runs,
    Section,
    Table,
    joined,
    say,
)
from dashboard.i18n import N_, _, n_
from db import codebook
from db.exports.cells import bare
from db.exports.gather import Entry
from db.vocab import IncidentType
from db.wording import Clause, ClauseKind, clauses

_K = ClauseKind
SENTENCES: Mapping[
    ClauseKind, str
] = {  # a briefing calls nobody responsible, nor even a party, in its own name
    _K.ALLEGED: N_("Allegedly by {actors}, according to {by}."),
    _K.INVOLVED: N_("Allegedly involved: {actors}, according to {by}."),
    _K.TARGETED: N_("Allegedly aimed at {actors}, according to {by}."),
}


def part(making: Making) -> Section:
    """Every incident in a row; each has its entry in the annex."""
    title = _("Incidents")
    if not making.found.entries:
        return Section("incidents", title, (Para((none(making),)),))
    columns = (
        _("Mark"),
        _("Day"),
        _("Where"),
        _("Act, and alleged actor"),
        _("Killed"),
        _("Civilians of them"),
        _("Known by"),
    )
    rows = tuple(_row(making, one) for one in making.found.entries)
    caption = _("The oldest first. The number leads to the reports in the annex; a range spans all reports.")
    table = Table((caption,), columns, rows, (4, 5), (8, 14, 19, 28, 9, 11, 15))
    return Section("incidents", title, (table, Para(_sources(making), "quiet")))


def none(making: Making) -> str:
    """That there is nothing to list, which is no calm, and for readers outside may be for what they are not told."""
    if making.found.uncovered:
        return _("No data for this time; that is not calm.")
    if making.found.outside:
        return _("None is known that these readers may be told of; see what is left out.")
    return _("None is known; see the limits.")


def _sources(making: Making) -> Runs:
    """What the marks of sources stand for."""
    told = [
        say(_("{mark}: {name}"), mark=Label(mark), name=Label(texts.source(one)))
        for one, mark in making.sources.items()
    ]
    return say(_("Sources: {sources}."), sources=joined(told, _("; "))) if told else ()


def _row(making: Making, entry: Entry) -> tuple[Runs, ...]:
    facts = entry.facts
    mark = making.marks[str(facts["incident_id"])]
    dead = toll_words(sums.one(facts, making.found.below))
    number = n_("{count} report", "{count} reports", int(facts["reports"]))
    reports = making.of_incident(facts, number, int(facts["reports"]), "reports")
    known: Runs = listed(
        [(reports,), (texts.word("verification", facts["verification"]),), _voices(making, entry)]
    )
    grade = "" if fmt.missing(facts["grade"]) else str(facts["grade"])
    if grade:
        known = (*known, " (", Label(fmt.isolated(grade)), ")")
    return (
        (Label(mark),),
        (Label(when(facts)),),
        where(facts),
        what(making, entry),
        (making.of_incident(facts, dead, _value(making, facts), "killed"),),
        (_civilians(making, facts),),
        known,
    )


def _civilians(making: Making, facts: Facts) -> Figure:
    """The civilians among the dead of an incident."""
    civil = sums.civil(facts, making.found.below)
    return making.of_incident(facts, toll_words(civil), [civil.low, civil.best, civil.high], "civilians")


def _value(making: Making, facts: Facts) -> list[int | None]:
    toll = sums.one(facts, making.found.below)
    return [toll.low, toll.best, toll.high]


def _voices(making: Making, entry: Entry) -> Runs:
    """The marks of the sources that report an incident, each once."""
    marks = [making.sources.get(str(a["voice"])) if a["voice"] else None for a in entry.accounts]
    return listed([(Label(one) if one else _("a protected source"),) for one in dict.fromkeys(marks)])


def when(facts: Facts) -> str:
    """The day or days, with a word where they are not certain."""
    told = fmt.days(facts["date_start"], facts["date_end"])
    vague = texts.word("date_prec", facts["date_prec"])
    return (
        told if int(facts["date_prec"]) == 1 else _("{day} ({precision})").format(day=told, precision=vague)
    )


def where(facts: Facts) -> Runs:
    """The place as finely as it may be told; names of a report that take a side are quoted."""
    return listed([(name(one),) for one in texts.parts(facts)]) or (_("place unknown"),)


def what(making: Making, entry: Entry) -> Runs:
    """The kind of incident, why it stands here, and who names whom."""
    kind = texts.word("incident_type", entry.facts["incident_type"])
    return joined([(kind + ".",), *told(making, entry)])


def told(making: Making, entry: Entry) -> list[Runs]:
    """Who is said to have done it and by whom, as clauses of the record say it."""
    found = clauses(str(entry.facts["verification"]), attributed(entry))
    kept = [one for one in found if one.kind is not ClauseKind.REPORTED]
    return [_clause(making, one) for one in kept]


def attributed(entry: Entry) -> list[Mapping[str, Any]]:
    """Who is named as what, and by whom, of all reports of an incident."""
    return [
        {
            "actor": actor["name"],
            "role": bare(actor["role"]),
            "by": actor["said_by"] or account["voice"] or None,
            "source_id": account["source"] or "",
        }
        for account in entry.accounts
        for actor in account["actors"]
    ]


def _clause(making: Making, one: Clause) -> Runs:
    by = joined([(_by(making, each),) for each in one.by], _(", ")) or (_("a report"),)
    words = SENTENCES.get(one.kind, said.SENTENCES[one.kind])
    return say(_(words), actors=_and([(actor(each),) for each in one.actors]), by=by)


def _by(making: Making, voice: str) -> Piece:
    """Who says so: the mark of a source of this briefing, else the name as the report gives it."""
    return Label(making.sources[voice]) if voice in making.sources else making.speaker(voice)


def _and(names: list[Runs]) -> Runs:
    if len(names) < 2:
        return names[0] if names else ()
    return say(_("{first} and {last}"), first=listed(names[:-1]), last=names[-1])


def patterns(making: Making) -> Section | None:
    """What the incidents have in common."""
    if not making.facts:
        return None
    blocks = [_kinds(making), *_indicators(making)]
    return Section("patterns", _("Patterns and risk factors"), tuple(blocks))


def _kinds(making: Making) -> Table:
    rows = []
    for kind, facts in sums.grouped(making.facts, "incident_type").items():
        word = texts.word("incident_type", kind)
        note = say(_("Incidents of the kind: {kind}."), kind=word)
        asked = {"incident_type": kind}
        rows.append(
            (
                (word,),
                (texts.word("rung", texts.rung(kind)),),
                (making.bare(f"kind.{kind}", facts, note, **asked),),
                (making.toll(f"kind.{kind}", facts, note, **asked),),
                (making.civilians(f"kind.{kind}", facts, note, **asked),),
            )
        )
    columns = (_("What"), _("Step of the ladder"), _("Incidents"), _("Killed"), _("Civilians of them"))
    caption = (
        _(
            "Kinds of incidents, the most frequent first. The kind is as the sources code it: civilians may "
            "have been attacked in what they call a clash. An incident without a figure is in no sum."
        ),
    )
    return Table(caption, columns, tuple(rows), (2, 3, 4), (4, 4, 2, 2, 2))


def _indicators(making: Making) -> list[Heading | Para | Bullets]:
    """The UN indicators that the incidents bear on, those that lower the risk apart."""
    tagged: dict[tuple[str, bool], list[Facts]] = {}
    for facts in making.facts:
        kind = IncidentType(str(facts["incident_type"]))
        for tag in codebook.CODEBOOK[kind].tags:
            tagged.setdefault((tag, codebook.lowers(kind)), []).append(facts)
    order = sorted(tagged.items(), key=lambda one: ([int(part) for part in one[0][0].split(".")], one[0][1]))
    items = [_indicator(making, tag, lowers, facts) for (tag, lowers), facts in order]
    if not items:
        return []
    intro = _(
        "Indicators of the UN Framework of Analysis for Atrocity Crimes that incidents of these kinds "
        "bear on. A tag "
        "never says that a crime is being prepared."
    )
    return [Heading(_("Risk factors")), Para((intro,)), Bullets(tuple(items))]


def _indicator(making: Making, tag: str, lowers: bool, facts: list[Facts]) -> Runs:
    label = Label(f"{fmt.isolated(tag)} {_(codebook.told(tag))}")
    note = say(_("Incidents that bear on the indicator {tag}."), tag=label)
    figure = making.count(f"tag.{tag}{'.lowers' if lowers else ''}", facts, note, tag=tag, lowers=lowers)
    words = _("{indicator} (it lowers this): {count}") if lowers else _("{indicator}: {count}")
    return say(words, indicator=label, count=figure)
