"""The cells of a pack's tables: each read with its rule, each fault noted with its place and its cure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from db.errors import brief

Word = TypeVar("Word", bound=StrEnum)
YES, NO = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a pack: which file, row and column, what is wrong and how to mend it."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", brief(self.message))

    def __str__(self) -> str:
        where = self.file + (f", row {self.row}" if self.row else "")
        return f"{where}{f', column {self.column}' if self.column else ''}: {self.message}"


class Cells:
    """Reads the cells of one row and notes what is wrong with them."""

    def __init__(self, problems: list[Problem], file: str, number: int, row: dict[str, str]) -> None:
        self.problems, self.file, self.number, self.row = problems, file, number, row
        self.good = True

    def fail(self, column: str, message: str) -> None:
        """Note a problem with one cell."""
        self.good = False
        self.problems.append(Problem(self.file, self.number, column, message))

    def text(self, column: str, *, required: bool = False, limit: int = 500) -> str | None:
        """The text of a cell, or None where it is empty."""
        value = self.row.get(column) or None
        if required and value is None:
            self.fail(column, "is empty; fill it in")
        if value and len(value) > limit:
            self.fail(column, f"is longer than {limit} characters; shorten it")
        return value

    def key(self, column: str) -> str:
        """An id: ASCII, without spaces, at most 64 characters."""
        value = self.text(column, required=True, limit=64) or ""
        if value and (not value.isascii() or any(c.isspace() for c in value)):
            self.fail(column, f"{value!r} is no id; use ASCII letters, digits, - and _ only")
        return value

    def number_in(self, column: str, low: float, high: float) -> float | None:
        """A number within bounds, or None where the cell is empty."""
        value = self.row.get(column)
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            self.fail(column, f"{value!r} is no number from {low:g} to {high:g}")
            return None
        return number

    def word(self, column: str, kind: type[Word]) -> Word | None:
        """One word of an enumeration."""
        value = self.row.get(column) or ""
        if value in list(kind):
            return kind(value)
        self.fail(column, f"{value!r} is not one of: {', '.join(kind)}")
        return None

    def day(self, column: str) -> date | None:
        """A date (YYYY-MM-DD), or None where the cell is empty."""
        value = self.row.get(column)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.fail(column, f"{value!r} is no date; write YYYY-MM-DD")
            return None

    def yes(self, column: str) -> bool:
        """A yes or no; an empty cell is a no, and a word that is neither is an error."""
        value = (self.row.get(column) or "false").lower()
        if value not in YES | NO:
            self.fail(column, f"{value!r} is neither; write true or false")
        return value in YES
