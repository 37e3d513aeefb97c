"""How the columns of somebody's table are read: a small file that people can read, edit and share.

```toml
title = "What the table is"
source = "monitor"            # who publishes it, by code; or map a column to source_id
day_first = true              # 03/04 is the third of April
[columns]                     # field of a report = column, or columns that together say it
date_start = ["year", "month", "day"]
killed = "dead"
[constants]                   # what holds for every row
geo_prec = "2"
[values.incident_type]        # words of the table = words of the codebook
shelling = "bombardment"
```

`table` lists all columns of the table, where the program is to recognise it by them.
`released_on` is the day a data set came out; with `known = "release"` its rows are known from then on, else by
their own publication or the source's lag.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from db.errors import BadInput
from db.foreign import from_json, from_toml
from db.ids import content_sha256
from db.importers import reports
from db.vocab import IncidentType

EXTRA = ("ucdp_id", "geopoint", "detained", "missing", "side_a", "side_b")
FIELDS = (*reports.COLUMNS, *EXTRA)
KNOWN = ("event", "release")
FOLDER = Path(__file__).parent / "mappings"
_PLAIN = {"title": str, "source": str, "day_first": bool, "known": str, "licence": str, "released_on": date}


@dataclass(frozen=True, slots=True)
class Spec:
    """One mapping: for each field of a report its columns, or what holds for all rows."""

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""
    source: str | None = None
    day_first: bool = True
    known: str = "event"
    released_on: date | None = None
    licence: str = ""
    table: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What the mapping says, as one word."""
        return content_sha256(to_dict(self))

    def of(self, name: str) -> str:
        """The columns of a field by name, for messages."""
        return " + ".join(self.columns.get(name, ())) or name


def from_dict(told: Mapping[str, Any], where: str = "the mapping") -> Spec:
    """A mapping as read from a file, checked; what is wrong is named with its cure."""
    known = {*_PLAIN, "columns", "constants", "values", "table"}
    if unknown := sorted(set(told) - known):
        raise BadInput(f"{where}: {', '.join(unknown)} is not known; use {', '.join(sorted(known))}")
    columns = {name: _columns(value, name, where) for name, value in _table(told, "columns", where).items()}
    constants = {name: str(value) for name, value in _table(told, "constants", where).items()}
    _check_fields({*columns, *constants}, where)
    values = {name: _words(words, name, where) for name, words in _table(told, "values", where).items()}
    plain = {name: _checked(told[name], name, kind, where) for name, kind in _PLAIN.items() if name in told}
    table = _columns(told["table"], "table", where) if told.get("table") else ()
    spec = Spec(columns=columns, constants=constants, values=values, table=table, **plain)
    if spec.known not in KNOWN:
        raise BadInput(f"{where}: known = {spec.known!r} is not one of {', '.join(KNOWN)}")
    if spec.known == "release" and spec.released_on is None:
        raise BadInput(f'{where}: known = "release" needs released_on, such as released_on = 2021-06-01')
    return spec


def to_dict(spec: Spec) -> dict[str, Any]:
    """A mapping as it is stored and written."""
    plain = {name: getattr(spec, name) for name in _PLAIN}
    said = {name: value for name, value in plain.items() if value not in (None, "")}
    if spec.released_on:
        said["released_on"] = spec.released_on.isoformat()
    if spec.table:
        said["table"] = list(spec.table)
    columns = {name: list(cols) if len(cols) > 1 else cols[0] for name, cols in spec.columns.items()}
    return said | {
        "columns": columns,
        "constants": dict(spec.constants),
        "values": {name: dict(words) for name, words in spec.values.items() if words},
    }


def to_toml(spec: Spec) -> str:
    """A mapping as a file that can be edited."""
    told = to_dict(spec)
    lines = [f"{name} = {_toml(name, value)}" for name, value in told.items() if not isinstance(value, dict)]
    tables = [("columns", told["columns"]), ("constants", told["constants"])]
    tables += [(f"values.{name}", words) for name, words in told["values"].items()]
    for name, table in tables:
        if table:
            lines += ["", f"[{name}]", *(f"{_key(k)} = {_toml(k, v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def read(path: Path) -> Spec:
    """A mapping from a TOML or JSON file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        told = from_json(text) if path.suffix.lower() == ".json" else from_toml(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the mapping {path} cannot be read ({error}); check the name") from error
    except ValueError as error:
        raise BadInput(f"{path.name} is no TOML or JSON ({error}); mend it") from error
    if not isinstance(told, dict):
        raise BadInput(f"{path.name} is no mapping; see: tocsin import table --help")
    return from_dict(told, path.name)


def shipped() -> dict[str, Path]:
    """The mappings that come with the program, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def columns_digest(columns: Iterable[str]) -> str:
    """By what a table is recognised: the names of its columns, whatever their order and case."""
    return content_sha256({"columns": sorted(" ".join(name.split()).casefold() for name in columns)})


def missing_columns(spec: Spec, columns: Iterable[str]) -> list[str]:
    """The columns that a mapping reads and a table does not have."""
    there = set(columns)
    return sorted({column for cols in spec.columns.values() for column in cols} - there)


def _table(told: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = told.get(name, {})
    if not isinstance(value, Mapping):
        raise BadInput(f"{where}: {name} is no table; write [{name}] and lines below it")
    return value


def _columns(value: Any, name: str, where: str) -> tuple[str, ...]:
    cols = [value] if isinstance(value, str) else value
    if (
        not isinstance(cols, list | tuple)
        or not cols
        or not all(isinstance(one, str) and one for one in cols)
    ):
        raise BadInput(f'{where}: {name} needs a column, such as {name} = "Column name"')
    return tuple(cols)


def _check_fields(names: set[str], where: str) -> None:
    if unknown := sorted(names - set(FIELDS)):
        raise BadInput(f"{where}: {', '.join(unknown)} is no field of a report; use: {', '.join(FIELDS)}")


def _words(words: Any, name: str, where: str) -> dict[str, str]:
    if not isinstance(words, Mapping):
        raise BadInput(f"{where}: values.{name} is no table; write [values.{name}] and lines below it")
    told = {str(word): str(value) for word, value in words.items()}
    if name == "incident_type" and (wrong := sorted(set(told.values()) - set(IncidentType))):
        raise BadInput(f"{where}: {', '.join(wrong)} is not in the codebook; list it with: tocsin types")
    return told


def _checked(value: Any, name: str, kind: type, where: str) -> Any:
    if kind is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, kind):
        raise BadInput(f"{where}: {name} is no {kind.__name__}; mend it")
    return value


def _toml(name: str, value: Any) -> str:
    return value if name == "released_on" else json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else json.dumps(name, ensure_ascii=False)
