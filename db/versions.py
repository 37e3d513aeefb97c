"""What is believed of an incident over time: one span of facts between two moments at which knowledge changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from db import figures, grades, settled, wording
from db.accounts import Account, of_one_data_set
from db.figures import Voice
from db.linking import Tie
from db.places import Gazetteer
from db.settled import Key, Ruling
from db.sources import Register
from db.vocab import FigureRule, Harm, Reliability, Sensitivity, Stance, Status, Verification

_SENSITIVITIES = list(Sensitivity)
_GRADES = list(Reliability)
DISPUTED, CONTRADICTED_SINCE = "responsibility_disputed", "contradicted_since"


@dataclass(frozen=True, slots=True)
class Bond:
    """A person's tie of an incident to a community, and how long it held."""

    tie: Tie
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """All that derivation knows of one incident: its accounts, what people settled, and its surroundings."""

    accounts: Sequence[Account]
    rulings: Sequence[Ruling]
    bonds: Sequence[Bond]
    register: Register
    places: Gazetteer


@dataclass(frozen=True, slots=True)
class Span:
    """What was believed between two moments of the world's clock (`until` None: still)."""

    since: datetime
    until: datetime | None
    facts: dict[str, Any]


def spans(case: Case) -> list[Span]:
    """The spans of an incident, oldest first; none where no report is left to believe."""
    found: list[Span] = []
    before: dict[str, Any] | None = None
    for moment in _moments(case):
        facts = _facts(case, moment)
        if facts == before:
            continue
        if before is not None:
            found[-1] = replace(found[-1], until=moment)
        if facts is not None:
            found.append(Span(moment, None, facts))
        before = facts
    return found


def _moments(case: Case) -> list[datetime]:
    """When what is known changed: a report, a decision, a tie by a person, a source graded anew."""
    told = {a.available_at for a in case.accounts}
    changed = {r.at for r in case.rulings} | {b.since for b in case.bonds}
    changed |= {b.until for b in case.bonds if b.until}
    if case.register.gradings:
        sources = {a.source_id for a in case.accounts}
        changed |= {at for s in sources for at, _old, _new in case.register.gradings.get(s, ())}
    first = min(told, default=None)
    return sorted(told | {at for at in changed if first is not None and at > first})


def _facts(case: Case, moment: datetime) -> dict[str, Any] | None:
    rulings = settled.in_force(case.rulings, moment) if case.rulings else {}
    known = [one for a in _out(case, moment) if (one := settled.of_report(a, rulings)) is not None]
    if not known:
        return None
    found, rule = _figures(known, rulings, case.register.rule)
    said = wording.attributions(known)
    state, reason, flags = _state(known, rulings)
    flags |= {DISPUTED} if wording.disputed(said) else set()
    supporting = [a for a in known if a.stance is not Stance.CONTRADICTS]
    return {
        "lead": settled.of_incident(_lead(known), rulings, case.places),
        **found,
        "figure_rule": rule,
        "attributions": said,
        "grade": grades.best([grades.grade(a.reliability, a.credibility) for a in supporting]),
        "reports": len({a.chain for a in known}),
        "independent_sources": len(grades.groups(known)),
        "verification": state,
        "verification_reason": reason,
        "flags": sorted(flags),
        "sensitivity": settled.sensitivity(
            max((a.sensitivity for a in known), key=_SENSITIVITIES.index), rulings
        ),
        "tied": tuple(b.tie for b in case.bonds if b.since <= moment and (not b.until or moment < b.until)),
    }


def _out(case: Case, moment: datetime) -> list[Account]:
    """The newest version of each report that was out by then, with all that it says; sources graded as then."""
    out = sorted(
        (a for a in case.accounts if a.available_at <= moment), key=lambda a: (a.available_at, a.report_id)
    )
    newest = {account.chain: account.report_id for account in out}
    known = [account for account in out if newest[account.chain] == account.report_id]
    known = of_one_data_set(known) if len(known) > 1 else known
    if not case.register.gradings:
        return known
    graded = case.register.reliability
    return [replace(a, reliability=graded(a.source_id, a.reliability, moment)) for a in known]


def _lead(known: Sequence[Account]) -> Account:
    """The report whose account of what, when and where is followed: reliable and precise, not a denial."""
    return min(
        known,
        key=lambda a: (
            a.stance is Stance.CONTRADICTS,
            len(_GRADES) if a.reliability is None else _GRADES.index(a.reliability),
            *(a.geo_prec, a.date_prec, a.available_at, a.source_id, a.report_id, a.incident_id),
        ),
    )


def _figures(
    known: Sequence[Account], rulings: Mapping[Key, Ruling], usual: FigureRule
) -> tuple[dict[str, Any], FigureRule]:
    told = {figures.DEATHS, *(one for a in known for one in a.claims)}
    rows = figures.table(
        {one: _voices(known, *one) for one in told}, settled.rule(rulings, usual), settled.figures(rulings)
    )
    by_name = {(row["harm"], row["status"]): row for row in rows}
    deaths, civilians = by_name[figures.DEATHS], by_name.get((Harm.KILLED, Status.CIVILIAN), {})
    return {
        "deaths_low": deaths["low"],
        "deaths": deaths["best"],
        "deaths_high": deaths["high"],
        "civilians": civilians.get("best"),
        "deaths_unknown": deaths["unknown"],
        "figures": rows,
    }, FigureRule(deaths["rule"])


def _voices(known: Sequence[Account], harm: Harm, status: Status) -> list[Voice]:
    """What each report says of a harm; one that denies the event and gives no figure was not asked.

    Of a report that told of several incidents which are now one, the highest figure is its word.
    """
    voices: dict[tuple[str, str], Voice] = {}
    for account in known:
        voice = Voice(account.says(harm, status), account.independence, account.available_at)
        if voice.knows or account.stance is not Stance.CONTRADICTS:
            before = voices.get(account.chain)
            voices[account.chain] = voice if before is None else max(before, voice, key=_height)
    return list(voices.values())


def _height(voice: Voice) -> tuple[int, ...]:
    return tuple(-1 if voice.said[n] is None else int(voice.said[n] or 0) for n in (1, 2, 0))


def _state(known: Sequence[Account], rulings: Mapping[Key, Ruling]) -> tuple[Verification, str, set[str]]:
    """The state with its reason and the remarks; a person's word stands, but what contradicts it later is shown."""
    flags = {flag for a in known for flag in a.flags}
    said = settled.verification(rulings)
    if said is None:
        return *grades.state(known), flags
    state, reason, at = said
    later = any(a.stance is Stance.CONTRADICTS and a.available_at > at for a in known)
    return state, reason, flags | ({CONTRADICTED_SINCE} if later else set())
