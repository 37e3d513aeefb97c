"""Sentences that were finished before they reached a page (errors, reasons in the record), in the reader's language.

`db` and `models` speak plain English and know no catalogue. A sentence is known again by the pattern it was made
from; what was filled in stays as it is. A sentence of no known pattern is shown as it came.
"""

import re
from functools import lru_cache

from dashboard import fmt, i18n
from dashboard.i18n import _

_NAME = re.compile(r"\{(\w+)[^}]*\}")
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
            filled = {name: fmt.apart(value) for name, value in found.groupdict().items()}
            return _(text).format(**filled)
    return sentence


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
