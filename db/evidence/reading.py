"""Looking at evidence: what there is, its chain of custody, and copies on their way out."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from db import clock, clusters, custody, masking, policy, reach
from db.errors import BadInput
from db.evidence import ENDINGS, region_of
from db.policy import Denied, Viewer
from db.queries.common import frame, plain
from db.queries.regions import region
from db.schema import Attachment, Document, ReportIncident
from db.vocab import CustodyAct


@dataclass(frozen=True, slots=True)
class Copy:
    """A file on its way out."""

    name: str
    media_type: str
    body: bytes
    sha256: str


def listed(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, incident_id: str | None = None
) -> pd.DataFrame:
    """The evidence of an incident with that of its reports (or of a region), without the bytes.

    Columns: attachment_id, incident_id, report_id, name, note, url, media_type, size, sha256, copied, erased,
    added_by, added_at, sensitivity. Listed is what the store held by the end of `as_of`.
    """
    seen = policy.admit(viewer, region_id)
    a, d, copy = Attachment, Document, aliased(Document)
    columns = (
        *(
            a.id.label("attachment_id"),
            a.incident_id,
            a.report_id,
            a.name,
            a.note,
            a.url,
            d.media_type,
            d.size,
        ),
        *(d.sha256, copy.sha256.label("copied"), d.body.is_(None).label("erased")),
        *(a.added_by, a.added_at, a.sensitivity),
    )
    asked = (
        select(*columns)
        .join(d, d.id == a.document_id)
        .outerjoin(copy, copy.id == a.shareable_id)
        .where(a.id.in_(reach.attachments(seen, region_id)))
        .where(a.added_at < clock.end_of(as_of, region(session, viewer, region_id).time_zone))
        .order_by(a.added_at, a.id)
    )
    if incident_id is not None:
        ids = clusters.members(session, incident_id)
        told = select(ReportIncident.report_id).where(ReportIncident.incident_id.in_(ids))
        asked = asked.where(or_(a.incident_id.in_(ids), a.report_id.in_(told)))
    rows = plain(frame(session, asked), words=("sensitivity",))
    if not (seen.settlements and seen.texts):
        rows[["name", "note", "url"]] = None
    return masking.unsigned(rows, seen)


def opened(
    session: Session,
    viewer: Viewer,
    attachment_id: str,
    act: CustodyAct,
    *,
    by: str,
    now: datetime,
    original: bool = False,
) -> Copy:
    """A copy of evidence to look at or hand out, written down in its chain of custody.

    Without `original` it is the copy without metadata. The original is for those who may see exact places.
    """
    piece = session.get(Attachment, attachment_id)
    if piece is None:
        raise BadInput(f"there is no evidence {attachment_id!r}; list it with: tocsin evidence list")
    _may_open(session, viewer, piece, original)
    document = session.get(Document, piece.document_id if original else piece.shareable_id or "")
    if document is None:
        raise BadInput(
            f"{piece.name}: no copy without metadata could be made; ask for the original: --original"
        )
    if document.body is None:
        raise BadInput(f"{piece.name} was erased; only its digest and its custody are kept")
    detail = "original" if original else "copy without metadata"
    custody.note(session, attachment_id, act, by=by, now=now, detail=detail)
    name = PurePosixPath(piece.name).with_suffix(ENDINGS[document.media_type]).name
    return Copy(name, document.media_type, document.body, document.sha256)


def _may_open(session: Session, viewer: Viewer, piece: Attachment, original: bool) -> None:
    region_id = region_of(session, piece.incident_id, piece.report_id)
    seen = policy.admit(viewer, region_id)
    there = reach.attachments(seen, region_id).where(Attachment.id == piece.id)
    fine = seen.settlements and seen.texts and session.scalar(there) is not None
    if not fine or (original and not seen.exact):
        raise Denied("your role may not open this evidence; ask an administrator")


def chain(session: Session, viewer: Viewer, attachment_id: str) -> tuple[list[dict[str, Any]], int | None]:
    """The chain of custody of a piece of evidence, and where it is broken (None: it holds)."""
    piece = session.get(Attachment, attachment_id)
    if piece is None:
        raise BadInput(f"there is no evidence {attachment_id!r}; list it with: tocsin evidence list")
    _may_open(session, viewer, piece, original=False)
    names = ("seq", "act", "by", "at", "detail", "sha256")
    rows = [{n: getattr(one, n) for n in names} for one in custody.entries(session, attachment_id)]
    return rows, custody.check(session, attachment_id)
