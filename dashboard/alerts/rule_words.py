"""What each rule saw, and how it ended, in the words of a notice."""

from collections.abc import Mapping
from typing import Any

from dashboard import fmt, texts
from dashboard.alerts.judging import LEVEL, NOVELTY, SILENCE, SURGE
from dashboard.i18n import N_, _, n_
from db.vocab import NoticeKind

Facts = Mapping[str, Any]


def raised(facts: Facts) -> list[str]:
    """What other rules than that of the forecast saw, and whether it is told of anew because it still stands."""
    again = any(one["why"].get("code") == "standing" for one in facts["members"])
    renewed = (
        [_("The days of the last notice are over and the level still stands: it is renewed.")]
        if again
        else []
    )
    seen = {one.get("rule", facts["rule"]): one for one in reversed(facts["members"])}
    return renewed + [_SAW[rule](one["why"]) for rule, one in sorted(seen.items()) if rule in _SAW]


def _surge(why: Facts) -> str:
    counted = n_("{count} incident", "{count} incidents", int(why["counted"]))
    return _("A surge: {incidents} in seven days. A usual week of its own last year has {usual}.").format(
        incidents=counted, usual=fmt.number(why["usual"], 1)
    )


def _novel(why: Facts) -> str:
    return _("Unlike its own past: more, or worse, in two weeks than in any two weeks of its own last year.")


def _silent(why: Facts) -> str:
    return _(
        "No word: every source that used to speak of it has missed its word more than once ({sources}, silent for up "
        "to {days}). What happens there is not known; it is no sign of calm."
    ).format(
        sources=n_("{count} source", "{count} sources", int(why["voices"])),
        days=n_("{count} day", "{count} days", int(why["silent_days"])),
    )


_SAW = {SURGE: _surge, NOVELTY: _novel, SILENCE: _silent}


def of_runs(kind: NoticeKind, facts: Facts) -> list[str]:
    """The daily job or a feed: no community is spoken of."""
    region = fmt.apart(texts.name(facts["region"]))
    if kind is NoticeKind.CANCEL:
        return [_("The daily job and the feeds run again."), _("Region: {region}.").format(region=region)]
    why = facts["why"]
    told = [
        _("Tocsin itself needs help; until then warnings may be missing."),
        _("Region: {region}.").format(region=region),
    ]
    if why["run_failed"]:
        told.append(_("The daily job failed when it last ran."))
    if why["run_hours"] is not None:
        hours = round(why["run_hours"])
        told.append(
            n_("It last ended well {count} hour ago.", "It last ended well {count} hours ago.", hours)
        )
    if why["feeds_failed"]:
        told.append(
            n_(
                "{count} feed cannot be fetched.",
                "{count} feeds cannot be fetched.",
                int(why["feeds_failed"]),
            )
        )
    return [*told, _("The page Data shows what failed, and when.")]


_BELOW = N_("What was unusual fell clearly below the threshold and stayed there. It is no all-clear.")
_OVER = {
    "expired": N_("The days that the warning spoke of are over; that does not mean that nothing happened."),
    LEVEL: N_("The probability fell clearly below the threshold and stayed there. It is no all-clear."),
    SURGE: _BELOW,
    NOVELTY: _BELOW,
    SILENCE: N_(
        "Sources speak of it again. What they say stands with the forecast; that they speak is no all-clear."
    ),
}


def over(code: str | None, rule: str) -> str:
    """Why a warning is over: by its days, or as its rule says it."""
    return _(_OVER.get(str(code), _OVER[rule]))
