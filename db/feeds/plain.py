"""Text without its markup, for what people read; the bytes it came in are kept elsewhere."""

import re

from db.hypertext import words

_BLOCKS = {"p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"}


def plain_text(html: str) -> str:
    """The words of a piece of HTML (or of plain text, which stays), a line a block."""
    told = words(html, lambda tag: tag in _BLOCKS)
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in told.split("\n"))
    return clean(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def clean(text: str) -> str:
    """A text that every store can hold: no half characters, a NUL as its picture."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "␀")
