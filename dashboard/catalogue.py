"""Keep the catalogues of `locales/` in step with the sources: `python -m dashboard.catalogue`.

It adds what is new, drops what is gone, keeps what is translated, and names what a translator has to do. Files are
sorted by text and carry neither places nor dates, so that two people's changes merge.
"""

import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from dashboard import i18n

ROOT = Path(__file__).parents[1]
SOURCES = ("dashboard", "models", "db")  # `models` and `db` only mark; what they mark is translated here
TERMINAL = ROOT / "dashboard" / "cli"  # commands speak English
KEYWORDS = {"_": None, "n_": (1, 2), "N_": None}


@cache
def messages() -> tuple[str | tuple[str, ...], ...]:
    """Every text that the sources mark for translation: a text, or singular and plural."""
    files = (path for part in SOURCES for path in sorted((ROOT / part).rglob("*.py")))
    return tuple(found for path in files if path.parent != TERMINAL for found in _marked(path.read_bytes()))


def _marked(written: bytes) -> Iterator[str | tuple[str, ...]]:
    if b"_(" in written:
        for _line, found, _notes, _context in extract("python", io.BytesIO(written), keywords=KEYWORDS):
            yield found


def read(path: Path) -> Catalog:
    """A language's catalogue as it stands in its file."""
    with path.open("rb") as file:
        found = read_po(file, locale=path.parts[-3], abort_invalid=True)
    for one in found:
        one.flags &= {"fuzzy"}  # the library guesses others from every per cent sign
    return found


def updated(old: Catalog) -> Catalog:
    """A catalogue with exactly the texts that the sources have now, and the translations that it had."""
    new = Catalog(locale=old.locale)
    for found in messages():
        before = old.get(found if isinstance(found, str) else found[0])
        same = before is not None and before.pluralizable == (not isinstance(found, str))
        kept = before if before and same else None
        new.add(found, kept.string if kept else None, flags={"fuzzy"} & kept.flags if kept else ())
        new[found if isinstance(found, str) else found[0]].flags &= {"fuzzy"}
    return new


def written(catalogue: Catalog, head: str) -> str:
    """The text of a catalogue's file, below a head that says nothing of when and where."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return head + "\n\n" + out.getvalue().decode("utf-8")


def problems(catalogue: Catalog) -> Iterator[str]:
    """What is missing or wrong in a catalogue, a line each."""
    wanted = {one if isinstance(one, str) else one[0] for one in messages()}
    there = {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id}
    yield from (f"not in the catalogue: {one!r}" for one in sorted(wanted - there))
    yield from (f"in no source any more: {one!r}" for one in sorted(there - wanted))
    for one in catalogue:
        if one.id:
            yield from (f"{told}: {one.id!r}" for told in _wrong(one, catalogue.num_plurals))


def _wrong(one: Message, plurals: int) -> Iterator[str]:
    said = one.string if isinstance(one.string, tuple) else (one.string,)
    if not all(said):
        yield "untranslated"
    if one.fuzzy:
        yield "marked as unsure"
    if one.pluralizable and len(said) != plurals:
        yield f"has {len(said)} plural forms, not {plurals}"
    ids = one.id if isinstance(one.id, tuple) else (one.id,)
    names = [placeholders(text) for text in ids]
    if any(not _fits(placeholders(text), names[-1], one.pluralizable) for text in said if text):
        yield "placeholders differ"


def _fits(got: list[str], wanted: list[str], plural: bool) -> bool:
    """Whether a translation fills in the same; for one or two a plural may say the number in words."""
    spared = ["count"] if plural else []
    return got == wanted or sorted([*got, *spared]) == wanted


def placeholders(text: str) -> list[str]:
    """The names that a text fills in, sorted."""
    return sorted(name for _said, name, _spec, _how in Formatter().parse(text) if name is not None)


def main() -> int:
    """Bring all catalogues up to date; 1 if something is left to translate."""
    left = 0
    for path in sorted(i18n.LOCALES.glob("*/LC_MESSAGES/tocsin.po")):
        head = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
        path.write_text(written(updated(read(path)), head), encoding="utf-8")
        found = list(problems(read(path)))
        left += len(found)
        print(f"{path.parts[-3]}: {len(found)} left", *found, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
