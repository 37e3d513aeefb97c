"""Bytes as they came, kept once by their digest beside the clean text that is read."""

import hashlib
from collections.abc import Mapping
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
    keep_all(session, {body: encoding}, media_type=media_type, now=now)
    return id_of(body)


def id_of(body: bytes) -> str:
    """The id under which bytes are kept."""
    return content_id("document", hashlib.sha256(body).hexdigest())


def keep_all(session: Session, bodies: Mapping[bytes, str | None], *, media_type: str, now: datetime) -> None:
    """Keep many bytes at once, each with the encoding it was found to be in."""
    rows = [
        {
            "id": id_of(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "size": len(body),
            "media_type": media_type,
            "encoding": encoding[:32] if encoding else None,
            "body": body,
            "recorded_at": now,
        }
        for body, encoding in bodies.items()
    ]
    bulk.insert(session, Document, rows)


def refuse_too_long(body: bytes | str) -> None:
    """Refuse a text that no report is as long as, with the cure."""
    size = len(body if isinstance(body, bytes) else body.encode("utf-8", "replace"))
    if size > MAX_TEXT_BYTES:
        raise BadInput(
            f"the text has {size / 1024**2:.1f} MB, more than {MAX_TEXT_BYTES >> 20}; "
            "keep it as evidence and paste the part that tells of the incident"
        )
