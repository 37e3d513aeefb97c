"""What people settled about incidents, as derivation reads it: the newest decision of each field, at any moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.accounts import Account
from db.places import Gazetteer
from db.schema import Decision, Report
from db.vocab import DecisionField, FigureRule, IncidentType, Sensitivity, Stance, Verification

_SENSITIVITIES = list(Sensitivity)
_F = DecisionField
Chain = tuple[str, str]
Key = tuple[DecisionField, Chain | None]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision: about which field, what, why, by whom, from when on.

    About one report it holds for the later versions of that report too: `chain` is source and its own id.
    """

    field: DecisionField
    chain: Chain | None
    value: Any
    reason: str
    by: str
    at: datetime


def read(session: Session, leads: Mapping[str, str], d: type[Decision] = Decision) -> dict[str, list[Ruling]]:
    """All decisions about incidents (of now, or of a past day), oldest first, by the lead of their cluster."""
    asked = select(
        d.incident_id, d.field, Report.source_id, Report.external_id, d.value, d.reason, d.by, d.at
    )
    asked = asked.outerjoin(Report, Report.id == d.report_id)
    asked = asked.where(d.incident_id.in_(sorted(leads))).order_by(d.at, d.id)
    grouped: dict[str, list[Ruling]] = defaultdict(list)
    for incident, field, source, external, *facts in session.execute(asked):
        chain = (source, external) if source is not None else None
        grouped[leads[incident]].append(Ruling(field, chain, *facts))
    return grouped


def chain_of(session: Session, report_id: str | None) -> Chain | None:
    """The source of a report and the report's own id there, which its later versions share."""
    found = session.execute(
        select(Report.source_id, Report.external_id).where(Report.id == report_id)
    ).first()
    return (found.source_id, found.external_id) if found else None


def in_force(rulings: Sequence[Ruling], moment: datetime) -> dict[Key, Ruling]:
    """The decisions in force at a moment: the newest of each field; one without a value takes earlier ones back."""
    newest = {(one.field, one.chain): one for one in rulings if one.at <= moment}
    return {key: one for key, one in newest.items() if one.value is not None}


def of_report(account: Account, rulings: Mapping[Key, Ruling]) -> Account | None:
    """An account with what people settled about it; None where it was detached from the incident."""
    if not rulings:
        return account
    if (_F.DETACHED, account.chain) in rulings:
        return None
    stance = rulings.get((_F.STANCE, account.chain))
    credibility = rulings.get((_F.CREDIBILITY, account.chain))
    if stance is None and credibility is None:
        return account
    return replace(
        account,
        stance=Stance(stance.value) if stance else account.stance,
        credibility=int(credibility.value) if credibility else account.credibility,
    )


def of_incident(lead: Account, rulings: Mapping[Key, Ruling], places: Gazetteer) -> Account:
    """The leading account with what people settled about the incident itself: its type, days, place, summary."""
    changes: dict[str, Any] = {}
    if one := rulings.get((_F.INCIDENT_TYPE, None)):
        changes["incident_type"] = IncidentType(one.value)
    if one := rulings.get((_F.SUMMARY, None)):
        changes["title"] = str(one.value)
    if one := rulings.get((_F.DATES, None)):
        start, end, precision = one.value
        changes |= {"date_start": date.fromisoformat(start), "date_end": date.fromisoformat(end)}
        changes["date_prec"] = int(precision)
    if one := rulings.get((_F.PLACE, None)):
        changes |= _placed(one.value, places)
    return replace(lead, **changes) if changes else lead


def _placed(value: Mapping[str, Any], places: Gazetteer) -> dict[str, Any]:
    place = places.places.get(str(value["place_id"]))
    if place is None:  # it left the gazetteer; what the reports say holds again
        return {}
    spot = {"place_id": value["place_id"], "geo_prec": int(value["geo_prec"]), "place_text": place.name}
    return {**spot, "admin1_text": None, "admin2_text": None, "lat": None, "lon": None}


def rule(rulings: Mapping[Key, Ruling], usual: FigureRule) -> FigureRule:
    """The rule by which the figures follow from the claims, where no analyst set them."""
    one = rulings.get((_F.FIGURE_RULE, None))
    chosen = FigureRule(one.value) if one else usual
    return chosen if chosen is not FigureRule.ANALYST else FigureRule.MAX_SOURCE


def figures(rulings: Mapping[Key, Ruling]) -> dict[str, Sequence[int | None]]:
    """The figures that an analyst set, such as {"killed/all": [3, 5, 7]}."""
    one = rulings.get((_F.FIGURE, None))
    return dict(one.value) if one else {}


def verification(rulings: Mapping[Key, Ruling]) -> tuple[Verification, str, datetime] | None:
    """The state that a person set, why, and since when; None where nobody did."""
    one = rulings.get((_F.VERIFICATION, None))
    return (Verification(one.value), one.reason, one.at) if one else None


def sensitivity(found: Sensitivity, rulings: Mapping[Key, Ruling]) -> Sensitivity:
    """How sensitive the whole is: a person may raise it above its parts, never lower it below them."""
    one = rulings.get((_F.SENSITIVITY, None))
    said = Sensitivity(one.value) if one else found
    return max(found, said, key=_SENSITIVITIES.index)
