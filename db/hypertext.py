"""The words of a piece of HTML, read once from front to back, so that no page can make the reading take long.

Python's own reader looks at the rest of a page again for each tag that is never closed, and gives up on some
declarations with an error. This one takes what is never closed for plain text.
"""

import re
from collections.abc import Callable, Container, Iterator
from html import unescape

SILENT = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object"})
MOST_BROKEN = 50  # so many tags may be left open; after that all is text
_NAME = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,60})")
_REST = re.compile(r"""[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_LONGEST_TAG = 2_000_000  # letters: pictures may stand in a tag
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style")}
_PASSED_OVER = (("<!--", "-->"), ("<!", ">"), ("<?", ">"), ("</", ">"))
TEXT, OPEN, CLOSE = "text", "open", "close"


def words(html: str, breaks: Callable[[str], bool], silent: Container[str] = SILENT) -> str:
    """What people read of a page, entities as letters; a tag that `breaks` begins and ends a line.

    What stands in `silent` tags is left out.
    """
    told: list[str] = []
    depth = 0
    for kind, value in _pieces(html):
        if kind == TEXT:
            told += [] if depth else [unescape(value)]
            continue
        if value in silent:
            depth = max(0, depth + (1 if kind == OPEN else -1))
        told += ["\n"] if breaks(value) else []
    return "".join(told)


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """Stretches of text, and the names of tags that open or close, in order."""
    at = broken = 0
    while broken < MOST_BROKEN and (begin := html.find("<", at)) >= 0:
        yield TEXT, html[at:begin]
        kind, value, at = _piece(html, begin)
        broken += kind == TEXT and value == "<"
        yield kind, value
        if kind == OPEN and value in _RAW_ENDS:
            end = _RAW_ENDS[value].search(html, at)
            at = end.start() if end else len(html)
    yield TEXT, html[at:]


def _piece(html: str, begin: int) -> tuple[str, str, int]:
    """What begins with a `<`, and where the rest goes on."""
    if name := _NAME.match(html, begin):
        rest = _REST.match(html, name.end(), name.end() + _LONGEST_TAG)
        if rest:
            return CLOSE if name[1] else OPEN, name[2].lower(), rest.end()
        return TEXT, "<", begin + 1
    for opening, closing in _PASSED_OVER:
        if html.startswith(opening, begin) and (end := html.find(closing, begin + len(opening))) >= 0:
            return TEXT, "", end + len(closing)
    return TEXT, "<", begin + 1
