"""A text with the stretches marked that something was read from; every character of it escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard.i18n import N_, _

KINDS = {
    "place": N_("place"),
    "unknown_place": N_("place, not in the gazetteer"),
    "date": N_("date"),
    "incident_type": N_("what happened"),
    "actor": N_("who is named"),
    "harm": N_("number of people"),
    "scope": N_("counts more than one incident"),
    "source": N_("who says it"),
    "contested": N_("contested"),
    "hearsay": N_("hearsay"),
    "loaded": N_("loaded word"),
    "identity": N_("identity of those harmed"),
}
SHOWN = 20_000
# Direction overrides would let a text show itself in another order than it is written in.
_TURNS = {ord(c): "�" for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def marked(text: str, suggestions: Sequence[Mapping[str, Any]]) -> str:
    """The text with each suggestion's words marked and named; of overlapping ones the first is marked."""
    out, at = [], 0
    for one in _apart(suggestions):
        start, end = one["start"], min(one["end"], SHOWN)
        if start >= SHOWN:
            break
        kind = _(KINDS.get(one["field"], N_("mark")))
        out.append(_plain(text[at:start]))
        out.append(
            f'<mark class="tc-mark tc-m-{escape(one["field"])}">{_plain(text[start:end])}'
            f'<span class="tc-kind">{escape(kind)}</span></mark>'
        )
        at = end
    out.append(_plain(text[at:SHOWN]))
    cut = f'<p class="tc-quiet">{escape(_("The rest of the text is kept and not shown."))}</p>'
    return f'<div class="tc-report" dir="auto">{"".join(out)}</div>' + (cut if len(text) > SHOWN else "")


def _apart(suggestions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The suggestions in the order of the text, none over another."""
    kept: list[Mapping[str, Any]] = []
    for one in sorted(suggestions, key=lambda s: (s["start"], -s["end"])):
        if one["end"] > one["start"] and (not kept or one["start"] >= kept[-1]["end"]):
            kept.append(one)
    return kept


def _plain(text: str) -> str:
    return escape(text.translate(_TURNS)).replace("\n", "<br>")
