"""Sentences that were finished before they reached a page (errors, reasons in the record), in the reader's language.

`db` and `models` speak plain English and know no catalogue. A sentence is known again by the pattern it was made
from; what was filled in stays as it is. A sentence of no known pattern is shown as it came.
"""

import re
from functools import lru_cache

from dashboard import fmt, i18n, texts
from dashboard.i18n import N_, _

WORDS, FIGURE = re.compile("[a-z]{3,} "), re.compile(r"[+−-]?\d[\d.,]*%?")
_NAME = re.compile(r"\{(\w+)[^}]*\}")
# Why a model was chosen, as `models.gate` and `models.count_training` say it and cards keep it.
WHY = (
    N_(
        "better than the best simple rule (“{rule}”) on {weeks} past weeks: skill {skill}, 95 % interval "
        "{low} to {high}"
    ),
    N_(
        "held its own against the best simple rule (“{rule}”) on {weeks} past weeks: skill {skill}, 95 % interval "
        "{low} to {high}"
    ),
    N_("the simple rule “{rule}” is used, because the larger model was refused: {why}"),
    N_("the simplest rule that could be fitted is used, because the larger model was refused: {why}"),
    N_("too few cases to learn from or to compare on"),
    N_("no past forecasts to compare on"),
    N_("only {weeks} weeks of past forecasts to compare on"),
    N_("it may lose to “{rule}” (skill {skill}, 95 % interval {low} to {high})"),
    N_("its probabilities are off by {error} on average ({limit} is allowed)"),
    N_(
        "the model in force stays: on the {weeks} weeks since it was trained the new one did worse (skill {skill}, "
        "95 % interval up to {high})"
    ),
    N_("no past forecasts to compare on: the long-run rate is used"),
    N_("nothing happened that a simple rule ({rule}) did not say"),
    N_("not worse than the best simple rule out of sample (CRPS {gain}, {low} to {high}, beside {rule})"),
    N_("the ladder did not earn its place out of sample (CRPS {gain}, {low} to {high}, beside {rule})"),
)
# What a feed's run says of itself where nothing went wrong (`db.feeds`), and what an import warns of (`db.importers`).
RUNS = (
    N_("nothing new since the last time"),
    N_("no further month is due yet"),
    N_("was interrupted"),
    N_(
        "seems to hold personal data ({kinds}); take it out and import again, or erase it with: tocsin erase find"
    ),
)
LEAST_LETTERS = 8  # a pattern that is little more than its gaps would fit anything


def said(sentence: object) -> str:
    """A finished English sentence in the reader's language, where its pattern is known."""
    return _said(i18n.speech(), str(sentence))


@lru_cache(maxsize=2000)
def _said(now: i18n.Speech, sentence: str) -> str:
    if i18n.known(sentence):
        return _(sentence)
    for text, pattern in _patterns(now.language):
        if found := pattern.fullmatch(sentence):
            gaps = found.groupdict().items()
            filled = {name: _rule(value) if name == "rule" else _inside(value) for name, value in gaps}
            return _(text).format(**filled)
    return sentence


def _rule(value: str) -> str:
    """The words for the code of a simple rule; what is no such code as anything else that is filled in."""
    words = texts.WORDS["estimator"].get(value)
    return fmt.quoted(_(words)) if words else _inside(value)


def _inside(value: str) -> str:
    """What was filled in: a sentence or a name of ours again, or words that stay as they are."""
    if WORDS.search(value) and (whole := said(value)) != value:
        return fmt.apart(whole)
    parts = [said(one) if WORDS.search(one) else one for one in value.split("; ")]
    told = fmt.apiece(parts) if len(parts) > 1 else parts[0]
    return told if FIGURE.fullmatch(told) else fmt.apart(told)


@lru_cache(maxsize=8)
def _patterns(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """The patterns of a language's catalogue, those that say most themselves first."""
    known = [(text, len(re.sub(r"[^A-Za-z]", "", _NAME.sub("", text)))) for text in i18n.patterns()]
    known.sort(key=lambda one: -one[1])
    return [
        (text, re.compile(_regex(text), re.DOTALL)) for text, letters in known if letters >= LEAST_LETTERS
    ]


def _regex(text: str) -> str:
    parts = _NAME.split(text.replace("{{", "{").replace("}}", "}"))
    seen: set[str] = set()
    made = []
    for at, part in enumerate(parts):
        if at % 2 == 0:
            made.append(re.escape(part))
        else:
            made.append(f"(?P={part})" if part in seen else f"(?P<{part}>.*?)")
            seen.add(part)
    return "".join(made)
