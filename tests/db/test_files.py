"""Tables as they come: packings, marks, and files that are no table at all."""

import gzip
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.errors import BadInput
from db.importers import IMPORTERS, files
from db.importers.files import table
from tests.db.stores import rows
from tests.factories import take, ucdp_row, write_csv

UCDP = IMPORTERS["ucdp"]


def body(*events: dict[str, str]) -> bytes:
    """A UCDP file as bytes."""
    listed = list(events or [ucdp_row()])
    lines = [",".join(listed[0]), *(",".join(row.values()) for row in listed)]
    return ("\n".join(lines) + "\n").encode()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def pack_zip(path: Path, content: bytes, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names or ("a.csv",):
            archive.writestr(name, content)
    return path


PACKINGS: dict[str, Callable[[Path, bytes], Path]] = {
    "plain": lambda folder, content: write(folder / "a.csv", content),
    "gzip": lambda folder, content: write(folder / "a.csv.gz", gzip.compress(content)),
    "gzip by another name": lambda folder, content: write(folder / "a.csv", gzip.compress(content)),
    "zip": lambda folder, content: pack_zip(folder / "a.zip", content),
    "zip with a note": lambda folder, content: pack_zip(folder / "a.zip", content, "read.me", "x/a.CSV"),
    "mark": lambda folder, content: write(folder / "a.csv", b"\xef\xbb\xbf" + content),
    "mark in gzip": lambda folder, content: write(folder / "a.gz", gzip.compress(b"\xef\xbb\xbf" + content)),
    "windows": lambda folder, content: write(folder / "a.csv", content.replace(b"\n", b"\r\n")),
    "no last newline": lambda folder, content: write(folder / "a.csv", content.rstrip()),
    "empty lines": lambda folder, content: write(folder / "a.csv", content.replace(b"\n", b"\n\n")),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing_gives_the_same_rows(tmp_path: Path, packing: str) -> None:
    with table(PACKINGS[packing](tmp_path, body(ucdp_row(id=1), ucdp_row(id=2))), UCDP) as found:
        cells = [row for _, row, _ in found]
    assert [row["id"] for row in cells if row] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("a.csv", b"", "is empty; download or export it again"),
        ("a.csv", b" \n\n ", "is empty"),
        ("a.csv", b"\xef\xbb\xbf", "is empty"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("a.csv", b"<!DOCTYPE html><html><body>Not found</body></html>", "is a web page, not a table"),
        ("a.csv", b"\n\n  <HTML><head>", "is a web page"),
        ("a.csv.gz", gzip.compress(b"<html></html>", mtime=0), "is a web page"),
        ("a.csv.gz", gzip.compress(body() * 50, mtime=0)[:-200], "is damaged"),
        ("a.csv.gz", gzip.compress(body(), mtime=0)[:40] + b"\xff" * 60, "is damaged"),
        ("a.csv.gz", b"\x1f\x8b\x08nonsense", "is damaged"),
        ("a.zip", b"PK\x03\x04nonsense", "is damaged"),
        ("a.csv", body().decode().encode("utf-16"), "save it as CSV in UTF-8"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "save it as CSV in UTF-8"),
        ("a.csv", b"name,colour\nx,red\n", "columns are missing: id, year"),
        ("a.csv", b"id;year;country\n1;2018;Nowhere\n", "columns are missing: id, year"),
        ("a.csv", body().split(b"\n")[1] + b"\n", "columns are missing"),
        ("a.csv", b'"' + b"x" * 9_000_000, "mend the quotes"),
        ("a.csv", b"x" * 20_000_000, "mend the quotes"),
    ],
)
def test_what_is_no_table_is_refused_with_its_cure(
    nowhere: str, tmp_path: Path, name: str, content: bytes, cure: str
) -> None:
    with pytest.raises(BadInput, match=cure) as refusal:
        take(nowhere, write(tmp_path / name, content))
    assert refusal.value.exit_code == 2
    assert "\n" not in str(refusal.value)
    assert rows(nowhere, "SELECT 1 FROM report") == []


def test_an_archive_must_hold_one_table(nowhere: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds 2 CSV files; unpack it"):
        take(nowhere, pack_zip(tmp_path / "a.zip", body(), "a.csv", "b.csv"))
    with pytest.raises(BadInput, match="holds 0 CSV files"):
        take(nowhere, pack_zip(tmp_path / "b.zip", body(), "a.txt"))


def test_a_locked_archive_is_refused(nowhere: str, tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "a.zip", body())
    content = bytearray(path.read_bytes())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):  # the flag that says "encrypted", in both headers
        content[content.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    with pytest.raises(BadInput, match="password"):
        take(nowhere, write(path, bytes(content)))


def test_a_bomb_is_refused(nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 100)
    for name in ("zip", "gzip"):
        with pytest.raises(BadInput, match="split it"):
            take(nowhere, PACKINGS[name](tmp_path, body(*[ucdp_row(id=n) for n in range(300)])))


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_missing_file_is_refused(nowhere: str, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        take(nowhere, tmp_path / name)


def test_a_damaged_end_keeps_what_came_before(nowhere: str, tmp_path: Path) -> None:
    content = body(*[ucdp_row(id=n) for n in range(5)])
    broken = content + b'"' + b"x" * 9_000_000
    with pytest.raises(BadInput, match="row 7"):
        take(nowhere, write(tmp_path / "a.csv", broken))
    assert len(rows(nowhere, "SELECT 1 FROM report")) == 5
    batch = rows(nowhere, "SELECT status, message, finished_at FROM import_batch")[0]
    assert batch["status"] == "failed"
    assert "row 7" in batch["message"]
    assert batch["finished_at"] is not None
    whole = take(nowhere, write(tmp_path / "b.csv", content), now=datetime(2027, 1, 1, tzinfo=UTC))
    assert (whole.new, whole.already) == (0, 5)


def test_a_row_in_another_encoding_is_one_broken_row(nowhere: str, tmp_path: Path) -> None:
    events = [ucdp_row(id=n, where_coordinates=f"Tell {n}") for n in range(4)]
    content = body(*events).replace(b"Tell 2", b"T\xe9ll 2")
    summary = take(nowhere, write(tmp_path / "a.csv", content))
    assert (summary.new, summary.bad) == (3, 1)
    issue = rows(nowhere, "SELECT row_number, column_name, code, raw FROM row_issue")[0]
    assert (issue["row_number"], issue["column_name"], issue["code"]) == (4, "where_coordinates", "not_utf8")
    assert "T\\\\xe9ll 2" in issue["raw"]


def test_a_stray_nul_does_not_stop_a_file(both: str, tmp_path: Path) -> None:
    content = body(ucdp_row(id=1, where_coordinates="Hi\x00ll"), ucdp_row(id=2))
    assert take(both, write(tmp_path / "a.csv", content)).new == 2
    assert {r["place_text"] for r in rows(both, "SELECT place_text FROM report_incident")} == {
        "Hi␀ll",
        "Hill town",
    }


def test_a_header_without_rows_is_told_so(nowhere: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no row could be read"):
        take(nowhere, write(tmp_path / "a.csv", body().split(b"\n")[0] + b"\n"))


def test_unknown_columns_are_told_and_kept(nowhere: str, tmp_path: Path) -> None:
    row = ucdp_row() | {"mood": "grim"}
    assert take(nowhere, write_csv(tmp_path / "a.csv", [row])).unknown_columns == ["mood"]
    assert "grim" in str(rows(nowhere, "SELECT raw FROM report")[0]["raw"])


def test_a_column_that_stands_twice_is_refused(nowhere: str, tmp_path: Path) -> None:
    content = body().replace(b"side_a,side_b", b"best,side_b", 1)
    with pytest.raises(BadInput, match="stand twice: best"):
        take(nowhere, write(tmp_path / "a.csv", content))
