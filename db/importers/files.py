"""Opening tables as they come: plain, gzipped or zipped, with or without header or byte-order mark."""

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from db import archives
from db.errors import BadInput
from db.importers.base import Importer
from db.importers.base import NumberedRow as NumberedRow

csv.field_size_limit(8 * 1024 * 1024)
MAX_UNPACKED = 4 * 1024**3
MAX_LINE = 16 * 1024**2
MAX_COLUMNS = 5000
_FOREIGN = re.compile("[\udc80-\udcff]")
_MARK = b"\xef\xbb\xbf"
_HTML = (b"<!doctype", b"<html", b"<?xml", b"<head")


@contextmanager
def table(path: Path, importer: Importer) -> Iterator[Iterator[NumberedRow]]:
    """The rows of a table file; a file that is no such table is refused with its cure."""
    with raw_bytes(path) as raw:
        head = raw.read(4096)
        _refuse(path, head)
        text = io.TextIOWrapper(
            io.BufferedReader(_Rest(head, raw)), encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        yield _rows(path, text, importer)


def undecoded(cell: str) -> bool:
    """Whether a cell holds bytes that are no UTF-8; they travel as lone surrogates until refused."""
    return not cell.isascii() and _FOREIGN.search(cell) is not None


def shown(cell: str) -> str:
    """A cell as it can be kept and shown: foreign bytes as \\xe9, a NUL as its picture."""
    told = cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return told.replace("\x00", "␀")


class _Rest(io.RawIOBase):
    """A byte stream whose first bytes were read already and are given again."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def raw_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file as they came, unpacked where it is packed."""
    if not path.is_file():
        raise BadInput(f"there is no file {path}; check the name")
    try:
        with path.open("rb") as probe:
            magic = probe.read(4)
        if magic[:2] == b"\x1f\x8b":
            archives.refuse_gzip_bomb(path)
            with gzip.open(path, "rb") as file:
                yield file  # type: ignore[misc]
        elif magic == b"PK\x03\x04":
            with _archive(path) as archive, _part(path, archive) as file:
                yield file
        else:
            with path.open("rb") as file:
                yield file
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise BadInput(f"{path.name} is damaged ({error}); download it again") from error
    except NotImplementedError as error:
        raise BadInput(f"{path.name}: {error}; unpack it and import the CSV file") from error
    except PermissionError as error:
        raise BadInput(f"{path} may not be read; change its rights") from error


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except archives.DAMAGE as error:
        raise BadInput(f"{path.name} is damaged ({error}); download it again") from error


def _part(path: Path, archive: zipfile.ZipFile) -> IO[bytes]:
    """The one table in an archive, opened."""
    member = _member(path, archive)
    try:
        return archive.open(member)
    except archives.DAMAGE as error:
        raise BadInput(f"{path.name} is damaged ({error}); unpack it and import the CSV file") from error


def _member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    tables = [m for m in archive.infolist() if m.filename.lower().endswith(".csv")]
    if len(tables) != 1:
        raise BadInput(f"{path.name} holds {len(tables)} CSV files; unpack it and import the one you mean")
    archives.refuse_bombs(path, tables, MAX_UNPACKED)
    return tables[0]


def refuse_pages(path: Path, head: bytes) -> None:
    """Refuse what is no table at all: an empty file, or a web page that came in its place."""
    if not head.removeprefix(_MARK).strip():
        raise BadInput(f"{path.name} is empty; download or export it again")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_HTML):
        raise BadInput(
            f"{path.name} is a web page, not a table; the download failed or needs a login: fetch it again"
        )


def refuse_wide(path: Path, columns: int) -> None:
    """Refuse what has more columns than any table that people make."""
    if columns > MAX_COLUMNS:
        raise BadInput(f"{path.name} has {columns:,} columns, more than {MAX_COLUMNS:,}; keep those you need")


def _refuse(path: Path, head: bytes) -> None:
    refuse_pages(path, head)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head.count(0) > len(head) / 50:
        raise BadInput(
            f"{path.name} is no CSV text (it may be a spreadsheet or UTF-16); save it as CSV in UTF-8"
        )


def _rows(path: Path, text: IO[str], importer: Importer) -> Iterator[NumberedRow]:
    reader = csv.reader(_lines(path, text))
    try:
        first = next(reader, [])
        header, pending = _header(path, first, importer)
        if pending:
            yield 1, dict(zip(header, pending, strict=True)), pending
        for cells in reader:
            if not cells:
                continue
            same_width = len(cells) == len(header)
            yield reader.line_num, dict(zip(header, cells, strict=True)) if same_width else None, cells
    except csv.Error as error:
        raise BadInput(
            f"{path.name}, row {reader.line_num}: {error}; mend the quotes and import again"
        ) from error


def _lines(path: Path, text: IO[str]) -> Iterator[str]:
    """The lines of a text, none so long and all together not so many that they fill the memory or the day."""
    read = 0
    while line := text.readline(MAX_LINE):
        read += len(line)
        if read > MAX_UNPACKED:
            raise BadInput(f"{path.name} holds more than {MAX_UNPACKED >> 30} GiB of text; split it first")
        yield line


def _header(path: Path, first: list[str], importer: Importer) -> tuple[list[str], list[str] | None]:
    names = [cell.strip().lower() for cell in first]
    refuse_wide(path, len(names))
    missing = [name for name in importer.required if name not in names]
    twice = sorted({name for name, times in Counter(names).items() if times > 1} & importer.columns)
    if twice:
        raise BadInput(f"{path.name}: columns stand twice: {', '.join(twice)}; remove or rename one of each")
    if not missing:
        return [shown(name) for name in names], None
    layout = importer.headerless.get(len(first))
    if layout and _looks_like_data(dict(zip(layout, first, strict=True))):
        return list(layout), first
    raise BadInput(
        f"{path.name} is not in the {importer.name} format: columns are missing: {', '.join(missing[:8])}"
        f"{' …' if len(missing) > 8 else ''}; see: tocsin import {importer.name} --help"
    )


def _looks_like_data(row: Mapping[str, str]) -> bool:
    return row.get("id", "").isdigit() and row.get("year", "").isdigit()
