"""Who may read a report that comes in: as it says itself, else as its source's reports come in."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.importers.base import Parsed
from db.schema import Report
from db.vocab import Sensitivity

GUARDED = (Sensitivity.RESTRICTED, Sensitivity.SEVERE)
Chain = tuple[str, str]


def guarded(session: Session, chains: Collection[Chain]) -> set[Chain]:
    """Of these reports (source, own id) those of which an earlier version was not for everybody in the team."""
    if not chains:
        return set()
    wanted = Report.source_id.in_({s for s, _ in chains}), Report.external_id.in_({e for _, e in chains})
    asked = select(Report.source_id, Report.external_id).where(*wanted, Report.sensitivity.in_(GUARDED))
    return {(source, external) for source, external in session.execute(asked.distinct())}


def decided(p: Parsed, usual: Sensitivity, guarded: bool) -> Sensitivity:
    """Who may read a report; what was restricted once is not opened by a later version that says nothing of it."""
    if p.sensitivity is not None:
        return p.sensitivity
    return Sensitivity.INTERNAL if guarded and usual is Sensitivity.PUBLIC else usual


def said(p: Parsed, usual: Sensitivity) -> dict[str, Any]:
    """What of it enters the digest of a report.

    A row without a word of its own stays the same report when its source is opened or closed; one that asks
    to stay inside, where its source is public, is another report than the one that is silent.
    """
    inside = p.sensitivity is Sensitivity.INTERNAL and usual is Sensitivity.PUBLIC
    return {"sensitivity": p.sensitivity or Sensitivity.INTERNAL} | ({"stays_inside": True} if inside else {})
