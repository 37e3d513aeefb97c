"""What a reader may see, and how precisely: the one place that decides.

Every read in `db.queries` takes a `Viewer`, asks `sight` once and passes its rows through `db.masking`. Which
rows are there at all is asked of the database by the conditions in `db.reach`.
"""

from dataclasses import dataclass

from db.errors import TocsinError
from db.vocab import Role, Sensitivity

_S = Sensitivity
SEES: dict[Role, frozenset[Sensitivity]] = {
    Role.VIEWER: frozenset({_S.PUBLIC, _S.INTERNAL}),
    Role.ANALYST: frozenset({_S.PUBLIC, _S.INTERNAL, _S.RESTRICTED}),
    Role.VERIFIER: frozenset(_S),
    Role.APPROVER: frozenset(_S),
    Role.ADMIN: frozenset({_S.PUBLIC, _S.INTERNAL, _S.RESTRICTED}),
    Role.MODELLER: frozenset({_S.PUBLIC, _S.INTERNAL}),
}
SETTLEMENT_SIGHT = frozenset({Role.ANALYST, Role.VERIFIER, Role.APPROVER, Role.ADMIN})
EXACT_SIGHT = frozenset({Role.VERIFIER, Role.APPROVER})
PANEL_SIGHT = SETTLEMENT_SIGHT | {Role.MODELLER}
RECENT_DAYS = 7
SYSTEM = "tocsin"  # what rules did, nobody's name


class Denied(TocsinError):
    """The reader may not see this."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads: a name for the log, roles, and the regions they work on (None: all)."""

    name: str
    roles: frozenset[Role]
    regions: frozenset[str] | None = None


LOCAL = Viewer("local", frozenset(Role))
"""Whoever sits at the machine itself: all roles, for the file of the store lies open to them anyway."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer's roles add up to."""

    sensitivities: frozenset[Sensitivity]
    settlements: bool  # villages by name, and which community lives in which
    texts: bool  # what people wrote
    exact: bool  # exact points, raw rows, and who a protected source is
    panel: bool  # areas by day, as the models read them
    staff: bool  # the names of those who work on the record
    settings: bool  # how feeds and jobs are set, and what they said
    acts: bool  # may change the record


def sight(viewer: Viewer) -> Sight:
    """What this viewer may see; a viewer without a role sees nothing."""
    seen = frozenset().union(*(SEES[role] for role in viewer.roles))
    return Sight(
        sensitivities=seen,
        settlements=bool(viewer.roles & SETTLEMENT_SIGHT),
        texts=bool(viewer.roles & SETTLEMENT_SIGHT),
        exact=bool(viewer.roles & EXACT_SIGHT),
        panel=bool(viewer.roles & PANEL_SIGHT),
        staff=bool(viewer.roles & SETTLEMENT_SIGHT),
        settings=bool(viewer.roles & (EXACT_SIGHT | {Role.ADMIN})),
        acts=bool(viewer.roles & SETTLEMENT_SIGHT),
    )


def admit(viewer: Viewer, region_id: str) -> Sight:
    """The viewer's sight of a region, or a refusal."""
    seen = admit_anywhere(viewer)
    if viewer.regions is not None and region_id not in viewer.regions:
        raise Denied("you have no access to this region; ask an administrator for a role")
    return seen


def admit_to_work(viewer: Viewer, region_id: str) -> Sight:
    """The viewer's sight of what waits for a person: villages and words are read there, so not for everybody."""
    seen = admit(viewer, region_id)
    if not (seen.settlements and seen.texts):
        raise Denied("this means reading places and texts; ask an administrator for a role that may")
    return seen


def admit_to_panel(viewer: Viewer, region_id: str) -> Sight:
    """The viewer's sight of what models read, day by day and area by area, or a refusal."""
    seen = admit(viewer, region_id)
    if not seen.panel:
        raise Denied(
            "the panel tells of single days and areas; ask an administrator for a role that may read it"
        )
    return seen


def admit_anywhere(viewer: Viewer) -> Sight:
    """The viewer's sight where no region is asked for, or a refusal of somebody without a role."""
    if not viewer.roles:
        raise Denied("you have no role yet; ask an administrator for one")
    return sight(viewer)


def may_act(viewer: Viewer) -> None:
    """Refuse a change (an acknowledgement, a review) by somebody who may only read."""
    if not sight(viewer).acts:
        raise Denied("your role may read but not change anything; ask an administrator")


def works_in(viewer: Viewer, region_id: str) -> bool:
    """Whether somebody's roles reach a region."""
    return viewer.regions is None or region_id in viewer.regions


def may_import(viewer: Viewer, region_id: str | None) -> None:
    """Refuse to take a file in to all who may not change the record, of one region or (None) of those they work in."""
    may_act(viewer)
    if region_id is not None:
        admit_to_change(viewer, region_id)


def may_settle(viewer: Viewer, region_id: str) -> None:
    """Refuse what a team settles for a region (its plan, its budgets) to all but approvers and administrators."""
    admit(viewer, region_id)
    if not viewer.roles & {Role.APPROVER, Role.ADMIN}:
        raise Denied("only an approver or an administrator may settle this for the region; ask one")


def may_promote(viewer: Viewer, region_id: str) -> None:
    """Refuse to put a model in force to all but modellers and administrators."""
    admit(viewer, region_id)
    if not viewer.roles & {Role.MODELLER, Role.ADMIN}:
        raise Denied("only a modeller or an administrator may put a model in force; ask one")


def may_stop(viewer: Viewer) -> None:
    """Refuse to stop a job to all but modellers and administrators."""
    if not viewer.roles & {Role.MODELLER, Role.ADMIN}:
        raise Denied("only a modeller or an administrator may stop a job; ask one")


def admit_to_change(viewer: Viewer, region_id: str) -> Sight:
    """The viewer's sight of a region whose record they may change (merge, accept, undo …), or a refusal."""
    seen = admit_to_work(viewer, region_id)
    may_act(viewer)
    return seen


def may_set(viewer: Viewer, region_id: str) -> None:
    """Refuse settings (what is asked for news) to all who may not see them, and to those who work elsewhere."""
    if not admit(viewer, region_id).settings:
        raise Denied("only a verifier, an approver or an administrator may change settings; ask one")


def may_erase(viewer: Viewer) -> None:
    """Refuse the erasure of personal data, which nothing brings back, to all but approvers and administrators."""
    if not viewer.roles & {Role.APPROVER, Role.ADMIN}:
        raise Denied("only an approver or an administrator may erase; ask one")


def may_identify(viewer: Viewer, region_id: str | None) -> None:
    """Refuse who a protected source is to all but verifiers and approvers (None: of all regions)."""
    if not viewer.roles & {Role.VERIFIER, Role.APPROVER}:
        raise Denied("only a verifier or an approver may know who a protected source is; ask one")
    if viewer.regions is not None and region_id not in viewer.regions:
        raise Denied("you have no access to this region; ask an administrator for a role")


def sees_log(viewer: Viewer) -> bool:
    """Whether somebody sees who looked at what, or (False) only their own entries."""
    admit_anywhere(viewer)
    return Role.ADMIN in viewer.roles


def may_copy_all(viewer: Viewer) -> None:
    """Refuse a copy of the whole store, which says everything, to all but administrators who may see everything."""
    if Role.ADMIN not in viewer.roles or viewer.regions is not None or not sight(viewer).exact:
        raise Denied(
            "only an administrator who is also a verifier may export the whole store; ask one, or leave --full out"
        )


def may_administer(viewer: Viewer) -> None:
    """Refuse what concerns other people (roles, sign-ins, tokens) to all but an administrator of all regions."""
    if Role.ADMIN not in viewer.roles or viewer.regions is not None:
        raise Denied("only an administrator of all regions may look after people; ask one")
