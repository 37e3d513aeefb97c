"""What pages show, put together from reads: rows of communities, the card in force, incidents by id."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from dashboard import fmt, outlook, texts
from dashboard.data import View
from dashboard.i18n import _
from dashboard.outlook import Row
from db import queries
from db.vocab import Target


def of_record(view: View, day: date) -> pd.DataFrame:
    """All communities' scores of a day for the target and horizon that levels follow from."""
    asked = {"target": Target.ESCALATION.value, "horizon_days": view.region.alert_horizon_days}
    return pd.DataFrame(view.ask(queries.scores, as_of=day, **asked))


def most_endangered(view: View, day: date | None) -> str | None:
    """The community with the highest level and probability of a day."""
    scores = of_record(view, day) if day else pd.DataFrame()
    if scores.empty:
        return None
    return str(scores.sort_values(["level", "probability"], ascending=False).iloc[0]["area_id"])


def rows(view: View, day: date | None, only: str | None = None) -> list[Row]:
    """Every community (or only one) with its level, or as not assessed where nothing may be said."""
    communities = view.ask(queries.communities)
    if only:
        communities = communities[communities["community_id"] == only]
    names = outlook.names_of(view.region.groups, view.ask(queries.areas))
    scores = of_record(view, day) if day else None
    if scores is not None and only:
        scores = scores[scores["area_id"] == only]
    if day is None or scores is None or scores.empty:
        return outlook.unassessed(communities, _why_not(view), names)
    earlier = [
        outlook.before(of_record(view, d), d) for d in (day - timedelta(days=1), day - timedelta(days=7))
    ]
    known = labels(view, outlook.evidence_ids(scores))
    usual = card_in_force(view, day).get("out_of_sample", {}).get("base_rate_communities")
    return outlook.rows(scores, communities, known, earlier[0], earlier[1], names, usual)


def _why_not(view: View) -> str:
    last = view.covered.last_before(view.as_of)
    if last is None:
        return _("No data yet")
    return (
        _("No data since {day}").format(day=fmt.day(last))
        if view.covered.beyond(view.as_of)
        else _("No scores yet")
    )


def labels(view: View, ids: Iterable[str]) -> outlook.Labels:
    """Incidents in a few words, by id; only those known on the day that the reader may see."""
    wanted = sorted(set(ids))
    return outlook.labels(view.ask(queries.incidents, ids=wanted, limit=None)) if wanted else {}


def card_in_force(view: View, day: date | None) -> dict[str, Any]:
    """The card of the model that the levels of a day follow from; empty where there is none."""
    if day is None:
        return {}
    models = view.ask(queries.current_models, as_of=day)
    mine = models[
        (models["target"] == Target.ESCALATION.value)
        & (models["horizon_days"] == view.region.alert_horizon_days)
    ]
    return dict(mine.iloc[0]["card"]) if len(mine) else {}


def overruled(view: View, scores: pd.DataFrame) -> list[str]:
    """For each model behind some scores that a person put in force against the gate: that, and the reason."""
    acts = view.ask(queries.promotions)
    acts = acts[
        acts["override"].astype(bool) & acts["model_version_id"].isin(set(scores["model_version_id"]))
    ]
    told = _(
        "{target}, {days} days: this model is used although the check of models refused it. {who} gave the "
        "reason: “{reason}”"
    )
    return [
        told.format(
            target=texts.word("target", one["target"]),
            days=one["horizon_days"],
            who=one["promoted_by"],
            reason=one["reason"],
        )
        for one in acts.drop_duplicates("model_version_id").to_dict("records")
    ]


def gaps(view: View) -> str | None:
    """Which feeds failed, give no access or are late, and that their silence is no calm; None where none is."""
    found = [one for one in view.ask(queries.feeds).to_dict("records") if one["gap"]]
    if not found:
        return None
    named = [
        _("{name} {what}").format(name=fmt.quoted(one["name"]), what=texts.word("gap", one["gap"]))
        for one in found
    ]
    one = _("Data gap: the feed {feeds}. Its silence is not calm; the Data page says more.")
    several = _("Data gaps: of the feeds, {feeds}. Their silence is not calm; the Data page says more.")
    return (one if len(found) == 1 else several).format(feeds=fmt.apiece(named))


def begins(history: pd.DataFrame, card: dict[str, Any]) -> dict[str, float] | None:
    """Where levels began on the last day of some scores; for older scores as the model's card says."""
    written = [one for one in history["begins"] if one]
    found: dict[str, float] | None = written[-1] if written else (card.get("thresholds") or {}).get("begins")
    return found


def ladder(view: View, community_id: str, day: date) -> dict[str, Any]:
    """How many deaths were thought how likely on a day, at the alert horizon; empty where nothing was said."""
    found = view.ask(queries.count_forecasts, as_of=day, horizon_days=view.region.alert_horizon_days)
    mine = found[found["area_id"] == community_id]
    return dict(mine.iloc[0]) if len(mine) else {}


def title(facts: dict[str, Any]) -> str:
    """An incident's heading."""
    return outlook.label(facts)
