"""One incident in full: what is believed, what each report says, whom it concerns, how the picture changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import grades, masking, policy, reach, settled, sources, tombstones
from db.errors import BadInput
from db.policy import Sight, Viewer
from db.queries.around import NUMBERS, WORDS, Around
from db.queries.common import frame, held, plain
from db.queries.history import cluster, trail
from db.queries.incidents import incidents
from db.queries.incidents import told as as_told
from db.queries.regions import When, when
from db.schema import (
    Actor,
    Claim,
    Community,
    Decision,
    IncidentVersion,
    Link,
    Report,
    ReportActor,
    ReportIncident,
    Source,
)
from db.settled import Key, Ruling
from db.vocab import DecisionField, Reliability


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One incident in full, as known on a day and as far as the viewer may see."""

    facts: dict[str, Any]
    reports: pd.DataFrame
    claims: pd.DataFrame
    actors: pd.DataFrame
    links: pd.DataFrame
    versions: pd.DataFrame
    history: pd.DataFrame
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: an incident (all that are one with it), by when known, as held when, by whom."""

    when: When
    lead: str
    members: tuple[str, ...]
    seen: Sight


def incident(
    session: Session,
    viewer: Viewer,
    *,
    incident_id: str,
    as_of: date,
    region_id: str,
    recorded_as_of: date | None = None,
) -> IncidentDetail:
    """One incident in full as known on a day: facts, reports, claims, attributions, ties, versions, history.

    Of a merged incident the one under which it is counted is told. With `recorded_as_of` all of it is as
    this store held it at the end of that day; only what was erased since is missing.
    """
    seen = policy.admit(viewer, region_id)
    clocks = when(session, viewer, region_id, as_of, recorded_as_of)
    lead, members = cluster(session, region_id, incident_id, clocks.recorded)
    days = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    facts = incidents(session, viewer, **days, ids=[lead])  # type: ignore[arg-type]
    if facts.empty:
        raise BadInput(
            f"no incident {incident_id!r} was known as of {as_of} that you may see; check the id and the day"
        )
    asked = _Asked(clocks, lead, members, seen)
    reports = _reports(session, asked)
    told = {str(k): v for k, v in facts.iloc[0].items()}
    return IncidentDetail(
        facts={**told, "attributions": _named(session, asked, told["attributions"])},
        reports=reports,
        claims=_unquoted(_claims(session, asked, reports), reports, seen),
        actors=_actors(session, asked, reports),
        links=_links(session, asked, str(told["version_id"])),
        versions=_versions(session, asked),
        history=masking.mask(trail(session, members, clocks.acted, seen, region_id), seen, as_of),
        members=members,
    )


def _reports(session: Session, asked: _Asked) -> pd.DataFrame:
    rows = plain(
        frame(session, _told(asked)), words=("reliability", "available_basis", "sensitivity", "stance")
    )
    return masking.mask(masking.hush(_judged(session, asked, rows), asked.seen), asked.seen, asked.when.as_of)


def _told(asked: _Asked) -> Any:
    """The reports of the incidents that are one, as this store believes or believed them."""
    at = asked.when.at
    r, a, s = at.of(Report), at.of(ReportIncident), at.of(Source)
    return (
        select(
            *(
                r.id.label("report_id"),
                a.incident_id,
                s.id.label("source_id"),
                s.name.label("source"),
            ),
            *(
                s.reliability,
                s.independence_group,
                s.protected,
                r.external_id,
                r.title,
                r.text,
            ),
            *(r.url, r.lang, r.cited, r.raw, r.published_at, r.available_at, r.available_basis),
            *(r.recorded_at, r.content_sha256, r.sensitivity, a.stance, a.credibility, a.date_start),
            *(a.date_end, a.place_text, a.geo_prec, a.date_prec, a.flags, a.excerpt),
        )
        .join(a, a.report_id == r.id)
        .join(s, s.id == r.source_id)
        .where(a.incident_id.in_(asked.members), tombstones.standing(asked.when.recorded, report=r))
        .where(r.sensitivity.in_(sorted(asked.seen.sensitivities)), r.available_at < asked.when.moment)
        .where(*asked.when.held(r.recorded_at))
        .order_by(r.available_at, r.id, a.incident_id)
    )


def _judged(session: Session, asked: _Asked, rows: pd.DataFrame) -> pd.DataFrame:
    """Reports with what people settled about each: stance, credibility, grade, and whether it was set aside."""
    leads = dict.fromkeys(asked.members, asked.lead)
    found = settled.read(session, leads, asked.when.at.of(Decision)).get(asked.lead, [])
    rulings = settled.in_force([one for one in found if one.at < asked.when.acted], asked.when.acted)
    known = sources.register(session, asked.when.region_id)
    told: dict[str, list[Any]] = {
        "stance": [],
        "credibility": [],
        "grade": [],
        "reliability": [],
        "detached": [],
    }
    for row in rows.to_dict("records"):
        held = _reliability(row["reliability"])
        then: dict[str, Any] = {"before": True, "recorded": asked.when.recorded}
        grade = known.reliability(row["source_id"], held, asked.when.acted, **then)
        credibility = _said(rulings, DecisionField.CREDIBILITY, row, row["credibility"])
        told["stance"].append(_said(rulings, DecisionField.STANCE, row, row["stance"]))
        told["credibility"].append(credibility)
        told["reliability"].append(None if grade is None else grade.value)
        told["grade"].append(grades.grade(grade, credibility))
        told["detached"].append(bool(_said(rulings, DecisionField.DETACHED, row, False)))
    for name, values in told.items():
        rows[name] = pd.Series(values, index=rows.index, dtype=object)
    return rows


def _reliability(word: str | None) -> Reliability | None:
    return Reliability(word) if word else None


def _said(rulings: dict[Key, Ruling], field: DecisionField, row: dict[Any, Any], otherwise: Any) -> Any:
    one = rulings.get((field, (row["source_id"], row["external_id"])))
    return one.value if one else otherwise


def _claims(session: Session, asked: _Asked, reports: pd.DataFrame) -> pd.DataFrame:
    c = Claim
    pairs = set(zip(reports["report_id"], reports["incident_id"], strict=True))
    rows = frame(
        session,
        select(c.report_id, c.incident_id, c.harm, c.status, c.low, c.best, c.high, c.wording, c.aggregate)
        .where(c.incident_id.in_(asked.members), c.report_id.in_([report for report, _ in pairs]))
        .order_by(c.report_id, c.incident_id, c.harm, c.status),
    )
    told = [pair in pairs for pair in zip(rows["report_id"], rows["incident_id"], strict=True)]
    rows = plain(
        rows.loc[told].reset_index(drop=True), numbers=("low", "best", "high"), words=("harm", "status")
    )
    return masking.mask(rows, asked.seen, asked.when.as_of)


def _unquoted(rows: pd.DataFrame, reports: pd.DataFrame, seen: Sight) -> pd.DataFrame:
    """What reports say, without the words of those whose source is protected."""
    hidden = reports.loc[reports["protected"].astype(bool), "report_id"]
    return masking.unquoted(rows, rows["report_id"].isin(hidden), seen)


def _actors(session: Session, asked: _Asked, reports: pd.DataFrame) -> pd.DataFrame:
    """Who is named as what by each report, and who says so: whom it quotes, else its source."""
    a = ReportActor
    rows = frame(
        session,
        select(a.report_id, a.incident_id, Actor.name, Actor.name_ar, a.role, a.said_by)
        .join(Actor, Actor.id == a.actor_id)
        .where(a.incident_id.in_(asked.members), a.report_id.in_(list(reports["report_id"])))
        .order_by(a.report_id, a.role, Actor.name),
    )
    pairs = set(zip(reports["report_id"], reports["incident_id"], strict=True))
    told = [pair in pairs for pair in zip(rows["report_id"], rows.pop("incident_id"), strict=True)]
    rows = rows.loc[told].reset_index(drop=True)
    rows = masking.mask(plain(rows, words=("role",)), asked.seen, asked.when.as_of)
    rows = _unquoted(rows, reports, asked.seen)
    source = dict(zip(reports["report_id"], reports["source"], strict=True))
    rows["by"] = [
        said or source.get(report) for report, said in zip(rows["report_id"], rows["said_by"], strict=True)
    ]
    return rows.drop_duplicates(ignore_index=True)


def _named(session: Session, asked: _Asked, said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attributions with the names of the actors and of those who say so, as the viewer may read them."""
    actors = dict(
        session.execute(select(Actor.id, Actor.name).where(Actor.id.in_({o["actor_id"] for o in said}))).all()
    )
    s = asked.when.at.of(Source)
    told = select(s.id, s.name, s.protected).where(s.id.in_({o["source_id"] for o in said}))
    voices = {i: masking.spoken(name, protected, asked.seen) for i, name, protected in session.execute(told)}
    return [
        {**one, "actor": actors[one["actor_id"]], "by": one["said_by"] or voices[one["source_id"]]}
        for one in said
    ]


def _links(session: Session, asked: _Asked, version_id: str) -> pd.DataFrame:
    """The ties of a version; to readers of districts only the group, for a tie says in which village it was."""
    c = asked.when.at.of(Community)
    rows = frame(
        session,
        select(
            *(Link.community_id, c.name, c.name_ar, Link.basis, Link.method),
            *(Link.confidence, Link.share, Link.counted, Link.decided_by, Link.decided_at, Link.reason),
            c.group.label("group"),
        )
        .join(c, c.id == Link.community_id)
        .where(Link.version_id == version_id, reach.of_community(c.id, asked.seen))
        .order_by(Link.counted.desc(), c.name, Link.community_id),
    )
    rows = masking.tied(rows, asked.seen)
    return plain(rows, numbers=("share",), words=("basis", "method", "confidence"))


def _versions(session: Session, asked: _Asked) -> pd.DataFrame:
    v = IncidentVersion
    rows = frame(
        session,
        Around(asked.when.at)
        .placed(v.known_until)
        .where(
            v.incident_id == asked.lead,
            v.known_from < asked.when.moment,
            held(asked.when.recorded),
            reach.versions(asked.seen),
        )
        .order_by(v.known_from),
    )
    rows = plain(rows, numbers=NUMBERS, words=WORDS)
    return as_told(session, rows, asked.seen, asked.when)
