"""A team's own plan: what to do at a level, for whom, and whose role it is. Never written by the program.

Rows are added and ended, never changed: a step that reads otherwise is a row of its own, so that every day of
the record keeps its plan. What a person settled stands against the pack: a step that somebody ended does not
come back by loading the pack again, and where somebody put a step of their own the pack puts none.
"""

from collections.abc import Iterable
from dataclasses import astuple, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import action_files, audit, policy, revisions
from db.action_files import Step
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import ActionStep
from db.vocab import AccessAct

PACK, SETTINGS = "pack", "settings"
LOADER = "region load"
_FACTS = tuple(one.name for one in fields(Step))


def add(session: Session, viewer: Viewer, region_id: str, step: Step, *, by: str, now: datetime) -> str:
    """Put a step into the plan; returns its id. A place that is taken is refused."""
    policy.may_settle(viewer, region_id)
    _refuse(step)
    taken = {of(row).slot for row in _in_force(session, region_id)}
    if step.slot in taken:
        raise BadInput(
            f"order: step {step.position} for “{step.audience}” at level {step.level} is there already; "
            "change that one, or take another number"
        )
    name = _put(session, region_id, step, SETTINGS, revisions.named(by), now)
    _remember(session, viewer, region_id, "added", name, now)
    return name


def change(session: Session, viewer: Viewer, step_id: str, step: Step, *, by: str, now: datetime) -> str:
    """Let a step read otherwise from now on; returns the id of the new row."""
    row = _open(session, viewer, step_id)
    _refuse(step)
    if step == of(row):
        return step_id
    end(session, viewer, step_id, by=by, now=now)
    return add(session, viewer, row.region_id, step, by=by, now=now)


def end(session: Session, viewer: Viewer, step_id: str, *, by: str, now: datetime) -> None:
    """Take a step out of the plan from now on; it stays in the record."""
    row = _open(session, viewer, step_id)
    row.ended_at, row.ended_by = now, revisions.named(by)
    session.flush()
    _remember(session, viewer, row.region_id, "ended", step_id, now)


def replace(
    session: Session, viewer: Viewer, region_id: str, steps: Iterable[Step], *, by: str, now: datetime
) -> tuple[int, int]:
    """Make the plan what some steps say; how many came, and how many ended. The same steps change nothing."""
    policy.may_settle(viewer, region_id)
    wanted = list(steps)
    gone = [row for row in _in_force(session, region_id) if of(row) not in wanted]
    for row in gone:
        end(session, viewer, row.id, by=by, now=now)
    there = [of(row) for row in _in_force(session, region_id)]
    fresh = [one for one in wanted if one not in there]
    for one in fresh:
        add(session, viewer, region_id, one, by=by, now=now)
    return len(fresh), len(gone)


def follow_pack(session: Session, region_id: str, steps: Iterable[Step], now: datetime) -> None:
    """Let the plan follow its pack, where nobody settled otherwise."""
    wanted = list(steps)
    known = list(session.scalars(select(ActionStep).where(ActionStep.region_id == region_id)))
    for row in known:
        if row.ended_at is None and row.origin == PACK and of(row) not in wanted:
            row.ended_at, row.ended_by = now, LOADER
    session.flush()
    refused = [of(row) for row in known if row.origin == PACK and row.ended_by not in (None, LOADER)]
    taken = {of(row).slot for row in known if row.ended_at is None}
    for one in wanted:
        if one not in refused and one.slot not in taken:
            _put(session, region_id, one, PACK, LOADER, now)


def of(row: ActionStep) -> Step:
    """What a row of the plan says."""
    return Step(**{name: getattr(row, name) for name in _FACTS})


def _in_force(session: Session, region_id: str) -> list[ActionStep]:
    mine = (ActionStep.region_id == region_id, ActionStep.ended_at.is_(None))
    return list(session.scalars(select(ActionStep).where(*mine)))


def _open(session: Session, viewer: Viewer, step_id: str) -> ActionStep:
    row = session.get(ActionStep, step_id)
    if row is None:
        raise BadInput(f"there is no step {step_id!r}; list them with: tocsin plan list --json")
    policy.may_settle(viewer, row.region_id)
    if row.ended_at is not None:
        raise BadInput(f"step {step_id} is no longer in the plan; list what is with: tocsin plan list")
    return row


def _refuse(step: Step) -> None:
    for column, message in action_files.faults(step):
        raise BadInput(f"{column}: {message}")


def _put(session: Session, region_id: str, step: Step, origin: str, by: str, now: datetime) -> str:
    name = content_id("step", region_id, origin, *astuple(step), now.isoformat())
    while session.get(ActionStep, name) is not None:  # ended and added again in the same moment
        name = content_id("again", name)
    facts = {one: getattr(step, one) for one in _FACTS}
    session.add(ActionStep(id=name, region_id=region_id, **facts, origin=origin, by=by, at=now))
    session.flush()
    return name


def _remember(
    session: Session, viewer: Viewer, region_id: str, how: str, step_id: str, now: datetime
) -> None:
    told = {"step": step_id, "how": how}
    audit.note(session, viewer.name, AccessAct.CHANGE, "plan", region_id=region_id, told=told, now=now)
