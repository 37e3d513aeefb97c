"""Taking in any table: which mapping reads it, what its first rows would become, and the import itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import engine, policy
from db.errors import BadInput
from db.importers import acled, mapped, mapping, saved, sheets, ucdp
from db.importers.base import Context, Importer, Parsed, RegionKey, RowError
from db.importers.mapping import Spec
from db.importers.proposal import Proposal, propose
from db.importers.records import Cells
from db.importers.rows import Summary
from db.importers.run import Progress, region_keys, run
from db.places import Gazetteer, normalise
from db.policy import Viewer
from db.schema import Source

SAMPLED_ROWS = 500
PREVIEWED_ROWS = 10


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody says about a table: all of it optional but the file and the region."""

    path: Path
    region_id: str
    sheet: str | None = None
    encoding: str | None = None
    mapping: str | None = None
    source: str | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table would be read, where that mapping comes from, and what is odd about the file."""

    request: Request
    columns: tuple[str, ...]
    tags: tuple[str, ...]
    sheet: str | None
    encoding: str | None
    epoch_1904: bool
    remarks: tuple[str, ...]
    name: str
    spec: Spec
    origin: str
    proposal: Proposal | None
    sample: tuple[Cells, ...]
    region: RegionKey

    def importer(self, mapping_id: str | None = None) -> Importer:
        """The way in that this plan amounts to."""
        return mapped.importer(
            self.spec,
            sheet=self.request.sheet,
            encoding=self.request.encoding,
            region_id=self.request.region_id,
            mapping_id=mapping_id,
        )


def plan(url: str, request: Request) -> Plan:
    """How a table is to be read: by the mapping that was named, else one that is recognised, else a proposed one."""
    with sheets.opened(request.path, sheet=request.sheet, encoding=request.encoding) as opened:
        rows = [cells for _, cells, _ in islice(opened.rows, SAMPLED_ROWS) if isinstance(cells, Cells)]
    sample = tuple(row for row in rows if row.problem is None)
    with engine.reading(url) as session:
        region = _region(session, request.region_id)
        name, spec, origin, proposal = _spec(session, request, opened.columns, opened.tags, sample)
    spec = _sourced(mapped.with_source(spec, request.source), region)
    proposal = _with_warning(proposal, opened.columns)
    facts = (opened.columns, opened.tags, opened.name, opened.encoding, opened.epoch_1904, opened.remarks)
    return Plan(request, *facts, name, spec, origin, proposal, sample, region)


def preview(planned: Plan, rows: int = PREVIEWED_ROWS) -> list[dict[str, Any]]:
    """The first rows as they would be read, or why they would be refused; also before a source is named."""
    unsaid = not planned.spec.source and "source_id" not in {*planned.spec.columns, *planned.spec.constants}
    stand_in = min(planned.region.source_codes, default=None) if unsaid else None
    work = mapped.Mapped(mapped.with_source(planned.spec, stand_in), planned.epoch_1904)
    context = Context((planned.region,))
    found = [_previewed(work, context, cells) for cells in planned.sample[:rows]]
    return [{**one, "source": None} for one in found] if unsaid else found


def take(
    url: str,
    viewer: Viewer,
    planned: Plan,
    *,
    by: str,
    now: datetime,
    name: str | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Take the table in; its mapping is kept, so that the next table of the kind is recognised."""
    policy.may_import(viewer, planned.request.region_id)
    if missing := mapping.missing_columns(planned.spec, planned.columns):
        raise BadInput(
            f"{planned.request.path.name} has no column {', '.join(map(repr, missing))}, which the mapping "
            f"{planned.name!r} reads; mend the mapping, or propose one anew with --fresh"
        )
    if "date_start" not in planned.spec.columns:
        raise BadInput("the mapping names no column for date_start, the day of the incident; see --preview")
    if not planned.spec.source and "source_id" not in {*planned.spec.columns, *planned.spec.constants}:
        raise BadInput("say who publishes the table: --source CODE, as in the region's sources.csv")
    with engine.writing(url) as session:
        kept = saved.keep(
            session,
            planned.request.region_id,
            name or planned.name,
            planned.spec,
            planned.columns,
            by=by,
            now=now,
        )
    return run(url, viewer, planned.importer(kept), planned.request.path, now, progress=progress)


def _region(session: Session, region_id: str) -> RegionKey:
    found = next((key for key in region_keys(session) if key.id == region_id), None)
    if found is None:
        raise BadInput(
            f"the region {region_id!r} is not loaded; load it with: tocsin region load {region_id}"
        )
    return found


def _sourced(spec: Spec, region: RegionKey) -> Spec:
    if spec.source and spec.source not in region.source_codes:
        raise BadInput(
            f"{region.id} has no source {spec.source!r}; add it to its sources.csv and load the region again, "
            "or choose one of it with --source"
        )
    return spec


def _spec(
    session: Session, request: Request, columns: Sequence[str], tags: Sequence[str], sample: Sequence[Cells]
) -> tuple[str, Spec, str, Proposal | None]:
    """The mapping with its name and where it comes from, and the proposal where it is one."""
    if request.mapping:
        path = Path(request.mapping)
        if path.suffix.lower() in (".toml", ".json"):
            return path.stem, mapping.read(path), "file", None
        known = saved.named(session, request.region_id, request.mapping)
        if known is None:
            listed = ", ".join(saved.listed(session, request.region_id)) or "none yet"
            raise BadInput(
                f"there is no mapping {request.mapping!r}; a file .toml or .json, or one of: {listed}"
            )
        return request.mapping, known, "named", None
    if not request.fresh and (found := saved.recognised(session, request.region_id, columns)):
        return *found, "recognised", None
    gazetteer = Gazetteer.of(session, request.region_id)
    proposal = propose(columns, tags, sample, gazetteer, _sources(session, request.region_id))
    return _slug(request.path), proposal.spec, "proposed", proposal


def _with_warning(proposal: Proposal | None, columns: Sequence[str]) -> Proposal | None:
    """Say where a table has an importer of its own, which knows its traps."""
    there = {column.casefold() for column in columns}
    own = next((one.name for one in (ucdp.IMPORTER, acled.IMPORTER) if there >= set(one.required)), None)
    if proposal is None or own is None:
        return proposal
    text = f"this table is in the {own} format; it is read better by: tocsin import {own}"
    return replace(proposal, questions=(text, *proposal.questions))


def _slug(path: Path) -> str:
    stem = path.name.split(".")[0]
    return "".join(c if c.isalnum() else "_" for c in stem.casefold()).strip("_")[:64] or "table"


def _sources(session: Session, region_id: str) -> dict[str, str]:
    rows = session.execute(
        select(Source.code, Source.name, Source.name_ar).where(Source.region_id == region_id)
    ).all()
    return {normalise(name): code for code, *names in rows for name in (code, *names) if name}


def _previewed(work: mapped.Mapped, context: Context, cells: Cells) -> dict[str, Any]:
    told: dict[str, Any] = {"row": cells.number}
    try:
        parsed = work.parse(cells, context)
    except RowError as error:
        return told | {"column": error.column, "problem": error.message}
    return told | (_facts(parsed) if parsed else {"problem": "belongs to no loaded region"})


def _facts(parsed: Parsed) -> dict[str, Any]:
    days = (parsed.date_start.isoformat(), parsed.date_end.isoformat())
    place = ", ".join(filter(None, (parsed.place_text, parsed.admin2_text, parsed.admin1_text)))
    told = {
        "source": parsed.source_code,
        "id": parsed.external_id[:24],
        "days": days[0] if days[0] == days[1] else " to ".join(days),
        "date_prec": parsed.date_prec,
        "type": parsed.incident_type.value,
        "place": place[:120] or None,
        "point": f"{parsed.lat:.4f}, {parsed.lon:.4f}"
        if parsed.lat is not None and parsed.lon is not None
        else None,
        "geo_prec": parsed.geo_prec,
        "actors": ", ".join(f"{a.name} ({a.role.value})" for a in parsed.actors)[:200] or None,
        "title": (parsed.title or parsed.text or "")[:120] or None,
    }
    figures = {
        f"{f.harm.value}, {f.status.value}": _figure(f.low, f.best, f.high, f.wording) for f in parsed.figures
    }
    return told | {"figures": figures, "remarks": [f"{r.column}: {r.message}" for r in parsed.remarks]}


def _figure(low: int | None, best: int | None, high: int | None, wording: str | None) -> str:
    shown = "–" if best is None else str(best)
    span = (
        f" ({'?' if low is None else low} to {'?' if high is None else high})" if low != high or low else ""
    )
    return f"{shown}{span}" + (f" “{wording[:60]}”" if wording else "")
