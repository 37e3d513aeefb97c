"""Who is told when something leaves the building: recipients, of what they are told, and silences.

An address is encrypted like a protected source and opened only where a message is sent. Recipients of
exercises (`drill`) hear of exercises only, all others of nothing that is one.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import audit, erasures, identities, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.messages import To
from db.policy import Viewer
from db.schema import Community, Place, Recipient, Region, Silence, Subscription
from db.vocab import AccessAct, Pace, Scope

NAME_LENGTH, ADDRESS_LENGTH = 64, 2000
DAY_MINUTES = 24 * 60
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) *[-–] *([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class New:
    """Somebody to be told: a name that the team uses (a role), a channel and an address, a language.

    `quiet` are the minutes of the region's day between which only emergencies are sent.
    """

    name: str
    channel: str
    address: str = ""
    lang: str = "en"
    drill: bool = False
    quiet: tuple[int, int] | None = None


def add(session: Session, viewer: Viewer, region_id: str, new: New, *, by: str, now: datetime) -> str:
    """Keep a new recipient; returns the id."""
    policy.may_settle(viewer, region_id)
    _refuse(session, region_id, new)
    name = content_id("recipient", region_id, new.name.strip(), new.channel, now.isoformat())
    body, key_id = identities.sealed(name, new.address.strip())
    quiet_from, quiet_until = new.quiet or (None, None)
    facts = {"name": new.name.strip(), "channel": new.channel, "lang": new.lang, "drill": new.drill}
    kept = {"sealed": body, "key_id": key_id}
    said = {"quiet_from": quiet_from, "quiet_until": quiet_until, "added_at": now}
    session.add(
        Recipient(id=name, region_id=region_id, **facts, **kept, **said, added_by=revisions.named(by))
    )
    session.flush()
    _note(session, viewer, region_id, "recipient", name, now)
    return name


def end(session: Session, viewer: Viewer, recipient_id: str, *, by: str, now: datetime) -> None:
    """Tell somebody nothing any more; what they were told stays in the record, their address goes."""
    row = found(session, viewer, recipient_id)
    forget(session, row, revisions.named(by), now)
    _note(session, viewer, row.region_id, "recipient", recipient_id, now)


def forget(session: Session, row: Recipient, who: str, now: datetime) -> None:
    """Take a row off the list: their address goes, from older backups that are put back too, and their feed."""
    row.ended_at, row.ended_by, row.secret_sha256 = now, who, None
    row.sealed, row.key_id = identities.sealed(row.id, "")
    session.flush()
    told: dict[str, Any] = {"reason": "taken off the list", "by": who, "now": now}
    erasures.sign(session, "recipient", row.id, ["sealed"], **told)


def subscribe(
    session: Session,
    viewer: Viewer,
    recipient_id: str,
    scope: Scope,
    scope_id: str,
    *,
    level: int,
    pace: Pace,
    by: str,
    now: datetime,
) -> str:
    """Tell a recipient of a community, group, district or the region from a level on; returns the id."""
    row = found(session, viewer, recipient_id)
    _refuse_scope(session, row.region_id, scope, scope_id)
    if level not in (2, 3, 4):
        raise BadInput("a level is 2 (watch), 3 (warning) or 4 (emergency)")
    name = content_id("subscription", recipient_id, scope, scope_id, now.isoformat())
    told = {"scope": scope, "scope_id": scope_id, "level": level, "pace": pace}
    session.merge(Subscription(id=name, recipient_id=row.id, **told, by=revisions.named(by), at=now))
    session.flush()
    _note(session, viewer, row.region_id, "subscription", name, now)
    return name


def unsubscribe(session: Session, viewer: Viewer, subscription_id: str, *, by: str, now: datetime) -> None:
    """End a subscription."""
    row = session.get(Subscription, subscription_id)
    if row is None or row.ended_at is not None:
        raise BadInput(f"there is no subscription {subscription_id!r}; see: tocsin recipients list")
    whose = found(session, viewer, row.recipient_id)
    row.ended_at, row.ended_by = now, revisions.named(by)
    session.flush()
    _note(session, viewer, whose.region_id, "subscription", subscription_id, now)


def silence(
    session: Session,
    viewer: Viewer,
    region_id: str,
    scope: Scope,
    scope_id: str,
    *,
    level: int,
    until: datetime,
    reason: str,
    by: str,
    now: datetime,
    rule: str | None = None,
) -> str:
    """Let no warning out about something up to a level until a moment; it stays on the pages. Returns the id."""
    policy.may_settle(viewer, region_id)
    _refuse_scope(session, region_id, scope, scope_id)
    if until <= now:
        raise BadInput("a silence ends after now; choose a later --until")
    if level not in (2, 3, 4):
        raise BadInput("a level is 2 (watch), 3 (warning) or 4 (emergency)")
    name = content_id("silence", region_id, scope, scope_id, now.isoformat())
    told = {"scope": scope, "scope_id": scope_id, "rule": rule, "level": level, "until": until, "at": now}
    why = {"reason": revisions.reasoned(reason), "by": revisions.named(by)}
    session.merge(Silence(id=name, region_id=region_id, **told, **why))
    session.flush()
    _note(session, viewer, region_id, "silence", name, now)
    return name


def end_silence(session: Session, viewer: Viewer, silence_id: str, *, by: str, now: datetime) -> None:
    """End a silence before its time."""
    row = session.get(Silence, silence_id)
    if row is None or row.ended_at is not None:
        raise BadInput(f"there is no silence {silence_id!r} in force; see: tocsin alerts silences")
    policy.may_settle(viewer, row.region_id)
    row.ended_at, row.ended_by = now, revisions.named(by)
    session.flush()
    _note(session, viewer, row.region_id, "silence", silence_id, now)


def hours(said: str) -> tuple[int, int] | None:
    """Quiet hours such as "22:00-06:00" as minutes of the day; None for an empty text."""
    found = _HOURS.fullmatch(said.strip())
    if not said.strip():
        return None
    if found is None:
        raise BadInput(f"{said!r} are no hours; write them as 22:00-06:00")
    begin, end, minutes = found[1], found[3], (int(found[2]), int(found[4]))
    return int(begin) * 60 + minutes[0], int(end) * 60 + minutes[1]


def look(session: Session, viewer: Viewer, recipient_id: str, *, now: datetime) -> str:
    """Somebody's address, for those who look after recipients; each look is written down, in the same step."""
    row = found(session, viewer, recipient_id)
    told, region = address(row), row.region_id
    what = "recipient address"
    audit.note(session, viewer.name, AccessAct.READ, what, region_id=region, told={"id": row.id}, now=now)
    return told


def address(row: Recipient | To, keys: Mapping[str, bytes] | None = None) -> str:
    """Where to send; empty where that was erased. `keys` as of `identities.unsealed`."""
    return identities.unsealed(row.id, row.sealed, row.key_id, keys) if row.sealed else ""


def found(session: Session, viewer: Viewer, recipient_id: str) -> Recipient:
    """Somebody who is told, for those who may change that."""
    row = session.get(Recipient, recipient_id)
    if row is None or row.ended_at is not None:
        policy.admit_anywhere(viewer)
        raise BadInput(
            f"there is no recipient {recipient_id!r} that you may change; see: tocsin recipients list"
        )
    policy.may_settle(viewer, row.region_id)
    return row


def _refuse(session: Session, region_id: str, new: New) -> None:
    if not new.name.strip() or len(new.name) > NAME_LENGTH or not new.name.isprintable():
        raise BadInput(f"say in at most {NAME_LENGTH} letters who is told, best as a role")
    if len(new.address) > ADDRESS_LENGTH:
        raise BadInput(f"an address has at most {ADDRESS_LENGTH} letters")
    if not new.address.strip():
        raise BadInput("say where to send; write the address as the channel wants it")
    if new.quiet and not all(0 <= one < DAY_MINUTES for one in new.quiet):
        raise BadInput("quiet hours are two times of a day, such as 22:00-06:00")
    taken = select(Recipient.id).where(Recipient.region_id == region_id, Recipient.name == new.name.strip())
    if session.scalar(taken.where(Recipient.ended_at.is_(None)).limit(1)):
        raise BadInput(f"{new.name.strip()} is on the list already; take them off first, or use another name")
    if new.drill != session.get_one(Region, region_id).exercise:
        raise BadInput(
            "an exercise tells recipients of exercises only (--drill), and a real region real ones only"
        )


def _refuse_scope(session: Session, region_id: str, scope: Scope, scope_id: str) -> None:
    if scope_id not in _scopes(session, region_id, scope):
        raise BadInput(f"there is no {scope} {scope_id!r} in this region; check how it is written")


def _scopes(session: Session, region_id: str, scope: Scope) -> Collection[str]:
    if scope is Scope.REGION:
        return {region_id}
    if scope is Scope.DISTRICT:
        return set(session.scalars(select(Place.id).where(Place.region_id == region_id)))
    column = Community.id if scope is Scope.COMMUNITY else Community.group
    return set(session.scalars(select(column).where(Community.region_id == region_id)))


def _note(session: Session, viewer: Viewer, region_id: str, what: str, which: str, now: datetime) -> None:
    audit.note(session, viewer.name, AccessAct.CHANGE, what, region_id=region_id, told={"id": which}, now=now)
