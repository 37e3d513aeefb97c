"""Rows as precisely as a viewer may read them: what says more is emptied, blurred or told in other words.

`db.policy` decides what a viewer may see; here it is done to the rows of a read.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from db.policy import RECENT_DAYS, SYSTEM, Sight
from db.vocab import GeoMethod, Precision

# What would tell a reader of districts the village: its name, its point, and free text about it.
_PLACE_COLUMNS = ("place_id", "place_text", "place_name", "place_name_ar", "near", "near_ar", "lat", "lon")
_TEXT_COLUMNS = (
    *("summary", "title", "text", "excerpt", "url", "raw", "wording", "external_id", "note", "note_ar"),
    *("verification_reason", "said_by", "reason", "old", "new", "cited", "admin2_text"),
)
_STAFF_COLUMNS = ("by", "actor", "added_by", "decided_by", "promoted_by")
_VOICE_COLUMNS = ("source", "independence_group", "title", "text", "url", "raw", "external_id", "cited")
PROTECTED = "protected source"
SOMEBODY, WITHHELD = "somebody", "withheld"


def mask(rows: pd.DataFrame, seen: Sight, as_of: date) -> pd.DataFrame:
    """Rows about incidents as precisely as a viewer may see them; columns that say more are emptied."""
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
    if seen.settlements or rows.empty:
        return rows
    day = pd.to_datetime(rows["date_end"])
    recent = day > pd.Timestamp(as_of - timedelta(days=RECENT_DAYS))
    rows = rows.assign(date_end=day.where(~recent, _monday(day)).dt.date)
    grouped = rows.groupby(["date_end", "incident_type"], as_index=False, sort=True)
    numbers = [name for name in rows.columns if name not in ("date_end", "incident_type")]
    return grouped[numbers].sum(min_count=1)


def _monday(days: pd.Series) -> pd.Series:
    monday: pd.Series = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return monday
