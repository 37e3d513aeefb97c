"""The models on the Data page: the card of the one in use, what is in force, and all there are."""

import streamlit as st

from dashboard import components, ledgers, present, texts
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.vocab import Target


def drawn(view: View) -> None:
    """The models with their cards: how they did on the past, where levels begin, what they cannot see."""
    found = view.ask(queries.models)
    if found.empty:
        components.note(components.INFO, _("No model was trained by this day. Train one with:"))
        st.code(f"tocsin train --as-of {view.as_of}", language=None)
        return
    used = found[found["status"] == "promoted"].to_dict("records")
    if used:
        cards = {str(one["model_version_id"]): one for one in used}
        names = {code: name(one) for code, one in cards.items()}
        first = of_record(view, used)
        picked = components.choose(_("Model in use"), names, "model", default=first) or first
        card(cards[picked]["card"])
    components.heading(_("In force on this day"))
    current = view.ask(queries.current_models)
    for line in present.overruled(view, current):
        components.note(components.WARNING, line)
    st.html(ledgers.in_force(current))
    components.heading(_("All models"))
    st.html(ledgers.models(found))
    components.download(found, view, "models")


def of_record(view: View, used: list[dict[str, object]]) -> str:
    """The newest model that levels follow from, else the newest of all."""
    wanted = [one for one in used if one["target"] == Target.ESCALATION
              and one["horizon_days"] == view.region.alert_horizon_days]  # fmt: skip
    return str((wanted or used)[0]["model_version_id"])


def name(row: dict[str, object]) -> str:
    """A model by what it forecasts."""
    return _("{target}, {days} days, trained {day}").format(
        target=texts.word("target", row["target"]), days=row["horizon_days"], day=row["train_as_of"]
    )


def card(card: dict[str, object]) -> None:
    """One model's card."""
    st.html(ledgers.card(card))
    st.html(ledgers.backtest(card))
    if card.get("thresholds"):
        components.heading(_("Where levels begin"))
        st.html(ledgers.thresholds(card))
