"""Texts that would run, load, break or forge something, and a store that has them in every text column."""

from typing import Any

from sqlalchemy import JSON, Enum, String, Table, select, update
from sqlalchemy.exc import DBAPIError

from db import engine
from db.schema import Base

EVIL = "http://evil.invalid"
PAYLOADS = (
    "<script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=1">',
    "<svg onload=window.pwned=1>",
    f'"><iframe src="{EVIL}/frame"></iframe>',
    "' onmouseover='window.pwned=1' x='",
    f"![picture]({EVIL}/x.png)",
    "[link](javascript:window.pwned=1)",
    '<a href="javascript:window.pwned=1">link</a>',
    f'<meta http-equiv="refresh" content="0;url={EVIL}"><base href="{EVIL}">',
    f"<style>@import url({EVIL}/x.css); body {{ display: none }}</style>",
    f'=HYPERLINK("{EVIL}";"x")',
    "+cmd|' /C calc'!A0",
    "\u202egnp.exe\u202c \u2066x",
    "\x1b[2J\x1b]0;owned\x07 \x9b31m",
    "line\r\ntocsin: all is calm\nSet-Cookie: x=1",
    "{{7*7}} ${7*7} {0.__class__} %s %(x)s :red[x] $a^2$ :material/home:",
    "</td></table></div></html>",
    "' OR 1=1; DROP TABLE report; --",
    "../../../../etc/passwd%00",
    "W" * 3000,
)
LONGEST_WORD = "ا" * 100_000
# Columns that programs read, not people; who can write them can write anything.
STRUCTURE = ("_id", "_sha256", "sha256", "digest", "time_zone", "iso3", "media_type", "encoding", "estimator",
             "data_version", "polygon", "importer", "entity", "kind", "code", "salt", "origin", "lang",
             "group")  # fmt: skip
SAID = {"why", "phrase", "note", "reason", "message", "text", "title", "blind_spots", "answers", "target_doc"}


def poison(url: str) -> int:
    """Put payloads into every text column of every table that has rows; returns how many cells."""
    return sum(_table(url, table) for table in Base.metadata.sorted_tables)


def _table(url: str, table: Table) -> int:
    key = list(table.primary_key.columns)
    with engine.reading(url) as session:
        rows = session.execute(select(table)).mappings().all()
    done = 0
    for number, row in enumerate(rows):
        this = [column == row[column.name] for column in key]
        for place, column in enumerate(table.columns):
            if column.primary_key or column.foreign_keys or row[column.name] is None:
                continue
            value = _hostile(column.type, column.name, row[column.name], number + place)
            if value is not None:
                done += _write(url, update(table).where(*this).values({column.name: value}))
    return done


def _hostile(kind: Any, name: str, old: Any, at: int) -> Any:
    """What a column is filled with; None for one that stays as it is."""
    if isinstance(kind, JSON):
        new = _inside(old, at)
        return new if new != old else None
    if not isinstance(kind, String) or isinstance(kind, Enum) or name.endswith(STRUCTURE) or name == "id":
        return None
    if name == "text" and at % 3 == 0:
        return LONGEST_WORD
    return f"{PAYLOADS[at % len(PAYLOADS)]} {at}"


def _inside(value: Any, at: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _inside(inner, at + n, name) for n, (name, inner) in enumerate(value.items())}
    if isinstance(value, list):
        return [_inside(inner, at + n, key) for n, inner in enumerate(value)]
    return PAYLOADS[at % len(PAYLOADS)] if isinstance(value, str) and key in SAID else value


def _write(url: str, statement: Any) -> int:
    try:
        with engine.writing(url) as session:
            session.execute(statement)
    except DBAPIError:
        return 0  # a check or a trigger keeps it out, as it should
    return 1
