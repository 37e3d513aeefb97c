"""How sure we are of a score, apart from how high it is; every doubt is a code with its numbers."""

from collections.abc import Sequence
from typing import Any

from models.voices import Silence
from models.words import N_

Reason = dict[str, Any]

SIMPLE = {
    "climatology": N_("own long-run rate"),
    "climatology_pooled": N_("one long-run rate for all"),
    "persistence": N_("same as the last window"),
    "conflictology": N_("own last twelve months"),
    "conflictology_weighted": N_("own last months, older ones fading"),
    "conflictology_mixture": N_("own last twelve months and a tenth of everyone's"),
    "ewma_logistic": N_("own violence, fading from memory"),
}

FEW_EVENTS = 5
GRAVE = {
    "quiet_and_deaths_only",
    "no_data_for",
    "pooled_rate_only",
    "no_thresholds",
    "no_data_since",
    "short_history",
    "silent_source",
    "fallen_silent",
}

SENTENCES = {
    "no_data_since": N_("No data since {day}: not assessed"),
    "no_data_before": N_("No data before {day}: not assessed"),
    "short_history": N_("Only {days} days of reports before this day: not assessed"),
    "no_thresholds": N_("Only {weeks} weeks of past forecasts to set levels by: not assessed"),
    "no_data_for": N_("No source has covered the last {days} days"),
    "quiet_and_deaths_only": N_("Nothing known in a year, and only sources that count deaths look here"),
    "deaths_only": N_("Only sources that count deaths look here: threats and abductions would not be seen"),
    "few_events": N_("Violent incidents known here in the last year: only {count}"),
    "imprecise_rows": N_(
        "Deadly incidents of the last {days} days known only to the governorate: {count}, {deaths} killed; "
        "they may concern this place"
    ),
    "baseline_model": N_("The simple baseline is used: the larger model was not better in the past"),
    "simple_rule": N_("The simple rule “{rule}” is used: no model has proved better here"),
    "silent_source": N_(
        "{source} has not spoken of this community for {days} days; a word is usual every {cadence} days"
    ),
    "fallen_silent": N_("Everybody who used to speak of this community has fallen silent: that is not calm"),
    "pooled_rate_only": N_("Too few cases to tell areas apart: one rate for all"),
    "few_positives": N_("The model learnt from only {count} cases"),
}


def reason(code: str, **params: Any) -> Reason:
    """One doubt."""
    return {"code": code, **params}


def of_area(
    *,
    events: float,
    imprecise: float,
    imprecise_deaths: float = 0,
    incidents_covered: bool,
    silent_days: int,
    silent: Sequence[Silence] = (),
    fallen_silent: bool = False,
) -> list[Reason]:
    """Doubts about what is known of an area on a day."""
    reasons = []
    if silent_days > 0:
        reasons.append(reason("no_data_for", days=int(silent_days)))
    reasons += [
        reason("silent_source", source=one.source, days=one.days, cadence=one.cadence_days) for one in silent
    ]
    if fallen_silent:
        reasons.append(reason("fallen_silent"))
    if events == 0 and not incidents_covered:
        reasons.append(reason("quiet_and_deaths_only"))
    elif not incidents_covered:
        reasons.append(reason("deaths_only"))
    if 0 < events < FEW_EVENTS or (events == 0 and incidents_covered):
        reasons.append(reason("few_events", count=int(events)))
    if imprecise > 0:
        reasons.append(reason("imprecise_rows", count=int(imprecise), deaths=int(imprecise_deaths), days=90))
    return reasons


def of_model(estimator: str, positives: int, areas_with_positives: int) -> list[Reason]:
    """Doubts about a model, whatever it is asked."""
    reasons = []
    if estimator == "pooled_rate":
        reasons.append(reason("pooled_rate_only"))
    elif estimator in SIMPLE:
        reasons.append(reason("simple_rule", rule=estimator))
    if positives < 50 or areas_with_positives < 5:
        reasons.append(reason("few_positives", count=int(positives)))
    return reasons


def grade(reasons: Sequence[Reason]) -> str:
    """Low with any grave doubt or three lesser ones, moderate with any, high with none."""
    codes = {str(one["code"]) for one in reasons}
    if codes & GRAVE or len(codes) >= 3:
        return "low"
    return "moderate" if codes else "high"
