"""What was chosen on the Settings page: by readers for themselves, by a team for its region.

Rows are only added; the newest one of a name is in force. What was never chosen has no row, and what it is then
is said where it is used: the language follows the browser, budgets those that the program comes with.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import action_files, audit, engine, policy, revisions
from db.errors import BadInput
from db.policy import Viewer
from db.schema import Setting
from db.vocab import AccessAct

BUDGETED = ("watch", "warning", "emergency")
LEAST_BUDGET, MOST_BUDGET = 0.01, 52.0  # false alerts per community and year
MOST_A_WEEK = 1000
MOST_IN_LINE = 5
ADDRESS_LENGTH = 200


def _word(*known: str) -> Callable[[Any], str | None]:
    return lambda value: None if value in known else f"is not one of: {', '.join(known)}"


def _language(value: Any) -> str | None:
    sound = isinstance(value, str) and value.isascii() and value.isalpha() and 2 <= len(value) <= 3
    return None if sound else "is no language; write its two letters, such as en or ar"


def _budgets(value: Any) -> str | None:
    if not isinstance(value, Mapping) or set(value) != set(BUDGETED):
        return f"needs a number for each of: {', '.join(BUDGETED)}"
    numbers = [value[name] for name in BUDGETED]
    if any(type(one) not in (int, float) or not LEAST_BUDGET <= one <= MOST_BUDGET for one in numbers):
        return f"takes numbers from {LEAST_BUDGET:g} to {MOST_BUDGET:g}: false alerts per community and year"
    if sorted(numbers, reverse=True) != numbers:
        return "must not grow with the level: watch may cost most, emergency least"
    return None


def _a_week(value: Any) -> str | None:
    sound = value is None or (type(value) is int and 1 <= value <= MOST_A_WEEK)
    return None if sound else f"is no whole number from 1 to {MOST_A_WEEK}; leave it empty for no budget"


def _approvals(value: Any) -> str | None:
    return None if type(value) is int and value in (1, 2) else "is 1 or 2: how many people let a warning out"


def _line(value: Any) -> str | None:
    roles = value if isinstance(value, list) and all(isinstance(one, str) for one in value) else None
    if roles is None or len(roles) > MOST_IN_LINE or any(not one.strip() for one in roles):
        return f"needs at most {MOST_IN_LINE} roles in their order, with a comma between them"
    if len({one.strip() for one in roles}) < len(roles):
        return "names a role twice; each is asked once"
    if any(len(one) > action_files.WORD_LENGTH for one in roles):
        return f"is too long: {action_files.WORD_LENGTH} letters for a role"
    if any(action_files.names_a_person(one) for one in roles):
        return f"seems to name a person; {action_files.ROLE_CURE}"
    return None


def _contact(value: Any) -> str | None:
    if not isinstance(value, Mapping) or set(value) != {"role", "address"}:
        return "needs a role and an address"
    role, address = str(value["role"]), str(value["address"])
    if not role.strip() or not address.strip():
        return "needs a role and an address; fill in both"
    if len(role) > action_files.WORD_LENGTH or len(address) > ADDRESS_LENGTH:
        return (
            f"is too long: {action_files.WORD_LENGTH} letters for the role, {ADDRESS_LENGTH} for the address"
        )
    if action_files.names_a_person(role):
        return f"seems to name a person; {action_files.ROLE_CURE}"
    return None


OWN: Mapping[str, Callable[[Any], str | None]] = {
    "lang": _language,
    "digits": _word("western", "arabic"),
    "calendar": _word("gregorian", "both"),
}
"""What a reader chooses for themselves, and what is wrong with a value."""
OF_REGION: Mapping[str, Callable[[Any], str | None]] = {
    "budgets": _budgets,
    "alerts_a_week": _a_week,
    "approvals": _approvals,
    "contact": _contact,
    "next_in_line": _line,
}
"""What a team chooses for its region, and what is wrong with a value."""


def choose_own(session: Session, viewer: Viewer, name: str, value: Any, *, now: datetime) -> bool:
    """Keep what a reader chose for themselves; False where it was so already."""
    policy.admit_anywhere(viewer)
    _refuse(OWN, name, value)
    return _add(
        session, name, value, region_id=None, viewer=viewer.name[:64], reason="", by=viewer.name, now=now
    )


def choose(
    session: Session,
    viewer: Viewer,
    region_id: str,
    name: str,
    value: Any,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Keep what a team chose for its region, with the reason; False where it was so already."""
    policy.may_settle(viewer, region_id)
    _refuse(OF_REGION, name, value)
    why, who = revisions.reasoned(reason), revisions.named(by)
    changed = _add(session, name, value, region_id=region_id, viewer=None, reason=why, by=who, now=now)
    if changed:
        told = {"setting": name}
        audit.note(session, viewer.name, AccessAct.CHANGE, "setting", region_id=region_id, told=told, now=now)
    return changed


def _refuse(known: Mapping[str, Callable[[Any], str | None]], name: str, value: Any) -> None:
    if name not in known:
        raise BadInput(f"there is no setting {name!r} of this kind; choose one of: {', '.join(known)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{name}: {value} is no number that can be used")
    if wrong := known[name](value):
        raise BadInput(f"{name}: {wrong}")


def _add(
    session: Session,
    name: str,
    value: Any,
    *,
    region_id: str | None,
    viewer: str | None,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    engine.queue(session.connection(), "settings")
    s = Setting
    same = (s.name == name, s.region_id == region_id, s.viewer == viewer)
    newest = session.scalars(select(s).where(*same).order_by(s.seq.desc()).limit(1)).first()
    if newest is not None and newest.value == {"is": value}:
        return False
    seq = (session.scalar(select(func.max(s.seq))) or 0) + 1
    told = {"name": name, "value": {"is": value}, "reason": reason or None, "by": by[:64], "at": now}
    session.add(Setting(seq=seq, region_id=region_id, viewer=viewer, **told))
    session.flush()
    return True
