"""Two incidents are one, or are not: judgements by people, and what follows from them.

A judgement is a row that is only ever added; the newest of a pair is in force. Incidents held together by
positive ones form a cluster that is counted once, under its lead: the one recorded first. All claims stay where
they are, so that parting a cluster restores each incident exactly. Which reports speak of one event is no news
about the world: a merge holds for every `as_of`, but `recorded_as_of` shows what this store held before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import bulk, clusters, engine, incidents, past, policy, reach, revisions
from db.clusters import CHUNK, Pair, components, judged
from db.clusters import lead as lead
from db.clusters import members as members
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Incident, JudgementRow
from db.vocab import Entity, Judgement

TICK = timedelta(microseconds=1)
RULE = "rule"


@dataclass(frozen=True, slots=True)
class Act:
    """Who judges, when and why; and what the search for duplicates had said, where it led there."""

    by: str
    reason: str
    now: datetime
    score: float | None = None
    reasons: tuple[dict[str, Any], ...] = ()


def merge(session: Session, viewer: Viewer, incident_ids: Sequence[str], act: Act) -> str:
    """Say that these incidents (two or more) are one; returns the lead under which they are counted.

    Raises BadInput where another pair of the cluster that would follow was judged to be two events.
    """
    ids = sorted(set(incident_ids))
    if len(ids) < 2:
        raise BadInput("name at least two different incidents to merge")
    region_id = _opened(session, viewer, ids)
    pairs = list(combinations(ids, 2))
    _refuse_contradiction(judged(session, region_id), pairs)
    return _judge(session, region_id, dict.fromkeys(pairs, act), Judgement.POSITIVE)[ids[0]]


def merge_all(session: Session, region_id: str, acts: Mapping[Pair, Act]) -> None:
    """Merge many pairs (each in order) at once, for a rule that looked at what was judged before."""
    if acts:
        _region(session, sorted({one for pair in acts for one in pair}))
        _judge(session, region_id, acts, Judgement.POSITIVE)


def part(session: Session, viewer: Viewer, incident_id: str, act: Act) -> None:
    """Take an incident out of its cluster again: every judgement that holds it there is answered."""
    region_id = _opened(session, viewer, [incident_id])
    said = judged(session, region_id)
    held = [pair for pair, one in said.items() if one is Judgement.POSITIVE and incident_id in pair]
    if not held:
        raise BadInput(f"{incident_id} is not merged with any other incident")
    _judge(session, region_id, dict.fromkeys(held, act), Judgement.NEGATIVE)


def unmerge(session: Session, viewer: Viewer, left: str, right: str, act: Act) -> None:
    """Say that two incidents are two events: a pair that was merged is restored, another never proposed again."""
    set_apart(session, viewer, left, right, act, Judgement.NEGATIVE)


def set_apart(
    session: Session, viewer: Viewer, left: str, right: str, act: Act, judgement: Judgement
) -> None:
    """Judge a pair negative or unsure; raises BadInput where others still hold the two together."""
    pair = (min(left, right), max(left, right))
    if left == right:
        raise BadInput("name two different incidents")
    region_id = _opened(session, viewer, pair)
    said = {**judged(session, region_id), pair: judgement}
    if any(set(pair) <= set(group) for group in components(said)):
        raise BadInput(f"others hold {left} and {right} together; part one of them from its cluster instead")
    _judge(session, region_id, {pair: act}, judgement)


def _opened(session: Session, viewer: Viewer, ids: Sequence[str]) -> str:
    """The one region of incidents that a viewer may change; one that is kept from them is not there."""
    for region_id in set(session.scalars(select(Incident.region_id).where(Incident.id.in_(ids)))):
        policy.admit_to_change(viewer, region_id)
    policy.may_act(viewer)
    whole = clusters.whole(session, ids)
    if set(whole) - reach.known(session, policy.sight(viewer), whole):
        raise BadInput(f"there is no incident {', '.join(ids)} that you may change; check the ids")
    return _region(session, ids)


def _region(session: Session, ids: Sequence[str]) -> str:
    """The one region of these incidents, with the queue for changes joined; others are refused."""
    engine.queue(session.connection(), "incidents")
    found = dict(session.execute(select(Incident.id, Incident.region_id).where(Incident.id.in_(ids))).all())
    missing = [one for one in ids if one not in found]
    if missing:
        raise BadInput(f"there is no incident {', '.join(missing)}; `tocsin duplicates` lists ids")
    if len(set(found.values())) > 1:
        raise BadInput("these incidents lie in different regions")
    return found[ids[0]]


def _refuse_contradiction(said: dict[Pair, Judgement], pairs: Iterable[Pair]) -> None:
    """Refuse a merge that would make one of a pair that was judged to be two, unless it names that very pair."""
    after = {**said, **dict.fromkeys(pairs, Judgement.POSITIVE)}
    group_of = {one: n for n, group in enumerate(components(after)) for one in group}
    for (left, right), one in after.items():
        together = left in group_of and group_of[left] == group_of.get(right)
        if one is Judgement.NEGATIVE and together:
            raise BadInput(
                f"{left} and {right} would become one, but were judged to be two; judge them first"
            )


def _judge(
    session: Session, region_id: str, acts: Mapping[Pair, Act], judgement: Judgement
) -> dict[str, str]:
    """Add judgements, bring the clusters they touch in line; returns the lead of each incident touched."""
    before = judged(session, region_id)
    session.add_all([_row(session, region_id, pair, judgement, act) for pair, act in acts.items()])
    session.flush()
    after = {**before, **dict.fromkeys(acts, judgement)}
    touched = {one for pair in acts for one in pair}
    for said in (before, after):
        touched |= {one for group in components(said) if touched & set(group) for one in group}
    leads = _leads(session, components(after), touched)
    act = next(iter(acts.values()))
    _point(session, leads, act)
    for some in bulk.batched(sorted(set(leads.values())), CHUNK):
        incidents.derive(session, some, act.now)
    return leads


def _row(session: Session, region_id: str, pair: Pair, judgement: Judgement, act: Act) -> JudgementRow:
    """A judgement, a tick after the one before it on the same pair at least, so that the newest is plain."""
    j = JudgementRow
    last = session.scalar(select(func.max(j.at)).where(j.left_id == pair[0], j.right_id == pair[1]))
    at = max(act.now, last + TICK) if last else act.now
    return JudgementRow(
        id=content_id("judgement", *pair, at.isoformat()),
        region_id=region_id,
        left_id=pair[0],
        right_id=pair[1],
        judgement=judgement,
        score=act.score,
        reasons=list(act.reasons),
        reason=revisions.reasoned(act.reason),
        by=revisions.named(act.by),
        at=at,
    )


def _leads(session: Session, groups: list[list[str]], ids: set[str]) -> dict[str, str]:
    """For each of these incidents the lead of its cluster: the one recorded first, then by id."""
    first = _first_recorded(session, ids)
    leads = {one: one for one in ids}
    for group in groups:
        if ids & set(group):
            chosen = min(group, key=lambda one: (first[one], one))
            leads |= dict.fromkeys(group, chosen)
    return leads


def _first_recorded(session: Session, ids: set[str]) -> dict[str, datetime]:
    i, found = Incident, dict[str, datetime]()
    for some in bulk.batched(sorted(ids), CHUNK):
        found |= dict(session.execute(select(i.id, i.first_recorded_at).where(i.id.in_(some))).all())
    return found


def _point(session: Session, leads: dict[str, str], act: Act) -> None:
    """Let `merged_into` follow, and note each change."""
    i, changes = Incident, []
    held: dict[str, str | None] = {}
    for some in bulk.batched(sorted(leads), CHUNK):
        held |= dict(session.execute(select(i.id, i.merged_into).where(i.id.in_(some))).all())
    moved = [one for one, into in leads.items() if held[one] != (None if into == one else into)]
    past.note(session, Incident, moved, act.now)
    for one, into in sorted(leads.items()):
        new = None if into == one else into
        if held[one] != new:
            session.execute(update(i).where(i.id == one).values(merged_into=new))
            changes.append(revisions.Change(Entity.INCIDENT, one, "merged_into", held[one], new))
    if changes:
        revisions.note_all(session, changes, reason=act.reason, by=act.by, now=act.now)
