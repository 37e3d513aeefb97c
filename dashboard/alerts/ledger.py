"""What became of warnings: raised, right, false, averted, missed; how long before, and how soon somebody answered.

A warning is a hit where an escalation came in the days that it spoke of, as the forecasts of its day were closed; false
where none came. Where the reports do not tell, a person's word counts; averted is a person's word alone, and only where
none came. What is not closed yet waits and counts for neither. An episode is a run of days after each of which an
escalation came; it is missed where no alert was in force on any of them. Silence and failed runs foretell nothing, so
they are counted and not judged.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import median
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from dashboard.alerts.judging import LEVEL, NOVELTY, OF_COMMUNITIES, SURGE
from db import clock, policy, queries
from db.policy import Viewer
from db.vocab import Handling, Outcome

FORETELL = (LEVEL, NOVELTY, SURGE)
ALL = "all"
EPISODE_GAP_DAYS = 7
LIVE = timedelta(days=2)  # as of scores (`models.score`)
Z = 1.96
COUNTS = (
    "raised",
    "hit",
    "false",
    "averted",
    "waiting",
    "unknown",
    "unjudged",
    "missed",
    "episodes",
    "replayed",
)
Key = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert: what a person said of it, and after how many hours somebody took it on (None: nobody yet).

    `replayed`: it was raised days after its day, so it warned nobody and is no track record.
    """

    alert_id: str
    rule: str
    community_id: str
    opened_on: date
    outcome: str | None = None
    answer_hours: float | None = None
    lead_days: int | None = None
    replayed: bool = False


def verdict(one: Raised, closed: Mapping[Key, bool | None]) -> str:
    """What became of a warning: one of `COUNTS`."""
    if one.rule not in FORETELL:
        return "unjudged"
    key = (one.community_id, one.opened_on)
    came = closed.get(key)
    if came is not None and (came or one.outcome != Outcome.AVERTED):
        return "hit" if came else "false"
    said = {Outcome.AVERTED: "averted", Outcome.MATERIALISED: "hit", Outcome.DID_NOT: "false"}
    if one.outcome in said:
        return said[Outcome(one.outcome)]
    return "unknown" if key in closed or one.outcome == Outcome.UNKNOWN else "waiting"


def episodes(closed: Mapping[Key, bool | None], over_by: date = date.max) -> list[tuple[str, list[date]]]:
    """The runs of days of each community after which an escalation came; a gap of a week parts two of them.

    Only those that ended by a day: one that may go on may still be warned of.
    """
    found: list[tuple[str, list[date]]] = []
    for community, day in sorted(key for key, came in closed.items() if came):
        last = found[-1] if found else ("", [])
        if last[0] == community and (day - last[1][-1]).days <= EPISODE_GAP_DAYS:
            last[1].append(day)
        else:
            found.append((community, [day]))
    return [one for one in found if one[1][-1] <= over_by]


def tally(
    raised: Sequence[Raised], closed: Mapping[Key, bool | None], horizon_days: int, as_of: date
) -> pd.DataFrame:
    """The ledger of a day: a row a rule and quarter, and one a quarter over all rules ("all": caught by any of them).

    Columns: rule, quarter, `COUNTS`, lead_days and answer_hours (medians; NaN: of none), leads and answers (of how
    many). A warning counts in the quarter in which it opened, an episode in the one in which it began.
    """
    runs = episodes(closed, as_of - timedelta(days=horizon_days + EPISODE_GAP_DAYS))
    rows = []
    for rule in (ALL, *OF_COMMUNITIES):
        mine = [one for one in raised if rule in (ALL, one.rule)]
        caught = _in_force([one for one in mine if one.rule in FORETELL], horizon_days)
        foretold = runs if rule == ALL or rule in FORETELL else []
        quarters = {quarter(one.opened_on) for one in mine} | {quarter(days[0]) for _, days in foretold}
        for name in sorted(quarters):
            here = [one for one in mine if quarter(one.opened_on) == name]
            begun = [one for one in foretold if quarter(one[1][0]) == name]
            rows.append({"rule": rule, "quarter": name, **_counted(here, begun, closed, caught)})
    columns = ["rule", "quarter", *COUNTS, "lead_days", "leads", "answer_hours", "answers"]
    return pd.DataFrame(rows, columns=columns)


def quarter(day: date) -> str:
    """The quarter of a day: 2018-Q3."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def interval(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927); None of nothing."""
    if not whole:
        return None
    share, scale = part / whole, 1 + Z**2 / whole
    centre = (share + Z**2 / (2 * whole)) / scale
    half = Z * sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def of_the_year(rows: pd.DataFrame, as_of: date) -> dict[str, int]:
    """The counts over all rules of the quarter of a day and the three before it."""
    before = quarter(date(as_of.year - 1, as_of.month, 1))
    mine = rows[(rows["rule"] == ALL) & (rows["quarter"] > before)]
    return {name: int(mine[name].sum()) for name in COUNTS}


def alert_ledger(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    leads: bool = True,
) -> pd.DataFrame:
    """The ledger of a region as it stood on a day (see `tally`); without `leads` no lead time is looked for."""
    asked: dict[str, Any] = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    region = queries.region(session, viewer, region_id, recorded_as_of=recorded_as_of)
    found = queries.escalations(session, viewer, **asked).to_dict("records")
    closed = {(one["community_id"], one["day"]): _told(one["obs"]) for one in found}
    bars = {(one["community_id"], one["day"]): one["bar"] for one in found}
    hours = answered(queries.transitions(session, viewer, **asked).to_dict("records"))
    exact = leads and policy.sight(viewer).settlements

    def lead(community: str, opened_on: date) -> int | None:
        if not exact or not closed.get((community, opened_on)):
            return None
        since = opened_on + timedelta(days=1)
        deaths = queries.daily_counts(session, viewer, **asked, community_id=community, since=since)
        return lead_days(opened_on, bars[community, opened_on], deaths.to_dict("records"))

    rows = queries.alerts(session, viewer, **asked).to_dict("records")
    raised = [_raised({**one, "zone": region.time_zone}, hours, lead) for one in rows]
    return tally(raised, closed, region.alert_horizon_days, as_of)


def answered(steps: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """After how many hours somebody took each alert on: from when it was let out, or opened where it never was."""
    begun: dict[str, datetime] = {}
    hours: dict[str, float] = {}
    for one in steps:
        name = str(one["alert_id"])
        if name not in begun or one["handling"] == Handling.APPROVED:
            begun[name] = one["at"]
        if one["handling"] == Handling.ACKNOWLEDGED:
            hours.setdefault(name, (one["at"] - begun[name]).total_seconds() / 3600)
    return hours


def lead_days(opened_on: date, bar: float, deaths: Iterable[Mapping[str, Any]]) -> int | None:
    """How many days after it opened the deaths that it spoke of exceeded their bar; None where they did not."""
    total = 0.0
    for one in sorted(deaths, key=lambda row: row["date_end"]):
        total += 0.0 if pd.isna(one["deaths"]) else float(one["deaths"])
        if total > bar:
            return (one["date_end"] - opened_on).days
    return None


def _raised(
    one: Mapping[str, Any], hours: Mapping[str, float], lead: Callable[[str, date], int | None]
) -> Raised:
    about = (str(one["alert_id"]), str(one["rule"]), str(one["community_id"]), one["opened_on"])
    outcome = None if pd.isna(one["outcome"]) else str(one["outcome"])
    ahead = lead(about[2], about[3]) if about[1] in FORETELL else None
    late = clock.day_of(one["created_at"], one["zone"]) - one["opened_on"] > LIVE
    return Raised(*about, outcome, hours.get(about[0]), ahead, late)


def _told(obs: Any) -> bool | None:
    return None if pd.isna(obs) else bool(obs)


def _in_force(raised: Iterable[Raised], horizon_days: int) -> set[Key]:
    """The communities and days on which some alert was in force: from its day on, for as long as it looks ahead."""
    return {
        (one.community_id, one.opened_on + timedelta(days=ahead))
        for one in raised
        for ahead in range(horizon_days)
    }


def _counted(
    here: Sequence[Raised],
    begun: Sequence[tuple[str, list[date]]],
    closed: Mapping[Key, bool | None],
    caught: set[Key],
) -> dict[str, Any]:
    verdicts = [verdict(one, closed) for one in here]
    missed = sum(not any((community, day) in caught for day in days) for community, days in begun)
    leads = [one.lead_days for one in here if one.lead_days is not None]
    hours = [one.answer_hours for one in here if one.answer_hours is not None]
    counts = {name: verdicts.count(name) for name in COUNTS}
    return {
        **counts,
        **{"raised": len(here), "missed": missed, "episodes": len(begun)},
        "replayed": sum(one.replayed for one in here),
        **{"lead_days": median(leads) if leads else None, "leads": len(leads)},
        **{"answer_hours": round(median(hours), 1) if hours else None, "answers": len(hours)},
    }
