"""The reader's language: `_` translates a text for the page that is being made, and nothing else.

The language lives in a context variable, never in the interpreter's builtins: one reader's choice must not
leak into another's page.
"""

import gettext
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def use(language: str) -> None:
    """Speak a language from here on, in this thread of work only."""
    _language.set(language)


def language() -> str:
    """The language spoken at the moment."""
    return _language.get()


@lru_cache
def _catalogue(name: str) -> gettext.NullTranslations:
    return gettext.translation("tocsin", LOCALES, languages=[name], fallback=True)


def _(text: str) -> str:
    """A text in the reader's language."""
    return _catalogue(language()).gettext(text)


def n_(one: str, many: str, count: int) -> str:
    """A text that depends on a number, in the reader's language, with the number filled in as `count`."""
    return _catalogue(language()).ngettext(one, many, count).format(count=f"{count:,}")


def N_(text: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a text for translation; it is translated when read."""
    return text
