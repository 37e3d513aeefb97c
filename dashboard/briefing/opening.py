"""The parts of a briefing after its summary: scope, method and standard of proof, and the context."""

from collections.abc import Sequence

from dashboard import fmt, texts
from dashboard.briefing import sums
from dashboard.briefing.asked import COMMUNITY
from dashboard.briefing.making import Facts, Making, own_words
from dashboard.briefing.model import Block, Bullets, Label, Para, Quote, Section, Table, foreign, say
from dashboard.i18n import _
from db.vocab import Audience, Precision


def scope(making: Making) -> Section:
    """About what, from when to when, from whom, and by which standard."""
    found = making.found
    spoken = found.coverage[found.coverage["covered_from"].notna()].to_dict("records")
    named = fmt.apiece(
        _("{source} ({since} to {until})").format(
            source=texts.source(one["name"]),
            since=fmt.day(one["covered_from"]),
            until=fmt.day(one["covered_until"]),
        )
        for one in spoken
    )
    items = [
        say(_("About: {subject}; {where}."), subject=Label(making.subject), where=Label(making.governorates)),
        say(
            _(
                "Time: {since} to {until}, by the day on which an incident ended. Nothing is used that "
                "became known after {day}."
            ),
            since=making.since,
            until=making.until,
            day=making.until,
        ),
        say(_("Sources with the days they cover: {sources}."), sources=Label(named or _("none"))),
        say(_("Places are told as finely as: {precision}."), precision=precision(making)),
        say(
            _("State of the record: {version}. The same state gives the same text."),
            version=Label(found.data_version),
        ),
    ]
    if found.asked.ids is not None:
        items.append((_("It rests on incidents that its author picked by hand, not on all that are known."),))
    return Section(
        "scope", _("Scope, method and standard of proof"), (Bullets(tuple(items)), *method(making))
    )


def precision(making: Making) -> Label:
    """How finely places are told, in a word."""
    return Label(fineness(making.found.precision))


def fineness(finest: Precision) -> str:
    """A precision in a word."""
    words = {
        "exact": _("the exact place"),
        "settlement": _("the settlement"),
        "district": _("the district"),
        "governorate": _("the governorate"),
    }
    return words[finest.value]


def method(making: Making) -> list[Block]:
    """How reports become incidents and figures, and how far each stands."""
    told = [
        Para(
            (
                _(
                    "A report is what one source said. Reports of one event are one incident, counted "
                    "once. Where reports "
                    "give different figures, the best one follows from a named rule and the range spans "
                    "all of them; a "
                    "figure that nobody gives is unknown, never zero."
                ),
            )
        ),
        Para(
            (
                _(
                    "Nothing here is a finding of a court or of an inquiry. What is told is that sources "
                    "report it; who is "
                    "named as responsible is named by a source, and stays alleged. Sources that share one "
                    "origin count as "
                    "one. Grades are of the Admiralty scale: a letter for the source, a figure for what "
                    "it says."
                ),
            )
        ),
    ]
    rows = []
    for state, facts in by_state(making.facts).items():
        note = say(_("Incidents whose state is: {state}."), state=texts.word("verification", state))
        figure = making.bare(f"state.{state}", facts, note, verification=state)
        rows.append(((texts.word("verification", state),), (figure,)))
    if rows:
        caption = (_("How far the incidents of this briefing stand."),)
        told.append(Table(caption, (_("State"), _("Incidents")), tuple(rows), (1,), (3, 1)))  # type: ignore[arg-type]
    return list(told)


def by_state(facts: Sequence[Facts]) -> dict[str, list[Facts]]:
    """Incidents by how far they stand, the most frequent first."""
    return sums.grouped(facts, "verification")


def context(making: Making) -> Section | None:
    """Who lives there, as the pack of the region says, and what the author adds."""
    blocks: list[Block] = []
    about = making.found.subject
    noted = [one for one in about.communities if texts.note(one)[0]]
    if about.kind == COMMUNITY and not making.found.outside and noted:
        source = Label(fmt.apart(noted[0]["source"] or _("unknown")))
        blocks.append(Para((_("The register of communities says:"),)))
        note, own = texts.note(noted[0])
        blocks.append(Para((Label(note) if own else Quote(foreign(note)),)))
        blocks.append(Para(say(_("It names as its sources: {source}."), source=source), "quiet"))
    if making.found.by_group and not making.found.outside:
        words = _("The register also names communities of these groups in {where}: {groups}.")
        groups = fmt.listed(_group(making, one) for one in making.found.by_group)
        blocks.append(Para(say(words, where=Label(making.governorates), groups=Label(groups))))
    written, spoken = own_words(making.found, "context")
    if written:
        told = say(_("In the author's words: {words}"), words=Label(str(written)))
        blocks.append(Para(told, "author", spoken))
    return Section("context", _("Context"), tuple(blocks)) if blocks else None


def _group(making: Making, group: str) -> str:
    groups = making.found.region.groups
    return texts.name(groups[group]) if group in groups else group


def handling(making: Making) -> str:
    """For whom it is, and what that means."""
    return {
        Audience.INTERNAL: _(
            "For use within the organisation. It holds places and sources that must not leave it."
        ),
        Audience.PARTNER: _("For partners under an agreement. Not for publication."),
        Audience.PUBLIC: _("For the public, released by a second person."),
    }[making.found.asked.audience]
