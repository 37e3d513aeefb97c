"""Briefings: every number has its note, nothing is told that may not be, the same state gives the same bytes."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.briefing import (
    asked,
    compose,
    forecasting,
    listing,
    make,
    making,
    model,
    style,
    sums,
    twin,
)
from dashboard.briefing.gather import Found
from dashboard.briefing.model import Document, Label, Picture, Quote, Source
from db import consents, engine, queries
from db.errors import BadInput
from db.policy import LOCAL, Denied, Viewer
from db.vocab import Audience, Precision, Role
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.briefing_tools import PLAIN, SINCE, blocks, found, words
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_cli import Tocsin, one_line, tocsin
from tests.db.stores import change

__all__ = ["tocsin"]
DIGIT = re.compile(r"[0-9٠-٩]")


@pytest.mark.parametrize(("about", "language"), [("blue", "ar"), ("xx11", "en"), ("xx-green-well", "ar")])
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


def test_the_same_state_gives_the_same_bytes_in_every_format(
    drill: str, brief_files: Mapping[str, make.Made]
) -> None:
    again = found(drill, region="drill", since=stores.LAST - timedelta(days=12))
    for form, once in brief_files.items():
        assert once == make.make(again, form, ("en", "ar"), PLAIN) and len(once.body) > 5_000, form


def test_the_page_is_one_safe_file_in_both_languages(brief_files: Mapping[str, make.Made]) -> None:
    page = brief_files["html"].body.decode()
    assert (
        "<script" not in page
        and "src=" not in page
        and "tracker" not in page.replace("![x](http://tracker", "")
    )
    assert page.count("<article") == 2 and 'dir="rtl"' in page and "EXERCISE" in page
    assert page.count("<table") == page.count("<thead") == page.count("<caption")
    for link in re.findall(r'href="([^"]*)"', page):
        assert link.startswith("#") and f'id="{link[1:]}"' in page


def test_silence_is_never_called_calm(drill: str) -> None:
    """A span that no source covers, and a community without incidents, say so and draw nothing."""
    early = compose.document(found(drill, region="drill", since=date(2016, 1, 1)), "en")
    assert "No data from" in words(early)
    empty = found(drill, "xx-green-ford", region="drill", since=stores.LAST)
    none = compose.document(replace(empty, entries=(), covered=replace(empty.covered, spans=())), "en")
    assert "No data: no source" in words(none) and "would look like calm" in words(none)
    assert "No data for this time; that is not calm." in words(none)
    assert "denies any of these incidents" not in words(none) and "None is known" not in words(none)
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


def test_the_twin_traces_every_figure_to_reports(brief_files: Mapping[str, make.Made]) -> None:
    told = json.loads(brief_files["html"].twin)
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


def test_a_subject_goes_by_its_id_or_its_name(drill: str) -> None:
    with engine.reading(drill) as session:
        region = queries.region(session, LOCAL, "drill")
        for name in ("xx-blue-hill", "Blues of Hill", "زرق التل", "Blues", "Alpha"):
            assert asked.subject(session, LOCAL, region, name, stores.LAST).communities
        with pytest.raises(BadInput, match="did you mean: blues of hill"):
            asked.subject(session, LOCAL, region, "Blues of Hil", stores.LAST)


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


def test_an_organisations_own_template_is_used(few: Found, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    told = 'name = "<The> House"\ncolour = "#112233"\nlogo = "logo.png"\n[en]\nfoot = "Own words"\n'
    (tmp_path / "template.toml").write_text(told, encoding="utf-8")
    own = style.read(tmp_path, ("en",))
    few = replace(few, entries=few.entries[:2])
    page = make.make(few, "html", ("en",), own).body.decode()
    assert (
        "&lt;The&gt; House" in page and "Own words" in page and "#112233" in page and "data:image/png" in page
    )
    packed = zipfile.ZipFile(io.BytesIO(make.make(few, "docx", ("en",), own).body))
    assert len([one for one in packed.namelist() if "media" in one]) == 3
    assert b"/Alt" in make.make(few, "pdf", ("en",), own).body


def test_the_authors_words_stand_apart(few: Found, tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(
        '[en]\nask = "Open the road <now>"\nrecommendations = ["To A: do x", "To B: do y"]\n', "utf-8"
    )
    one = replace(few, asked=replace(few.asked, words=make.words(path)))
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
    file = tmp_path / "b.html"
    span = ("--as-of", stores.LAST, "--since", stores.LAST - timedelta(days=12))
    done = tocsin("--db", drill, "brief", "xx-blue-hill", *span, "--audience", "partner", "-o", file)
    assert done.code == 0 and "small" not in done.out and "restricted are left out" in done.err
    assert (
        file.read_bytes().startswith(b"<!doctype html>")
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
    assert "choose a district" in shown(at) and not at.get("download_button")
    at = open_page(drill, "briefings", **{**day, "about": "xx11"}, audience="public")
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
    assert "ana asks to publish a briefing on Blues of Hill" in said and f"request={name}" in said
    assert "What it rests on" in said and "Places are told no finer than: the district." in said


def test_the_register_speaks_the_readers_language_and_is_quoted_only_in_the_other(hill: Found) -> None:
    home = {**hill.subject.communities[0], "note": "Many left.", "note_ar": "غادر كثيرون."}
    both = replace(hill, subject=replace(hill.subject, communities=(home,)))
    one = replace(hill, subject=replace(hill.subject, communities=(home | {"note_ar": None},)))
    told = {name: words(compose.document(found, "ar")) for name, found in (("both", both), ("one", one))}
    assert "غادر كثيرون." in told["both"] and "Many left." not in told["both"]
    quoted = [piece.text for found in (both, one) for piece in _quoted(compose.document(found, "ar"))]
    assert "Many left." in quoted and "غادر كثيرون." not in quoted


def _quoted(document: Document) -> list[Quote]:
    return [one for one in model.pieces(document) if isinstance(one, Quote)]


def test_what_only_sources_of_the_house_cover_is_unknown_to_the_public(own: str) -> None:
    """No source of the house is named, and its days are "no data", never calm."""
    told = {"about": "xx11", "audience": Audience.PUBLIC}
    closed = found(own, **told)
    said = words(compose.document(closed, "en"))
    assert closed.uncovered and closed.coverage.empty and "No data: no source" in said and "UCDP" not in said
    change(own, "UPDATE source SET reports_as = 'public' WHERE code = 'ucdp'")
    opened = found(own, **told)
    assert list(opened.coverage["source_id"]) == ["ucdp"] and not opened.uncovered
    assert opened.precision is Precision.DISTRICT
    with pytest.raises(BadInput, match="finer than the governorate"):
        found(own, **told, precision=Precision.GOVERNORATE)
