"""The signed list of what was erased: never the words, so that it may travel with backups.

An entry names a table, one row or several of it, and what was emptied there. It is signed with a key that is
not in the store, so that nobody else can take something away and call it an erasure.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import sealing, settings
from db.errors import BadInput
from db.ids import content_id
from db.schema import Erasure

PURPOSE = "erasure"
CHAINED = frozenset({"revision", "access_log", "custody"})
Spot = tuple[str, str, str]
SAID = ("id", "entity", "entity_id", "fields", "reason", "by", "key_id")


def sign(
    session: Session,
    entity: str,
    entity_id: str,
    fields: Sequence[str],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> Erasure:
    """Write down, signed, that these fields of a row (or of rows, as `fields` says) were emptied."""
    key = sealing.key(PURPOSE)
    facts = {"entity": entity, "entity_id": entity_id, "fields": list(fields), "reason": reason, "by": by}
    row = {
        "id": content_id("erasure", entity, entity_id, *fields, now.isoformat()),
        **facts,
        **{"at": now, "key_id": sealing.key_id(key)},
    }
    made = session.merge(Erasure(**row, signature=signature(row, key)))
    session.flush()
    return made


def signature(row: Mapping[str, Any], key: bytes) -> str:
    """The keyed digest over all that an entry says."""
    said = {name: row[name] for name in SAID} | {"at": row["at"].astimezone(UTC).isoformat()}
    return sealing.seal(key, said)


def plain(row: Erasure) -> dict[str, Any]:
    """An entry as a mapping of its columns."""
    return {column.name: getattr(row, column.name) for column in Erasure.__table__.columns}


def entries(session: Session) -> list[dict[str, Any]]:
    """The whole list, the oldest first, as JSON can hold it."""
    found = session.scalars(select(Erasure).order_by(Erasure.at, Erasure.id))
    return [{**plain(row), "at": row.at.isoformat()} for row in found]


def read(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it was written into a list, ready for the table; what is none is refused."""
    try:
        row = {column.name: entry[column.name] for column in Erasure.__table__.columns}
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        if at.tzinfo is None or not isinstance(row["fields"], list):
            raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("this is no list of erasures; write one with: tocsin erasures -o FILE") from error
    return {**row, "at": at}


def genuine(row: Mapping[str, Any], secrets: Sequence[bytes] = ()) -> bool:
    """Whether an entry was signed with the key of this machine, or one of the secrets given."""
    keys = [sealing.derived(secret, PURPOSE) for secret in (secrets or [settings.key()])]
    return any(sealing.same(str(row["signature"]), signature(row, key)) for key in keys)


def emptied(session: Session, secrets: Sequence[bytes] | None = None) -> dict[Spot, set[int]]:
    """What erasures say was emptied in numbered rows: by table, id and field, the numbers of the rows.

    Such an entry says it as "field 3-7,9". With secrets only entries that one of them signed count.
    """
    found: dict[Spot, set[int]] = defaultdict(set)
    for row in session.scalars(select(Erasure).where(Erasure.entity.in_(CHAINED))):
        if secrets is not None and not genuine(plain(row), secrets):
            continue
        for told in row.fields:
            field, _, spans = str(told).partition(" ")
            if spans:
                found[row.entity, row.entity_id, field] |= sealing.numbers(spans)
    return found
