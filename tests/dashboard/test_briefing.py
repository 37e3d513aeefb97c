"""Briefings: every number has its note, nothing is told that may not be, the same state gives the same bytes."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document as read_docx
from docx.oxml.ns import qn
from pypdf import PdfReader

from dashboard.briefing import (
    compose,
    forecasting,
    gather,
    listing,
    make,
    making,
    model,
    style,
    sums,
    twin,
)
from dashboard.briefing.asked import Asked
from dashboard.briefing.gather import Found
from dashboard.briefing.model import Document, Figure, Label, Picture, Quote, Source, Table
from db import consents, engine, queries
from db.errors import BadInput
from db.policy import LOCAL, Denied, Viewer
from db.vocab import Audience, Precision, Role
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_cli import Tocsin, one_line, tocsin

__all__ = ["tocsin"]
SINCE = stores.LAST - timedelta(days=60)
DIGIT = re.compile(r"[0-9٠-٩]")
PLAIN = style.Style()


def found(url: str, about: str = "xx-blue-hill", *, region: str = "nowhere", **more: Any) -> Found:
    want = Asked(region, about, stores.LAST, more.pop("since", SINCE), **more)
    with engine.reading(url) as session:
        return gather.gather(session, LOCAL, want, NOW.date())


@pytest.fixture(scope="session")
def hill(drill: str) -> Found:
    return found(drill, region="drill")


@pytest.fixture(scope="session")
def few(drill: str) -> Found:
    return found(drill, region="drill", since=stores.LAST - timedelta(days=12))


def words(document: Document) -> str:
    return "".join(one if isinstance(one, str) else one.text for one in model.pieces(document))


def tables(document: Document) -> Iterator[Table]:
    return (one for part in document.sections for one in part.blocks if isinstance(one, Table))


def blocks(document: Document, kind: type[Any]) -> list[Any]:
    return [one for part in document.sections for one in part.blocks if isinstance(one, kind)]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("about", ["xx-blue-hill", "blue", "xx11", "xx-green-well"])
def test_every_number_has_a_note_that_leads_to_the_record(drill: str, about: str, language: str) -> None:
    document = compose.document(found(drill, about, region="drill"), language)
    bare = [one for one in model.pieces(document) if isinstance(one, str) and DIGIT.search(one)]
    assert not bare
    noted = [*model.figures(document), *blocks(document, Picture)]
    assert len(noted) > 10
    for one in noted:
        note = document.note(one.note)
        assert note.query["query"] and note.mark
    entries = {one.note for one in blocks(document, Source)}
    assert entries == {one.key for one in document.notes}  # each note stands in an annex


def test_a_number_without_a_note_would_be_found(hill: Found) -> None:
    """The law above can fail."""
    document = compose.document(hill, "en")
    broken = replace(document, title="34 incidents")
    assert [one for one in model.pieces(broken) if isinstance(one, str) and DIGIT.search(one)]


def test_its_numbers_are_those_of_the_queries(filled: str) -> None:
    one = found(filled)
    with engine.reading(filled) as session:
        about = {"region_id": "nowhere", "as_of": stores.LAST, "since": SINCE, "community_id": "xx-blue-hill"}
        rows = queries.incidents(session, LOCAL, **about, counted=True, limit=None)
        score = queries.scores(session, LOCAL, region_id="nowhere", as_of=stores.LAST)
    told = {one.name: one.value for one in model.figures(compose.document(one, "en")) if one.name}
    assert told["incidents"] == len(rows) > 10
    assert told["incidents.killed"]["best"] == rows["deaths"].sum()
    assert told["incidents.killed"]["unknown"] == rows["deaths"].isna().sum() > 0
    mine = score[
        (score["area_id"] == "xx-blue-hill")
        & (score["target"] == "escalation")
        & (score["horizon_days"] == 28)
    ]
    assert told["forecast"] == mine["probability"].item()
    assert sum(value for name, value in told.items() if re.fullmatch(r"kind\.\w+", name)) == len(rows)


def test_the_same_state_gives_the_same_bytes_in_every_format(drill: str) -> None:
    near = {"region": "drill", "since": stores.LAST - timedelta(days=12)}
    first, second = found(drill, **near), found(drill, **near)
    for form in make.FORMATS:
        once, again = (make.make(one, form, ("en", "ar"), PLAIN) for one in (first, second))
        assert once == again and len(once.body) > 5_000, form


def test_the_page_is_one_safe_file_in_both_languages(hill: Found) -> None:
    page = make.make(hill, "html", ("en", "ar"), PLAIN).body.decode()
    assert (
        "<script" not in page
        and "src=" not in page
        and "tracker" not in page.replace("![x](http://tracker", "")
    )
    assert page.count("<article") == 2 and 'dir="rtl"' in page and "EXERCISE" in page
    assert page.count("<table") == page.count("<thead") == page.count("<caption")
    for link in re.findall(r'href="([^"]*)"', page):
        assert link.startswith("#") and f'id="{link[1:]}"' in page


def test_the_pdf_is_tagged_and_names_its_language(few: Found) -> None:
    body = make.make(few, "pdf", ("en", "ar"), PLAIN).body
    read = PdfReader(io.BytesIO(body))
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"] and b"pdfuaid" in body
    text = "".join(page.extract_text() for page in read.pages)
    assert "Briefing: Blues of Hill" in text and "EXERCISE" in text
    fonts = {
        str(font["/BaseFont"])
        for page in read.pages
        for font in page["/Resources"]["/Font"].values()
        for font in [font.get_object()]
    }
    assert all("Noto" in one for one in fonts) and any("NotoNaskhArabic" in one for one in fonts)


def test_the_word_file_has_real_styles_header_rows_and_arabic_from_the_right(few: Found) -> None:
    read = read_docx(io.BytesIO(make.make(few, "docx", ("ar",), PLAIN).body))
    used = {one.style.name for one in read.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "List Bullet", "Caption"} <= used
    ours = [one for one in read.paragraphs if re.search("[ء-ي]", one.text)]
    assert ours and all(one._p.pPr.find(qn("w:bidi")) is not None for one in ours)
    for table in read.tables:
        assert table._tbl.tblPr.find(qn("w:bidiVisual")) is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    xml = read.element.xml
    linked = set(re.findall(r'w:hyperlink[^>]* w:anchor="([^"]+)"', xml))
    assert linked and linked <= set(re.findall(r'w:bookmarkStart[^>]* w:name="([^"]+)"', xml))
    assert all(one._inline.docPr.get("descr") for one in read.inline_shapes)


def test_silence_is_never_called_calm(drill: str) -> None:
    """A span that no source covers, and a community without incidents, say so and draw nothing."""
    early = compose.document(found(drill, region="drill", since=date(2016, 1, 1)), "en")
    assert "No data from" in words(early)
    empty = found(drill, "xx-green-ford", region="drill", since=stores.LAST)
    none = compose.document(replace(empty, entries=(), covered=replace(empty.covered, spans=())), "en")
    assert "No data: no source" in words(none) and "would look like calm" in words(none)
    assert not blocks(none, Picture)
    quiet = compose.document(replace(empty, entries=()), "en")
    assert "does not mean that nothing happened" in words(quiet) and not blocks(quiet, Picture)


def test_where_no_model_speaks_it_says_no_forecast(hill: Found) -> None:
    for changed, said in (
        ({"scored_on": None}, "nothing has been scored"),
        ({"scored_on": stores.LAST - timedelta(days=9)}, "too old"),
        ({"forecasts": ()}, "no model in force"),
        ({"asked": replace(hill.asked, audience=Audience.PUBLIC)}, "not given to the public"),
    ):
        document = compose.document(replace(hill, **changed), "en")
        part = next(one for one in document.sections if one.key == "forecast")
        assert len(part.blocks) == 1 and said in words(replace(document, sections=(part,), notes=()))


def test_likelihood_stands_with_its_number_and_apart_from_confidence(hill: Found) -> None:
    told = forecasting.sentence(making.Making(hill))
    said = "".join(one if isinstance(one, str) else one.text for one in told)
    assert re.search(r"(un)?likely|even|chance", said) and "%" in said and "confidence" not in said.lower()


def test_loaded_words_of_sources_stand_in_quotation_marks_only(hill: Found) -> None:
    entry = hill.entries[0]
    accounts = [
        {
            **entry.accounts[0],
            "title": "Regime thugs kill martyrs",
            "actors": [{"name": "Terrorist gang of X", "role": "alleged_perpetrator", "said_by": None}],
        },
    ]
    facts = {**entry.facts, "place_name": None, "place_text": "Martyr square", "geo_prec": 1}
    loaded = replace(hill, entries=(replace(entry, facts=facts, accounts=accounts), *hill.entries[1:]))
    document = compose.document(loaded, "en")
    bad = re.compile("terrorist|martyr|thug|regime", re.IGNORECASE)
    hits = [one for one in model.pieces(document) if bad.search(one if isinstance(one, str) else one.text)]
    assert len(hits) >= 4 and all(isinstance(one, Quote) for one in hits)
    page = make.make(loaded, "html", ("en",), PLAIN).body.decode()
    for hit in bad.finditer(page):
        before = page[: hit.start()]
        assert before.rfind("“") > before.rfind("”")


def test_small_counts_are_hidden_from_others_and_no_sum_gives_them_away(drill: str) -> None:
    partner = found(drill, region="drill", audience=Audience.PARTNER)
    assert partner.below == 5 and partner.precision is Precision.DISTRICT
    document = compose.document(partner, "en")
    row = next(one for one in tables(document) if one.columns[0] == "Mark")
    shown = [cell.text for cells in row.rows for cell in cells[4] if isinstance(cell, Figure)]
    assert not {"1", "2", "3", "4"} & set(shown)
    toll = sums.total([one.facts for one in partner.entries], partner.below)
    assert toll.best is None and toll.low is not None and toll.high is not None and toll.low < toll.high
    body = make.make(partner, "html", ("en",), PLAIN)
    assert "Hill" not in body.body.decode() and "Hill" not in body.twin.decode()
    told = json.loads(body.twin)
    assert all(
        n is None or isinstance(n, str) or n in (0,) or n >= 5
        for one in told["incidents"]
        for report in one["based_on"]
        for claim in report["claims"]
        for n in (claim["low"], claim["best"], claim["high"])
    )


def test_a_sum_of_hidden_counts_holds_the_true_one() -> None:
    facts = [{"deaths": n, "deaths_low": n, "deaths_high": n} for n in (1, 4, 12, 0)]
    open_, hidden = sums.total(facts), sums.total(facts, 5)
    assert (open_.low, open_.best, open_.high) == (17, 17, 17)
    assert (hidden.low, hidden.best, hidden.high) == (1 + 1 + 12, None, 4 + 4 + 12)
    assert sums.one({"deaths": float("nan")}) == sums.Toll(None, None, None, 0, 1)


def test_a_rerun_tells_what_has_changed(hill: Found, tmp_path: Path) -> None:
    old = make.make(hill, "html", ("en",), PLAIN)
    path = tmp_path / "old.json"
    path.write_bytes(old.twin)
    gone, revised, *rest = hill.entries
    other = replace(
        revised, facts={**revised.facts, "deaths": 70.0, "deaths_high": 90.0, "verification": "contested"}
    )
    new = replace(hill, entries=(other, *rest))
    document = compose.document(new, "en", twin.read(path))
    part = next(one for one in document.sections if one.key == "changed")
    said = words(replace(document, sections=(part,), notes=()))
    assert "No longer in it: 1 incident" in said and str(gone.facts["incident_id"])[:12] in said
    assert "70" in said and "contested now" in said
    same = compose.document(hill, "en", twin.read(path))
    assert "No incident was added, taken out or revised." in words(same)
    changed = json.loads(old.twin) | {"incidents": []}
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(BadInput, match="changed after it was written"):
        twin.read(path)


def test_the_twin_traces_every_figure_to_reports(hill: Found) -> None:
    told = json.loads(make.make(hill, "html", ("en", "ar"), PLAIN).twin)
    notes = {one["key"]: one for one in told["notes"]}
    assert all(one["note"] in notes for one in told["figures"])
    known = {one["incident_id"]: one for one in told["incidents"]}
    total = next(one for one in told["figures"] if one["name"] == "incidents")
    assert set(notes[total["note"]]["incident_ids"]) == set(known)
    assert all(one["content_sha256"] for incident in known.values() for one in incident["based_on"])


def test_a_hand_picked_set_is_the_whole_of_it(drill: str, hill: Found) -> None:
    picked = tuple(str(one.facts["incident_id"]) for one in hill.entries[:2])
    one = found(drill, region="drill", ids=picked)
    assert sums.ids([entry.facts for entry in one.entries]) == picked
    assert "picked by hand" in words(compose.document(one, "en"))


@pytest.mark.parametrize("name", ["xx-blue-hill", "Blues of Hill", "زرق التل", "Blues", "Alpha"])
def test_a_subject_goes_by_its_id_or_its_name(drill: str, name: str) -> None:
    assert found(drill, name, region="drill").subject.communities


def test_an_unknown_subject_is_refused_with_what_may_be_meant(drill: str) -> None:
    with pytest.raises(BadInput, match="did you mean: blues of hill"):
        found(drill, "Blues of Hil", region="drill")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.mark.parametrize(
    ("toml", "logo", "said"),
    [
        ('name = "X"', b"", 'the key "colour" is missing'),
        ('name = "X"\ncolour = "red"', b"", "colour is written like"),
        ('name = "X"\ncolour = "#112233"\nlogo = "logo.png"', b"no image", "is no image"),
        ('name = "X"\ncolour = "#112233"\nlogo = "other.png"', b"", "no logo 'other.png'"),
        ('name = "X"\ncolour = "#112233"\n[en]\nfoot = "F"', b"", r'\[ar\] lacks the key "foot"'),
        ("name = ", b"", "cannot be read"),
    ],
)
def test_a_broken_template_is_named_by_file_and_key(
    tmp_path: Path, toml: str, logo: bytes, said: str
) -> None:
    (tmp_path / "template.toml").write_text(toml, encoding="utf-8")
    (tmp_path / "logo.png").write_bytes(logo)
    with pytest.raises(BadInput, match=said):
        style.read(tmp_path, ("en", "ar"))


def test_an_organisations_own_template_is_used(hill: Found, few: Found, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    told = 'name = "<The> House"\ncolour = "#112233"\nlogo = "logo.png"\n[en]\nfoot = "Own words"\n'
    (tmp_path / "template.toml").write_text(told, encoding="utf-8")
    own = style.read(tmp_path, ("en",))
    page = make.make(hill, "html", ("en",), own).body.decode()
    assert (
        "&lt;The&gt; House" in page and "Own words" in page and "#112233" in page and "data:image/png" in page
    )
    packed = zipfile.ZipFile(io.BytesIO(make.make(few, "docx", ("en",), own).body))
    assert len([one for one in packed.namelist() if "media" in one]) == 3
    assert b"/Alt" in make.make(few, "pdf", ("en",), own).body


def test_the_authors_words_stand_apart(drill: str, tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(
        '[en]\nask = "Open the road <now>"\nrecommendations = ["To A: do x", "To B: do y"]\n', "utf-8"
    )
    one = found(drill, region="drill", words=make.words(path))
    document = compose.document(one, "ar")
    asked_for = [b for part in document.sections for b in part.blocks if getattr(b, "style", "") == "author"]
    assert any(Label("Open the road <now>") in b.runs and b.language == "en" for b in asked_for)
    assert "&lt;now&gt;" in make.make(one, "html", ("en",), PLAIN).body.decode()
    path.write_text('[en]\nasks = "x"\n', "utf-8")
    with pytest.raises(BadInput, match="asks is not known"):
        make.words(path)


def test_denied_and_disputed_incidents_are_told(hill: Found) -> None:
    entry = hill.entries[0]
    actors = [
        {"name": "Group Y", "role": "alleged_perpetrator", "said_by": None},
        {"name": "Group Y", "role": "denier", "said_by": "its spokesman"},
    ]
    torn = replace(entry, accounts=[{**entry.accounts[0], "actors": actors}])
    document = compose.document(replace(hill, entries=(torn, *hill.entries[1:])), "en")
    part = next(one for one in document.sections if one.key == "balance")
    said = words(replace(document, sections=(part,), notes=()))
    assert "Group Y denied it, according to its spokesman." in said and "Responsibility is disputed." in said
    assert listing.attributed(torn)[0]["role"] == "alleged_perpetrator"


def test_the_command_writes_both_files_and_says_what_it_left_out(
    drill: str, tocsin: Tocsin, tmp_path: Path
) -> None:
    file = tmp_path / "b.pdf"
    span = ("--as-of", stores.LAST, "--since", SINCE)
    done = tocsin("--db", drill, "brief", "xx-blue-hill", *span, "--audience", "partner", "-o", file)
    assert done.code == 0 and "small" not in done.out and "restricted are left out" in done.err
    assert (
        file.read_bytes().startswith(b"%PDF")
        and json.loads(file.with_suffix(".json").read_text("utf-8"))["notes"]
    )
    refused = tocsin("--db", drill, "brief", "xx-blue-hill", *span, "--audience", "public", "-o", file)
    one_line(refused, 1, "second person", "set up a login")
    one_line(
        tocsin("--db", drill, "brief", "xx-blue-hill", *span, "-o", tmp_path / "b.odt"),
        2,
        "'odt' is no format",
    )
    one_line(tocsin("--db", drill, "brief", "nobody-at-all", *span, "-o", file), 2, "nobody-at-all")


def test_the_page_lists_what_is_left_out_and_refuses_the_public_without_a_second_person(
    drill: str, open_page: Open
) -> None:
    day = {"as_of": stores.LAST.isoformat(), "about": "xx-blue-hill"}
    at = open_page(drill, "briefings", **day, audience="partner")
    said = shown(at)
    assert "What it rests on" in said and "Places are told no finer than: the district." in said
    assert len(at.get("download_button")) == 2
    at = open_page(drill, "briefings", **day, audience="public")
    assert "Set up a login first" in shown(at) and not at.get("download_button")


def test_a_second_person_consents_to_exactly_one_state(own: str) -> None:
    asker, approver, local = Viewer("ana", frozenset(Role)), Viewer("ben", frozenset({Role.APPROVER})), LOCAL
    said: dict[str, Any] = {"reason": "For the hearing", "by": "ana", "now": NOW}
    with engine.writing(own) as session:
        with pytest.raises(Denied, match="set up a login"):
            consents.ask(session, local, "nowhere", "briefing", "a" * 64, {}, **said)
        name = consents.ask(session, asker, "nowhere", "briefing", "a" * 64, {}, **said)
        assert consents.ask(session, asker, "nowhere", "briefing", "a" * 64, {}, **said) == name
        yes: dict[str, Any] = {"given": True, "words": "", "now": NOW}
        with pytest.raises(Denied, match="own request"):
            consents.answer(session, asker, name, by="ana", **yes)
        with pytest.raises(Denied, match="own request"):
            consents.answer(session, asker, name, by="somebody", **yes)
        consents.answer(session, approver, name, by="ben", **yes)
        with pytest.raises(BadInput, match="answered already"):
            consents.answer(session, approver, name, by="ben", **yes)
        assert consents.stands(session, "nowhere", "briefing", "a" * 64, "ana")
        assert not consents.stands(session, "nowhere", "briefing", "b" * 64, "ana")
        assert not consents.stands(session, "nowhere", "briefing", "a" * 64, "ben")


def test_a_dossier_is_kept_used_and_ended(own: str, tocsin: Tocsin, tmp_path: Path) -> None:
    one, two = sums.ids([entry.facts for entry in found(own).entries[:2]])
    run = ("--db", own)
    assert tocsin(*run, "dossier", "save", "Roads", one, two, "--reason", "For the hearing").code == 0
    one_line(tocsin(*run, "dossier", "save", "Roads", "none", "--reason", "x"), 2, "'none'")
    assert json.loads(tocsin(*run, "dossier", "list", "--json").out)[0]["incident_ids"] == [one, two]
    span = ("--as-of", stores.LAST, "--since", SINCE, "-o", tmp_path / "b.html")
    assert tocsin(*run, "brief", "xx-blue-hill", *span, "--dossier", "Roads").code == 0
    assert len(json.loads((tmp_path / "b.json").read_text("utf-8"))["incidents"]) == 2
    assert tocsin(*run, "dossier", "end", "Roads").code == 0
    one_line(tocsin(*run, "brief", "xx-blue-hill", *span, "--dossier", "Roads"), 2, "no dossier 'Roads'")


def test_the_second_person_reads_what_is_asked_with_its_authors_words(own: str, open_page: Open) -> None:
    day = stores.LAST.isoformat()
    told = {
        "about": "xx-blue-hill",
        "since": SINCE.isoformat(),
        "as_of": day,
        "audience": "partner",
        "incidents": 3,
    }
    told |= {"ids": [], "words": {"en": {"ask": "x"}}}
    with engine.writing(own) as session:
        about = (Viewer("ana", frozenset(Role)), "nowhere", "briefing", "a" * 64, told)
        name = consents.ask(session, *about, reason="For the hearing", by="ana", now=NOW - timedelta(days=1))
    said = shown(open_page(own, "briefings", as_of=day, request=name))
    assert "ana asks to publish a briefing on xx-blue-hill" in said and f"request={name}" in said
    assert "What it rests on" in said and "Places are told no finer than: the district." in said
