"""What goes out as files, and the way back for what went out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, Url
from db import engine
from db.errors import BadInput
from db.exports import store
from db.policy import LOCAL
from db.restore import restore


def export(
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")],
    url: Url = "",
    format: Annotated[str, typer.Option("--format", help="jsonl.")] = "jsonl",
    full: Annotated[bool, typer.Option("--full", help="The whole store; administrators only.")] = False,
) -> None:
    """Write what the store holds as a file.

    Example: tocsin export --format jsonl --full -o store.jsonl
    """
    engine.check(url)
    with output.progress() as tell, _whole(file) as out, engine.reading(url) as session:
        rows = store.write(session, LOCAL, out, lambda done: tell("rows", done, 0))
    output.say(f"{file}: the whole store, {rows} rows; it holds everything, so keep it safe")


def take_store(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A full export (.jsonl).")],
    url: Url = "",
    json: AsJson = False,
) -> None:
    """Take a full export into a new, empty store, which then equals the exported one.

    Example: tocsin import store store.jsonl --db sqlite:///new.db
    """
    with output.progress() as tell:
        counts = restore(url, file, lambda done: tell("rows", done, 0))
    output.say(f"{file}: {sum(counts.values())} rows in {len(counts)} tables; all of it was taken in")
    if json:
        output.as_json(counts)


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is whole."""
    if not path.parent.is_dir():
        raise BadInput(f"the folder {path.parent} does not exist; make it, or name another file")
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
