"""What a hostile reader would try a briefing with: bare numbers, small counts, names, loaded words, mark-up."""

import io
import itertools
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from docx import Document as read_docx
from docx.oxml.ns import qn
from lxml import html
from pypdf import PdfReader

from dashboard import levels
from dashboard.briefing import annex, balance, comparing, compose, make, making, model, sums, to_html, twin
from dashboard.briefing.gather import Found
from dashboard.briefing.model import Document, Figure, Quote
from dashboard.briefing.to_pdf import FONTS
from dashboard.fmt import MONTHS
from dashboard.handover import speaking
from dashboard.i18n import _
from db.errors import BadInput
from db.vocab import Precision
from tests.dashboard import stores
from tests.dashboard.briefing_tools import PLAIN, tables, words
from tests.dashboard.conftest import Open, shown

NUMERAL = re.compile(r"[0-9٠-٩]+")
UNSEEN = re.compile("[\u2066-\u2069]")
# Marks of incidents, sources and grades, states of the record, numbers of headings and of indicators.
OURS = re.compile(r"\b[AS]\d+\b|\b[A-F][1-6]\b|\b[0-9a-f]{16}\b|^\d+\. |^\d+(\.\d+)? ")


def bare_numerals(document: Document) -> list[str]:
    """What of the page's body still holds a numeral where figures that carry a mark, and days, are taken out."""
    page = html.fromstring(to_html.page([document], PLAIN))
    for gone in page.xpath("//section[contains(@id,'annex')] | //svg | //footer | //*[@class='author']"):
        gone.drop_tree()
    for row in page.xpath("//tbody/tr[td[1]/a]"):  # such a row leads to its note as a whole
        row.drop_tree()
    for mark in page.xpath("//sup"):
        mark.text, mark[:] = "¤", []
    with speaking(document.language):
        months = "|".join(_(one) for one in MONTHS)
        names = "|".join(re.escape(levels.named(n)) for n in range(5))
    days = re.compile(rf"\d+(–\d+)? ({months})( \d{{4}})?|({names})")
    told = {re.sub(r"\s+", " ", UNSEEN.sub("", one.text)) for one in model.figures(document)}
    found = []
    for one in page.xpath("//h1|//h2|//h3|//p|//li|//td|//th|//caption|//figcaption"):
        text = re.sub(r"\s+", " ", UNSEEN.sub("", one.text_content())).strip()
        for figure in sorted(told, key=len, reverse=True):
            text = text.replace(f"{figure}¤", "")
        if NUMERAL.search(OURS.sub("", days.sub("", text))):
            found.append(text)
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_numeral_of_the_body_stands_without_its_mark(
    brief_told: Mapping[str, Document], brief_partner: Found, language: str
) -> None:
    assert bare_numerals(brief_told[language]) == []
    assert bare_numerals(compose.document(brief_partner, language)) == []


def test_a_bare_numeral_would_be_found(brief_told: Mapping[str, Document]) -> None:
    one = brief_told["en"]
    said = model.Para((model.Label("There were 17 dead."),))
    first = replace(one.sections[0], blocks=(said, *one.sections[0].blocks))
    assert bare_numerals(replace(one, sections=(first, *one.sections[1:]))) == ["There were 17 dead."]


def test_small_counts_are_hidden_from_others_and_no_sum_gives_them_away(brief_partner: Found) -> None:
    partner = brief_partner
    assert partner.below == 5 and partner.precision is Precision.DISTRICT
    document = compose.document(partner, "en")
    row = next(one for one in tables(document) if one.columns[0] == "Mark")
    shown = [
        cell.text for cells in row.rows for at in (4, 5) for cell in cells[at] if isinstance(cell, Figure)
    ]
    assert not {"1", "2", "3", "4"} & set(shown)
    toll = sums.total([one.facts for one in partner.entries], partner.below)
    assert toll.best is None and toll.low is not None and toll.high is not None and toll.low < toll.high
    made = make.make(partner, "html", ("en",), PLAIN)
    assert "Hill" not in made.body.decode() and "Hill" not in made.twin.decode()
    claims = [c for i in json.loads(made.twin)["incidents"] for r in i["based_on"] for c in r["claims"]]
    told = [claim[part] for claim in claims for part in ("low", "best", "high")]
    assert all(n is None or isinstance(n, str) or n == 0 or n >= 5 for n in told)


def test_no_part_of_a_sum_is_told_that_would_give_a_small_one_away() -> None:
    def claims(**counts: int) -> list[dict[str, Any]]:
        return [
            {"harm": "killed", "status": status, "low": None, "best": n, "high": None}
            for status, n in counts.items()
        ]

    torn = claims(all=20, civilian=3, side_a=10, side_b=7)
    assert [one["status"] for one in annex.told_claims(torn, 5)] == ["all"]
    assert annex.told_claims(torn, 1) == torn
    whole = claims(all=20, civilian=13, side_a=7, side_b=0)
    assert annex.told_claims(whole, 5) == whole


@pytest.mark.parametrize("below", [1, 5, 9])
def test_what_is_told_of_the_dead_never_leaves_one_small_count_possible(below: int) -> None:
    """Whatever is shown of all dead and of the civilians holds the truth, and fits more than one small number."""
    for dead, civil in itertools.product(range(25), repeat=2):
        if civil > dead:
            continue
        facts = {"deaths": dead, "deaths_low": dead, "deaths_high": dead, "civilians": civil}
        all_, own = sums.one(facts, below), sums.civil(facts, below)
        assert (own.low or 0) <= civil <= (own.high or 0) and (all_.low or 0) <= dead <= (all_.high or 0)
        lowest, highest = (all_.low or 0) - (own.high or 0), (all_.high or 0) - (own.low or 0)
        for small, low, high in ((civil, own.low, own.high), (dead - civil, lowest, highest)):
            assert not 0 < small < below or low != high, (dead, civil)


def test_a_sum_of_hidden_counts_holds_the_true_one() -> None:
    facts = [{"deaths": n, "deaths_low": n, "deaths_high": n} for n in (1, 4, 12, 0)]
    open_, hidden = sums.total(facts), sums.total(facts, 5)
    assert (open_.low, open_.best, open_.high) == (17, 17, 17)
    assert (hidden.low, hidden.best, hidden.high) == (1 + 1 + 12, None, 4 + 4 + 12)
    assert sums.one({"deaths": float("nan")}) == sums.Toll(None, None, None, 0, 1)


def test_a_day_told_by_the_week_stays_in_the_chart() -> None:
    """The week may end after the span; the bars still hold every incident of the table."""
    since, until = date(2018, 6, 1), date(2018, 8, 31)
    found = [{"date_end": one} for one in (since, date(2018, 7, 25), until, date(2018, 9, 2))]
    for first in (since, date(2017, 1, 1)):
        assert sum(len(one.facts) for one in sums.bins(found, first, until)[1]) == len(found)


def test_a_briefing_for_others_is_not_put_beside_one_that_told_more(
    hill: Found, brief_partner: Found
) -> None:
    older = json.loads(twin.as_bytes(twin.tell(hill, [compose.document(hill, "en")])))
    with pytest.raises(BadInput, match="compare with one for: partner, district"):
        comparing.check(brief_partner, older)
    comparing.check(hill, older)
    with pytest.raises(BadInput, match="is no JSON"):
        twin.parse(b"\xff\xfe", "x.png")


def changed(one: Found, *, title: str = "", actor: str = "", place: str = "", wording: str = "") -> Found:
    """The same with the words of its first incident replaced by a source's."""
    entry = one.entries[0]
    account = {**entry.accounts[0], "title": title or entry.accounts[0]["title"]}
    if actor:
        account["actors"] = [{"name": actor, "role": "alleged_perpetrator", "said_by": None}]
    if wording:
        account["claims"] = [{**claim, "wording": wording} for claim in account["claims"]]
    named = {"place_name": None, "place_name_ar": None, "place_text": place, "geo_prec": 1} if place else {}
    facts = {**entry.facts, **named}
    first = replace(entry, facts=facts, accounts=[account])
    return replace(one, entries=(first, *one.entries[1:3]))


def test_words_of_sources_that_name_a_person_are_not_shown(hill: Found) -> None:
    named = changed(
        hill, title="Sheikh Abu Omar al-Hassan, aged 34, was shot", wording="his son Ahmad Khalil, 12"
    )
    out = make.make(named, "html", ("en", "ar"), PLAIN)
    for secret in ("Abu Omar", "Ahmad Khalil"):
        assert secret not in out.body.decode() and secret not in out.twin.decode()
    page = out.body.decode()
    assert "they seem to name a person" in page and "Titles and words of 1 report" in page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_loaded_words_stand_in_quotation_marks_only(
    hill: Found, brief_told: Mapping[str, Document], language: str
) -> None:
    """Neither the generated text nor a source's name or title says them in our own voice."""
    loaded = changed(hill, title="Regime thugs kill martyrs", actor="عصابة إرهابية", place="Martyr square")
    for document in (brief_told[language], compose.document(loaded, language)):
        said = [
            (one, (one if isinstance(one, str) else one.text).casefold()) for one in model.pieces(document)
        ]
        hits = [one for one, text in said if any(word in text for word in making.LOADED)]
        assert all(isinstance(one, Quote) for one in hits), hits
    assert len(hits) >= 4


def test_every_actor_is_alleged_and_by_whom(hill: Found) -> None:
    document = compose.document(changed(hill, actor="Group Y"), "en")
    cells = [row[3] for one in tables(document) if one.columns[0] == "Mark" for row in one.rows]
    said = ["".join(p if isinstance(p, str) else p.text for p in cell) for cell in cells]
    assert "Allegedly by Group Y, according to" in said[0]
    for cell, entry in zip(said, hill.entries[:3], strict=True):
        for actor in {a["name"] for one in entry.accounts for a in one["actors"]} & {*cell.split()}:
            sentence = next(one for one in cell.split(". ") if actor in one)
            assert "llegedly" in sentence and "according to" in sentence


def test_actors_go_by_their_names_in_the_readers_script(hill: Found) -> None:
    region = replace(hill.region, settings={**hill.region.settings, "actors": {"Group Y": "جماعة ص"}})
    one = replace(changed(hill, actor="Group Y"), region=region)
    assert "جماعة ص" in words(compose.document(one, "ar")) and "Group Y" not in words(
        compose.document(one, "ar")
    )
    assert "Group Y" in words(compose.document(one, "en"))


EVIL = '#emph[x] *b* $1$ <script>alert(1)</script> & "q" {0} %s \\ ]]> \u202eDLO\u2066 \x07 漢 😀'


def test_names_with_markup_are_text_in_every_format(few: Found) -> None:
    one = changed(few, title=EVIL, actor=EVIL, place=EVIL)
    page = make.make(one, "html", ("en", "ar"), PLAIN).body.decode()
    assert "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page
    packed = zipfile.ZipFile(io.BytesIO(make.make(one, "docx", ("en", "ar"), PLAIN).body))
    told = packed.read("word/document.xml").decode()
    assert "&lt;script&gt;" in told and "\u202e" not in told and "\x07" not in told
    assert read_docx(io.BytesIO(packed.fp.getvalue())).paragraphs  # type: ignore[union-attr]
    text = "".join(
        p.extract_text() for p in PdfReader(io.BytesIO(make.make(one, "pdf", ("en",), PLAIN).body)).pages
    )
    assert "#emph[x] *b* $1$ <script>" in text


def test_the_pdf_is_tagged_whole_and_carries_its_fonts(brief_files: Mapping[str, make.Made]) -> None:
    body = brief_files["pdf"].body
    read = PdfReader(io.BytesIO(body))
    root = read.trailer["/Root"]
    assert (
        root["/MarkInfo"]["/Marked"] and b"pdfuaid" in body and root["/ViewerPreferences"]["/DisplayDocTitle"]
    )
    assert root["/Lang"] == "en" and read.metadata and "Blues of Hill" in str(read.metadata.title)
    kinds, alts, spoken = set(), [], set()
    stack = [root["/StructTreeRoot"]]
    while stack:
        one = stack.pop().get_object()
        if isinstance(one, list):
            stack += one
        elif isinstance(one, dict):
            kinds.add(one.get("/S"))
            spoken.add(one.get("/Lang"))
            alts += [one.get("/Alt")] if one.get("/S") == "/Figure" else []
            stack += [one["/K"]] if "/K" in one else []
    assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure", "/Link"} <= kinds
    assert len(alts) >= 2 and all(alts) and "ar" in spoken
    text = "".join(page.extract_text() for page in read.pages)
    assert "Briefing: Blues of Hill" in text and "EXERCISE" in text
    fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]
    assert all("Noto" in str(one["/BaseFont"]) for one in fonts)
    inside = [one["/DescendantFonts"][0].get_object()["/FontDescriptor"] for one in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(one) for one in inside)


def test_the_word_file_has_real_styles_header_rows_and_arabic_from_the_right(
    brief_files: Mapping[str, make.Made],
) -> None:
    body = brief_files["docx"].body
    read = read_docx(io.BytesIO(body))
    used = {one.style.name for one in read.paragraphs if one.style}
    assert {"Title", "Heading 1", "Heading 2", "List Bullet", "Caption", "BriefingEntry"} <= used
    ours = [one for one in read.paragraphs if re.search("[ء-ي]{3}", one.text)]
    assert ours and all(one._p.pPr.find(qn("w:bidi")) is not None for one in ours)
    mirrored = [one for one in read.tables if one._tbl.tblPr.find(qn("w:bidiVisual")) is not None]
    assert len(mirrored) * 2 == len(read.tables)
    assert all(one.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for one in read.tables)
    xml = read.element.xml
    linked = set(re.findall(r'w:hyperlink[^>]* w:anchor="([^"]+)"', xml))
    assert linked and linked <= set(re.findall(r'w:bookmarkStart[^>]* w:name="([^"]+)"', xml))
    assert all(one._inline.docPr.get("descr") for one in read.inline_shapes)
    feet = ["".join(p.text for p in one.footer.paragraphs) for one in read.sections]
    assert len(feet) == 2 and "For use within" in feet[0] and re.search("[ء-ي]{3}", feet[1])


def test_the_word_file_carries_fonts_that_unfold_to_ours(brief_files: Mapping[str, make.Made]) -> None:
    packed = zipfile.ZipFile(io.BytesIO(brief_files["docx"].body))
    table = packed.read("word/fontTable.xml").decode()
    keys = dict(re.findall(r'r:id="(\w+)" w:fontKey="\{([0-9A-F-]+)\}"', table))
    ours = {one.read_bytes() for one in (FONTS).glob("*.ttf")}
    for name, key in keys.items():
        body, turned = packed.read(f"word/fonts/{name}.odttf"), bytes.fromhex(key.replace("-", ""))[::-1]
        assert bytes(b ^ turned[n % 16] for n, b in enumerate(body[:32])) + body[32:] in ours
    assert len(keys) == 4 and b"odttf" in packed.read("[Content_Types].xml")


def test_readers_outside_are_not_told_that_nothing_is_known(brief_partner: Found) -> None:
    """Where all is withheld, the briefing says that there is more, in every part."""
    empty = words(compose.document(replace(brief_partner, entries=()), "en"))
    assert empty.count("that these readers may be told of") >= 2 and "No incident is known here" not in empty


def test_days_of_data_that_came_later_are_told(hill: Found) -> None:
    late = making.Making(hill).found.asked.as_of.replace(year=2030)
    entry = hill.entries[0]
    stamp = hill.entries[0].accounts[0]["available_at"].replace(year=late.year)
    later = replace(entry, accounts=[{**one, "released_at": stamp} for one in entry.accounts])
    early = [replace(e, accounts=[{**a, "released_at": None} for a in e.accounts]) for e in hill.entries[1:]]
    document = compose.document(replace(hill, entries=(later, *early)), "en")
    assert "For 1 incident the day as known is that of the article" in words(document)
    assert balance.limits(making.Making(replace(hill, entries=tuple(early))))


def test_a_part_of_the_page_says_what_is_wrong_with_a_template(
    drill: str, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    folder = tmp_path / "templates" / "house"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text('name = "House"\n', "utf-8")
    day = {"as_of": stores.LAST.isoformat(), "about": "xx-blue-hill", "template": "house"}
    at = open_page(drill, "briefings", **day, audience="partner", precision="settlement")
    said = shown(at)
    assert "the key" in said and "colour" in said and not at.get("download_button")
    assert "Places are told no finer than: the settlement." in said
