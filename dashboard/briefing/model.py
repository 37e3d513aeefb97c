"""A briefing as plain data, before it becomes a page, a PDF or a Word file.

A text is a row of pieces. A number that was counted is a `Figure` and names its note; days, names, codes and
addresses are a `Label`; words of a source are a `Quote`, which every renderer sets in quotation marks. A
bare piece of text holds no digit at all, so that no number can slip in without its note.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that was counted, as a reader sees it, with the key of the note that says what was counted.

    `name` and `value` are the same for programs and for comparing two briefings.
    """

    text: str
    note: str
    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Label:
    """What is named, not counted: a day, a place, a code, an address."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words."""

    text: str


_TURNS = dict.fromkeys([0x061C, *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_TURNING = dict.fromkeys([*range(9), *range(11, 32), 127, *range(0x202A, 0x202F)])


def foreign(text: object) -> str:
    """A text from outside without signs that turn the direction of what follows or close what we opened."""
    return str(text).translate(_TURNS)


def settled(text: str) -> str:
    """A text on its way into a file: it can neither turn the rest of its paragraph round nor spoil the file."""
    return text.translate(_TURNING)


def bracketed(mark: str) -> str:
    """The mark of a note as it stands behind a number: without brackets a copied 145 with note 2 would read 1452."""
    return f"[{mark}]"


Piece = str | Figure | Label | Quote
Runs = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; `style` is "", "strong", "quiet", "warning" or "author" (written by the author, not generated)."""

    runs: Runs
    style: str = ""
    language: str = ""  # where it is not the document's own


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short statements."""

    items: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header row; `numbers` are the columns that hold figures, `widths` their shares of the page."""

    caption: Runs
    columns: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]
    numbers: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing (SVG) with its words for those who cannot see it; all its numbers share one note."""

    svg: str
    alt: str
    caption: Runs
    note: str


@dataclass(frozen=True, slots=True)
class Source:
    """An entry of the annex: an incident with its mark, what is counted of it, and each report behind it."""

    mark: str
    note: str
    head: Runs
    lines: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part within a section."""

    text: str


Block = Para | Bullets | Table | Picture | Source | Heading


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the document."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a figure rests on: the question in words, the same as a query of the record, and the incidents it found."""

    key: str
    mark: str
    told: Runs
    query: Mapping[str, Any]
    incident_ids: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A whole briefing in one language."""

    language: str
    direction: str
    title: str
    subtitle: Runs
    warning: str  # the mark of an exercise; empty otherwise
    handling: str  # for whom it is
    sections: tuple[Section, ...]
    notes: tuple[Note, ...]
    foot: str
    words: Mapping[str, str] = field(default_factory=dict)  # what renderers themselves say

    def note(self, key: str) -> Note:
        """The note of a figure."""
        return self.by_key[key]

    @cached_property
    def by_key(self) -> dict[str, Note]:
        """The notes by their keys."""
        return {one.key: one for one in self.notes}

    @cached_property
    def by_mark(self) -> dict[str, Note]:
        """The notes by their marks."""
        return {one.mark: one for one in self.notes}


class Notes:
    """The notes of a document in the order in which they are first cited."""

    def __init__(self) -> None:
        self.found: dict[str, Note] = {}
        self._numbered = 0

    def cite(
        self, key: str, told: Runs, query: Mapping[str, Any], ids: Iterable[str] = (), mark: str = ""
    ) -> str:
        """The key of a note, made where it is new."""
        if key not in self.found:
            self._numbered += not key.startswith("incident:")
            self.found[key] = Note(key, mark or str(self._numbered), told, dict(query), tuple(ids))
        return key


@lru_cache(1000)
def _gaps(told: str) -> tuple[tuple[str, str | None], ...]:
    """The words of a sentence, each with the name of the gap behind them."""
    return tuple((words, name) for words, name, _spec, _conversion in Formatter().parse(told))


def say(told: str, /, **parts: Piece | Runs) -> Runs:
    """A translated sentence with pieces in its named gaps."""
    found: list[Piece] = []
    for words, name in _gaps(told):
        if words:
            found.append(words)
        if name is not None:
            part = parts[name]
            found += part if isinstance(part, tuple) else (part,)
    return tuple(found)


def joined(parts: Sequence[Runs], between: str = " ") -> Runs:
    """Several rows of pieces as one."""
    found: list[Piece] = []
    for number, part in enumerate(one for one in parts if one):
        found += [between, *part] if number else part
    return tuple(found)


def texts_of(block: Block) -> Iterator[Runs]:
    """All rows of pieces of a block."""
    if isinstance(block, Para):
        yield block.runs
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Table):
        yield block.caption
        yield tuple(block.columns)
        for row in block.rows:
            yield from row
    elif isinstance(block, Picture):
        yield block.caption
    elif isinstance(block, Source):
        yield block.head
        yield from block.lines
    else:
        yield (block.text,)


def pieces(document: Document) -> Iterator[Piece]:
    """Every piece of text of a document, its notes included."""
    yield from (document.title, *document.subtitle, document.warning, document.handling, document.foot)
    for section in document.sections:
        yield section.title
        for block in section.blocks:
            for runs in texts_of(block):
                yield from runs
    for note in document.notes:
        yield from note.told


def figures(document: Document) -> Iterator[Figure]:
    """Every figure of a document."""
    return (one for one in pieces(document) if isinstance(one, Figure))
