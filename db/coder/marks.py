"""Words that say who speaks, how sure they are, and how they take sides: sources, hearsay, dispute, loaded words."""

import re

from db.coder.draft import Suggestion
from db.coder.lexicon import Hit, find
from db.coder.text import Text
from db.vocab import Confidence

UNNAMED = "a source that the lists do not know"
NEAR_CHARACTERS = 60
_REST = re.compile(r"[^,.;:!?\n\"()]{0,60}")


def kinds(text: Text) -> list[Suggestion]:
    """The types of incident a text speaks of, by the codebook, each where it first does."""
    first: dict[str, Hit] = {}
    for hit in find("type", text):
        first.setdefault(hit.value, hit)
    words = "a word of the codebook's list"
    return [_made(text, "incident_type", hit, Confidence.MODERATE, words) for hit in first.values()]


def disputes(text: Text) -> list[Suggestion]:
    """Words that show an account to be denied or disputed, and what is only hearsay."""
    found = [
        _made(text, "contested", h, Confidence.MODERATE, "the text shows dispute")
        for h in find("contested", text)
    ]
    for hit in find("hearsay", text):
        found.append(_made(text, "hearsay", hit, Confidence.MODERATE, "the text itself is not sure"))
    return found


def loaded(text: Text) -> list[Suggestion]:
    """Words that take a side, with a neutral wording; they never enter a summary."""
    why = "takes a side: keep it to quotations"
    return [_made(text, "loaded", hit, Confidence.HIGH, why) for hit in find("loaded", text)]


def identities(text: Text) -> list[Suggestion]:
    """Communities that a text names, and words of being meant for it: for a person to judge."""
    why = "names a community: whether anybody was meant for it is for a person to say"
    named = [_made(text, "identity", hit, Confidence.LOW, why) for hit in find("identity", text)]
    cue = "speaks of identity as a reason: for a person to judge"
    return named + [_made(text, "identity", hit, Confidence.LOW, cue) for hit in find("identity_cue", text)]


def sources(text: Text) -> list[Suggestion]:
    """Who is quoted: "according to ...", "SOHR said ...", with the source where the list knows it."""
    outlets = find("outlet", text)
    found: dict[int, Suggestion] = {}
    for hit in find("said", text):
        suggestion = _quoted(text, hit, outlets)
        if suggestion is not None and suggestion.span[0] not in found:
            found[suggestion.span[0]] = suggestion
    covered = [s.span for s in found.values()]
    for outlet in outlets:
        a, b = text.span(outlet.start, outlet.end)
        if outlet.value not in ("official", "local sources") and not any(x < b and a < y for x, y in covered):
            found[a] = _made(text, "source", outlet, Confidence.LOW, "the name of a source")
    return [found[place] for place in sorted(found)]


def _quoted(text: Text, word: Hit, outlets: list[Hit]) -> Suggestion | None:
    if word.value == "according":
        rest = _REST.match(text.plain, word.end)
        end = rest.end() if rest else word.end
        named = [o for o in outlets if word.end <= o.start < end]
        value = named[0].value if named else UNNAMED
        last = named[0].end if named else word.end + len(text.plain[word.end : end].rstrip())
        sure = Confidence.HIGH if named else Confidence.MODERATE
        return _stretch(text, word.start, last, value, sure)
    if text.lang == "ar":
        named = [o for o in outlets if 0 <= o.start - word.end <= NEAR_CHARACTERS // 3]
        return _stretch(text, word.start, named[0].end, named[0].value, Confidence.HIGH) if named else None
    named = [o for o in outlets if 0 <= word.start - o.end <= NEAR_CHARACTERS // 3]
    return _stretch(text, named[-1].start, word.end, named[-1].value, Confidence.HIGH) if named else None


def _stretch(text: Text, start: int, end: int, value: str, sure: Confidence) -> Suggestion:
    why = "words that name who says it"
    return Suggestion("source", value, text.span(start, end), text.phrase(start, end), sure, why)


def _made(text: Text, field: str, hit: Hit, sure: Confidence, why: str) -> Suggestion:
    return Suggestion(
        field, hit.value, text.span(hit.start, hit.end), text.phrase(hit.start, hit.end), sure, why
    )
