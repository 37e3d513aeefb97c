"""UCDP's API: a release page by page, checked against what was announced, resumed where it broke off.

Facts read from public clients (see the shared `formats/ucdp_api.md`): a token in its own header; pages
from 0, at most 1,000 rows each (larger ones are served with holes); HTTP 400 as well as 429 for too many
requests; the announced total counts up to about a thousand rows that are never served (type 4). So the
count is checked with that tolerance, and the pages themselves: all full up to the last, no id twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from db.feeds import tables, ucdp_versions, vintages
from db.feeds.base import FeedFailed, Kind, Outcome, Task, secret
from db.feeds.http import BUSY, patiently
from db.foreign import from_json
from db.importers import IMPORTERS
from db.importers.run import run
from db.importers.ucdp import LAYOUT_49

BASE = "https://ucdpapi.pcr.uu.se/api/"
PAGE_ROWS = 1000
UNSERVED_ROWS, UNSERVED_SHARE = 1200, 0.001
TOKEN_HEADER = "x-ucdp-access-token"  # noqa: S105  (the header's name)


@dataclass(frozen=True)
class Announced:
    """What one page says of the whole: how many rows and pages there are."""

    rows: int
    pages: int


def fetch(task: Task) -> Outcome:
    """Fetch a release, keep its pages until all are there and sound, then take it in like its CSV file."""
    version = ucdp_versions.wanted(task)
    if version is None:
        return Outcome(0, message="no further month is due yet", cursor=task.cursor)
    pages = Pages.of(task, version)
    announced = pages.fetch(task)
    rows = pages.check(announced)
    table = pages.write_table(task.folder / ucdp_versions.file_name(version))
    done = run(
        task.url, task.viewer, IMPORTERS["ucdp"], table, task.now, None, lambda n: task.tell("rows", n, rows)
    )
    gone = vintages.dropped(task.url, done.batch_id, table)
    pages.forget()
    return Outcome(
        rows,
        announced.rows,
        done.batch_id,
        message=_told(version, rows, announced.rows) + vintages.told(gone),
        cursor=ucdp_versions.held_after(version, task.cursor),
    )


def _told(version: str, rows: int, announced: int) -> str:
    short = f" ({announced:,} announced; some are counted there but never served)" if rows < announced else ""
    return f"version {version}: {rows:,} events{short}"


@dataclass(frozen=True)
class Pages:
    """The pages of one release in a folder of their own, each as it came."""

    folder: Path
    url: str
    params: dict[str, str]

    @classmethod
    def of(cls, task: Task, version: str) -> "Pages":
        """The pages of a version: Candidate months whole, which shows that a silent country was asked
        about; larger releases for the region's countries only, unless the feed says `countries=all`.
        """
        codes = [] if task.settings.get("countries") == "all" else _countries(task, version)
        params = {"pagesize": str(PAGE_ROWS)} | ({"Country": ",".join(codes)} if codes else {})
        base = str(task.settings.get("base_url") or BASE)
        name = "-".join([version, *codes])
        return cls(task.folder / f"pages-{name}", f"{base.rstrip('/')}/gedevents/{version}", params)

    def fetch(self, task: Task) -> Announced:
        """Fetch the pages that are not there yet, one after the other."""
        token = secret("ucdp_token", "ask UCDP for a free token (ucdp.uu.se/apidocs) and set it")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        announced = self._page(task, 0, token)
        for number in range(1, announced.pages):
            if self._page(task, number, token) != announced:
                self.forget()
                raise FeedFailed(
                    "the release changed while it was fetched; nothing was taken in, run it again"
                )
            task.tell("pages", number + 1, announced.pages)
        return announced

    def _page(self, task: Task, number: int, token: str) -> Announced:
        path = self.path(number)
        if not path.exists():
            body = self._asked(task, number, token)
            _announced(body)
            partial = path.with_suffix(".part")
            partial.write_bytes(body)
            partial.replace(path)
        return _announced(path.read_bytes())

    def _asked(self, task: Task, number: int, token: str) -> bytes:
        params = {**self.params, "page": str(number)}
        headers = {TOKEN_HEADER: token}
        answer = patiently(
            task.http,
            lambda: task.http.ask(self.url, params=params, headers=headers),
            busy=BUSY | {400},
        )
        if answer.status == 200:
            return answer.body
        raise FeedFailed(_refusal(answer.status, number))

    def path(self, number: int) -> Path:
        """Where a page is kept."""
        return self.folder / f"{number:05d}.json"

    def check(self, announced: Announced) -> int:
        """How many rows there are, or an error where the pages cannot be the whole release."""
        sizes = [len(rows) for rows in self.rows(announced.pages)]
        total, missing = sum(sizes), announced.rows - sum(sizes)
        if total == 0:
            self._refuse("not a single event; a wrong version, or a country without events, looks the same")
        if any(one < PAGE_ROWS and after for one, after in pairwise(sizes)):
            self._refuse("a page with fewer rows than asked for before the last one, so rows are missing")
        if not 0 <= missing <= UNSERVED_ROWS + UNSERVED_SHARE * announced.rows:
            self._refuse(f"{total:,} events where {announced.rows:,} were announced")
        ids = [row.get("id") for rows in self.rows(announced.pages) for row in rows]
        if len(set(ids)) != len(ids):
            self._refuse("the same event on two pages, so others are missing")
        return total

    def _refuse(self, found: str) -> None:
        self.forget()
        raise FeedFailed(f"UCDP's API sent {found}; nothing was taken in, run it again")

    def rows(self, pages: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of each page."""
        for number in range(pages):
            yield from_json(self.path(number).read_bytes())["Result"]

    def write_table(self, path: Path) -> Path:
        """Write all rows as the CSV file UCDP would have given, so that one importer reads both."""
        pages = len(list(self.folder.glob("*.json")))
        return tables.write(path, LAYOUT_49, lambda: self.rows(pages))

    def forget(self) -> None:
        """Take the pages away."""
        for path in self.folder.glob("*"):
            path.unlink()
        if self.folder.exists():
            self.folder.rmdir()


def _countries(task: Task, version: str) -> list[str]:
    if version.count(".") == 2:
        return []
    return [str(code) for code in task.region.settings.get("country_codes_gw", [])]


def _announced(body: bytes) -> Announced:
    """What a page announces; a body that is no page of events is an error."""
    try:
        page = from_json(body)
        rows, pages = int(page["TotalCount"]), int(page["TotalPages"])
        if not all(isinstance(row, dict) for row in page["Result"]) or rows < 0 or pages > 10_000:
            raise ValueError
    except (ValueError, KeyError, TypeError, OverflowError):
        raise FeedFailed(
            "UCDP's API sent something that is no page of events; it may be down, nothing was taken in"
        ) from None
    return Announced(rows, max(pages, 1))


def _refusal(status: int, page: int) -> str:
    if status in (401, 403):
        return f"UCDP's API refused the token ({status}); check TOCSIN_UCDP_TOKEN, or ask UCDP for a new one"
    if status == 404:
        return "UCDP's API does not know this version (404); it may not be out yet"
    if status in (400, 429):
        return (
            f"UCDP's API takes no more requests for now ({status}, page {page}), or does not know the version; "
            "the pages so far are kept, run it again later"
        )
    return f"UCDP's API failed ({status}, page {page}); the pages so far are kept, run it again later"


KIND = Kind(
    name="ucdp_api",
    summary="UCDP GED and Candidate events from UCDP's API, by version or month by month",
    licence="CC BY 4.0",
    cadence="a month about three weeks after its end; a year in June of the next",
    cadence_days=31,
    expects="a Candidate month 200 to 2,300 events worldwide; a yearly release some 390,000, Syria about 90,000",
    fetch=fetch,
    asks={
        "version": "25.1, 25.0.6, 24.01.24.12, or monthly: the next Candidate month each time",
        "countries": "all: the whole world; else the region's countries (months are always fetched whole)",
        "base_url": f"another address of the API; default {BASE}",
    },
    needs=("version",),
    secrets=("ucdp_token",),
    source="ucdp",
)
