"""Small files that would fill the memory or the day, each with the parser it is meant for.

`build` writes them into a folder; `python -m tests.hostile.bombs FOLDER` feeds them to the parsers in a process of
its own, so that the memory that is measured is the parsers'.
"""

import gzip
import io
import json
import re
import resource
import struct
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.hostile import seeds

MB = 1024**2
LARGE = 96 * MB
BOOK = "xl/worksheets/sheet1.xml"


def _sheet(xml: bytes, strings: bytes | None = None) -> bytes:
    """A workbook with other bytes in the place of its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seeds.workbooks()[0])) as sound, zipfile.ZipFile(out, "w", 8) as made:
        for name in sound.namelist():
            body = xml if name == BOOK else sound.read(name)
            made.writestr(name, strings if strings and name.endswith("sharedStrings.xml") else body)
    return out.getvalue()


def _cells(rows: int, columns: int) -> bytes:
    """A sheet whose cells all hold the first of the shared texts."""
    row = "<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{row * rows}</sheetData></worksheet>'.encode()


def _strings(letters: int) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<sst xmlns="{space}"><si><t>{"a" * letters}</t></si></sst>'.encode()


def _png(width: int, height: int, *, bits: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    """A PNG of one colour that says it has so many points."""
    size = 1 + width * bits * {0: 1, 2: 3, 6: 4}[colour] // 8
    packer, body = zlib.compressobj(9), b""
    for _ in range(min(height, LARGE // size)):
        body += packer.compress(bytes(size))
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = ((b"IHDR", head), (b"zTXt", extra), (b"IDAT", body + packer.flush()), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data) for kind, data in parts if data or kind == b"IEND"
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _webp() -> bytes:
    """An animated WebP that says it is as large as one can be."""
    side = (16383 - 1).to_bytes(3, "little")
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side + side
    body = b"WEBP" + canvas + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _pdf(*objects: bytes) -> bytes:
    """A PDF of numbered objects; the first is its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, len(out))  # fmt: skip


def _pdf_stream(body: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d/Filter/FlateDecode%b>>stream\n%b\nendstream" % (len(body), more, body)


def _page_tree() -> bytes:
    """Ten levels of pages, each naming the next ten times: ten thousand million pages."""
    inner = [b"<</Type/Pages/Count 9999999999/Kids[%b]>>" % (b"%d 0 R " % (n + 1) * 10) for n in range(2, 12)]
    return _pdf(b"<</Type/Catalog/Pages 2 0 R>>", *inner, b"<</Type/Page/Parent 11 0 R/MediaBox[0 0 9 9]>>")


def _pdf_flate() -> bytes:
    body = zlib.compress(bytes(LARGE), 9)
    return _pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>", _pdf_stream(body))  # fmt: skip


def _laughs() -> bytes:
    """Entities that name each other ten times, nine deep."""
    names = "abcdefghij"
    grown = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip(names, names[1:], strict=False))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">{grown}]>'
    return seeds.RSS.replace('<?xml version="1.0" encoding="utf-8"?>', head).replace("Shots", "&j;").encode()


DEEP = b"[" * 200_000
COLUMNS = ",".join(f"c{n}" for n in range(1_000_000)).encode() + b"\n" + b"," * 999_999 + b"\n"
SAME = b"a," * 1_000_000 + b"a\n" + b"1," * 1_000_000 + b"1\n"
FIELD = b'ID,Date,Notes\n1,2018-03-01,"' + b"a" * (9 * MB) + b'"\n'
OPEN = b'ID,Date,Notes\n1,2018-03-01,"' + b"a,b\n" * (3 * MB)
UCDP_HEAD = seeds.ucdp()[0].split(b"\n", 1)[0] + b"\n"

# Pictures first, while the memory is still as small as it begins.
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a picture of 400 million points": ("picture png", lambda: _png(20_000, 20_000, bits=1, colour=0)),
    "a picture of 40 million points": ("picture png", lambda: _png(6_300, 6_300)),
    "a picture of 40 million clear points": ("picture png", lambda: _png(6_300, 6_300, colour=6)),
    "a text in a picture": ("picture png", lambda: _png(8, 8, extra=b"k\0\0" + zlib.compress(bytes(LARGE), 9))),
    "an animation of 268 million points": ("picture webp", _webp),
    "gzip of a table": ("table ucdp", lambda: gzip.compress(UCDP_HEAD + b"1,2\n" * (LARGE // 4), mtime=0)),
    "gzip of anybody": ("table of anybody", lambda: gzip.compress(b"a,b\n" + b"1,2\n" * (LARGE // 4), mtime=0)),
    "zip of a table": ("table ucdp", lambda: seeds.zipped({"a.csv": UCDP_HEAD + b"1,2\n" * (LARGE // 4)})),
    "workbook of spaces": ("workbook", lambda: _sheet(b" " * LARGE)),
    "workbook of one long text": ("workbook", lambda: _sheet(_cells(1000, 20), _strings(30_000))),
    "kobo of spaces": ("kobo", lambda: _sheet(b" " * LARGE)),
    "exported workbook of spaces": ("exported workbook", lambda: _sheet(b" " * LARGE)),
    "zip of many files": ("table ucdp", lambda: seeds.zipped({f"{n}.csv": b"" for n in range(20_000)})),
    "a million columns": ("table of anybody", lambda: COLUMNS),
    "a million equal columns": ("table of anybody", lambda: SAME),
    "a million columns of UCDP": ("table ucdp", lambda: COLUMNS),
    "a million columns of covariates": ("table covariates", lambda: SAME),
    "a field of 9 MB": ("table of anybody", lambda: FIELD),
    "a field of 9 MB in reports": ("table reports", lambda: seeds.reports()[0] + FIELD),
    "a quote never closed": ("table of anybody", lambda: OPEN),
    "a quote never closed in reports": ("table reports", lambda: seeds.reports()[0] + OPEN),
    "NULs": ("table reports", lambda: seeds.reports()[0] + bytes(8 * MB)),
    "NULs of anybody": ("table of anybody", lambda: bytes(8 * MB)),
    "entities that grow": ("feed rss", _laughs),
    "a feed of tags": ("feed rss", lambda: seeds.RSS.replace("Shots", "<item>" * 1_000_000).encode()),
    "a feed's first line": ("feed rss", lambda: b'<?xml encoding="' + b'a" encoding="' * 300_000),
    "deep JSON mapping": ("mapping json", lambda: DEEP),
    "deep JSON export": ("exported incidents", lambda: b'{"kind":' + DEEP),
    "deep JSON store": ("exported store", lambda: DEEP),
    "deep GeoJSON": ("gazetteer geojson", lambda: b'{"features":' + DEEP),
    "deep answer of UCDP": ("feed ucdp", lambda: DEEP),
    "deep answer of ACLED": ("feed acled", lambda: DEEP),
    "deep TOML": ("mapping toml", lambda: b"a=" + DEEP),
    "deep settings": ("tocsin.toml", lambda: b"a=" + DEEP),
    "dotted settings": ("tocsin.toml", lambda: b"a." * 20_000 + b"a=1"),
    "a number of a million digits": ("mapping json", lambda: b'{"title":' + b"9" * MB + b"}"),
    "a TOML number of a million digits": ("region pack", lambda: b"\x1ea=" + b"9" * MB),
    "a page of a PDF": ("paper pdf", _pdf_flate),
    "a tree of pages": ("paper pdf", _page_tree),
    "a PDF of brackets": ("paper pdf", lambda: _pdf(b"<</Type/Catalog/Pages 2 0 R/A " + DEEP + b">>", b"<<>>")),
    "a page of open tags": ("paper page", lambda: b"<html>" + b"<a b='" * MB),
    "a page of tags": ("paper page", lambda: b"<html>" + b"<p>" * (3 * MB)),
    "a long text": ("coder", lambda: b"5 killed and 3 injured " * (300_000)),
    "a long word": ("coder", lambda: b"a" * (4 * MB)),
    "accents upon accents": ("coder", lambda: "a\u0301\u0323".encode() * 60_000),
    "a name of 4 MB": ("names", lambda: b"9a" * 20_000),
    "a cell of 4 MB": ("cells", lambda: b"9 " * (2 * MB)),
    "a month and much space": ("dates", lambda: (b"march " + b" " * 3000) * 4 + b"x"),
    "many dates": ("dates", lambda: b"1/1/18 2 March 2018 " * 1000),
}  # fmt: skip


def build(folder: Path) -> None:
    """Write all bombs into a folder."""
    for number, (_, made) in enumerate(BOMBS.values()):
        (folder / f"{number}.bomb").write_bytes(made())


def main(folder: Path) -> None:
    """Feed all bombs of a folder; print for each how it broke the law, seconds, and the memory's peak so far."""
    from tests.hostile import world
    from tests.hostile.law import UNDER_LOAD, breach
    from tests.hostile.parsers import PARSERS

    warnings.simplefilter("ignore")
    here = world.make(folder)
    for number, (name, (parser, _)) in enumerate(BOMBS.items()):
        data = (folder / f"{number}.bomb").read_bytes()
        begun = time.process_time()
        told = breach(partial(PARSERS[parser].read, here), data, UNDER_LOAD)
        seconds = time.process_time() - begun
        print(json.dumps([name, told, round(seconds, 2), peak_mb(), len(data)]), flush=True)


def peak_mb() -> int:
    """The most memory this process has held, in MB (what it was forked from left out, where Linux tells)."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s*(\d+)", status.read_text())[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
