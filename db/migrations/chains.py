"""Chains as they were sealed before version 0007, and how they are sealed anew over salted digests.

An old chain is checked before it is sealed again. A row that does not fit keeps its old seal, so that the
new chain shows the break as the old one did; nothing is healed in silence.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from db import sealing
from db.schema import UtcDateTime

REVISION = sa.table(
    "revision",
    sa.column("seq", sa.Integer),
    *(sa.column(name, sa.String) for name in ("entity", "entity_id", "field", "reason", "by")),
    *(sa.column(name, sa.JSON(none_as_null=True)) for name in ("old", "new")),
    *(sa.column(name, sa.JSON) for name in ("digests", "salts")),
    sa.column("at", UtcDateTime),
    *(sa.column(name, sa.String) for name in ("previous_sha256", "sha256")),
)
CUSTODY = sa.table(
    "custody",
    *(sa.column(name, sa.String) for name in ("attachment_id", "act", "by", "detail", "sha256")),
    sa.column("seq", sa.Integer),
    sa.column("at", UtcDateTime),
    *(sa.column(name, sa.JSON) for name in ("digests", "salts")),
)
SALTED, KEPT = ("old", "new", "reason", "by"), ("by", "detail")


def reseal_revisions(connection: sa.Connection) -> None:
    """Seal the history anew, and write down in it what its head was and whether it held."""
    seal = old_seal = sealing.FIRST
    expected, broken, sealed = 1, None, []
    r = REVISION.c
    for row in map(dict, connection.execute(sa.select(REVISION).order_by(r.seq)).mappings()):
        held = (row["seq"], row["previous_sha256"], row["sha256"]) == (expected, old_seal, _old(row))
        expected, old_seal = row["seq"] + 1, row["sha256"]
        row |= {"previous_sha256": seal, **_salted(row, SALTED)}
        if held:
            row["sha256"] = _new(row)
        elif broken is None:
            broken = row["seq"]
        seal = row["sha256"]
        sealed.append(row)
    _update(connection, REVISION, sealed, ("seq",))
    if sealed:
        facts = {"head": old_seal, "broken_at": broken}
        connection.execute(sa.insert(REVISION).values(_remark(sealed[-1], seal, facts)))


def _remark(last: Mapping[str, Any], previous: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The revision, of the time of the last one, that says what the chain was before it was sealed anew."""
    row: dict[str, Any] = {
        **{
            "seq": last["seq"] + 1,
            "entity": "region",
            "entity_id": "history",
            "field": "seals",
            "old": facts,
        },
        **{"new": None, "reason": "the history is sealed anew, over salted digests", "by": "upgrade"},
        **{"at": last["at"], "previous_sha256": previous},
    }
    row |= _salted(row, SALTED)
    return {**row, "sha256": _new(row)}


def reseal_custody(connection: sa.Connection) -> None:
    """Seal the chains of custody anew; an entry that does not fit keeps its old seal."""
    content = _content(connection)
    before: dict[str, tuple[int, str, str]] = {}
    sealed = []
    chosen = sa.select(CUSTODY).order_by(CUSTODY.c.attachment_id, CUSTODY.c.seq)
    for row in map(dict, connection.execute(chosen).mappings()):
        one = row["attachment_id"]
        last, old_seal, seal = before.get(one, (0, sealing.FIRST, sealing.FIRST))
        held = (row["seq"], row["sha256"]) == (last + 1, _old_custody(row, old_seal, content[one]))
        old_seal = row["sha256"]
        row |= _salted(row, KEPT)
        if held:
            row["sha256"] = _new_custody(row, seal, content[one])
        before[one] = (row["seq"], old_seal, row["sha256"])
        sealed.append(row)
    _update(connection, CUSTODY, sealed, ("attachment_id", "seq"))


def _content(connection: sa.Connection) -> dict[str, str]:
    listed = "SELECT a.id, d.sha256 FROM attachment a JOIN document d ON d.id = a.document_id"
    return {str(one): str(sha256) for one, sha256 in connection.execute(sa.text(listed))}


def _update(
    connection: sa.Connection, table: sa.TableClause, rows: list[dict[str, Any]], key: tuple[str, ...]
) -> None:
    """Store the new seals."""
    if not rows:
        return
    names = [n for n in ("digests", "salts", "previous_sha256", "sha256") if n in table.c]
    statement = sa.update(table).where(*(table.c[n] == sa.bindparam(f"key_{n}") for n in key))
    values = ({**{n: row[n] for n in names}, **{f"key_{n}": row[n] for n in key}} for row in rows)
    connection.execute(statement.values({n: sa.bindparam(n) for n in names}), list(values))


def _salted(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    salts = {name: sealing.salt() for name in names}
    return {"salts": salts, "digests": {n: sealing.salted(salts[n], row[n]) for n in names}}


def _old(row: Mapping[str, Any]) -> str:
    said = {name: row[name] for name in ("seq", "entity", "entity_id", "field", "old", "new", "reason", "by")}
    return sealing.sha256({**said, "at": _iso(row["at"]), "previous": row["previous_sha256"]})


def _new(row: Mapping[str, Any]) -> str:
    said = {name: row[name] for name in ("seq", "entity", "entity_id", "field", "digests")}
    return sealing.sha256({**said, "at": _iso(row["at"]), "previous": row["previous_sha256"]})


def _old_custody(row: Mapping[str, Any], previous: str, content: str) -> str:
    said = [row["attachment_id"], row["seq"], row["act"], row["by"], _iso(row["at"]), row["detail"]]
    text = json.dumps([*said, content, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _new_custody(row: Mapping[str, Any], previous: str, content: str) -> str:
    said = [row["attachment_id"], row["seq"], row["act"], _iso(row["at"]), row["digests"]]
    return sealing.sha256([*said, content, previous])


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
