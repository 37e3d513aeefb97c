"""What a KoboToolbox export looks like: its own columns, its sheets, and what is never kept of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from db.errors import BadInput
from db.importers import readings, sheets, workbook
from db.importers.records import Cells

PERSONAL = frozenset(
    ("_submitted_by", "username", "deviceid", "phonenumber", "subscriberid", "simserial", "email", "audit")
)
META = frozenset(
    ("start", "end", "today", "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status")
    + (
        "__version__",
        "_tags",
        "_index",
        "meta/rootUuid",
        "_parent_table_name",
        "_parent_index",
        "formhub/uuid",
    )
)
STATUSES = {
    **{"approved": "approved", "validation_status_approved": "approved"},
    **{"not approved": "not_approved", "validation_status_not_approved": "not_approved"},
    **{"on hold": "on_hold", "validation_status_on_hold": "on_hold"},
}
SHOWN = 4000


def sent(cells: Cells) -> datetime | None:
    """When a submission reached the server; Kobo writes UTC without saying so."""
    text = readings.plain(cells.get("_submission_time"))
    try:
        sent = datetime.fromisoformat(text)
    except ValueError:
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def status(cells: Cells) -> str | None:
    """What the form's own review says of a submission."""
    return STATUSES.get(cells.get("_validation_status", "").strip().casefold())


def form(column: str) -> bool:
    """Whether a column is the form's own, not an answer; what tells who filled it in is never kept."""
    name = column.rsplit("/", 1)[-1].casefold()
    return (
        column in META or column.casefold() in META or name in PERSONAL or column.startswith("_submission__")
    )


def own(columns: Sequence[str]) -> bool:
    """Whether all of some columns are the form's own."""
    return all(form(column) for column in columns)


def point(names: Mapping[str, str], columns: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The columns `_question_latitude` and `_question_longitude` that Kobo writes beside each point."""
    if "lat" in columns or "geopoint" in columns:
        return {}
    for name in names:
        other = name.removesuffix("latitude") + "longitude"
        if name.endswith("_latitude") and other in names:
            return {"lat": (names[name],), "lon": (names[other],)}
    return {}


def parts(path: Path) -> tuple[str | None, list[str]]:
    """The sheet of submissions, and those of repeated groups; of a text file None."""
    if not workbook.is_one(path):
        return None, []
    main: list[str] = []
    repeated: list[str] = []
    for name in workbook.names(path):
        with sheets.opened(path, sheet=name) as opened:
            (repeated if "_parent_index" in opened.columns else main).append(name)
    if len(main) != 1:
        raise BadInput(f"{path.name} has {len(main)} sheets of submissions: {', '.join(main)}; say --sheet")
    return main[0], repeated


def repeats(path: Path) -> dict[str, list[str]]:
    """The rows of repeated groups as text, by the index of their submission."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in parts(path)[1]:
        with sheets.opened(path, sheet=name) as opened:
            for _, cells, _ in opened.rows:
                if cells is None:
                    continue
                told = [f"{column}: {cell}" for column, cell in cells.items() if cell and not form(column)]
                found[cells["_parent_index"]].append(f"{name}: {'; '.join(told)}"[:SHOWN])
    return found
