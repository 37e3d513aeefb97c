"""Bytes as they came, kept once by their digest beside the clean text that is read."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from db import bulk
from db.errors import BadInput
from db.ids import content_id
from db.schema import Document

MAX_TEXT_BYTES = 8 * 1024**2


def keep(
    session: Session, body: bytes, *, media_type: str, encoding: str | None = None, now: datetime
) -> str:
    """Keep the bytes; the same bytes again are the same document. Returns its id."""
    digest = hashlib.sha256(body).hexdigest()
    row = {
        "id": content_id("document", digest),
        "sha256": digest,
        "size": len(body),
        "media_type": media_type,
        "encoding": encoding,
        "body": body,
        "recorded_at": now,
    }
    bulk.insert(session, Document, [row])
    return str(row["id"])


def refuse_too_long(body: bytes | str) -> None:
    """Refuse a text that no report is as long as, with the cure."""
    size = len(body if isinstance(body, bytes) else body.encode("utf-8", "replace"))
    if size > MAX_TEXT_BYTES:
        raise BadInput(
            f"the text has {size / 1024**2:.1f} MB, more than {MAX_TEXT_BYTES >> 20}; "
            "keep it as evidence and paste the part that tells of the incident"
        )
