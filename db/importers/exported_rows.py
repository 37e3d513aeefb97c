"""Turns the record of an exported incident back into rows of the store."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from db.ids import content_id, content_sha256
from db.importers.base import Remark, RowError
from db.importers.intake import TICK, actor_id
from db.schema import Base, Claim, Decision, Link, ReportActor, ReportIncident
from db.vocab import (
    ActorRole,
    AvailableBasis,
    Basis,
    Confidence,
    DecisionField,
    Harm,
    IncidentType,
    LinkMethod,
    Sensitivity,
    Stance,
    Status,
)

GENERALISED = "generalised"
UNDISCLOSED = "undisclosed"
Row = dict[str, Any]


@dataclass(frozen=True)
class Here:
    """What the rows of one region find in this store."""

    region_id: str
    sources: Mapping[str, str]
    places: Collection[str]
    communities: Collection[str]
    batch_id: str
    now: datetime


@dataclass
class Taken:
    """The rows of one incident, by table, with what was odd about them."""

    incident_id: str
    generalised: bool
    reports: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    actors: list[Row] = field(default_factory=list)
    attributions: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    originals: dict[str, str] = field(default_factory=dict)


def rows_of(record: Mapping[str, Any], here: Here, *, generalised: bool) -> Taken:
    """All rows that a record stands for; a record that cannot be one is a RowError."""
    try:
        taken = Taken(str(record["incident_id"]), generalised)
        for number, account in enumerate(record["accounts"]):
            _account(taken, account, number, here, whole=bool(record["whole"]))
        for decision in record["decisions"]:
            _decision(taken, decision)
        for link in record["links"]:
            _link(taken, link, here)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RowError("record", "bad_record", f"is damaged ({error!r}); export it again") from None
    if not taken.reports:
        raise RowError("record", "bad_record", "holds no report; export it again")
    return taken


def _account(taken: Taken, told: Mapping[str, Any], number: int, here: Here, *, whole: bool) -> None:
    """One report with what it says of the incident.

    A report without its text gets an id of its own, so that it never stands in the way of the whole one.
    """
    own = whole and not taken.generalised
    kind = "coarse" if taken.generalised else "thin"
    report_id = str(told["report_id"]) if own else content_id(kind, told["report_id"])
    taken.originals[str(told["report_id"])] = report_id
    taken.reports.append(_report(taken, told, number, here, report_id))
    taken.accounts.append(_said(taken, told, here, report_id))
    key = {"report_id": report_id, "incident_id": taken.incident_id}
    taken.claims += [_claim(key, one) for one in told.get("claims", [])]
    for one in told.get("actors", []):
        name = str(one["name"])[:200]
        actor = actor_id(here.region_id, name)
        taken.actors.append(
            {"id": actor, "region_id": here.region_id, "name": name, "name_ar": None, "kind": None}
        )
        role = ActorRole(one["role"])
        taken.attributions.append({**key, "actor_id": actor, "role": role, "said_by": one.get("said_by")})


def _report(taken: Taken, told: Mapping[str, Any], number: int, here: Here, report_id: str) -> Row:
    external = told.get("external_id") or f"export:{taken.incident_id}:{number}"
    return {
        "id": report_id,
        "source_id": _source(told.get("source"), here),
        "batch_id": here.batch_id,
        "external_id": str(external)[:255],
        "content_sha256": told.get("content_sha256") or content_sha256(told),
        "published_at": _instant(told.get("published_at")),
        "released_at": _instant(told.get("released_at")),
        "available_at": _instant(told["available_at"]),
        "available_basis": AvailableBasis(told["available_basis"]),
        "recorded_at": here.now + number * TICK,
        "lang": told.get("lang"),
        "title": told.get("title"),
        "text": told.get("text"),
        "url": told.get("url"),
        "cited": list(told.get("cited", [])),
        "raw": dict(told.get("raw", {})),
        "sensitivity": Sensitivity(told["sensitivity"]),
    }


def _source(code: str | None, here: Here) -> str:
    try:
        return here.sources[code or UNDISCLOSED]
    except KeyError:
        cure = "add it to its sources.csv, load the region again and import again"
        raise RowError(
            "sources", "unknown_source", f"{here.region_id} has no source {code!r}; {cure}"
        ) from None


def _said(taken: Taken, told: Mapping[str, Any], here: Here, report_id: str) -> Row:
    flags = [str(flag) for flag in told.get("flags", [])]
    start, end = date.fromisoformat(told["date_start"]), date.fromisoformat(told["date_end"])
    if end - start < timedelta(0):
        raise ValueError("dates_reversed")
    words = ("place_text", "admin1_text", "admin2_text", "lat", "lon", "excerpt", "added_by", "credibility")
    return {
        **{"report_id": report_id, "incident_id": taken.incident_id, "stance": Stance(told["stance"])},
        **{name: told.get(name) for name in words},
        **{"incident_type": IncidentType(told["incident_type"]), "date_start": start, "date_end": end},
        **{"date_prec": int(told["date_prec"]), "geo_prec": int(told["geo_prec"])},
        "place_id": _place(taken, told.get("place_id"), here),
        "flags": sorted({*flags, GENERALISED}) if taken.generalised else flags,
    }


def _place(taken: Taken, place_id: str | None, here: Here) -> str | None:
    if place_id is None or place_id in here.places:
        return place_id
    text = f"{place_id!r} is not in the gazetteer of {here.region_id}; found by its name instead"
    taken.remarks.append(Remark("place_id", "unknown_place", text))
    return None


def _claim(key: Row, told: Mapping[str, Any]) -> Row:
    return {
        **key,
        **{"harm": Harm(told["harm"]), "status": Status(told["status"])},
        **{name: told.get(name) for name in ("low", "best", "high", "wording")},
        "aggregate": bool(told.get("aggregate")),
    }


def _decision(taken: Taken, told: Mapping[str, Any]) -> None:
    about = told.get("report_id")
    if about is not None and about not in taken.originals:
        text = f"a decision about the report {about} was left out, for the report is not in the file"
        taken.remarks.append(Remark("record", "decision_left_out", text))
        return
    row = {name: told.get(name) for name in ("id", "value", "reason", "by")}
    row |= {"incident_id": taken.incident_id, "report_id": taken.originals.get(about) if about else None}
    taken.decisions.append({**row, "field": DecisionField(told["field"]), "at": _instant(told["at"])})


def _link(taken: Taken, told: Mapping[str, Any], here: Here) -> None:
    if told["community_id"] not in here.communities:
        text = f"{here.region_id} has no community {told['community_id']!r}; the tie was left out"
        taken.remarks.append(Remark("communities", "unknown_community", text))
        return
    row = {name: told.get(name) for name in ("id", "community_id", "share", "decided_by", "reason")}
    kinds = {"basis": Basis(told["basis"]), "method": LinkMethod(told["method"])}
    empty = dict.fromkeys(("version_id", "evidence_report_id", "withdrawn_at", "withdrawn_by"))
    rest = {"confidence": Confidence(told["confidence"]), "counted": bool(told["counted"])}
    rest |= {"decided_at": _instant(told["decided_at"]), "incident_id": taken.incident_id}
    taken.links.append({**row, **kinds, **empty, **rest})


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return instant


TABLES: tuple[tuple[type[Base], str], ...] = (
    (ReportIncident, "accounts"),
    (Claim, "claims"),
    (ReportActor, "attributions"),
    (Decision, "decisions"),
    (Link, "links"),
)
"""What hangs on incidents, reports and actors, in the order in which it is stored."""
