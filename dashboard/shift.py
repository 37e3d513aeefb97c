"""What a shift hands over, as its reader may see it: what changed, what waits, who has what in hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from dashboard import alert_groups
from dashboard.asking import Asking
from db import clock, queries
from db.policy import Sight
from db.queries import RegionInfo
from db.vocab import Target, Verification

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Move:
    """A community whose level changed during the shift."""

    community: Record
    before: int
    now: int
    probability: float | None


@dataclass(frozen=True)
class Shift:
    """What a shift hands over; what its reader may not see of the team's work is not there."""

    region: RegionInfo
    since: datetime
    until: datetime
    moves: Sequence[Move]
    news: pd.DataFrame
    overdue: pd.DataFrame
    alerts: Sequence[Record]
    gaps: int
    works: bool
    drafts: int = 0
    looks: int = 0
    assignments: Sequence[Record] = field(default_factory=tuple)
    notes: Sequence[Record] = field(default_factory=tuple)
    last: Record | None = None

    @property
    def contested(self) -> int:
        """How many of the incidents that became known or changed are contested."""
        return int((self.news["verification"] == Verification.CONTESTED.value).sum())

    def told(self) -> dict[str, int]:
        """What stood open, as counts: what is kept with the end of a shift."""
        return {
            "level_changes": len(self.moves),
            "new_incidents": int((self.news["change"] == "new").sum()),
            "revised_incidents": int((self.news["change"] == "revised").sum()),
            "contested_incidents": self.contested,
            "open_alerts": len(self.alerts),
            "drafts": self.drafts,
            "incidents_to_look_at": self.looks,
            "words_overdue": int(self.overdue["community_id"].nunique()),
            "assignments": len(self.assignments),
            "notes": len(self.notes),
        }


def gather(view: Asking, seen: Sight, now: datetime) -> Shift:
    """Read what a shift hands over at the end of the day that is looked at, or now."""
    works, zone = seen.settlements and seen.texts, view.region.time_zone
    last: Record | None = None
    if works and len(ended := view.ask(queries.handovers, limit=1)):
        last = {str(name): value for name, value in ended.iloc[0].to_dict().items()}
    until = min(now, clock.end_of(view.as_of, zone))
    since = last["until"] if last else clock.end_of(clock.day_of(until, zone) - timedelta(days=1), zone)
    if not last and since >= until - timedelta(hours=1):  # the day has hardly begun, or is over
        since -= timedelta(days=1)
    heard = view.ask(queries.heard)
    team: dict[str, Any] = {}
    if works:
        team = {
            "drafts": int(view.ask(queries.draft_count)),
            "looks": _looks(view),
            "assignments": [_timely(one, until) for one in view.ask(queries.assignments).to_dict("records")],
            "notes": view.ask(queries.shift_notes).to_dict("records"),
            "last": last,
        }
    return Shift(
        *(view.region, since, until, _moves(view, since)),
        *(_news(view, since, exact=seen.settlements), heard[heard["overdue"]], _alerts(view)),
        gaps=sum(bool(one) for one in view.ask(queries.feeds)["gap"]),
        works=works,
        **team,
    )


def _timely(row: Record, until: datetime) -> Record:
    """A task, and whether its time is over."""
    return {**row, "overdue": isinstance(row["due_at"], datetime) and row["due_at"] < until}


def _looks(view: Asking) -> int:
    """How many incidents wait for a look, an archive that came as a file left out, as on the Review page."""
    counts = view.ask(queries.look_counts)
    return int(counts.loc[~untouched(counts), "waiting"].sum())


def untouched(counts: pd.DataFrame) -> "pd.Series[bool]":
    """Which counts are of incidents without a doubt out of files that nobody has looked into: an archive, no queue."""
    seen = counts.groupby("batch_id")["seen"].sum()
    return counts["batch_id"].map(seen).eq(0) & counts["why"].eq("new")


def _alerts(view: Asking) -> list[Record]:
    """Alerts that are not over: those nobody has taken on first, the gravest first."""
    rows: list[dict[str, Any]] = view.ask(queries.alerts).to_dict("records")
    return [one for one in alert_groups.ordered(rows) if alert_groups.group(one["handling"]) != "resolved"]


def _moves(view: Asking, since: datetime) -> list[Move]:
    """Whose level is another one than at the beginning of the shift."""
    begun = clock.day_of(since - timedelta(seconds=1), view.region.time_zone)
    scored = view.ask(queries.scored_days)
    earlier = next((day for day in scored if day <= begun), None)
    if not scored or earlier is None or earlier == scored[0]:
        return []
    was = _levels(view, earlier).set_index("area_id")["level"].to_dict()
    rows = _levels(view, scored[0]).to_dict("records")
    moved = [one for one in rows if one["area_id"] in was and was[one["area_id"]] != one["level"]]
    found = [Move(one, int(was[one["area_id"]]), int(one["level"]), one["probability"]) for one in moved]
    return sorted(found, key=lambda one: (-one.now, -abs(one.now - one.before), str(one.community["name"])))


def _levels(view: Asking, day: date) -> pd.DataFrame:
    """What was said of every community on a day, for the target and horizon that levels follow from."""
    asked = {"target": Target.ESCALATION.value, "horizon_days": view.region.alert_horizon_days}
    found: pd.DataFrame = view.ask(queries.scores, as_of=day, **asked)
    return found


def _news(view: Asking, since: datetime, *, exact: bool) -> pd.DataFrame:
    """Incidents that became known or changed, the gravest first."""
    day = clock.day_of(since, view.region.time_zone) - timedelta(days=1)
    found: pd.DataFrame = view.ask(queries.changes, since=day, limit=None)
    if exact and len(found):  # readers of districts know weeks, not moments
        found = found[pd.to_datetime(found["known_from"], utc=True) >= pd.Timestamp(since)]
    return found.sort_values("deaths", ascending=False, na_position="last")
