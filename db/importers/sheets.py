"""Opening anybody's table: delimiters, titles above the header, header cells of two rows, tags, odd widths.

Every row comes as the cells by column, as clean text, with the bytes it came as where those say more.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from db.documents import MAX_TEXT_BYTES
from db.errors import BadInput
from db.exports.cells import unguard
from db.importers import encodings, hxl, workbook
from db.importers.encodings import Encoding, Line
from db.importers.files import MAX_UNPACKED, NumberedRow, raw_bytes, refuse_pages, refuse_wide
from db.importers.records import Cells, Numbered, Sheet

LOOKED_AT_ROWS = 40
LOOKED_AT_LETTERS = 1000
MAX_RECORD_LINES = 100_000
SNIFFED = 10_000
DELIMITERS = ",;\t|"
_FIRST_LINE = re.compile(r"^\"?sep=(.)\"?\s*$", re.IGNORECASE)


@contextmanager
def opened(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> Iterator[Sheet]:
    """A table file of any kind; what is none is refused with its cure."""
    if workbook.is_one(path):
        book = workbook.read(path, sheet)
        yield _sheet(path, iter(book.rows), book.merged, name=book.sheet, remarks=book.remarks,
                     epoch_1904=book.epoch_1904)  # fmt: skip
        return
    how = encodings.named(encoding) if encoding else _detected(path)
    with raw_bytes(path) as file:
        rows = _records(path, encodings.lines(file, how))
        yield _sheet(path, rows, [], encoding=how.name, remarks=(how.remark,) if how.remark else ())


def _detected(path: Path) -> Encoding:
    with raw_bytes(path) as file:
        refuse_pages(path, file.peek(4096)[:4096])  # type: ignore[attr-defined]
        return encodings.detect(file)


def _sheet(
    path: Path,
    rows: Iterator[Numbered],
    merged: Sequence[tuple[int, int, int]],
    *,
    name: str | None = None,
    encoding: str | None = None,
    epoch_1904: bool = False,
    remarks: Sequence[str] = (),
) -> Sheet:
    first = list(islice(rows, LOOKED_AT_ROWS))
    if not any(_filled(row) for row in first):
        raise BadInput(f"{path.name} holds no rows; export it again")
    tagged = next((n for n, row in enumerate(first[: hxl.LOOKED_AT_ROWS]) if hxl.is_tags(row.cells)), None)
    labels, tags, start = _header(first, merged, tagged)
    refuse_wide(path, max((n for n, label in enumerate(labels, 1) if label), default=0))
    columns = _distinct(labels)
    body = _bodies(chain(first[start:], rows), columns)
    return Sheet(columns, tags, body, name, encoding, epoch_1904, tuple(remarks))


def _header(
    rows: list[Numbered], merged: Sequence[tuple[int, int, int]], tagged: int | None
) -> tuple[list[str], tuple[str, ...], int]:
    """The names of the columns, their tags, and where the data begin."""
    if tagged is not None:
        tags = rows[tagged].cells
        above = rows[tagged - 1].cells if tagged and _filled(rows[tagged - 1]) >= 2 else []
        labels = [a or t for a, t in zip(_padded(above, len(tags)), tags, strict=True)]
        return labels, tuple(tag.strip() for tag in tags), tagged + 1
    widest = max(map(_filled, rows))
    at = next(n for n, row in enumerate(rows) if _filled(row) >= max(min(2, widest), widest / 2))
    labels = [cell.strip() for cell in rows[at].cells]
    spans = [(left, right) for row, left, right in merged if row == rows[at].number]
    if not spans or at + 1 == len(rows):
        return labels, (), at + 1
    below = _padded(rows[at + 1].cells, len(labels))
    for left, right in spans:
        labels[left : right + 1] = [labels[left]] * len(labels[left : right + 1])
    both = [f"{up}/{down.strip()}" if up and down.strip() else up or down.strip()
            for up, down in zip(labels, below, strict=True)]  # fmt: skip
    return both, (), at + 2


def _padded(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]


def _filled(row: Numbered) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """Names of columns that can be told apart; a column without a name is called by its number."""
    names: dict[str, None] = {}
    again: dict[str, int] = {}
    for n, label in enumerate(labels, 1):
        base = name = " ".join(encodings.visible(label[:LOOKED_AT_LETTERS]).split())[:200] or f"column {n}"
        while name in names:
            again[base] = again.get(base, 1) + 1
            name = f"{base} ({again[base]})"
        names[name] = None
    return tuple(names)


def _bodies(rows: Iterator[Numbered], columns: tuple[str, ...]) -> Iterator[NumberedRow]:
    for row in rows:
        if row.too_long or _filled(row):
            yield _body(row, columns)


def _body(row: Numbered, columns: tuple[str, ...]) -> NumberedRow:
    cells = [unguard(cell) for cell in row.cells]
    if any(cell.strip() for cell in cells[len(columns) :]):
        return row.number, None, [_short(cell) for cell in cells]
    known = Cells(dict(zip(columns, _padded(cells, len(columns)), strict=True)), row.number)
    known.original, known.encoding = row.original, row.encoding
    known.problem = (None, *_TOO_LONG) if row.too_long else _too_long(known)
    return row.number, known, [_short(cell) for cell in cells] if known.problem else cells


def _too_long(cells: Cells) -> tuple[str | None, str, str] | None:
    for column, cell in cells.items():
        if len(cell) * 4 > MAX_TEXT_BYTES and len(cell.encode()) > MAX_TEXT_BYTES:
            return (column, *_TOO_LONG)
    return None


_TOO_LONG = (
    "too_long",
    f"holds a text of more than {MAX_TEXT_BYTES >> 20} MB; keep it as evidence and write here the part that "
    "tells of the incident",
)


def _short(cell: str) -> str:
    return cell if len(cell) <= 2000 else f"{cell[:2000]} …"


def _records(path: Path, lines: Iterator[Line]) -> Iterator[Numbered]:
    """The records of delimited text, each with the bytes of its lines where they say more than the text."""
    kept = _Kept(path, lines)
    head = list(islice(kept, LOOKED_AT_ROWS))
    kept.put_back()
    if not "".join(head).strip():
        raise BadInput(f"{path.name} is empty; download or export it again")
    said = _FIRST_LINE.match(head[0])
    if said:
        next(kept)
    reader = csv.reader(kept, delimiter=said[1] if said else _delimiter(head))
    while True:
        kept.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" not in str(error):
                raise BadInput(f"{path.name}, row {kept.number}: {error}; mend the quotes") from error
            kept.skip()
            yield Numbered(kept.number, [], too_long=True)
            continue
        yield Numbered(kept.number, cells, *kept.original())


class _Kept:
    """Lines as text for the CSV reader, which remembers the bytes of the record that is being read."""

    def __init__(self, path: Path, lines: Iterator[Line]) -> None:
        self.path, self.lines, self.number, self.size = path, lines, 0, 0
        self.record: list[Line] = []
        self.waiting: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.pop(0) if self.waiting else next(self.lines)
        self.number += 1
        self.size += len(line.text)
        if self.size > MAX_UNPACKED:
            raise BadInput(
                f"{self.path.name} holds more than {MAX_UNPACKED >> 30} GiB of text; split it first"
            )
        self.record.append(line)
        if len(self.record) > MAX_RECORD_LINES:
            raise BadInput(
                f"{self.path.name}, row {self.number}: a text never ends; mend the quotes and import again"
            )
        return line.text

    def begin(self) -> None:
        """A new record begins."""
        self.record = []

    def put_back(self) -> None:
        """Read the lines since the last beginning again."""
        self.waiting, self.number, self.size, self.record = [*self.record, *self.waiting], 0, 0, []

    def skip(self) -> None:
        """Go to the end of a record that is too long to be read: where its quotes are closed."""
        quotes = sum(line.text.count('"') for line in self.record)
        while quotes % 2:
            self.record = []
            try:
                quotes += next(self).count('"')
            except StopIteration:
                raise BadInput(
                    f"{self.path.name}, row {self.number}: a text never ends; mend the quotes and import again"
                ) from None

    def original(self) -> tuple[bytes | None, str | None]:
        """The bytes of the record and their encoding, where they are not the text's own UTF-8."""
        if all(line.original is None for line in self.record):
            return None, None
        names = {line.encoding for line in self.record if line.original is not None}
        body = b"".join(
            line.text.encode() if line.original is None else line.original for line in self.record
        )
        return body, "/".join(sorted(names))


def _delimiter(head: list[str]) -> str:
    """The delimiter that divides the first lines into the most columns, evenly."""

    short = [line[:SNIFFED] for line in (head[:-1] if len(head) == LOOKED_AT_ROWS else head)]

    def evenness(mark: str) -> tuple[float, int]:
        try:
            widths = [len(cells) for cells in csv.reader(short, delimiter=mark) if cells]
        except csv.Error:  # a lone carriage return, as it may stand in what is no table by this mark
            return 0, 1
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / max(len(widths), 1) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=lambda mark: (evenness(mark)[0] >= 0.5, evenness(mark)[0] * evenness(mark)[1]))
