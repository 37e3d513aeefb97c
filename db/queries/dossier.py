"""One incident in full: what is believed, what each report says, whom it concerns, how the picture changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import clock, grades, policy, reach, settled, sources, tombstones
from db.errors import BadInput
from db.policy import Sight, Viewer
from db.queries.common import end_of, frame, held, plain
from db.queries.history import cluster, published, trail
from db.queries.incidents import NUMBERS, WORDS, incidents, placed
from db.queries.incidents import told as as_told
from db.queries.regions import region
from db.schema import (
    Actor,
    Claim,
    Community,
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

    region_id: str
    lead: str
    members: tuple[str, ...]
    as_of: date
    moment: datetime
    recorded: datetime | None
    seen: Sight

    @property
    def decided_before(self) -> datetime:
        """Decisions count that were made before this."""
        return min(self.moment, self.recorded) if self.recorded else self.moment


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
    zone = region(session, viewer, region_id).time_zone
    moment, recorded = clock.end_of(as_of, zone), end_of(recorded_as_of, zone)
    lead, members = cluster(session, region_id, incident_id, recorded)
    days = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    facts = incidents(session, viewer, **days, ids=[lead])  # type: ignore[arg-type]
    if facts.empty:
        raise BadInput(
            f"no incident {incident_id!r} was known as of {as_of} that you may see; check the id and the day"
        )
    asked = _Asked(region_id, lead, members, as_of, moment, recorded, seen)
    reports = _reports(session, asked)
    ids = list(reports["report_id"])
    told = {str(k): v for k, v in facts.iloc[0].items()}
    return IncidentDetail(
        facts={**told, "attributions": _named(session, seen, told["attributions"])},
        reports=reports,
        claims=_claims(session, asked, ids),
        actors=_actors(session, asked, reports),
        links=_links(session, seen, str(told["version_id"])),
        versions=_versions(session, asked),
        history=policy.mask(trail(session, members, asked.decided_before, seen, region_id), seen, as_of),
        members=members,
    )


def _reports(session: Session, asked: _Asked) -> pd.DataFrame:
    rows = published(session, frame(session, _told(asked)), asked.recorded)
    rows = rows[[at < asked.moment for at in rows["available_at"]]]
    rows = rows.sort_values(["available_at", "report_id", "incident_id"], ignore_index=True)
    rows = plain(rows, words=("reliability", "available_basis", "sensitivity", "stance"))
    return policy.mask(policy.hush(_judged(session, asked, rows), asked.seen), asked.seen, asked.as_of)


def _told(asked: _Asked) -> Any:
    """The reports of the incidents that are one, as this store believes or believed them."""
    r, a = Report, ReportIncident
    chosen = (
        select(
            *(
                r.id.label("report_id"),
                a.incident_id,
                Source.id.label("source_id"),
                Source.name.label("source"),
            ),
            *(
                Source.reliability,
                Source.independence_group,
                Source.protected,
                r.external_id,
                r.title,
                r.text,
            ),
            *(r.url, r.lang, r.cited, r.raw, r.published_at, r.available_at, r.available_basis),
            *(r.recorded_at, r.content_sha256, r.sensitivity, a.stance, a.credibility, a.date_start),
            *(a.date_end, a.place_text, a.geo_prec, a.date_prec, a.flags, a.excerpt),
        )
        .join(a, a.report_id == r.id)
        .join(Source, Source.id == r.source_id)
        .where(a.incident_id.in_(asked.members), tombstones.standing(asked.recorded))
        .where(r.sensitivity.in_(sorted(asked.seen.sensitivities)))
    )
    return chosen if asked.recorded is None else chosen.where(r.recorded_at < asked.recorded)


def _judged(session: Session, asked: _Asked, rows: pd.DataFrame) -> pd.DataFrame:
    """Reports with what people settled about each: stance, credibility, grade, and whether it was set aside."""
    found = settled.read(session, dict.fromkeys(asked.members, asked.lead)).get(asked.lead, [])
    rulings = settled.in_force([one for one in found if one.at < asked.decided_before], asked.decided_before)
    known = sources.register(session, asked.region_id)
    told: dict[str, list[Any]] = {
        "stance": [],
        "credibility": [],
        "grade": [],
        "reliability": [],
        "detached": [],
    }
    for row in rows.to_dict("records"):
        grade = known.reliability(
            row["source_id"], _reliability(row["reliability"]), asked.decided_before, before=True
        )
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


def _claims(session: Session, asked: _Asked, report_ids: list[str]) -> pd.DataFrame:
    c = Claim
    rows = frame(
        session,
        select(c.report_id, c.incident_id, c.harm, c.status, c.low, c.best, c.high, c.wording, c.aggregate)
        .where(c.incident_id.in_(asked.members), c.report_id.in_(report_ids))
        .order_by(c.report_id, c.incident_id, c.harm, c.status),
    )
    rows = plain(rows, numbers=("low", "best", "high"), words=("harm", "status"))
    return policy.mask(rows, asked.seen, asked.as_of)


def _actors(session: Session, asked: _Asked, reports: pd.DataFrame) -> pd.DataFrame:
    """Who is named as what by each report, and who says so: whom it quotes, else its source."""
    a = ReportActor
    rows = frame(
        session,
        select(a.report_id, Actor.name, Actor.name_ar, a.role, a.said_by)
        .join(Actor, Actor.id == a.actor_id)
        .where(a.incident_id.in_(asked.members), a.report_id.in_(list(reports["report_id"])))
        .order_by(a.report_id, a.role, Actor.name),
    )
    rows = policy.mask(plain(rows, words=("role",)), asked.seen, asked.as_of)
    source = dict(zip(reports["report_id"], reports["source"], strict=True))
    rows["by"] = [
        said or source.get(report) for report, said in zip(rows["report_id"], rows["said_by"], strict=True)
    ]
    return rows.drop_duplicates(ignore_index=True)


def _named(session: Session, seen: Sight, said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attributions with the names of the actors and of those who say so, as the viewer may read them."""
    actors = dict(
        session.execute(select(Actor.id, Actor.name).where(Actor.id.in_({o["actor_id"] for o in said}))).all()
    )
    told = select(Source.id, Source.name, Source.protected).where(
        Source.id.in_({o["source_id"] for o in said})
    )
    voices = {i: policy.spoken(name, protected, seen) for i, name, protected in session.execute(told)}
    return [
        {**one, "actor": actors[one["actor_id"]], "by": one["said_by"] or voices[one["source_id"]]}
        for one in said
    ]


def _links(session: Session, seen: Sight, version_id: str) -> pd.DataFrame:
    """The ties of a version; to readers of districts only the group, for a tie says in which village it was."""
    rows = frame(
        session,
        select(
            *(Link.community_id, Community.name, Community.name_ar, Link.basis, Link.method),
            *(Link.confidence, Link.share, Link.counted, Link.decided_by, Link.decided_at, Link.reason),
            Community.group.label("group"),
        )
        .join(Community, Community.id == Link.community_id)
        .where(Link.version_id == version_id, reach.communities(seen))
        .order_by(Link.counted.desc(), Community.name, Link.community_id),
    )
    rows = policy.tied(rows, seen)
    return plain(rows, numbers=("share",), words=("basis", "method", "confidence"))


def _versions(session: Session, asked: _Asked) -> pd.DataFrame:
    v = IncidentVersion
    rows = frame(
        session,
        placed(v.known_until)
        .where(
            v.incident_id == asked.lead,
            v.known_from < asked.moment,
            held(asked.recorded),
            reach.versions(asked.seen),
        )
        .order_by(v.known_from),
    )
    return as_told(session, plain(rows, numbers=NUMBERS, words=WORDS), asked.seen, asked.as_of)
