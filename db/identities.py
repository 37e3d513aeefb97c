"""Who protected sources are: kept apart from the record, encrypted with a key that is not in the store.

The record knows a protected source by a code name (`sources.csv`); a name and a way to reach somebody stand
only here, as AES-256-GCM over them, bound to the source. The key is `TOCSIN_IDENTITY_KEY`, else a private file
in the home folder. Without the key nobody can read them, this program included; so keep a copy of it elsewhere.
"""

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import audit, erasures, policy, sealing, settings, spelling
from db.errors import BadInput, TocsinError
from db.policy import Viewer
from db.schema import Identity, Recipient, Source
from db.vocab import AccessAct

PURPOSE = "identities"
NONCE_BYTES, LONGEST = 12, 4000
FILE, NEXT = "identity.key", "identity.key.new"


def keep(session: Session, viewer: Viewer, region_id: str, code: str, told: str, *, now: datetime) -> None:
    """Keep who a protected source is, in place of what was kept before."""
    source = _source(session, viewer, region_id, code)
    told = told.strip()
    if not source.protected:
        raise BadInput(
            f"{code} is no protected source; say so in sources.csv (protected: true) and load the pack again"
        )
    if not told or len(told) > LONGEST:
        raise BadInput(f"say who it is, in 1 to {LONGEST} characters")
    key = _key(make=True)
    row = {"source_id": source.id, "sealed": _sealed(key, source.id, told), "key_id": sealing.key_id(key)}
    session.merge(Identity(**row, changed_at=now, changed_by=viewer.name))
    session.flush()
    _note(session, viewer, AccessAct.CHANGE, "identity set", region_id, code, now)


def read(session: Session, viewer: Viewer, region_id: str, code: str, *, now: datetime) -> str:
    """Who a protected source is; each look is written down, in the same step."""
    source = _source(session, viewer, region_id, code)
    row = session.get(Identity, source.id)
    if row is None:
        raise BadInput(f"nobody keeps here who {code} is")
    told = _opened(row, _keys())
    _note(session, viewer, AccessAct.READ, "identity", region_id, code, now)
    return told


def remove(session: Session, viewer: Viewer, region_id: str, code: str, *, now: datetime) -> None:
    """Forget who a source is, for good."""
    source = _source(session, viewer, region_id, code)
    row = session.get(Identity, source.id)
    if row is None:
        raise BadInput(f"nobody keeps here who {code} is")
    session.delete(row)
    session.flush()
    why = "who the source is was forgotten on request"
    erasures.sign(session, "identity", source.id, ["sealed"], reason=why, by=viewer.name, now=now)
    _note(session, viewer, AccessAct.ERASURE, "identity", region_id, code, now)


def kept(session: Session, viewer: Viewer, region_id: str) -> list[str]:
    """The codes of the sources of which somebody keeps here who they are."""
    policy.may_identify(viewer, region_id)
    chosen = select(Source.code).join(Identity, Identity.source_id == Source.id)
    return list(session.scalars(chosen.where(Source.region_id == region_id).order_by(Source.code)))


def search(
    session: Session, viewer: Viewer, text: str, *, now: datetime
) -> tuple[list[tuple[str, str]], int]:
    """The rows (table, id) whose encrypted part holds a text, and how many could not be opened here.

    They are who protected sources are and the addresses of those who are told of warnings. Each is decrypted in
    memory with the keys of this machine and compared as `finding` compares; nothing that was opened is kept or
    told, and the search is written down.
    """
    policy.may_identify(viewer, None)
    wanted, found, closed = spelling.folded(text.strip()), [], 0
    rows = _encrypted(session)
    keys = _keys_here() if rows else {}
    for table, name, body, key_id in rows:
        try:
            if wanted in spelling.folded(_unsealed(name, body, key_id, keys)):
                found.append((table, name))
        except TocsinError:
            closed += 1
    if rows:
        told = {"rows": len(found)}
        audit.note(session, viewer.name, AccessAct.SEARCH, "identities", told=told, now=now)
    return found, closed


def _encrypted(session: Session) -> list[tuple[str, str, bytes, str]]:
    """All that is kept encrypted: table, id, body, key; what was emptied is left out."""
    i, r = Identity, Recipient
    sources = session.execute(select(i.source_id, i.sealed, i.key_id).order_by(i.source_id)).all()
    told = session.execute(select(r.id, r.sealed, r.key_id).order_by(r.id)).all()
    named = [("identity", *row) for row in sources] + [("recipient", *row) for row in told]
    return [(table, name, body, key) for table, name, body, key in named if body]


def _keys_here() -> dict[str, bytes]:
    try:
        return _keys()
    except TocsinError:  # the key is not here: then none can be opened
        return {}


def rekey(session: Session, viewer: Viewer, new: bytes, *, now: datetime) -> int:
    """Encrypt everything anew with another key; all of it or, where one cannot be opened, nothing."""
    policy.may_identify(viewer, None)
    keys, key = _keys(), sealing.derived(new, PURPOSE)
    rows = session.scalars(select(Identity)).all()
    known = {**keys, sealing.key_id(key): key}
    for row in rows:
        row.sealed = _sealed(key, row.source_id, _opened(row, known))
        row.key_id = sealing.key_id(key)
    told_of = session.scalars(select(Recipient)).all()
    for one in told_of:
        told_at = _unsealed(one.id, one.sealed, one.key_id, known) if one.sealed else ""
        one.sealed = _sealed(key, one.id, told_at)
        one.key_id = sealing.key_id(key)
    session.flush()
    told = {"rows": len(rows) + len(told_of), "key_id": sealing.key_id(key)}
    audit.note(session, viewer.name, AccessAct.CHANGE, "identity rekey", told=told, now=now)
    return len(rows) + len(told_of)


def sealed(of: str, told: str) -> tuple[bytes, str]:
    """Something about `of` (its id), encrypted with the key in use, and the short name of that key."""
    key = _key(make=True)
    return _sealed(key, of, told), sealing.key_id(key)


def unsealed(of: str, body: bytes, key_id: str, keys: Mapping[str, bytes] | None = None) -> str:
    """What was encrypted about `of`; an error names what is to be done where the key is not here.

    `keys` are those of `keys_in_use`, for who opens thousands.
    """
    return _unsealed(of, body, key_id, _keys() if keys is None else keys)


def keys_in_use() -> Mapping[str, bytes]:
    """The keys that may open what is kept here, by their short names; an error where there is none."""
    return _keys()


def new_key() -> bytes:
    """A new key in a file beside the one in use, which `use_new_key` puts in its place."""
    if settings.read("identity_key"):
        raise BadInput(
            "the key comes from TOCSIN_IDENTITY_KEY; give the new one with --new-key-file and set it there"
        )
    return _file(NEXT)


def use_new_key() -> None:
    """Put the new key in the place of the old one, after everything was encrypted with it."""
    (settings.home() / NEXT).replace(settings.home() / FILE)


def _source(session: Session, viewer: Viewer, region_id: str, code: str) -> Source:
    policy.may_identify(viewer, region_id)
    found = session.scalar(select(Source).where(Source.region_id == region_id, Source.code == code))
    if found is None:
        raise BadInput("the region has no source of this code; see sources.csv")
    return found


def _note(
    session: Session, viewer: Viewer, act: AccessAct, what: str, region_id: str, code: str, now: datetime
) -> None:
    audit.note(session, viewer.name, act, what, region_id=region_id, told={"ids": [code]}, now=now)


def _key(*, make: bool) -> bytes:
    """The key in use; made once where there is none and something is to be kept."""
    if given := settings.read("identity_key"):
        return sealing.derived(given.encode(), PURPOSE)
    path = settings.home() / FILE
    if not make and not path.exists():
        raise TocsinError(
            f"the key to the identities is not here; set TOCSIN_IDENTITY_KEY, or put it at {FILE} in the home folder"
        )
    return sealing.derived(_file(FILE), PURPOSE)


def _keys() -> dict[str, bytes]:
    """The keys that may open what is kept, by their short names: the one in use and, half-way, the next."""
    found = [_key(make=False)]
    if (settings.home() / NEXT).exists():
        found.append(sealing.derived(_file(NEXT), PURPOSE))
    return {sealing.key_id(one): one for one in found}


def _file(name: str) -> bytes:
    path: Path = settings.home() / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_bytes().strip()


def _sealed(key: bytes, source_id: str, told: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, told.encode(), source_id.encode())


def _opened(row: Identity, keys: Mapping[str, bytes]) -> str:
    return _unsealed(row.source_id, row.sealed, row.key_id, keys)


def _unsealed(of: str, body: bytes, key_id: str, keys: Mapping[str, bytes]) -> str:
    key = keys.get(key_id)
    if key is None:
        raise TocsinError(
            f"this was encrypted with another key ({key_id}); set TOCSIN_IDENTITY_KEY to that one and try again"
        )
    nonce, sealed = body[:NONCE_BYTES], body[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, of.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise TocsinError(
            "what is kept encrypted here was damaged or changed; restore it from a backup"
        ) from error
