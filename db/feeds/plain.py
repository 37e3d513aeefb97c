"""Text without its markup, for what people read; the bytes it came in are kept elsewhere."""

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"}
_VOID = {"br", "hr"}
_SILENT = {"script", "style", "template", "noscript", "iframe", "object"}


class _Text(HTMLParser):
    """Collects the words of a piece of HTML; blocks become lines, scripts and styles nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag in _BLOCKS - _VOID:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """The words of a piece of HTML (or of plain text, which stays), a line a block."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
    return clean(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def clean(text: str) -> str:
    """A text that every store can hold: no half characters, a NUL as its picture."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "␀")
