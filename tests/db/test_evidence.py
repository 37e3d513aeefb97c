"""Evidence stays as it came; what goes out tells nothing but what it shows; every hand is written down."""

import hashlib
import io
import struct
import zlib
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from db import custody, engine, evidence
from db.erasure import erase
from db.errors import BadInput
from db.evidence import About, papers, pictures, reading
from db.policy import LOCAL, Denied, Viewer
from db.vocab import CustodyAct, Entity, Role, Sensitivity
from tests.conftest import NOW
from tests.db.stores import change, rows
from tests.factories import report_row, take, write_csv

DAY = date(2026, 11, 22)
EXIF = Image.Exif()
EXIF[0x010F] = "SECRETCAMERA"
EXIF.get_ifd(0x8825)[1] = "SECRETNORTH"


def picture(kind: str, colour: str = "orange") -> bytes:
    """A small picture that tells its camera and place."""
    out, drawn = io.BytesIO(), Image.new("RGB", (16, 8), colour)
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Author", "SECRETAUTHOR")
        drawn.save(out, kind, pnginfo=told, exif=EXIF)
    else:
        drawn.save(
            out, kind, exif=EXIF, **({"comment": b"SECRETWORDS"} if kind == "JPEG" else {"xmp": b"SECRETXMP"})
        )
    return out.getvalue()


def paper() -> bytes:
    """A PDF with a picture, an author, an attached file and a script."""
    drawn = io.BytesIO()
    Image.new("RGB", (16, 8), "orange").save(drawn, "PDF")
    writer = PdfWriter(clone_from=PdfReader(drawn))
    for thing in writer._objects:
        if isinstance(thing, StreamObject) and thing.get("/Subtype") == "/Image":
            thing._data = picture("JPEG")
    writer.add_metadata({"/Author": "SECRETAUTHOR"})
    writer.add_attachment("SECRETFILE.txt", b"SECRETATTACHED")
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('SECRETSCRIPT')")}
    action = DictionaryObject({NameObject(name): value for name, value in script.items()})
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)
    writer.pages[0][NameObject("/PieceInfo")] = writer.pages[0][NameObject("/MediaBox")]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PAGE = (
    "\ufeff<!DOCTYPE html><html><title>خبر</title><body onload=SECRETLOAD()><script>SECRETSCRIPT</script>"
    "<p>A <b>burnt</b> shop &lt;b&gt;</p><p>متجر</p></html>"
).encode()


@pytest.fixture
def incident(both: str, tmp_path: Path) -> tuple[str, str]:
    """A store of either kind and the id of its incident."""
    take(both, write_csv(tmp_path / "r.csv", [report_row(source_id="team")]), "reports")
    return both, rows(both, "SELECT id FROM incident")[0]["id"]


def add(url: str, incident_id: str | None, body: bytes, name: str = "a.jpg", **more: object) -> str:
    with engine.writing(url) as session:
        about = About("ana", NOW, incident_id, note="SECRETNOTE", **more)  # type: ignore[arg-type]
        return evidence.add(session, LOCAL, name, body, about)


def copy(url: str, piece: str, viewer: Viewer = LOCAL, *, original: bool = False) -> reading.Copy:
    with engine.writing(url) as session:
        act = CustodyAct.EXPORTED
        return reading.opened(session, viewer, piece, act, by="ben", now=NOW, original=original)


def chain(url: str, piece: str) -> tuple[list[str], int | None]:
    with engine.reading(url) as session:
        found, broken = reading.chain(session, LOCAL, piece)
    return [str(one["act"]) for one in found], broken


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_goes_out_alone(kind: str) -> None:
    body = picture(kind)
    assert b"SECRET" in body
    stripped = pictures.strip(body, kind)
    assert b"SECRET" not in stripped and b"Exif" not in stripped
    with Image.open(io.BytesIO(stripped)) as drawn:
        assert (drawn.format, drawn.size) == (kind, (16, 8)) and not drawn.getexif()
        assert all(abs(a - b) < 6 for a, b in zip(drawn.getpixel((3, 3)), (255, 165, 0), strict=True))  # type: ignore[arg-type]


def test_a_picture_is_turned_as_its_camera_said_before_that_is_dropped() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (16, 8)).save(out, "JPEG", exif=turned)
    with Image.open(io.BytesIO(pictures.strip(out.getvalue(), "JPEG"))) as drawn:
        assert drawn.size == (8, 16)


def test_what_is_clear_stays_clear() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(pictures.strip(out.getvalue(), "PNG"))) as drawn:
        assert drawn.mode == "RGBA" and drawn.getpixel((1, 1)) == (255, 0, 0, 0)


def test_a_paper_goes_out_without_author_files_and_scripts() -> None:
    body = paper()
    for secret in (b"SECRETCAMERA", b"SECRETAUTHOR", b"SECRETSCRIPT", b"SECRETFILE"):
        assert secret in body
    stripped = papers.strip(body)
    for secret in (b"SECRET", b"/JavaScript", b"/EmbeddedFile", b"/PieceInfo", b"pypdf"):
        assert secret not in stripped, secret
    reader = PdfReader(io.BytesIO(stripped))
    assert len(reader.pages) == 1 and not reader.attachments and not reader.metadata
    assert reader.pages[0].images[0].image.size == (16, 8)  # type: ignore[union-attr]


def test_a_saved_page_goes_out_as_its_words() -> None:
    assert papers.as_text(PAGE, "utf-8-sig") == "خبر\nA burnt shop <b>\nمتجر\n"


def test_the_original_is_never_touched_and_every_hand_is_written_down(incident: tuple[str, str]) -> None:
    url, one = incident
    for name, body in (("a.jpg", picture("JPEG")), ("b.pdf", paper()), ("c.html", PAGE)):
        piece = add(url, one, body, name)
        assert add(url, one, body, name) == piece
        assert copy(url, piece, original=True).body == body
        assert b"SECRET" not in copy(url, piece).body
        assert chain(url, piece) == (["collected", "stripped", "exported", "exported"], None)
    with engine.reading(url) as session:
        listed = reading.listed(session, LOCAL, region_id="nowhere", as_of=DAY, incident_id=one)
    assert list(listed["media_type"]) == ["image/jpeg", "application/pdf", "text/html"] or len(listed) == 3
    assert hashlib.sha256(PAGE).hexdigest() in set(listed["sha256"])


def test_what_a_file_is_follows_from_its_bytes(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row()]), "reports")
    one = rows(nowhere, "SELECT id FROM incident")[0]["id"]
    out = copy(nowhere, add(nowhere, one, picture("PNG"), "../..\\evil\u202egpj.pdf"))
    assert (out.media_type, out.name) == ("image/png", "evil_gpj.png")
    for body in (b"MZ\x90\x00", b"", b"PK\x03\x04", b"GIF89a", b"<svg onload=x>", b"plain words"):
        with pytest.raises(BadInput, match="by its bytes"):
            add(nowhere, one, body, "photo.jpg")
    with pytest.raises(BadInput, match="no such incident"):
        add(nowhere, "nobody", picture("PNG"))


def test_what_is_too_large_or_unpacks_to_too_much_is_refused(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row()]), "reports")
    one = rows(nowhere, "SELECT id FROM incident")[0]["id"]
    for side in (9_500, 60_000):
        with pytest.raises(BadInput, match="make it smaller"):
            add(nowhere, one, bomb(side))
    monkeypatch.setenv("TOCSIN_EVIDENCE_MB", "1")
    with pytest.raises(BadInput, match="TOCSIN_EVIDENCE_MB"):
        add(nowhere, one, b"\xff\xd8\xff" + bytes(2 << 20))
    assert not rows(nowhere, "SELECT id FROM document")


def bomb(side: int) -> bytes:
    """The beginning of a PNG that says it is enormous."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"")) + part(b"IEND", b"")
    )


def test_what_cannot_be_read_is_kept_and_never_shown(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row()]), "reports")
    one = rows(nowhere, "SELECT id FROM incident")[0]["id"]
    for body in (picture("JPEG")[:150], b"%PDF-1.4 nothing", paper()[:300]):
        piece = add(nowhere, one, body)
        with pytest.raises(BadInput, match="--original"):
            copy(nowhere, piece)
        assert copy(nowhere, piece, original=True).body == body


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE custody SET by = 'eve' WHERE seq = 1", 1),
        ("UPDATE custody SET detail = 'x' WHERE seq = 3", 3),
        ("DELETE FROM custody WHERE seq = 2", 2),
        ("UPDATE document SET body = NULL || CAST('x' AS BLOB)", None),
        ("UPDATE document SET body = CAST('x' AS BLOB)", 0),
    ],
)
def test_tampering_is_noticed(nowhere: str, tmp_path: Path, statement: str, broken: int | None) -> None:
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row()]), "reports")
    piece = add(nowhere, rows(nowhere, "SELECT id FROM incident")[0]["id"], picture("PNG"))
    copy(nowhere, piece)
    change(nowhere, statement)
    with engine.reading(nowhere) as session:
        assert custody.check(session, piece) == broken
        assert custody.broken(session) == ({} if broken is None else {piece: broken})


def test_roles_open_what_they_may(incident: tuple[str, str]) -> None:
    """Viewers see that there is something; analysts the copy; only those of exact sight the original."""
    url, one = incident
    piece = add(url, one, picture("JPEG"))
    report = rows(url, "SELECT id FROM report")[0]["id"]
    protected = add(url, None, picture("PNG"), report_id=report)
    public = add(url, one, picture("WEBP"), sensitivity=Sensitivity.PUBLIC)
    severe = add(url, one, PAGE, "p.html", sensitivity=Sensitivity.SEVERE)
    seen = {
        Role.VIEWER: (set(), {public}),
        Role.MODELLER: (set(), {public}),
        Role.ANALYST: ({piece, public}, {piece, public}),
        Role.VERIFIER: ({piece, protected, public, severe}, {piece, protected, public, severe}),
        Role.ADMIN: ({piece, public}, {piece, public}),
    }
    for role, (may_open, may_list) in seen.items():
        viewer = Viewer("v", frozenset({role}))
        with engine.reading(url) as session:
            listed = reading.listed(session, viewer, region_id="nowhere", as_of=DAY, incident_id=one)
        assert set(listed["attachment_id"]) == may_list, role
        assert may_open or "SECRET" not in str(listed.to_dict("records"))
        for each in (piece, protected, public, severe):
            if each in may_open:
                assert copy(url, each, viewer).body
            else:
                with pytest.raises(Denied):
                    copy(url, each, viewer)
        if role is not Role.VERIFIER:
            with pytest.raises(Denied):
                copy(url, public, viewer, original=True)
    with engine.writing(url) as session, pytest.raises(Denied):
        evidence.add(
            session, Viewer("v", frozenset({Role.VIEWER})), "a", picture("PNG"), About("v", NOW, one)
        )


def test_erasing_leaves_the_digest_and_a_chain_that_holds(incident: tuple[str, str]) -> None:
    url, one = incident
    piece = add(url, one, picture("JPEG"))
    with engine.writing(url) as session:
        erase(session, LOCAL, Entity.ATTACHMENT, piece, reason="asked for", by="ana", now=NOW)
    assert chain(url, piece) == (["collected", "stripped", "erased"], None)
    for original in (True, False):
        with pytest.raises(BadInput, match="erased"):
            copy(url, piece, original=original)
    assert rows(url, "SELECT body FROM document") == [{"body": None}] * 2


def test_a_past_day_does_not_show_later_evidence(incident: tuple[str, str]) -> None:
    url, one = incident
    add(url, one, picture("JPEG"))
    with engine.reading(url) as session:
        assert reading.listed(session, LOCAL, region_id="nowhere", as_of=date(2026, 11, 21)).empty
