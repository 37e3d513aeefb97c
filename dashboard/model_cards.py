"""The card of a model that is in use: how it did on the past, where levels begin, what it cannot see."""

import streamlit as st

from dashboard import components, fmt, ledgers, scoreboards
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.vocab import Target


def drawn(view: View) -> None:
    """The card of the model that the reader picks of those in use."""
    found = view.ask(queries.models)
    used = found[found["status"] == "promoted"].to_dict("records")
    if used:
        cards = {str(one["model_version_id"]): one for one in used}
        names = {code: name(one) for code, one in cards.items()}
        first = of_record(view, used)
        picked = components.choose(_("Model in use"), names, "model", default=first) or first
        card(view, cards[picked]["card"])


def of_record(view: View, used: list[dict[str, object]]) -> str:
    """The newest model that levels follow from, else the newest of all."""
    wanted = [one for one in used if one["target"] == Target.ESCALATION
              and one["horizon_days"] == view.region.alert_horizon_days]  # fmt: skip
    return str((wanted or used)[0]["model_version_id"])


def asked(row: dict[str, object]) -> str:
    """What a model forecasts."""
    return scoreboards.question(row["target"], row["horizon_days"])


def name(row: dict[str, object]) -> str:
    """A model by what it forecasts."""
    return _("{forecast}, trained {day}").format(forecast=asked(row), day=fmt.written(row["train_as_of"]))


def card(view: View, card: dict[str, object]) -> None:
    """One model's card."""
    st.html(ledgers.card(card))
    components.table(ledgers.backtest(card), view, "model-beside-rules")
    if card.get("thresholds"):
        components.heading(_("Where levels begin"))
        components.table(ledgers.thresholds(card), view, "model-levels")
