"""What a model looks at, in plain words: the features of `models/features.py` by their names."""

import re
from collections.abc import Mapping
from html import escape

from dashboard import fmt
from dashboard.i18n import N_, _, n_
from dashboard.markup import text

# What families of features count, by the channel in their names.
COUNTED: Mapping[str, str] = {
    "severity": N_("Deadly violence here"),
    "events": N_("Violent incidents here"),
    "civilian": N_("Incidents here that killed civilians"),
    "fatal": N_("Incidents here that killed anyone"),
    "severe5": N_("Incidents here that killed 5 or more"),
    "mass25": N_("Incidents here that killed 25 or more"),
    "warnings": N_("Threats, hate speech and preparations here"),
    "targeted": N_("Kidnappings and targeted attacks here"),
    "calming": N_("Truces, releases and returns here"),
}
AROUND: Mapping[str, str] = {
    "events": N_("Violent incidents in the surroundings, over about {km} km"),
    "severity": N_("Deadly violence in the surroundings, over about {km} km"),
}
SINCE: Mapping[str, str] = {
    "fatal": N_("Days since anyone was last killed here"),
    "severe5": N_("Days since an incident here last killed 5 or more"),
    "mass25": N_("Days since an incident here last killed 25 or more"),
}
SINGLE: Mapping[str, str] = {
    "own_trend": N_("Deadly violence here, the last week beside the last quarter"),
    "worst_week": N_("Most deaths here within a week, in the last half year"),
    "long_run_events": N_("Violent incidents a month here, over the whole record"),
    "long_run_severity": N_("Deadly violence a month here, over the whole record"),
    "own_threshold": N_("Deaths here that nine in ten windows of the last year stayed within"),
    "own_bar": N_("Deaths here that the coming window would have to exceed"),
    "governorate_unplaced": N_("Deadly violence in the governorate whose place is unknown"),
    "past_share": N_("How often it happened here in the last year"),
}
NAMES = re.compile(
    r"own_(?P<own>[a-z0-9]+)_(?P<own_days>\d+)"
    r"|near_(?P<near>[a-z0-9]+)_(?P<km>\d+)km_(?P<near_days>\d+)"
    r"|days_since_(?P<since>[a-z0-9]+)"
    r"|active_days_(?P<active>\d+)"
    r"|past_share_(?P<share_days>\d+)"
    r"|covariate_(?P<own_known>\w+)_is_known|covariate_(?P<own_number>\w+)"
    r"|(?P<rung>warnings|targeted|calming)_(?P<rung_days>\d+)"
)


def words(name: str) -> str | None:
    """A feature in plain words; None where nobody gave it any, as for one of your own."""
    if name in SINGLE:
        return _(SINGLE[name])
    found = NAMES.fullmatch(name)
    told = {part: value for part, value in found.groupdict().items() if value} if found else {}
    if "active" in told:
        return n_(
            "Share of the last {count} day with violence here",
            "Share of the last {count} days with violence here",
            int(told["active"]),
        )
    if "own_number" in told:
        return _("A number of your own: {name}").format(name=fmt.apart(told["own_number"]))
    if "own_known" in told:
        return _("Whether a number of your own is known: {name}").format(name=fmt.apart(told["own_known"]))
    if "since" in told:
        since = SINCE.get(told["since"])
        return _(since) if since else None
    return _fading(told)


def _fading(told: Mapping[str, str]) -> str | None:
    """What counts less the older it is: what it is, and how fast it fades."""
    days = next((value for part, value in told.items() if part.endswith("_days")), None)
    here = COUNTED.get(told.get("own") or told.get("rung") or "")
    around = AROUND.get(told.get("near") or "")
    whole = SINGLE["past_share"] if "share_days" in told else here
    what = _(around).format(km=fmt.number(int(told["km"]))) if around else _(whole) if whole else ""
    if not what or days is None:
        return None
    span = n_("{count} day", "{count} days", int(days))
    return _("{what}, what is older fading by half every {span}").format(what=what, span=span)


def named(name: str) -> str:
    """The same as HTML; a feature that has no words by its code."""
    told = words(name)
    return escape(told) if told else text("code", name)


def spoken(name: str, doc: str) -> str:
    """The same in a sentence; a feature that has no words by what its card says of it."""
    return words(name) or fmt.apart(doc)
