"""What speaks against, what is not known, and what was done to others: so that a hostile reader finds it here first."""

from collections.abc import Sequence

import pandas as pd

from dashboard import fmt, texts
from dashboard.briefing import listing
from dashboard.briefing.making import Facts, Making
from dashboard.briefing.model import Block, Bullets, Heading, Label, Para, Runs, Section, Table, joined, say
from dashboard.i18n import _
from db import clock
from db.vocab import ActorRole, Audience, Verification
from db.wording import disputed

DOUBTED = (Verification.CONTESTED.value, Verification.DISCOUNTED.value, Verification.UNVERIFIABLE.value)


def part(making: Making) -> Section:
    """Counter-claims, limits, and violence against others in the same area."""
    blocks: list[Block] = [Heading(_("Counter-claims")), *counter(making)]
    blocks += [Heading(_("Limits")), Bullets(tuple(limits(making)))]
    blocks += [Heading(_("Others in the same area")), *others(making)]
    return Section("balance", _("Counter-claims, limits, and others in the area"), tuple(blocks))


def counter(making: Making) -> list[Block]:
    """Each incident that is denied, contested or of disputed responsibility, in its clauses."""
    if not making.found.entries:
        return [Para((listing.none(making),))]
    items = []
    for entry in making.found.entries:
        said = listing.attributed(entry)
        denied = any(one["role"] == ActorRole.DENIER.value for one in said)
        against = any(str(a["stance"]) == "contradicts" for a in entry.accounts)
        torn = disputed([{**one, "actor_id": one["actor"]} for one in said])
        if denied or against or torn or entry.facts["verification"] in DOUBTED:
            mark = Label(making.marks[str(entry.facts["incident_id"])])
            words = joined(listing.told(making, entry)) or (
                texts.word("verification", entry.facts["verification"]),
            )
            items.append(say(_("{mark}: {told}"), mark=mark, told=words))
    if items:
        return [Bullets(tuple(items))]
    none = _(
        "No report in this record denies any of these incidents or disputes who was responsible. That "
        "none is "
        "recorded does not mean that there is none."
    )
    return [Para((none,))]


def limits(making: Making) -> list[Runs]:
    """What the numbers leave out."""
    found, told = making.found, [(_(texts.LIMITS),)]
    for first, last in found.gaps:
        if (last - first).days >= 2:
            span = {"since": Label(fmt.day(first)), "until": Label(fmt.day(last))}
            told.append(
                say(
                    _(
                        "No data from {since} to {until}: no source covers these days. They are unknown, "
                        "not calm."
                    ),
                    **span,
                )
            )  # type: ignore[arg-type]
    spoken = found.coverage[found.coverage["covered_from"].notna()]
    if len(spoken) and (spoken["covers"] == "deaths").all():
        told.append(
            (
                _(
                    "The sources tell of deaths only. Threats, abductions, arrests and expulsions without "
                    "deaths are "
                    "invisible here."
                ),
            )
        )
    told += [one for one in (_later(making), _vague(making), _unnamed(making)) if one]
    return [*told, *_few(making)]


def _later(making: Making) -> Runs:
    """Incidents of which every report came out, as it stands here, only after the day as known on which all is told."""
    end = clock.end_of(making.found.asked.as_of, making.found.region.time_zone)
    late = [
        one.facts
        for one in making.found.entries
        if all(not fmt.missing(a.get("released_at")) and a["released_at"] > end for a in one.accounts)
    ]
    if not late or making.found.outside:
        return ()
    note = (_("Incidents whose reports were released or taken in as data only later."),)
    words = _(
        "For {count} the day as known is that of the article that the source cites; the data themselves were "
        "released or taken in after {day}, and figures may have been settled in between."
    )
    return say(words, count=making.count("later", late, note, released="after"), day=making.until)


def _vague(making: Making) -> Runs:
    """Incidents known only to the governorate, which may or may not concern the subject."""
    rows = making.found.possible.to_dict("records")
    if not rows:
        return ()
    note = (_("Incidents of the area whose place is known only to the governorate, or that lie near by."),)
    words = _(
        "{count} may concern {subject}, but the place is not known finely enough; they are in none of the "
        "other sums."
    )
    figure = making.count("possible", rows, note, counted=False)
    return say(words, count=figure, subject=Label(making.subject))


def _unnamed(making: Making) -> Runs:
    """Incidents of which nobody is named as responsible."""
    silent = [one.facts for one in making.found.entries if not listing.attributed(one)]
    if not silent:
        return ()
    note = (_("Incidents in whose reports nobody is named."),)
    return say(_("For {count} no report names anybody."), count=making.count("unnamed", silent, note))


def _few(making: Making) -> list[Runs]:
    if making.found.below <= 1 or not making.facts:
        return []
    return [
        (
            _(
                "Small counts of persons are not told, so that nobody can be picked out; sums are given "
                "as ranges that hold them."
            ),
        )
    ]


def others(making: Making) -> list[Block]:
    """Violence in the same governorates that is not tied to the subject, and how much of it is tied to other groups."""
    rows = making.found.others.to_dict("records")
    allowed = {str(one["incident_id"]): one for one in [*rows, *making.facts]}
    blocks: list[Block] = [Para(_all(making, rows))]
    tied = {group: [allowed[i] for i in ids if i in allowed] for group, ids in making.found.by_group.items()}
    if making.found.asked.audience is not Audience.PUBLIC and tied:
        blocks.append(_by_group(making, tied))
    blocks.append(
        Para(
            (
                _(
                    "Groups that no register of communities names, and people of no minority, are in no "
                    "row of such a "
                    "table; that they are not listed does not mean that they were not harmed."
                ),
            ),
            "quiet",
        )
    )
    return blocks


def _all(making: Making, rows: Sequence[Facts]) -> Runs:
    note = say(
        _("Other incidents in {where}, {since} to {until}."),
        where=Label(making.governorates),
        since=making.since,
        until=making.until,
    )
    if not rows and making.found.uncovered:
        return (_("No data for this time; that is not calm."),)
    if not rows and making.found.outside:
        words = _("In {where} no other incident is known in this time that these readers may be told of.")
        return say(words, where=Label(making.governorates))
    if not rows:
        return say(_("In {where} no other incident is known in this time."), where=Label(making.governorates))
    words = _(
        "Known in {where} in this time and not counted above: {count}; reported killed in them: {toll}."
    )
    asked = {"beside": True}
    return say(
        words,
        where=Label(making.governorates),
        count=making.count("others", rows, note, **asked),
        toll=making.toll("others", rows, note, **asked),
    )


def _by_group(making: Making, tied: dict[str, list[Facts]]) -> Table:
    groups, rows = making.found.region.groups, []
    for group, facts in sorted(tied.items(), key=lambda one: (-len(one[1]), one[0])):
        word = texts.name(groups[group]) if group in groups else group
        note = say(
            _("Incidents of the same area that count for communities of the group {group}."),
            group=Label(word),
        )
        asked = {"group": group}
        rows.append(
            (
                (Label(word),),
                (making.bare(f"group.{group}", facts, note, **asked),),
                (
                    making.toll(f"group.{group}", facts, note, **asked)
                    if facts
                    else making.bare(f"group.{group}", facts, note),
                ),
            )
        )
    caption = (
        _(
            "Incidents that count for communities of other groups in the same area, those listed above among "
            "them. One incident may count for several."
        ),
    )
    return Table(caption, (_("Group"), _("Incidents"), _("Killed")), tuple(rows), (1, 2), (4, 2, 2))


def rows_of(found: pd.DataFrame) -> list[Facts]:
    """Rows as plain dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in found.to_dict("records")]
