"""Scoreboard: what was forecast, what happened, what the backtest promised; drift; is training due."""

import pandas as pd
import streamlit as st

from dashboard import components, fmt, frame, origins, scoreboards, track_record
from dashboard.alerts import ledger
from dashboard.data import View
from dashboard.i18n import N_, _
from dashboard.scoreboards import Cards
from db import queries
from db.vocab import Target

KINDS = {"community": N_("Communities"), "all": N_("All areas")}


def retraining(view: View, cards: Cards) -> None:
    """Whether training again is due, why, and the measures behind it."""
    components.heading(_("Is it time to train again?"))
    found = view.ask(queries.drift)
    if found.empty:
        components.note(components.INFO, _("Not measured yet by this day. It is, each time this runs:"))
        components.command_line(f"tocsin verify --as-of {view.as_of}")
        return
    reasons = scoreboards.due(found, cards)
    day = fmt.day(found.iloc[0]["as_of"])
    if reasons:
        components.note(
            components.WARNING, _("Retraining is due, as measured on {day}, because:").format(day=day)
        )
        st.html(scoreboards.due_list(reasons))
        components.command_line(f"tocsin train --as-of {view.as_of}")
    else:
        told = _("Retraining is not due, as measured on {day}.")
        components.note(components.INFO, told.format(day=day))
    with st.expander(_("All measures")):
        st.html(scoreboards.drift(found, cards))
        components.download(found, view, "drift")


def one_question(view: View, rows: pd.DataFrame, cards: Cards) -> None:
    """A single target and horizon by level and quarter."""
    components.heading(_("By level and quarter"))
    asked = rows[["target", "horizon_days"]].drop_duplicates().to_dict("records")
    names = {f"{one['target']}-{one['horizon_days']}": one for one in asked}
    words = {code: scoreboards.question(one["target"], one["horizon_days"]) for code, one in names.items()}
    usual = f"{Target.ESCALATION.value}-{view.region.alert_horizon_days}"
    first = usual if usual in names else next(iter(names))
    words = {first: words[first], **words}
    picked = names[components.choose(_("Forecast"), words, "forecast", default=first) or first]
    mine = rows[(rows["target"] == picked["target"]) & (rows["horizon_days"] == picked["horizon_days"])]
    if (mine["scored"] > 0).any():
        said = scoreboards.told(mine, cards)
        figure = scoreboards.chart(mine, cards)
        title, units = _("What was said beside what happened, by level"), ("percent",)
        components.chart(figure, title, alt=said, key="said", source=origins.FORECASTS, units=units)
        st.caption(said)
    st.html(scoreboards.by_level(mine, cards))


view = frame.opened(_("Scoreboard"))
models = view.ask(queries.models)
cards = {str(one["model_version_id"]): one["card"] for one in models.to_dict("records")}
kind = components.switch(_("Areas"), {code: _(words) for code, words in KINDS.items()}, "areas", "community")
rows = view.ask(queries.scoreboard, kind=None if kind == "all" else kind)
live, replayed = rows[rows["live"]], rows[~rows["live"]]
components.heading(
    _("Track record"),
    _(
        "Forecasts that were issued while their day was fresh, the first of each day, closed when their time was "
        "over. A Brier score is the mean squared distance between what was said and what happened: lower is "
        "better. “Promised” is what the model's backtest led to expect. Alarms are levels 3 and 4."
    ),
)
if live.empty:
    told = _(
        "No live forecast has been closed by this day: there is no track record yet. Run “tocsin daily” every day; "
        "the first forecasts close when their horizon is over and reported."
    )
    components.note(components.INFO, told)
else:
    told = _("Closed live forecasts by {day}.").format(day=fmt.day(view.as_of))
    components.table(scoreboards.overview(live, cards, kind, told), view, "closed")
    one_question(view, live, cards)
    components.download(live, view, "scoreboard")
components.heading(_("What warnings were worth"), _(track_record.ABOUT))
kept = view.ask(ledger.alert_ledger)
components.note(components.INFO, track_record.told(ledger.of_the_year(kept, view.as_of)))
if not kept.empty:
    st.html(track_record.table(kept))
    components.download(kept, view, "warnings")
retraining(view, cards)
if not replayed.empty:
    components.heading(_("Replays"))
    components.note(
        components.WARNING,
        _("Replay: not a track record. These days were scored after the fact, by what was known on them."),
    )
    told = _("Replayed days, the first replay of each.")
    components.table(scoreboards.overview(replayed, cards, kind, told), view, "replayed")
    if live.empty:
        one_question(view, replayed, cards)
    components.download(replayed, view, "replays")
frame.foot(view)
