"""Pairs of incidents that may be one event, and what was said of such pairs."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import bulk, clusters, policy, reach
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.incidents import incidents
from db.queries.regions import When, when
from db.schema import Incident, JudgementRow

if TYPE_CHECKING:
    from db.duplicates.records import Told

_FACTS = ("summary", "incident_type", "date_start", "date_end", "place_text", "district")
_NAMES = ("place_name", "place_name_ar", "near", "near_ar", "district_ar", "governorate", "governorate_ar")
FACTS = (*_FACTS, *_NAMES, "deaths_low", "deaths", "deaths_high", "reports", "verification")
REACH_DAYS = 35
Pair = tuple[str, str]


def duplicates(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    least: float | None = None,
    since: date | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Pairs of incidents known as of a day that may be one event and were not judged yet, the likeliest first.

    Columns: left_id, right_id, score (0-1), reasons (what was compared, how it came out, what it weighs), and
    the facts of both as left_… and right_…. `since`: among incidents from that day on. Places and texts are
    compared, so who may not read those may not look for duplicates.
    """
    from db import duplicates as search  # pages that only list incidents never load it
    from db.duplicates import scoring
    from db.duplicates.records import Records

    asked = _asked(session, viewer, region_id, as_of, recorded_as_of)
    told = _told(session, viewer, asked, (since, date.max) if since else None)
    records = Records(told)
    found = search.matched(records, least=search.LEAST if least is None else least)
    named = [
        _pair(told[a].incident_id, told[b].incident_id) for a, b in zip(found.left, found.right, strict=True)
    ]
    judged = _judged(session, asked)
    fresh = [n for n, pair in enumerate(named) if pair not in judged][:limit]
    why = scoring.reasons(records, found.left[fresh], found.right[fresh])
    rows = pd.DataFrame([named[n] for n in fresh], columns=["left_id", "right_id"], dtype=object)
    rows["score"], rows["reasons"] = found.score[fresh].round(4), pd.Series(why, dtype=object)
    for side in ("left", "right"):
        rows = _with_facts(session, viewer, asked, recorded_as_of, rows, side)
    return rows


def similar(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    told: "Told",
    recorded_as_of: date | None = None,
    least: float = 0.2,
    limit: int = 5,
) -> pd.DataFrame:
    """Incidents known as of a day that a report which is not in the record yet may tell of, likeliest first.

    Columns: incident_id, score, reasons, and facts as other_….
    """
    from db import duplicates as search
    from db.duplicates import scoring
    from db.duplicates.records import Records

    reach = timedelta(days=REACH_DAYS)
    asked = _asked(session, viewer, region_id, as_of, recorded_as_of)
    others = _told(session, viewer, asked, (told.start - reach, told.end + reach))
    records = Records([told, *others])
    found = search.matched(records, least=least, only=0)
    left, right = found.left[:limit], found.right[:limit]
    ids = [records.told[max(pair)].incident_id for pair in zip(left, right, strict=True)]
    rows = pd.DataFrame({"other_id": pd.Series(ids, dtype=object)})
    rows["score"] = found.score[:limit].round(4)
    rows["reasons"] = pd.Series(scoring.reasons(records, left, right), dtype=object)
    rows = _with_facts(session, viewer, asked, recorded_as_of, rows, "other")
    return rows.rename(columns={"other_id": "incident_id"})


def judgements(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """What was last said of each judged pair by a day, newest first: who, when and why, with the score of then."""
    seen = policy.admit_to_work(viewer, region_id)
    clocks = when(session, viewer, region_id, as_of, recorded_as_of)
    j, hidden = JudgementRow, reach.untold(seen)
    visible = (j.left_id.not_in(hidden), j.right_id.not_in(hidden))
    names = ("left_id", "right_id", "judgement", "score", "reasons", "reason", "by", "at")
    asked = select(*(getattr(j, name) for name in names)).where(
        j.region_id == region_id, j.at < clocks.acted, *visible
    )
    rows = plain(frame(session, asked.order_by(j.at, j.id)), numbers=("score",), words=("judgement",))
    newest = rows.drop_duplicates(["left_id", "right_id"], keep="last")
    return newest.iloc[::-1].reset_index(drop=True)


def _asked(
    session: Session, viewer: Viewer, region_id: str, as_of: date, recorded_as_of: date | None
) -> When:
    policy.admit_to_work(viewer, region_id)
    return when(session, viewer, region_id, as_of, recorded_as_of)


def _told(session: Session, viewer: Viewer, asked: When, span: tuple[date, date] | None) -> "list[Told]":
    from db.duplicates import reading

    seen = policy.admit_to_work(viewer, asked.region_id)
    return reading.told(session, asked.region_id, asked.moment, seen, span=span, at=asked.at)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _judged(session: Session, asked: When) -> set[Pair]:
    """The pairs of leads of which any two members were judged."""
    said = clusters.judged(session, asked.region_id, recorded=asked.recorded)
    i, lead = asked.at.of(Incident), dict[str, str]()
    under = select(i.id, func.coalesce(i.merged_into, i.id))
    for some in bulk.batched(sorted({one for pair in said for one in pair}), clusters.CHUNK):
        lead |= dict(session.execute(under.where(i.id.in_(some))).all())
    return {_pair(lead[a], lead[b]) for a, b in said}


def _with_facts(
    session: Session, viewer: Viewer, asked: When, recorded_as_of: date | None, rows: pd.DataFrame, side: str
) -> pd.DataFrame:
    """The rows with what is believed of one side's incidents, as precisely as the reader may see it."""
    ids = sorted(set(rows[f"{side}_id"]))
    days: dict[str, Any] = {"as_of": asked.as_of, "recorded_as_of": recorded_as_of}
    shown: list[Any] = [
        incidents(session, viewer, region_id=asked.region_id, **days, ids=ids[n : n + 500], limit=None)
        for n in range(0, max(len(ids), 1), 500)
    ]
    facts = pd.concat(shown).set_index("incident_id")[list(FACTS)].add_prefix(f"{side}_")
    return rows.join(facts, on=f"{side}_id")
