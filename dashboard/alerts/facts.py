"""What a notice is written from: the facts of a day about some communities, free of language, as JSON can hold them.

They are read as an analyst reads, so that nothing severe and nobody's protected words can get into a message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from dashboard.alerts import ledger
from dashboard.alerts.bundles import Bundle, Raised
from dashboard.alerts.rules import DONE, GAPS, LIVE
from db import queries
from db.policy import Viewer
from db.vocab import Role, Target, Verification

READER = Viewer("tocsin", frozenset({Role.ANALYST}))
LOOK_BACK_DAYS, DRIVERS, DISPUTED = 14, 3, 3
_NUMBERS = ("probability", "low", "high", "new_data", "revised_data", "model_change")


@dataclass
class Day:
    """One day of a region, from which facts are picked; whatever is asked for is read once."""

    session: Session
    region: queries.RegionInfo
    day: date

    def _ask(self, read: Any, **more: Any) -> pd.DataFrame:
        asked = {"region_id": self.region.id, "as_of": self.day}
        found: pd.DataFrame = read(self.session, READER, **asked, **more)
        return found

    @cached_property
    def scores(self) -> dict[str, dict[str, Any]]:
        """What was said of each community."""
        about = {"target": Target.ESCALATION, "horizon_days": self.region.alert_horizon_days}
        rows = self._ask(queries.scores, **about)
        return {str(row["area_id"]): row for row in rows.to_dict("records")}

    @cached_property
    def before(self) -> dict[str, int]:
        """The level of each community on the day before; none where nothing was said."""
        days = (self.day - timedelta(days=1),)
        rows = self._ask(queries.score_levels, days=days, horizon_days=self.region.alert_horizon_days)
        return {str(one.area_id): int(one.level) for one in rows.itertuples() if one.day == days[0]}

    @cached_property
    def homes(self) -> dict[str, dict[str, Any]]:
        """Each community with its group and districts."""
        rows = self._ask(queries.communities)
        return {str(row["community_id"]): row for row in rows.to_dict("records")}

    @cached_property
    def districts(self) -> dict[str, tuple[str, str | None]]:
        """The names of districts."""
        rows = self._ask(queries.areas)
        return {str(one.area_id): (one.name, one.name_ar) for one in rows.itertuples()}

    @cached_property
    def plan(self) -> list[dict[str, Any]]:
        """The steps of the team's own plan."""
        return [dict(one) for one in self._ask(queries.action_plan).to_dict("records")]  # type: ignore[misc]

    @cached_property
    def base_rates(self) -> dict[str, float | None]:
        """How often what is warned of followed in the past, by model: the share of communities' windows."""
        found: dict[str, float | None] = {}
        for model in {row["model_version_id"] for row in self.scores.values()}:
            card = queries.model_card(self.session, READER, model_version_id=model, as_of=self.day)
            past = card.get("out_of_sample") or {}
            found[model] = past.get("base_rate_communities", past.get("base_rate"))
        return found

    @cached_property
    def worth(self) -> dict[str, int]:
        """What became of the warnings of the last year."""
        rows = self._ask(ledger.alert_ledger, leads=False)
        return ledger.of_the_year(rows, self.day)

    @cached_property
    def warned(self) -> set[str]:
        """The communities of which some rule still warns at the end of the day."""
        rows = self._ask(queries.alert_states).to_dict("records")
        return {str(one["community_id"]) for one in rows if under_way(one)}

    @cached_property
    def contested(self) -> set[str]:
        """The contested incidents of the last two weeks: mostly none, and then nothing more has to be asked."""
        since = self.day - timedelta(days=LOOK_BACK_DAYS)
        rows = self._ask(queries.incidents, since=since, limit=None)
        return set(rows.loc[rows["verification"] == Verification.CONTESTED.value, "incident_id"])

    def raised(self, alert_id: str, community_id: str, rule: str, level: int) -> Raised:
        """An alert with its district and group."""
        home = self.homes.get(community_id, {})
        district = next(iter(home.get("district_ids") or []), "")
        said = _number(self.scores.get(community_id, {}).get("probability"))
        return Raised(alert_id, community_id, district, str(home.get("group", "")), rule, level, said)


def under_way(row: Mapping[str, Any]) -> bool:
    """Whether the newest transition of a community and rule leaves a warning in force."""
    before = row["memory"].get("before") if row["condition"] in GAPS else row["condition"]
    return before in LIVE and row["handling"] not in DONE


def of_bundle(day: Day, bundle: Bundle, why: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of one bundle; `why` is the reason of each alert's change as a code with its numbers."""
    district, group = bundle.key
    name, name_ar = day.districts.get(district, (None, None))
    members = [_member(day, one, why.get(one.alert_id, {})) for one in bundle.members]
    grave = day.scores.get(bundle.members[0].community_id, {})
    return {
        "region": {"name": day.region.title, "name_ar": day.region.title_ar},
        "day": day.day.isoformat(),
        "until": (day.day + timedelta(days=day.region.alert_horizon_days)).isoformat(),
        "horizon_days": day.region.alert_horizon_days,
        "level": bundle.level,
        "previous": members[0]["previous"],
        "district": {"id": district, "name": name, "name_ar": name_ar},
        "group": {"id": group, **_names(day.region.groups.get(group, {}))},
        "members": members,
        "base_rate": day.base_rates.get(str(grave.get("model_version_id"))),
        "plan": _steps(day.plan, bundle.level),
        "disputed": _disputed(day, [one.community_id for one in bundle.members[:DRIVERS]]),
        "rule": bundle.members[0].rule,
    }


def of_digest(day: Day, bundles: Sequence[Bundle], overflow: int) -> dict[str, Any]:
    """The facts of a day's digest: one line a bundle, and how many stand only here."""
    return {
        "region": {"name": day.region.title, "name_ar": day.region.title_ar},
        "day": day.day.isoformat(),
        "horizon_days": day.region.alert_horizon_days,
        "overflow": overflow,
        "lines": [_line(day, one) for one in bundles],
        "ledger": day.worth,
    }


def _line(day: Day, bundle: Bundle) -> dict[str, Any]:
    district, group = bundle.key
    name, name_ar = day.districts.get(district, (None, None))
    return {
        "level": bundle.level,
        "probability": bundle.members[0].probability,
        "communities": len(bundle.members),
        "community_ids": [one.community_id for one in bundle.members],
        "district": {"id": district, "name": name, "name_ar": name_ar},
        "group": {"id": group, **_names(day.region.groups.get(group, {}))},
        "fate": bundle.fate.value,
        "rule": bundle.members[0].rule,
    }


def _member(day: Day, one: Raised, why: Mapping[str, Any]) -> dict[str, Any]:
    said, home = day.scores.get(one.community_id, {}), day.homes.get(one.community_id, {})
    drivers = [_driver(part) for part in said.get("drivers") or [] if part.get("contribution")]
    return {
        "community_id": one.community_id,
        "name": home.get("name"),
        "name_ar": home.get("name_ar"),
        "level": one.level,
        "rule": one.rule,
        "own_level": int(said.get("level") or 0),
        "previous": day.before.get(one.community_id),
        **{name: _number(said.get(name)) for name in _NUMBERS},
        "confidence": said.get("confidence"),
        "doubts": list(said.get("confidence_reasons") or []),
        "undercounted": bool(said.get("undercounted")),
        "for": [part for part in drivers if part["contribution"] > 0][:DRIVERS],
        "against": [part for part in drivers if part["contribution"] < 0][:DRIVERS],
        "data_cutoff": str(said["data_cutoff"]) if said.get("data_cutoff") else None,
        "why": dict(why),
    }


def _driver(part: Mapping[str, Any]) -> dict[str, Any]:
    """A driver without the ids of incidents: a message leads to none of them."""
    return {name: part.get(name) for name in ("feature", "value", "usual", "contribution")}


def _disputed(day: Day, communities: Iterable[str]) -> list[dict[str, Any]]:
    """Contested incidents of the last two weeks near those communities: day, type, how many dead are said."""
    found: dict[str, dict[str, Any]] = {}
    since = day.day - timedelta(days=LOOK_BACK_DAYS)
    for community in communities if day.contested else ():
        rows = day._ask(queries.incidents, community_id=community, since=since, limit=50)
        for row in rows.to_dict("records"):
            if row["incident_id"] in day.contested and len(found) < DISPUTED:
                told = {"type": row["incident_type"], "day": str(row["date_end"])}
                found[row["incident_id"]] = told | {n: _number(row[n]) for n in ("deaths_low", "deaths_high")}
    return list(found.values())


def _steps(plan: Iterable[Mapping[str, Any]], level: int) -> list[dict[str, Any]]:
    kept = ("step", "step_ar", "owner_role", "contact_role", "audience")
    return [{name: _text(one[name]) for name in kept} for one in plan if int(one["level"]) == level]


def _names(group: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": group.get("name"), "name_ar": group.get("name_ar")}


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
