"""Keep the catalogues of `locales/` in step with the sources: `python -m dashboard.catalogue`.

It adds what is new, drops what is gone, keeps what is translated, and names what a translator has to do. Files are
sorted by text and carry neither places nor dates, so that two people's changes merge.
"""

import ast
import io
import re
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
WORD = re.compile("[a-z]{3,}")
KEYWORDS = {"_": None, "n_": (1, 2), "N_": None}


# Errors are finished sentences when they reach a page; `dashboard.retold` knows them again by these patterns.
ERRORS = {"BadInput", "TocsinError", "Denied", "Unaudited", "Unreadable"}
# What is said of a row of a file stands on the Data page: the third thing that these are given.
OF_A_ROW = {"RowError", "Remark"}
ROWS = ("db/importers/*.py",)
TOLD = ("db/*.py", "db/queries/*.py", "db/evidence/*.py", "dashboard/alerts/*.py")
NEVER_ON_A_PAGE = {"settings", "identities", "erasure", "erasures", "forgetting", "finding", "retention", "store",
                   "restore", "archives", "people", "outlines", "gazetteers", "gazetteer_files", "packs",
                   "pack_cells", "pack_settings", "custody"}  # fmt: skip


@cache
def messages() -> tuple[str | tuple[str, ...], ...]:
    """Every text that the sources mark for translation: a text, or singular and plural."""
    files = (path for part in SOURCES for path in sorted((ROOT / part).rglob("*.py")))
    marked = (found for path in files if path.parent != TERMINAL for found in _marked(path.read_bytes()))
    return (*marked, *errors())


@cache
def errors() -> tuple[str, ...]:
    """The patterns of all errors that may reach a page."""
    files = (path for told in TOLD for path in sorted(ROOT.glob(told)) if path.stem not in NEVER_ON_A_PAGE)
    found = [one for path in files for one in raised(path.read_text("utf-8"))]
    rows = (path for told in ROWS for path in sorted(ROOT.glob(told)))
    return tuple(dict.fromkeys([*found, *(one for path in rows for one in of_rows(path.read_text("utf-8")))]))


def of_rows(written: str) -> Iterator[str]:
    """The sentences that a source says of a row: written where they are said, or in a name just before."""
    for function in ast.walk(ast.parse(written)):
        if not isinstance(function, ast.FunctionDef):
            continue
        inside = list(ast.walk(function))
        calls = [one for one in inside if isinstance(one, ast.Call) and ast.unparse(one.func) in OF_A_ROW]
        said = [one.args[2] for one in calls if len(one.args) > 2]
        names = {one.id for one in said if isinstance(one, ast.Name)}
        for one in inside:
            if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) in names:
                said.append(one.value)
        for text in (_pattern(one, []) for one in said if isinstance(one, ast.Constant | ast.JoinedStr)):
            if WORD.search(placeholder_free(text)):
                yield text


def filled(text: str) -> str:
    """A pattern with something in its gaps."""
    return text.format(**dict.fromkeys(placeholders(text), "x1"))


def raised(written: str) -> Iterator[str]:
    """The sentences of the errors that a source raises, with a name in the place of whatever is filled in."""
    for node in ast.walk(ast.parse(written)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ERRORS and node.args:
            text = _pattern(node.args[0], [])
            if WORD.search(placeholder_free(text)):
                yield text


def _pattern(node: ast.expr, taken: list[str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value).replace("{", "{{").replace("}", "}}")
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part, taken) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _pattern(node.left, taken) + _pattern(node.right, taken)
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    name = (re.findall(r"[A-Za-z]\w*", ast.unparse(inner)) or ["it"])[-1]
    while name in taken:
        name += "_"
    taken.append(name)
    return "{" + name + "}"


def placeholder_free(text: str) -> str:
    """A text without what it fills in."""
    return re.sub(r"\{\w*\}", "", text)


def _marked(written: bytes) -> Iterator[str | tuple[str, ...]]:
    if b"_(" in written:
        for _line, found, _notes, _context in extract("python", io.BytesIO(written), keywords=KEYWORDS):
            yield found
        yield from _inside_others(written)


def _inside_others(written: bytes) -> Iterator[str]:
    """The texts that are marked inside another text's braces or another call, which the library may pass over."""
    for call in (one for one in ast.walk(ast.parse(written)) if isinstance(one, ast.Call)):
        said = call.args[0] if call.args and ast.unparse(call.func) in ("_", "N_") else None
        if isinstance(said, ast.Constant):
            yield str(said.value)


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
