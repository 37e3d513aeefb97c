"""The catalogues: nothing on screen outside them, nothing left to translate in them."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from dashboard import catalogue, i18n, retold

DASHBOARD = Path(i18n.__file__).parent
LANGUAGES = sorted(DASHBOARD.glob("locales/*/LC_MESSAGES/tocsin.po"))
LOGS = ("logging.", "re.", "ContextVar")
MARKS = ("_", "n_", "N_")
# What these say is for the terminal, a program, or a browser that has not reached a page: plain English.
ENGLISH = (
    "cli",
    "catalogue.py",
    "chunks.py",
    "doctor.py",
    "gate.py",
    "routes.py",
    "asgi.py",
    "headers.py",
    "packed.py",
    "jobs.py",
)
# Not words for readers: acts of the access log, names of classes and fonts, commands to type.
CODES = {
    "Noto Sans, Noto Naskh Arabic, sans-serif",
    "Tocsin",
    "NaT",
    "Bearer",
    "MaterialSymbols",
    "Polygon",
    "MultiPolygon",
    "top center",
    "English",
}
# Their literals are names of fonts, styles and tags; every word comes to them in a document.
# What other programs read: documents, and CAP and Atom, whose words their standards fix.
WRITERS = {
    f"briefing/{one}.py" for one in ("to_docx", "docx_fonts", "docx_hand", "docx_look", "to_html", "to_pdf")
}
WRITERS |= {"alerts/cap.py"}
ACTS = {"tokens revoke", "tokens make", "sign out everywhere", "no store", "sign in", "sign out",
        "looked at in the review queue", "put back into the review queue"}  # fmt: skip
# A sentence, or one word that begins as a heading does; but no style sheet, address, field of HTTP or command.
WORDS = re.compile(r"[A-Za-z]{2,},? [A-Za-z(]|^[A-Z][a-z]+\b")
OTHER = re.compile(r"tc-|<|/|^[A-Z][a-z]+-|^tocsin |^route |--role|\btocsin import |^-\w+: ")
# Whatever is handed to these as a text is read by somebody; so even a short word must be translated.
SHOWN = {"title", "header", "subheader", "caption", "write", "markdown", "button", "checkbox", "selectbox", "metric",
         "text_input", "text_area", "date_input", "number_input", "expander", "toast", "warning", "error", "info",
         "note", "heading", "popover", "radio", "multiselect", "segmented_control", "toggle", "spinner"}  # fmt: skip


def _left_out(tree: ast.Module) -> Iterator[ast.AST]:
    """What is no text for readers: docstrings, what is marked, errors, annotations, keys and comparisons."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            yield from node.args
        elif isinstance(node, ast.Raise) or (
            isinstance(node, ast.Call) and ast.unparse(node.func).startswith(LOGS)
        ):
            yield node
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef) and node.returns:
            yield node.returns
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if isinstance(key, ast.Constant))
        elif isinstance(node, ast.Compare | ast.Subscript):
            yield node


def outside(source: str) -> Iterator[str]:
    """The texts for readers that do not go through the catalogue, each with its line."""
    tree = ast.parse(source)
    spared = {id(inner) for outer in _left_out(tree) for inner in ast.walk(outer)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spared:
            if WORDS.search(node.value) and not OTHER.search(node.value) and node.value not in CODES | ACTS:
                yield f"{node.lineno}: {node.value!r}"
        elif isinstance(node, ast.Call) and node.args and _name(node.func) in SHOWN:
            first = node.args[0]
            text = first.value if isinstance(first, ast.Constant) and id(first) not in spared else None
            if re.search("[A-Za-z]{2}", str(text or "")) and text not in CODES:
                yield f"{first.lineno}: {text!r}"


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def test_every_text_on_screen_goes_through_the_catalogue() -> None:
    """Literals in what draws pages are translated, or named above with their reason."""
    found = []
    for path in sorted(DASHBOARD.rglob("*.py")):
        inside = path.relative_to(DASHBOARD)
        if inside.parts[0] not in ENGLISH and inside.as_posix() not in WRITERS:
            found += [f"{inside}:{one}" for one in outside(path.read_text(encoding="utf-8"))]
    assert not found, "not translated; wrap them in _(), n_() or N_():\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line",
    ['st.button("go")', 'text("p", "Nothing yet")', 'note(WARNING, f"No data of {x} yet")', 'x = ["Day", 1]'],
)
def test_a_text_outside_the_catalogue_is_found(line: str) -> None:
    """The test above sees what it must see."""
    assert list(outside(line))


@lru_cache
def _problems(path: Path) -> list[str]:
    return list(catalogue.problems(catalogue.read(path)))


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_whole(path: Path) -> None:
    """Every text translated, none unsure, none too many; every plural form there; the same placeholders."""
    found = _problems(path)
    assert not found, "run `python -m dashboard.catalogue`, then translate:\n" + "\n".join(found)


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_written_as_the_tool_writes_it(path: Path) -> None:
    """Sorted, one line a text, without places and dates, so that changes of several people merge."""
    text = path.read_text(encoding="utf-8")
    assert text == catalogue.written(catalogue.read(path), text.split("\n\n", 1)[0])


def test_what_is_wrong_in_a_catalogue_is_found(tmp_path: Path) -> None:
    """Untranslated, unsure, other placeholders, too few plural forms, gone from the sources."""
    path = tmp_path / "ar" / "LC_MESSAGES" / "tocsin.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=6; plural=0;\\n"\n\n'
        'msgid "Today"\nmsgstr ""\n\n#, fuzzy\nmsgid "Alerts"\nmsgstr "x"\n\n'
        'msgid "As of {day}"\nmsgstr "{date}"\n\nmsgid "Gone"\nmsgstr "x"\n\n'
        'msgid "{count} day"\nmsgid_plural "{count} days"\nmsgstr[0] "x"\nmsgstr[1] "x"\n',
        encoding="utf-8",
    )
    found = "\n".join(catalogue.problems(catalogue.read(path)))
    for told in ("untranslated: 'Today'", "unsure: 'Alerts'", "placeholders differ: 'As of {day}'", "any more: 'Gone'",
                 "untranslated: ('{count} day', '{count} days')", "not in the catalogue: 'Incidents'"):  # fmt: skip
        assert told in found


def test_errors_of_the_record_are_told_in_the_reader_s_language() -> None:
    """Known again by their pattern, with what was filled in; what has no pattern stays as it came."""
    i18n.use("ar")
    told = retold.said("alert 7f3a was resolved already; see: tocsin alerts show 7f3a")
    strange = retold.said("words that nobody wrote {here}")
    i18n.use("en")
    assert told.startswith("سبق إنهاء الإنذار \u20687f3a\u2069") and told.endswith("show \u20687f3a\u2069")
    assert strange == "words that nobody wrote {here}"
    assert retold.said("there is no alert x; list them with: tocsin alerts").startswith("there is no alert x")


def test_every_pattern_knows_its_own_sentence_again() -> None:
    """Filled with names, a pattern finds itself or one that says the same."""
    i18n.use("ar")
    lost = [
        text for text in catalogue.errors() if retold.said(catalogue.filled(text)) == catalogue.filled(text)
    ]
    i18n.use("en")
    assert lost == []


def test_a_retold_sentence_is_translated_in_either_digits() -> None:
    """A sentence with a number in it is not taken for translated because its digits changed."""
    i18n.use("ar", "arabic")
    told = retold.said("Level 3: at least 3 for the second day")
    i18n.use("en")
    assert told.startswith("المستوى ٣") and "second" not in told
