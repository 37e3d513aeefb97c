"""Reads that are swept, or that look a secret up row by row, tell what a plain look at every row tells."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from db import bulk, clock, engine, queries, reach
from db.policy import LOCAL, SEES, Viewer, sight
from db.schema import Incident, IncidentVersion, Report, Source
from db.vocab import Role, Sensitivity
from tests.conftest import NOW, Copies
from tests.db.stores import ask, change, rows
from tests.db.test_looks import settle
from tests.factories import nowhere, report_row, take, write_csv

READERS = {role: Viewer(role.value, frozenset({role})) for role in (Role.VIEWER, Role.ANALYST)}
DAYS = [date(2018, 3, 10), date(2018, 4, 20), NOW.date() + timedelta(days=2)]
RECORDED = [None, NOW.date(), NOW.date() + timedelta(days=3)]
COUNT = 24
TOLD_ANEW = datetime(2018, 4, 1, tzinfo=UTC)
SWEEPING = [import_module(f"db.queries.{name}") for name in ("incidents", "intake", "looks")]


class Held(NamedTuple):
    """All rows of a store that say who may read what."""

    versions: list[IncidentVersion]
    reports: list[tuple[Report, str]]
    into: list[dict[str, Any]]
    about: list[dict[str, Any]]


def mix(url: str) -> None:
    """Incidents whose reports and versions are public to severe, some of them told anew, merged or looked at."""
    with TemporaryDirectory() as folder:
        told = [_told(n) for n in range(COUNT)]
        take(url, write_csv(Path(folder) / "a.csv", told[:16]), "reports")
        take(url, write_csv(Path(folder) / "b.csv", told[16:]), "reports", now=NOW + timedelta(days=2))
    ids = [one["id"] for one in rows(url, "SELECT id FROM incident ORDER BY id")]
    for one in ids[:4]:
        settle(url, one, True, now=NOW + timedelta(days=2, hours=1))
    _stir(url, ids)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def mixed(request: pytest.FixtureRequest, copies: Copies) -> Iterator[str]:
    address = copies(request.param, nowhere)
    mix(address)
    yield address
    engine.engine(address).dispose()


@pytest.fixture(scope="module")
def held(mixed: str) -> Held:
    """Every row, read once and plainly."""
    with engine.reading(mixed) as session:
        versions = session.query(IncidentVersion).all()
        reports = [(one, code) for one, code in session.execute(select(Report, Source.code).join(Source))]
        session.expunge_all()
    into = rows(mixed, "SELECT id, merged_into FROM incident WHERE merged_into IS NOT NULL")
    return Held(versions, reports, into, rows(mixed, "SELECT report_id, incident_id FROM report_incident"))


def _told(n: int) -> dict[str, str]:
    day = str(date(2018, 3, 1) + timedelta(days=n))
    when: dict[str, Any] = {"date_start": day, "date_end": day, "published_at": day}
    lost = dict.fromkeys(("place_id", "lat", "lon", "admin1", "admin2"), "") if n % 5 == 0 else {}
    stance = {"stance": "contradicts"} if n % 7 == 0 else {}
    source = ("monitor", "paper", "radio")[n % 3]
    return report_row(source_id=source, external_id=f"s{n}", **when, **lost, **stance)


def _stir(url: str, ids: list[str]) -> None:
    """Give rows sensitivities at random, incidents an earlier version or a past one, and merge some."""
    dice = random.Random(5)  # noqa: S311  (nothing secret)
    levels = [one.value for one in Sensitivity]
    with engine.writing(url) as session:
        for one in session.scalars(select(Report).order_by(Report.id)):
            one.sensitivity = Sensitivity(dice.choice(levels))
        for version in session.scalars(select(IncidentVersion).order_by(IncidentVersion.id)):
            version.sensitivity = Sensitivity(dice.choice(levels))
    for one, other in zip(ids[4:8], ids[8:12], strict=True):
        change(url, "UPDATE incident SET merged_into = :o WHERE id = :i", o=other, i=one)
    with engine.writing(url) as session:
        found = session.query(IncidentVersion).order_by(IncidentVersion.id).all()
        names = [column.key for column in IncidentVersion.__mapper__.column_attrs]
        plain = [{name: getattr(one, name) for name in names} for one in found]
        for row in plain[::2]:
            earlier = {**row, "id": f"e{row['id']}"[:24], "known_until": TOLD_ANEW}
            undone = {**row, "id": f"u{row['id']}"[:24], "recorded_until": NOW + timedelta(days=2)}
            copies = [one | {"sensitivity": dice.choice(list(Sensitivity))} for one in (earlier, undone)]
            bulk.insert(session, IncidentVersion, copies)


def ways(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have reads sweep whatever a region holds, then never, as they always do on PostgreSQL."""
    for swept in (True, False) if url.startswith("sqlite") else (False,):
        for module in SWEEPING:
            monkeypatch.setattr(module, "fills", lambda *_asked, swept=swept: swept)
        yield


def plainly(held: Held, role: Role, day: date, recorded: date | None) -> tuple[list[str], set[str]]:
    """What a reader is told, row by row: which versions; and the incidents that are kept from them."""
    zone = "Asia/Damascus"
    then, sees = clock.end_of(recorded, zone) if recorded else None, {one.value for one in SEES[role]}
    moment, versions = clock.end_of(day, zone), held.versions
    stands = {v.incident_id: v.sensitivity for v in versions if not v.recorded_until and not v.known_until}
    hidden = {one for one, level in stands.items() if level not in sees}
    hidden |= {one["id"] for one in held.into if stands.get(one["merged_into"], "public") not in sees}

    def stood(start: datetime, end: datetime | None) -> bool:
        return end is None if then is None else start < then and (end is None or end >= then)

    known = [v for v in versions if v.known_from < moment and (not v.known_until or v.known_until >= moment)
             and stood(v.recorded_at, v.recorded_until) and v.sensitivity in sees
             and v.incident_id not in hidden]  # fmt: skip
    return sorted(v.id for v in known), hidden


def sources(held: Held, role: Role, day: date, recorded: date | None, hidden: set[str]) -> dict[str, Any]:
    """How many reports of each source may be told, and the newest moments."""
    zone, sees = "Asia/Damascus", {one.value for one in SEES[role]}
    gone = {one["report_id"] for one in held.about if one["incident_id"] in hidden}
    found: dict[str, list[Any]] = {}
    for told, code in held.reports:
        late = recorded and told.recorded_at >= clock.end_of(recorded, zone)
        fine = told.sensitivity in sees and told.id not in gone
        if fine and told.available_at < clock.end_of(day, zone) and not late:
            found.setdefault(code, []).append((told.available_at, told.recorded_at))
    return {code: (len(one), max(a for a, _r in one), max(r for _a, r in one)) for code, one in found.items()}


@pytest.mark.parametrize("role", list(READERS))
def test_readers_of_less_are_told_what_a_look_at_every_row_allows(
    mixed: str, held: Held, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = set()
    for day, recorded in [*product(DAYS[1:], RECORDED[:2]), (DAYS[0], None), (DAYS[2], RECORDED[2])]:
        clocks = {"viewer": READERS[role], "as_of": day, "recorded_as_of": recorded}
        versions, hidden = plainly(held, role, day, recorded)
        for _way in ways(mixed, monkeypatch):
            assert ask(mixed, queries.incident_count, **clocks) == len(versions)
            fresh = ask(mixed, queries.freshness, **clocks).to_dict("records")
            newest = {
                one["source_id"]: (one["reports"], one["newest_at"], one["recorded_at"]) for one in fresh
            }
            assert newest == sources(held, role, day, recorded, hidden)
        listed = ask(mixed, queries.incidents, **clocks, limit=None)
        assert sorted(listed["version_id"]) == versions
        counts.add(len(listed))
    assert 0 < min(counts - {0}) < max(counts) < COUNT


def test_what_waits_is_counted_as_it_is_listed(mixed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = {one["id"]: one["batch_id"] for one in rows(mixed, "SELECT id, batch_id FROM report")}
    lead = {one["id"]: one["report_id"] for one in rows(mixed, "SELECT id, report_id FROM incident_version")}
    for viewer in (LOCAL, READERS[Role.ANALYST]):
        for recorded in RECORDED:
            clocks = {"viewer": viewer, "as_of": DAYS[-1], "recorded_as_of": recorded}
            place = ask(mixed, queries.incidents, **clocks, limit=None).groupby("incident_id")["version_id"]
            for _way in ways(mixed, monkeypatch):
                wanted = Counter[tuple[str, str, str]]()
                for part, seen in (("waiting", False), ("seen", True)):
                    queue = ask(mixed, queries.needs_look, **clocks, seen=seen, limit=None)
                    for one in queue.drop_duplicates("incident_id").to_dict("records"):
                        for version in place.get_group(one["incident_id"]):
                            wanted[part, one["why"], brought[lead[version]]] += 1
                counts = ask(mixed, queries.look_counts, **clocks).to_dict("records")
                found = {
                    (part, one["why"], one["batch_id"]): one[part]
                    for one in counts
                    for part in ("waiting", "seen")
                }
                assert {key: n for key, n in found.items() if n} == dict(wanted)
                assert wanted


def test_a_secret_looked_up_by_itself_is_one_of_all_that_are_hidden(mixed: str) -> None:
    for role in Role:
        seen = sight(Viewer("v", frozenset({role})))
        with engine.reading(mixed) as session:
            incident = Incident.id
            one_by_one = set(session.scalars(select(incident).where(reach.secret(incident, seen))))
            together = set() if reach.everything(seen) else set(session.scalars(reach.hidden(seen)))
        assert one_by_one == together


@pytest.mark.parametrize("viewer", [LOCAL, *READERS.values()], ids=lambda one: one.name)
def test_ties_of_many_communities_are_what_is_listed_of_each(mixed: str, viewer: Viewer) -> None:
    ids = ["xx-blue-hill", "xx-green-ford"]
    columns = ["incident_id", "version_id", "date_end", "counted"]
    sizes = set()
    for since, counted in ((None, None), (date(2018, 3, 15), True)):
        clocks = {"viewer": viewer, "as_of": DAYS[1], "since": since, "counted": counted}
        told = ask(mixed, queries.ties, **clocks, community_ids=ids)
        for one in ids:
            listed = ask(mixed, queries.incidents, **clocks, community_id=one, limit=None)
            wanted = listed.sort_values("incident_id")[columns].astype({"counted": bool})
            found = told[told["community_id"] == one][columns]
            assert found.to_dict("records") == wanted.to_dict("records")
            sizes.add(len(found))
    assert len(sizes) > 1
