"""From the changes of a day to drafts of notices: bundle them, gather their facts, keep them for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from dashboard.alerts import bundles, facts, reasons, rules
from dashboard.alerts.bundles import Bundle, Fate, Quiet, Raised
from dashboard.alerts.facts import Day
from dashboard.alerts.judging import FAILED_RUN
from dashboard.i18n import N_
from db import clock, notices, queries
from db.notices import Drafted
from db.policy import Viewer
from db.schema import Transition
from db.vocab import Condition, NoticeKind, Pace, Scope

RISEN = ("level", "back", "silent_back", "standing")
HELD = {
    Fate.DIGEST: N_("the week's budget is spent, or it is told of already: the digest tells of it"),
    Fate.SILENCED: N_("silenced by {silence}"),
}


@dataclass
class Told:
    """What was told lately: how many at once by day, the newest notice of each key with its last day, which alerts."""

    at_once: list[date] = field(default_factory=list)
    newest: dict[tuple[str, str], tuple[str, int, date]] = field(default_factory=dict)
    alerts: set[str] = field(default_factory=set)

    def spent(self, day: date) -> int:
        """How many were at once in the six days before."""
        first = day - timedelta(days=bundles.WEEK_DAYS - 1)
        return sum(first <= one <= day for one in self.at_once)

    def levels(self, day: date) -> dict[tuple[str, str], int]:
        """At which level each key is told of on a day."""
        return {key: level for key, (_, level, until) in self.newest.items() if until >= day}


def draft(
    session: Session, viewer: Viewer, *, region_id: str, rows: Iterable[Transition], now: datetime
) -> list[str]:
    """Draft what the transitions of some days call for, day by day; the ids of the notices."""
    by_day: dict[date, list[Transition]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    if not by_day:
        return []
    region = queries.region(session, viewer, region_id)
    told, kept = _told(session, viewer, region, min(by_day)), []
    for day in sorted(by_day):
        drafts = _of_day(session, viewer, region, day, by_day[day], told)
        names = notices.keep(session, region.id, drafts, region.exercise, now)
        for name, one in zip(names, drafts, strict=True):
            _remember(told, name, one)
        kept += names
    return kept


def _of_day(
    session: Session,
    viewer: Viewer,
    region: queries.RegionInfo,
    day: date,
    rows: Sequence[Transition],
    told: Told,
) -> list[Drafted]:
    here = Day(session, region, day)
    raised = [_raised(here, row) for row in rows if _speaks(row)]
    why = {str(row.alert_id): row.memory.get("why", {}) for row in rows}
    a_week, quiet = _settings(session, viewer, region, day)
    found = bundles.bundled(
        raised,
        now=clock.start_of(day, region.time_zone),
        silences=quiet,
        spent=told.spent(day),
        a_week=a_week,
        told=told.levels(day),
    )
    drafts = [_drafted(here, one, why, told) for one in found]
    drafts += _over(here, rows, told)
    return drafts + _digest(here, found, _anybody_by_digest(session, viewer, region))


def _anybody_by_digest(session: Session, viewer: Viewer, region: queries.RegionInfo) -> bool:
    """Whether somebody is told by digest only."""
    last = date.max - timedelta(days=2)
    rows = queries.recipients(session, viewer, region_id=region.id, as_of=last)
    return any(one["pace"] == Pace.DIGEST for told in rows["told"] for one in told)


def _speaks(row: Transition) -> bool:
    """Whether a change is told of: something opened, rose above its peak, or came back."""
    code = row.memory.get("why", {}).get("code")
    opens = row.memory.get("opened_on") == row.day.isoformat() and row.condition is Condition.OPEN
    closed = row.handling in rules.DONE
    return bool(row.alert_id) and not closed and (opens or code in RISEN)


def _raised(here: Day, row: Transition) -> Raised:
    return here.raised(str(row.alert_id), row.community_id, row.rule, row.level)


def _drafted(here: Day, bundle: Bundle, why: Mapping[str, Mapping[str, Any]], told: Told) -> Drafted:
    earlier = told.newest.get(bundle.key)
    known = earlier is not None and earlier[2] >= here.day
    held = HELD[bundle.fate].format(silence=bundle.silence_id) if bundle.fate in HELD else ""
    return Drafted(
        kind=NoticeKind.UPDATE if known else NoticeKind.ALERT,
        day=here.day,
        level=bundle.level,
        facts=facts.of_bundle(here, bundle, why),
        alert_ids=tuple(one.alert_id for one in bundle.members),
        expires_on=here.day + timedelta(days=here.region.alert_horizon_days),
        earlier_id=earlier[0] if known and earlier else None,
        held=held,
    )


def _over(here: Day, rows: Sequence[Transition], told: Told) -> list[Drafted]:
    """The end of what was told of: alerts that are over, where no other rule still warns of the community."""
    over = [row for row in rows if row.memory.get("why", {}).get("code") in reasons.ENDED]
    over = [row for row in over if row.alert_id in told.alerts and row.community_id not in here.warned]
    drafts = []
    by_key: dict[tuple[str, str], list[Raised]] = {}
    for row in over:
        one = _raised(here, row)
        by_key.setdefault((one.district_id, one.group), []).append(one)
    for key, members in sorted(by_key.items()):
        if key in told.newest:
            bundle = Bundle(key, tuple(members), Fate.AT_ONCE)
            why = {str(row.alert_id): row.memory["why"] for row in over}
            told_of = facts.of_bundle(here, bundle, why)
            ids = tuple(one.alert_id for one in members)
            earlier = told.newest[key][0]
            drafts.append(
                Drafted(NoticeKind.CANCEL, here.day, members[0].level, told_of, ids, here.day, earlier)
            )
    return drafts


def _digest(here: Day, found: Sequence[Bundle], wanted: bool) -> list[Drafted]:
    """One digest of a day, where anything is left for it or somebody is told by digest only."""
    shown = [one for one in found if one.fate is not Fate.SILENCED]
    overflow = sum(one.fate is Fate.DIGEST for one in shown)
    if not shown or not (overflow or wanted):
        return []
    told_of = facts.of_digest(here, shown, overflow)
    ids = tuple(member.alert_id for one in shown for member in one.members)
    level = max(one.level for one in shown)
    return [Drafted(NoticeKind.DIGEST, here.day, level, told_of, ids, here.day + timedelta(days=1))]


def _remember(told: Told, name: str, one: Drafted) -> None:
    if one.kind in (NoticeKind.DIGEST, NoticeKind.CANCEL) or one.held:
        return
    key = (one.facts["district"]["id"], one.facts["group"]["id"])
    told.at_once.append(one.day)
    told.newest[key] = (name, one.level, one.expires_on)
    told.alerts.update(one.alert_ids)


def _told(session: Session, viewer: Viewer, region: queries.RegionInfo, first: date) -> Told:
    """What was told before a day and may still matter."""
    told, since = Told(), first - timedelta(days=region.alert_horizon_days + 1)
    asked: dict[str, Any] = {"region_id": region.id, "as_of": first, "since": since}
    found = queries.notices(session, viewer, **asked).to_dict("records")
    for row in reversed(found):
        if row["state"] in ("held", "withdrawn") or row["kind"] not in ("alert", "update"):
            continue
        if row["facts"]["rule"] == FAILED_RUN:  # about the machine: no part of the budget
            continue
        key = (row["facts"]["district"]["id"], row["facts"]["group"]["id"])
        told.at_once.append(row["day"])
        told.newest[key] = (row["notice_id"], int(row["level"]), row["expires_on"])
        told.alerts.update(row["alert_ids"])
    return told


def _settings(
    session: Session, viewer: Viewer, region: queries.RegionInfo, day: date
) -> tuple[int | None, list[Quiet]]:
    """The week's budget and the silences as they stand now: both are deeds of the team, not of the world."""
    asked: dict[str, Any] = {"region_id": region.id, "as_of": date.max - timedelta(days=2)}
    rows = queries.region_settings(session, viewer, **asked)
    chosen = dict(zip(rows["name"], rows["value"], strict=True))
    quiet = queries.silences(session, viewer, region_id=region.id, as_of=day)
    found = [
        Quiet(one.silence_id, Scope(one.scope), one.scope_id, int(one.level), one.until, one.rule)
        for one in quiet.itertuples()
    ]
    return chosen.get("alerts_a_week", bundles.A_WEEK), found
