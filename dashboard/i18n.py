"""The reader's language: `_` translates a text for the page that is being made, and nothing else.

Language, digits and calendar live in a context variable, never in the interpreter's builtins: one reader's
choice must not leak into another's page. A language is a folder under `locales/`; its catalogue is compiled
in memory when it is first spoken, so that no compiled file travels with the source.
"""

import gettext
import io
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
ARABIC_INDIC = str.maketrans("0123456789%,.", "٠١٢٣٤٥٦٧٨٩٪٬٫")
LRI, RLI, PDI = "\u2066", "\u2067", "\u2069"
# Numbers that stand in a text; not those of codes, of days to type and of gaps.
_NUMBER = re.compile(r"\{[^}]*\}|[\w/.-]*[A-Za-z_/][\w/.-]*|\d+-\d[\d-]*|(\d+(?:[.,]\d+)*%?)")
_FIGURE = re.compile(r"[+−-]?\d[\d.,]*(?:[–-]\d[\d.,–-]*)?[+%]?")
_ORDERED = re.compile("[+−–%-]")
DIGITS = ("western", "arabic")
CALENDARS = ("gregorian", "both")


@dataclass(frozen=True)
class Speech:
    """How somebody is spoken to: the language, the digits, and whether the Islamic date stands beside ours."""

    language: str = DEFAULT
    digits: str = "western"
    calendar: str = "gregorian"


PLAIN = Speech()
_speech: ContextVar[Speech | None] = ContextVar("speech", default=None)
_elsewhere: list[Callable[[], Speech]] = [lambda: PLAIN]


def use(language: str, digits: str = "western", calendar: str = "gregorian") -> None:
    """Speak a language from here on, in this thread of work only."""
    _speech.set(Speech(language, digits, calendar))


def unless_told(ask: Callable[[], Speech]) -> None:
    """Name what says how to speak where `use` was not called: in a button's act, which runs before its page."""
    _elsewhere[0] = ask


def speech() -> Speech:
    """How the reader is spoken to at the moment."""
    return _speech.get() or _elsewhere[0]()


def language() -> str:
    """The language spoken at the moment."""
    return speech().language


def numeral(written: str) -> str:
    """A number that is written already, in the reader's digits."""
    return written.translate(ARABIC_INDIC) if speech().digits == "arabic" else written


def source(name: str) -> Path:
    """The file with a language's texts."""
    return LOCALES / name / "LC_MESSAGES" / "tocsin.po"


def languages() -> Mapping[str, str]:
    """The languages that can be spoken, each with its own name for itself."""
    found = sorted(LOCALES.glob("*/LC_MESSAGES/tocsin.po"))
    return {DEFAULT: "English", **{one.parts[-3]: _said_of(one.parts[-3], "English") for one in found}}


def direction(name: str) -> str:
    """Whether a language is written from the left (`ltr`) or from the right (`rtl`)."""
    return _said_of(name, "ltr")


@lru_cache
def _said_of(name: str, asked: str) -> str:
    """One short text out of a catalogue, without compiling it: every page offers every language by its name."""
    path = source(name)
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.search(rf'^msgid "{asked}"\nmsgstr "(.+)"$', written, re.MULTILINE)
    return found.group(1) if found else asked


@lru_cache
def _compiled(name: str) -> tuple[gettext.NullTranslations, tuple[str, ...]]:
    """A language's translations, and the texts that fill something in."""
    path = source(name)
    if name == DEFAULT or not path.is_file():
        return gettext.NullTranslations(), ()
    from babel.messages.mofile import write_mo  # which nobody needs who reads English
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as written:
        write_mo(compiled, found := read_po(written, locale=name))
    compiled.seek(0)
    filled = (one.id for one in found if isinstance(one.id, str) and "{" in one.id)
    return gettext.GNUTranslations(compiled), tuple(filled)


def known(text: str) -> bool:
    """Whether the spoken language's catalogue has this very text."""
    return _compiled(language())[0].gettext(text) != text


def patterns() -> tuple[str, ...]:
    """The texts of the spoken language's catalogue that fill something in."""
    return _compiled(language())[1]


def isolated(text: str) -> str:
    """A range, a sign or a code that keeps its order in a sentence of either direction, in the reader's digits.

    Western digits run from the left even in Arabic; ranges and signs of Arabic-Indic ones from the right.
    """
    from_right = speech().digits == "arabic" and not any("a" <= one.lower() <= "z" for one in text)
    return f"{RLI if from_right else LRI}{numeral(text)}{PDI}"


class Told(str):
    """A text with gaps; numbers that fill them come in the reader's digits, ranges and signs in their own order."""

    __slots__ = ()

    def format(self, *unnamed: object, **named: object) -> str:
        """The text with its gaps filled."""
        return str.format(
            self, *map(_filling, unnamed), **{name: _filling(one) for name, one in named.items()}
        )


def _filling(value: object) -> object:
    plain = str(value) if isinstance(value, str | int | float) else ""
    if _FIGURE.fullmatch(plain):
        return isolated(plain) if _ORDERED.search(plain) else numeral(plain)
    return value


def _(text: str) -> str:
    """A text in the reader's language, the numbers that stand in it in the reader's digits."""
    return _told(speech(), text) if text else ""


def n_(one: str, many: str, count: int, **named: object) -> str:
    """A text that depends on a number, in the reader's language, with the number filled in as `count`."""
    said = _compiled(language())[0].ngettext(one, many, count)
    filled = {name: _filling(value) for name, value in named.items()}
    return said.format(count=numeral(f"{count:,}"), **filled)


@lru_cache(maxsize=8000)
def _told(now: Speech, text: str) -> str:
    said = _compiled(now.language)[0].gettext(text)
    if now.digits == "arabic":
        said = _NUMBER.sub(lambda one: (one.group(1) or "").translate(ARABIC_INDIC) or one.group(0), said)
    return said if direction(now.language) == "ltr" and now.digits == "western" else Told(said)


def N_(text: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a text for translation; it is translated when read."""
    return text


# What every catalogue tells of its own language: its name, and the direction it is written in.
_SELF = (N_("English"), N_("ltr"))
