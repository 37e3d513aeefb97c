"""Rows of anybody's table, before and after its columns are known."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from db.importers.files import NumberedRow


class Cells(dict[str, str]):
    """A row's cells by column; `original` holds its bytes where they are not the text's own UTF-8."""

    __slots__ = ("encoding", "number", "original", "problem")

    def __init__(self, cells: dict[str, str], number: int) -> None:
        super().__init__(cells)
        self.number = number
        self.original: bytes | None = None
        self.encoding: str | None = None
        self.problem: tuple[str | None, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row before its columns are known."""

    number: int
    cells: list[str]
    original: bytes | None = None
    encoding: str | None = None
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened table: its columns, what is odd about it, and its rows, read once."""

    columns: tuple[str, ...]
    tags: tuple[str, ...]
    rows: Iterator[NumberedRow]
    name: str | None = None
    encoding: str | None = None
    epoch_1904: bool = False
    remarks: tuple[str, ...] = field(default=())
