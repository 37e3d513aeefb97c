"""What commands print: data on stdout, everything else on stderr, errors as one line."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from db import disks, settings
from db.errors import TocsinError, brief

Tell = Callable[[str, int, int], None]
PIPE_WIDTH = 200
_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029}
_OBEYED = dict.fromkeys(_CONTROLS | _TURNING, "�")
_ESCAPED = {code: f"\\u{code:04x}" for code in _CONTROLS | _TURNING if code >= 0x7F}


def outcome_of(command: Callable[[], Any]) -> int:
    """Run a command; what goes wrong becomes one line on stderr and an exit code."""
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except TocsinError as error:
        return _fail(error, error.exit_code)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        hindered = f": {told}" if (told := disks.cure(reason) or _gone(error)) else ""
        return _fail(f"the store could not do it ({reason}){hindered}; look it over with: tocsin doctor", 1)
    except OSError as error:
        cure = disks.cure(error.strerror or "") or "check name, rights and space"
        return _fail(f"{error.strerror or error}: {error.filename or 'a file'}; {cure}", 1)
    except Exception as error:
        if settings.read("trace"):
            raise
        told = f"unexpected {type(error).__name__}: {error}"
        return _fail(f"{told}; please report it, with what TOCSIN_TRACE=1 prints", 1)
    return 0


def _gone(error: DBAPIError) -> str | None:
    """What to do where the database went away in the middle."""
    return (
        "it went away; what was done before is kept: go on when it is back"
        if error.connection_invalidated
        else None
    )


def _fail(message: object, code: int) -> int:
    print("tocsin:", brief(" ".join(harmless(str(message)).split())), file=sys.stderr)
    return code


def harmless(text: str) -> str:
    """A text without what a terminal obeys or what turns writing around: reports come from strangers."""
    return text.translate(_OBEYED)


def say(line: str) -> None:
    """A line for the person at the keyboard."""
    print(brief(harmless(line)), file=sys.stderr)


def answer(*lines: str) -> None:
    """Lines of an answer, on stdout."""
    print(*map(harmless, lines), sep="\n")


def as_json(value: Any) -> None:
    """Print data as JSON and nothing else."""
    print(json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=1).translate(_ESCAPED))


def plain(value: Any) -> Any:
    """Data as JSON can hold it: unknown figures are null, days and instants ISO text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, str) or value is None:
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if hasattr(value, "item"):  # a NumPy number
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime | date):
        return None if value != value else value.isoformat()  # noqa: PLR0124  (NaT is a datetime)
    return value if isinstance(value, bool | int | float) else str(value)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, title: str | None = None) -> None:
    """Print rows for reading."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    console = Console(file=sys.stdout, width=width, highlight=False, markup=False)
    title = harmless(title) if title else None
    grid = Table(*(name.replace("_", " ") for name in columns), title=title, title_justify="left", box=None)
    for row in rows:
        grid.add_row(*(_cell(row.get(name)) for name in columns))
    console.print(grid)


def _cell(value: Any) -> str:
    shown = plain(value)
    if shown is None:
        return "–"
    if isinstance(shown, float):
        return f"{shown:.3f}"
    return harmless(", ".join(map(str, shown)) if isinstance(shown, list) else str(shown))


@contextmanager
def progress() -> Iterator[Tell]:
    """Progress bars on a terminal, and nothing at all elsewhere; one bar a step."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _teller(bars)


def _teller(bars: Progress) -> Tell:
    tasks: dict[str, Any] = {}

    def tell(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(step, total=total or None)
        bars.update(tasks[step], completed=done, total=total or None)

    return tell
