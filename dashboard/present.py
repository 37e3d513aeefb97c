"""What pages show, put together from reads: rows of communities, the card in force, incidents by id."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

import pandas as pd

from dashboard import (
    alert_groups,
    data,
    fmt,
    levels,
    links,
    maps,
    markup,
    outlook,
    plans,
    since,
    standing,
    texts,
)
from dashboard.data import View
from dashboard.i18n import _, n_
from dashboard.map_marks import Linked
from dashboard.outlook import Row
from db import clock, policy, queries, visits
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
    days = (day - timedelta(days=1), day - timedelta(days=7))
    said = view.ask(queries.score_levels, as_of=day, days=days, horizon_days=view.region.alert_horizon_days)
    earlier = [outlook.before(said[said["day"] == d], d) for d in days]
    usual = card_in_force(view, day).get("out_of_sample", {}).get("base_rate_communities")
    return outlook.rows(scores, communities, earlier[0], earlier[1], names, usual)


def everyone(view: View, day: date | None) -> list[Row]:
    """Every community with all that Today says of it, put together once for all who see and speak alike."""
    return list(view.gathered("rows", lambda: beside(view, day, rows(view, day)), day=day, today=view.today))


def explained(view: View, rows: Iterable[Row]) -> list[Row]:
    """The same rows with their reasons and the incidents behind them: of the few that are drawn, not of a thousand."""
    shown = list(rows)
    known = labels(view, outlook.evidence_ids(shown))
    return [replace(one, reasons=outlook.reasons(one.drivers, known)) for one in shown]


def beside(view: View, day: date | None, rows: list[Row]) -> list[Row]:
    """The same rows with their own pasts, how often such levels were right, and the newest known of each."""
    if day is None:
        return rows
    asked = {"as_of": day, "horizon_days": view.region.alert_horizon_days}
    pasts = standing.pasts(view.ask(queries.score_past, **asked))
    rates = standing.hits(view.ask(queries.hit_rates, **asked))
    known = view.ask(queries.newest_known)
    newest = dict(zip(known["community_id"], known["last_day"], strict=True))
    return [
        replace(
            one,
            past=pasts.get(one.community_id),
            hits=rates.get(one.level, standing.Hits()),
            newest=newest.get(one.community_id),
        )
        for one in rows
    ]


def since_last(view: View, day: date | None, rows: list[Row], keep: links.Kept) -> tuple[str, pd.DataFrame]:
    """What changed since the reader's own last visit, which is noted; and the incidents of it."""
    last = visits.note(view.store, data.viewer(), view.region.id, clock.now()).previous_at
    if last is None:
        known = view.ask(queries.changes, since=view.as_of - timedelta(days=1), limit=None)
        return since.told(None, rows, keep, known), known
    after = last + timedelta(
        seconds=1
    )  # the record's clock has whole seconds: what came in that second was seen
    came = view.ask(queries.came_in, since=after)
    return since.told(since.News(last, came, _levels_then(view, after) if day else {}), rows, keep), came


def _levels_then(view: View, last: datetime) -> dict[str, outlook.Before]:
    """The levels that a reader could see at an instant: those of the newest day scored by then."""
    scored = view.ask(queries.scored_days, recorded_as_of=last)
    if not scored:
        return {}
    asked = {"days": (scored[0],), "horizon_days": view.region.alert_horizon_days}
    return outlook.before(view.ask(queries.score_levels, recorded_as_of=last, **asked), scored[0])


def ways_on(view: View, community_id: str, keep: links.Kept) -> str:
    """From a community to its newest alert that is not over, and to a briefing about it for those who write them."""
    rows = view.ask(queries.alerts)
    mine = rows[rows["community_id"] == community_id].to_dict("records")
    opened = [one for one in mine if alert_groups.group(one["handling"]) != "resolved"]
    ways = [_alert(one, keep) for one in opened[:1]]
    if policy.sight(data.viewer()).acts:
        href = links.to("briefings", keep, about=community_id)
        ways.append(markup.link(_("Write a briefing about this community"), href))
    return markup.element("div", *ways, css="tc-ways") if ways else ""


def _alert(row: dict[Any, Any], keep: links.Kept) -> str:
    words = _("Open alert: {handling}").format(handling=texts.word("handling", row["handling"]))
    return markup.link(words, links.to("alerts", keep, alert=row["alert_id"]))


def audiences(view: View) -> dict[str, str]:
    """For whom the team's own plan has steps."""
    return {code: plans.audience(code) for code in view.ask(queries.action_plan)["audience"]}


def steps(view: View, keep: links.Kept, audience: str | None = None) -> Callable[[int], str]:
    """What the team's own plan says of a level, for one audience or all; that none is set, where none is."""
    found = view.ask(queries.action_plan).to_dict("records")
    mine = [one for one in found if audience in (None, one["audience"])]
    return lru_cache(lambda level: _steps([one for one in mine if one["level"] == level], level, keep))


def _steps(rows: list[Any], level: int, keep: links.Kept) -> str:
    head = markup.text("p", _("By the team's own plan"), "tc-verb")
    if not rows:
        words = _("No plan set for {level}.").format(level=levels.word(level))
        set_one = markup.link(_("Settings"), links.to("settings", keep))
        return markup.element("p", escape(words), " ", set_one, css="tc-told") if level > 1 else ""
    by_audience: dict[str, list[Any]] = {}
    for one in rows:
        by_audience.setdefault(str(one["audience"]), []).append(one)
    told = [
        markup.text("p", _("For {audience}:").format(audience=plans.audience(code)), "tc-told")
        + plans.steps(own)
        for code, own in by_audience.items()
    ]
    return head + "".join(told)


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
        "{forecast}: this model is used although the check of models refused it. {who} gave the reason: “{reason}”"
    )
    return [
        told.format(
            forecast=_("{target}, {span}").format(
                target=texts.word("target", one["target"]),
                span=n_("{count} day", "{count} days", int(one["horizon_days"])),
            ),
            who=one["promoted_by"],
            reason=one["reason"],
        )
        for one in acts.drop_duplicates("model_version_id").to_dict("records")
    ]


def overruled_on(view: View, day: date | None) -> list[str]:
    """The same for all scores of a day."""
    return overruled(view, of_record(view, day)) if day else []


def drawn(
    view: View, shown: list[Row], chosen: Sequence[str] = (), to: Linked | None = None
) -> maps.Map | None:
    """The map of the highest level of some communities by district; each leads to its own by `to`."""
    homes = view.ask(queries.communities)
    known = {"shades": outlook.shades(shown, homes), "chosen": chosen, "to": to}
    lived = {one for row in homes["district_ids"] for one in row}
    loose = outlook.shades([one for one in shown if not one.district_ids], homes)
    return maps.of_levels(view.region.map, view.ask(queries.outlines), **known, lived=lived, loose=loose)


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
