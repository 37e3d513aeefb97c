"""Every role writes every format for every audience from a store full of canaries; no file tells too much."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from dashboard.cli.app import whole
from db import engine
from db.exports import FORMATS
from db.exports.columns import LIMITS
from db.exports.csv_hxl import read
from db.exports.gather import Gathering, Wanted
from db.policy import LOCAL, Denied, Viewer
from db.vocab import Audience, Precision, Role
from tests.matrix.canaries import AS_OF, ROLES, SECRETS, caught, incident_of

OUTSIDE = [Audience.PARTNER, Audience.PUBLIC]
# What partners may be told where villages are named; nobody else outside is told anything of these.
PARTNERS = {"Canarybrook", "كناري"}


def out(url: str, viewer: Viewer, form: str, **wanted: Any) -> str:
    file = io.BytesIO()
    with engine.reading(url) as session:
        FORMATS[form](file, Gathering(session, viewer, Wanted("nowhere", AS_OF, **wanted)))
    if form != "xlsx":
        return file.getvalue().decode("utf-8-sig")
    return read_book(file.getvalue())


def read_book(body: bytes) -> str:
    """Every cell of a workbook."""
    book = load_workbook(io.BytesIO(body))
    return "\n".join(str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row)


def ids(url: str, *names: str) -> list[str]:
    with engine.reading(url) as session:
        return [incident_of(session, name) for name in names]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("viewer", ROLES, ids=lambda v: v.name)
def test_no_file_tells_a_role_more_than_it_may(store: str, viewer: Viewer, form: str) -> None:
    for precision in (None, *Precision) if form == "jsonl" else (None,):  # the form that tells most
        assert not caught(out(store, viewer, form, precision=precision), viewer), precision


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("audience", OUTSIDE)
@pytest.mark.parametrize("viewer", [LOCAL, Viewer("v", frozenset({Role.VIEWER}))], ids=["local", "viewer"])
def test_no_file_tells_the_world_more_than_it_may(
    store: str, viewer: Viewer, audience: Audience, form: str
) -> None:
    for precision in (None, *Precision) if form == "jsonl" else (None, Precision.SETTLEMENT):
        told = out(store, viewer, form, precision=precision, audience=audience).casefold()
        named = audience is Audience.PARTNER and precision in (Precision.EXACT, Precision.SETTLEMENT)
        mine = PARTNERS if named and viewer is LOCAL else set()
        assert {word for word in SECRETS if word.casefold() in told} <= mine, precision
        gone = ids(store, "restricted", "severe", "mixed 1", "raised")
        gone += ids(store, "plain", "team") if audience is Audience.PUBLIC else []
        assert not [one for one in gone if one in told]
        assert ids(store, "public")[0] in told
        if audience is Audience.PUBLIC:
            assert "xx-blue-hill" not in told and "blue:" not in told


def test_a_file_for_others_lists_what_was_withheld(store: str) -> None:
    for form, needle in (
        ("csv", "withheld or coarser"),
        ("jsonl", '"withheld":["only'),
        ("geojson", '"withheld":['),
    ):
        assert needle in out(store, LOCAL, form, audience=Audience.PARTNER)
        assert needle not in out(store, LOCAL, form)
    assert LIMITS in out(store, LOCAL, "hxl", audience=Audience.PUBLIC)


@pytest.mark.parametrize("form", FORMATS)
def test_few_persons_of_one_community_in_one_village_are_not_counted_out(store: str, form: str) -> None:
    """Shown as "<5", never as 0 or blank; zero and unknown stay; the house reads the numbers."""
    fine = {"precision": Precision.SETTLEMENT, "audience": Audience.PARTNER}
    told = cells(out(store, LOCAL, "csv", **fine))
    plain, public, nameless = (told[one] for one in ids(store, "plain", "public", "nameless"))
    assert {plain[name] for name in ("killed", "killed_low", "killed_high", "abducted")} == {"<5"}
    assert "<5..<5..<5" in plain["figures"] and "3" not in plain["figures"]
    assert public["killed"] == "0" and nameless["killed"] == "3"
    assert cells(out(store, LOCAL, "csv"))[ids(store, "plain")[0]]["killed"] == "3"
    assert cells(out(store, LOCAL, "csv", audience=Audience.PARTNER))[ids(store, "plain")[0]]["killed"] == "3"
    assert "<5" in out(store, LOCAL, form, **fine)


def cells(text: str) -> dict[str, dict[str, str]]:
    import csv

    return {row["incident_id"]: row for row in csv.DictReader(io.StringIO(text))}


def test_what_leaves_the_house_brings_nothing_back(store: str) -> None:
    lines = out(store, LOCAL, "jsonl", audience=Audience.PARTNER).splitlines()[1:-1]
    assert {json.dumps(json.loads(line)["record"]) for line in lines} == {"{}"}


@pytest.mark.parametrize("viewer", [one for one in ROLES if one.name != "verifier"], ids=lambda v: v.name)
def test_only_who_sees_everything_copies_everything(store: str, viewer: Viewer) -> None:
    from db.exports.store import write

    with engine.reading(store) as session, pytest.raises(Denied, match="also a verifier"):
        write(session, viewer, io.BytesIO())
    both = Viewer("b", frozenset({Role.ADMIN, Role.VERIFIER}))
    with engine.reading(store) as session:
        assert write(session, both, io.BytesIO()) > 100


def test_the_command_says_for_whom(store: str, tmp_path: Path) -> None:
    asked = ["export", "--db", store, "--as-of", AS_OF.isoformat(), "--audience", "public"]
    done = CliRunner().invoke(whole(), [*asked, "-o", str(tmp_path / "x.csv")])
    assert done.exit_code == 0 and "withheld or coarser: places no finer than the governorate" in done.output
    (file,) = tmp_path.iterdir()
    assert file.name == "x.generalised-governorate.public.csv"
    assert [row[1]["precision"] for row in read(file)] == ["governorate"]
    full = CliRunner().invoke(
        whole(), [*asked, "--full", "--format", "jsonl", "-o", str(tmp_path / "y.jsonl")]
    )
    assert "for nobody outside" in str(full.exception)
