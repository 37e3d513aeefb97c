"""What a reader may see, and how precisely: the one place that decides.

Every read in `db.queries` takes a `Viewer`, asks `sight` once and passes its rows through `mask`. Which
rows are there at all is asked of the database by the conditions in `db.reach`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from db.errors import TocsinError
from db.vocab import GeoMethod, Precision, Role, Sensitivity

if TYPE_CHECKING:
    import pandas as pd  # half a second: whoever only asks who may do what does not pay for it

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

# What would tell a reader of districts the village: its name, its point, and free text about it.
_PLACE_COLUMNS = ("place_id", "place_text", "place_name", "place_name_ar", "lat", "lon")
_TEXT_COLUMNS = (
    *("summary", "title", "text", "excerpt", "url", "raw", "wording", "external_id", "note"),
    *("verification_reason", "said_by", "reason", "old", "new", "cited", "admin2_text"),
)
_STAFF_COLUMNS = ("by", "actor", "added_by", "decided_by", "promoted_by")
_VOICE_COLUMNS = ("source", "independence_group", "title", "text", "url", "raw", "external_id", "cited")
PROTECTED = "protected source"
SOMEBODY, WITHHELD = "somebody", "withheld"
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


def mask(rows: pd.DataFrame, seen: Sight, as_of: date) -> pd.DataFrame:
    """Rows about incidents as precisely as a viewer may see them; columns that say more are emptied."""
    import pandas as pd

    rows = rows.copy()
    if "lead_protected" in rows:
        hidden = rows.pop("lead_protected").astype(bool)
        if not seen.exact:  # the summary is the title of a report whose source is protected
            rows["summary"] = rows["summary"].astype(object).where(~hidden, None)
    if not seen.settlements:
        _empty(rows, _PLACE_COLUMNS)
        _empty(rows, _TEXT_COLUMNS)
        _to_weeks(rows, as_of)
        if {"entity", "field"} <= set(rows.columns):  # to which community it was tied would tell the village
            rows["field"] = [str(field).partition(":")[0] for field in rows["field"]]
    if not seen.exact:
        _empty(rows, ("lat", "lon", "raw"))  # the raw row holds the coordinates too
        if "geo_method" in rows:
            rows["geo_method"] = GeoMethod.MASKED.value
    if not seen.texts:
        _empty(rows, _TEXT_COLUMNS)
    rows = unsigned(rows, seen)
    if "attributions" in rows and not (seen.texts and seen.settlements):
        # Whom a report quotes may be the elder of a village.
        unsaid = [[{**one, "said_by": None} for one in said] for said in rows["attributions"]]
        rows["attributions"] = pd.Series(unsaid, index=rows.index, dtype=object)
    return rows


def precision_of(seen: Sight, wanted: Precision | None = None) -> Precision:
    """How finely places may be told to this viewer, and no finer than they want it."""
    finest = (
        Precision.EXACT if seen.exact else Precision.SETTLEMENT if seen.settlements else Precision.DISTRICT
    )
    order = list(Precision)
    return max(finest, wanted or finest, key=order.index)


def coarsened(rows: pd.DataFrame, seen: Sight, precision: Precision, as_of: date) -> pd.DataFrame:
    """Rows about incidents as precisely as may be told at a precision, their codes of precision with them."""
    import pandas as pd

    named = precision in (Precision.EXACT, Precision.SETTLEMENT)
    exact = seen.exact and precision is Precision.EXACT
    seen = replace(seen, exact=exact, settlements=seen.settlements and named)
    rows = mask(rows, seen, as_of)
    if precision is Precision.GOVERNORATE:
        _empty(rows, ("district_id", "district", "district_ar", "admin2_text"))
    if not seen.settlements and len(rows):
        rows["geo_prec"] = rows["geo_prec"].clip(lower=4 if precision is Precision.GOVERNORATE else 3)
        recent = pd.to_datetime(rows["date_end"]) > pd.Timestamp(as_of - timedelta(days=RECENT_DAYS))
        rows["date_prec"] = rows["date_prec"].where(~recent, rows["date_prec"].clip(lower=3))
    return rows


def hush(rows: pd.DataFrame, seen: Sight) -> pd.DataFrame:
    """Reports without what would tell who spoke, where the source is protected (column `protected`)."""
    if not seen.exact:
        hidden = rows["protected"].astype(bool)
        for column in _VOICE_COLUMNS:
            rows[column] = rows[column].astype(object).where(~hidden, None)
    return rows


def unquoted(rows: pd.DataFrame, hidden: pd.Series, seen: Sight) -> pd.DataFrame:
    """What reports say, without the words of those whose source is protected (the rows that are `hidden`)."""
    for column in {"wording", "said_by"} & set(rows.columns):
        rows[column] = rows[column].astype(object).where(~hidden | seen.exact, None)
    return rows


def unsigned(rows: pd.DataFrame, seen: Sight) -> pd.DataFrame:
    """Acts without who did them and why, for those who do not work on the record; what rules did is told."""
    import pandas as pd

    if not seen.staff:
        people = pd.Series(True, index=rows.index)
        for column in set(_STAFF_COLUMNS) & set(rows.columns):
            people &= rows[column] != SYSTEM
            rows[column] = rows[column].where(~people | rows[column].isna(), SOMEBODY)
        if "reason" in rows:
            rows["reason"] = rows["reason"].where(~people | rows["reason"].isna(), WITHHELD)
    return rows


def tied(rows: pd.DataFrame, seen: Sight) -> pd.DataFrame:
    """Ties to communities; for readers of districts only the group and whether somebody identified it.

    Which community of a district it was tells the village; a group does not, where several live there.
    """
    if not seen.settlements:
        rows = unsigned(rows, seen)
        _empty(rows, ("community_id", "name", "name_ar", "share", "reason", "method", "confidence"))
        rows = rows.drop_duplicates(["group", "basis", "counted"], ignore_index=True)
    return rows


def driven(rows: pd.DataFrame, known: Collection[str]) -> pd.DataFrame:
    """Scores whose drivers name only the incidents that are known to the reader."""
    import pandas as pd

    told = [
        [{**one, "incident_ids": [i for i in one.get("incident_ids", []) if i in known]} for one in drivers]
        for drivers in rows["drivers"]
    ]
    rows["drivers"] = pd.Series(told, index=rows.index, dtype=object)
    return rows


def spoken(name: str, protected: bool, seen: Sight) -> str:
    """The name of a source as a viewer may read it."""
    return PROTECTED if protected and not seen.exact else name


def _empty(rows: pd.DataFrame, columns: tuple[str, ...]) -> None:
    for column in columns:
        if column in rows:
            rows[column] = None


def _to_weeks(rows: pd.DataFrame, as_of: date) -> None:
    """Blur the day of what is recent to its week (Monday to Sunday); older days stay."""
    import pandas as pd

    if not {"date_start", "date_end"} <= set(rows.columns) or rows.empty:
        return
    start, end = (pd.to_datetime(rows[c]) for c in ("date_start", "date_end"))
    recent = end > pd.Timestamp(as_of - timedelta(days=RECENT_DAYS))
    sunday = end + pd.to_timedelta(6 - end.dt.day_of_week, unit="D")
    rows["date_start"] = start.where(~recent, _monday(start)).dt.date
    rows["date_end"] = end.where(~recent, sunday).dt.date
    for column in {"known_from", "available_at", "published_at", "recorded_at"} & set(rows.columns):
        told = pd.to_datetime(rows[column], utc=True)
        rows[column] = told.where(~recent, _monday(told.dt.normalize())).astype(object)


def by_week(rows: pd.DataFrame, seen: Sight, as_of: date) -> pd.DataFrame:
    """Counts a day (date_end, incident_type, and numbers): recent days added up by their week for some readers."""
    import pandas as pd

    if seen.settlements or rows.empty:
        return rows
    day = pd.to_datetime(rows["date_end"])
    recent = day > pd.Timestamp(as_of - timedelta(days=RECENT_DAYS))
    rows = rows.assign(date_end=day.where(~recent, _monday(day)).dt.date)
    grouped = rows.groupby(["date_end", "incident_type"], as_index=False, sort=True)
    numbers = [name for name in rows.columns if name not in ("date_end", "incident_type")]
    return grouped[numbers].sum(min_count=1)


def _monday(days: pd.Series) -> pd.Series:
    import pandas as pd

    monday: pd.Series = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return monday
