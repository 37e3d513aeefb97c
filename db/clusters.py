"""Which incidents are one: the clusters that follow from the judgements in force.

`incident.merged_into` holds the answer of now; the judgements themselves, which are only ever added, hold
that of any earlier moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import bulk
from db.schema import Incident, JudgementRow
from db.vocab import Judgement

Pair = tuple[str, str]
CHUNK = 4000


def lead(session: Session, incident_id: str) -> str:
    """The incident under which this one is counted now: itself, unless it was merged into another."""
    return session.scalar(select(Incident.merged_into).where(Incident.id == incident_id)) or incident_id


def members(session: Session, incident_id: str) -> list[str]:
    """All incidents that are now one with this one, itself included, in order of their ids."""
    return sorted(whole(session, [incident_id]))


def whole(session: Session, incident_ids: Iterable[str]) -> dict[str, str]:
    """These incidents and all that are one with any of them now, each with the lead of its cluster."""
    wanted = sorted(set(incident_ids))
    found = {one: one for one in wanted}
    merged = [row for some in bulk.batched(wanted, CHUNK) for row in _merged(session, some)]
    if merged:
        leads = sorted({into for _, into in merged})
        found |= {one: one for one in leads}
        found |= {one: into for some in bulk.batched(leads, CHUNK) for one, into in _merged(session, some)}
    return found


def _merged(session: Session, ids: list[str]) -> list[Pair]:
    """The merged ones among these incidents and those merged into them, each with its lead."""
    i = Incident
    rows = session.execute(
        select(i.id, i.merged_into).where(
            i.merged_into.is_not(None), or_(i.id.in_(ids), i.merged_into.in_(ids))
        )
    )
    return [(one, into) for one, into in rows if into is not None]


def judged(session: Session, region_id: str, *, recorded: datetime | None = None) -> dict[Pair, Judgement]:
    """The judgement in force on each judged pair, now or just before a past moment."""
    j = JudgementRow
    asked = select(j.left_id, j.right_id, j.judgement).where(j.region_id == region_id)
    if recorded is not None:
        asked = asked.where(j.at < recorded)
    return {(a, b): said for a, b, said in session.execute(asked.order_by(j.at, j.id))}


def clusters(session: Session, region_id: str, *, recorded: datetime | None = None) -> list[list[str]]:
    """The groups of two incidents or more that are one, now or as this store held it before a moment."""
    return components(judged(session, region_id, recorded=recorded))


def components(said: Mapping[Pair, Judgement]) -> list[list[str]]:
    """The connected components of the positive judgements."""
    beside: dict[str, set[str]] = defaultdict(set)
    for (left, right), judgement in said.items():
        if judgement is Judgement.POSITIVE:
            beside[left].add(right)
            beside[right].add(left)
    groups, seen = [], set[str]()
    for start in sorted(beside):
        if start not in seen:
            group = _reached(start, beside)
            seen |= group
            groups.append(sorted(group))
    return groups


def _reached(start: str, beside: Mapping[str, set[str]]) -> set[str]:
    group, edge = {start}, [start]
    while edge:
        fresh = beside[edge.pop()] - group
        group |= fresh
        edge.extend(sorted(fresh))
    return group
