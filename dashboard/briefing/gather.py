"""What a briefing reads of the record, once for all languages, as its reader may see and its audience be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from dashboard.asking import Directly
from dashboard.briefing.asked import COMMUNITY, DISTRICT, GROUP, Asked, Subject, subject
from dashboard.days import Covered, covered
from dashboard.i18n import N_
from db import audience, masking, policy, queries
from db.errors import BadInput
from db.exports.gather import Entry, Gathering, Wanted
from db.ids import content_sha256
from db.policy import Viewer
from db.queries import RegionInfo
from db.vocab import Audience, Precision, Role, Target

MOST = 30_000
WIDE = {"governorate", DISTRICT}
VILLAGES = N_(
    "a briefing for the public on people who live in single villages would tell where it happened; choose a "
    "district, or a community that is a whole district or governorate"
)
FINER = N_(
    "a briefing on a district tells the district, which is finer than the governorate you ask for; leave the "
    "precision as it is usual"
)
ESCALATION = Target.ESCALATION.value


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was said of an area on a day, by which model, and how such forecasts did."""

    name: Mapping[str, Any]
    score: Mapping[str, Any]
    card: Mapping[str, Any]
    hits: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Found:
    """All that a briefing rests on."""

    asked: Asked
    region: RegionInfo
    subject: Subject
    precision: Precision
    below: int  # counts of persons below this are not told (1: all are)
    withheld: Sequence[str]
    held_back: int  # incidents that the reader may see and the audience may not
    entries: Sequence[Entry]
    possible: pd.DataFrame
    before: pd.DataFrame
    before_since: date
    others: pd.DataFrame
    by_group: Mapping[str, Sequence[str]]
    covered: Covered
    coverage: pd.DataFrame
    data_version: str
    scored_on: date | None
    forecasts: Sequence[Forecast]
    places: pd.DataFrame

    @property
    def outside(self) -> bool:
        """Whether it leaves the house."""
        return self.asked.audience is not Audience.INTERNAL

    @property
    def named(self) -> bool:
        """Whether villages, and communities of villages, may be named."""
        return self.precision in (Precision.EXACT, Precision.SETTLEMENT)

    @property
    def gaps(self) -> list[tuple[date, date]]:
        """The days of the span that no source covers."""
        return self.covered.gaps(self.asked.since, self.asked.as_of)

    @property
    def uncovered(self) -> bool:
        """Whether no source covers any day of the span."""
        return self.gaps == [(self.asked.since, self.asked.as_of)]


def gather(session: Session, viewer: Viewer, asked: Asked, today: date) -> Found:
    """Read all that a briefing rests on; refuses what this reader may not see.

    Raises BadInput where nobody and nothing goes by the name that is asked for.
    """
    region = queries.region(session, viewer, asked.region_id)
    about = subject(session, viewer, region, asked.about, asked.as_of)
    asked = _told_as_finely(about, asked)
    view = Directly(session, viewer, region, asked.as_of, today)
    span = asked.as_of - asked.since
    before_since = asked.since - span - timedelta(days=1)
    rows = _rows(view, about, before_since)
    if asked.ids is not None:
        rows = rows[rows["incident_id"].isin(asked.ids)]
    late = pd.to_datetime(rows["date_end"]) >= pd.Timestamp(asked.since)
    mine = rows[late & rows["counted"]]
    making = _gathering(session, viewer, asked, mine)
    entries = sorted(making.entries(), key=lambda one: (one.facts["date_end"], one.facts["incident_id"]))
    told = {str(one.facts["incident_id"]) for one in entries}
    others, by_group = _around(view, about, asked, set(rows.loc[rows["counted"], "incident_id"]))
    forecasts = _forecasts(view, about, asked)
    coverage = _coverage(view, asked)
    possible = _gathering(session, viewer, asked, rows[late & ~rows["counted"]]).told()
    before = _gathering(session, viewer, asked, rows[~late & rows["counted"]]).told()
    shown = making.shown(others)
    state = _state(entries, [possible, before, shown], forecasts)
    return Found(
        asked=asked,
        region=region,
        subject=about,
        precision=making.precision,
        below=audience.below(region.settings) if making.outside else 1,
        withheld=making.withheld,
        held_back=len(mine) - len(told),
        entries=tuple(entries),
        possible=possible,
        before=before,
        before_since=before_since,
        others=shown,
        by_group=by_group,
        covered=covered(zip(coverage["covered_from"], coverage["covered_until"], strict=True), today),
        coverage=coverage,
        data_version=state,
        scored_on=view.scored_on,
        forecasts=forecasts,
        places=view.ask(queries.outlines),
    )


def _state(entries: Sequence[Entry], frames: Sequence[pd.DataFrame], forecasts: Sequence[Forecast]) -> str:
    """A digest of all that a briefing tells: incidents, reports, scores; another text needs another.

    What these readers are not told is not in it, or the digest would tell when that changes.
    """
    told = [[one.facts["version_id"], [a["report_id"] for a in one.accounts]] for one in entries]
    versions = [sorted(rows["version_id"]) for rows in frames]
    return content_sha256([told, versions, [one.score["score_id"] for one in forecasts]])[:16]


def _gathering(session: Session, viewer: Viewer, asked: Asked, rows: pd.DataFrame) -> Gathering:
    ids = tuple(rows["incident_id"])
    if len(ids) > MOST:
        raise BadInput(f"{len(ids)} incidents are too many for one briefing; choose a later --since")
    fine = {"precision": asked.precision, "audience": asked.audience, "ids": ids}
    return Gathering(session, viewer, Wanted(asked.region_id, asked.as_of, **fine))


def _rows(view: Directly, about: Subject, since: date) -> pd.DataFrame:
    """The incidents tied to the subject, each once, with whether it counts there."""
    if about.kind == DISTRICT:
        rows = view.ask(queries.incidents, governorate_id=about.governorate_ids[0], since=since, limit=None)
        vague = rows["district_id"].isna()
        rows = rows[(rows["district_id"] == about.id) | vague]
        return rows.assign(counted=rows["district_id"] == about.id)
    ids = [str(one["community_id"]) for one in about.communities]
    rows = view.ask(queries.ties, community_ids=ids, since=since)
    return rows.sort_values("counted", ascending=False, kind="stable").drop_duplicates(
        "incident_id", ignore_index=True
    )


def _around(
    view: Directly, about: Subject, asked: Asked, own: set[str]
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The other incidents of the same governorates, and which of them are tied to communities of other groups."""
    span: dict[str, Any] = {"since": asked.since, "limit": None}
    parts = [view.ask(queries.incidents, governorate_id=one, **span) for one in about.governorate_ids]
    filled = [one for one in parts if len(one)] or [view.ask(queries.incidents, ids=[])]
    others = pd.concat(filled, ignore_index=True).drop_duplicates("incident_id")
    others = others[~others["incident_id"].isin(own)]
    others = others.sort_values("incident_id").sort_values("date_end", ascending=False, kind="stable")
    by_group: dict[str, list[str]] = {}
    if asked.audience is not Audience.PUBLIC:
        groups = {str(one["community_id"]): str(one["group"]) for one in _neighbours(view, about)}
        tied = view.ask(queries.ties, community_ids=groups, counted=True, since=asked.since)
        by_group = {name: [] for name in groups.values()}
        for community_id, incident_id in zip(tied["community_id"], tied["incident_id"], strict=True):
            by_group[groups[community_id]].append(incident_id)
    known = set(others["incident_id"]) | own
    return others, {name: sorted(set(ids) & known) for name, ids in sorted(by_group.items())}


def _neighbours(view: Directly, about: Subject) -> list[Any]:
    """The communities of other groups in the same governorates."""
    homes = view.ask(queries.communities).to_dict("records")
    return [
        one
        for one in homes
        if set(one["governorate_ids"]) & set(about.governorate_ids) and one["group"] != about.group
    ]


def _told_as_finely(about: Subject, asked: Asked) -> Asked:
    """What is asked, with places as fine as its subject itself tells; refused where that is finer than may be told.

    Whoever reads what happened to the people of a village reads where it happened.
    """
    if asked.audience is Audience.INTERNAL:
        return asked
    levels = {str(home["level"]) for one in about.communities for home in one["places"]}
    here = about.kind == DISTRICT or DISTRICT in levels
    if asked.audience is Audience.PUBLIC and about.kind != DISTRICT and not (levels and levels <= WIDE):
        raise BadInput(VILLAGES)
    if here and asked.precision is Precision.GOVERNORATE:
        raise BadInput(FINER)
    return replace(asked, precision=asked.precision or Precision.DISTRICT) if here else asked


def _coverage(view: Directly, asked: Asked) -> pd.DataFrame:
    """The sources and the days they cover; others learn of a protected one no more than a reader of districts.

    What only sources tell whose reports these readers do not get is not covered for them: unknown, never calm.
    """
    reader = view.viewer
    if asked.audience is not Audience.INTERNAL:
        reader = replace(reader, roles=frozenset({Role.VIEWER}))
    rows = queries.coverage(view.session, reader, region_id=asked.region_id, as_of=asked.as_of)
    return rows[rows["reports_as"].isin(audience.GOES_TO[asked.audience])].reset_index(drop=True)


def _forecasts(view: Directly, about: Subject, asked: Asked) -> tuple[Forecast, ...]:
    """What is forecast of the subject's areas, the highest first; nothing for the public."""
    day = view.scored_on
    if day is None or asked.audience is Audience.PUBLIC:
        return ()
    kind = DISTRICT if about.kind == DISTRICT else COMMUNITY
    wanted = {about.id} if about.kind != GROUP else {str(one["community_id"]) for one in about.communities}
    slot = {"target": ESCALATION, "horizon_days": view.region.alert_horizon_days}
    scores = view.ask(queries.scores, as_of=day, kind=kind, **slot)
    scores = scores[scores["area_id"].isin(wanted)].sort_values(
        ["level", "probability", "area_id"], ascending=[False, False, True], na_position="last"
    )
    cards = _cards(view, day, slot)
    hits = view.ask(queries.hit_rates, as_of=day, **slot)
    return tuple(
        Forecast(one, one, cards.get(str(one["model_version_id"]), {}), hits)
        for one in scores.to_dict("records")
    )


def _cards(view: Directly, day: date, slot: Mapping[str, Any]) -> dict[str, Any]:
    models = view.ask(queries.models, as_of=day)
    mine = models[(models["target"] == slot["target"]) & (models["horizon_days"] == slot["horizon_days"])]
    return dict(zip(mine["model_version_id"], mine["card"], strict=True))


def finest(viewer: Viewer, region_id: str, whom: Audience) -> Precision:
    """How finely places can be told to an audience by this reader."""
    seen = audience.narrowed(policy.admit(viewer, region_id), whom)
    return audience.precision(masking.precision_of(seen), Precision.EXACT, whom)
