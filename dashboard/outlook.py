"""Today's rows: each community's level with what changed, why, and how sure; put together from plain reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from dashboard import fmt, said, standing, texts
from dashboard.i18n import _
from dashboard.standing import Hits, Parts, Past
from db.vocab import Rung
from models import explain, themes

REASONS_SHOWN = 3
INCIDENTS_SHOWN = 2
DEADLY = (Rung.TARGETED, Rung.MASS, Rung.CONFLICT)  # of others nobody asks how many were killed


Labels = Mapping[str, str]


@dataclass(frozen=True)
class Evidence:
    """An incident as a reason mentions it."""

    incident_id: str
    label: str


@dataclass(frozen=True)
class Reason:
    """One driver of a score: whether it raises or lowers it, and the incidents behind it."""

    text: str
    contribution: float
    incidents: tuple[Evidence, ...]
    more: int


@dataclass(frozen=True)
class Before:
    """What was said of a community on an earlier day."""

    day: date
    level: int
    probability: float | None


@dataclass(frozen=True)
class Shade:
    """What a place on the map shows: the highest level of the communities there, and how many there are."""

    level: int
    communities: int


@dataclass(frozen=True)
class Row:
    """A community as the Today page shows it; its `reasons` are told of those that are drawn (`present.explained`)."""

    community_id: str
    name: str
    group_id: str
    group: str
    governorate_ids: tuple[str, ...]
    governorates: tuple[str, ...]
    level: int
    probability: float | None
    interval: tuple[float, float] | None
    horizon_days: int
    usual: float | None
    yesterday: Before | None
    last_week: Before | None
    reasons: tuple[Reason, ...]
    confidence: str
    doubts: tuple[str, ...]
    cutoff: date | None
    undercounted: bool
    parts: Parts | None = None
    past: Past | None = None
    hits: Hits | None = None
    newest: date | None = None
    district_ids: tuple[str, ...] = ()
    other_name: str = ""
    drivers: tuple[Mapping[str, Any], ...] = ()

    @property
    def rose(self) -> float:
        """How much the probability grew since the day before; 0 where that is not known."""
        before = self.yesterday.probability if self.yesterday else None
        return 0.0 if before is None or self.probability is None else self.probability - before


def label(row: Mapping[str, Any]) -> str:
    """An incident in a few words: 25 July, Suwayda: Armed clash, 4 killed (reportedly)."""
    kind = texts.word("incident_type", row["incident_type"])
    place = next(iter(texts.parts(row)), None) or texts.where(row)
    told = _("{day}, {place}: {what}").format(
        day=fmt.day(row["date_end"], year=False), place=fmt.apart(place), what=kind
    )
    harmless = fmt.missing(row["deaths"]) or row["deaths"] == 0
    if not harmless or texts.rung(row["incident_type"]) in DEADLY:
        told = fmt.listed([told, fmt.killed(row["deaths"])])
    return said.qualified(told, row.get("verification"))


def labels(incidents: pd.DataFrame) -> Labels:
    """Incident ids with their few words."""
    return {row["incident_id"]: label(row) for row in incidents.to_dict("records")}


def strongest(drivers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The few named drivers that move a score most."""
    named = [one for one in drivers if one["feature"] != themes.OTHER.name]
    return sorted(named, key=lambda one: -abs(one["contribution"]))[:REASONS_SHOWN]


def evidence_ids(rows: Iterable[Row]) -> list[str]:
    """The incidents that the reasons of some rows mention, each once."""
    ids = [i for row in rows for one in strongest(row.drivers)
           for i in one.get("incident_ids", [])[:INCIDENTS_SHOWN]]  # fmt: skip
    return list(dict.fromkeys(ids))


def reasons(drivers: Iterable[Mapping[str, Any]], known: Labels) -> tuple[Reason, ...]:
    """The strongest drivers in the reader's words; an incident is named under the first reason it is behind."""
    named: set[str] = set()
    found = []
    for one in strongest(drivers):
        ids = one.get("incident_ids", [])
        fresh = [i for i in ids if i in known and i not in named][:INCIDENTS_SHOWN]
        named |= set(fresh)
        shown = tuple(Evidence(i, known[i]) for i in fresh)
        more = len(set(ids) - named)
        found.append(
            Reason(explain.sentence(one, _), float(one["contribution"]), shown, more if fresh else 0)
        )
    return tuple(found)


def rows(
    scores: pd.DataFrame,
    communities: pd.DataFrame,
    yesterday: Mapping[str, Before],
    last_week: Mapping[str, Before],
    names: Callable[[str], str],
    usual: float | None = None,
) -> list[Row]:
    """One row a community, the most endangered first, those not assessed last.

    `usual` is how often it happened to communities in the past, for comparison.
    """
    homes = {one["community_id"]: one for one in communities.to_dict("records")}
    made = [
        _row(one, homes[one["area_id"]], yesterday, last_week, names, usual)
        for one in scores.to_dict("records")
        if one["area_id"] in homes
    ]
    return sorted(made, key=lambda one: (-one.level, -(one.probability or 0), one.name))


def _row(
    score: Mapping[str, Any],
    home: Mapping[str, Any],
    yesterday: Mapping[str, Before],
    last_week: Mapping[str, Before],
    names: Callable[[str], str],
    usual: float | None,
) -> Row:
    return Row(
        **_home(home, names),
        level=int(score["level"]),
        probability=None if fmt.missing(score["probability"]) else float(score["probability"]),
        interval=_interval(score),
        horizon_days=int(score["horizon_days"]),
        usual=usual,
        yesterday=yesterday.get(score["area_id"]),
        last_week=last_week.get(score["area_id"]),
        reasons=(),
        drivers=tuple(score["drivers"]),
        confidence=score["confidence"],
        doubts=tuple(texts.doubts(score["confidence_reasons"])),
        cutoff=score["data_cutoff"],
        undercounted=bool(score["undercounted"]) and not _told(score, "imprecise_rows"),
        parts=standing.parts(score),
    )


def _interval(score: Mapping[str, Any]) -> tuple[float, float] | None:
    low, high = score["low"], score["high"]
    return None if fmt.missing(low) or fmt.missing(high) else (float(low), float(high))


def _told(score: Mapping[str, Any], code: str) -> bool:
    return any(one.get("code") == code for one in score["confidence_reasons"])


def before(scores: pd.DataFrame, day: date) -> dict[str, Before]:
    """What was said of every community on an earlier day."""
    return {
        one.area_id: Before(day, int(one.level), None if fmt.missing(one.probability) else one.probability)
        for one in scores.itertuples()
    }


def unassessed(communities: pd.DataFrame, why: str, names: Callable[[str], str]) -> list[Row]:
    """Rows for a day of which nothing may be said."""
    return [
        Row(
            **_home(one, names),
            level=0,
            probability=None,
            interval=None,
            horizon_days=0,
            usual=None,
            yesterday=None,
            last_week=None,
            reasons=(),
            confidence="low",
            doubts=(why,),
            cutoff=None,
            undercounted=False,
        )
        for one in sorted(communities.to_dict("records"), key=lambda one: one["name"])
    ]


def _home(one: Mapping[str, Any], names: Callable[[str], str]) -> dict[str, Any]:
    return {
        "community_id": one["community_id"],
        "name": texts.name(one),
        "other_name": texts.other_name(one),
        "group_id": one["group"],
        "group": names(one["group"]),
        "governorate_ids": tuple(one["governorate_ids"]),
        "district_ids": tuple(one["district_ids"]),
        "governorates": tuple(names(home) for home in one["governorate_ids"]),
    }


def by_level(found: Sequence[Row]) -> dict[int, list[Row]]:
    """The rows of each level, the gravest level first and "not assessed" last."""
    return {level: [one for one in found if one.level == level] for level in (4, 3, 2, 1, 0)}


def table(found: Sequence[Row], lists: Mapping[str, list[str]]) -> pd.DataFrame:
    """The rows as a plain table, for a file; `lists` names those on which a community stands."""
    return pd.DataFrame(
        [
            {
                "community_id": one.community_id,
                "name": one.name,
                "group": one.group,
                "governorates": "; ".join(one.governorates),
                "level": one.level,
                "probability": one.probability,
                "low": one.interval[0] if one.interval else None,
                "high": one.interval[1] if one.interval else None,
                "horizon_days": one.horizon_days,
                "probability_day_before": one.yesterday.probability if one.yesterday else None,
                "probability_week_before": one.last_week.probability if one.last_week else None,
                "change_new_data": one.parts.new_data if one.parts else None,
                "change_revised_data": one.parts.revised_data if one.parts else None,
                "change_model": one.parts.model_change if one.parts else None,
                "lists": "; ".join(lists.get(one.community_id, [])),
                "confidence": one.confidence,
                "confidence_reasons": "; ".join(one.doubts),
                "reasons": "; ".join(
                    f"{why.contribution:+.2f} {why.text}" for why in reasons(one.drivers, {})
                ),
                "newest_incident": one.newest,
                "past_weeks_live": one.hits.live.weeks if one.hits else None,
                "past_escalated_live": one.hits.live.happened if one.hits else None,
                "past_weeks_replayed": one.hits.replayed.weeks if one.hits else None,
                "past_escalated_replayed": one.hits.replayed.happened if one.hits else None,
                "data_cutoff": one.cutoff,
            }
            for one in found
        ]
    )


def names_of(groups: Mapping[str, Mapping[str, Any]], areas: pd.DataFrame) -> Callable[[str], str]:
    """Gives the reader's name of a group or of an administrative area by its id."""
    known = {code: texts.name(one) for code, one in groups.items()}
    known |= {one["area_id"]: texts.name(one) for one in areas.to_dict("records")}
    return lambda code: known.get(code, code)


def shades(found: Sequence[Row], communities: pd.DataFrame) -> dict[str, Shade]:
    """For each governorate and district the highest level of the communities living there, and their number."""
    levels: dict[str, list[int]] = {}
    at = {one.community_id: one.level for one in found}
    for home in communities.to_dict("records"):
        if home["community_id"] in at:
            for place in [*home["governorate_ids"], *home["district_ids"]]:
                levels.setdefault(place, []).append(at[home["community_id"]])
    return {place: Shade(max(those), len(those)) for place, those in levels.items()}
