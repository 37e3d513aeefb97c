"""A briefing put together in one language: plain data, the same for the same state of the record."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard import exports, fmt, i18n, texts
from dashboard.briefing import annex, balance, comparing, forecasting, listing, opening, pictures, summary
from dashboard.briefing.gather import Found
from dashboard.briefing.making import Making, own_words
from dashboard.briefing.model import Block, Bullets, Document, Label, Para, Runs, Section, say, settled
from dashboard.handover import speaking
from dashboard.i18n import _

PARTS: Sequence[Callable[[Making], Section | None]] = (
    summary.summary,
    opening.scope,
    opening.context,
    pictures.part,
    listing.part,
    listing.patterns,
    forecasting.part,
    balance.part,
    lambda making: recommendations(making),
    annex.left_out,
    annex.reports,
    annex.notes,  # the last, for it lists what the others cited
)
"""The parts of a briefing in their order; one that has nothing to say is left out."""


def document(found: Found, language: str, older: Mapping[str, Any] | None = None) -> Document:
    """The briefing in a language; with the twin of an `older` one it says what has changed since, after the summary."""
    with speaking(language):
        fmt.use_zone(found.region.time_zone)
        texts.know_sources(found.coverage.to_dict("records"))
        texts.know_names(found.region.settings)
        making = Making(found)
        changed = [comparing.part(making, older)] if older else []
        made = [one for one in (part(making) for part in PARTS) if one]
        sections = [made[0], *changed, *made[1:]]
        return Document(
            language=language,
            direction=i18n.direction(language),
            title=settled(_("Briefing: {subject}").format(subject=making.subject)),
            subtitle=_subtitle(making),
            warning=_exercise(found),
            handling=opening.handling(making),
            sections=tuple(sections),
            notes=tuple(making.notes.found.values()),
            foot=_(texts.LIMITS),
            words={"query": _("Query: {query}"), "note": _("Note"), "figure": _("Figure"), "page": _("Page")},
        )


def _subtitle(making: Making) -> Runs:
    told = _("{region}, {since} to {until}, as known on {day}")
    return say(
        told,
        region=Label(texts.title(making.found.region)),
        since=making.since,
        until=making.until,
        day=making.until,
    )


def _exercise(found: Found) -> str:
    if not found.region.exercise:
        return ""
    return f"{_(exports.MARK)}. " + _(
        "Everything here is invented: places, people, reports. Do not act on it."
    )


def recommendations(making: Making) -> Section:
    """What the author recommends, kept apart from what was generated."""
    written, spoken = own_words(making.found, "recommendations")
    title = _("Recommendations")
    if not written:
        return Section("recommendations", title, (Para((_("None have been written."),), "author"),))
    lines = [written] if isinstance(written, str) else list(written)
    intro = (_("Written by the author; nothing in this part was generated."),)
    blocks: list[Block] = [Para(intro, "quiet")]
    blocks += (
        [Para((Label(str(one)),), "author", spoken) for one in lines]
        if len(lines) == 1
        else [Bullets(tuple((Label(fmt.apart(one)),) for one in lines))]
    )
    return Section("recommendations", title, tuple(blocks))
