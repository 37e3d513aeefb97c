"""A table of ours back from its HTML as rows of text: for the file beside a table that only a page makes."""

from html.parser import HTMLParser

import pandas as pd

DROPPED = dict.fromkeys(range(0x2066, 0x206A))  # isolates keep a page in order; a cell of a sheet is one text


class _Cells(HTMLParser):
    """The cells of a table's head and rows; pieces of one cell are parted by a blank."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append([])
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.rows[-1][-1].append(data.strip())


def rows(shown: str) -> pd.DataFrame:
    """The one table in a piece of HTML as it is read: its columns' names, and the text of each cell."""
    read = _Cells()
    read.feed(shown)
    head, *body = [[" ".join(cell).translate(DROPPED) for cell in row] for row in read.rows] or [[]]
    return pd.DataFrame(body, columns=pd.Index(head), dtype=object)
