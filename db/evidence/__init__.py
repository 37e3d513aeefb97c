"""Evidence: files kept as they came with their chain of custody; what goes out is a copy without metadata.

The evidentiary copy is never touched. What a file is follows from its bytes, not from its name.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import custody, documents, policy, revisions, settings
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Attachment, Incident, Report, Source
from db.vocab import CustodyAct, Entity, Sensitivity

MAX_MB = 50
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}
ENDINGS |= {"text/html": ".html", "text/plain": ".txt"}


@dataclass(frozen=True, slots=True)
class About:
    """What a person says of a file they add: to what it belongs, whence it came."""

    by: str
    now: datetime
    incident_id: str | None = None
    report_id: str | None = None
    note: str | None = None
    url: str | None = None
    sensitivity: Sensitivity = Sensitivity.RESTRICTED


def media_type(body: bytes) -> str | None:
    """What a file is, by its first bytes; None for what is no picture, PDF or copy of a page."""
    if body[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if body[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in body[:1024]:
        return "application/pdf"
    return "text/html" if _HTML.match(body[:4096].removeprefix(b"\xef\xbb\xbf")) else None


def add(session: Session, viewer: Viewer, name: str, body: bytes, about: About) -> str:
    """Keep a file as evidence with an incident or a report; the same file again is the same evidence."""
    policy.may_act(viewer)
    kind = _accepted(name, body)
    policy.admit(viewer, region_of(session, about.incident_id, about.report_id))
    document_id = documents.keep(session, body, media_type=kind, now=about.now)
    attachment_id = content_id("attachment", about.incident_id, about.report_id, document_id)
    if session.get(Attachment, attachment_id) is not None:
        return attachment_id
    stripped, remark = _stripped(body, kind)
    shareable = _keep_copy(session, stripped, kind, about.now)
    piece = Attachment(
        id=attachment_id,
        incident_id=about.incident_id,
        report_id=about.report_id,
        document_id=document_id,
        shareable_id=shareable,
        name=safe_name(name),
        url=about.url,
        note=about.note,
        added_by=revisions.named(about.by),
        added_at=about.now,
        sensitivity=about.sensitivity,
    )
    session.add(piece)
    session.flush()
    custody.note(session, attachment_id, CustodyAct.COLLECTED, by=about.by, now=about.now)
    custody.note(session, attachment_id, CustodyAct.STRIPPED, by=about.by, now=about.now, detail=remark)
    entity = Entity.INCIDENT if about.incident_id else Entity.REPORT
    subject = about.incident_id or about.report_id or ""
    change = revisions.Change(entity, subject, "evidence", None, attachment_id)
    revisions.note_all(session, [change], reason="evidence added", by=about.by, now=about.now)
    return attachment_id


def _accepted(name: str, body: bytes) -> str:
    limit = int(settings.read("evidence_mb") or MAX_MB)
    if len(body) > limit << 20:
        raise BadInput(
            f"{name} has {len(body) >> 20} MB, more than {limit}; cut it, or set TOCSIN_EVIDENCE_MB"
        )
    kind = media_type(body)
    if kind is None:
        raise BadInput(
            f"{name} is no JPEG, PNG, WebP, PDF or saved web page (by its bytes); save it as one of these"
        )
    return kind


def _stripped(body: bytes, kind: str) -> tuple[bytes | None, str]:
    """The copy that may go out, and what to write down about it."""
    from db.evidence import papers, pictures  # Pillow and pypdf load only where evidence is added

    ways: dict[str, Callable[[bytes], bytes]] = {
        "image/jpeg": lambda raw: pictures.strip(raw, "JPEG"),
        "image/png": lambda raw: pictures.strip(raw, "PNG"),
        "image/webp": lambda raw: pictures.strip(raw, "WEBP"),
        "application/pdf": papers.strip,
        "text/html": lambda raw: papers.as_text(raw, "utf-8").encode(),
    }
    try:
        copy = ways[kind](body)
    except pictures.Unreadable as error:
        return None, f"no copy without metadata could be made: {str(error)[:200]}"
    return copy, f"copy without metadata: {hashlib.sha256(copy).hexdigest()}"


def _keep_copy(session: Session, body: bytes | None, kind: str, now: datetime) -> str | None:
    if body is None:
        return None
    return documents.keep(session, body, media_type="text/plain" if kind == "text/html" else kind, now=now)


def safe_name(name: str) -> str:
    """A file name without folders, control characters and marks that turn writing around."""
    return _UNSAFE.sub("_", PurePosixPath(name.replace("\\", "/")).name)[-200:].strip(". ") or "evidence"


def region_of(session: Session, incident_id: str | None, report_id: str | None) -> str:
    """The region of the incident or the report that evidence belongs to."""
    if incident_id is not None:
        found = session.scalar(select(Incident.region_id).where(Incident.id == incident_id))
    else:
        told = select(Source.region_id).join(Report, Report.source_id == Source.id)
        found = session.scalar(told.where(Report.id == report_id))
    if found is None:
        raise BadInput("there is no such incident or report; name one with --incident ID or --report ID")
    return found


def read(path: Path) -> bytes:
    """The bytes of a file, of no more than may be kept."""
    if not path.is_file():
        raise BadInput(f"there is no file {path}; check the name")
    limit = int(settings.read("evidence_mb") or MAX_MB)
    if path.stat().st_size > limit << 20:
        raise BadInput(f"{path.name} has more than {limit} MB; cut it, or set TOCSIN_EVIDENCE_MB")
    return path.read_bytes()
