"""UCDP's files by version: yearly GED as a zip, Candidate months and spans as CSV; no token needed.

Each release is a vintage of its own: its digest stays with the import, the importer keeps every version of
an event with the day its release came out, and the newest release that holds an event is in force.
"""

from db.feeds import ucdp_versions, vintages
from db.feeds.base import FeedFailed, Kind, Outcome, Task
from db.feeds.http import Unreachable
from db.importers import IMPORTERS
from db.importers.run import run

BASE = "https://ucdp.uu.se/downloads/"
TRIES = 3


def fetch(task: Task) -> Outcome:
    """Fetch one release as a file and take it in; a page of HTML or half a file is a failure."""
    version = ucdp_versions.wanted(task)
    if version is None:
        return Outcome(0, message="no further month is due yet", cursor=task.cursor)
    address = address_of(version, str(task.settings.get("base_url") or BASE))
    path = task.folder / address.rsplit("/", 1)[1]
    digest = _saved(task, address, version)
    done = run(
        task.url, task.viewer, IMPORTERS["ucdp"], path, task.now, None, lambda n: task.tell("rows", n, 0)
    )
    gone = vintages.dropped(task.url, done.batch_id, path)
    told = f"version {version}: {path.name}, SHA-256 {digest[:16]}…"
    rows = int(done.rows) or None
    return Outcome(
        rows or 0,
        rows,
        done.batch_id,
        message=told + (", in already" if done.unchanged else vintages.told(gone)),
        cursor=ucdp_versions.held_after(version, task.cursor),
    )


def address_of(version: str, base: str = BASE) -> str:
    """Where UCDP keeps a version."""
    base = base.rstrip("/")
    if ucdp_versions.yearly(version):
        return f"{base}/ged/ged{version.replace('.', '')}-csv.zip"
    return f"{base}/candidateged/{ucdp_versions.file_name(version)}"


def _saved(task: Task, address: str, version: str) -> str:
    """Fetch the file, again where it broke off; returns its SHA-256."""
    path = task.folder / address.rsplit("/", 1)[1]
    for left in reversed(range(TRIES)):
        try:
            status, digest = task.http.save(address, path)
            break
        except Unreachable:
            if not left:
                raise
            task.http.sleep(30)
    if status == 404:
        raise FeedFailed(f"UCDP has no file of version {version} (404); it may not be out yet")
    if status != 200:
        raise FeedFailed(f"UCDP's site answered {status} instead of the file of version {version}; try later")
    return digest


KIND = Kind(
    name="ucdp_download",
    summary="UCDP GED and Candidate files from UCDP's site, by version or month by month",
    licence="CC BY 4.0",
    cadence="a month about three weeks after its end; a year in June of the next",
    cadence_days=31,
    expects="a Candidate month 200 to 2,300 events worldwide (1 MB); a yearly release some 390,000 (60 MB)",
    fetch=fetch,
    asks={
        "version": "25.1, 25.0.6, 24.01.24.12, or monthly: the next Candidate month each time",
        "base_url": f"another address of the files; default {BASE}",
    },
    needs=("version",),
    source="ucdp",
)
