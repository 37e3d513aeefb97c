from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from db import engine, queries
from db.errors import BadInput
from db.importers.covariates import run
from db.policy import LOCAL
from tests import factories

HEAD = "area,day,available_at,value\n"
NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@pytest.fixture
def store(url: str, tmp_path: Path) -> str:
    factories.load(url, factories.pack(tmp_path))
    return url


def areas(url: str) -> list[str]:
    with engine.reading(url) as session:
        region = queries.regions(session, LOCAL)[0].id
        return list(queries.areas(session, LOCAL, region_id=region, as_of=date(2026, 11, 22))["area_id"])


def region(url: str) -> str:
    with engine.reading(url) as session:
        return queries.regions(session, LOCAL)[0].id


def read(url: str, as_of: date) -> list[tuple[str, date, float]]:
    with engine.reading(url) as session:
        rows = queries.covariates(session, LOCAL, region_id=region(url), as_of=as_of)
    return [(r.area_id, r.day, r.value) for r in rows.itertuples()]


def write(folder: Path, *lines: str) -> Path:
    file = folder / "bread.csv"
    file.write_text(HEAD + "".join(line + "\n" for line in lines))
    return file


def test_good_rows_land_broken_ones_are_kept_with_their_cure(store: str, tmp_path: Path) -> None:
    area = areas(store)[0]
    file = write(
        tmp_path,
        f"{area},2026-01-01,2026-01-10,5.5",
        f"{area},2026-02-01,2026-02-10,",
        "nowhere,2026-01-01,2026-01-10,5",
        f"{area},yesterday,2026-01-10,5",
        f"{area},2026-03-01,2026-03-10T12:00,5",
        f"{area},2026-03-01,2026-03-10,much",
        f"{area},2026-03-01,2026-03-10",
    )
    done = run(store, region(store), "bread", file, NOW)
    assert (done.rows, done.new, done.bad) == (7, 2, 5)
    with engine.reading(store) as session:
        issues = queries.issues(session, LOCAL, batch_id=done.batch_id, limit=10)
    codes = ["unknown_area", "bad_date", "no_time_zone", "bad_number", "wrong_width"]
    assert list(issues.sort_values("row_number")["code"]) == codes
    assert issues["raw"].notna().all() and issues["message"].str.len().min() > 20
    assert read(store, date(2026, 1, 10)) == []  # a bare day counts from its end
    assert read(store, date(2026, 1, 11)) == [(area, date(2026, 1, 1), 5.5)]
    told = read(store, date(2026, 3, 1))
    assert len(told) == 2 and told[1][2] != told[1][2]  # unknown is not zero


def test_twice_is_once_and_a_contradiction_is_refused(store: str, tmp_path: Path) -> None:
    area = areas(store)[0]
    first = run(store, region(store), "bread", write(tmp_path, f"{area},2026-01-01,2026-01-10,5"), NOW)
    again = run(store, region(store), "bread", write(tmp_path, f"{area},2026-01-01,2026-01-10,5"), NOW)
    assert first.new == 1 and again.unchanged
    both = write(tmp_path, f"{area},2026-01-01,2026-01-10,6", f"{area},2026-01-01,2026-01-20,6")
    other = run(store, region(store), "bread", both, NOW)
    assert (other.new, other.bad, dict(other.issues)) == (1, 1, {"said_otherwise": 1})
    assert [value for *_, value in read(store, date(2026, 2, 1))] == [5, 6]


@pytest.mark.parametrize("name", ["Bread price", "1st", ""])
def test_a_name_must_be_one_for_a_column(store: str, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no name for a column"):
        run(store, region(store), name, write(tmp_path, "x"), NOW)


def test_another_table_is_refused_with_the_missing_columns(store: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="columns are missing: area, day"):
        run(store, region(store), "bread", file, NOW)
