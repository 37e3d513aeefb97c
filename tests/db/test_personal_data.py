"""Personal data in texts: what has a form is found in both scripts, and false alarms are few."""

import csv
import gzip
import hashlib
from pathlib import Path

import pytest

from db import engine, migrating, packs, personal_data, store
from db.errors import BadInput
from db.personal_data import Kind, blocks, find
from db.places import Gazetteer
from tests.conftest import NOW
from tests.db.stores import rows
from tests.factories import report_row, take, write_csv

LABELS = Path(__file__).parent / "labels"
WORDS = {"phone": Kind.PHONE, "email": Kind.EMAIL}
KINDS = {str(kind): kind for kind in Kind} | WORDS


def labelled(name: str) -> list[tuple[set[Kind], str]]:
    with (LABELS / name).open(encoding="utf-8") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [(_kinds(said), text) for said, text in lines]


def _kinds(said: str) -> set[Kind]:
    found = set()
    for name in sorted(KINDS, key=len, reverse=True):
        if name in said:
            found.add(KINDS[name])
            said = said.replace(name, "")
    return found


def measured(texts: list[tuple[set[Kind], str]]) -> tuple[int, int, int]:
    """Rightly found, falsely found, missed: kinds of each text."""
    right = false = missed = 0
    for wanted, text in texts:
        got = {one.kind for one in find(text) if not one.public}
        right, false, missed = (
            right + len(wanted & got),
            false + len(got - wanted),
            missed + len(wanted - got),
        )
    return right, false, missed


def test_what_the_rules_were_made_on_is_found() -> None:
    assert measured(labelled("personal_data.tsv")) == (52, 0, 0)


def test_of_what_they_were_not_made_on_little_is_missed() -> None:
    """25 texts, kept apart since the first rules: 13 of 19 were found then, 2 falsely."""
    assert measured(labelled("personal_data_fresh.tsv")) == (18, 0, 1)


@pytest.mark.parametrize(("half", "expected"), [(0, (34, 1, 0)), (1, (55, 8, 0))])
def test_of_new_texts_one_half_was_never_looked_at(half: int, expected: tuple[int, int, int]) -> None:
    """145 invented texts in both scripts, 60 without personal data, written before the rules and parted by a digest.

    Half 0 was tuned on (before: 22 found, 4 falsely, 12 missed). Half 1 was not looked at: 35, 9 and 20 before, 55, 8
    and 0 now; with the gazetteer of Syria 4 falsely. One hand wrote texts and rules, so real texts will fare worse.
    """
    parted = [t for t in labelled("personal_data_second.tsv") if _half(t[1]) == half]
    assert measured(parted) == expected


def _half(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % 2


def test_a_finding_has_its_span_whatever_the_digits() -> None:
    text = "رقم العائلة ٠٩٣٣٤٥٦٧٨٩ لمن يعرف"
    (found,) = find(text)
    assert (found.kind, text[found.start : found.end]) == (Kind.PHONE, "٠٩٣٣٤٥٦٧٨٩")


def test_a_finding_has_its_span_whatever_marks_stand_in_the_word() -> None:
    text = "سأل \u200fمُحَمَّد الحلبيّ عن أخيه"
    (found,) = find(text)
    assert (found.kind, text[found.start : found.end]) == (Kind.NAME, "مُحَمَّد الحلبي")


@pytest.mark.parametrize(
    "text",
    [
        "Clashes near Suleiman al-Halabi Street and in Sheikh Saeed",
        "The Khaled Ibn Al-Waleed army withdrew from Tell Hassan Basha",
        "Jaish Mohammed al-Fateh took the Omar oilfield",
        "قصف جامع عثمان بن عفان وحي صلاح الدين",
        "انتشرت كتيبة أحمد العبدو في ريف أبو كمال",
    ],
)
def test_places_and_groups_named_after_somebody_are_no_persons(text: str) -> None:
    assert find(text) == []


def test_holders_of_public_office_are_told_apart() -> None:
    for text in ("President Bashar al-Assad spoke", "قال وزير الخارجية وليد المعلم إن"):
        assert [one.public for one in find(text)] == [True]
        assert not blocks(text)
    assert blocks("Dr. Samir Haddad") and not blocks(None) and not blocks("")


def test_a_refusal_names_kinds_and_never_words() -> None:
    with pytest.raises(BadInput, match=r"e-mail address \(1\), name \(1\)") as refusal:
        personal_data.refuse(["Dr. Samir Haddad", None, "a.b@example.org"])
    assert "Samir" not in str(refusal.value)
    personal_data.refuse(["Four civilians were killed", None])


def test_few_headlines_raise_a_false_alarm(shared: Path | None, tmp_path: Path) -> None:
    """Of 1,000 headlines of UCDP six are stopped, two with the gazetteer of Syria; of 1,000 that no rule was
    looked at with, thirteen and seven (before: sixteen and seven); half of these name somebody."""
    if shared is None:
        pytest.skip("no real data here")
    with gzip.open(shared / "ucdp" / "ged_syria_2016_2018.csv.gz", "rt", encoding="utf-8") as file:
        told = {h.strip() for row in csv.DictReader(file) for h in row["source_headline"].split(";")}
    heads = sorted(one for one in told if any("a" <= c <= "z" for c in one.casefold()))
    drawn = sorted(heads, key=lambda one: hashlib.sha256(one.encode()).hexdigest())
    places = personal_data.place_names(syria(tmp_path))
    for chosen, bare, known in ((drawn[:1000], 6, 2), (drawn[1000:2000], 13, 7)):
        stopped = [one for one in chosen if blocks(one)]
        assert len(stopped) <= bare
        assert sum(blocks(one, places) for one in stopped) <= known


def syria(folder: Path) -> Gazetteer:
    url = f"sqlite:///{folder / 'syria.db'}"
    migrating.upgrade(url)
    with engine.writing(url) as session:
        store.load_region(session, packs.read(Path(packs.__file__).parent / "regions" / "syria"), NOW)
    with engine.reading(url) as session:
        return Gazetteer.of(session, "syria")


def test_an_import_warns_of_persons_by_row_and_column_without_their_words(
    nowhere: str, tmp_path: Path
) -> None:
    told = [
        report_row(external_id="1", text="Dr. Salim Qanarian was taken; call 0933 123 456."),
        report_row(external_id="2", title="Mayor of Hill dismissed", text="Shelling near Hill, two killed."),
    ]
    done = take(nowhere, write_csv(tmp_path / "told.csv", told), "reports")
    assert (done.new, done.bad, done.remarks) == (2, 0, 1)
    warned = rows(nowhere, "SELECT row_number, column_name, code, message, raw FROM row_issue")
    told_of = [(w["row_number"], w["column_name"], w["code"], w["raw"]) for w in warned]
    assert told_of == [(2, "text", "personal_data", None)]
    assert "name, telephone number" in warned[0]["message"]
    assert "Qanarian" not in warned[0]["message"] and "0933" not in warned[0]["message"]
    assert {r["flags"] for r in rows(nowhere, "SELECT flags FROM report_incident")} == {"[]"}
