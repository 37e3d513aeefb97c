"""Reads the rows of a file one by one: what each says, or why it cannot be taken in."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from db import personal_data
from db.ids import content_id
from db.importers.base import Context, Importer, Parsed, Remark, RowError
from db.importers.files import NumberedRow, shown, undecoded
from db.vocab import IssueSeverity

PERSONS = (
    "seems to hold personal data ({}); take it out and import again, or erase it with: tocsin erase find"
)


@dataclass
class Summary:
    """What an import did, row by row counted."""

    batch_id: str
    file_name: str
    unchanged: bool = False
    brought_back: bool = False
    rows: int = 0
    new: int = 0
    revised: int = 0
    already: int = 0
    outside: int = 0
    bad: int = 0
    remarks: int = 0
    incidents: int = 0
    unknown_columns: list[str] = field(default_factory=list)
    issues: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, Any]:
        """The counts as they are kept with the batch."""
        names = ("rows", "new", "revised", "already", "outside", "bad", "remarks", "incidents")
        return {name: getattr(self, name) for name in names} | {
            "unknown_columns": self.unknown_columns,
            "issues": dict(sorted(self.issues.items())),
        }


@dataclass
class Reader:
    """Reads rows with an importer, counts them, and remembers what the file as a whole tells."""

    importer: Importer
    context: Context
    now: datetime
    summary: Summary
    places: Callable[[str, str], bool] = field(default=lambda region_id, name: False)
    days: set[date] = field(default_factory=set)
    present: set[str] = field(default_factory=set)

    def read(self, rows: Sequence[NumberedRow]) -> tuple[list[Parsed], list[dict[str, Any]]]:
        """The reports of some rows, and the rows of `row_issue` for what was refused or remarked upon."""
        self._note_columns(rows[0])
        parsed: list[Parsed] = []
        issues: list[dict[str, Any]] = []
        for number, cells, raw in rows:
            self.summary.rows += 1
            report = self._parse(number, cells, raw, issues)
            if report is not None:
                parsed.append(report)
        return parsed, issues

    def _note_columns(self, row: NumberedRow) -> None:
        columns = row[1]
        if columns is not None and not self.summary.rows:
            self.summary.unknown_columns = sorted(c for c in columns if c and c not in self.importer.columns)

    def _parse(
        self,
        number: int,
        cells: dict[str, str] | None,
        raw: list[str],
        issues: list[dict[str, Any]],
    ) -> Parsed | None:
        try:
            if cells is None:
                raise RowError(
                    None, "wrong_width", f"has {len(raw)} cells, the header another number; mend the quotes"
                )
            self._note_day(cells)
            parsed = self.importer.parse(_clean(cells, "".join(raw)), self.context)
            if parsed is not None:
                self._examine(parsed)
        except RowError as error:
            self.summary.bad += 1
            remark = Remark(error.column, error.code, error.message)
            issues.append(self._issue(number, remark, IssueSeverity.ERROR, raw))
            return None
        if parsed is None:
            self.summary.outside += 1
            return None
        remarks = [*parsed.remarks, *self._persons(parsed)]
        self.summary.remarks += len(remarks)
        issues += [self._issue(number, remark, IssueSeverity.WARNING, None) for remark in remarks]
        self.present.add(parsed.region_id)
        return parsed

    def _examine(self, parsed: Parsed) -> None:
        """What no row may say, whatever its format: an unknown source, a publication still to come."""
        region = next(r for r in self.context.regions if r.id == parsed.region_id)
        if parsed.source_code not in region.source_codes:
            text = f"the region {region.id} has no source {parsed.source_code!r}; add it to its sources.csv"
            raise RowError(None, "unknown_source", f"{text}, load the region again and import again")
        today = self.now.date() + timedelta(days=1)
        if parsed.date_end > today:
            text = f"{parsed.date_end} is still to come; kept, and known from then on"
            parsed.remarks.append(Remark("date_end", "in_the_future", text))
        published = parsed.published_at.date() if parsed.published_at else parsed.published_on
        if published is not None and published > today:
            text = f"{published} is still to come; not used"
            parsed.remarks.append(Remark("published_at", "implausible_publication", text))
            parsed.published_at = parsed.published_on = None

    def _persons(self, parsed: Parsed) -> list[Remark]:
        """A warning for each text that seems to name persons; data sets that others published are left alone."""
        if self.importer.dataset is not None:
            return []
        texts = {"title": parsed.title, "text": parsed.text}
        known = partial(self.places, parsed.region_id)
        kinds = {
            name: personal_data.summary(personal_data.find(text or "", known)) for name, text in texts.items()
        }
        told = {name: PERSONS.format(", ".join(found)) for name, found in kinds.items() if found}
        return [Remark(name, "personal_data", words) for name, words in told.items()]

    def _note_day(self, cells: dict[str, str]) -> None:
        """Remember the first days of all rows, of other countries too: they tell what the file covers."""
        if self.importer.dataset is not None:
            with contextlib.suppress(RowError):
                self.days |= {day for day in [self.importer.first_day(cells)] if day is not None}

    def _issue(
        self, number: int, remark: Remark, severity: IssueSeverity, raw: list[str] | None
    ) -> dict[str, Any]:
        self.summary.issues[remark.code] += 1
        return {
            "id": content_id("issue", self.summary.batch_id, number, remark.column, remark.code),
            "batch_id": self.summary.batch_id,
            "row_number": number,
            "column_name": remark.column,
            "code": remark.code,
            "severity": severity,
            "message": remark.message,
            "raw": json.dumps([shown(cell) for cell in raw], ensure_ascii=False) if raw is not None else None,
        }


def _clean(cells: dict[str, str], whole: str) -> dict[str, str]:
    """The cells as text that every store can hold; the row is looked at as one, for most rows are clean."""
    if undecoded(whole):
        column, cell = next((c, v) for c, v in cells.items() if undecoded(v))
        raise RowError(column, "not_utf8", f"{shown(cell)!r} is not UTF-8; save the file as UTF-8")
    if "\x00" in whole:
        return {column: cell.replace("\x00", "␀") for column, cell in cells.items()}
    return cells
