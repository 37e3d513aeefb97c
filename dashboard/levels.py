"""The five levels: number, word, shape and colour, so that no single one of them has to be seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.i18n import N_, _


@dataclass(frozen=True)
class Level:
    """One level as it is shown."""

    number: int
    word: str
    shape: str
    colour: str
    ink: str
    meaning: str


# The colours keep apart for every kind of colour vision and darken step by step; ink on them is >= 4.8 : 1.
LEVELS: Mapping[int, Level] = {
    one.number: one
    for one in (
        Level(0, N_("Not assessed"), "ring", "#d9d9d9", "#1a1a1a", N_("no data to judge by; not a calm")),
        Level(1, N_("Baseline"), "circle", "#f2f0eb", "#1a1a1a", N_("no higher than is usual")),
        Level(2, N_("Watch"), "square", "#fdd49e", "#1a1a1a", N_("higher than usual; follow it")),
        Level(3, N_("Warning"), "diamond", "#fc8d59", "#1a1a1a", N_("clearly higher; prepare")),
        Level(4, N_("Emergency"), "octagon", "#d7301f", "#ffffff", N_("as high as it rarely gets; act")),
    )
}
NAMES = {2: "watch", 3: "warning", 4: "emergency"}


def of(number: int | None) -> Level:
    """The level of a number; what is missing is not assessed."""
    return LEVELS.get(number if number is not None else 0, LEVELS[0])


def named(number: int) -> str:
    """A level's number with its word: 3 Warning."""
    return _("{level} {word}").format(level=number or "–", word=word(number))


def heading(number: int, how_many: int) -> str:
    """A level's word with how many communities stand at it: Watch (23)."""
    return _("{what} ({count})").format(what=word(number), count=how_many)


def words() -> dict[str, str]:
    """Every level by its number, the gravest first, for a choice."""
    return {str(number): word(number) for number in sorted(LEVELS, reverse=True)}


def word(number: int | None) -> str:
    """A level's word in the reader's language."""
    return _(of(number).word)
